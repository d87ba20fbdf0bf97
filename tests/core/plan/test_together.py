"""Together and alone: the union of the plans alone is a plan of the joint problem, with the same danger and cost."""

from __future__ import annotations

import pytest
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of, small

from rasr.core.plan.audit import audit
from rasr.core.plan.options import Options
from rasr.core.plan.problem import costs_eur
from rasr.core.plan.solve import solve, total_fatalities
from rasr.core.plan.together import in_joint
from rasr.core.records.region import Region


@pytest.mark.parametrize("region", [small(), make_instance(2), make_instance(3, s_shaped=1.0, lines=8)])
def test_the_union_of_the_plans_alone_is_a_plan_together(region: Region) -> None:
    options = Options(alone=True, nearest_lines=1, widest_lines=1)
    alone, joint = problem_of(region, options), problem_of(region, Options(nearest_lines=1, widest_lines=1))
    found = solve(alone, options, start=None, clock=lambda: 0.0, progress=lambda _, __: None)
    union = in_joint(alone, joint, found.flow)
    assert audit(joint, union) == []
    assert len(joint.arcs.pool) > len(alone.arcs.pool)
    assert union.shipped_kg.sum() == pytest.approx(found.flow.shipped_kg.sum())
    assert total_fatalities(joint, union) == pytest.approx(found.objective, rel=1e-12)
    assert costs_eur(joint, union).sum() == pytest.approx(costs_eur(alone, found.flow).sum())
