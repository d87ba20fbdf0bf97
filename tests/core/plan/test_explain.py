"""Every line of a plan has its reason and figures, everything left its cause; a price is what a unit more averts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.core.plan.instance import make_instance
from tests.core.plan.small import add, both, problem_of, small, swap
from tests.core.plan.test_solve import ONE_AT_A_TIME
from tests.core.plan.test_works import drawn

from rasr.core.plan.explain import REASONS, explained, sentences
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow
from rasr.core.plan.result import Plan
from rasr.core.plan.works import Work
from rasr.core.records.region import Region

HALF_YEAR = 0.5
NO_PERMITS = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to"
LAST_PERIOD = swap("settings", "horizon_periods 4", "horizon_periods 1")
"""One period of 120 days: BURN does 60 t and APART 120 t of the 230 t there are."""


def joint(**changed: str) -> Plan:
    """The joint plan of the small region with some tables written anew."""
    return both(small(**changed)).joint


def binding(plan: Plan) -> dict[str, str]:
    """What binds, by pool left."""
    return dict(plan.remaining.select("pool_id", "binds").iter_rows())


@pytest.mark.parametrize(
    "region", [small(), make_instance(3), make_instance(4, s_shaped=1.0), make_instance(5, budget_share=0.1)]
)
def test_what_the_lines_avert_and_cost_adds_up_to_the_plan(region: Region) -> None:
    plans = both(region)
    for plan in (plans.joint, plans.alone):
        said, lines = plan.summary, plan.reasons
        gained = said["objective_doing_nothing"] - said["objective_fatalities"]
        assert lines["averted"].sum() - lines["endangered"].sum() == pytest.approx(gained, rel=1e-9)
        assert lines["cost_eur"].sum() + plan.openings["cost_eur"].sum() == pytest.approx(said["cost_eur"])
        assert lines.select("period", "pool_id", "line_id", "mass_kg").equals(
            plan.shipments.select("period", "pool_id", "line_id", "mass_kg")
        )
        assert {*lines["why"], *lines["why_now"], *plan.remaining["binds"]} <= set(sentences())
        left = said["mass_planned_kg"] - said["mass_destroyed_kg"]
        assert plan.remaining["left_kg"].sum() == pytest.approx(left, abs=0.5 * len(region.table("pools")))


def test_a_work_is_a_line_of_the_plan_and_all_lines_add_up() -> None:
    region, options = drawn(2, sites=4, lines=3, families=3, periods=2)
    plan = both(region, options).joint
    works = plan.reasons.filter(pl.col("pool_id").is_null())
    assert sorted(works["line_id"]) == sorted(plan.openings.filter(kind="work")["id"])
    assert len(works) > 0
    gained = plan.summary["objective_doing_nothing"] - plan.summary["objective_fatalities"]
    assert (plan.reasons["averted"] - plan.reasons["endangered"]).sum() == pytest.approx(gained, rel=1e-9)


def test_a_work_is_told_why_by_the_price_of_its_money() -> None:
    """Locks at N for 30,000 EUR: with a million all that averts is done, with little they take it from stock."""
    locks = Options(works=(Work("locks", "N", cost_eur=30_000.0, fatalities_per_year=1.0),))
    rich = both(small(), locks).joint.reasons.filter(line_id="locks")
    assert rich.select("why", "why_now").rows() == [("money_to_spare", "first")]
    poor = both(small(funds=swap("funds", "1000000", "40000")), locks).joint.reasons.filter(line_id="locks")
    assert poor.select("why", "why_now").rows() == [("most_per_money", "first")]


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_line_of_the_plan_is_worth_what_it_takes_and_what_is_left_is_not_worth_more(seed: int) -> None:
    left = both(make_instance(seed)).joint.remaining.drop_nulls("worth_per_tonne")
    taken = left.select(pl.sum_horizontal(pl.col("^.*_per_tonne$").exclude("worth_per_tonne"))).to_series()
    assert len(left) > 3
    assert (left["worth_per_tonne"] <= taken + 1e-6 * left["worth_per_tonne"].max()).all()


def test_by_hand_a_day_more_on_a_full_line() -> None:
    """APART is full in the first half-year; one day more there takes a tonne of X half a year earlier: 0.04 / 90."""
    prices = joint().prices.filter(pl.col("what") == "line", pl.col("id") == "APART")
    assert prices["period"].to_list() == [1]
    assert prices["averted_per_unit"].item() == pytest.approx(0.04 / 90 * HALF_YEAR, rel=1e-3)


def test_by_hand_a_million_more_of_money() -> None:
    """One line, two periods, money for 50 t: the next euro takes 1 / 400 t of X in the first period, for 0.75 years."""
    funds = swap("funds", "1000000", "20000")
    free = ONE_AT_A_TIME["settings"] + "\n        road_cost_eur_per_tonne_km 0\n        escort_eur_per_trip 0"
    plan = both(small(**ONE_AT_A_TIME | {"funds": funds, "settings": free})).joint
    assert plan.reasons.select("pool_id", "why", "why_now").rows() == [("X", "most_per_money", "first")]
    price = plan.prices.filter(pl.col("what") == "fund")
    assert price.select("id", "detail", "period").rows() == [("F", "AL ME", None)]
    assert price["averted_per_unit"].item() == pytest.approx(0.08 / 60 / 400 * 1e6 * 0.75, rel=1e-6)
    assert set(binding(plan).values()) == {"money"}


def test_the_price_of_money_is_what_a_little_more_of_it_averts() -> None:
    region = make_instance(1)
    before = both(region).joint
    price = before.prices.filter(pl.col("id") == "F0")["averted_per_unit"].item()
    funds = region.table("funds")
    more_eur = pl.when(pl.col("fund_id") == "F0").then(pl.col("amount") + 1000.0).otherwise("amount")
    tables = {name: region.tables[name] for name in region.given} | {"funds": funds.with_columns(amount=more_eur)}
    after = both(Region.from_frames(tables)).joint
    fell = before.summary["objective_fatalities"] - after.summary["objective_fatalities"]
    assert fell >= 0.9 * price * 1000.0 / 1e6


def test_what_nobody_takes_is_told_from_what_nobody_may_take() -> None:
    """Mines at N: no line at all, a line abroad without a permit, and nothing that endangers anyone."""
    only_mortars = "line_id technique family capacity_kg_per_day cost_eur_per_tonne\nBURN open_burning mortar 500 400"
    apart = f"{only_mortars}\nAPART disassembly mine 1000 700"
    options = Options(partial=True)
    assert binding(both(small(line_rates=only_mortars, permits=NO_PERMITS), options).joint)["N/mine"] == "no_line"
    assert binding(joint(line_rates=apart, permits=NO_PERMITS))["N/mine"] == "no_permit"
    harmless = "origin_id neq_kg fatalities_per_year low high\nS 0 0 0 0\nS 6000 0.03 0.003 0.3"
    assert binding(joint(danger_curves=harmless))["N/mine"] == "no_danger"


def test_what_is_safer_left_alone() -> None:
    plan = joint(settings=add("settings", "transport_fatalities_per_tonne_km 1"))
    assert binding(plan)["N/mine"] == "not_worth"


def test_time_on_the_line() -> None:
    assert binding(joint(settings=LAST_PERIOD)) == {"X/mortar": "line"}


def test_a_way_that_is_there_for_a_part_of_the_time_only() -> None:
    """Without BURN, X and N share APART; AL may send in the second half-year only, when APART is full."""
    late = f"{NO_PERMITS}\nAL ME all 2027-07-01 2028-12-31"
    rates = "line_id technique family capacity_kg_per_day cost_eur_per_tonne\nAPART disassembly mortar 300 700"
    plan = both(small(permits=late, line_rates=rates), Options(partial=True)).joint
    assert binding(plan)["S/mortar"] == "time"
    sent = plan.reasons.filter(pl.col("pool_id").str.starts_with("N/"))
    assert sent.sort("period")["why_now"].to_list()[0] == "not_allowed_sooner"


def test_limits_of_lines_and_sites() -> None:
    lines = "line_id site_id status accepts_foreign neq_limit_kg\nBURN S existing no .\nAPART X existing yes 20"
    tight = joint(lines=lines)
    assert {"line_neq"} == {binding(tight)[pool] for pool in binding(tight)}
    assert set(tight.prices["what"]) >= {"line_neq"}
    sites = """
        site_id organisation_id kind  name  latitude_deg longitude_deg outload_kg_per_day
        N       A               depot North 41.5         20            50
        S       A               depot South 40.5         20            .
        X       M               depot Karst 42.5         19            ."""
    slow = joint(sites=sites)
    assert set(binding(slow).values()) == {"loading"}
    later = slow.reasons.filter(pl.col("pool_id").str.starts_with("N/"), pl.col("period") > 1)
    assert set(later["why_now"]) == {"loading_taken_sooner"}


def test_a_line_that_is_not_worth_opening_and_one_that_opens_late() -> None:
    lines = "line_id site_id status accepts_foreign opening_cost_eur\nBURN S existing no .\nAPART X proposed yes 990000"
    assert binding(joint(lines=lines))["X/mortar"] in {"opening", "money"}
    dear = lines.replace("990000", "5000000")
    assert binding(joint(lines=dear))["N/mine"] == "opening"


def test_a_deadline_is_the_reason_where_others_would_come_first() -> None:
    """S/mortar lies where least is at stake."""
    soon = swap("pools", "S/mortar AL              S         mortar suspect        60000   6000   1      .",
                "S/mortar AL S mortar suspect 60000 6000 1 2027-06-30")  # fmt: skip
    rates = "line_id technique family capacity_kg_per_day cost_eur_per_tonne\nBURN open_burning mortar 500 400"
    little = swap("danger_curves", "0.03                0.003 0.3", "0.01 0.003 0.3")
    plan = both(small(pools=soon, line_rates=rates, danger_curves=little), Options(partial=True)).joint
    first = plan.reasons.filter(pl.col("period") == 1)
    assert first.select("pool_id", "why").rows() == [("S/mortar", "due")]
    second = plan.reasons.filter(pl.col("period") == 2)
    assert second.select("pool_id", "why", "why_now").rows() == [("N/mortar", "most_per_nothing", "line_taken_sooner")]


def test_without_prices_the_figures_are_told_and_no_reasons() -> None:
    problem = problem_of(small())
    flow = Flow.nothing(problem)
    assert all(table.is_empty() for table in explained(problem, flow, None).values())
    flow.shipped_kg[0, 0] = 1000.0
    told = explained(problem, flow, None)["reasons"]
    assert told.schema == REASONS
    assert told["averted"].item() > 0
    assert told.select("why", "why_now").row(0) == (None, None)


def test_prices_are_never_negative() -> None:
    for seed in range(1, 4):
        plan = both(make_instance(seed, s_shaped=0.5)).joint
        assert (plan.prices["averted_per_unit"] > 0).all()
        prices = plan.remaining.select(pl.col("^.*_per_tonne$")).to_numpy()
        assert (prices[np.isfinite(prices)] >= 0).all()
