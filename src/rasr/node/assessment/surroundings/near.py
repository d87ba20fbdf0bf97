"""How far things lie from each other, for whole tables at once."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from rasr.core.assessment.explosives.neighbours import on_sphere_m


def away_m(exposures: pl.DataFrame, stores: pl.DataFrame) -> NDArray[np.float64]:
    """Distance of each row from the nearest store; infinite where there is none."""
    if stores.is_empty() or exposures.is_empty():
        return np.full(exposures.height, np.inf)
    places, points = (on_sphere_m(each["latitude_deg"], each["longitude_deg"]) for each in (stores, exposures))
    return np.asarray(cKDTree(places).query(points)[0], float)
