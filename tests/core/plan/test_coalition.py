"""What a group can do: its own lines, stock and share of the money, and plans that fit back into the whole."""

from __future__ import annotations

import numpy as np
import pytest
from tests.core.plan.drawn import draw_plan
from tests.core.plan.instance import make_instance
from tests.core.plan.small import add, problem_of, small

from rasr.core.plan.audit import audit
from rasr.core.plan.coalition import each_its_own_sites, lifted, lowered, part_of
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, Problem, costs_eur, fatalities
from rasr.core.plan.solve import solve


def group(problem: Problem, *names: str) -> np.ndarray:
    return np.isin(problem.jurisdictions, names)


def best(problem: Problem) -> float:
    return solve(problem, Options(), start=None, clock=lambda: 0.0, progress=lambda _, __: None).objective


def averts(problem: Problem, flow: Flow) -> float:
    return sum(fatalities(problem, Flow.nothing(problem))) - sum(fatalities(problem, flow))


def test_all_together_are_the_whole_problem() -> None:
    whole = problem_of(make_instance(2))
    part = part_of(whole, np.ones(3, dtype=bool)).problem
    assert part.pools.ids == whole.pools.ids
    assert part.gates.ids == whole.gates.ids
    assert part.limits.amount_eur.tolist() == whole.limits.amount_eur.tolist()
    assert best(part) == pytest.approx(best(whole), rel=1e-9)


def test_one_by_itself_has_its_lines_and_an_equal_share_of_the_fund() -> None:
    part = part_of(whole := problem_of(small()), group(whole, "ME")).problem
    assert part.pools.ids == ["X/mortar"]
    assert part.lines.ids == ["APART"]
    assert part.origins.ids == ["X"]
    assert part.limits.amount_eur.tolist() == [500_000.0]
    assert set(part.purses.jurisdiction) == {whole.jurisdictions.index("ME")}


def test_a_group_of_one_plans_as_alone() -> None:
    region = make_instance(2, lines=6)
    whole, alone = problem_of(region), problem_of(region, Options(alone=True))
    parts = [part_of(whole, group(whole, name)).problem for name in whole.jurisdictions]
    assert sum(best(part) for part in parts) == pytest.approx(best(alone), rel=0.02)


def test_nobody_has_nothing() -> None:
    part = part_of(whole := problem_of(small()), np.zeros(len(whole.jurisdictions), dtype=bool)).problem
    assert (part.pools.ids, part.lines.ids, len(part.arcs.pool), len(part.purses.fund)) == ([], [], 0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_plans_of_two_groups_are_a_plan_of_their_union_that_averts_and_costs_as_much(seed: int) -> None:
    whole = problem_of(make_instance(seed, sites=9, lines=6, jurisdictions=4, budget_share=50.0, s_shaped=0.5))
    names = whole.jurisdictions
    sides = [part_of(whole, group(whole, *names[:2])), part_of(whole, group(whole, names[2]))]
    flows = [paid(side.problem, seed) for side in sides]
    union = part_of(whole, group(whole, *names[:3]))
    flow = lowered(union, [lifted(side, whole, flow) for side, flow in zip(sides, flows, strict=True)])
    assert audit(union.problem, flow) == []
    apart = [(side.problem, one) for side, one in zip(sides, flows, strict=True)]
    assert flow.shipped_kg.sum() > 0
    assert averts(union.problem, flow) == pytest.approx(sum(averts(*one) for one in apart))
    assert costs_eur(union.problem, flow).sum() == pytest.approx(sum(costs_eur(*one).sum() for one in apart))


def paid(problem: Problem, seed: int) -> Flow:
    """A plan drawn at random and paid from the first fund that may."""
    plan = draw_plan(problem, np.random.default_rng(seed))
    cost = costs_eur(problem, plan)
    purses = problem.purses
    for place in zip(*np.nonzero(cost), strict=True):
        may = (purses.jurisdiction == place[0]) & (purses.activity == place[1])
        fund = np.nonzero(may & problem.limits.carry_over[purses.limit])[0][0]
        plan.paid_eur[fund, place[2]] += cost[place]
    return plan


SHARED = add("pools", "        N/z ME N mortar suspect 30000 10000 1 .")


def test_stock_of_others_at_the_same_site_stays_and_counts_on() -> None:
    whole = problem_of(small(pools=SHARED))
    assert not each_its_own_sites(whole)
    assert each_its_own_sites(problem_of(small()))
    for name, planned_kg in (("AL", 10_000.0), ("ME", 10_000.0)):
        part = part_of(whole, group(whole, name)).problem
        at = part.origins.ids.index("N")
        assert part.origins.planned_neq_kg[at] == planned_kg
        before = whole.origins.base_neq_kg[0] + whole.origins.planned_neq_kg[0]
        assert part.origins.base_neq_kg[at] + planned_kg == pytest.approx(before)
        curve, given = part.origins.curves, whole.origins.curves
        end = np.array([at]), np.array([0.5])  # half of its own gone: a quarter of all
        share = 1 - 0.5 * planned_kg / whole.origins.planned_neq_kg[0]
        assert curve.at(*end) == pytest.approx(given.at(np.array([0]), np.array([share])))


def test_a_part_of_a_part_is_that_part() -> None:
    whole = problem_of(make_instance(3, jurisdictions=4))
    names = whole.jurisdictions
    two = part_of(part_of(whole, group(whole, *names[:3])).problem, group(whole, *names[:2])).problem
    at_once = part_of(whole, group(whole, *names[:2])).problem
    assert two.pools.ids == at_once.pools.ids
    assert two.limits.amount_eur == pytest.approx(at_once.limits.amount_eur)
