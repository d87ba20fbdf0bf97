"""Which net explosive quantity (NEQ) goes up together: the mixture of hazard divisions in a store as one event.

Where a store holds any 1.1 (or 1.5, which counts as 1.1), its 1.3 is added and all counts as 1.1 (14 CFR 420.65). Its
1.2 and 1.6 are added too: the cautious rule, not verified. 1.4 never counts. Without any 1.1 the store has no blast
event in this edition, and its NEQ is reported as not modelled. Divisions and what they count as:
``explosives/division_groups.csv``.

>>> event_neq_kg(np.array([100.0, 0.0]), np.array([10.0, 10.0]), np.array([5.0, 5.0])).tolist()
[115.0, 0.0]
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
GROUPS = ("hd11", "hd12", "hd13", "hd14")


def event_neq_kg(hd11_kg: FloatArray, hd12_kg: FloatArray, hd13_kg: FloatArray) -> FloatArray:
    """NEQ of the one event of a store, from its known NEQ by division; arrays of one shape."""
    return np.where(hd11_kg > 0, hd11_kg + hd12_kg + hd13_kg, 0.0)


def division_group(column: str = "hazard_division") -> pl.Expr:
    """What a hazard division counts as (hd11 .. hd14); null for what holds no explosive."""
    counted = {row["hazard_division"]: row["counted_as"] for row in loader.rows("explosives/division_groups.csv")}
    return pl.col(column).replace_strict(counted, default=None, return_dtype=pl.String)


def neq_by_store(stock: pl.DataFrame, store_ids: pl.Series, neq_column: str) -> FloatArray:
    """Known NEQ per store and group, shape (stores, 4), in the order of ``store_ids`` and ``GROUPS``.

    stock: store_id, hazard_division and the NEQ column, kg; unknown NEQ counts 0.
    """
    sums = stock.group_by("store_id").agg(
        pl.col(neq_column).filter(division_group() == group).sum().alias(group) for group in GROUPS
    )
    placed = pl.DataFrame({"store_id": store_ids}).join(sums, on="store_id", how="left", maintain_order="left")
    return placed.select(pl.col(GROUPS).fill_null(0.0).cast(pl.Float64)).to_numpy()
