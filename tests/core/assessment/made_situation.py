"""Situations for the tests of risk: stores on a line north of 41 N 20 E, and exposed sites so far from its start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from rasr.core.assessment.explosives.neighbours import Exposures, kinds, on_sphere_m
from rasr.core.assessment.explosives.situation import Situation
from rasr.core.basis.units import EARTH_RADIUS_M

DEG_PER_M = 180.0 / np.pi / EARTH_RADIUS_M
METHOD = "amrisk_storage"


def sited(
    metres: ArrayLike,
    day: ArrayLike = 4.0,
    night: ArrayLike = 4.0,
    kind: str = "inhabited_building",
    relation: int = 2,
) -> Exposures:
    """Exposed sites of one kind so many metres north."""
    north = np.asarray(metres, float)
    size = len(north)
    return Exposures(
        np.arange(size),
        on_sphere_m(41.0 + north * DEG_PER_M, np.full(size, 20.0)).reshape(-1, 3),
        np.full(size, kinds().index(kind), np.int8),
        np.full(size, relation, np.int8),
        np.broadcast_to(np.asarray(day, float), size).copy(),
        np.broadcast_to(np.asarray(night, float), size).copy(),
        np.zeros(size, bool),
        0.5,
    )


def stores(exposures: Exposures, neq_kg: Sequence[float], metres: Sequence[float] | None = None) -> Situation:
    """Stores S0, S1 .. with so much of 1.1, at these distances north (10 km apart, each by itself, unless given)."""
    size = len(neq_kg)
    north = np.arange(size) * 10_000.0 if metres is None else np.asarray(metres, float)
    groups = np.zeros((size, 4))
    groups[:, 0] = neq_kg
    return Situation(
        pl.Series([f"S{number}" for number in range(size)], dtype=pl.String),
        on_sphere_m(41.0 + north * DEG_PER_M, np.full(size, 20.0)).reshape(-1, 3),
        groups,
        np.zeros(size, bool),
        exposures,
        METHOD,
        np.ones((3, size)),
    )
