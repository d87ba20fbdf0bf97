"""Building the problem: what is refused, and what the tables become."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.core.plan.small import add, problem_of, small, swap

from rasr.core.basis.findings import Refused
from rasr.core.plan.build import build_problem
from rasr.core.plan.options import Options
from rasr.core.records.region import Region
from rasr.core.reference import loader

POOLS = "pool_id jurisdiction_id origin_id family stability_band mass_kg neq_kg pieces destroy_by"
PARTIAL = Options(partial=True)


def refusal(region: Region, options: Options | None = None) -> Refused:
    """The refusal that the region meets; its sentence must find all its numbers."""
    with pytest.raises(Refused) as caught:
        problem_of(region, options)
    assert loader.say(caught.value.code, caught.value.numbers)
    return caught.value


@pytest.mark.parametrize("rows", ["", "P AL N mortar suspect 0 0 1 ."])
def test_without_stock_there_is_nothing_to_plan(rows: str) -> None:
    assert refusal(small(pools=f"{POOLS}\n{rows}")).code == "nothing_to_plan"


def test_a_family_that_no_line_takes_is_refused_with_its_tonnes() -> None:
    region = small(
        pools=add("pools", "N/rocket AL N rocket suspect 1500 6 1 .", "X/grenade ME X grenade suspect 1250 6 1 .")
    )
    found = refusal(region)
    assert found.code == "family_without_line"
    assert found.numbers == {"families": "grenade, rocket", "mass_tonne": 2.75}


def test_the_rest_can_be_planned_without_such_a_family() -> None:
    problem = problem_of(small(pools=add("pools", "N/rocket AL N rocket suspect 1500 6 1 .")), PARTIAL)
    there = [problem.pools.ids[pool] for pool in np.unique(problem.arcs.pool)]
    assert there == ["N/mine", "N/mortar", "S/mortar", "X/mortar"]
    assert "N/rocket" in problem.pools.ids


def test_alone_a_family_that_only_the_neighbour_takes_is_not_refused() -> None:
    region = small(permits="from_jurisdiction_id to_jurisdiction_id family valid_from valid_to")
    problem_of(region, Options(alone=True, partial=True))


def test_an_origin_without_a_position_is_refused_by_its_name() -> None:
    region = small(pools=add("pools", "Far/mortar AL Far mortar suspect 1500 6 1 ."))
    found = refusal(region)
    assert found.code == "not_available"
    assert "Far" in str(found.numbers["what"])


def test_an_origin_that_is_no_site_takes_its_position_from_its_pools() -> None:
    pools = f"{POOLS} latitude_deg longitude_deg\nFar/mortar AL Far mortar suspect 1500 6 1 . 41.5 20"
    far = problem_of(small(pools=pools, danger_curves="origin_id neq_kg fatalities_per_year low high"))
    site = problem_of(small(pools=f"{POOLS}\nN/mortar AL N mortar suspect 1500 6 1 ."))  # N is at the same place
    assert far.arcs.distance_km.tolist() == site.arcs.distance_km.tolist()


def test_the_plan_starts_on_the_day_of_the_settings_else_on_that_of_the_assessment() -> None:
    day = date(2026, 10, 5)
    for region, start in ((small(), date(2027, 1, 1)), (small(settings="key value\nhorizon_periods 4"), day)):
        tables = region.table("pools"), region.table("danger_curves")
        assert build_problem(region, *tables, as_of=day, options=Options()).periods.starts_on == start


def test_pools_come_in_the_order_of_their_ids() -> None:
    problem = problem_of(small())
    assert problem.pools.ids == ["N/mine", "N/mortar", "S/mortar", "X/mortar"]
    assert [problem.origins.ids[origin] for origin in problem.pools.origin] == ["N", "N", "S", "X"]
    assert [problem.families[family] for family in problem.pools.family] == ["mine", "mortar", "mortar", "mortar"]
    assert problem.pools.mass_kg.tolist() == [20_000, 60_000, 60_000, 90_000]
    assert problem.pools.deadline.tolist() == [-1, -1, -1, -1]


def test_deadlines_become_periods() -> None:
    pools = swap("pools", "4000   1      .", "4000   1      2028-05-01")
    assert problem_of(small(pools=pools)).pools.deadline.tolist() == [1, -1, -1, -1]


def test_a_deadline_beyond_the_horizon_asks_for_nothing_within_it() -> None:
    pools = swap("pools", "4000   1      .", "4000   1      2060-01-01")
    assert problem_of(small(pools=pools)).pools.deadline.tolist() == [-1, -1, -1, -1]


def test_what_may_not_be_planned_stays_at_its_site() -> None:
    """Of 15,000 kg at N, 10,000 kg are in pools."""
    problem = problem_of(small(danger_curves=add("danger_curves", "N 15000 0.2 0 1")))
    assert problem.origins.ids == ["N", "S", "X"]
    assert problem.origins.planned_neq_kg.tolist() == [10_000, 6_000, 9_000]
    assert problem.origins.base_neq_kg.tolist() == [5_000, 0, 1_000]
    ends = problem.origins.curves.at(np.array([0, 0]), np.array([0.0, 1.0]))
    assert ends == pytest.approx([0.06 + 0.04 * 3 / 8, 0.2])


def test_a_site_with_danger_and_no_pool_is_kept_as_it_is() -> None:
    curves = add("danger_curves", "Z 0 0 0 0", "Z 500 0.7 0 1")
    sites = add("sites", "Z M depot Zed 42 19")
    problem = problem_of(small(sites=sites, danger_curves=curves))
    last = len(problem.origins.ids) - 1
    assert problem.origins.ids[last] == "Z"
    assert problem.jurisdictions[problem.origins.jurisdiction[last]] == "ME"
    assert problem.origins.planned_neq_kg[last] == 0
    assert problem.origins.curves.fatalities_per_year[last].tolist() == [0.7] * problem.origins.curves.share.shape[1]


def test_stock_without_a_curve_counts_as_without_danger() -> None:
    problem = problem_of(small(danger_curves="origin_id neq_kg fatalities_per_year low high\nS 6000 1 0 2"))
    assert problem.origins.curves.fatalities_per_year.sum(axis=1).tolist() == [0, 2, 0]


def test_limits_and_settings_are_passed_on() -> None:
    sites = """
        site_id organisation_id kind  name  latitude_deg longitude_deg outload_kg_per_day
        N       A               depot North 41.5         20            250
        S       A               depot South 40.5         20            .
        X       M               depot Karst 42.5         19            ."""
    lines = """
        line_id site_id status   accepts_foreign neq_limit_kg
        BURN    S       existing no              40
        APART   X       existing yes             ."""
    settings = "key value\nworking_days_per_month 18\nperiod_months 3\ndiscount_per_year 0.03"
    problem = problem_of(small(sites=sites, lines=lines, settings=settings))
    assert problem.outload_kg_per_day.tolist() == [250, np.inf, np.inf]
    assert problem.lines.neq_limit_kg_per_day.tolist() == [np.inf, 40]
    assert problem.working_days == 54
    assert problem.discount_per_year == 0.03
