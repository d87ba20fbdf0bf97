"""F-N curves: how often in a year an event with at least so many fatalities is to be expected.

Each store by day and by night is one case: its frequency, and the fatalities expected in it. Chance within a case (who
happens to stand where) is not in the curve.

>>> exceedance(np.array([1.0, 10.0]), np.array([0.5, 3.0, 20.0]), np.array([1e-3, 1e-4, 1e-5])).round(6).tolist()
[0.00011, 1e-05]
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.risk import Danger

FloatArray = NDArray[np.float64]
AT_LEAST = np.array([each * 10.0**power for power in range(5) for each in (1, 2, 5)])
"""Numbers of fatalities at which a curve is drawn: 1, 2, 5 .. 50,000."""
SCHEMA = pl.Schema(
    {
        "fatalities_at_least": pl.Int64(),
        "events_per_year": pl.Float64(),
        "events_per_year_low": pl.Float64(),
        "events_per_year_high": pl.Float64(),
    }
)


def exceedance(at_least: FloatArray, fatalities: FloatArray, events_per_year: FloatArray) -> FloatArray:
    """Events per year with at least so many fatalities; fatalities and events_per_year by case."""
    order = np.argsort(fatalities, kind="stable")
    above = np.concatenate([np.cumsum(events_per_year[order][::-1])[::-1], [0.0]])
    return above[np.searchsorted(fatalities[order], at_least, side="left")]


def curve(danger: Danger, chosen: NDArray[np.bool_]) -> pl.DataFrame:
    """The curve of the chosen stores (``SCHEMA``) up to the first number that is not reached even in the high case.

    low and high: low with low and high with high of events and fatalities, as in the interval of the danger.
    """
    share = np.array([danger.day_fraction, 1.0 - danger.day_fraction])
    low, central, high = (
        exceedance(
            AT_LEAST,
            danger.by_time[estimate, chosen].ravel(),
            (danger.events_per_year[estimate, chosen, None] * share).ravel(),
        )
        for estimate in range(3)
    )
    last = min(int((high > 0).sum()) + 1, len(AT_LEAST)) if (high > 0).any() else 0
    columns = dict(zip(SCHEMA, (AT_LEAST[:last], central[:last], low[:last], high[:last]), strict=True))
    return pl.DataFrame(columns).cast(SCHEMA)
