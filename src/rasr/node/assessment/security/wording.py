"""The words of the question sets in the language in force; in the catalogues they stand as ``tools.messages`` says."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext, pgettext

from rasr.core.assessment.security.questions import Question
from rasr.core.reference import loader

CONTEXT = "security"
KEYS = {"evidence": "evidence", "headings": "heading", "levels": "level", "scales": "answer", "sets": "set_id"}


@cache
def _names(table: str) -> dict[str, str]:
    return {row[KEYS[table]]: row["name"] for row in loader.rows(f"security/{table}.csv")}


def name(table: str, code: object) -> str:
    """The name of a code of a table of ``security/``; the code itself where there is none."""
    found = _names(table).get(str(code))
    return pgettext(CONTEXT, found) if found else str(code)


def answers(scale: str) -> list[tuple[str, str]]:
    """The answers of a scale: code and name."""
    rows = loader.rows("security/scales.csv")
    return [(row["answer"], name("scales", row["answer"])) for row in rows if row["scale"] == scale]


def asked(question: Question) -> str:
    """What a question asks."""
    return gettext(question.text)


def about(question: Question) -> str:
    """Its level, what is wanted as evidence, and where its subject stands in the guidelines."""
    wanted = ", ".join(name("evidence", each) for each in question.evidence)
    return " · ".join(filter(None, (name("levels", question.level), wanted, f"{question.module} {question.clause}")))
