"""The trend of a stabiliser: lines by hand, bounds against another way of working them out, and bad tests."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import linregress, t

from rasr.core.assessment.explosives.ageing import action_pct, ageing_table, band_expr, trend
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FIRST = date(2000, 1, 1)
DAYS_PER_YEAR = 365.25


def days(*years: float) -> list[date]:
    return [FIRST + timedelta(days=round(year * DAYS_PER_YEAR)) for year in years]


def test_a_line_without_scatter_is_met_to_the_day() -> None:
    line = trend(days(0, 8, 16), [1.0, 0.84, 0.68])
    assert line.slope_pct_per_year == pytest.approx(-0.02, rel=1e-9)
    found = line.reaches(0.3)
    assert found.on == days(35)[0]
    assert (found.earliest, found.latest, found.has_interval) == (found.on, found.on, True)
    assert line.pct_on(days(24)[0]) == pytest.approx(0.52)
    assert line.pct_on(days(100)[0]) == 0.0


def test_two_tests_give_a_day_and_no_interval() -> None:
    found = trend(days(0, 10), [1.0, 0.8]).reaches(0.3)
    assert found.on is not None
    assert abs(found.on - days(35)[0]) <= timedelta(days=2)
    assert (found.earliest, found.latest, found.has_interval) == (None, None, False)


def test_the_line_and_its_bounds_are_those_of_ordinary_regression() -> None:
    years, pct = np.array([0.0, 4.0, 9.0, 13.0, 20.0]), np.array([1.02, 0.93, 0.86, 0.73, 0.66])
    line, other = trend(days(*years), pct), linregress(years, pct)
    assert line.slope_pct_per_year == pytest.approx(other.slope, rel=1e-3)

    def bound_pct(year: float, side: int) -> float:
        away, middle = year - years.mean(), years.mean()
        scatter = np.sqrt(((pct - other.intercept - other.slope * years) ** 2).sum() / 3)
        spread = scatter * np.sqrt(1 / 5 + away**2 / ((years - middle) ** 2).sum())
        return float(other.intercept + other.slope * year + side * t.ppf(0.95, 3) * spread - 0.3)

    found = line.reaches(0.3, confidence=0.9)
    assert found.on is not None
    for day, side in ((found.earliest, -1), (found.latest, 1)):
        assert day is not None
        expected = brentq(bound_pct, years.mean(), 300.0, args=(side,))
        assert (day - FIRST).days / DAYS_PER_YEAR == pytest.approx(expected, abs=0.02)


def test_a_stated_spread_weighs_and_bounds() -> None:
    """A test a hundred times surer than the others draws the line through itself."""
    plain = trend(days(0, 10, 20), [1.0, 0.7, 0.8])
    weighed = trend(days(0, 10, 20), [1.0, 0.7, 0.8], [0.1, 0.001, 0.1])
    assert abs(weighed.pct_on(days(10)[0]) - 0.7) < 0.001 < abs(plain.pct_on(days(10)[0]) - 0.7)
    exact = trend(days(0, 10), [1.0, 0.8], [0.01, 0.01]).reaches(0.3)
    assert exact.has_interval
    assert exact.on is not None
    assert abs(exact.on - days(35)[0]) <= timedelta(days=2)
    # The line at 35 years: 0.3 +- 1.96 x 0.01 x sqrt(1/2 + 30^2/50); it falls 0.02 in a year, and the bounds bend.
    assert exact.earliest is not None
    assert exact.latest is not None
    assert 3.5 < (exact.on - exact.earliest).days / DAYS_PER_YEAR < 4.5
    assert 4.5 < (exact.latest - exact.on).days / DAYS_PER_YEAR < 6.5


def test_scatter_beyond_the_stated_spread_widens_the_bounds() -> None:
    years, pct = days(0, 5, 10, 15), [1.0, 0.8, 0.95, 0.7]
    sure, unsure = trend(years, pct, [0.01] * 4), trend(years, pct, [0.2] * 4)
    assert sure.degrees == 2
    assert unsure.degrees is None
    assert sure.slope_variance is not None
    assert unsure.slope_variance is not None
    assert sure.slope_variance > 0.01**2 / 125.0
    assert unsure.slope_variance == pytest.approx(0.2**2 / 125.0, rel=1e-2)


@pytest.mark.parametrize(
    ("pct", "on", "earliest", "latest"),
    [
        ([0.8, 0.81, 0.82, 0.83], False, False, False),  # rises for certain: never
        ([0.8, 0.7, 0.9, 0.8], False, True, False),  # level: it may fall, nobody can say when
        ([0.2, 0.21, 0.19, 0.2], True, True, True),  # there already
    ],
)
def test_trends_that_do_not_fall_clearly(pct: list[float], on: bool, earliest: bool, latest: bool) -> None:
    found = trend(days(0, 1, 2, 3), pct).reaches(0.3)
    assert (found.earliest is not None, found.latest is not None) == (earliest, latest)
    assert found.has_interval
    assert on or found.on is None
    if latest:
        assert found.latest is not None
        assert found.latest <= days(3)[0]


@given(
    st.lists(st.floats(0.05, 2.0), min_size=3, max_size=6),
    st.floats(0.05, 1.0),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_day_lies_between_its_bounds_and_more_confidence_is_wider(
    pct: list[float], level_pct: float, confidence: float
) -> None:
    line = trend(days(*range(len(pct))), pct)
    assume(line.slope_pct_per_year < -1e-3)
    found, wider = line.reaches(level_pct, confidence), line.reaches(level_pct, 0.99)
    assert found.has_interval
    if found.on and found.earliest and found.earliest != line.first:
        assert found.earliest <= found.on
    if found.on and found.latest:
        assert found.on <= found.latest
        if wider.latest:
            assert found.latest <= wider.latest


@given(st.permutations(list(range(5))))
def test_the_order_of_tests_does_not_matter(order: list[int]) -> None:
    on, pct = days(0, 3, 7, 9, 15), [1.0, 0.95, 0.8, 0.82, 0.6]
    mixed = trend([on[place] for place in order], [pct[place] for place in order])
    assert mixed.reaches(0.3) == trend(on, pct).reaches(0.3)


@pytest.mark.parametrize(
    ("on", "pct", "spread", "code"),
    [
        (days(0), [1.0], None, "not_available"),
        (days(3, 3, 3), [1.0, 0.9, 0.8], None, "not_available"),
        ([], [], None, "not_available"),
        (days(0, 1), [1.0, np.nan], None, "out_of_range"),
        (days(0, 1), [1.0, -0.1], None, "out_of_range"),
        (days(0, 1), [1.0, 0.9], [0.0, 0.1], "not_above_zero"),
        (days(0, 1), [1.0, 0.9], [np.nan, 0.1], "not_above_zero"),
    ],
)
def test_bad_tests_are_refused(on: list[date], pct: list[float], spread: list[float] | None, code: str) -> None:
    with pytest.raises(Refused) as refused:
        trend(on, pct, spread)
    assert refused.value.code == code
    assert (refused.value.numbers.get("minimum", 0), refused.value.numbers.get("maximum", 100)) == (0, 100)
    assert loader.say(refused.value.code, refused.value.numbers)


@pytest.mark.parametrize("confidence", [0.0, 1.0, np.nan])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        trend(days(0, 1, 2), [1.0, 0.9, 0.7]).reaches(0.3, confidence)


def test_bands_are_data_and_not_verified(tmp_path: Path) -> None:
    contents = pl.DataFrame({"pct": [0.31, 0.3, 0.29, 0.2, 0.19, 0.0, None, float("nan")]})
    found = contents.select(band_expr(pl.col("pct"), "untested")).to_series()
    assert found.to_list() == ["A", "A", "C", "C", "D", "D", "untested", "untested"]
    assert {row["status"] for row in loader.rows("explosives/stabiliser_bands.csv")} == {"not_verified"}
    name = "explosives/stabiliser_bands.csv"
    own = tmp_path / name
    own.parent.mkdir()
    own.write_text((loader.SHIPPED / name).read_text(encoding="utf-8").replace("A,0.3,", "A,0.5,"), encoding="utf-8")
    assert action_pct() == 0.3
    try:
        loader.use_folder(tmp_path)
        assert action_pct() == 0.5
    finally:
        loader.use_folder(None)


def test_the_table_of_lots() -> None:
    tests = pl.DataFrame(
        {
            "lot": ["B", "B", "B", "A", "C", "C", "D", None],
            "tested_on": [*days(16, 0, 8), days(2)[0], days(1)[0], days(50)[0], None, days(1)[0]],
            "stabiliser_pct": [0.68, 1.0, 0.84, 0.25, 0.9, 0.1, 0.5, 0.5],
        }
    )
    found = ageing_table(tests, as_of=days(20)[0])
    assert found["lot"].to_list() == ["A", "B", "C"]
    assert found["tests"].to_list() == [1, 3, 1], "a test after the day, or without a day, does not count"
    once, trended, _ = found.iter_rows(named=True)
    assert (once["band"], once["pct"], once["action_on"], once["has_interval"]) == ("C", 0.25, None, None)
    assert (trended["band"], trended["action_on"], trended["pct"]) == ("A", days(35)[0], pytest.approx(0.6))
    assert ageing_table(tests.clear(), as_of=FIRST).is_empty()
    assert ageing_table(tests, as_of=days(16)[0])["tests"].to_list() == [1, 3, 1], "a test of the day itself counts"
    assert ageing_table(tests, as_of=days(16)[0] - timedelta(days=1))["tests"].to_list() == [1, 2, 1]
