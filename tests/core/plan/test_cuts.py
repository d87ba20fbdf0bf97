"""Cuts: every plan obeys them, the programme without them does not, and what they prove is never above the optimum."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.drawn import columns_of, draw_plan
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of

from rasr.core.plan.curves import Floats
from rasr.core.plan.cuts import danger_cuts, gate_cuts
from rasr.core.plan.highs import Programme
from rasr.core.plan.model import Model, Rows

SCALE = 1e5
SLACK = 1e-9
SHAPES = (0.0, 1.0)
"""All curves concave, all curves S-shaped."""

few = settings(max_examples=25, deadline=None)
shapes, numbers = st.sampled_from(SHAPES), st.integers(0, 10**6)


@cache
def model_of(s_shaped: float) -> Model:
    """A model with proposed lines and corridors that cost."""
    region = make_instance(5, sites=6, lines=5, jurisdictions=3, s_shaped=s_shaped, budget_share=2.0, capacity=0.02)
    model = Model(problem_of(region))
    assert {"line", "corridor"} == set(model.problem.gates.kind)
    return model


@cache
def first_solution(s_shaped: float) -> Floats:
    """Columns of the programme's solution with the danger cuts of one order of the pools only."""
    model = model_of(s_shaped)
    programme = Programme(model.fatalities * SCALE, model.lower, model.upper, model.rows())
    programme.add(danger_cuts(model, np.zeros(model.left.shape), None))
    answer = programme.solve("ipm")
    assert answer.status == "optimal"
    return answer.columns


def everything_through_shut_gates(model: Model) -> Floats:
    """Columns that break every gate cut there is."""
    values = np.zeros(model.count)
    shipped = model.shipped[model.shipped >= 0]
    values[shipped] = model.upper[shipped]
    assert gate_cuts(model, values).count >= len(model.problem.gates.ids)
    return values


def shortfall(rows: Rows, values: Floats) -> Floats:
    """By how much each row is broken; nothing or less where it holds."""
    activity = np.zeros(rows.count)
    np.add.at(activity, rows.row, rows.value * values[rows.column])
    return np.maximum(rows.lower - activity, activity - rows.upper)


@few
@given(shapes, numbers)
def test_every_plan_obeys_every_danger_cut(s_shaped: float, number: int) -> None:
    model, draw = model_of(s_shaped), np.random.default_rng(number)
    values = columns_of(model, draw_plan(model.problem, draw))
    orders = draw.random(model.left.shape), values[model.left]  # any order, and the one that asks most
    for order in orders:
        rows = danger_cuts(model, order, None)
        assert rows.count == model.dangerous.sum() * model.problem.count
        assert shortfall(rows, values).max() <= SLACK


@few
@given(shapes, numbers)
def test_a_danger_cut_holds_whatever_is_left_of_each_pool(s_shaped: float, number: int) -> None:
    """Not only for plans: for whole pools taken or left it must be no more than the curve says."""
    model, draw = model_of(s_shaped), np.random.default_rng(number)
    problem, curves = model.problem, model.problem.origins.curves
    left = draw.integers(0, 2, model.left.shape).astype(float)
    share = np.zeros((len(problem.origins.ids), problem.count))
    np.add.at(share, problem.pools.origin, left * problem.pools.neq_kg[:, None])
    share /= problem.origins.planned_neq_kg[:, None]
    values = np.zeros(model.count)
    values[model.left] = left
    origin = np.broadcast_to(np.arange(len(share))[:, None], share.shape)
    values[model.concave] = curves.at(origin, share, model.parts[0])
    worst = shortfall(danger_cuts(model, draw.random(model.left.shape), None), values)
    assert worst.max() <= SLACK
    tight = shortfall(danger_cuts(model, left, None), values)  # pools left first: there the cut is the curve itself
    assert tight == pytest.approx(0.0, abs=SLACK)


@few
@given(shapes, numbers)
def test_every_plan_obeys_every_gate_cut(s_shaped: float, number: int) -> None:
    model, draw = model_of(s_shaped), np.random.default_rng(number)
    rows = gate_cuts(model, everything_through_shut_gates(model))
    values = columns_of(model, draw_plan(model.problem, draw))
    assert shortfall(rows, values).max() <= 1e-6


@pytest.mark.parametrize("s_shaped", SHAPES)
def test_the_cuts_given_are_those_the_solution_breaks(s_shaped: float) -> None:
    model, values = model_of(s_shaped), first_solution(s_shaped)
    danger = danger_cuts(model, values[model.left], values)
    gates = gate_cuts(model, values)
    assert danger.count > 0
    assert gates.count > 0
    assert shortfall(danger, values).min() > 0
    assert shortfall(gates, values).min() > 0


def test_a_plan_breaks_no_cut_so_none_is_given() -> None:
    model = model_of(0.0)
    values = columns_of(model, draw_plan(model.problem, np.random.default_rng(1)))
    assert danger_cuts(model, values[model.left], values).count == 0
    assert gate_cuts(model, values).count == 0


def test_without_gates_there_is_no_gate_cut() -> None:
    model = Model(problem_of(make_instance(1, sites=3, lines=1, jurisdictions=1)))
    assert len(model.problem.gates.ids) == 0
    assert gate_cuts(model, np.zeros(model.count)).count == 0


@pytest.mark.parametrize("s_shaped", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("seed", [3, 5, 6, 10])
def test_cuts_raise_the_proven_bound_but_never_above_the_optimum(seed: int, s_shaped: float) -> None:
    model = Model(problem_of(make_instance(seed, 4, 3, 2, 3, s_shaped=s_shaped, periods=2)))
    programme = Programme(model.fatalities * SCALE, model.lower, model.upper, model.rows())
    answer = programme.solve("ipm")
    bounds = [programme.certified_bound()]
    for _ in range(6):
        programme.add(danger_cuts(model, answer.columns[model.left], answer.columns))
        programme.add(gate_cuts(model, answer.columns))
        answer = programme.solve("dual")
        bounds.append(programme.certified_bound())
    assert (np.diff(bounds) >= -1e-6 * bounds[-1]).all()
    assert bounds[-1] > bounds[0]
    reached = bounds[-1] / SCALE + model.unavoidable
    assert reached <= optimum(model.problem)[1] * (1 + 1e-6)
