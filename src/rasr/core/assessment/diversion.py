"""Diversion index of each store: pieces weighted by how much a thief wants them. It is an index, not a rate of loss.

Weights by family: ``reference/diversion.csv`` (assumed); an article's own attractiveness wins.

>>> stock = pl.DataFrame({"store_id": ["S"], "family": ["manpads"], "attractiveness": [None], "pieces": [3]})
>>> diversion_index(stock.cast({"attractiveness": pl.Float64})).rows()
[('S', 3.0)]
"""

from __future__ import annotations

import polars as pl

from rasr.core.reference import loader


def diversion_index(stock: pl.DataFrame) -> pl.DataFrame:
    """store_id and diversion_index: sum over stock of attractiveness x pieces; unknown pieces count 0.

    stock: store_id, family, attractiveness (null: the family's), pieces.
    """
    weights = {row["family"]: float(row["attractiveness"]) for row in loader.rows("diversion.csv")}
    by_family = pl.col("family").replace_strict(weights, default=0.0, return_dtype=pl.Float64)
    wanted = pl.coalesce(pl.col("attractiveness"), by_family)
    index = (wanted * pl.col("pieces").fill_null(0)).sum().alias("diversion_index")
    return stock.group_by("store_id", maintain_order=True).agg(index)
