"""What of the stock may be planned for destruction, record by record, and why the rest may not.

Never evidence; what was confiscated or surrendered only with the reference of its release, then all of it. All of
what awaits disposal, is declared surplus or is in condition D. Of everything else what the organisation holds of an
article beyond its requirement, worst condition first (C, B, unknown, A), then oldest; part of a lot may be surplus.
No requirement row: the requirement is unknown, hence nothing is surplus. Reasons with their sentences:
``reference/exclusion_reasons.csv``.

>>> reasons()["evidence"]
'It is evidence: it is never planned.'
"""

from __future__ import annotations

import polars as pl

from rasr.core.reference import loader

SEIZED = ("confiscated", "surrendered")
NOT_AT_ALL = ("evidence", "not_released", "place_unknown", "mass_unknown")
"""Reasons for which nothing of a record may be planned."""
WORST_FIRST = ("C", "B", None, "A")
"""Conditions in the order in which what is beyond a requirement is taken; None: unknown."""


def may_be_planned(stock: pl.DataFrame, requirements: pl.DataFrame) -> pl.DataFrame:
    """The stock with planned_quantity (units, 0 or more) and reason (why the rest may not; null: nothing is left).

    stock: as ``records.stockview.stock_with_masses`` gives it. requirements: organisation_id, article_id, quantity.
    """
    units = pl.col("quantity").cast(pl.Int64).fill_null(0)
    marked = stock.with_columns(units=units, barred=_barred(), wholly=_wholly())
    marked = marked.with_columns(kept_for_use=pl.col("barred").is_null() & ~pl.col("wholly"))
    surplus = pl.when("wholly").then("units").otherwise("beyond")
    judged = _beyond_requirement(marked, requirements).with_columns(surplus=surplus).with_columns(reason=_reason())
    planned = pl.when(pl.col("reason").is_in(NOT_AT_ALL).fill_null(False)).then(0).otherwise("surplus").cast(pl.Int64)
    return judged.with_columns(planned_quantity=planned).select(*stock.columns, "planned_quantity", "reason")


def planned_share() -> pl.Expr:
    """Share of a record that may be planned, 0 to 1, of the frame ``may_be_planned`` gives."""
    held = pl.col("quantity").cast(pl.Float64)
    return pl.when(held > 0).then(pl.col("planned_quantity") / held).otherwise(0.0)


def exclusions(judged: pl.DataFrame) -> pl.DataFrame:
    """What may not be planned: stock_id, store_id, reason, quantity, mass_kg, neq_kg of what is left out."""
    left = 1.0 - planned_share()
    return judged.filter(pl.col("reason").is_not_null()).select(
        "stock_id",
        "store_id",
        "reason",
        quantity=pl.col("quantity") - pl.col("planned_quantity"),
        mass_kg=pl.col("mass_kg") * left,
        neq_kg=pl.col("neq_kg") * left,
    )


def reasons() -> dict[str, str]:
    """Every reason with its English sentence."""
    return {row["reason"]: row["sentence"] for row in loader.rows("exclusion_reasons.csv")}


def _barred() -> pl.Expr:
    """Why nothing of the record may be planned whatever it holds; null: nothing bars it."""
    return (
        pl.when(pl.col("purpose") == "evidence")
        .then(pl.lit("evidence"))
        .when(pl.col("purpose").is_in(SEIZED) & pl.col("release_ref").is_null())
        .then(pl.lit("not_released"))
        .when(pl.any_horizontal(pl.col("site_id", "organisation_id", "jurisdiction_id").is_null()))
        .then(pl.lit("place_unknown"))
    )


def _wholly() -> pl.Expr:
    """Whether all of the record is for disposal, without asking for a requirement."""
    return (
        pl.col("purpose").is_in([*SEIZED, "awaiting_disposal"])
        | pl.col("declared_surplus_ref").is_not_null()
        | (pl.col("condition") == "D").fill_null(False)
    )


def _reason() -> pl.Expr:
    """Why (the rest of) the record may not be planned; null where all of it may."""
    weightless = (pl.col("units") == 0) | (pl.col("mass_kg").cast(pl.Float64).fill_null(0.0) <= 0)
    return (
        pl.when(pl.col("barred").is_not_null())
        .then("barred")
        .when(weightless & ((pl.col("surplus") > 0) | (pl.col("units") == 0)))
        .then(pl.lit("mass_unknown"))
        .when(pl.col("surplus") == pl.col("units"))
        .then(None)
        .when(pl.col("required").is_null())
        .then(pl.lit("requirement_unknown"))
        .otherwise(pl.lit("required"))
    )


def _beyond_requirement(stock: pl.DataFrame, requirements: pl.DataFrame) -> pl.DataFrame:
    """Adds required and beyond: units of the record above its organisation's requirement of the article.

    Only what is kept for use counts as a holding; the worst and oldest of it are the first to be beyond.
    """
    of_article = ["organisation_id", "article_id"]
    needed = requirements.group_by(of_article).agg(required=pl.col("quantity").sum())
    needed = needed.with_columns(pl.col(of_article).cast(pl.String))
    rank = {value: place for place, value in enumerate(WORST_FIRST) if value is not None}
    unknown = WORST_FIRST.index(None)
    condition = pl.col("condition").replace_strict(rank, default=unknown, return_dtype=pl.Int8)
    holding = pl.when("kept_for_use").then("units").otherwise(0)
    before = (holding.cum_sum() - holding).over(of_article)
    excess = (holding.sum().over(of_article) - pl.col("required")).clip(lower_bound=0).fill_null(0)
    return (
        stock.with_row_index("place")
        .join(needed, on=of_article, how="left", maintain_order="left")
        .sort(condition, pl.col("year_made").cast(pl.Int64), "stock_id", nulls_last=False, maintain_order=True)
        .with_columns(beyond=pl.min_horizontal((excess - before).clip(lower_bound=0), holding))
        .sort("place")
    )
