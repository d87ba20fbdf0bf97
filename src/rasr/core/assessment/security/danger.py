"""The diversion index of stores and sites: what one raid could carry off x ease x pressure. It is an index, no rate.

Wanted (``carried``): attractiveness x quantity one could carry off. Ease: residual + (1 - residual) x (1 - score).
Pressure: weighted mean of 1 (it is everywhere), of losses on record n / (n + half), and of a border nearby
1 - distance / reach. Each part is shown, with low and high: what is not known is at its best in the low value and at
its worst in the high one. Ranks go by the high value. Every figure is own judgement, kept as data (``weights``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from rasr.core.assessment.security.carried import STATES, carried
from rasr.core.assessment.security.losses import events
from rasr.core.assessment.security.weights import Weights, constant, shipped

NO_STOCK = STATES[-1]
PARTS = ("wanted", "ease", "pressure", "index")


@dataclass(frozen=True)
class Diversion:
    """stores: store_id, site_id, and low and high of each of ``PARTS``, most_wanted, stock_state, assessed.

    sites: site_id, the same, rank (1: highest index_high; equal ones share it). The index of a site is the sum of
    those of its stores; its ease is that of the site as a whole.
    """

    stores: pl.DataFrame = field(repr=False)
    sites: pl.DataFrame = field(repr=False)


def diversion(
    stock: pl.DataFrame,
    sites: pl.DataFrame,
    scores: pl.DataFrame,
    losses: pl.DataFrame | None = None,
    weights: Weights | None = None,
) -> Diversion:
    """The index of every site, and of every store with stock.

    stock: as for ``carried``, with site_id. sites: site_id, distance_to_border_km (null: unknown). scores: ``places``
    of ``score``. losses: site_id, and what ``losses.events`` reads; None: not known whether there were any.
    """
    used = weights or shipped()
    force = pressure(sites, losses, used)
    place = stock.select("store_id", "site_id").unique("store_id", maintain_order=True)
    held = place.join(carried(stock, used), on="store_id", maintain_order="left")
    stores = _indexed(_with_ease(held, scores).join(force, on="site_id", how="left", maintain_order="left"))
    whole = _with_ease(sites.select("site_id", pl.lit(None, pl.String).alias("store_id")), scores).drop("store_id")
    worst = pl.col("stock_state").replace_strict({name: at for at, name in enumerate(STATES)}, return_dtype=pl.Int64)
    sums = (
        stores.sort("wanted_high", descending=True, maintain_order=True)
        .group_by("site_id")
        .agg(
            pl.col("wanted_low", "wanted_high", "index_low", "index_high").sum(),
            pl.col("most_wanted").drop_nulls().first(),
            worst.max().replace_strict(dict(enumerate(STATES)), return_dtype=pl.String),
        )
    )
    found = whole.join(force, on="site_id", maintain_order="left").join(
        sums, on="site_id", how="left", maintain_order="left"
    )
    found = found.with_columns(
        pl.col("wanted_low", "wanted_high", "index_low", "index_high").fill_null(0.0),
        pl.col("stock_state").fill_null(NO_STOCK),
    )
    columns = ["site_id", *_bounds(), "most_wanted", "stock_state", "assessed"]
    rank = pl.col("index_high").rank("min", descending=True).cast(pl.Int64)
    return Diversion(stores.select("store_id", *columns), found.select(columns).with_columns(rank=rank))


def pressure(sites: pl.DataFrame, losses: pl.DataFrame | None, weights: Weights) -> pl.DataFrame:
    """site_id, pressure_low, pressure_high: 0 to 1. See ``diversion`` for what comes in."""
    weight = weights.pressures
    whole = sum(weight.values())
    half, reach_km = constant("half_pressure_losses"), constant("border_reach_km")
    counted = sites.select("site_id", pl.col("distance_to_border_km").alias("border"))
    if losses is None:
        counted = counted.with_columns(known_losses=pl.lit(None, pl.Float64))
    else:
        known = events(losses).group_by("site_id").agg(known_losses=pl.len().cast(pl.Float64))
        counted = counted.join(known, on="site_id", how="left", maintain_order="left").with_columns(
            pl.col("known_losses").fill_null(0.0)
        )
    from_losses = pl.col("known_losses") / (pl.col("known_losses") + half)
    from_border = (1.0 - pl.col("border") / reach_km).clip(0.0, 1.0)

    def mean(unknown: float) -> pl.Expr:
        lost, near = from_losses.fill_null(unknown), from_border.fill_null(unknown)
        return (weight["base"] + weight["losses"] * lost + weight["border"] * near) / whole

    return counted.select("site_id", pressure_low=mean(0.0), pressure_high=mean(1.0))


def ease(score: pl.Expr) -> pl.Expr:
    """Ease from a score: residual + (1 - residual) x (1 - score)."""
    residual = constant("residual_ease")
    return residual + (1.0 - residual) * (1.0 - score)


def _with_ease(places: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """With ease_low, ease_high and assessed: of the store's own assessment, else its site's, else anything."""
    columns = ("score_low", "score_high")
    own = scores.filter(pl.col("store_id").is_not_null()).select("site_id", "store_id", *columns)
    of_site = scores.filter(pl.col("store_id").is_null()).select("site_id", *columns)
    joined = places.join(own, on=["site_id", "store_id"], how="left", maintain_order="left").join(
        of_site, on="site_id", how="left", maintain_order="left", suffix="_of_site"
    )
    low, high = (pl.coalesce(name, f"{name}_of_site") for name in columns)
    return joined.with_columns(
        ease_low=ease(high.fill_null(1.0)), ease_high=ease(low.fill_null(0.0)), assessed=low.is_not_null()
    ).drop(*columns, *(f"{name}_of_site" for name in columns))


def _indexed(stores: pl.DataFrame) -> pl.DataFrame:
    # a store whose site is not in the list has no pressure that is known
    known = stores.with_columns(pl.col("pressure_low").fill_null(0.0), pl.col("pressure_high").fill_null(1.0))
    return known.with_columns(
        index_low=pl.col("wanted_low") * pl.col("ease_low") * pl.col("pressure_low"),
        index_high=pl.col("wanted_high") * pl.col("ease_high") * pl.col("pressure_high"),
    )


def _bounds() -> list[str]:
    return [f"{part}_{bound}" for part in PARTS for bound in ("low", "high")]
