"""Figures of a plan."""

from __future__ import annotations

import pytest
from tests.report.made_results import made_alone, made_empty_plan, made_plan, made_region

from rasr.core.report.planned import (
    comparison,
    danger_series,
    first_steps,
    flow_matrix,
    interval_at,
    line_use,
    months_shown,
    origin_danger,
    spending_figures,
)

JURISDICTIONS = made_region().table("jurisdictions")
POOLS = made_region().table("pools")


def test_periods_are_told_by_the_month_in_which_they_end() -> None:
    assert months_shown(made_plan().periods) == ["2027-01", "2027-06", "2027-12"]


def test_danger_falls_with_the_plan_and_stays_without() -> None:
    series = danger_series(made_plan())
    assert series["with_plan"].to_list() == pytest.approx([0.0256, 0.0176, 0.0068])
    assert series["without_plan"].to_list() == pytest.approx([0.0256] * 3)
    assert interval_at(made_plan(), end=True) == pytest.approx({"value": 0.0068, "low": 0.00068, "high": 0.068})


def test_what_to_do_first_is_what_removes_most_danger() -> None:
    steps = first_steps(made_plan(), POOLS)
    assert steps.select("origin_id", "line_id", "period").rows() == [("N", "L1", 1), ("N", "L2", 2), ("X", "L2", 2)]
    assert steps["removed"].to_list() == pytest.approx([0.018 * 7 / 8, 0.018 / 8, 0.0008])
    assert steps["mass_kg"].to_list() == [350e3, 50e3, 90e3]


def test_pools_that_are_not_known_are_told_by_their_id() -> None:
    assert set(first_steps(made_plan(), POOLS.clear())["origin_id"]) == {"PN", "PX"}


def test_nothing_to_do_first_in_a_plan_that_does_nothing() -> None:
    assert first_steps(made_empty_plan(), POOLS).is_empty()


def test_danger_of_each_origin_before_and_after() -> None:
    rows = {row["origin_id"]: (row["before"], row["after"]) for row in origin_danger(made_plan()).iter_rows(named=True)}
    assert rows["N"] == pytest.approx((0.02, 0.002))
    assert rows["P"] == pytest.approx((0.0006, 0.0006))


def test_flows_in_the_order_of_capitals() -> None:
    senders, receivers, flows = flow_matrix(made_plan(), JURISDICTIONS)
    assert (senders, receivers) == (["ME", "AL"], ["ME", "AL"])
    assert flows["mass_kg"].to_list() == [350e3, 90e3, 50e3]


def test_spending_adds_up_whichever_way_it_is_cut() -> None:
    sums = [spending_figures(made_plan(), by)["amount_eur"].sum() for by in ("fund_id", "activity", "jurisdiction_id")]
    assert sums == pytest.approx([made_plan().spending["amount_eur"].sum()] * 3)


def test_the_busiest_line_first() -> None:
    assert line_use(made_plan()).rows() == [("L1", 1, 200e3), ("L1", 2, 150e3), ("L2", 2, 140e3)]


def test_joint_beside_alone() -> None:
    rows = comparison(made_plan(), made_alone(), JURISDICTIONS)
    assert rows["jurisdiction_id"].to_list() == ["ME", "XK", "AL"]
    assert rows["mass_kg_alone"].to_list() == [90e3, 0.0, 400e3]
