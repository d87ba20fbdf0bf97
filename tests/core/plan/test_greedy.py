"""The spreadsheet's plan: it keeps every rule, goes by danger per euro, and is what the plan is set beside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import both, problem_of, small, swap

from rasr.core.plan.audit import audit
from rasr.core.plan.greedy import greedy_plan
from rasr.core.plan.problem import Flow, fatalities


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500), st.sampled_from([0.02, 0.3, 3.0]), st.sampled_from([0.1, 1.0]))
def test_it_keeps_every_rule_and_is_no_worse_than_nothing(seed: int, budget: float, capacity: float) -> None:
    problem = problem_of(make_instance(seed, 8, 6, 3, 4, budget_share=budget, capacity=capacity))
    plan = greedy_plan(problem)
    assert audit(problem, plan) == []
    assert sum(fatalities(problem, plan)) <= sum(fatalities(problem, Flow.nothing(problem))) + 1e-12


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_it_is_no_better_than_the_best(seed: int) -> None:
    problem = problem_of(make_instance(seed, 4, 3, 2, 3, s_shaped=1.0, periods=2))
    assert sum(fatalities(problem, greedy_plan(problem))) >= optimum(problem)[0] - 1e-9


def test_the_site_with_most_danger_per_euro_goes_first() -> None:
    """N removes 0.10 a year for the work on 80 t, S 0.03 for 60 t: with machine time for one, N's mortars burn at S."""
    alone = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to"
    rates = swap("line_rates", "mortar 500 ", "mortar 250 ")
    problem = problem_of(small(permits=alone, line_rates=rates, routes="from_site_id to_site_id distance_km\nN S 0"))
    sent = np.zeros((4, problem.count))
    plan = greedy_plan(problem)
    np.add.at(sent, problem.arcs.pool, plan.shipped_kg)
    by_pool = dict(zip(problem.pools.ids, sent.tolist(), strict=True))
    assert by_pool["N/mortar"] == pytest.approx([30_000, 30_000, 0, 0])
    assert by_pool["S/mortar"] == pytest.approx([0, 0, 30_000, 30_000])


def test_money_ends_it_to_the_last_tonne() -> None:
    funds = "fund_id donor currency starts_on ends_on amount carry_over\nF Alpha EUR 2027-01-01 2028-12-31 9000 yes"
    problem = problem_of(small(funds=funds))
    plan = greedy_plan(problem)
    assert 8_900 < plan.paid_eur.sum() <= 9_000
    assert audit(problem, plan) == []


def test_stock_with_a_deadline_goes_before_what_is_more_dangerous() -> None:
    soon = swap("pools", "S/mortar AL              S         mortar suspect        60000   6000   1      .",
                "S/mortar AL S mortar suspect 60000 6000 1 2027-06-30")  # fmt: skip
    problem = problem_of(small(pools=soon))
    assert audit(problem, greedy_plan(problem)) == []


def test_the_plan_says_by_how_much_it_is_better() -> None:
    summary = both(make_instance(3)).joint.summary
    beside, nothing = summary["greedy"], summary["objective_doing_nothing"]
    assert beside["objective_fatalities"] >= summary["bound"]
    assert beside["averts_more_share"] == pytest.approx(
        (nothing - summary["objective_fatalities"]) / (nothing - beside["objective_fatalities"]) - 1
    )
    assert beside["averts_more_share"] > 0
    assert beside["deadlines_missed"] == 0
