"""The programme: plans that obey the rules obey its rows, and its objective is the expected number of fatalities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.drawn import columns_of, draw_plan
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of

from rasr.core.plan.highs import Programme
from rasr.core.plan.model import FAMILIES, Model, Rows, costs_paid
from rasr.core.plan.problem import costs_eur, fatalities

MONEY = {"costs_paid", "fund_limit"}
few = settings(max_examples=20, deadline=None)


def broken(rows: Rows, values: np.ndarray) -> float:
    """The most that any row is broken by."""
    activity = np.zeros(rows.count)
    np.add.at(activity, rows.row, rows.value * values[rows.column])
    return float(np.maximum(rows.lower - activity, activity - rows.upper).max())


@few
@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.0]))
def test_a_plan_obeys_every_row_but_those_of_money_it_leaves_out(number: int, s_shaped: float) -> None:
    model = Model(problem_of(make_instance(number % 4 + 1, sites=6, s_shaped=s_shaped)))
    values = columns_of(model, draw_plan(model.problem, np.random.default_rng(number)))
    for rows in model.rows():
        if rows.name not in MONEY:
            assert broken(rows, values) <= 1e-9, rows.name
    free = np.setdiff1d(np.arange(model.count), model.paid)
    assert (values[free] >= model.lower[free] - 1e-9).all()
    assert (values[free] <= model.upper[free] + 1e-9).all()


@few
@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.0]))
def test_the_objective_and_what_cannot_be_avoided_are_the_expected_fatalities(number: int, s_shaped: float) -> None:
    model = Model(problem_of(make_instance(number % 4 + 1, sites=6, s_shaped=s_shaped)))
    plan = draw_plan(model.problem, np.random.default_rng(number))
    counted = float(model.fatalities @ columns_of(model, plan)) + model.unavoidable
    assert counted == pytest.approx(sum(fatalities(model.problem, plan)), rel=1e-9)


@few
@given(st.integers(0, 10**6))
def test_what_must_be_paid_is_what_the_plan_costs(number: int) -> None:
    model = Model(problem_of(make_instance(number % 4 + 1, sites=6)))
    plan = draw_plan(model.problem, np.random.default_rng(number))
    values, rows = columns_of(model, plan), costs_paid(model)
    due = np.zeros(rows.count)
    np.add.at(due, rows.row, rows.value * values[rows.column])
    assert due == pytest.approx(costs_eur(model.problem, plan).ravel()[rows.key] / 1000.0, abs=1e-9)
    assert due.sum() == pytest.approx(costs_eur(model.problem, plan).sum() / 1000.0)


def test_every_family_of_rows_is_named_after_its_function() -> None:
    model = Model(problem_of(make_instance(2, s_shaped=0.5)))
    for family in FAMILIES:
        assert family(model).name == family.__name__


def test_a_plan_read_back_from_its_columns_is_the_plan() -> None:
    model = Model(problem_of(make_instance(2)))
    plan = draw_plan(model.problem, np.random.default_rng(1))
    again = model.flow(columns_of(model, plan))
    assert again.shipped_kg == pytest.approx(plan.shipped_kg)
    assert again.processed_kg == pytest.approx(plan.processed_kg)
    assert np.array_equal(again.open, plan.open)


def two_columns() -> Programme:
    """Least of 2 x + 3 y with x + y >= 4, x <= 3, y <= 5."""
    row = Rows(np.array([0, 0]), np.array([0, 1]), np.ones(2), np.array([4.0]), np.array([np.inf]), "r",
               np.array([0]), (1,))  # fmt: skip
    return Programme(np.array([2.0, 3.0]), np.zeros(2), np.array([3.0, 5.0]), [row])


@pytest.mark.parametrize("method", ["ipm", "dual", "primal"])
def test_the_bound_certified_from_the_duals_is_the_optimum(method: str) -> None:
    programme = two_columns()
    answer = programme.solve(method)
    assert answer.status == "optimal"
    assert answer.columns == pytest.approx([3, 1])
    assert programme.certified_bound() == pytest.approx(9)


def test_what_cannot_be_met_is_infeasible_and_can_be_met_again() -> None:
    programme = two_columns()
    programme.set_bounds(np.array([0, 1]), np.zeros(2), np.ones(2))
    assert programme.solve("dual").status == "infeasible"
    programme.set_bounds(np.array([0, 1]), np.zeros(2), np.array([3.0, 5.0]))
    programme.set_cost(np.array([3.0, 2.0]))
    assert programme.solve("dual").value == pytest.approx(8)


def test_whole_columns_are_whole_and_then_parts_again() -> None:
    programme = two_columns()
    programme.set_bounds(np.array([0, 1]), np.zeros(2), np.array([2.5, 5.0]))
    both = np.array([0, 1])
    assert programme.solve_whole(both).columns == pytest.approx([2, 2])
    assert programme.solve("dual").columns == pytest.approx([2.5, 1.5])
    programme.set_bounds(both, np.zeros(2), np.array([2.5, 1.9]))
    assert programme.solve_whole(both).status == "infeasible"
