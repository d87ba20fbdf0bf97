"""From records to a plan: what it says of itself, that its tables bear it out, and what it chooses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import count, pairwise

import numpy as np
import polars as pl
import pytest
from tests.core.plan.instance import Danger, make_instance
from tests.core.plan.small import START, both, small, swap

from rasr.core.plan.planner import Both, plan_alone, plan_both
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region

SUMMARY = (
    "status objective_fatalities objective_parts objective_doing_nothing bound gap gap_of_avoidable danger_before "
    "danger_before_low danger_before_high danger_after danger_after_low danger_after_high danger_over_time "
    "mass_planned_kg mass_destroyed_kg cost_eur blind_share starts_on periods period_months pools lines arcs_offered "
    "arcs_possible rounds rule_edition version seed alone deadlines_missed inputs_digest seconds"
).split()
COLUMNS = {
    "shipments": "pool_id line_id period mass_kg cost_eur",
    "processing": "line_id family technique period mass_kg cost_eur",
    "spending": "fund_id jurisdiction_id activity period amount_eur",
    "openings": "kind id jurisdiction_id period cost_eur",
    "danger": "origin_id jurisdiction_id period neq_kg fatalities_per_year low high",
    "flows": "from_jurisdiction_id to_jurisdiction_id mass_kg cost_eur",
    "by_jurisdiction": "jurisdiction_id mass_kg cost_eur opening_eur danger_before danger_after",
    "periods": "period starts_on ends_on",
    "reasons": "period pool_id line_id mass_kg removed_per_year averted endangered cost_eur averted_per_million_eur "
    "why why_now",
    "remaining": "pool_id left_kg binds line_id period worth_per_tonne own_per_tonne money_per_tonne line_per_tonne "
    "line_neq_per_tonne loading_per_tonne opening_per_tonne",
    "prices": "what id detail period unit averted_per_unit",
    "certificate": "rows key period pools multiplier",
}
REGIONS = {
    "small": small(),
    "drawn": make_instance(3),
    "s_shaped": make_instance(4, s_shaped=1.0),
    "poor": make_instance(5, budget_share=0.1, jurisdictions=2),
}


@pytest.fixture(scope="module", params=list(REGIONS))
def planned(request: pytest.FixtureRequest) -> tuple[Region, Both]:
    """A region and its plans."""
    region = REGIONS[request.param]
    return region, both(region)


def expected_fatalities(region: Region, plan: Plan) -> float:
    """The objective added up from the plan's tables and the region's records alone."""
    setting = region.settings
    years = setting.period_months / 12
    sent = plan.shipments.join(region.table("pools"), on="pool_id", suffix="_pool")
    sent = sent.with_columns(gone_kg=pl.col("mass_kg") / pl.col("mass_kg_pool") * pl.col("neq_kg"))
    total = 0.0
    for (origin,), points in region.table("danger_curves").group_by("origin_id"):
        points = points.sort("neq_kg")
        level = [float(points["fatalities_per_year"][-1])]
        for period in range(1, setting.horizon_periods + 1):
            gone = sent.filter((pl.col("origin_id") == origin) & (pl.col("period") <= period))["gone_kg"].sum()
            level.append(float(np.interp(points["neq_kg"][-1] - gone, points["neq_kg"], points["fatalities_per_year"])))
        total += sum((a + b) / 2 * years for a, b in pairwise(level))
    at = dict(zip(region.table("sites")["site_id"], region.table("sites").rows(), strict=True))
    site_of = dict(region.table("lines").select("line_id", "site_id").iter_rows())
    here = region.table("sites").columns.index("latitude_deg")
    for origin, line, mass_kg in sent.select("origin_id", "line_id", "mass_kg").iter_rows():
        km = great_circle_km(*at[origin][here : here + 2], *at[site_of[line]][here : here + 2]) * setting.road_factor
        total += mass_kg / 1000 * km * setting.transport_fatalities_per_tonne_km
    return total + plan.processing["mass_kg"].sum() / 1000 * setting.processing_fatalities_per_tonne


def great_circle_km(latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> float:
    """By the spherical law of cosines, where the planner uses haversines."""
    a, b, turn = np.radians(latitude_a), np.radians(latitude_b), np.radians(longitude_b - longitude_a)
    cosine = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(turn)
    return float(6371.0088 * np.arccos(np.clip(cosine, -1.0, 1.0)))


def test_the_objective_is_what_the_tables_add_up_to(planned: tuple[Region, Both]) -> None:
    region, plans = planned
    for plan in (plans.joint, plans.alone):
        assert plan.summary["objective_fatalities"] == pytest.approx(expected_fatalities(region, plan), rel=1e-6)


def test_the_summary_says_all_that_plan_json_must(planned: tuple[Region, Both]) -> None:
    region, plans = planned
    for plan, alone in ((plans.joint, False), (plans.alone, True)):
        said = plan.summary
        assert set(said) - {"greedy"} == set(SUMMARY)
        assert ("greedy" in said) is not alone
        assert json.loads(json.dumps(said)) == said  # plain numbers and texts only
        assert said["alone"] is alone
        assert said["status"] in {"within_gap", "rounds_done"}
        assert said["bound"] <= said["objective_fatalities"] <= said["objective_doing_nothing"]
        assert said["gap"] == pytest.approx(1 - said["bound"] / said["objective_fatalities"])
        assert 0 <= said["gap"] <= 1
        assert 0 <= said["gap_of_avoidable"] <= 1
        assert sum(said["objective_parts"].values()) == pytest.approx(said["objective_fatalities"])
        assert said["danger_before_low"] <= said["danger_before"] <= said["danger_before_high"]
        assert said["danger_after_low"] <= said["danger_after"] <= said["danger_after_high"]
        assert said["danger_over_time"][0] == said["danger_before"]
        assert said["danger_over_time"][-1] == said["danger_after"]
        assert len(said["danger_over_time"]) == said["periods"] + 1 == region.settings.horizon_periods + 1
        assert said["mass_planned_kg"] == pytest.approx(region.table("pools")["mass_kg"].sum())
        assert said["mass_destroyed_kg"] <= said["mass_planned_kg"] * (1 + 1e-9)
        assert said["blind_share"] == {"mass": 0.01, "neq": 0.02}
        assert (said["rule_edition"], said["version"], said["seed"]) == ("test", "0.0", 0)
        assert said["starts_on"] == "2027-01-01"


def test_the_tables_have_their_columns_and_agree_with_the_summary(planned: tuple[Region, Both]) -> None:
    region, plans = planned
    for plan in (plans.joint, plans.alone):
        said = plan.summary
        assert {name: " ".join(table.columns) for name, table in plan.tables().items()} == COLUMNS
        for name in ("shipments", "processing", "flows", "by_jurisdiction"):
            assert plan.tables()[name]["mass_kg"].sum() == pytest.approx(said["mass_destroyed_kg"])
        assert plan.spending["amount_eur"].sum() == pytest.approx(said["cost_eur"])
        assert plan.by_jurisdiction["cost_eur"].sum() == pytest.approx(said["cost_eur"])
        assert plan.by_jurisdiction["opening_eur"].sum() == pytest.approx(plan.openings["cost_eur"].sum())
        assert plan.by_jurisdiction["danger_after"].sum() == pytest.approx(said["danger_after"])
        by_period = plan.danger.group_by("period").agg(pl.col("fatalities_per_year").sum()).sort("period")
        assert by_period["fatalities_per_year"].to_list() == pytest.approx(said["danger_over_time"])
        assert plan.by_jurisdiction["jurisdiction_id"].to_list() == sorted(
            region.table("jurisdictions")["jurisdiction_id"]
        )
        for name in ("shipments", "processing", "spending"):
            periods = plan.tables()[name]["period"]
            assert periods.is_between(1, said["periods"]).all()
            assert (
                plan.tables()[name].drop("cost_eur", "mass_kg", "amount_eur", strict=False).is_duplicated().sum() == 0
            )


def test_alone_nothing_crosses_a_border_or_opens_a_corridor(planned: tuple[Region, Both]) -> None:
    flows, openings = planned[1].alone.flows, planned[1].alone.openings
    assert (flows["from_jurisdiction_id"] == flows["to_jurisdiction_id"]).all()
    assert "corridor" not in openings["kind"].to_list()


def test_a_period_of_danger_is_the_stock_left_read_off_the_curve() -> None:
    danger = both(small()).joint.danger
    start = danger.filter(pl.col("period") == 0).select("origin_id", "jurisdiction_id", "neq_kg", "fatalities_per_year")
    assert start.rows() == [("N", "AL", 10_000.0, 0.1), ("S", "AL", 6_000.0, 0.03), ("X", "ME", 10_000.0, 0.05)]
    end = danger.filter((pl.col("period") == 4) & (pl.col("origin_id") == "X"))
    assert end["neq_kg"].item() == pytest.approx(1_000, abs=1)  # what may not be planned
    assert end["fatalities_per_year"].item() == pytest.approx(0.01, rel=1e-3)


def jumping_clock(after: int) -> Iterator[float]:
    """A clock that stands still, and after so many looks has gone on by a day."""
    return (0.0 if look < after else 86_400.0 for look in count())


@pytest.mark.parametrize("looks", [2, 3, 5, 8])
def test_a_plan_that_the_clock_ended_says_so_and_holds(looks: int) -> None:
    region, clock = make_instance(1), jumping_clock(looks)
    plan = plan_alone(region, Danger(region), as_of=START, clock=lambda: next(clock))
    assert plan.summary["status"] == "stopped_by_clock"
    assert plan.summary["bound"] <= plan.summary["objective_fatalities"]
    assert plan.summary["objective_fatalities"] == pytest.approx(expected_fatalities(region, plan), rel=1e-6)


@pytest.mark.parametrize("looks", [2, 4, 6])
def test_the_clock_does_not_end_the_search_before_deadlines_are_met(looks: int) -> None:
    region, clock = small(pools=swap("pools", "9000   1      .", "9000   1      2027-12-31")), jumping_clock(looks)
    plan = plan_alone(region, Danger(region), as_of=START, clock=lambda: next(clock))
    assert plan.summary["status"] == "stopped_by_clock"
    assert plan.summary["deadlines_missed"] == []
    assert plan.shipments.filter(pl.col("pool_id") == "X/mortar")["mass_kg"].sum() == pytest.approx(90_000, abs=1)


def test_progress_runs_from_none_to_all_and_never_back() -> None:
    told: list[float] = []
    region = small()
    plan_both(region, Danger(region), as_of=START, progress=lambda _, done: told.append(done))
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1


def test_deadlines_are_met_even_for_what_endangers_few() -> None:
    """S/mortar lies where least is at stake; left to itself the plan burns it after that of N."""
    soon = swap("pools", "S/mortar AL              S         mortar suspect        60000   6000   1      .",
                "S/mortar AL S mortar suspect 60000 6000 1 2027-06-30")  # fmt: skip
    sent = both(small(pools=soon)).joint.shipments
    in_time = sent.filter((pl.col("pool_id") == "S/mortar") & (pl.col("period") == 1))
    assert in_time["mass_kg"].sum() == pytest.approx(60_000, abs=1)


def test_a_deadline_beyond_the_horizon_forces_nothing() -> None:
    late = swap("pools", "4000   1      .", "4000   1      2060-01-01")
    region = small(pools=late, permits="from_jurisdiction_id to_jurisdiction_id family valid_from valid_to")
    plan = both(region).joint
    assert "N/mine" not in plan.shipments["pool_id"].to_list()
    assert plan.summary["deadlines_missed"] == []


TWINS = {
    "lines": """
        line_id site_id status   accepts_foreign
        CHEAP   S       existing no
        DEAR    S       existing no""",
    "line_rates": """
        line_id technique    family capacity_kg_per_day cost_eur_per_tonne
        CHEAP   open_burning mortar 2000                300
        DEAR    open_burning mortar 2000                900
        DEAR    disassembly  mine   2000                900""",
    "permits": """
        from_jurisdiction_id to_jurisdiction_id family valid_from valid_to
        ME                   AL                 all    2027-01-01 2028-12-31""",
}


def test_of_two_lines_that_save_as_many_the_cheaper_is_used() -> None:
    work = both(small(**TWINS)).joint.processing
    by_line = dict(
        work.filter(pl.col("family") == "mortar").group_by("line_id").agg(pl.col("mass_kg").sum()).iter_rows()
    )
    assert by_line == {"CHEAP": pytest.approx(120_000, rel=1e-3)}


def test_money_is_not_saved_at_the_cost_of_lives() -> None:
    """With one half-year's work for the cheap line alone, both lines work so that all is gone in the first."""
    rates = TWINS["line_rates"].replace("mortar 2000                300", "mortar 500                 300")
    sent = both(small(**TWINS | {"line_rates": rates})).joint.shipments.filter(pl.col("mass_kg") > 100)
    assert set(sent["period"]) == {1}
    assert set(sent["line_id"]) == {"CHEAP", "DEAR"}


def test_foreign_stock_reaches_a_line_only_with_a_permit() -> None:
    none = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to"
    assert both(small(permits=none)).joint.flows.select("from_jurisdiction_id", "to_jurisdiction_id").rows() == [
        ("AL", "AL"),
        ("ME", "ME"),
    ]
    crossing = both(small()).joint.flows.select("from_jurisdiction_id", "to_jurisdiction_id").rows()
    assert ("AL", "ME") in crossing
    assert ("ME", "AL") not in crossing


def test_a_permit_that_starts_late_is_waited_for() -> None:
    permits = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to\nAL ME mine 2027-07-01 2028-12-31"
    sent = both(small(permits=permits)).joint.shipments
    assert sent.filter(pl.col("pool_id") == "N/mine")["period"].min() == 2


PROPOSED = """
    line_id site_id status   accepts_foreign opening_cost_eur fixed_eur_per_year
    BURN    S       existing no              .                .
    APART   X       proposed yes             {}            40000"""


def test_a_line_worth_its_opening_is_opened_and_paid_until_the_end() -> None:
    plan = both(small(lines=PROPOSED.format(60_000))).joint
    assert plan.openings.rows() == [("line", "APART", "ME", 1, 60_000.0 + 4 * 20_000.0)]
    paid = plan.spending.filter(pl.col("activity") == "opening").sort("period")
    assert paid["amount_eur"].to_list() == pytest.approx([80_000, 20_000, 20_000, 20_000])
    assert set(paid["jurisdiction_id"]) == {"ME"}


def test_a_line_beyond_the_money_stays_shut() -> None:
    plan = both(small(lines=PROPOSED.format(2_000_000))).joint
    assert plan.openings.is_empty()
    assert set(plan.shipments["line_id"]) == {"BURN"}


def test_a_corridor_that_costs_is_paid_once_by_whose_stock_leaves() -> None:
    permits = """
        from_jurisdiction_id to_jurisdiction_id family valid_from valid_to   opening_cost_eur
        AL                   ME                 all    2027-01-01 2028-12-31 {}"""
    plan = both(small(permits=permits.format(7_000))).joint
    assert plan.openings.rows() == [("corridor", "AL>ME", "AL", 1, 7_000.0)]
    dear = both(small(permits=permits.format(2_000_000))).joint
    assert dear.openings.is_empty()
    assert dear.flows["to_jurisdiction_id"].to_list() == ["AL", "ME"]


def test_a_fund_for_one_does_not_pay_for_another() -> None:
    plan = both(small(earmarks="fund_id jurisdiction_id activity\nF ME all")).joint
    assert set(plan.spending["jurisdiction_id"]) == {"ME"}
    assert plan.shipments["pool_id"].unique().to_list() == ["X/mortar"]


def test_money_that_lapses_is_spent_within_its_periods() -> None:
    funds = "fund_id donor currency starts_on ends_on amount carry_over\nF Alpha EUR 2027-04-01 2028-03-31 90000 no"
    paid = both(small(funds=funds)).joint.spending
    by_period = paid.group_by("period").agg(pl.col("amount_eur").sum()).sort("period")
    assert by_period["period"].to_list() == [1, 2, 3]
    assert by_period["amount_eur"].to_list() == pytest.approx([30_000] * 3, rel=1e-3)


def test_the_day_of_the_assessment_starts_a_plan_without_a_start_of_its_own() -> None:
    region = small(settings="key value\nhorizon_periods 2")
    plan = plan_both(region, Danger(region), as_of=date(2027, 1, 31)).joint
    assert plan.periods["starts_on"].to_list() == [date(2027, 1, 31), date(2027, 7, 31)]


def test_a_site_that_cannot_load_more_takes_longer() -> None:
    sites = """
        site_id organisation_id kind  name  latitude_deg longitude_deg outload_kg_per_day
        N       A               depot North 41.5         20            200
        S       A               depot South 40.5         20            .
        X       M               depot Karst 42.5         19            ."""
    sent = both(small(sites=sites)).joint.shipments.filter(pl.col("pool_id").str.starts_with("N/"))
    by_period = sent.group_by("period").agg(pl.col("mass_kg").sum()).sort("period")
    assert by_period["mass_kg"].to_list() == pytest.approx([24_000] * 3 + [8_000], rel=1e-2)
