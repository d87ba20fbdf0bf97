"""What a report tells of positions: a coarse grid unless exact ones were asked for.

A store is given its site's grid point, not its own, since stores on both sides of a grid line would betray the line.
Distances to neighbours are rounded likewise: the exact distance to a house would lead back to the store. Money stays
exact, since a plan must add up: who holds the tables of a plan can tell distances from the costs of transport.

>>> Disclosure(0.1, exact=False).position(44.8176, 20.4569)
(44.8, 20.5)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region

DISTANCE_STEP_M = 100.0
"""Step to which distances to neighbours are rounded; a choice of this program, not a published rule."""
FINEST_GRID_DEG, COARSEST_GRID_DEG = 0.01, 10.0
KEYS = ("site_id", "store_id", "origin_id")
POSITION = ("latitude_deg", "longitude_deg")


@dataclass(frozen=True)
class Disclosure:
    """How far a report blurs.

    places: id (of a site, or of a store of it), latitude_deg, longitude_deg of the site.
    """

    grid_deg: float
    exact: bool
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"id": pl.String}))

    def __post_init__(self) -> None:
        if not FINEST_GRID_DEG <= self.grid_deg <= COARSEST_GRID_DEG:
            limits = {"minimum": FINEST_GRID_DEG, "maximum": COARSEST_GRID_DEG}
            raise Refused("out_of_range", quantity="position_grid_deg", value=self.grid_deg, unit="deg", **limits)

    @classmethod
    def of(cls, region: Region, *, exact: bool) -> Disclosure:
        """The disclosure of a region by its setting position_grid_deg."""
        sites = region.table("sites").select("site_id", *POSITION)
        stores = region.table("stores").select("store_id", "site_id").join(sites, on="site_id")
        places = pl.concat(
            [
                frame.rename({key: "id"}).select("id", *POSITION)
                for frame, key in ((sites, "site_id"), (stores, "store_id"))
            ]
        ).unique("id", keep="first", maintain_order=True)
        return cls(region.settings.position_grid_deg, exact, places)

    def position(self, latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
        """Latitude and longitude as they may be told."""
        if self.exact:
            return latitude_deg, longitude_deg
        return self._snapped(latitude_deg), self._snapped(longitude_deg)

    def _snapped(self, angle_deg: float) -> float:
        return round(round(angle_deg / self.grid_deg) * self.grid_deg, 6)

    def distance_m(self, distance_m: float) -> float:
        """A distance to a neighbour as it may be told: never below one step, so that none reads as zero."""
        return distance_m if self.exact else max(round(distance_m / DISTANCE_STEP_M), 1) * DISTANCE_STEP_M

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame whose positions and distances to neighbours are as they may be told."""
        if self.exact:
            return frame
        near = [pl.col(name) for name in frame.columns if name.startswith("nearest_") and name.endswith("_m")]
        blunt = [((column / DISTANCE_STEP_M).round().clip(lower_bound=1) * DISTANCE_STEP_M) for column in near]
        return self._moved_to_site(frame.with_columns(blunt)).with_columns(
            ((pl.col(name) / self.grid_deg).round() * self.grid_deg).round(6)
            for name in frame.columns
            if name.endswith(POSITION)
        )

    def _moved_to_site(self, frame: pl.DataFrame) -> pl.DataFrame:
        key = next((key for key in KEYS if key in frame.columns), None)
        if key is None or not set(POSITION) <= set(frame.columns) or self.places.is_empty():
            return frame
        joined = frame.join(self.places, left_on=key, right_on="id", how="left", suffix="_site", maintain_order="left")
        return joined.with_columns(pl.coalesce(f"{name}_site", name).alias(name) for name in POSITION).select(
            frame.columns
        )
