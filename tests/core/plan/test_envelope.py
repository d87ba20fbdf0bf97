"""The envelope of a whole curve: nowhere above the curve, obeyed by every plan, and it raises the bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.drawn import columns_of, draw_plan
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of
from tests.core.plan.test_cuts import SCALE, SLACK, model_of, shortfall

from rasr.core.plan.cuts import danger_cuts
from rasr.core.plan.envelope import hull, whole_danger
from rasr.core.plan.highs import Programme
from rasr.core.plan.model import Model

levels = st.lists(st.floats(0, 1), min_size=2, max_size=9)


def test_the_envelope_of_a_curve_that_is_flat_first_goes_along_it_and_then_straight_up() -> None:
    share, value = hull(np.array([0.0, 0.4, 0.5, 0.7, 1.0]), np.array([0.0, 0.0, 0.6, 0.9, 1.0]))
    assert share.tolist() == [0.0, 0.4, 1.0]
    assert value.tolist() == [0.0, 0.0, 1.0]


def test_padding_adds_no_corner() -> None:
    share, value = hull(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.0, 2.0, 2.0, 2.0]))
    assert (share.tolist(), value.tolist()) == ([0.0, 1.0], [0.0, 2.0])


@settings(deadline=None)
@given(levels, levels)
def test_an_envelope_is_convex_and_nowhere_above_its_curve(steps: list[float], values: list[float]) -> None:
    count = min(len(steps), len(values))
    share = np.linspace(0, 1, count) ** 2
    x, y = hull(share, np.array(values[:count]))
    assert (np.interp(share, x, y) <= np.array(values[:count]) + 1e-12).all()
    assert (np.diff(np.diff(y) / np.diff(x)) >= -1e-9).all()
    assert {0.0, 1.0} <= set(x.tolist())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_every_plan_obeys_it(number: int) -> None:
    model = model_of(1.0)
    values = columns_of(model, draw_plan(model.problem, np.random.default_rng(number)))
    rows = whole_danger(model)
    assert rows.count >= model.problem.count * model.dangerous.sum()
    assert shortfall(rows, values).max() <= SLACK


def test_concave_curves_need_none() -> None:
    assert whole_danger(model_of(0.0)).count == 0


@pytest.mark.parametrize("seed", [3, 5, 6, 10])
def test_it_raises_the_bound_but_never_above_the_optimum(seed: int) -> None:
    model = Model(problem_of(make_instance(seed, 4, 3, 2, 3, s_shaped=1.0, periods=2)))
    programme = Programme(model.fatalities * SCALE, model.lower, model.upper, model.rows())
    programme.add(danger_cuts(model, np.zeros(model.left.shape), None))
    programme.solve("ipm")
    before = programme.certified_bound()
    programme.add(whole_danger(model))
    programme.solve("dual")
    after = programme.certified_bound()
    assert after > before * 1.01
    assert after / SCALE + model.unavoidable <= optimum(model.problem)[1] * (1 + 1e-6)
