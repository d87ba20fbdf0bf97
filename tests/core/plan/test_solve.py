"""The search: its proof holds against the true optimum, its plans are near it, and it gives the same plan twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import add, both, problem_of, small, swap

from rasr.core.plan.audit import audit
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, Problem, costs_eur
from rasr.core.plan.settle import settle
from rasr.core.plan.solve import Found, NoPlanError, solve, total_fatalities
from rasr.core.records.region import Region

few = settings(max_examples=12, deadline=None)
ROUNDING = 1e-6
"""Share by which two solvers may differ on the same optimum."""


def search(problem: Problem, start: Flow | None = None, options: Options | None = None) -> Found:
    """The search without a clock."""
    return solve(problem, options or Options(), start=start, clock=lambda: 0.0, progress=lambda _, __: None)


@st.composite
def little_regions(draw: st.DrawFn, s_shaped: float | None = None) -> Region:
    """Regions of two to five sites, poor and rich, with and without lines to open and corridors that cost."""
    return make_instance(
        seed=draw(st.integers(0, 10**6)),
        sites=draw(st.integers(2, 5)),
        lines=draw(st.integers(1, 4)),
        jurisdictions=draw(st.integers(1, 3)),
        families=draw(st.integers(2, 4)),
        periods=draw(st.integers(1, 3)),
        budget_share=draw(st.sampled_from([0.05, 0.3, 0.6, 2.0])),
        capacity=draw(st.sampled_from([0.3, 1.0, 4.0])),
        s_shaped=draw(st.sampled_from([0.0, 0.5, 1.0])) if s_shaped is None else s_shaped,
    )


ONE_AT_A_TIME = {
    "danger_curves": """
        origin_id neq_kg fatalities_per_year low high
        N         0      0                   0   0
        N         2000   0.05                0   1
        S         0      0                   0   0
        S         4000   0.06                0   1
        X         0      0                   0   0
        X         3000   0.08                0   1""",
    "pools": """
        pool_id jurisdiction_id origin_id family stability_band mass_kg neq_kg pieces
        N       AL              N         mortar suspect        60000   2000   1
        S       AL              S         mortar suspect        60000   4000   1
        X       AL              X         mortar suspect        60000   3000   1""",
    "line_rates": """
        line_id technique    family capacity_kg_per_day cost_eur_per_tonne
        BURN    open_burning mortar 500                 400""",
    "settings": """
        key                               value
        starts_on                         2027-01-01
        horizon_periods                   2
        transport_fatalities_per_tonne_km 0
        processing_fatalities_per_tonne   0""",
}
"""Three pools of one period's work each, and two periods."""


def test_of_three_pools_and_time_for_two_the_best_order_is_found() -> None:
    """By hand: danger is read at the start, after one and after two half-years; the curves are straight."""
    danger = {"N": 0.05, "S": 0.06, "X": 0.08}
    total = sum(danger.values())
    by_order = {
        (a, b): 0.25 * total + 0.5 * (total - danger[a]) + 0.25 * (total - danger[a] - danger[b])
        for a, b in permutations(danger, 2)
    }
    plans = both(small(**ONE_AT_A_TIME))
    assert plans.joint.summary["objective_fatalities"] == pytest.approx(min(by_order.values()), rel=1e-4)
    assert plans.joint.summary["bound"] == pytest.approx(min(by_order.values()), rel=1e-6)
    sent = plans.joint.shipments.filter(pl.col("mass_kg") > 100)
    best = min(by_order, key=lambda order: by_order[order])
    assert sent.sort("period")["pool_id"].to_list() == list(best)


def test_the_exact_programme_finds_the_same_by_itself() -> None:
    """What the other tests compare with is itself held to the sum by hand."""
    assert optimum(problem_of(small(**ONE_AT_A_TIME)))[1] == pytest.approx(0.0475 + 0.055 + 0.0125, rel=1e-6)


@pytest.mark.parametrize("seed", [1, 4, 6, 9])
@pytest.mark.parametrize("periods", [2, 3])
def test_concave_curves_bound_and_plan_enclose_the_optimum_closely(seed: int, periods: int) -> None:
    problem = problem_of(make_instance(seed, sites=4, lines=3, jurisdictions=2, families=3, periods=periods))
    found, (proven, reached) = search(problem), optimum(problem)
    assert found.bound <= reached * (1 + ROUNDING)
    assert found.objective >= proven * (1 - ROUNDING)
    assert found.objective <= reached * 1.05
    assert found.bound >= reached * 0.9


@few
@given(little_regions())
def test_any_curves_bound_and_plan_enclose_the_optimum(region: Region) -> None:
    problem = problem_of(region)
    found, (proven, reached) = search(problem), optimum(problem)
    assert found.bound <= reached * (1 + ROUNDING)
    assert found.objective >= proven * (1 - ROUNDING)


@few
@given(little_regions())
def test_plans_break_nothing_and_together_is_never_worse_than_alone(region: Region) -> None:
    problem = problem_of(region)
    found = search(problem)
    assert audit(problem, found.flow) == []
    assert found.objective == pytest.approx(total_fatalities(problem, found.flow), rel=1e-12)
    assert found.objective <= total_fatalities(problem, Flow.nothing(problem))
    plans = both(region)
    joint, alone = plans.joint.summary, plans.alone.summary
    assert joint["objective_fatalities"] <= alone["objective_fatalities"]
    assert joint["bound"] <= joint["objective_fatalities"]
    assert joint["bound"] <= alone["objective_fatalities"]
    assert alone["bound"] <= alone["objective_fatalities"]


@few
@given(little_regions(s_shaped=1.0))
def test_s_shaped_curves_keep_bound_below_plan_and_plan_below_nothing(region: Region) -> None:
    joint = both(region).joint.summary
    assert 0 < joint["bound"] <= joint["objective_fatalities"] <= joint["objective_doing_nothing"] * (1 + 1e-12)
    assert 0 <= joint["gap"] < 1


@few
@given(little_regions(), st.sampled_from([1.5, 4.0]))
def test_more_money_never_raises_the_bound_and_its_plan_stays_above_it(region: Region, factor: float) -> None:
    poor = problem_of(region)
    richer = dict(region.tables) | {"funds": region.table("funds").with_columns(pl.col("amount") * factor)}
    rich = problem_of(Region.from_frames({name: richer[name] for name in region.given}))
    before = search(poor)
    after = search(rich)
    assert optimum(rich)[1] <= optimum(poor)[1] * (1 + ROUNDING)
    assert after.bound <= before.objective  # the poor plan is a plan of the rich
    assert search(rich, start=before.flow).objective <= before.objective


@pytest.mark.parametrize("region", [make_instance(2), make_instance(7, s_shaped=0.5, jurisdictions=4)])
def test_the_same_records_give_the_same_plan_to_the_last_bit(region: Region) -> None:
    once, again = both(region), both(region)
    for one, other in ((once.joint, again.joint), (once.alone, again.alone)):
        assert one.summary == other.summary
        for name, table in one.tables().items():
            assert_frame_equal(table, other.tables()[name], check_exact=True)


def test_rows_in_another_order_give_the_same_plan() -> None:
    region = make_instance(2)
    turned = {name: table.reverse() for name, table in region.tables.items() if name in region.given}
    one, other = both(region).joint, both(Region.from_frames(turned)).joint
    assert one.summary["objective_fatalities"] == pytest.approx(other.summary["objective_fatalities"], rel=1e-9)
    assert one.shipments["pool_id"].to_list() == other.shipments["pool_id"].to_list()


@pytest.mark.parametrize("seed", [2, 5, 8])
def test_the_search_is_never_worse_than_its_start(seed: int) -> None:
    problem = problem_of(make_instance(seed))
    best = search(problem)
    again = search(problem, start=best.flow)
    assert again.objective <= best.objective
    assert audit(problem, again.flow) == []


def test_a_start_is_kept_where_the_search_would_stop_before_finding_as_good() -> None:
    """Both lines are to be opened, and a search content with any plan opens none."""
    lines = "line_id site_id status accepts_foreign opening_cost_eur\nBURN S proposed no 9\nAPART X proposed yes 9"
    problem = problem_of(small(lines=lines))
    best, content = search(problem), Options(gap=0.999, rounds=0)
    assert search(problem, options=content).objective > best.objective
    assert search(problem, start=best.flow, options=content).objective <= best.objective


def test_a_start_as_good_but_dearer_gives_way_to_a_cheaper_plan() -> None:
    rates = """
        line_id technique    family capacity_kg_per_day cost_eur_per_tonne
        BURN    open_burning mortar 2000                900
        BURN    disassembly  mortar 2000                300
        APART   disassembly  mine   2000                300"""
    problem = problem_of(small(line_rates=rates))
    turned = replace(problem, rates=replace(problem.rates, cost_eur_per_tonne=1200 - problem.rates.cost_eur_per_tonne))
    dear = settle(problem, search(turned).flow)
    found = search(problem, start=dear)
    assert found.objective <= total_fatalities(problem, dear)
    assert costs_eur(problem, found.flow).sum() < 0.5 * costs_eur(problem, dear).sum()


def test_a_wide_gap_asked_for_stops_early_and_says_so() -> None:
    problem = problem_of(make_instance(1))
    hasty = search(problem, options=Options(gap=0.9, rounds=1))
    assert hasty.status == "within_gap"
    assert hasty.objective - hasty.bound <= 0.9 * hasty.objective
    assert audit(problem, hasty.flow) == []


def test_a_search_that_ended_short_of_the_gap_says_so() -> None:
    found = search(problem_of(make_instance(6, s_shaped=1.0)))
    assert found.status == "rounds_done"
    assert found.objective - found.bound > Options().gap * found.objective


def test_deadlines_that_cannot_be_met_have_no_plan() -> None:
    pools = swap("pools", "9000   1      .", "9000   1      2027-06-30").replace(
        "6000   1      .", "6000   1 2027-06-30"
    )
    with pytest.raises(NoPlanError):
        search(problem_of(small(pools=pools)))


def test_without_danger_nothing_is_moved() -> None:
    """What endangers nobody is not worth the danger of hauling it, so it waits."""
    found = search(problem_of(small(danger_curves="origin_id neq_kg fatalities_per_year low high")))
    assert found.flow.shipped_kg.sum() == 0
    assert found.objective == found.bound == 0


def test_where_there_is_nothing_to_decide_nothing_is_the_plan() -> None:
    """No danger that stock adds to, no money and nothing to open: a programme without a column."""
    curves = "origin_id neq_kg fatalities_per_year low high\nN 0 0.1 0 1\nN 10000 0.1 0 1"
    funds = "fund_id donor currency starts_on ends_on amount carry_over"
    found = search(problem_of(small(danger_curves=curves, funds=funds), Options(partial=True)))
    assert found.objective == found.bound > 0
    assert found.flow.shipped_kg.sum() == 0


def test_danger_of_the_road_keeps_stock_where_it_is_safer() -> None:
    region = small(settings=add("settings", "transport_fatalities_per_tonne_km 1"))
    sent = both(region).joint.shipments
    assert set(sent["pool_id"]) == {"S/mortar", "X/mortar"}  # the lines stand where these lie
    assert np.allclose(sent["cost_eur"], 0)
