"""What comes out of something that is taken apart: its components as the catalogue has them, times how many there were.

It is proposed, and may be written otherwise: the law of conversions wants only that the mass comes out that went in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rasr.node.records.movements import queries
from rasr.node.records.movements.forms import MOST, MOST_THINGS
from rasr.node.records.movements.queries import Held


def parts_of(chosen: Sequence[tuple[Held, int | None]]) -> dict[str, int]:
    """Components of what was chosen, by article, in pieces or grams; of an unknown number there are none."""
    pieces = Counter[str]()
    for row, quantity in chosen:
        pieces[row.batch.article_id] += quantity or 0
    found = Counter[str]()
    for part in queries.components_of(pieces):
        found[part.component_id] += part.quantity * pieces[part.article_id]
    return {article_id: quantity for article_id, quantity in found.items() if 0 < quantity <= MOST}


def as_sent(parts: Mapping[str, int], prefix: str) -> dict[str, str]:
    """These parts as a form sends them, one line each.

    >>> as_sent({"steel": 200}, "things")["things-0-quantity"]
    '200'
    """
    lines = list(parts.items())[:MOST_THINGS]
    data = {f"{prefix}-TOTAL_FORMS": str(len(lines)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, (article_id, quantity) in enumerate(lines):
        data |= {
            f"{prefix}-{number}-article": article_id,
            f"{prefix}-{number}-quantity": str(quantity),
            f"{prefix}-{number}-purpose": "awaiting_disposal",
        }
    return data
