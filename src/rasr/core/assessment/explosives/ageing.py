"""When a propellant's stabiliser reaches the band in which something must be done: a trend of its dated tests.

A straight line of the stabiliser left (per cent by mass) against time, by weighted regression; the day on which it
reaches the level, with the days on which its confidence bounds do. That the loss is even over time is our own rule, as
are what the bounds stand on; bands and their levels are data (``reference/explosives/stabiliser_bands.csv``, not
verified). A trend says nothing of a lot that lay elsewhere, hotter, or was never tested.

>>> tests = [date(2010, 1, 1), date(2015, 1, 1), date(2020, 1, 1)]
>>> trend(tests, [1.0, 0.9, 0.8]).reaches(0.3).on.year
2044
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
FILE = "explosives/stabiliser_bands.csv"
DAYS_PER_YEAR = 365.25
CONFIDENCE = 0.95
FARTHEST_YEARS = 200.0
"""A day farther from the tests than this is not told: no trend holds so long."""
EXACT_PCT = 1e-9
"""A bound nearer to its line than this, per cent, is the line."""
TABLE = pl.Schema(
    {
        "lot": pl.String(),
        "tests": pl.Int64(),
        "last_tested_on": pl.Date(),
        "pct": pl.Float64(),
        "band": pl.String(),
        "slope_pct_per_year": pl.Float64(),
        "action_on": pl.Date(),
        "action_earliest": pl.Date(),
        "action_latest": pl.Date(),
        "has_interval": pl.Boolean(),
    }
)
"""Columns of ``ageing_table``."""


@dataclass(frozen=True)
class Reach:
    """The day on which a trend reaches a level, and the days between which it does by its confidence bounds.

    None: never, or not within ``FARTHEST_YEARS`` of the tests. has_interval: whether the tests tell how sure they are;
    without it both bounds are None.
    """

    on: date | None
    earliest: date | None
    latest: date | None
    has_interval: bool


@dataclass(frozen=True)
class Trend:
    """A straight line through tests: level_pct in their weighted middle, years after the first, and how it changes.

    level_variance, slope_variance: of the two, which do not hang together; None where the tests do not tell.
    degrees: of freedom; None where the spread of a test was stated and is taken as known.
    """

    tests: int
    first: date
    last: date
    middle_years: float
    level_pct: float
    slope_pct_per_year: float
    level_variance: float | None
    slope_variance: float | None
    degrees: int | None

    def pct_on(self, day: date) -> float:
        """The stabiliser that the line gives for a day, per cent; never below 0."""
        return max(self.level_pct + self.slope_pct_per_year * (_years(day - self.first) - self.middle_years), 0.0)

    def reaches(self, level_pct: float, confidence: float = CONFIDENCE) -> Reach:
        """When the line falls to a level, and its bounds of this confidence (both sides, 0 to 1) do.

        earliest: where the lower bound falls through the level for the last time; the first test where it never was
        above it. latest: where the upper bound first lies below it. A content that rises for certain never does.
        Refused('out_of_range') for a confidence that is none.
        """
        if not 0.0 < confidence < 1.0:
            raise Refused("out_of_range", quantity="The confidence", minimum=0, maximum=1, unit="", value=confidence)
        above, slope = self.level_pct - level_pct, self.slope_pct_per_year
        on = self._day(-above / slope) if slope < 0 else None
        if self.level_variance is None or self.slope_variance is None:
            return Reach(on, None, None, False)
        side = 0.5 + confidence / 2.0
        quantile = float(ndtri(side) if self.degrees is None else stdtrit(self.degrees, side))
        level_bound, slope_bound = quantile**2 * self.level_variance, quantile**2 * self.slope_variance
        if level_bound <= EXACT_PCT**2:
            return Reach(on, on, on, True)
        if slope > 0 and slope**2 > slope_bound:
            return Reach(None, None, None, True)
        falls, below = _crossings(above, slope, level_bound, slope_bound)
        earliest = self._day(max(falls)) if falls else self.first
        return Reach(on, earliest, self._day(min(below)) if below else None, True)

    def _day(self, years: float) -> date | None:
        if not abs(years) <= FARTHEST_YEARS:
            return None
        ordinal = self.first.toordinal() + round((self.middle_years + years) * DAYS_PER_YEAR)
        return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def trend(tested_on: Sequence[date], stabiliser_pct: ArrayLike, spread_pct: ArrayLike | None = None) -> Trend:
    """The line through tests of one lot, of one length and in any order.

    spread_pct: standard deviation of each test, where it is known: a test weighs 1 / spread squared, and the scatter
    about the line only ever adds to it. Without it all weigh the same and the scatter alone tells how sure the line is,
    from three tests on. Refused: not_available (tests of fewer than two days), out_of_range (content), not_above_zero
    (spread).
    """
    pct = np.asarray(stabiliser_pct, float)
    spread = None if spread_pct is None else np.asarray(spread_pct, float)
    assert pct.shape == (len(tested_on),), "one content for each test"
    assert spread is None or spread.shape == pct.shape, "one spread for each test"
    _hold_figures(pct, spread)
    if len(set(tested_on)) < 2:
        raise Refused("not_available", what="A trend of the stabiliser", reason="it needs tests of two days or more")
    first = min(tested_on)
    years = np.array([_years(day - first) for day in tested_on])
    weight = np.ones_like(pct) if spread is None else 1.0 / spread**2
    middle, level = np.average(years, weights=weight), float(np.average(pct, weights=weight))
    away = years - middle
    across = float(weight @ away**2)
    slope = float(weight @ (away * pct)) / across
    degrees = len(pct) - 2
    misfit = float(weight @ (pct - level - slope * away) ** 2)
    variance, known = _unit_variance(misfit, degrees, spread is not None)
    return Trend(
        len(pct),
        first,
        max(tested_on),
        float(middle),
        level,
        slope,
        None if variance is None else variance / float(weight.sum()),
        None if variance is None else variance / across,
        None if known else degrees,
    )


def action_pct() -> float:
    """The stabiliser below which something must be done: the lowest at which the bands still ask for nothing."""
    return min(float(row["from_pct"]) for row in loader.rows(FILE) if row["action"] == "none")


def band_expr(stabiliser_pct: pl.Expr, unknown: str) -> pl.Expr:
    """The band of a column of contents: the one whose from_pct it reaches; ``unknown`` where it is null or nan."""
    band = pl.lit(None, pl.String)
    for row in sorted(loader.rows(FILE), key=lambda row: float(row["from_pct"])):
        band = pl.when(stabiliser_pct >= float(row["from_pct"])).then(pl.lit(row["band"])).otherwise(band)
    unknowable = stabiliser_pct.is_null() | stabiliser_pct.is_nan()
    return pl.when(unknowable).then(pl.lit(unknown)).otherwise(band)


def ageing_table(tests: pl.DataFrame, as_of: date, confidence: float = CONFIDENCE) -> pl.DataFrame:
    """One row per lot: ``TABLE``, sorted by lot.

    tests: lot, tested_on, stabiliser_pct, and spread_pct where it is known (then for every test of the lot, else it is
    left out); tests after as_of or without a day or a content do not count. pct and band are those of the trend as of
    the day, of the last test where the lot was tested on one day alone; the days say when the content falls below
    ``action_pct``. Refused as ``trend``.
    """
    known = tests.drop_nulls(["lot", "tested_on", "stabiliser_pct"]).filter(pl.col("tested_on") <= as_of)
    if "spread_pct" not in known.columns:
        known = known.with_columns(spread_pct=pl.lit(None, pl.Float64))
    rows = []
    for (lot,), of_lot in known.sort("lot", "tested_on").group_by("lot", maintain_order=True):
        rows.append({"lot": lot, **_lot_row(of_lot, as_of, confidence)})
    return pl.DataFrame(rows, schema=TABLE).with_columns(band=band_expr(pl.col("pct"), "untested"))


def _lot_row(tests: pl.DataFrame, as_of: date, confidence: float) -> dict[str, object]:
    days, pct = tests["tested_on"].to_list(), tests["stabiliser_pct"].to_numpy()
    row: dict[str, object] = {"tests": len(days), "last_tested_on": days[-1], "pct": float(pct[-1])}
    if len(set(days)) < 2:
        return row
    spread = None if tests["spread_pct"].has_nulls() else tests["spread_pct"].to_numpy()
    line = trend(days, pct, spread)
    reach = line.reaches(action_pct(), confidence)
    return {
        **row,
        "pct": line.pct_on(as_of),
        "slope_pct_per_year": line.slope_pct_per_year,
        "action_on": reach.on,
        "action_earliest": reach.earliest,
        "action_latest": reach.latest,
        "has_interval": reach.has_interval,
    }


def _crossings(above: float, slope: float, level_bound: float, slope_bound: float) -> tuple[list[float], list[float]]:
    """Years from the middle at which the lower bound of the line crosses the level, and at which the upper does.

    Roots of (above + slope u)^2 = level_bound + slope_bound u^2: on the one side of the level, then on the other.
    """
    lead, tail, half = slope**2 - slope_bound, above**2 - level_bound, above * slope
    discriminant = level_bound * lead + slope_bound * above**2
    if discriminant < 0:
        return [], []
    pivot = -(half + np.copysign(np.sqrt(discriminant), half))
    roots = [over / under for over, under in ((pivot, lead), (tail, pivot)) if under != 0]
    return [u for u in roots if above + slope * u > 0], [u for u in roots if above + slope * u < 0]


def _unit_variance(misfit: float, degrees: int, stated: bool) -> tuple[float | None, bool]:
    """Variance of a test of weight 1 (None: not known), and whether it is taken as known rather than estimated."""
    scatter = misfit / degrees if degrees else None
    if not stated:
        return scatter, False
    return (1.0, True) if scatter is None or scatter <= 1.0 else (scatter, False)


def _hold_figures(stabiliser_pct: FloatArray, spread_pct: FloatArray | None) -> None:
    wrong = stabiliser_pct[~((stabiliser_pct >= 0.0) & (stabiliser_pct <= 100.0))]
    if wrong.size:
        what = "The stabiliser content"
        raise Refused("out_of_range", quantity=what, minimum=0, maximum=100, unit="%", value=float(wrong[0]))
    if spread_pct is not None:
        wrong = spread_pct[~((spread_pct > 0.0) & (spread_pct < np.inf))]
        if wrong.size:
            raise Refused("not_above_zero", quantity="The spread of a test in %", value=float(wrong[0]))


def _years(span: timedelta) -> float:
    return span.days / DAYS_PER_YEAR
