"""The net explosive quantity (NEQ) of a store against its licence.

>>> held = pl.DataFrame({"store_id": ["S1"], "hazard_division": ["1.2.1"], "neq_kg": [600.0]})
>>> limits = pl.DataFrame({"store_id": ["S1"], "hazard_division": ["1.2"], "neq_limit_kg": [500.0]})
>>> against_licence(held, limits).select("neq_kg", "neq_limit_kg", "licence_share").row(0)
(600.0, 500.0, 1.2)

The licence counts each division alone.
"""

from __future__ import annotations

import polars as pl

from rasr.core.hazard.divisions import licensed_as_expr


def neq_by_licensed_division(held: pl.DataFrame) -> pl.DataFrame:
    """NEQ of each store in each division a licence knows: store_id, hazard_division (1.1 to 1.4), neq_kg above 0.

    held: store_id, hazard_division (any, also sub-divisions), neq_kg; unknown NEQ counts nothing.
    """
    return (
        held.lazy()
        .select("store_id", licensed_as_expr(), "neq_kg")
        .filter(pl.col("neq_kg") > 0, pl.col("hazard_division").is_not_null())
        .group_by("store_id", "hazard_division")
        .agg(pl.col("neq_kg").sum())
        .sort("store_id", "hazard_division")
        .collect()
    )


def against_licence(held: pl.DataFrame, licences: pl.DataFrame) -> pl.DataFrame:
    """``neq_by_licensed_division`` with the licence beside it.

    Adds every further column of ``licences`` (null where there is no licence for the division) and licence_share:
    NEQ over limit, null without a licence, infinite where the limit is 0.
    """
    keys = ["store_id", "hazard_division"]
    first = licences.unique(subset=keys, keep="first", maintain_order=True)
    joined = neq_by_licensed_division(held).join(first, on=keys, how="left", maintain_order="left")
    return joined.with_columns(licence_share=pl.col("neq_kg") / pl.col("neq_limit_kg"))
