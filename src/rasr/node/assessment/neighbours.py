"""Who is near a store: what the rules require, as the latest run found it, and the nearest of the register."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rasr.core.assessment.explosives.siting import SCHEMA
from rasr.node.places.models import Store
from rasr.node.records.queries import exposures_near

MOST_NEAREST = 50
LEAST_REACH_M = 2000.0
"""Neighbours are looked for at least so far, and as far as any required distance reaches."""
M_PER_KM = 1000.0
SHOWN = ["exposure_id", "kind", "relation", "latitude_deg", "longitude_deg", "persons_day", "persons_night"]
NONE_REQUIRED = pl.DataFrame(schema=SCHEMA)
"""Rows of the table ``distances`` where there are none."""


@dataclass(frozen=True)
class Neighbours:
    """rules: rows of the table ``distances`` of the store. nearest: the nearest exposed sites of the register now.

    nearest: the columns of ``SHOWN``, distance_m, required_m (null: no rule asks for one) and inside (null likewise),
    nearest first, at most ``MOST_NEAREST`` within reach_m.
    """

    rules: pl.DataFrame
    nearest: pl.DataFrame
    reach_m: float


def around(store: Store, rules: pl.DataFrame) -> Neighbours:
    """The neighbours of a store, of which the table ``distances`` has these rows."""
    reach_m = max([LEAST_REACH_M, *rules["required_m"].drop_nulls()])
    near = exposures_near(store.latitude_deg, store.longitude_deg, reach_m / M_PER_KM)
    return Neighbours(rules, _judged(near, rules), reach_m)


def nobody() -> Neighbours:
    """The neighbours of a store that is not to be seen."""
    return Neighbours(NONE_REQUIRED, _judged(exposures_near(0.0, 0.0, 0.0).clear(), NONE_REQUIRED), 0.0)


def _judged(near: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    required = rules.select(pl.col("exposure_kind").alias("kind"), "required_m")
    return (
        near.select(*SHOWN, "distance_m")
        .join(required, on="kind", how="left", maintain_order="left")
        .with_columns(inside=pl.col("distance_m") <= pl.col("required_m"))
        .sort("distance_m", "exposure_id")
        .head(MOST_NEAREST)
    )
