"""How often a store explodes: events per year as a straight line of its net explosive quantity (NEQ), times factors.

Methods and their intervals: ``reference/explosives/event_frequency.csv``; the setting event_frequency_method names one.
Factors by what makes an event likelier (stability and age of propellant, lost lots, condition, activity, faults of the
storage, no lightning protection): ``reference/explosives/event_factors.csv``. No published figure for any of them is at
hand, so each leaves the central figure as it is and widens the interval upwards, as that table assumes; a nation puts
in its own. What the table has no row for changes nothing.

>>> low, central, high = events_per_year([100_000.0], "amrisk_storage")
>>> round(float(central[0]), 6)
0.000165
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.ageing import band_expr
from rasr.core.assessment.explosives.aggregation import division_group, event_groups
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
FILE = "explosives/event_frequency.csv"
FACTORS_FILE = "explosives/event_factors.csv"
ESTIMATES = ["low", "central", "high"]
CAUSES = (
    "stability",
    "propellant_age",
    "lot_identity",
    "condition",
    "activity",
    "storage_faults",
    "lightning_protection",
)
"""What can make an event likelier, in the order in which it is told."""
PROPELLANTS = ("propellant", "liquid_propellant")
"""Families of which stability and age count."""
LOST = "unknown"
"""The lot of a record whose lot identity is lost; so is an empty one."""
Row = dict[str, str]


def events_per_year(neq_kg: ArrayLike, method: str, factors: ArrayLike = 1.0) -> FloatArray:
    """Events per year of stores that hold so much, shape (3, n): low, central, high. 0 where nothing is held.

    factors: what the frequency is multiplied with, such as ``Factors.values``, (3, n) or what broadcasts to it.
    Refused('unknown_rule') where the method is not in the table.
    """
    row = frequency_row(method)
    neq = np.atleast_1d(neq_kg).astype(float)
    central = np.where(neq > 0, float(row["a_per_year"]) + float(row["b_per_year_kg"]) * neq, 0.0)
    plain = np.stack([central * float(row["low_factor"]), central, central * float(row["high_factor"])])
    return np.asarray(plain * np.asarray(factors, float))


def frequency_row(method: str) -> Row:
    """The row of the table that a method is, with its source, status and note."""
    known = {row["method"]: row for row in loader.rows(FILE)}
    if method not in known:
        raise Refused("unknown_rule", what="event frequency method", value=method, known=", ".join(sorted(known)))
    return known[method]


@dataclass(frozen=True)
class Factors:
    """What the frequency of n stores is multiplied with: values (3, n), low, central, high.

    applied: the factors other than 1, a row each: store_id, cause, level, low, central, high, source, status, note.
    """

    values: FloatArray
    applied: pl.DataFrame


def frequency_factors(circumstances: pl.DataFrame) -> Factors:
    """The factors of stores in these circumstances: store_id, and a text column for each of ``CAUSES`` that is known.

    The factors of a store multiply, held between the two ends of the row ``all``. A level that is null or has no row
    changes nothing.
    """
    values = np.ones((3, circumstances.height))
    applied = [pl.DataFrame(schema=_applied_schema())]
    table = pl.DataFrame(loader.rows(FACTORS_FILE), infer_schema_length=None).with_columns(
        pl.col(ESTIMATES).cast(pl.Float64)
    )
    for cause in CAUSES:
        if cause not in circumstances.columns:
            continue
        rows = table.filter(pl.col("cause") == cause).drop("from_years")
        found = circumstances.select("store_id", level=pl.col(cause).cast(pl.String)).join(
            rows, on="level", how="left", maintain_order="left"
        )
        values *= found.select(pl.col(ESTIMATES).fill_null(1.0)).to_numpy().T
        other = pl.any_horizontal(pl.col(ESTIMATES) != 1.0)
        applied.append(found.filter(other).select(_applied_schema().names()))
    together = {row["level"]: row for row in loader.rows(FACTORS_FILE) if row["cause"] == "all"}
    if "together" in together:
        row = together["together"]
        values = np.clip(values, float(row["low"]), float(row["high"]))
    order = pl.DataFrame({"store_id": circumstances["store_id"]}).with_row_index("place").unique("store_id")
    told = pl.concat(applied).join(order, on="store_id", maintain_order="left").sort("place", maintain_order=True)
    return Factors(values, told.drop("place"))


def circumstances(
    stores: pl.DataFrame,
    stock: pl.DataFrame,
    articles: pl.DataFrame,
    as_of: date,
    open_faults: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """What the factors of each store hang on: store_id and a column for each of ``CAUSES``, in the order of stores.

    stores, stock, articles: tables of a region. Of the stock, what takes part in an explosion counts and is not none;
    the gravest record is the store's level (null: no record of the kind). open_faults: store_id and open_faults, a
    count of faults of the storage found and not mended; without it, or without its row, that is null.
    """
    article = articles.unique("article_id", keep="first").select("article_id", "family", "hazard_division")
    records = stock.join(article, on="article_id", how="left").filter(
        division_group().is_in(sorted(event_groups())), pl.col("quantity").is_null() | (pl.col("quantity") > 0)
    )
    propellant = pl.col("family").is_in(PROPELLANTS)
    year, lot = _or_null(records, "year_made", pl.Int64), _or_null(records, "lot", pl.String)
    levels = records.select(
        "store_id",
        stability=pl.when(propellant).then(band_expr(_or_null(records, "stabiliser_pct", pl.Float64), "untested")),
        propellant_age=pl.when(propellant).then(_age_level(as_of.year - year)),
        lot_identity=pl.when(lot.is_null() | (lot.str.strip_chars() == LOST))
        .then(pl.lit("lost"))
        .otherwise(pl.lit("known")),
        condition=pl.col("condition").fill_null("unknown"),
    )
    found = stores.select(
        "store_id",
        activity=_or_null(stores, "activity", pl.String),
        lightning_protection=_yes_no(_or_null(stores, "lightning_protected", pl.Boolean)),
    )
    for cause in levels.columns[1:]:
        found = found.join(_gravest(levels, cause), on="store_id", how="left", maintain_order="left")
    faults = (
        pl.DataFrame(schema={"store_id": pl.String, "open_faults": pl.Int64}) if open_faults is None else open_faults
    )
    state = pl.when(pl.col("open_faults") > 0).then(pl.lit("open")).otherwise(pl.lit("none"))
    known = faults.drop_nulls("open_faults").group_by("store_id").agg(pl.col("open_faults").sum())
    return found.join(
        known.select("store_id", storage_faults=state), on="store_id", how="left", maintain_order="left"
    ).select("store_id", *CAUSES)


def _gravest(levels: pl.DataFrame, cause: str) -> pl.DataFrame:
    """store_id and the level of its gravest record: that of the greatest factors, then the last in the table."""
    rows = [row for row in loader.rows(FACTORS_FILE) if row["cause"] == cause]
    ranked = sorted(rows, key=lambda row: [float(row[estimate]) for estimate in ("central", "high", "low")])
    rank = {row["level"]: place for place, row in enumerate(ranked)}
    grave = pl.col(cause).replace_strict(rank, default=-1, return_dtype=pl.Int32)
    return levels.drop_nulls(cause).group_by("store_id").agg(pl.col(cause).sort_by(grave, cause).last())


def _age_level(years: pl.Expr) -> pl.Expr:
    """The level of an age in years: the last whose from_years it has reached; unknown where it is null."""
    rows = [row for row in loader.rows(FACTORS_FILE) if row["cause"] == "propellant_age" and row["from_years"]]
    level = pl.lit(None, pl.String)
    for row in sorted(rows, key=lambda row: float(row["from_years"])):
        level = pl.when(years >= float(row["from_years"])).then(pl.lit(row["level"])).otherwise(level)
    return pl.when(years.is_null()).then(pl.lit("unknown")).otherwise(level)


def _yes_no(value: pl.Expr) -> pl.Expr:
    known = pl.when(value).then(pl.lit("yes")).otherwise(pl.lit("no"))
    return pl.when(value.is_null()).then(pl.lit("unknown")).otherwise(known)


def _or_null(table: pl.DataFrame, column: str, dtype: type[pl.DataType]) -> pl.Expr:
    return pl.col(column) if column in table.columns else pl.lit(None, dtype)


def _applied_schema() -> pl.Schema:
    texts, figures = ("store_id", "cause", "level"), dict.fromkeys(ESTIMATES, pl.Float64())
    return pl.Schema(
        {**dict.fromkeys(texts, pl.String()), **figures, **dict.fromkeys(("source", "status", "note"), pl.String())}
    )
