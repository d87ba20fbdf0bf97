"""Points on the ground: moves in metres, great-circle distances in kilometres.

>>> point = moved(np.array([42.0]), np.array([20.0]), np.array([0.0]), np.array([1000.0]))
>>> round(float(distance_km(np.array([42.0]), np.array([20.0]), *point)[0]), 3)
1.0
"""

from __future__ import annotations

import numpy as np

from rasr.core.basis.units import EARTH_RADIUS_M, M_PER_KM
from rasr.sample.assumptions import Floats

DECIMALS = 5
"""Decimals kept of a position: about a metre."""


def moved(latitude_deg: Floats, longitude_deg: Floats, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
    """Points moved east and north, good for moves that are short against the Earth's radius."""
    latitude = latitude_deg + np.degrees(north_m / EARTH_RADIUS_M)
    longitude = longitude_deg + np.degrees(east_m / (EARTH_RADIUS_M * np.cos(np.radians(latitude_deg))))
    return latitude.round(DECIMALS), longitude.round(DECIMALS)


def distance_km(
    latitude_a_deg: Floats, longitude_a_deg: Floats, latitude_b_deg: Floats, longitude_b_deg: Floats
) -> Floats:
    """Great-circle distance, km; the arguments are broadcast."""
    a, b = np.radians(latitude_a_deg), np.radians(latitude_b_deg)
    half = (
        np.sin((b - a) / 2) ** 2
        + np.cos(a) * np.cos(b) * np.sin(np.radians(longitude_b_deg - longitude_a_deg) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M / M_PER_KM * np.arcsin(np.sqrt(half)))


def bearing_rad(
    latitude_a_deg: Floats, longitude_a_deg: Floats, latitude_b_deg: Floats, longitude_b_deg: Floats
) -> Floats:
    """Direction from a to b, radians from north towards east, on a flat map (enough for neighbouring towns)."""
    east = (longitude_b_deg - longitude_a_deg) * np.cos(np.radians(latitude_a_deg))
    return np.asarray(np.arctan2(east, latitude_b_deg - latitude_a_deg))
