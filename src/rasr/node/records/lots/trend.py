"""How the results of a lot's tests go on, as charts and in one figure: the change in a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.formats import date_format

from rasr.node.records.models import SurveillanceTest

LEAST = 2
"""Days with a result from which on there is a trend."""
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Trend:
    """The results of one method in one unit. per_year: change of the straight line through them; None with fewer than
    two days.
    """

    method: str
    unit: str
    chart: dict[str, Any]
    per_year: float | None


def trends(tests: Iterable[SurveillanceTest]) -> list[Trend]:
    """One for each method and unit of which there is a number, the oldest result first."""
    groups: dict[tuple[str, str], list[SurveillanceTest]] = {}
    for test in sorted(tests, key=lambda one: (one.tested_on, one.recorded_at)):
        if test.value is not None:
            groups.setdefault((test.method, test.unit), []).append(test)
    return [_trend(method, unit, found) for (method, unit), found in groups.items()]


def _trend(method: str, unit: str, tests: list[SurveillanceTest]) -> Trend:
    values = [test.value for test in tests]
    chart = {
        "periods": [date_format(test.tested_on, "SHORT_DATE_FORMAT") for test in tests],
        "series": [{"name": method, "values": values}],
        "unit": unit,
    }
    days = np.array([test.tested_on.toordinal() for test in tests], dtype=float)
    if len(set(days)) < LEAST:
        return Trend(method, unit, chart, None)
    slope = float(np.polyfit(days - days[0], np.array(values, dtype=float), 1)[0])
    return Trend(method, unit, chart, slope * DAYS_PER_YEAR)
