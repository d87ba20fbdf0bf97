"""When no plan exists: what the deadlines lack is named, in a sentence; alone, what is missed is listed."""

from __future__ import annotations

import polars as pl
import pytest
from tests.core.plan.instance import Danger
from tests.core.plan.small import START, add, both, problem_of, small, swap

from rasr.core.basis.findings import Refused
from rasr.core.plan.diagnose import Conflict, diagnose
from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_alone
from rasr.core.records.region import Region
from rasr.core.reference import loader

NO_PERMITS = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to"
ALL_MORTARS_SOON = swap("pools", "9000   1      .", "9000   1      2027-06-30").replace(
    "6000   1      .", "6000   1      2027-06-30"
)
"""210 t of mortars by the end of the first period, in which the lines can do 60 t and 120 t."""


def conflicts(region: Region) -> list[Conflict]:
    """What conflicts; every conflict must have its sentence."""
    found = diagnose(problem_of(region))
    for conflict in found:
        assert "{" not in loader.say(conflict.code, conflict.numbers)
    return found


def sentence(region: Region, options: Options | None = None) -> str:
    """The sentence with which the joint plan is refused."""
    with pytest.raises(Refused) as caught:
        both(region, options)
    assert caught.value.code == "no_plan_exists"
    return loader.say(caught.value.code, caught.value.numbers)


def mines_by(day: str) -> str:
    """The pools, the mines at N with a deadline."""
    return swap("pools", "4000   1      .", f"4000   1      {day}")


def test_a_deadline_without_a_line() -> None:
    region = small(pools=mines_by("2028-12-31"), permits=NO_PERMITS)
    assert conflicts(region) == [Conflict("conflict_no_line", {"pool": "N/mine"})]
    assert "N/mine: no line that has a permit and is open takes it before its deadline" in sentence(region)


def test_a_deadline_before_the_permit() -> None:
    late = f"{NO_PERMITS}\nAL ME all 2028-01-01 2028-12-31"
    region = small(pools=mines_by("2027-12-31"), permits=late)
    assert conflicts(region) == [Conflict("conflict_no_line", {"pool": "N/mine"})]
    assert both(small(pools=mines_by("2028-06-30"), permits=late)).joint.summary["deadlines_missed"] == []


def test_deadlines_beyond_capacity() -> None:
    """30 t more than BURN and APART can do: a quarter of a period of APART, which is the cheaper to exceed."""
    found = conflicts(small(pools=ALL_MORTARS_SOON))
    assert [conflict.code for conflict in found] == ["conflict_technique_time"]
    assert found[0].numbers == {"line": "APART", "period": 1, "amount": 0.25}
    text = sentence(small(pools=ALL_MORTARS_SOON))
    assert "line APART would have to work 0.25 periods' worth more in period 1" in text


def test_deadlines_beyond_the_explosive_limit_of_a_line() -> None:
    """20 t of mines with 4 t NEQ in one period, through a line that may take 25 kg a day: 3 t."""
    lines = "line_id site_id status accepts_foreign neq_limit_kg\nBURN S existing no .\nAPART X existing yes 25"
    region = small(pools=mines_by("2027-06-30"), lines=lines)
    assert conflicts(region) == [Conflict("conflict_line_neq", {"line": "APART", "period": 1, "amount": 1.0})]
    assert "line APART would take in 1.0 t NEQ more than its limit in period 1" in sentence(region)


def test_deadlines_beyond_what_a_site_can_load() -> None:
    sites = """
        site_id organisation_id kind  name  latitude_deg longitude_deg outload_kg_per_day
        N       A               depot North 41.5         20            100
        S       A               depot South 40.5         20            .
        X       M               depot Karst 42.5         19            ."""
    region = small(pools=mines_by("2027-06-30"), sites=sites)
    assert conflicts(region) == [Conflict("conflict_site_outload", {"site": "N", "period": 1, "amount": 8.0})]
    assert "site N would have to load 8.0 t more in period 1" in sentence(region)


def test_deadlines_beyond_the_money() -> None:
    """Processing 20 t of mines costs 14,000 EUR and hauling them some more; 5,000 EUR are there."""
    region = small(pools=mines_by("2027-06-30"), funds=swap("funds", "1000000", "5000"))
    found = conflicts(region)
    assert {conflict.code for conflict in found} == {"conflict_costs_paid"}
    haul_eur = both(small(pools=mines_by("2027-06-30"))).joint.shipments.row(0, named=True)["cost_eur"]
    missing = sum(float(conflict.numbers["amount"]) for conflict in found)
    assert missing == pytest.approx((14_000 + haul_eur - 5_000) / 1000, abs=0.02)
    assert "thousand EUR are missing for" in sentence(region)


OPENINGS = {
    "lines": """
        line_id site_id status   accepts_foreign opening_cost_eur
        L1      S       proposed no              100000
        L2      S       proposed no              110000""",
    "line_rates": """
        line_id technique    family capacity_kg_per_day cost_eur_per_tonne
        L1      open_burning mortar 1000                0
        L2      open_burning mortar 1000                0
        L2      open_burning mine   1000                0""",
    "settings": """
        key                         value
        starts_on                   2027-01-01
        horizon_periods             2
        road_cost_eur_per_tonne_km  0
        escort_eur_per_trip         0""",
    "pools": """
        pool_id  jurisdiction_id origin_id family stability_band mass_kg neq_kg pieces destroy_by
        S/mortar AL              S         mortar suspect        100000  6000   1      2027-12-31
        N/mine   AL              N         mine   suspect        90000   6000   1      2027-12-31""",
    "permits": NO_PERMITS,
}
"""Either line can do the mortars by their deadline, only L2 the mines; parts of lines would be cheaper than either."""


def with_money(amount_eur: int) -> Region:
    return small(funds=swap("funds", "1000000", str(amount_eur)), **OPENINGS)


def test_money_for_parts_of_two_lines_is_no_plan() -> None:
    """The programme would open what it needs of L2; opened in full it costs 110,000 EUR."""
    found = conflicts(with_money(105_000))
    assert found == [
        Conflict("conflict_costs_paid", {"period": 1, "amount": 5.0, "jurisdiction": "AL", "activity": "opening"})
    ]
    assert "5.0 thousand EUR are missing for opening of AL in period 1" in sentence(with_money(105_000))


def test_money_for_one_line_buys_the_one_that_meets_the_deadlines() -> None:
    plan = both(with_money(110_000)).joint
    assert plan.openings["id"].to_list() == ["L2"]
    assert plan.summary["deadlines_missed"] == []


def test_a_plan_with_deadlines_is_found_where_no_rounding_of_the_programme_is_one() -> None:
    """One line has capacity to spare, so the programme opens a part of it; only opened in full it is a plan."""
    only_mortars = {**OPENINGS, "pools": OPENINGS["pools"].rsplit("\n", 1)[0]}
    plan = both(small(funds=swap("funds", "1000000", "100000"), **only_mortars)).joint
    assert plan.openings.select("id", "cost_eur").rows() == [("L1", 100_000.0)]
    assert plan.shipments["mass_kg"].sum() == pytest.approx(100_000)


def test_at_most_five_conflicts_are_named() -> None:
    rows = [f"N/mine{n} AL N mine suspect 1000 10 1 2027-12-31" for n in range(9)]
    found = conflicts(small(pools=add("pools", *rows), permits=NO_PERMITS))
    assert len(found) == 5


def test_alone_missed_deadlines_are_listed_and_the_rest_is_planned() -> None:
    """The mines can only go to the neighbour, and together they do."""
    plans = both(small(pools=mines_by("2027-12-31")))
    assert plans.alone.summary["deadlines_missed"] == ["N/mine"]
    assert plans.alone.summary["mass_destroyed_kg"] == pytest.approx(210_000, abs=2.0)
    assert plans.joint.summary["deadlines_missed"] == []


def test_a_deadline_out_of_reach_alone_does_not_free_it_of_the_others() -> None:
    """Left to itself AL would burn first what lies at its line."""
    assert both(small()).alone.shipments.filter(pl.col("pool_id") == "N/mortar")["period"].max() == 2
    soon = mines_by("2027-12-31").replace("60000   6000   1      .", "60000   6000   1      2027-06-30", 1)
    assert both(small(pools=soon)).alone.summary["deadlines_missed"] == ["N/mine"]


def test_a_plan_alone_can_be_asked_for_by_itself() -> None:
    region = small(pools=mines_by("2027-12-31"))
    plan = plan_alone(region, Danger(region), as_of=START)
    assert plan.summary["alone"] is True
    assert plan.summary["deadlines_missed"] == ["N/mine"]


def test_deadlines_beyond_capacity_alone_still_give_a_plan() -> None:
    """AL must do 120 t of mortars in the first half-year and can burn 60 t; ME could take 30 t."""
    soon = swap("pools", "6000   1      .", "6000   1      2027-06-30").replace("90000 ", "60000 ")
    plans = both(small(pools=soon))
    assert plans.alone.summary["deadlines_missed"] != []
    assert plans.alone.summary["mass_destroyed_kg"] == pytest.approx(180_000, rel=1e-3)
    assert plans.joint.summary["deadlines_missed"] == []


def test_with_partial_a_deadline_out_of_reach_is_listed_too() -> None:
    region = small(pools=mines_by("2028-12-31"), permits=NO_PERMITS)
    joint = both(region, Options(partial=True)).joint
    assert joint.summary["deadlines_missed"] == ["N/mine"]
    assert joint.summary["mass_destroyed_kg"] == pytest.approx(210_000, abs=2.0)
    assert "no line that has a permit" in sentence(region)


def test_with_partial_a_deadline_within_reach_still_binds() -> None:
    assert "line APART" in sentence(small(pools=ALL_MORTARS_SOON), Options(partial=True))
