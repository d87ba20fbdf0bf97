"""The net explosive quantity (NEQ) of a store against its licence, and what of it goes up together.

>>> held = pl.DataFrame({"store_id": ["S1"], "hazard_division": ["1.2.1"], "neq_kg": [600.0]})
>>> limits = pl.DataFrame({"store_id": ["S1"], "hazard_division": ["1.2"], "neq_limit_kg": [500.0]})
>>> against_licence(held, limits).select("neq_kg", "neq_limit_kg", "licence_share").row(0)
(600.0, 500.0, 1.2)

The licence counts each division alone; the rule of what goes up together is ``reference/hazard/aggregation.csv``.
"""

from __future__ import annotations

import polars as pl

from rasr.core.hazard.divisions import licensed_as_expr
from rasr.core.reference import loader


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


def event_neq_kg(neq_of: dict[str, str]) -> pl.Expr:
    """NEQ that goes up together in one event, kg: the largest that any rule of the aggregation table gives.

    neq_of: division (1.1 to 1.4) to the column that holds its NEQ. 0 where only 1.4 is held,
    which has no rule.
    """
    terms = []
    for rule in loader.rows("hazard/aggregation.csv"):
        added = [pl.col(neq_of[division]).fill_null(0.0) for division in rule["divisions_added"].split("|")]
        present = pl.col(neq_of[rule["when_present"]]).fill_null(0.0) > 0
        terms.append(pl.when(present).then(pl.sum_horizontal(added)).otherwise(0.0))
    return pl.max_horizontal(terms)
