"""What could leak, and the locks worth buying, for Python users: question sets, scores, the diversion index, works.

>>> from rasr import security
>>> security.questions.question_set("evidence_room").version
1
"""

from __future__ import annotations

from rasr.core.assessment.security import (
    answers,
    carried,
    choice,
    danger,
    losses,
    package,
    positions,
    programme,
    questions,
    score,
    together,
    works,
)

__all__ = [
    "answers",
    "carried",
    "choice",
    "danger",
    "losses",
    "package",
    "positions",
    "programme",
    "questions",
    "score",
    "together",
    "works",
]
