"""Periods: whole calendar months, deadlines and windows in them, and the years for which danger counts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.plan.periods import Periods, add_months

HALVES = Periods(date(2027, 1, 1), 6, 4)
days = st.dates(date(2020, 1, 1), date(2050, 12, 31))
plans = st.builds(Periods, days, st.integers(1, 24), st.integers(1, 12))


def test_half_years_from_new_year() -> None:
    assert HALVES.begins_on == [date(2027, 1, 1), date(2027, 7, 1), date(2028, 1, 1), date(2028, 7, 1)]
    assert HALVES.ends_on == [date(2027, 6, 30), date(2027, 12, 31), date(2028, 6, 30), date(2028, 12, 31)]
    assert HALVES.years == 0.5


def test_table_counts_periods_from_one() -> None:
    assert HALVES.table().rows()[0] == (1, date(2027, 1, 1), date(2027, 6, 30))
    assert HALVES.table()["period"].to_list() == [1, 2, 3, 4]


def test_a_plan_that_starts_on_the_last_of_a_month_begins_on_that_day() -> None:
    periods = Periods(date(2027, 8, 31), 6, 3)
    assert periods.begins_on == [date(2027, 8, 31), date(2028, 2, 29), date(2028, 8, 31)]


@given(plans)
def test_periods_follow_each_other_without_a_gap_from_the_start_of_the_plan(periods: Periods) -> None:
    assert periods.begins_on[0] == periods.starts_on
    for end, begin in zip(periods.ends_on[:-1], periods.begins_on[1:], strict=True):
        assert begin - end == timedelta(1)


@given(days, st.integers(-60, 200))
def test_months_on_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    on = add_months(day, months)
    assert (on.year * 12 + on.month) - (day.year * 12 + day.month) == months
    assert on.day == day.day or (on.day < day.day and (on + timedelta(1)).day == 1)


@given(plans, days)
def test_the_number_of_a_day_is_the_period_that_holds_it(periods: Periods, day: date) -> None:
    holding = [i for i, (a, b) in enumerate(zip(periods.begins_on, periods.ends_on, strict=True)) if a <= day <= b]
    number = periods.number(day)
    assert holding == ([number] if 0 <= number < periods.count else [])


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 5, 1), 0),  # long past: as soon as can be
        (date(2027, 6, 29), 0),
        (date(2027, 6, 30), 0),
        (date(2027, 12, 30), 0),
        (date(2027, 12, 31), 1),
        (date(2028, 12, 31), 3),
        (date(2029, 6, 29), 3),  # before the first period beyond the horizon ends
        (date(2029, 6, 30), -1),  # that period would still be in time
        (date(9999, 12, 31), -1),
    ],
)
def test_deadline_is_the_last_period_that_ends_by_the_day(day: date, last: int) -> None:
    assert HALVES.deadline(day) == last


@given(plans, days)
def test_a_longer_horizon_does_not_move_a_deadline(periods: Periods, day: date) -> None:
    longer = Periods(periods.starts_on, periods.months, periods.count + 7)
    if periods.deadline(day) >= 0:
        assert longer.deadline(day) == periods.deadline(day)


def test_a_permit_counts_only_in_periods_it_covers_wholly() -> None:
    assert HALVES.whole_in(date(2027, 2, 1), date(2028, 6, 30)).tolist() == [False, True, True, False]
    assert HALVES.whole_in(None, date(2027, 12, 30)).tolist() == [True, False, False, False]
    assert HALVES.whole_in(None, None).all()


def test_a_fund_pays_in_periods_it_shares_a_day_with() -> None:
    assert HALVES.touching(date(2027, 6, 30), date(2028, 1, 1)).tolist() == [True, True, True, False]
    assert not HALVES.touching(date(2020, 1, 1), date(2026, 12, 31)).any()


def test_danger_counts_half_at_the_ends_of_the_horizon() -> None:
    assert HALVES.weights_years(0.0).tolist() == [0.25, 0.5, 0.5, 0.5, 0.25]


@given(plans, st.floats(0.0, 0.2))
def test_discount_takes_away_from_later_danger_and_adds_nothing(periods: Periods, discount: float) -> None:
    weights, plain = periods.weights_years(discount), periods.weights_years(0.0)
    assert plain.sum() == pytest.approx(periods.years * periods.count)
    assert (weights <= plain + 1e-12).all()
    assert (np.diff(weights / plain) <= 1e-12).all()
    middle = (np.arange(periods.count) + 0.5) * periods.years
    assert weights.sum() == pytest.approx((periods.years / (1 + discount) ** middle).sum())
