"""What goes into a conversion comes out of it: by number where the article stays, by mass where it changes.

Articles that are weighed are kept in whole grams, so each of their lines may be off by half a gram; nothing else may.

>>> bomb, steel = Content("bomb", 2, 7.3), Content("steel", 14600, 0.001)
>>> imbalance_kg([bomb], [steel])
0.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import KG_PER_GRAM

ROUNDING = 0.5 * KG_PER_GRAM
"""kg. Half of the smallest quantity of a weighed article."""
RELATIVE = 1e-9
"""Share of the whole that sums of floating-point numbers may be off by."""


@dataclass(frozen=True, slots=True)
class Content:
    """So many of an article. mass_kg_each: of one piece or gram; None unknown."""

    article_id: str
    quantity: int
    mass_kg_each: float | None


def balance(into: Iterable[Content], out_of: Iterable[Content]) -> None:
    """Raises Refused: conversion_unbalanced, and conversion_mass_unknown where an article changes without its mass."""
    into, out_of = list(into), list(out_of)
    before, after = Counter[str](), Counter[str]()
    for count, contents in ((before, into), (after, out_of)):
        for one in contents:
            count[one.article_id] += one.quantity
    if +before == +after:
        return
    unknown = sorted({one.article_id for one in (*into, *out_of) if one.mass_kg_each is None and one.quantity})
    if unknown:
        raise Refused("conversion_mass_unknown", articles=", ".join(unknown))
    left = imbalance_kg(into, out_of)
    if left:
        raise Refused("conversion_unbalanced", mass_kg=round(left, 4))


def imbalance_kg(into: Iterable[Content], out_of: Iterable[Content]) -> float:
    """kg that went in and did not come out (negative: more came out); 0.0 within rounding. Every mass is known."""
    into, out_of = list(into), list(out_of)
    masses_in, masses_out = [_mass_kg(one) for one in into], [_mass_kg(one) for one in out_of]
    weighed = sum(one.mass_kg_each == KG_PER_GRAM for one in (*into, *out_of))
    allowed = weighed * ROUNDING + RELATIVE * max(fsum(masses_in), fsum(masses_out))
    left = fsum(masses_in) - fsum(masses_out)
    return 0.0 if abs(left) <= allowed else left


def _mass_kg(one: Content) -> float:
    return 0.0 if one.mass_kg_each is None else one.quantity * one.mass_kg_each
