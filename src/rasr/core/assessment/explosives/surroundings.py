"""What stands round the stores: exposed sites and other stores, in groups for which the same rule asks.

A store is an exposed site of its neighbours, of the kind that its construction names. Its barricade counts for both
sides: it stands between. A face is never taken for granted, so the least favourable one counts (``cells``).

>>> empty = pl.DataFrame(schema={"exposure_id": pl.String, "kind": pl.String, **dict.fromkeys(POSITION, pl.Float64)})
>>> around = surroundings(pl.DataFrame({"store_id": ["S"], "latitude_deg": [42.0], "longitude_deg": [20.0]}), empty)
>>> [(group.exposure_kind, group.ids.to_list()) for group in around.groups]
[('unknown', ['S'])]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from rasr.core.assessment.explosives.neighbours import POSITION, kinds, on_sphere_m
from rasr.core.assessment.explosives.rule_checks import constructions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FEW = 8
"""Up to so many stores every distance is worked out; above, a search tree is built."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Group:
    """Exposed sites of one kind. numbers: places among all stores, where they are stores (empty otherwise)."""

    exposure_kind: str
    barricaded: bool
    ids: pl.Series
    points_m: FloatArray
    numbers: IntArray

    @property
    def are_stores(self) -> bool:
        """Whether these are stores."""
        return len(self.numbers) > 0

    @cached_property
    def tree(self) -> cKDTree:
        """Search tree over the points."""
        return cKDTree(self.points_m, balanced_tree=False, compact_nodes=False)

    def distances_m(self, point_m: FloatArray, number: int) -> FloatArray:
        """Distance of each from a store; infinite for the store itself."""
        found = np.asarray(np.linalg.norm(self.points_m - point_m, axis=1))
        return np.where(self.numbers == number, np.inf, found) if self.are_stores else found

    def nearest(self, points_m: FloatArray, numbers: IntArray) -> tuple[FloatArray, IntArray]:
        """Distance to the nearest for each store, and its place in ``ids``; infinite and -1 where there is none."""
        if len(points_m) <= FEW:
            found = [self.distances_m(point, number) for point, number in zip(points_m, numbers, strict=True)]
            place = np.array([int(np.argmin(each)) for each in found], np.int64)
            distance = np.array([each[at] for each, at in zip(found, place, strict=True)])
        else:
            distances, places = map(np.asarray, self.tree.query(points_m, k=[1, 2] if self.are_stores else [1]))
            own = self._place_of(numbers) == places[:, 0]
            column, rows = np.where(own, distances.shape[1] - 1, 0), np.arange(len(points_m))
            distance, place = distances[rows, column], places[rows, column].astype(np.int64)
        return distance, np.where(np.isfinite(distance), place, -1)

    def _place_of(self, numbers: IntArray) -> IntArray:
        """The place of each store among these; -1 where it is not one of them."""
        if not self.are_stores:
            return np.full(len(numbers), -1)
        place = np.full(max(int(self.numbers.max()), int(numbers.max())) + 1, -1)
        place[self.numbers] = np.arange(len(self.numbers))
        return place[numbers]


@dataclass(frozen=True)
class Surroundings:
    """Stores that have a position, and the groups of what is exposed to them. Arrays are in the order of store_ids."""

    store_ids: pl.Series
    construction: NDArray[np.str_]
    barricaded: NDArray[np.bool_]
    points_m: FloatArray
    groups: tuple[Group, ...]

    def number(self, store_id: str) -> int:
        """The place of a store; KeyError where it is not there."""
        found = self.store_ids.index_of(store_id)
        if found is None:
            raise KeyError(store_id)
        return int(found)

    def alike(self, numbers: IntArray) -> Iterator[tuple[str, bool, IntArray]]:
        """These stores in groups of one construction and barricade: construction, barricaded, places."""
        for built in np.unique(self.construction[numbers]):
            for stands in (False, True):
                here = numbers[(self.construction[numbers] == built) & (self.barricaded[numbers] == stands)]
                if len(here):
                    yield str(built), stands, here


def surroundings(stores: pl.DataFrame, exposures: pl.DataFrame) -> Surroundings:
    """Surroundings from the tables stores and exposures; what has no position, or no known kind, is left out.

    Of stores: store_id and position, and where they are there construction and barricaded (not known: none). Of
    exposures: exposure_id, kind and position.
    """
    sited = stores.filter(pl.all_horizontal(pl.col(POSITION).is_finite())).unique("store_id", maintain_order=True)
    built = _column(sited, "construction", UNKNOWN)
    construction = np.array([name if name in constructions() else UNKNOWN for name in built], np.str_)
    barricaded = _column(sited, "barricaded", False).to_numpy().astype(bool)
    points = on_sphere_m(sited["latitude_deg"].to_numpy(), sited["longitude_deg"].to_numpy())
    around = Surroundings(sited["store_id"], construction, barricaded, points, ())
    groups = [*_exposed(exposures)]
    for kind, stands, numbers in around.alike(np.arange(len(points))):
        groups.append(Group(kind, stands, around.store_ids.gather(numbers), points[numbers], numbers))
    return Surroundings(around.store_ids, construction, barricaded, points, tuple(groups))


def _column(table: pl.DataFrame, name: str, default: str | bool) -> pl.Series:
    """A column with the default where it is empty, or not there."""
    if name not in table.columns:
        return pl.Series(name, [default] * table.height, dtype=pl.String if isinstance(default, str) else pl.Boolean)
    return table.select(pl.col(name).fill_null(default)).to_series()


def _exposed(exposures: pl.DataFrame) -> Iterator[Group]:
    sited = exposures.filter(pl.all_horizontal(pl.col(POSITION).is_finite()))
    for kind in kinds():
        own = sited.filter(pl.col("kind") == kind)
        if own.height:
            points = on_sphere_m(own["latitude_deg"].to_numpy(), own["longitude_deg"].to_numpy())
            yield Group(kind, False, own["exposure_id"], points, np.empty(0, np.int64))
