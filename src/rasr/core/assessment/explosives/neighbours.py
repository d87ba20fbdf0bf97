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

from rasr.core.assessment.explosives.persons import present
from rasr.core.basis.units import EARTH_RADIUS_M
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
RELATIONS = ("worker", "related", "public")
POSITION = ["latitude_deg", "longitude_deg"]
PAIRS_PER_BLOCK = 250_000
STORES_PER_BLOCK = 250


@dataclass(frozen=True)
class Exposures:
    """Exposed sites as arrays of one length.

    row: place in the table they were read from. kind: number in ``kinds()``. relation: number in ``RELATIONS``.
    persons_day, persons_night: present then; what is unknown counts 0 and is marked in without_persons. day_fraction:
    share of the time for which the number by day holds.
    """

    row: IntArray
    points_m: FloatArray
    kind: NDArray[np.int8]
    relation: NDArray[np.int8]
    persons_day: FloatArray
    persons_night: FloatArray
    without_persons: NDArray[np.bool_]
    day_fraction: float

    @cached_property
    def persons(self) -> FloatArray:
        """Mean number present over day and night."""
        return self.day_fraction * self.persons_day + (1.0 - self.day_fraction) * self.persons_night

    @cached_property
    def tree(self) -> cKDTree:
        """Search tree over the points; not balanced, which is twice as fast to build and no slower to search."""
        return cKDTree(self.points_m, balanced_tree=False, compact_nodes=False)

    def of(self, chosen: NDArray[np.bool_]) -> Exposures:
        """The chosen ones."""
        return Exposures(
            self.row[chosen],
            self.points_m[chosen],
            self.kind[chosen],
            self.relation[chosen],
            self.persons_day[chosen],
            self.persons_night[chosen],
            self.without_persons[chosen],
            self.day_fraction,
        )


def kinds() -> tuple[str, ...]:
    """The kinds of exposed site, in the order of the contract."""
    return loader.contract("exposures").by_name["kind"].allowed


def read_exposures(table: pl.DataFrame, day_fraction: float) -> Exposures:
    """Exposures of the region's table; a relation left empty is the public, a number left empty is unknown.

    On a road whose number is left empty, those in its traffic are present (``persons``).
    """
    numbered = table.with_row_index("row")
    sited = numbered.filter(pl.col("kind").is_in(kinds()) & pl.all_horizontal(pl.col(POSITION).is_finite()))
    there = present(sited)
    arrays = sited.select(
        kind=pl.col("kind").replace_strict({kind: i for i, kind in enumerate(kinds())}, return_dtype=pl.Int8),
        relation=pl.col("relation").replace_strict(
            {relation: i for i, relation in enumerate(RELATIONS)}, default=len(RELATIONS) - 1, return_dtype=pl.Int8
        ),
    )
    return Exposures(
        sited["row"].cast(pl.Int64).to_numpy(),
        on_sphere_m(sited["latitude_deg"].to_numpy(), sited["longitude_deg"].to_numpy()),
        arrays["kind"].to_numpy(),
        arrays["relation"].to_numpy(),
        there["persons_day"].fill_null(0.0).to_numpy(),
        there["persons_night"].fill_null(0.0).to_numpy(),
        (there["persons_day"].is_null() | there["persons_night"].is_null()).to_numpy(),
        day_fraction,
    )


def near(table: pl.DataFrame, latitude_deg: float, longitude_deg: float, reach_m: float) -> pl.DataFrame:
    """The rows of a table with positions that may lie within reach of a point, by a box of degrees around it.

    Near a pole, and across the 180th meridian, the box is the whole belt of latitudes.
    """
    high_deg = float(np.degrees(reach_m / EARTH_RADIUS_M))
    belt = pl.col("latitude_deg").is_between(latitude_deg - high_deg, latitude_deg + high_deg)
    level = np.cos(np.radians(min(abs(latitude_deg) + high_deg, 90.0)))
    wide_deg = high_deg / level if level > high_deg / 90.0 else 360.0
    if abs(longitude_deg) + wide_deg > 180.0:
        return table.filter(belt)
    return table.filter(belt & pl.col("longitude_deg").is_between(longitude_deg - wide_deg, longitude_deg + wide_deg))


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
    """All pairs within each point's own radius (0 or less: none), in blocks of about ``PAIRS_PER_BLOCK``.

    No block has more than ``STORES_PER_BLOCK`` points, so that what is kept by point stays small as well.
    """
    if not len(exposures.persons) or not len(points_m):
        return
    counts = exposures.tree.query_ball_point(points_m, np.maximum(radius_m, 0.0), return_length=True)
    counts = np.where(radius_m > 0, counts, 0)
    full = np.diff(np.cumsum(counts) // PAIRS_PER_BLOCK, prepend=-1)
    edges = np.flatnonzero((full > 0) | (np.arange(len(points_m)) % STORES_PER_BLOCK == 0))
    for first, last in zip(edges, [*edges[1:], len(points_m)], strict=True):
        having = first + np.flatnonzero(counts[first:last])
        if not len(having):
            continue
        found = exposures.tree.query_ball_point(points_m[having], radius_m[having])
        owner = np.repeat(having - first, counts[having])
        yield Pairs(int(first), int(last), owner, np.concatenate([np.asarray(each, np.int64) for each in found]))


def nearest_m(exposures: Exposures, points_m: FloatArray) -> FloatArray:
    """Distance to the nearest exposed site, m; infinite where there is none."""
    if not len(exposures.persons):
        return np.full(len(points_m), np.inf)
    return np.asarray(exposures.tree.query(points_m)[0], float)
