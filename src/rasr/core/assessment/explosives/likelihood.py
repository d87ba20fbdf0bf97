"""How often a store explodes: events per year as a straight line of its net explosive quantity (NEQ).

Methods and their intervals: ``reference/explosives/event_frequency.csv``; the setting event_frequency_method names one.

>>> low, central, high = events_per_year([100_000.0], "amrisk_storage")
>>> round(float(central[0]), 6)
0.000165
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
FILE = "explosives/event_frequency.csv"


def events_per_year(neq_kg: ArrayLike, method: str) -> FloatArray:
    """Events per year of stores that hold so much, shape (3, n): low, central, high. 0 where nothing is held.

    Refused('unknown_rule') where the method is not in the table.
    """
    row = frequency_row(method)
    neq = np.atleast_1d(neq_kg).astype(float)
    central = np.where(neq > 0, float(row["a_per_year"]) + float(row["b_per_year_kg"]) * neq, 0.0)
    return np.stack([central * float(row["low_factor"]), central, central * float(row["high_factor"])])


def frequency_row(method: str) -> dict[str, str]:
    """The row of the table that a method is, with its source, status and note."""
    known = {row["method"]: row for row in loader.rows(FILE)}
    if method not in known:
        raise Refused("unknown_rule", what="event frequency method", value=method, known=", ".join(sorted(known)))
    return known[method]
