"""What of a store one raid could carry off, weighted by how much a thief wants it. It is an index, no rate of loss.

Wanted = greatest sum of attractiveness x whole pieces whose mass one load can hold, between two bounds: what is
wanted most for its mass goes first, and the piece within which the load ends stays behind in the low value and counts
by its part in the high one (Dantzig 1957). A piece heavier than the load stays behind in both. Attractiveness of a
piece = that of its family (``reference/diversion.csv``, assumed) x that of its article among its family (1 where the
article says nothing). What is weighed counts by the kilogram. Whatever is not known widens the interval: no quantity
is anything from nothing to a full load; no family, and one that is not judged by the kilogram, anything from
worthless to the most wanted.

>>> stock = pl.DataFrame({"store_id": ["S"], "family": ["manpads"], "unit": ["piece"], "pieces": [3], "mass_kg": [54.0],
...                       "attractiveness": [None]})
>>> carried(stock).select("store_id", "wanted_low").rows()
[('S', 3.0)]
"""

from __future__ import annotations

import polars as pl

from rasr.core.assessment.security.weights import Weights, constant, shipped
from rasr.core.reference import loader

WEIGHED = "gram"
ROUNDING = 1e-9
"""Part of a piece by which a sum of masses may be off."""
STATES = ("known", "quantity_unknown", "attractiveness_unknown", "no_stock")
"""Of the stock of a store, from good to bad; where two hold, the later one is named."""


def carried(stock: pl.DataFrame, weights: Weights | None = None, load_kg: float | None = None) -> pl.DataFrame:
    """One row per store: store_id, wanted_low, wanted_high, most_wanted (family, null: none), stock_state.

    stock: store_id, family, unit, attractiveness (null: the family's), pieces (null: unknown), mass_kg of the record
    (null: unknown). load_kg: what one raid can carry; None: the rule data's.
    """
    load = constant("load_kg") if load_kg is None else load_kg
    records = _by_mass(stock, weights or shipped(), load)
    low, high = (_taken(records, bound, load) for bound in ("low", "high"))
    state = pl.max_horizontal(
        pl.when(pl.col("kg_low") != pl.col("kg_high")).then(1).otherwise(0),
        pl.when(pl.col("worth_low") != pl.col("worth_high")).then(2).otherwise(0),
    )
    first = pl.col("family").filter(pl.col("taken") > 0).first().alias("most_wanted")
    stores = (
        high.with_columns(state=state)
        .group_by("store_id", maintain_order=True)
        .agg(pl.col("wanted").sum().alias("wanted_high"), first, pl.col("state").max())
        .with_columns(stock_state=pl.col("state").replace_strict(dict(enumerate(STATES)), return_dtype=pl.String))
    )
    lows = low.group_by("store_id").agg(pl.col("wanted").sum().alias("wanted_low"))
    order = stock.select("store_id").unique(maintain_order=True)
    columns = ("store_id", "wanted_low", "wanted_high", "most_wanted", "stock_state")
    return (
        order.join(lows, on="store_id", how="left", maintain_order="left")
        .join(stores, on="store_id", how="left", maintain_order="left")
        .select(columns)
    )


def diversion_index(stock: pl.DataFrame) -> pl.DataFrame:
    """store_id and diversion_index: of the stock alone, that is with ease and pressure of 1 and what is known of it."""
    return carried(stock).select("store_id", diversion_index="wanted_low")


def _by_mass(stock: pl.DataFrame, weights: Weights, load_kg: float) -> pl.DataFrame:
    """Each record in kilograms, at most a load, and its worth per kilogram: store_id, family, each_kg, kg_*, worth_*.

    each_kg: of a piece, null for what is weighed. Of pieces heavier than the load there is none to carry.
    """
    family = pl.col("family")
    usual_kg = {row["family"]: float(row["mass_kg_each"]) for row in loader.rows("diversion.csv")}
    worth = {
        "piece": family.replace_strict(dict(weights.families), default=None, return_dtype=pl.Float64),
        "kg": family.replace_strict(dict(weights.per_kg), default=None, return_dtype=pl.Float64),
    }
    by_mass = pl.col("unit") == WEIGHED
    given_each = pl.when(pl.col("mass_kg") > 0).then(pl.col("mass_kg") / pl.col("pieces"))
    usual_each = family.replace_strict(usual_kg, default=None, return_dtype=pl.Float64)
    mass_of_one = pl.coalesce(pl.when(given_each.is_finite()).then(given_each), usual_each)
    own = pl.col("attractiveness").fill_null(1.0)
    too_heavy = pl.col("each_kg") > load_kg
    most = max(*(weights.families[name] / kg for name, kg in usual_kg.items()), *weights.per_kg.values())
    return (
        stock.with_columns(each_kg=pl.when(~by_mass).then(mass_of_one))
        .with_columns(
            kg=pl.when(by_mass)
            .then("mass_kg")
            .when(too_heavy)
            .then(0.0)
            .otherwise(pl.col("pieces") * pl.col("each_kg")),
            worth=own * pl.when(by_mass).then(worth["kg"]).otherwise(worth["piece"] / pl.col("each_kg")),
        )
        .select(
            "store_id",
            "family",
            "each_kg",
            kg_low=pl.col("kg").fill_null(0.0).clip(0.0, load_kg),
            kg_high=pl.col("kg").fill_null(load_kg).clip(0.0, load_kg),
            worth_low=pl.col("worth").fill_null(0.0),
            worth_high=pl.col("worth").fill_null(most),
        )
    )


def _taken(records: pl.DataFrame, bound: str, load_kg: float) -> pl.DataFrame:
    """The records of each store from the most to the least wanted for its mass, with taken (kg) and wanted."""
    kg, worth = f"kg_{bound}", f"worth_{bound}"
    ordered = records.sort("store_id", worth, kg, descending=[False, True, False], maintain_order=True)
    before = pl.col(kg).cum_sum().over("store_id") - pl.col(kg)
    taken = pl.min_horizontal((load_kg - before).clip(0.0, load_kg), kg)
    if bound == "low":
        whole = ((taken / pl.col("each_kg")) + ROUNDING).floor() * pl.col("each_kg")
        taken = pl.coalesce(whole, taken)
    return ordered.with_columns(taken=taken).with_columns(wanted=pl.col("taken") * pl.col(worth))
