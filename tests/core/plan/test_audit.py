"""The audit: a good plan passes, and each way to break one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.drawn import draw_plan
from tests.core.plan.instance import make_instance
from tests.core.plan.small import add, both, problem_of, small, swap

from rasr.core.basis.findings import Refused
from rasr.core.plan.audit import Breach, audit, audit_tables, refuse_breaches
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, Problem
from rasr.core.plan.solve import solve
from rasr.core.plan.tables import plan_tables
from rasr.core.records.region import Region
from rasr.core.reference import loader

Change = Callable[[Problem, Flow], Flow]
AL = 0


def busy_region() -> Region:
    """Every kind of constraint at once: a proposed line, a corridor that costs, limits, a deadline, two funds."""
    return small(
        sites="""
            site_id organisation_id kind  name  latitude_deg longitude_deg outload_kg_per_day
            N       A               depot North 41.5         20            500
            S       A               depot South 40.5         20            .
            X       M               depot Karst 42.5         19            .""",
        lines="""
            line_id site_id status   accepts_foreign neq_limit_kg opening_cost_eur fixed_eur_per_year opens_on
            APART   X       existing yes             150          .                .                  .
            BURN    S       existing no              .            .                .                  .
            NEW     N       proposed no              .            3000             2000               2027-07-01""",
        line_rates=add("line_rates", "NEW cutting mine 50 100", "NEW cutting mortar 100 100"),
        permits="""
            from_jurisdiction_id to_jurisdiction_id family valid_from valid_to   opening_cost_eur
            AL                   ME                 mortar 2027-01-01 2028-12-31 5000
            AL                   ME                 mine   2027-07-01 2028-12-31 .""",
        pools=swap("pools", "S/mortar AL              S         mortar suspect        60000   6000   1      .",
                   "S/mortar AL S mortar suspect 60000 6000 1 2027-12-31"),
        funds="""
            fund_id donor currency starts_on  ends_on    amount carry_over
            F       Alpha EUR      2027-01-01 2028-12-31 150000 yes
            G       Beta  EUR      2027-01-01 2027-12-31 30000  no""",
        earmarks=add("earmarks", "G ME all"),
    )  # fmt: skip


@cache
def good() -> tuple[Problem, Flow]:
    """The problem and its plan, in which something of everything happens."""
    problem = problem_of(busy_region())
    flow = solve(problem, Options(), start=None, clock=lambda: 0.0, progress=lambda _, __: None).flow
    assert flow.open.any(axis=1).all()
    for purse, _ in enumerate(problem.funds):
        assert flow.paid_eur[problem.purses.fund == purse].sum() > 0
    return problem, flow


def shipping(problem: Problem, flow: Flow, pool: str) -> np.ndarray:
    """Arcs that carry some of the pool."""
    of_pool = np.array([problem.pools.ids[index] == pool for index in problem.arcs.pool])
    return np.asarray(of_pool & (flow.shipped_kg.sum(axis=1) > 0))


def gate(problem: Problem, kind: str) -> int:
    """The one gate of the kind."""
    return problem.gates.kind.index(kind)


def scale(values: np.ndarray, where: Any, factor: float) -> np.ndarray:
    """The values, some of them times a factor."""
    changed = values.copy()
    changed[where] *= factor
    return changed


def put(values: np.ndarray, where: Any, value: float) -> np.ndarray:
    """The values, some of them replaced."""
    changed = values.copy()
    changed[where] = value
    return changed


def ship_more_than_the_pool_holds(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, shipped_kg=scale(flow.shipped_kg, shipping(problem, flow, "X/mortar"), 1.01))


def ship_less_than_nothing(_: Problem, flow: Flow) -> Flow:
    return replace(flow, shipped_kg=put(flow.shipped_kg, (0, 0), -5.0))


def ship_what_is_no_number(_: Problem, flow: Flow) -> Flow:
    return replace(flow, shipped_kg=put(flow.shipped_kg, (0, 0), np.nan))


def keep_a_tonne_beyond_its_deadline(problem: Problem, flow: Flow) -> Flow:
    arcs = shipping(problem, flow, "S/mortar")
    moved = scale(flow.shipped_kg, arcs, 59 / 60)
    moved[np.nonzero(arcs)[0][0], 3] += 1000.0
    return replace(flow, shipped_kg=moved)


def ship_before_the_permit(problem: Problem, flow: Flow) -> Flow:
    shut = np.nonzero(~problem.arcs.open.all(axis=1) & (problem.lines.gate[problem.arcs.line] < 0))[0][0]
    moved = flow.shipped_kg.copy()
    moved[shut, 0] += 100.0
    return replace(flow, shipped_kg=moved)


def process_less_than_arrives(_: Problem, flow: Flow) -> Flow:
    return replace(flow, processed_kg=flow.processed_kg * 0.99)


def do_all_in_the_first_period(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, processed_kg=np.repeat(flow.processed_kg.sum(axis=2, keepdims=True), problem.count, axis=2))


def shut_the_line_under_work(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, open=put(flow.open, gate(problem, "line"), 0.0))


def open_the_line_too_early(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, open=put(flow.open, gate(problem, "line"), 1.0))


def open_the_line_by_half(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, open=scale(flow.open, gate(problem, "line"), 0.5))


def shut_the_line_at_the_end(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, open=put(flow.open, (gate(problem, "line"), -1), 0.0))


def shut_the_corridor(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, open=put(flow.open, gate(problem, "corridor"), 0.0))


def pay_less_than_it_costs(_: Problem, flow: Flow) -> Flow:
    return replace(flow, paid_eur=flow.paid_eur * 0.99)


def pay_for_the_neighbour_instead(problem: Problem, flow: Flow) -> Flow:
    """The sum stays as it is."""
    purses, paid = problem.purses, flow.paid_eur.copy()
    of = (purses.fund == 0) & (purses.activity == 1)
    ours, theirs = np.nonzero(of & (purses.jurisdiction == AL))[0], np.nonzero(of & (purses.jurisdiction != AL))[0]
    paid[theirs] += paid[ours]
    paid[ours] = 0.0
    return replace(flow, paid_eur=paid)


def pay_out_of_a_fund_that_has_ended(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, paid_eur=put(flow.paid_eur, (problem.purses.fund == 1, -1), 500.0))


def pay_more_than_the_fund_has(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, paid_eur=scale(flow.paid_eur, problem.purses.fund == 0, 50.0))


def pay_two_parts_of_a_fund_in_one_period(problem: Problem, flow: Flow) -> Flow:
    return replace(flow, paid_eur=put(flow.paid_eur, (problem.purses.fund == 1, 0), 15_000.0))


BREAKS: dict[Change, str] = {
    ship_more_than_the_pool_holds: "stock",
    ship_less_than_nothing: "not_negative",
    ship_what_is_no_number: "not_negative",
    keep_a_tonne_beyond_its_deadline: "deadline",
    ship_before_the_permit: "permit_or_opening_times",
    process_less_than_arrives: "line_balance",
    do_all_in_the_first_period: "technique_time",
    shut_the_line_under_work: "technique_time",
    open_the_line_too_early: "gate_window",
    open_the_line_by_half: "gate_whole",
    shut_the_line_at_the_end: "gate_stays_open",
    shut_the_corridor: "corridor_open",
    pay_less_than_it_costs: "costs_paid",
    pay_for_the_neighbour_instead: "costs_paid",
    pay_out_of_a_fund_that_has_ended: "fund_life",
    pay_more_than_the_fund_has: "fund_limit",
    pay_two_parts_of_a_fund_in_one_period: "fund_limit",
}
"""Ways to break a plan by hand, and the constraint that is meant; others may break with it."""


def test_a_good_plan_breaks_nothing() -> None:
    assert audit(*good()) == []


def test_doing_nothing_breaks_nothing_but_the_deadline() -> None:
    problem, _ = good()
    assert [(breach.constraint, breach.place) for breach in audit(problem, Flow.nothing(problem))] == [
        ("deadline", "S/mortar")
    ]


@pytest.mark.parametrize("change", BREAKS, ids=lambda change: change.__name__)
def test_each_way_to_break_a_plan_is_named(change: Change) -> None:
    problem, flow = good()
    broken = audit(problem, change(problem, flow))
    assert BREAKS[change] in {breach.constraint for breach in broken}
    assert all(breach.place for breach in broken)
    with pytest.raises(Refused) as caught:
        refuse_breaches(broken)
    assert caught.value.code == "plan_breaks_constraint"
    assert loader.say(caught.value.code, caught.value.numbers)


@pytest.mark.parametrize(
    ("constraint", "place", "tighten"),
    [
        ("line_neq", "APART", lambda p: replace(p, lines=replace(p.lines, neq_limit_kg_per_day=np.full(3, 50.0)))),
        ("site_outload", "N", lambda p: replace(p, outload_kg_per_day=np.array([400.0, np.inf, np.inf]))),
        ("technique_time", "BURN, open_burning", lambda p: replace(p, working_days=90.0)),
    ],
)
def test_a_plan_made_for_wider_limits_is_found_out(constraint: str, place: str, tighten: Any) -> None:
    problem, flow = good()
    assert (constraint, place) in {(breach.constraint, breach.place) for breach in audit(tighten(problem), flow)}


def test_the_amount_of_a_breach_is_what_is_too_much() -> None:
    problem, flow = good()
    stock = [
        breach
        for breach in audit(problem, ship_more_than_the_pool_holds(problem, flow))
        if breach.constraint == "stock"
    ]
    assert [breach.place for breach in stock] == ["X/mortar"]
    assert stock[0].amount == pytest.approx(900, rel=1e-3)


def test_rounding_is_no_breach() -> None:
    problem, flow = good()
    assert audit(problem, replace(flow, shipped_kg=flow.shipped_kg * (1 + 1e-8), paid_eur=flow.paid_eur + 0.01)) == []


def test_the_refusal_names_the_largest_breach() -> None:
    with pytest.raises(Refused) as caught:
        refuse_breaches([Breach("stock", "N/mine", 3.0), Breach("line_neq", "BURN", 2000.12345)])
    assert caught.value.numbers == {"constraint": "line_neq", "place": "BURN", "amount": 2000.123}
    refuse_breaches([])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_plans_drawn_at_random_break_nothing_but_that_nobody_pays(number: int) -> None:
    problem = problem_of(make_instance(number % 4 + 1, sites=6))
    plan = draw_plan(problem, np.random.default_rng(number))
    assert {breach.constraint for breach in audit(problem, plan)} <= {"costs_paid"}


@pytest.mark.parametrize(
    ("table", "column", "named"),
    [
        ("shipments", "mass_kg", "shipments.mass_kg"),
        ("shipments", "cost_eur", "costs of shipments, processing and openings"),
        ("processing", "mass_kg", "processing.mass_kg"),
        ("openings", "cost_eur", "costs of shipments, processing and openings"),
        ("spending", "amount_eur", "spending.amount_eur"),
    ],
)
def test_a_changed_table_is_noticed(table: str, column: str, named: str) -> None:
    problem, flow = good()
    plan = both(busy_region()).joint
    plan = replace(plan, **plan_tables(problem, flow))
    plan.summary.update(mass_destroyed_kg=float(flow.shipped_kg.sum()), cost_eur=float(flow.paid_eur.sum()))
    assert audit_tables(flow, plan) == []
    changed = getattr(plan, table).with_columns(pl.col(column) * 1.01)
    assert named in [breach.place for breach in audit_tables(flow, replace(plan, **{table: changed}))]


@pytest.mark.parametrize("figure", ["mass_destroyed_kg", "cost_eur"])
def test_a_changed_figure_of_the_summary_is_noticed(figure: str) -> None:
    problem, flow = good()
    plan = replace(both(busy_region()).joint, **plan_tables(problem, flow))
    plan.summary.update(mass_destroyed_kg=float(flow.shipped_kg.sum()), cost_eur=float(flow.paid_eur.sum()))
    plan.summary[figure] += 10.0
    assert [breach.place for breach in audit_tables(flow, plan)] == [f"summary.{figure}"]
