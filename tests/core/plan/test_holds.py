"""What was decided by hand holds, is audited, and its price is what the best plans with and without it differ by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.instance import Danger, make_instance
from tests.core.plan.small import START, both, problem_of, small

from rasr.core.basis.findings import Refused
from rasr.core.plan.audit import audit
from rasr.core.plan.holds import Hold, as_planned, sent_kg
from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_both
from rasr.core.plan.problem import Flow
from rasr.core.plan.result import Plan

FIRST = date(2027, 6, 30)
few = settings(max_examples=8, deadline=None)


def way_kg(plan: Plan, pool: str, line: str, through: int = 99) -> float:
    """What a plan sends of a pool to a line by a period."""
    named = (pl.col("pool_id") == pool, pl.col("line_id") == line, pl.col("period") <= through)
    return float(plan.shipments.filter(*named)["mass_kg"].sum())


def test_nothing_goes_where_it_was_decided_that_nothing_goes() -> None:
    free = both(small()).joint
    assert way_kg(free, "S/mortar", "BURN") + way_kg(free, "N/mortar", "BURN") > 0
    refused = Options(holds=(Hold("S", "BURN", never=True), Hold("N", "BURN", never=True)))
    held = both(small(), refused).joint
    assert way_kg(held, "S/mortar", "BURN") == way_kg(held, "N/mortar", "BURN") == 0
    told = held.summary["by_hand"]
    assert told["free_objective_fatalities"] == pytest.approx(free.summary["objective_fatalities"])
    assert 0 <= told["fatalities_low"] <= told["fatalities_high"]
    assert told["cost_eur"] == pytest.approx(held.summary["cost_eur"] - free.summary["cost_eur"])


def test_a_family_alone_can_be_decided_on() -> None:
    held = both(small(), Options(holds=(Hold("N", "APART", "mine", never=True),))).joint
    assert way_kg(held, "N/mine", "APART") == 0
    assert held.changes is not None
    assert way_kg(held, "N/mortar", "APART") > 0


def test_what_must_be_sent_is_sent_in_time_and_the_rest_gives_way() -> None:
    mine = Hold("N", "APART", "mine", at_least_kg=20_000.0, by=FIRST)
    held = both(small(), Options(holds=(mine,))).joint
    assert way_kg(held, "N/mine", "APART", 1) == pytest.approx(20_000, abs=2)


def test_stock_that_endangers_nobody_is_sent_where_it_was_decided() -> None:
    flat = small(danger_curves="origin_id neq_kg fatalities_per_year low high\nN 0 0 0 0\nN 10000 0.1 0.01 1")
    forced = Hold("X", "APART", at_least_kg=50_000.0)
    assert way_kg(both(flat).joint, "X/mortar", "APART") == 0
    held = both(flat, Options(holds=(forced,))).joint
    assert way_kg(held, "X/mortar", "APART") == pytest.approx(50_000, abs=4)
    assert held.summary["by_hand"]["cost_eur"] == pytest.approx(50_000 * 0.7, rel=1e-3)  # EUR 700 a tonne, no road


def test_what_the_plan_would_do_anyway_costs_nothing_and_changes_nothing_that_was_fixed() -> None:
    region = small()
    free = both(region).joint
    fixed = as_planned(free, region.table("pools"), 1)
    assert fixed
    held = both(region, Options(holds=fixed)).joint
    told = held.summary["by_hand"]
    assert told["fatalities_low"] == 0
    assert told["fatalities_high"] <= 2 * 0.002 * free.summary["objective_fatalities"] + 1e-9
    for hold in fixed:
        sent = way_kg(held, f"{hold.origin_id}/{hold.family}", hold.line_id, 1)
        assert sent >= hold.at_least_kg - 4


@few
@given(st.integers(0, 10**6))
def test_decisions_never_make_a_plan_better_than_the_bound_without_them(number: int) -> None:
    region = make_instance(number % 5 + 1, sites=5)
    draw = np.random.default_rng(number)
    problem = problem_of(region)
    arc = draw.integers(len(problem.arcs.pool))
    origin = problem.origins.ids[problem.pools.origin[problem.arcs.pool[arc]]]
    hold = Hold(origin, problem.lines.ids[problem.arcs.line[arc]], never=True)
    asked = Options(holds=(hold,))
    made = plan_both(region, Danger(region), as_of=START, options=asked).joint
    assert not audit(problem_of(region, asked), Flow.nothing(problem))
    told = made.summary["by_hand"]
    assert made.summary["objective_fatalities"] >= told["free_bound"] * (1 - 1e-9)
    assert made.changes is not None
    moved = made.changes["mass_kg"].sum() - made.changes["free_kg"].sum()
    assert abs(moved) <= made.changes["free_kg"].sum() + made.changes["mass_kg"].sum()


def test_the_audit_finds_what_was_decided_and_not_done() -> None:
    asked = Options(holds=(Hold("N", "APART", "mine", at_least_kg=20_000.0, by=FIRST),))
    problem = problem_of(small(), asked)
    assert [breach.constraint for breach in audit(problem, Flow.nothing(problem))] == ["held_by_hand"]
    late = Flow.nothing(problem)
    late.shipped_kg[problem.held.arc, 1] = 20_000.0
    assert sent_kg(problem.held, late.shipped_kg).tolist() == [0.0]
    assert "held_by_hand" in {breach.constraint for breach in audit(problem, late)}


def test_every_fault_of_the_decisions_is_told_at_once() -> None:
    faulty = (
        Hold("Q", "BURN", never=True),
        Hold("N", "WELD", never=True),
        Hold("N", "APART", "rocket", never=True),
        Hold("N", "APART", at_least_kg=-1.0),
    )
    with pytest.raises(Refused) as refused:
        both(small(), Options(holds=faulty))
    assert refused.value.code == "holds_cannot_be"
    for piece in ("Q > BURN", "no line WELD", "no family rocket", "-0.001 t"):
        assert piece in str(refused.value), piece


@pytest.mark.parametrize(
    ("holds", "told"),
    [
        ((Hold("X", "BURN", at_least_kg=1000.0),), "no way is open"),
        ((Hold("N", "APART", at_least_kg=1000.0), Hold("N", "APART", never=True)), "no way is open"),
        ((Hold("N", "APART", "mine", at_least_kg=20_001.0),), "there are 20.0 t"),
    ],
)
def test_what_no_plan_can_do_is_told(holds: tuple[Hold, ...], told: str) -> None:
    with pytest.raises(Refused, match=told):
        both(small(), Options(holds=holds))


def test_what_no_line_can_do_in_time_names_the_line() -> None:
    slow = (Hold("N", "APART", "mortar", at_least_kg=60_000.0, by=FIRST),
            Hold("X", "APART", at_least_kg=90_000.0, by=FIRST))  # fmt: skip
    with pytest.raises(Refused) as refused:
        both(small(), Options(holds=slow))
    assert refused.value.code == "no_plan_exists"
    assert "APART" in str(refused.value)


def test_decisions_are_of_the_joint_plan_and_the_plans_alone_stay_as_they_are() -> None:
    never = Options(holds=(Hold("S", "BURN", never=True),))
    assert both(small(), never).alone.summary["objective_fatalities"] == pytest.approx(
        both(small()).alone.summary["objective_fatalities"]
    )
    assert replace(never, holds=()) == Options()
