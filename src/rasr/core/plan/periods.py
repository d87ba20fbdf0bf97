"""Planning periods: equal numbers of calendar months from the start of the plan.

>>> Periods(date(2027, 1, 1), 6, 3).ends_on[-1]
datetime.date(2028, 6, 30)
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from rasr.core.basis.units import MONTHS_PER_YEAR
from rasr.core.plan.curves import Floats


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month where it is shorter."""
    year, month = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Periods:
    """``count`` periods of ``months`` months each, the first starting on ``starts_on``."""

    starts_on: date
    months: int
    count: int

    @cached_property
    def begins_on(self) -> list[date]:
        """First day of each period."""
        return [add_months(self.starts_on, self.months * index) for index in range(self.count)]

    @cached_property
    def ends_on(self) -> list[date]:
        """Last day of each period."""
        return [add_months(self.starts_on, self.months * (index + 1)) - timedelta(1) for index in range(self.count)]

    @property
    def years(self) -> float:
        """Length of one period in years."""
        return self.months / MONTHS_PER_YEAR

    def whole_in(self, first: date | None, last: date | None) -> np.ndarray:
        """(count,) which periods lie wholly between two days; None is no limit."""
        return np.array(
            [
                (first is None or first <= begin) and (last is None or end <= last)
                for begin, end in zip(self.begins_on, self.ends_on, strict=True)
            ]
        )

    def touching(self, first: date, last: date) -> np.ndarray:
        """(count,) which periods share a day with the time between two days."""
        return np.array(
            [first <= end and begin <= last for begin, end in zip(self.begins_on, self.ends_on, strict=True)]
        )

    def number(self, day: date) -> int:
        """The period (from 0) that holds the day, as if periods went on for ever in both directions."""
        months = (day.year - self.starts_on.year) * MONTHS_PER_YEAR + day.month - self.starts_on.month
        return (months - (day < add_months(self.starts_on, months))) // self.months

    def deadline(self, day: date) -> int:
        """The last period (from 0) that ends by the day; the first where even that is too late.

        -1 where a period beyond the horizon ends by the day: nothing is due within it.
        """
        if day >= add_months(self.starts_on, self.months * (self.count + 1)) - timedelta(1):
            return -1
        return max(sum(end <= day for end in self.ends_on) - 1, 0)

    def weights_years(self, discount_per_year: float) -> Floats:
        """(count + 1,) years for which the danger at the start and at the end of each period counts.

        The danger within a period is taken as the mean of its two ends, so the ends of the horizon weigh half.
        """
        middle = (np.arange(self.count) + 0.5) * self.years
        period = self.years * (1.0 + discount_per_year) ** -middle
        half = period / 2.0
        return np.asarray(np.concatenate([half, [0.0]]) + np.concatenate([[0.0], half]))

    def table(self) -> pl.DataFrame:
        """period (from 1), starts_on, ends_on."""
        return pl.DataFrame(
            {"period": range(1, self.count + 1), "starts_on": self.begins_on, "ends_on": self.ends_on},
            schema={"period": pl.Int64, "starts_on": pl.Date, "ends_on": pl.Date},
        )
