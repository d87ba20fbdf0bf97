"""Danger against money: more of it never makes it worse, each interval holds the optimum, and knees where they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of, small, swap

from rasr.core.basis.findings import Refused
from rasr.core.plan.frontier import frontier, knees, with_budget
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, fatalities

OPTIONS = Options(partial=True)


@pytest.mark.parametrize("s_shaped", [0.0, 1.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_interval_holds_the_true_optimum(seed: int, s_shaped: float) -> None:
    problem = problem_of(make_instance(seed, 4, 3, 2, 3, s_shaped=s_shaped, periods=2))
    table = frontier(problem, budgets=(0.2, 1.0, 3.0))
    for row in table.iter_rows(named=True):
        bound, reached = optimum(with_budget(problem, row["budget_share"]))
        assert row["fatalities_bound"] <= reached + 1e-9
        assert bound <= row["fatalities"] + 1e-9


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 200))
def test_more_money_is_never_worse_and_never_overspent(seed: int) -> None:
    problem = problem_of(make_instance(seed, 7, 4, 3, 3, s_shaped=(seed % 3) / 2))
    table = frontier(problem, budgets=(1.0, 0.0, 0.3, 2.0), options=Options(rounds=1))
    assert table["budget_share"].to_list() == [0.0, 0.3, 1.0, 2.0]
    assert (np.diff(table["fatalities"]) <= 1e-12).all()
    assert (np.diff(table["fatalities_bound"]) <= 1e-12).all()
    assert (table["fatalities_bound"] <= table["fatalities"]).all()
    assert (table["cost_eur"] <= table["budget_eur"] + 1.0).all()
    nothing = sum(fatalities(problem, Flow.nothing(problem)))
    assert table["averted_low"].to_list() == pytest.approx([nothing - reached for reached in table["fatalities"]])


def test_what_a_million_more_buys_is_the_slope_between_two_budgets() -> None:
    table = frontier(problem_of(small()), budgets=(0.01, 0.03))
    first, second = table.rows(named=True)
    assert first["averted_per_million_eur"] is None
    run = second["budget_eur"] - first["budget_eur"]
    assert run == pytest.approx(20_000.0)
    rise = second["averted_low"] - first["averted_low"]
    assert second["averted_per_million_eur"] == pytest.approx(rise / run * 1e6)
    assert rise > 0


def test_money_that_lapses_counts_in_each_of_its_periods() -> None:
    funds = "fund_id donor currency starts_on ends_on amount carry_over\nF Alpha EUR 2027-01-01 2028-12-31 80000 no"
    assert frontier(problem_of(small(funds=funds)), budgets=(1.0,))["budget_eur"].to_list() == pytest.approx([80_000])


def test_deadlines_that_the_money_cannot_meet_leave_a_gap_in_the_curve() -> None:
    soon = swap("pools", "9000   1      .", "9000   1      2027-12-31")
    table = frontier(problem_of(small(pools=soon)), budgets=(0.001, 1.0))
    assert table["status"][0] == "no_plan_exists"
    assert table["fatalities"].null_count() == 1
    assert table["fatalities"][1] is not None


@pytest.mark.parametrize("share", [-0.1, float("nan"), float("inf")])
def test_a_budget_below_nothing_is_refused(share: float) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        frontier(problem_of(small()), budgets=(1.0, share))


MONEY = np.array([1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    ("averted", "width", "told"),
    [
        ([4.0, 8.0, 9.0, 10.0], 0.0, ["no", "yes", "no", "no"]),
        ([4.0, 8.0, 9.0, 10.0], 7.0, ["no", "not_distinguishable", "no", "no"]),
        ([1.0, 2.0, 3.0, 4.0], 0.0, ["no"] * 4),
        ([4.0, 7.0, 9.0, 10.0], 0.0, ["no", "no", "yes", "no"]),  # 4, 3, 2, 1 each: the last halves
        ([0.0, 8.0, 9.0, 9.5], 0.0, ["no", "yes", "yes", "no"]),  # the first lies under the curve
        ([5.0, 5.0, 5.0, 5.0], 0.0, ["yes", "no", "no", "no"]),
        ([float("nan"), 8.0, 9.0, 10.0], 0.0, ["no", "yes", "no", "no"]),
        ([0.0] * 4, 0.0, ["no"] * 4),
    ],
)
def test_knees_are_where_a_euro_more_buys_less_than_half(averted: list[float], width: float, told: list[str]) -> None:
    low = np.array(averted)
    assert knees(MONEY, low, low + width) == told
