"""Which exposed sites lie nearer to a store than the rules ask for, by kind of exposed site.

Distances are those of ``distances`` for hazard division 1.1 on the net explosive quantity (NEQ) of the store's one
event.

>>> [row["function"] for row in rules_in_force()]
['BD30', 'BD35', 'BD26', 'BD18']
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.distances import serving_functions
from rasr.core.assessment.explosives.neighbours import Exposures, kinds, nearest_m, pairs_within
from rasr.core.assessment.explosives.rule_sets import AASTP, RuleBook, shipped

FloatArray = NDArray[np.float64]
RULES, DIVISION, BUILDING = AASTP, "1.1", "inhabited_building"
SCHEMA: dict[str, pl.DataType] = {
    "store_id": pl.String(),
    "exposure_kind": pl.String(),
    "function": pl.String(),
    "required_m": pl.Float64(),
    "nearest_m": pl.Float64(),
    "exposures_inside": pl.Int64(),
    "persons_inside": pl.Float64(),
    "status": pl.String(),
}
"""Columns of the table of distances."""
INHABITED = (BUILDING, "vulnerable_building")


def rules_in_force(rules: str = RULES, book: RuleBook | None = None) -> list[dict[str, str]]:
    """The rows of a rule set that are applied: those by NEQ, one per kind of exposed site in the shipped sets."""
    rows = (row for kind in kinds() for row in serving_functions(rules, DIVISION, kind, book))
    return [row for row in rows if row["quantity"] == "NEQ"]


def required_m(function: str, event_neq_kg: FloatArray, book: RuleBook | None = None) -> FloatArray:
    """Distance asked for; nan without an event or above the function's limits, its least quantity below them."""
    asking = (book or shipped()).function(function)
    return asking.distance_m(np.where(event_neq_kg > 0, np.maximum(event_neq_kg, asking.least_kg), np.nan), "nan")


def distances_table(
    store_ids: pl.Series,
    points_m: FloatArray,
    event_neq_kg: FloatArray,
    exposures: Exposures,
    rules: str = RULES,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """One row per store with an event and kind of exposed site that has a distance, by one of the rule sets.

    store_id, exposure_kind, function, required_m (null beyond the function's limits), nearest_m (null: none at all),
    exposures_inside, persons_inside (null without a distance), status (of the rule; ``outside_limits`` where it gives
    no distance).
    """
    having = np.flatnonzero(event_neq_kg > 0)
    parts = []
    for row in rules_in_force(rules, book):
        of_kind = exposures.of(exposures.kind == kinds().index(row["exposure_kind"]))
        required = required_m(row["function"], event_neq_kg[having], book)
        count, persons = inside(of_kind, points_m[having], required)
        columns = {
            "store_id": store_ids.gather(having),
            "exposure_kind": row["exposure_kind"],
            "function": row["function"],
            "required_m": required,
            "nearest_m": nearest_m(of_kind, points_m[having]),
            "exposures_inside": count,
            "persons_inside": persons,
            "status": ["outside_limits" if np.isnan(distance) else row["status"] for distance in required],
        }
        parts.append(pl.DataFrame(columns, schema=SCHEMA))
    order = np.argsort(np.tile(np.arange(len(having)), len(parts)), kind="stable")
    table = finite_or_null(pl.concat(parts)[order], "required_m", "nearest_m")
    return null_without("required_m", table, "exposures_inside", "persons_inside")


def inside(exposures: Exposures, points_m: FloatArray, radius_m: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """How many exposed sites, and how many persons, lie within each point's radius (nan: none)."""
    count, persons = np.zeros(len(points_m), np.int64), np.zeros(len(points_m))
    for pairs in pairs_within(exposures, points_m, np.nan_to_num(radius_m)):
        here, stores = slice(pairs.first, pairs.last), pairs.last - pairs.first
        count[here] = np.bincount(pairs.owner, minlength=stores)
        persons[here] = np.bincount(pairs.owner, exposures.persons[pairs.exposure], stores)
    return count, persons


def finite_or_null(table: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The table with null for what is nan or infinite in these columns: there is no such distance."""
    return table.with_columns(pl.when(pl.col(name).is_finite()).then(name).alias(name) for name in names)


def null_without(given: str, table: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The table with null in these columns where ``given`` is null: what lies inside no distance is not nothing."""
    return table.with_columns(pl.when(pl.col(given).is_not_null()).then(name).alias(name) for name in names)


def nearest_inhabited_m(points_m: FloatArray, exposures: Exposures) -> FloatArray:
    """Distance to the nearest inhabited or vulnerable building, m; infinite where there is none."""
    wanted = [kinds().index(kind) for kind in INHABITED]
    return nearest_m(exposures.of(np.isin(exposures.kind, wanted)), points_m)
