"""Who is near a store: exposed sites on the globe, and the pairs of store and exposed site within a radius.

Distances are straight lines between points of a sphere of the Earth's mean radius (off the ellipsoid by up to 0.5 %).

>>> metres = np.linalg.norm(np.diff(on_sphere_m([0.0, 0.0], [0.0, 1.0]), axis=0))
>>> round(float(metres) / 1000.0)
111
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from rasr.core.basis.units import EARTH_RADIUS_M
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
RELATIONS = ("worker", "related", "public")
POSITION = ["latitude_deg", "longitude_deg"]
PAIRS_PER_BLOCK = 250_000


@dataclass(frozen=True)
class Exposures:
    """Exposed sites as arrays of one length.

    kind: number in ``kinds()``. relation: number in ``RELATIONS``. persons: mean number present; what is unknown
    counts 0 and is marked in without_persons.
    """

    points_m: FloatArray
    kind: NDArray[np.int8]
    relation: NDArray[np.int8]
    persons: FloatArray
    without_persons: NDArray[np.bool_]

    @cached_property
    def tree(self) -> cKDTree:
        """Search tree over the points."""
        return cKDTree(self.points_m)

    def of(self, chosen: NDArray[np.bool_]) -> Exposures:
        """The chosen ones."""
        return Exposures(
            self.points_m[chosen],
            self.kind[chosen],
            self.relation[chosen],
            self.persons[chosen],
            self.without_persons[chosen],
        )


def kinds() -> tuple[str, ...]:
    """The kinds of exposed site, in the order of the contract."""
    return loader.contract("exposures").by_name["kind"].allowed


def read_exposures(table: pl.DataFrame, day_fraction: float) -> Exposures:
    """Exposures of the region's table; a relation left empty is the public, a number left empty is unknown."""
    sited = table.filter(pl.col("kind").is_in(kinds()) & pl.all_horizontal(pl.col(POSITION).is_finite()))
    day, night = pl.col("persons_day"), pl.col("persons_night")
    arrays = sited.select(
        kind=pl.col("kind").replace_strict({kind: i for i, kind in enumerate(kinds())}, return_dtype=pl.Int8),
        relation=pl.col("relation").replace_strict(
            {relation: i for i, relation in enumerate(RELATIONS)}, default=len(RELATIONS) - 1, return_dtype=pl.Int8
        ),
        persons=day_fraction * day.fill_null(0.0) + (1.0 - day_fraction) * night.fill_null(0.0),
        without_persons=day.is_null() | night.is_null(),
    )
    return Exposures(
        on_sphere_m(sited["latitude_deg"].to_numpy(), sited["longitude_deg"].to_numpy()),
        arrays["kind"].to_numpy(),
        arrays["relation"].to_numpy(),
        arrays["persons"].to_numpy(),
        arrays["without_persons"].to_numpy(),
    )


def on_sphere_m(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
    """Earth-centred x, y, z in m, shape (n, 3)."""
    latitude, longitude = np.radians(np.asarray(latitude_deg, float)), np.radians(np.asarray(longitude_deg, float))
    level = np.cos(latitude)
    x, y, z = level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)
    return np.stack([x, y, z], axis=-1) * EARTH_RADIUS_M


@dataclass(frozen=True)
class Pairs:
    """Pairs of stores ``first`` to ``last`` (not included) with exposed sites: owner counts from ``first``."""

    first: int
    last: int
    owner: IntArray
    exposure: IntArray


def pairs_within(exposures: Exposures, points_m: FloatArray, radius_m: FloatArray) -> Iterator[Pairs]:
    """All pairs within each point's own radius (0 or less: none), in blocks of about ``PAIRS_PER_BLOCK``."""
    if not len(exposures.persons) or not len(points_m):
        return
    counts = exposures.tree.query_ball_point(points_m, np.maximum(radius_m, 0.0), return_length=True)
    counts = np.where(radius_m > 0, counts, 0)
    block = np.cumsum(counts) // PAIRS_PER_BLOCK
    edges = np.flatnonzero(np.diff(block, prepend=-1.0))
    for first, last in zip(edges, [*edges[1:], len(points_m)], strict=True):
        near = first + np.flatnonzero(counts[first:last])
        if not len(near):
            continue
        found = exposures.tree.query_ball_point(points_m[near], radius_m[near], return_sorted=True)
        owner = np.repeat(near - first, counts[near])
        yield Pairs(int(first), int(last), owner, np.concatenate([np.asarray(each, np.int64) for each in found]))


def nearest_m(exposures: Exposures, points_m: FloatArray) -> FloatArray:
    """Distance to the nearest exposed site, m; infinite where there is none."""
    if not len(exposures.persons):
        return np.full(len(points_m), np.inf)
    return np.asarray(exposures.tree.query(points_m)[0], float)
