"""What a reviewer tried at the edges: no line at all, a curve that falls, a site that holds another's stock."""

from __future__ import annotations

import pytest
from tests.core.plan.small import add, both, problem_of, small

from rasr.core.basis.findings import Refused
from rasr.core.plan.model import Model
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, fatalities

NO_LINES = {
    "lines": "line_id site_id status accepts_foreign",
    "line_rates": "line_id technique family capacity_kg_per_day cost_eur_per_tonne",
}


def test_no_line_at_all_is_one_clear_refusal() -> None:
    with pytest.raises(Refused, match="family_without_line"):
        both(small(**NO_LINES))


def test_no_line_at_all_plans_nothing_where_a_part_will_do() -> None:
    found = both(small(**NO_LINES), Options(partial=True)).joint.summary
    assert (found["mass_destroyed_kg"], found["danger_after"]) == (0.0, found["danger_before"])


def test_the_bound_holds_where_a_curve_falls() -> None:
    """The one danger is that of S, and emptying S would add to it: the least is what doing nothing leaves."""
    curves = """
        origin_id neq_kg fatalities_per_year low   high
        S         0      0.05                0.005 0.5
        S         6000   0.03                0.003 0.3"""
    problem = problem_of(small(danger_curves=curves))
    assert Model(problem).unavoidable <= sum(fatalities(problem, Flow.nothing(problem)))


def test_a_site_with_another_authoritys_stock_endangers_under_its_own() -> None:
    pools = add("pools", "        N/z ME N mortar suspect 30000 3000 1 .")
    danger = both(small(pools=pools)).joint.by_jurisdiction.select("jurisdiction_id", "danger_before")
    assert danger.rows() == [("AL", pytest.approx(0.13)), ("ME", pytest.approx(0.05))]
