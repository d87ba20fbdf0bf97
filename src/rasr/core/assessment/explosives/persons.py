"""How many persons are present at an exposed site, by day and by night.

The number surveyed counts where there is one. Of a road without one, the traffic counts: vehicles in a day, times the
time each takes for the surveyed stretch, times the persons in it. Traffic is taken as even over day and night, as no
other figure is at hand; speed and persons in a vehicle are assumed (``reference/explosives/constants.csv``).

>>> round(float(persons_on_road(24_000.0, 500.0)), 1)
15.0
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.constants import constant
from rasr.core.basis.units import M_PER_KM

FloatArray = NDArray[np.float64]
TIMES = ("persons_day", "persons_night")
ROAD = "public_traffic_route"
H_PER_DAY = 24.0


def present(exposures: pl.DataFrame) -> pl.DataFrame:
    """Persons at each row of the table exposures: persons_day, persons_night, basis.

    A number that cannot be known is null. basis: ``survey`` (both numbers were surveyed), ``traffic`` (at least one
    comes from the traffic), ``unknown`` (at least one is null). A stretch of no length or a negative count is unknown.
    """
    vehicles, length_m = pl.col("vehicles_per_day"), pl.col("length_m")
    each = constant("persons_per_vehicle") * _days_on_a_metre()
    counted = (pl.col("kind") == ROAD) & (vehicles >= 0) & (length_m > 0)
    traffic = pl.when(counted & (vehicles * length_m).is_finite()).then(vehicles * length_m * each)
    found = exposures.select(
        *(pl.coalesce(pl.col(time).fill_nan(None), traffic).alias(time) for time in TIMES),
        surveyed=pl.all_horizontal(pl.col(time).is_finite().fill_null(value=False) for time in TIMES),
    )
    known = pl.all_horizontal(pl.col(time).is_not_null() for time in TIMES)
    basis = pl.when("surveyed").then(pl.lit("survey")).when(known).then(pl.lit("traffic")).otherwise(pl.lit("unknown"))
    return found.select(*TIMES, basis=basis)


def persons_on_road(vehicles_per_day: ArrayLike, length_m: ArrayLike) -> FloatArray:
    """Mean number of persons on so many metres of road with so many vehicles in a day; arrays that broadcast."""
    vehicle_metres = np.asarray(vehicles_per_day, float) * np.asarray(length_m, float)
    return np.asarray(constant("persons_per_vehicle") * _days_on_a_metre() * vehicle_metres)


def _days_on_a_metre() -> float:
    """Share of a day that one vehicle spends on a metre of road."""
    return 1.0 / (constant("road_speed") * M_PER_KM * H_PER_DAY)
