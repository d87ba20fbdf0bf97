"""Two dangers, one view: explosion and diversion side by side, and what a declared exchange rate does to the ranking.

Together = fatalities per year + rate x diversion. The rate is the user's: fatalities per piece where the diversion is
pieces a year, fatalities a year per unit where it is the index. Without a rate the two are never added.

>>> both = pl.DataFrame({"site_id": ["A", "B"], "fatalities_per_year": [3.0, 1.0], "diversion": [0.0, 4.0]})
>>> swaps(both, 0.0, 1.0).rows()
[(0.5, 'B', 'A', 1)]
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.basis.findings import Refused

Floats = NDArray[np.float64]
BLOCK = 1000
GRID = 512
"""Rates between which a bound on the first ranks is drawn; it saves time and changes nothing."""


def ranks(both: pl.DataFrame, rates: list[float]) -> pl.DataFrame:
    """rate, site_id, together, rank (1: most dangerous; equal ones share it), for each rate.

    both: site_id, fatalities_per_year, diversion (null: unknown; such sites have no rank). Raises Refused:
    out_of_range for a negative rate.
    """
    parts = []
    for rate in rates:
        _hold(rate)
        together = pl.col("fatalities_per_year") + rate * pl.col("diversion")
        rank = together.rank("min", descending=True).cast(pl.Int64)
        parts.append(both.select(pl.lit(float(rate)).alias("rate"), "site_id", together=together, rank=rank))
    schema = {"rate": pl.Float64, "site_id": pl.String, "together": pl.Float64, "rank": pl.Int64}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def swaps(both: pl.DataFrame, low: float, high: float, first: int = 20) -> pl.DataFrame:
    """Where two sites change places as the rate rises from low to high: rate, rises, falls, rank (which they share).

    first: only changes within so many first ranks. At the rate given both are equally dangerous; above it ``rises``
    stands before ``falls``. Exact; sites that so many others surpass in both dangers are never looked at.
    """
    for rate in (low, high):
        _hold(rate)
    known = both.drop_nulls(["fatalities_per_year", "diversion"])
    killed, lost = (known[name].to_numpy().astype(np.float64) for name in ("fatalities_per_year", "diversion"))
    near = np.flatnonzero(_surpassed(killed, lost) < first)
    schema = {"rate": pl.Float64, "rises": pl.String, "falls": pl.String, "rank": pl.Int64}
    if len(near) < 2:  # nothing to change places with
        return pl.DataFrame(schema=schema)
    ids, killed, lost = known["site_id"].to_numpy()[near], killed[near], lost[near]
    floor = _Floor(killed, lost, low, high, first)
    found: list[tuple[float, str, str, int]] = []
    for place in range(len(near)):
        more = lost - lost[place]
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.where(more > 0, (killed[place] - killed) / more, np.nan)
        others = np.flatnonzero((at > low) & (at <= high))
        for other in others[floor.reached(at[others], killed[place] + at[others] * lost[place])]:
            level = killed[place] + at[other] * lost[place]
            above = killed + at[other] * lost
            above[[place, other]] = -np.inf
            rank = 1 + int((above > level * (1 + 1e-12)).sum())
            if rank <= first:
                found.append((float(at[other]), str(ids[other]), str(ids[place]), rank))
    return pl.DataFrame(found, schema=schema, orient="row").sort("rate", "rank", "rises", "falls")


class _Floor:
    """A lower bound on the value of the last of the first ranks, at any rate from low to high.

    Between two rates of a grid the least of the values that are first at the lower one is concave in the rate, so that
    it lies above its chord; and the last of the first ranks lies above it.
    """

    def __init__(self, killed: Floats, lost: Floats, low: float, high: float, first: int) -> None:
        start = max(low, high * 1e-9)
        self.grid = np.unique([low, *np.geomspace(start, high, GRID)]) if high > 0 else np.array([low, high])
        values = killed[:, None] + lost[:, None] * self.grid
        top = np.argsort(-values, axis=0, kind="stable")[: min(first, len(killed))]
        self.left = np.take_along_axis(values, top, axis=0).min(axis=0)[:-1]
        self.right = np.take_along_axis(values[:, 1:], top[:, :-1], axis=0).min(axis=0)

    def reached(self, rate: Floats, value: Floats) -> NDArray[np.bool_]:
        """Whether a value at a rate may be among the first ranks: never no where it is."""
        at = np.clip(np.searchsorted(self.grid, rate, side="right") - 1, 0, len(self.left) - 1)
        share = (rate - self.grid[at]) / (self.grid[at + 1] - self.grid[at])
        chord = self.left[at] + share * (self.right[at] - self.left[at])
        return np.asarray(value >= chord - 1e-9 * np.abs(chord))


def _surpassed(killed: Floats, lost: Floats) -> NDArray[np.int64]:
    """By how many others each site is surpassed in both dangers, and so at every rate."""
    counts = np.zeros(len(killed), np.int64)
    for start in range(0, len(killed), BLOCK):
        block = slice(start, start + BLOCK)
        counts[block] = ((killed > killed[block, None]) & (lost > lost[block, None])).sum(axis=1)
    return counts


def _hold(rate: float) -> None:
    if not rate >= 0:
        raise Refused("out_of_range", quantity="The exchange rate", minimum=0, maximum="any", unit="", value=rate)
