"""What a programme says it did, beside what its own items add up to: neither is made to fit the other.

>>> items = pl.DataFrame({"what": ["room", "room"], "where": ["A", "B"], "count": [2, 3]})
>>> beside(items, pl.DataFrame({"what": ["room"], "count": [6]})).rows()
[('room', 6, 5, 1)]
"""

from __future__ import annotations

import polars as pl


def beside(items: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """what, stated, computed, difference (stated - computed), in the order of what is stated; null: not given.

    items: what, count (a row for each place). stated: what, count.
    """
    sums = items.group_by("what", maintain_order=True).agg(computed=pl.col("count").sum())
    names = pl.concat([stated.select("what"), items.select("what")]).unique(maintain_order=True)
    totals = names.join(stated.select("what", stated="count"), on="what", how="left", maintain_order="left")
    both = totals.join(sums, on="what", how="left", maintain_order="left")
    return both.with_columns(difference=pl.col("stated") - pl.col("computed"))
