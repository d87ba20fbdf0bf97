"""How much of each store is unknown: what an assessment or a plan is blind to.

>>> from rasr.core.records.region import Region
>>> completeness(Region.from_frames({})).columns[-2:]
['mass_blind_share', 'neq_blind_share']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rasr.core.records.stockview import stock_with_masses

if TYPE_CHECKING:
    from rasr.core.records.region import Region


def completeness(region: Region) -> pl.DataFrame:
    """One row per store, in the order of the table.

    store_id, records (of stock), records_without_mass, records_without_neq, mass_blind_share, neq_blind_share (shares
    of the records, 0 to 1; 0 for a store without records). When a mass or a NEQ is unknown: see ``stockview``.
    """
    stores = region.table("stores").select("store_id").drop_nulls().unique(maintain_order=True)
    shares = shares_by_store(stock_with_masses(region))
    return stores.join(shares, on="store_id", how="left", maintain_order="left").with_columns(
        pl.exclude("store_id").fill_null(0)
    )


def shares_by_store(stock: pl.DataFrame) -> pl.DataFrame:
    """``completeness`` of a stock view, for the stores that hold records, by store_id."""
    return (
        stock.lazy()
        .group_by("store_id")
        .agg(
            records=pl.len().cast(pl.Int64),
            records_without_mass=pl.col("mass_kg").null_count().cast(pl.Int64),
            records_without_neq=pl.col("neq_kg").null_count().cast(pl.Int64),
        )
        .with_columns(
            mass_blind_share=pl.col("records_without_mass") / pl.col("records"),
            neq_blind_share=pl.col("records_without_neq") / pl.col("records"),
        )
        .sort("store_id")
        .collect()
    )
