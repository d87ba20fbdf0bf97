"""Campaigns from the tables of a plan and of the register, and into rows."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import polars as pl
from django.db.models import Sum

from rasr.core.assessment.assess import planned_stock
from rasr.core.records.region import Region
from rasr.node.execution.models import Campaign, CampaignState, Consignment, DraftedStock
from rasr.node.people.models import User
from rasr.node.plan.models import PlanRun
from rasr.node.records.bridge import by_contract

AT_ONCE = 1_000
RECORD = ["batch_id", "store_id"]
STOCK: dict[str, pl.DataType] = {
    "pool_id": pl.String(),
    "stock_id": pl.String(),
    "condition": pl.String(),
    "year_made": pl.Int64(),
    "units": pl.Int64(),
    "unit_mass_kg": pl.Float64(),
}


def stock_to_draft(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """What may be planned of the register and is in no draft, as ``core.execution.drafting.drafted`` takes it.

    tables: as ``records.bridge.read_tables`` gives them. stock_id: the batch and its store, as ``record_of`` reads it.
    """
    named = tables["stock"].select("stock_id", *RECORD)
    stock = (
        planned_stock(Region.from_frames(by_contract(tables))).drop("store_id").join(named, on="stock_id", how="inner")
    )
    left = stock.join(_in_drafts(), on=RECORD, how="left").with_columns(
        stock_id=pl.concat_str(RECORD, separator=" "),
        units=(pl.col("planned_quantity") - pl.col("taken").fill_null(0)).clip(lower_bound=0),
        unit_mass_kg=pl.col("mass_kg") / pl.col("quantity"),
    )
    return left.select(pl.col(name).cast(dtype) for name, dtype in STOCK.items())


def record_of(stock_id: str) -> tuple[UUID, str]:
    """The batch and the store of a record of ``stock_to_draft``."""
    batch, store_id = stock_id.split(" ", 1)
    return UUID(batch), store_id


def keep_campaigns(
    actor: User, run: PlanRun, periods: pl.DataFrame, pools: pl.DataFrame, shipments: pl.DataFrame, told: pl.DataFrame
) -> list[Campaign]:
    """One draft for each line and period of the shipments, with the consignments and the stock they are told of."""
    days = {row["period"]: (row["starts_on"], row["ends_on"]) for row in periods.iter_rows(named=True)}
    of_pool = {row["pool_id"]: row for row in pools.iter_rows(named=True)}
    campaigns: dict[tuple[str, int], Campaign] = {}
    consignments = []
    for row in shipments.sort("period", "line_id", "pool_id").iter_rows(named=True):
        line, period, pool = row["line_id"], row["period"], of_pool[row["pool_id"]]
        starts_on, ends_on = days[period]
        campaign = campaigns.setdefault(
            (line, period),
            Campaign(run=run, line_id=line, period=period, starts_on=starts_on, ends_on=ends_on, made_by=actor),
        )
        facts = {name: pool[name] for name in ("pool_id", "jurisdiction_id", "origin_id", "family", "stability_band")}
        consignments.append(Consignment(campaign=campaign, planned_kg=row["mass_kg"], **facts))
    Campaign.objects.bulk_create(campaigns.values(), AT_ONCE)
    Consignment.objects.bulk_create(consignments, AT_ONCE)
    keep_stock(told, consignments)
    return list(campaigns.values())


def shipments_of(campaign: Campaign) -> pl.DataFrame:
    """What a campaign is to be sent, as ``core.execution.drafting.drafted`` takes it."""
    rows = campaign.consignments.values_list("pool_id", "planned_kg")
    schema = {"pool_id": pl.String(), "mass_kg": pl.Float64()}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        line_id=pl.lit(campaign.line_id), period=pl.lit(campaign.period, pl.Int64())
    )


def keep_stock(told: pl.DataFrame, consignments: Iterable[Consignment]) -> None:
    """Keep what ``core.execution.drafting.drafted`` found for the consignments."""
    of = {(each.pool_id, each.campaign.line_id, each.campaign.period): each for each in consignments}
    rows = []
    for row in told.iter_rows(named=True):
        batch_id, store_id = record_of(row["stock_id"])
        consignment = of[row["pool_id"], row["line_id"], row["period"]]
        units, mass_kg = row["units"], row["mass_kg"]
        rows.append(
            DraftedStock(consignment=consignment, batch_id=batch_id, store_id=store_id, quantity=units, mass_kg=mass_kg)
        )
    DraftedStock.objects.bulk_create(rows, AT_ONCE)


def _in_drafts() -> pl.DataFrame:
    """batch_id, store_id and how many of it the drafts that stand have taken."""
    standing = DraftedStock.objects.filter(consignment__campaign__state=CampaignState.DRAFT)
    sums = standing.values_list("batch_id", "store_id").annotate(taken=Sum("quantity")).order_by()
    rows = [(batch.hex, store, taken) for batch, store, taken in sums]
    return pl.DataFrame(
        rows, schema={"batch_id": pl.String(), "store_id": pl.String(), "taken": pl.Int64()}, orient="row"
    )
