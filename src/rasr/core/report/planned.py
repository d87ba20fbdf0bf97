"""Figures of a plan: danger over time, what to do first, flows, spending, line use, and joint against alone.

>>> months_shown(pl.DataFrame({"period": [1], "starts_on": [date(2027, 1, 1)], "ends_on": [date(2027, 6, 30)]}))
['2027-01', '2027-06']
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from rasr.core.report.places import by_capital

if TYPE_CHECKING:
    from rasr.core.plan.result import Plan

FIRST_PERIODS = 2
"""How many periods with shipments make up what to do first."""


def months_shown(periods: pl.DataFrame) -> list[str]:
    """The start of the plan and the end of each period, as year and month: one label per period from 0."""
    ordered = periods.sort("period")
    days: list[date] = [*ordered["starts_on"].head(1), *ordered["ends_on"]]
    return [f"{day:%Y-%m}" for day in days]


def danger_series(plan: Plan) -> pl.DataFrame:
    """Expected fatalities per year of all origins at the end of each period (0: the start).

    Columns: period, with_plan, low, high, without_plan, without_low, without_high. Without the plan everything is
    taken to stay as at the start: this edition lets nothing age.
    """
    with_plan = (
        plan.danger.group_by("period")
        .agg(pl.col("fatalities_per_year").sum().alias("with_plan"), pl.col("low").sum(), pl.col("high").sum())
        .sort("period")
    )
    return with_plan.with_columns(
        pl.col("with_plan").first().alias("without_plan"),
        pl.col("low").first().alias("without_low"),
        pl.col("high").first().alias("without_high"),
    )


def first_steps(plan: Plan, pools: pl.DataFrame, n: int = 15) -> pl.DataFrame:
    """What the first periods with shipments move, by origin and line, largest removal of danger first.

    Columns: origin_id, jurisdiction_id, line_id, period (the first), mass_kg, cost_eur, removed (expected
    fatalities per year taken away from the origin by then, shared out over its lines by mass).
    """
    early = sorted(plan.shipments["period"].unique().to_list())[:FIRST_PERIODS]
    if not early:
        return pl.DataFrame(
            schema={"origin_id": pl.String, "jurisdiction_id": pl.String, "line_id": pl.String, "period": pl.Int64}
            | dict.fromkeys(("mass_kg", "cost_eur", "removed"), pl.Float64)
        )
    moved = (
        plan.shipments.filter(pl.col("period").is_in(early))
        .join(pools.select("pool_id", "origin_id", "jurisdiction_id"), on="pool_id", how="left")
        .with_columns(pl.col("origin_id").fill_null(pl.col("pool_id")))
        .group_by("origin_id", "jurisdiction_id", "line_id")
        .agg(pl.col("period").min(), pl.col("mass_kg").sum(), pl.col("cost_eur").sum())
    )
    share = pl.col("mass_kg") / pl.col("mass_kg").sum().over("origin_id")
    return (
        moved.join(removed_danger(plan, early[-1]), on="origin_id", how="left")
        .with_columns((pl.col("removed").fill_null(0.0) * share).alias("removed"))
        .sort("removed", "mass_kg", "origin_id", "line_id", descending=[True, True, False, False])
        .head(n)
    )


def removed_danger(plan: Plan, period: int) -> pl.DataFrame:
    """Per origin, the expected fatalities per year taken away by the end of a period: origin_id, removed."""
    at = [
        plan.danger.filter(pl.col("period") == when).select("origin_id", pl.col("fatalities_per_year").alias(name))
        for when, name in ((0, "before"), (period, "after"))
    ]
    both = at[0].join(at[1], on="origin_id", how="left")
    return both.select("origin_id", (pl.col("before") - pl.col("after")).alias("removed"))


def origin_danger(plan: Plan) -> pl.DataFrame:
    """Per origin, the danger at the start and at the end: origin_id, jurisdiction_id, before, after."""
    last = plan.danger["period"].max()
    removed = removed_danger(plan, int(last) if isinstance(last, int) else 0)
    start = plan.danger.filter(pl.col("period") == 0)
    before = start.select("origin_id", "jurisdiction_id", pl.col("fatalities_per_year").alias("before"))
    return before.join(removed, on="origin_id", how="left").select(
        "origin_id", "jurisdiction_id", "before", (pl.col("before") - pl.col("removed").fill_null(0.0)).alias("after")
    )


def flow_matrix(plan: Plan, jurisdictions: pl.DataFrame) -> tuple[list[str], list[str], pl.DataFrame]:
    """Who sends and who receives, each in order of capital, and the summed flows between them."""
    flows = (
        plan.flows.group_by("from_jurisdiction_id", "to_jurisdiction_id")
        .agg(pl.col("mass_kg").sum(), pl.col("cost_eur").sum())
        .filter(pl.col("mass_kg") > 0)
        .sort("mass_kg", "from_jurisdiction_id", "to_jurisdiction_id", descending=[True, False, False])
    )
    order = by_capital(jurisdictions)["jurisdiction_id"].to_list()
    senders, receivers = (set(flows[f"{side}_jurisdiction_id"]) for side in ("from", "to"))
    return [i for i in order if i in senders], [i for i in order if i in receivers], flows


def spending_figures(plan: Plan, by: str) -> pl.DataFrame:
    """Spending by one column (fund_id, activity or jurisdiction_id) and period, in euro: a row per value and period."""
    return plan.spending.group_by(by, "period").agg(pl.col("amount_eur").sum()).sort(by, "period")


def line_use(plan: Plan) -> pl.DataFrame:
    """Mass processed by line and period: line_id, period, mass_kg; the busiest line first."""
    use = plan.processing.group_by("line_id", "period").agg(pl.col("mass_kg").sum())
    total = pl.col("mass_kg").sum().over("line_id")
    return use.sort(total, "line_id", "period", descending=[True, False, False])


def comparison(plan: Plan, alone: Plan, jurisdictions: pl.DataFrame) -> pl.DataFrame:
    """Joint beside alone by jurisdiction, in order of capital.

    Columns: jurisdiction_id, danger_before, and mass_kg, cost_eur, danger_after of both, the latter with _alone.
    """
    order = by_capital(jurisdictions).select("jurisdiction_id").with_row_index("place")
    joint = plan.by_jurisdiction.select("jurisdiction_id", "danger_before", "mass_kg", "cost_eur", "danger_after")
    other = alone.by_jurisdiction.select("jurisdiction_id", "mass_kg", "cost_eur", "danger_after")
    both = joint.join(other, on="jurisdiction_id", how="left", suffix="_alone")
    return both.join(order, on="jurisdiction_id", how="left").sort("place", nulls_last=True).drop("place")


def interval_at(plan: Plan, *, end: bool) -> dict[str, Any]:
    """Danger of the region with its interval at the start or at the end: value, low, high."""
    series = danger_series(plan)
    row = series.row(-1 if end else 0, named=True)
    return {"value": row["with_plan"], "low": row["low"], "high": row["high"]}
