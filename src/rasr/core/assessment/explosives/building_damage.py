"""How badly buildings are damaged: the tiers of side-on pressure of IATG 02.20 Table 8, and the share in each.

Tiers with source and status: ``reference/explosives/damage_tiers.csv``. Where the table tells a share of the cost of
replacement it is given; where it does not, none is.

>>> [tier.pressure_kpa for tier in tiers()]
[2.0, 5.0, 9.0, 11.0, 16.0, 21.0, 70.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.felt import felt
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Tier:
    """A tier of damage: the side-on pressure at which it begins, and the k of the distance it belongs to.

    cost_share: average damage over the cost of replacement, None where the table tells none; cost_share_is: ``about``
    or ``up to about``.
    """

    tier: int
    pressure_kpa: float
    k_m_per_kg13: float
    cost_share: float | None
    cost_share_is: str
    source: str
    status: str


def tiers() -> tuple[Tier, ...]:
    """The tiers from slight to grave."""
    return _tiers(loader.edition())


def tier_reached(tnt_kg: ArrayLike, distance_m: ArrayLike) -> IntArray:
    """How many tiers a building at this distance reaches: 0 none, 7 all; tnt_kg and distance_m broadcast to n.

    Nearer than the airblast is defined all are reached, beyond it none; so too where nothing explodes.
    Refused('out_of_range') for what is no number.
    """
    begins_kpa = [tier.pressure_kpa for tier in tiers()]
    blast = felt(tnt_kg, distance_m)
    reached = np.zeros(blast.n, np.int64)
    reached[blast.near] = len(begins_kpa)
    reached[blast.felt] = np.searchsorted(begins_kpa, blast.pressure_kpa, side="right")
    return reached


def damaged_buildings(tnt_kg: float, distance_m: ArrayLike, buildings: ArrayLike = 1.0) -> pl.DataFrame:
    """One row per tier: tier, pressure_kpa, buildings, share, cost_share, cost_share_is, source, status.

    buildings: how many stand at each distance. The count and the share (of all that were passed; null without any) are
    of those that reach this tier or a graver one.
    """
    reached = tier_reached(tnt_kg, distance_m)
    counted = np.broadcast_to(np.asarray(buildings, float), reached.shape)
    known, total = tiers(), float(counted.sum())
    in_tier = np.bincount(reached, counted, len(known) + 1)
    at_least = np.cumsum(in_tier[::-1])[::-1][1:]
    return pl.DataFrame(
        {
            "tier": [tier.tier for tier in known],
            "pressure_kpa": [tier.pressure_kpa for tier in known],
            "buildings": at_least,
            "share": at_least / total if total else [None] * len(known),
            "cost_share": [tier.cost_share for tier in known],
            "cost_share_is": [tier.cost_share_is for tier in known],
            "source": [tier.source for tier in known],
            "status": [tier.status for tier in known],
        },
        schema_overrides={"share": pl.Float64, "cost_share": pl.Float64},
    )


@cache
def _tiers(_edition: str) -> tuple[Tier, ...]:
    found = [
        Tier(
            int(row["tier"]),
            float(row["pressure_kpa"]),
            float(row["k_m_per_kg13"]),
            float(row["cost_share"]) if row["cost_share"] else None,
            row["cost_share_is"],
            row["source"],
            row["status"],
        )
        for row in loader.rows("explosives/damage_tiers.csv")
    ]
    return tuple(sorted(found, key=lambda tier: tier.pressure_kpa))
