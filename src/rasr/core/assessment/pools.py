"""All the plan may know: pools of stock alike, and how the danger of each origin falls as its pools are emptied.

A pool is what one site holds of one family in one stability band (and with one date by which it must be destroyed).
The danger curve of a site gives fatalities per year against the known net explosive quantity (NEQ) left on it that
takes part in an explosion, while all its stores are emptied in proportion of what may be planned; it has points where
it bends.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.surplus import planned_share
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
LEVELS = (0.0, *(float(level) for level in np.geomspace(0.002, 1.0, 60)))
"""Shares of the plannable stock still there at which a curve is worked out; few of them become its points."""
MOST_POINTS = 12
NEAR_ENOUGH = 0.002
"""Points of a curve are added where it bends most, until it is this near: share of the greatest danger on it."""
BANDS = {"A": "serviceable", "B": "suspect", "C": "suspect", "D": "disposal"}
"""Stability band by condition; unknown otherwise."""
KEYS = ("jurisdiction_id", "origin_id", "family", "stability_band", "destroy_by")
"""What the stock of one pool has in common."""


def pools(judged: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Pools by the contract ``columns/pools.csv``, sorted by pool_id.

    judged: the stock as ``surplus.may_be_planned`` gives it, with event_neq_kg; unknown NEQ counts 0. pool_id:
    site/family/band[/date].
    """
    share = planned_share()
    grouped = (
        in_pools(judged)
        .group_by("pool_id", *KEYS, maintain_order=True)
        .agg(
            mass_kg=(pl.col("mass_kg") * share).sum(),
            neq_kg=(pl.col("neq_kg") * share).sum(),
            event_neq_kg=(pl.col("event_neq_kg") * share).sum(),
            pieces=pl.col("planned_quantity").filter(pl.col("unit") == "piece").sum(),
        )
    )
    place = sites.select(pl.col("site_id").alias("origin_id"), "latitude_deg", "longitude_deg")
    schema = loader.contract("pools").schema
    joined = grouped.join(place.unique("origin_id"), on="origin_id", how="left")
    return joined.select(pl.col(name).cast(dtype) for name, dtype in schema.items()).sort("pool_id")


def in_pools(judged: pl.DataFrame) -> pl.DataFrame:
    """What may be planned of the stock, each record with the pool that it is of: pool_id and ``KEYS``."""
    band = pl.col("condition").replace_strict(BANDS, default="unknown", return_dtype=pl.String)
    pool_id = pl.concat_str(
        "origin_id",
        "family",
        "stability_band",
        pl.col("destroy_by").dt.to_string("%Y-%m-%d"),
        separator="/",
        ignore_nulls=True,
    )
    planned = judged.filter(pl.col("planned_quantity") > 0)
    return planned.with_columns(origin_id=pl.col("site_id"), stability_band=band).with_columns(pool_id=pool_id)


def danger_curves(
    site_ids: list[str], store_site: NDArray[np.int64], fatalities_per_year: FloatArray, neq_kg: FloatArray
) -> pl.DataFrame:
    """Curves by the contract ``danger_curves``: one per site, rising in NEQ, its last point the stock as it is.

    store_site: number of each store's site. fatalities_per_year: (3, stores, levels), low, central, high. neq_kg:
    that of it which takes part in an event, of each store at each level, (stores, levels). A site where nothing can be
    planned has one point. Convex or not, a curve has points where it bends (``bends``).
    """
    sites = len(site_ids)
    danger, neq = by_site(store_site, fatalities_per_year, sites), by_site(store_site, neq_kg[None], sites)[0]
    now = danger[:, :, -1:]
    danger = np.maximum.accumulate(np.minimum(danger, now), axis=2)  # a rounding hair must not make a curve fall
    new_point = np.diff(neq, axis=1, append=np.inf) > 0  # of points at one quantity the last, which is the highest
    chosen = [np.flatnonzero(new_point[site]) for site in range(sites)]
    chosen = [levels[bends(neq[site, levels], danger[:, site, levels])] for site, levels in enumerate(chosen)]
    site = np.repeat(np.arange(sites), [len(levels) for levels in chosen])
    level = np.concatenate([np.zeros(0, np.int64), *chosen])
    return pl.DataFrame(
        {
            "origin_id": [site_ids[number] for number in site],
            "neq_kg": neq[site, level],
            "fatalities_per_year": danger[1, site, level],
            "low": danger[0, site, level],
            "high": danger[2, site, level],
        },
        schema=loader.contract("danger_curves").schema,
    )


def bends(neq_kg: FloatArray, danger: FloatArray) -> NDArray[np.int64]:
    """Which of the points (k,) of low, central and high curves (3, k) to keep so that lines between them are near.

    The first and the last, then again and again the point farthest off, until all are ``NEAR_ENOUGH`` or there are
    ``MOST_POINTS``.
    """
    kept = [0, len(neq_kg) - 1] if len(neq_kg) > 1 else [0]
    scale = np.maximum(danger[:, -1:], np.finfo(float).tiny)
    while len(kept) < min(MOST_POINTS, len(neq_kg)):
        lines = np.stack([np.interp(neq_kg, neq_kg[kept], row[kept]) for row in danger])
        off = (np.abs(danger - lines) / scale).max(axis=0)
        worst = int(off.argmax())
        if off[worst] <= NEAR_ENOUGH:
            break
        kept = sorted([*kept, worst])
    return np.array(kept, np.int64)


def by_site(store_site: NDArray[np.int64], per_store: FloatArray, sites: int) -> FloatArray:
    """Sums over the stores of each site: (k, stores, levels) to (k, sites, levels)."""
    total = np.zeros((per_store.shape[0], sites, per_store.shape[2]))
    for store, site in enumerate(store_site):
        total[:, site] += per_store[:, store]
    return total
