"""Which records of stock a plan means: its shipments, which name pools, told in whole units of records.

A pool is emptied worst first: condition D, then C, B, unknown, A, and the oldest of each. A unit goes with the shipment
in which the middle of its mass lies, so none goes twice, and what a shipment is told of differs from its mass by at
most half a unit at either end, unless the pool no longer holds as much.

>>> shipments = pl.DataFrame({"pool_id": ["P", "P"], "line_id": ["L", "L"], "period": [1, 2], "mass_kg": [24.0, 16.0]})
>>> stock = pl.DataFrame({"pool_id": ["P"], "stock_id": ["S"], "condition": ["D"], "year_made": [1970],
...                       "units": [4], "unit_mass_kg": [10.0]})
>>> drafted(shipments, stock)["period", "stock_id", "units"].rows()
[(1, 'S', 2), (2, 'S', 2)]
"""

from __future__ import annotations

import numpy as np
import polars as pl

from rasr.core.assessment.surplus import WORST_FIRST
from rasr.core.plan.curves import Floats, Ints

RELATIVE, LEAST_KG = 1e-6, 1e-3
"""Of a pool, what stays by rounding: such a share of it, and a gram."""
ORDER = {condition: place for place, condition in enumerate(("D", *WORST_FIRST)) if condition is not None}
UNKNOWN = WORST_FIRST.index(None) + 1
SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(("pool_id", "line_id"), pl.String()),
    "period": pl.Int64(),
    "stock_id": pl.String(),
    "units": pl.Int64(),
    "mass_kg": pl.Float64(),
}
"""Columns of ``drafted``."""


def drafted(shipments: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """Whole units of records for each shipment, with the columns ``SCHEMA``; by pool, period, line, then worst first.

    shipments: pool_id, line_id, period, mass_kg (above 0). stock: what of each record may be planned and goes with no
    earlier shipment: pool_id, stock_id, condition, year_made, units (0 or more), unit_mass_kg (above 0).
    """
    ordered = shipments.sort("pool_id", "period", "line_id")
    condition = pl.col("condition").replace_strict(ORDER, default=UNKNOWN, return_dtype=pl.Int8)
    worst = stock.filter(pl.col("units") > 0).sort(
        "pool_id", condition, pl.col("year_made").cast(pl.Int64), "stock_id", nulls_last=False
    )
    held = {str(key[0]): frame for key, frame in worst.group_by("pool_id", maintain_order=True)}
    told = [
        _of_pool(sent, held[str(key[0])])
        for key, sent in ordered.group_by("pool_id", maintain_order=True)
        if str(key[0]) in held
    ]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *told])


def _of_pool(sent: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    units, each_kg = held["units"].to_numpy(), held["unit_mass_kg"].to_numpy()
    whole_kg = float((units * each_kg).sum())
    until_kg = np.cumsum(sent["mass_kg"].to_numpy())
    until_kg[until_kg >= whole_kg * (1 - RELATIVE) - LEAST_KG] = whole_kg
    gone = np.diff(_units_before(until_kg, units, each_kg), axis=0, prepend=0)
    shipment, record = np.nonzero(gone)
    return pl.DataFrame(
        {
            **{name: sent[name].gather(shipment) for name in ("pool_id", "line_id", "period")},
            "stock_id": held["stock_id"].gather(record),
            "units": gone[shipment, record],
            "mass_kg": gone[shipment, record] * each_kg[record],
        },
        schema=SCHEMA,
    )


def _units_before(until_kg: Floats, units: Ints, each_kg: Floats) -> Ints:
    """(k, n) units of n records, in their order, of which the middle lies below each of k masses of the pool."""
    start_kg = np.cumsum(units * each_kg) - units * each_kg
    middles = np.floor((until_kg[:, None] - start_kg) / each_kg + 0.5)
    return np.asarray(np.clip(middles, 0, units).astype(np.int64))
