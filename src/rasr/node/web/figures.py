"""Figures as people read them, by kind, in the language in force. No unit is written: the heading or the text has it.

>>> write("tonnes", 12_345_678.0), write("percent", 0.25), write("significant:1", 0.0234), write("danger", None)
('12\u202f346', '25', '0.02', '–')
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from rasr.core.basis.units import tonne_from_kg
from rasr.node.web.languages import numerals
from rasr.report.numerals import Numerals

Writer = Callable[[Numerals, float | None], str]
WRITERS: dict[str, Writer] = {
    "danger": Numerals.danger,
    "tonnes": Numerals.tonnes,
    "whole": Numerals.whole,
    "percent": Numerals.percent,
    "euro": Numerals.rounded,
    "meters": Numerals.whole,
    "thousands": Numerals.thousands,
}
"""Kind to how it is written: tonnes from kg, percent from a share of one, euro to three digits, thousands of money."""
SCALES: dict[str, Callable[[float], float]] = {
    "tonnes": tonne_from_kg,
    "percent": lambda share: share * 100,
    "thousands": lambda amount: amount / 1000,
}
"""Kinds that are shown in another unit than they are kept in; exports follow what is shown."""
SIGNIFICANT = "significant"


def write(kind: str, value: Any) -> str:
    """A figure of a kind of ``WRITERS``, or ``significant:N`` for N digits; None is a dash."""
    number = None if value is None or value == "" else float(value)
    if kind.startswith(SIGNIFICANT):
        return numerals().significant(number, int(kind.partition(":")[2] or 3))
    return WRITERS[kind](numerals(), number)


def shown(kind: str, value: Any) -> float | int | None:
    """The bare number in the unit in which the kind is shown; None for what is unknown."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    scale = SCALES.get(kind)
    if scale:
        return scale(float(value))
    return value if isinstance(value, int) else float(value)
