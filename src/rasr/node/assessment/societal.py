"""How often so many die in one event, and the risk against criteria, as the page of a run shows them.

The curve is drawn as a picture on two scales of powers of ten, with its interval and what the draws say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markupsafe import Markup

from rasr.core.assessment.nation import CRITERIA, NATION
from rasr.core.reference import loader
from rasr.node.web import codes, figures
from rasr.report.svg import element, path, picture

WIDTH, HEIGHT = 720.0, 340.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 18.0, 30.0, 46.0
HIGH_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DRAWN = ("drawn_p05", "drawn_p50", "drawn_p95")
FREQUENCIES = ("events_per_year_low", "events_per_year", "events_per_year_high", *DRAWN)


@dataclass(frozen=True)
class Societal:
    """rows: the curve of the whole register; picture: as SVG; bands: the criteria, each with its name and source."""

    rows: list[dict[str, Any]]
    picture: SafeString
    bands: list[dict[str, Any]]


def told(curves: pl.DataFrame, criteria: pl.DataFrame) -> Societal | None:
    """Of the tables ``frequency_number`` and ``risk_criteria``; None where nobody can die."""
    curve = curves.filter(pl.col("scope") == NATION).drop("scope", "id")
    if curve.is_empty():
        return None
    known = {row["criterion"]: row for row in loader.rows(CRITERIA)}
    bands = criteria.filter(pl.col("scope") == NATION).to_dicts()
    named = [row | _named(row["criterion"], known.get(row["criterion"], {})) for row in bands]
    return Societal(curve.to_dicts(), drawn(curve), named)


def _named(code: str, row: Mapping[str, str]) -> dict[str, Any]:
    """What a criterion is called: one of the user's own by its meaning, as it stands in the table."""
    own = code not in codes.NAMES["criterion"] and row.get("meaning")
    return {"name": own or codes.name("criterion", code), "source": row.get("source", "")}


def drawn(curve: pl.DataFrame) -> SafeString:
    """The picture of a curve with at least one row."""
    scale = _Scale.of(curve)
    numbers = curve["fatalities_at_least"].to_list()
    parts = [*_axes(scale)]
    for low, high, css in (
        ("events_per_year_low", "events_per_year_high", "fn-wide"),
        ("drawn_p05", "drawn_p95", "fn-band"),
    ):
        upper = scale.points(numbers, curve[high].to_list())
        lower = scale.points(numbers, [max(each, scale.least) for each in curve[low].to_list()])[: len(upper)]
        if len(upper) > 1:
            parts.append(element("path", d=path([*upper, *reversed(lower)], closed=True), class_=css))
    points = scale.points(numbers, curve["events_per_year"].to_list())
    if points:
        parts.append(element("path", d=path(points), class_="fn-line"))
        parts += [element("circle", cx=x, cy=y, r=3.5, class_="fn-dot") for x, y in points]
    title = _("How often in a year an event with at least so many fatalities is to be expected")
    described = _("Both scales are of powers of ten. The table beside it has every figure.")
    made = picture("fn", title, described, (WIDTH, HEIGHT), *parts, css="fn-chart")
    return mark_safe(str(made))  # made of escaped elements


@dataclass(frozen=True)
class _Scale:
    """Powers of ten from which and to which the two axes run: fatalities, and events per year."""

    last_number: int
    first_power: int
    last_power: int

    @classmethod
    def of(cls, curve: pl.DataFrame) -> _Scale:
        known = [value for name in FREQUENCIES for value in curve[name].to_list() if value > 0] or [1.0]
        first, last = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
        last_number = max(math.ceil(math.log10(curve["fatalities_at_least"].to_list()[-1])), 1)
        return cls(last_number, first, max(last, first + 1))

    @property
    def least(self) -> float:
        return float(10.0**self.first_power)

    def x(self, number: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(number) / self.last_number

    def y(self, events: float) -> float:
        part = (math.log10(events) - self.first_power) / (self.last_power - self.first_power)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - part)

    def points(self, numbers: Sequence[int], events: Sequence[float]) -> list[tuple[float, float]]:
        """Points of a line; it ends where nothing is expected any more."""
        return [(self.x(n), self.y(each)) for n, each in zip(numbers, events, strict=True) if each > 0]


def _axes(scale: _Scale) -> list[Markup]:
    made = []
    for power in range(scale.first_power, scale.last_power + 1):
        y = scale.y(10.0**power)
        made.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="fn-grid"))
        made.append(
            element("text", f"10{str(power).translate(HIGH_DIGITS)}", x=LEFT - 8, y=y + 4, class_="fn-tick fn-end")
        )
    for power in range(scale.last_number + 1):
        x = scale.x(10.0**power)
        made.append(element("line", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM, class_="fn-grid"))
        made.append(
            element("text", figures.write("whole", 10**power), x=x, y=HEIGHT - BOTTOM + 18, class_="fn-tick fn-middle")
        )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    made.append(element("text", _("Fatalities at least"), x=middle, y=HEIGHT - 8, class_="fn-tick fn-middle"))
    made.append(element("text", _("Events per year"), x=4.0, y=12.0, class_="fn-tick"))
    return made
