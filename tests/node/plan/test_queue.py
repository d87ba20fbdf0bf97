"""What to do first, and what a plan leaves."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from rasr.core.plan.result import Plan
from rasr.core.report.planned import first_steps
from rasr.node.plan.queue import first_things, left_over

POOLS = pl.DataFrame(
    {
        "pool_id": ["a/mortar", "a/mine", "b/mine"],
        "jurisdiction_id": ["AL", "AL", "BA"],
        "origin_id": ["a", "a", "b"],
        "family": ["mortar", "mine", "mine"],
        "mass_kg": [1000.0, 500.0, 2000.0],
        "destroy_by": pl.Series([None, None, None], dtype=pl.Date),
    }
)
DANGER = {"jurisdiction_id": "AL", "neq_kg": 1.0, "low": 0.0, "high": 1.0}


def small(worked_out: Plan) -> Plan:
    """A plan in which two sites ship to one line in the first period, and one of them again in the second."""
    shipments = pl.DataFrame(
        {
            "pool_id": ["a/mortar", "a/mine", "b/mine"],
            "line_id": "L",
            "period": [1, 1, 2],
            "mass_kg": [1000.0, 500.0, 500.0],
            "cost_eur": [100.0, 50.0, 0.0],
        }
    )
    processing = pl.DataFrame(
        {
            "line_id": "L",
            "family": ["mortar", "mine", "mine"],
            "technique": ["incineration", "cutting", "incineration"],
            "period": [1, 1, 2],
            "mass_kg": [1000.0, 500.0, 500.0],
            "cost_eur": [2000.0, 100.0, 300.0],
        }
    )
    spending = pl.DataFrame(
        {
            "fund_id": ["F-2", "F-1", "F-3", "F-4"],
            "jurisdiction_id": ["AL", "AL", "AL", "BA"],
            "activity": ["transport", "processing", "opening", "processing"],
            "period": 1,
            "amount_eur": [150.0, 2100.0, 9000.0, 200.0],
        }
    )
    danger = pl.DataFrame(
        [
            {"origin_id": "a", "period": period, "fatalities_per_year": value, **DANGER}
            for period, value in enumerate((0.3, 0.2, 0.1))
        ]
        + [{"origin_id": "b", "period": period, "fatalities_per_year": 0.5, **DANGER} for period in range(3)]
    )
    return replace(worked_out, shipments=shipments, processing=processing, spending=spending, danger=danger)


def test_each_thing_says_how_at_what_cost_and_whose_money(worked_out: Plan) -> None:
    first, second = first_things(small(worked_out), POOLS)
    assert (first["origin_id"], first["line_id"], first["period"]) == ("a", "L", 1)
    assert first["removed"] == pytest.approx(0.2)
    assert first["families"] == ["mortar", "mine"]
    assert first["techniques"] == ["cutting", "incineration"]
    assert first["transport_eur"] == 150.0
    assert first["processing_eur"] == pytest.approx(2000.0 + 500 * 400 / 1000)
    assert first["cost_eur"] == pytest.approx(2350.0)
    assert first["removed_per_million_eur"] == pytest.approx(0.2 / 2350 * 1e6)
    assert first["fund_ids"] == ["F-1", "F-2"]
    assert (second["origin_id"], second["removed"], second["fund_ids"]) == ("b", 0.0, ["F-4"])


def test_what_costs_nothing_has_no_price(worked_out: Plan) -> None:
    plan = small(worked_out)
    free = replace(
        plan,
        shipments=plan.shipments.with_columns(cost_eur=0.0),
        processing=plan.processing.with_columns(cost_eur=0.0),
    )
    assert first_things(free, POOLS)[0]["removed_per_million_eur"] is None


def test_the_order_and_the_danger_are_those_of_the_core(worked_out: Plan) -> None:
    assert worked_out.assessment is not None
    pools = worked_out.assessment.pools
    things, steps = first_things(worked_out, pools), first_steps(worked_out, pools)
    names = ["origin_id", "line_id", "period", "mass_kg", "removed"]
    assert steps.height > 0
    assert [[thing[name] for name in names] for thing in things] == [list(row) for row in steps.select(names).rows()]
    assert json.loads(json.dumps(things)) == things


def test_what_is_shipped_and_what_stays_is_what_may_be_planned(worked_out: Plan) -> None:
    assert worked_out.assessment is not None
    left = left_over(worked_out.shipments, worked_out.assessment.pools)
    planned_kg, shipped_kg = (worked_out.summary[f"mass_{name}_kg"] for name in ("planned", "destroyed"))
    assert left["left_kg"].sum() == pytest.approx(planned_kg - shipped_kg)
    assert left["left_kg"].is_sorted(descending=True)


def test_a_pool_that_is_gone_is_not_left(worked_out: Plan) -> None:
    left = left_over(small(worked_out).shipments, POOLS)
    assert left.select("pool_id", "shipped_kg", "left_kg").rows() == [("b/mine", 500.0, 1500.0)]


def test_a_plan_that_ships_nothing_has_nothing_to_do_first(worked_out: Plan) -> None:
    nothing = replace(worked_out, shipments=worked_out.shipments.clear())
    assert first_things(nothing, POOLS) == []
    assert left_over(nothing.shipments, POOLS)["left_kg"].sum() == 3500.0
