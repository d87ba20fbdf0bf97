"""Which net explosive quantity (NEQ) goes up together: the mixture of hazard divisions in a store as one event.

Where a store holds any 1.1 (or 1.5, which counts as 1.1), its 1.3 is added and all counts as 1.1 (14 CFR 420.65). Its
1.2 and 1.6 are added too: the cautious rule, not verified. 1.4 never counts. Without any 1.1 the store has no blast
event in this edition, and its NEQ is reported as not modelled. Divisions and what they count as:
``hazard/divisions.csv``; what is added to 1.1: ``hazard/aggregation.csv``.

>>> event_neq_kg(np.array([100.0, 0.0]), np.array([10.0, 10.0]), np.array([5.0, 5.0])).tolist()
[115.0, 0.0]
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.hazard.divisions import LICENSED_DIVISIONS, licensed_as_expr
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
GROUPS = ("hd11", "hd12", "hd13", "hd14")
GROUP_OF = dict(zip(LICENSED_DIVISIONS, GROUPS, strict=True))


def event_neq_kg(hd11_kg: FloatArray, hd12_kg: FloatArray, hd13_kg: FloatArray) -> FloatArray:
    """NEQ of the one event of a store, from its known NEQ by division; arrays of one shape."""
    added = event_groups()
    held = {"hd11": hd11_kg, "hd12": hd12_kg, "hd13": hd13_kg}
    together = sum((held[group] for group in held if group in added), np.zeros_like(hd11_kg))
    return np.where(hd11_kg > 0, together, 0.0)


def event_groups() -> frozenset[str]:
    """The groups that take part in the event of a store with 1.1."""
    (rule,) = (row for row in loader.rows("hazard/aggregation.csv") if row["when_present"] == "1.1")
    return frozenset(GROUP_OF[division] for division in rule["divisions_added"].split("|"))


def takes_part(store_ids: pl.Series, neq_kg: FloatArray) -> pl.Expr:
    """Whether a record takes part in the event of its store; neq_kg: known NEQ of these stores by group, (n, 4)."""
    explosive = store_ids.filter(pl.Series(neq_kg[:, 0] > 0))
    return division_group().is_in(sorted(event_groups())) & pl.col("store_id").is_in(explosive.to_list())


def division_group(column: str = "hazard_division") -> pl.Expr:
    """What a hazard division counts as (hd11 .. hd14); null for what holds no explosive."""
    return licensed_as_expr(column).replace_strict(GROUP_OF, default=None, return_dtype=pl.String)


def neq_by_store(stock: pl.DataFrame, store_ids: pl.Series, neq_column: str) -> FloatArray:
    """Known NEQ per store and group, shape (stores, 4), in the order of ``store_ids`` and ``GROUPS``.

    stock: store_id, hazard_division and the NEQ column, kg; unknown NEQ counts 0.
    """
    sums = stock.group_by("store_id").agg(
        pl.col(neq_column).filter(division_group() == group).sum().alias(group) for group in GROUPS
    )
    placed = pl.DataFrame({"store_id": store_ids}).join(sums, on="store_id", how="left", maintain_order="left")
    return placed.select(pl.col(GROUPS).fill_null(0.0).cast(pl.Float64)).to_numpy()
