"""What to do first: the queue of a plan, as numbers and codes.

The steps and what each removes are ``core.report.planned.first_steps``; here they gain what a planner asks next: which
stock, by which technique, at what cost all told, and from whose money.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from rasr.core.plan.result import Plan
from rasr.core.report.planned import FIRST_PERIODS, first_steps

STEP = ["origin_id", "line_id"]
LEFT = "left"
"""Name of the table of ``left_over``, which is worked out when it is asked for."""
SMALLEST_KG = 1e-3
"""A pool of which less stays counts as gone."""


def first_things(plan: Plan, pools: pl.DataFrame) -> list[dict[str, Any]]:
    """The first things to do, the largest removal of danger first.

    pools: the table the plan was made from. Each is a dict: origin_id, jurisdiction_id, line_id, period, mass_kg,
    removed (expected fatalities per year), transport_eur, processing_eur (at the line's mean cost per kg of the family
    in the plan), cost_eur (both), removed_per_million_eur (None where nothing is paid), families, techniques (those the
    line works the families with), fund_ids (those that pay for transport or processing of the jurisdiction in the
    first periods).
    """
    early = sorted(plan.shipments["period"].unique().to_list())[:FIRST_PERIODS]
    steps = first_steps(plan, pools)
    moved = _by_family(plan, pools, early)
    techniques = _techniques(plan)
    payers = _payers(plan, early)
    things = []
    for step in steps.iter_rows(named=True):
        families = moved.filter(pl.col("origin_id") == step["origin_id"], pl.col("line_id") == step["line_id"])
        names = families["family"].drop_nulls().to_list()
        transport_eur, processing_eur = step.pop("cost_eur"), float(families["processing_eur"].sum())
        cost_eur = transport_eur + processing_eur
        things.append(
            step
            | {
                "transport_eur": transport_eur,
                "processing_eur": processing_eur,
                "cost_eur": cost_eur,
                "removed_per_million_eur": 1e6 * step["removed"] / cost_eur if cost_eur > 0 else None,
                "families": names,
                "techniques": sorted(
                    {name for family in names for name in techniques.get((step["line_id"], family), ())}
                ),
                "fund_ids": payers.get(step["jurisdiction_id"], []),
            }
        )
    return things


def whys(plan: Plan, pools: pl.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    """Why, and why now, by origin and line of the first things: of most of the mass; empty where no price was found."""
    if plan.reasons.is_empty():
        return {}
    early = sorted(plan.shipments["period"].unique().to_list())[:FIRST_PERIODS]
    told = (
        plan.reasons.filter(pl.col("period").is_in(early))
        .drop_nulls(["pool_id", "why"])
        .join(pools.select("pool_id", "origin_id"), on="pool_id", how="left")
        .with_columns(pl.col("origin_id").fill_null(pl.col("pool_id")))
        .group_by(*STEP, "why", "why_now")
        .agg(pl.col("mass_kg").sum())
        .sort("mass_kg", "why", "why_now", descending=[False, True, True])
    )
    return {(origin, line): (why, now) for origin, line, why, now, _kg in told.iter_rows()}


def left_over(shipments: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """What the shipments of a plan leave of what may be planned, by pool, the most first.

    Columns: pool_id, jurisdiction_id, origin_id, family, mass_kg, shipped_kg, left_kg, destroy_by. Pools of which less
    than a gram would stay are left out.
    """
    shipped = shipments.group_by("pool_id").agg(pl.col("mass_kg").sum().alias("shipped_kg"))
    joined = pools.join(shipped, on="pool_id", how="left").with_columns(pl.col("shipped_kg").fill_null(0.0))
    left = joined.with_columns((pl.col("mass_kg") - pl.col("shipped_kg")).alias("left_kg"))
    names = ["pool_id", "jurisdiction_id", "origin_id", "family", "mass_kg", "shipped_kg", "left_kg", "destroy_by"]
    kept = left.filter(pl.col("left_kg") > SMALLEST_KG).select(names)
    return kept.sort("left_kg", "pool_id", descending=[True, False])


def _by_family(plan: Plan, pools: pl.DataFrame, early: list[int]) -> pl.DataFrame:
    """What the first periods move, by origin, line and family: mass_kg and processing_eur, the most first."""
    each_kg = plan.processing.group_by("line_id", "family").agg(
        (pl.col("cost_eur").sum() / pl.col("mass_kg").sum()).alias("eur_per_kg")
    )
    moved = plan.shipments.filter(pl.col("period").is_in(early)).join(
        pools.select("pool_id", "origin_id", "family"), on="pool_id", how="left"
    )
    return (
        moved.with_columns(pl.col("origin_id").fill_null(pl.col("pool_id")))
        .join(each_kg, on=["line_id", "family"], how="left")
        .group_by(*STEP, "family")
        .agg(pl.col("mass_kg").sum(), (pl.col("mass_kg") * pl.col("eur_per_kg")).sum().alias("processing_eur"))
        .sort("mass_kg", "family", descending=[True, False])
    )


def _techniques(plan: Plan) -> dict[tuple[str, str], list[str]]:
    used = plan.processing.group_by("line_id", "family").agg(pl.col("technique").unique().sort())
    return {(line, family): names for line, family, names in used.iter_rows()}


def _payers(plan: Plan, early: list[int]) -> dict[str, list[str]]:
    """Funds by jurisdiction that pay for moving and processing in the first periods, the largest payer first."""
    paid = (
        plan.spending.filter(pl.col("period").is_in(early), pl.col("activity").is_in(["transport", "processing"]))
        .group_by("jurisdiction_id", "fund_id")
        .agg(pl.col("amount_eur").sum())
        .sort("amount_eur", "fund_id", descending=[True, False])
    )
    payers: dict[str, list[str]] = {}
    for jurisdiction, fund, _ in paid.iter_rows():
        payers.setdefault(jurisdiction, []).append(fund)
    return payers
