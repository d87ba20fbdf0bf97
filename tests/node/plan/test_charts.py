"""Pictures of a plan: what they show is what its tables hold."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from rasr.core.plan.result import Plan
from rasr.node.plan import charts
from rasr.report.disclosure import Disclosure
from rasr.report.scribe import Scribe


@pytest.fixture(scope="module")
def scribe(worked_out: Plan) -> Scribe:
    assert worked_out.region is not None
    return Scribe(worked_out.region, Disclosure.of(worked_out.region, exact=True), "en")


def test_flows_add_up_to_the_shipments(worked_out: Plan, scribe: Scribe) -> None:
    data = charts.sankey(worked_out, scribe)
    shipped_kg = worked_out.shipments["mass_kg"].sum()
    assert shipped_kg > 0
    assert sum(link["value"] for link in data["links"]) * 1000 == pytest.approx(shipped_kg)


def test_a_flow_never_leads_back_to_where_it_begins(worked_out: Plan, scribe: Scribe) -> None:
    data = charts.sankey(worked_out, scribe)
    names = [node["name"] for node in data["nodes"]]
    assert len(names) == len(set(names))
    assert {link["source"] for link in data["links"]}.isdisjoint(link["target"] for link in data["links"])
    assert {name for link in data["links"] for name in (link["source"], link["target"])} == set(names)


def test_senders_stand_in_the_order_of_their_capitals(worked_out: Plan, scribe: Scribe) -> None:
    capitals = {scribe.jurisdiction(row["jurisdiction_id"]): row["capital"] for row in _jurisdictions(scribe)}
    senders = [node["name"].removesuffix(" →") for node in charts.sankey(worked_out, scribe)["nodes"]]
    told = [capitals[name] for name in senders if name in capitals]
    assert len(told) > 1
    assert told == sorted(told)


def _jurisdictions(scribe: Scribe) -> list[dict[str, str]]:
    return scribe.region.table("jurisdictions").to_dicts()


@pytest.mark.parametrize("by", ["fund_id", "activity"])
def test_spending_adds_up_to_the_cost(worked_out: Plan, scribe: Scribe, by: str) -> None:
    data = charts.spending(worked_out, scribe, by)
    total = sum(sum(series["values"]) for series in data["series"])
    assert total * 1000 == pytest.approx(worked_out.summary["cost_eur"])
    assert {len(series["values"]) for series in data["series"]} == {worked_out.summary["periods"]}


def test_small_funds_share_a_colour_and_nothing_is_lost(worked_out: Plan, scribe: Scribe) -> None:
    spending = pl.DataFrame(
        {
            "fund_id": [f"F-{number}" for number in range(9)],
            "jurisdiction_id": "AL",
            "activity": "transport",
            "period": 1,
            "amount_eur": [float(number + 1) * 1000 for number in range(9)],
        }
    )
    data = charts.spending(replace(worked_out, spending=spending), scribe, "fund_id")
    assert [series["values"][0] for series in data["series"]] == [9, 8, 7, 6, 5, 10]
    assert data["series"][-1]["name"] == "other funds"


def test_bars_of_lines_add_up_to_what_is_processed(worked_out: Plan, scribe: Scribe) -> None:
    data = charts.gantt(worked_out, scribe)
    assert sum(bar["value"] for bar in data["bars"]) * 1000 == pytest.approx(worked_out.processing["mass_kg"].sum())
    assert {bar["start"] for bar in data["bars"]} <= set(data["categories"])
    assert {bar["row"] for bar in data["bars"]} == set(range(len(data["rows"])))


def test_lines_that_the_plan_opens_are_marked(worked_out: Plan, scribe: Scribe) -> None:
    worked = worked_out.processing["line_id"].unique().to_list()
    openings = pl.DataFrame(
        {"kind": "line", "id": worked[:1], "jurisdiction_id": "AL", "period": 1, "cost_eur": 1000.0}
    )
    data = charts.gantt(replace(worked_out, openings=openings), scribe)
    marked = {bar["row"] for bar in data["bars"] if bar["label"] == "line opened by the plan"}
    assert [data["rows"][row] for row in marked] == [scribe.line(worked[0])]


def test_danger_starts_and_ends_as_the_summary_says(worked_out: Plan, scribe: Scribe) -> None:
    data = charts.danger(worked_out, scribe)
    joint, without, alone = data["series"]
    assert len(data["periods"]) == worked_out.summary["periods"] + 1
    assert joint["values"] == pytest.approx(worked_out.summary["danger_over_time"])
    assert set(without["values"]) == {joint["values"][0]}
    assert worked_out.alone is not None
    assert alone["values"][-1] == pytest.approx(worked_out.alone.summary["danger_after"])


def test_the_interval_holds_the_danger(worked_out: Plan, scribe: Scribe) -> None:
    (joint,) = charts.danger_interval(worked_out, scribe)["series"]
    assert joint["values"] == charts.danger(worked_out, scribe)["series"][0]["values"]
    assert joint["high"][-1] == pytest.approx(worked_out.summary["danger_after_high"])
    assert all(
        low <= value <= high for low, value, high in zip(joint["low"], joint["values"], joint["high"], strict=True)
    )


def test_without_plans_alone_the_danger_has_two_lines(worked_out: Plan, scribe: Scribe) -> None:
    assert len(charts.danger(replace(worked_out, alone=None), scribe)["series"]) == 2


def test_together_and_alone_add_up(worked_out: Plan, scribe: Scribe) -> None:
    assert worked_out.alone is not None
    for measure, summary, scale in (("mass_kg", "mass_destroyed_kg", 1000), ("cost_eur", "cost_eur", 1000)):
        joint, alone = charts.compare(worked_out, scribe, measure)["series"]
        assert sum(joint["values"]) * scale == pytest.approx(worked_out.summary[summary])
        assert sum(alone["values"]) * scale == pytest.approx(worked_out.alone.summary[summary])
    before, joint, alone = charts.compare(worked_out, scribe, "danger_after")["series"]
    assert sum(before["values"]) == pytest.approx(worked_out.summary["danger_before"])
    assert sum(joint["values"]) == pytest.approx(worked_out.summary["danger_after"])
    assert sum(alone["values"]) == pytest.approx(worked_out.alone.summary["danger_after"])


def test_the_danger_of_names_is_told_with_the_asterisk(worked_out: Plan, scribe: Scribe) -> None:
    assert "Kosovo*" in charts.compare(worked_out, scribe, "mass_kg")["categories"]
