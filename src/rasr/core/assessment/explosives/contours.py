"""Contours of individual risk: lines on the ground along which a person always there has one yearly chance of death.

The chance is the sum over stores of events per year x share that dies. It is worked out on a grid around the stores,
closer across each store, and each level is drawn by marching squares; every point of a line is then moved along its
edge of the grid to where the level is, to a thousandth of a cell. Lines close, with the higher risk on their left.

>>> ring = rings(np.pad(np.ones((1, 1)), 1), 0.5)[0]
>>> len(ring), bool((ring[0] == ring[-1]).all())
(5, True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rasr.core.assessment.explosives.consequence import harm
from rasr.core.assessment.explosives.response import RING_M
from rasr.core.basis.findings import Refused
from rasr.core.basis.units import EARTH_RADIUS_M

FloatArray = NDArray[np.float64]
CELLS = 160
"""Cells along the longer side of the grid."""
ACROSS = np.linspace(-1.1, 1.1, 12)
"""Further grid lines through a store, in parts of its own reach, so that a small store's ring is not passed over."""
SMALL = 6.0
"""Reach in cells under which a store has these further lines."""
HALVINGS = 10
MARGIN = 1.05


@dataclass(frozen=True)
class Sources:
    """n stores with an event: place in degrees, kg of TNT that goes up and events per year, each (n,)."""

    latitude_deg: FloatArray
    longitude_deg: FloatArray
    tnt_kg: FloatArray
    events_per_year: FloatArray


@dataclass(frozen=True)
class Contour:
    """One level of individual risk per year, with its closed lines of (longitude_deg, latitude_deg), each (k, 2)."""

    level_per_year: float
    lines: tuple[FloatArray, ...]


def individual_risk(
    sources: Sources, latitude_deg: FloatArray, longitude_deg: FloatArray, *, kind: str = "open_air", estimate: int = 1
) -> FloatArray:
    """Chance of death per year of a person always at each place, as at an exposed site of this kind.

    estimate: 0 low, 1 central, 2 high share that dies. Read between the rings of ``response``: within about 1 %.
    """
    return _risk(sources, _profiles(sources, kind, estimate), *_plane(sources, longitude_deg, latitude_deg))


def contours(
    sources: Sources, levels_per_year: Sequence[float], *, kind: str = "open_air", estimate: int = 1
) -> list[Contour]:
    """The contour of each level, from the lowest; no lines where no place reaches it.

    Refused('not_above_zero') for a level that is not above 0.
    """
    for level in levels_per_year:
        if not 0.0 < level < np.inf:
            raise Refused("not_above_zero", quantity="A level of individual risk", value=level)
    profiles = _profiles(sources, kind, estimate)
    return [Contour(level, _lines(sources, profiles, level)) for level in sorted(levels_per_year)]


def geojson(found: Sequence[Contour], **properties: str | float) -> dict[str, Any]:
    """A FeatureCollection with one MultiLineString for each level that has lines; level_per_year and properties."""
    features = [
        {
            "type": "Feature",
            "properties": {"level_per_year": contour.level_per_year, **properties},
            "geometry": {"type": "MultiLineString", "coordinates": [line.round(6).tolist() for line in contour.lines]},
        }
        for contour in found
        if contour.lines
    ]
    return {"type": "FeatureCollection", "features": features}


def rings(values: FloatArray, level: float) -> list[FloatArray]:
    """Closed lines at a level through a grid whose rim is below it: arrays (k, 2) of fractional (row, column).

    In a cell where both diagonals differ the mean of its corners decides which two are joined.
    """
    high = values >= level
    rim = high.copy()
    rim[1:-1, 1:-1] = False
    assert not rim.any(), "the rim must be below the level"
    corners = high[:-1, :-1] + 2 * high[:-1, 1:] + 4 * high[1:, 1:] + 8 * high[1:, :-1]
    after: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for row, column in np.argwhere((corners > 0) & (corners < 15)).tolist():
        case = int(corners[row, column])
        if case in (5, 10) and values[row : row + 2, column : column + 2].mean() >= level:
            case += 16
        # An edge is named by the corner it leaves and its direction: 0 along the row, 1 along the column.
        edge = {"n": (row, column, 0), "s": (row + 1, column, 0), "w": (row, column, 1), "e": (row, column + 1, 1)}
        for start, end in STEPS[case]:
            after[edge[start]] = edge[end]
    lines = []
    while after:
        first = next(iter(after))
        line, here = [first], after.pop(first)
        while here != first:
            line.append(here)
            here = after.pop(here)
        lines.append(np.array([_crossing(values, level, *each) for each in (*line, first)]))
    return lines


STEPS: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("n", "w"),),
    2: (("e", "n"),),
    3: (("e", "w"),),
    4: (("s", "e"),),
    5: (("n", "w"), ("s", "e")),
    6: (("s", "n"),),
    7: (("s", "w"),),
    8: (("w", "s"),),
    9: (("n", "s"),),
    10: (("e", "n"), ("w", "s")),
    11: (("e", "s"),),
    12: (("w", "e"),),
    13: (("n", "e"),),
    14: (("w", "n"),),
    21: (("n", "e"), ("s", "w")),
    26: (("e", "s"), ("w", "n")),
}
"""From which edge of a cell to which the line runs, by its high corners: 1 and 2 in the row, 4 and 8 in the next."""


def _lines(sources: Sources, profiles: FloatArray, level: float) -> tuple[FloatArray, ...]:
    reach_m = _reaches_m(profiles, level)
    if not reach_m.any():
        return ()
    east, north = _axes(sources, reach_m)

    def risk_at(place: FloatArray) -> FloatArray:
        return _risk(sources, profiles, _at(east, place[:, 1]), _at(north, place[:, 0]))

    lines = [_moved(line, level, risk_at) for line in rings(_risk(sources, profiles, *np.meshgrid(east, north)), level)]
    return tuple(np.stack(_globe(sources, _at(east, line[:, 1]), _at(north, line[:, 0])), axis=1) for line in lines)


def _moved(line: FloatArray, level: float, risk_at: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """The line with every point moved along its edge of the grid to where the level is, by halving."""
    below, above = np.floor(line), np.ceil(line)
    turned = risk_at(below) >= level
    below[turned], above[turned] = above[turned], below[turned]
    for _ in range(HALVINGS):
        middle = (below + above) / 2.0
        over = risk_at(middle) >= level
        above[over], below[~over] = middle[over], middle[~over]
    return np.asarray((below + above) / 2.0)


def _risk(sources: Sources, profiles: FloatArray, east_m: FloatArray, north_m: FloatArray) -> FloatArray:
    risk = np.zeros(np.shape(east_m))
    for profile, x, y in zip(profiles, *_plane_of(sources), strict=True):
        distance_m = np.maximum(np.hypot(east_m - x, north_m - y), RING_M[0])
        risk += np.interp(np.log(distance_m), np.log(RING_M), profile, right=0.0)
    return risk


def _crossing(values: FloatArray, level: float, row: int, column: int, direction: int) -> tuple[float, float]:
    here = values[row, column]
    there = values[row, column + 1] if direction == 0 else values[row + 1, column]
    along = float((level - here) / (there - here))
    return (float(row), column + along) if direction == 0 else (row + along, float(column))


def _profiles(sources: Sources, kind: str, estimate: int) -> FloatArray:
    """Chance of death per year at each ring of distance from each store, (n, rings)."""
    shares = [harm(kind, float(kg), RING_M).fatal[estimate] for kg in sources.tnt_kg]
    return np.asarray(sources.events_per_year[:, None] * np.array(shares, float).reshape(-1, len(RING_M)))


def _reaches_m(profiles: FloatArray, level: float) -> FloatArray:
    """A distance from each store beyond which it is below its part of the level: nothing outside all is above it."""
    part = level / max(len(profiles), 1)
    last = np.where(profiles >= part, np.arange(len(RING_M)), -1).max(axis=1, initial=-1)
    return np.where(last >= 0, RING_M[np.minimum(last + 1, len(RING_M) - 1)] * MARGIN, 0.0)


def _axes(sources: Sources, reach_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y = _plane_of(sources)
    near = reach_m > 0
    x, y, reach = x[near], y[near], reach_m[near]
    west, east, south, north = (x - reach).min(), (x + reach).max(), (y - reach).min(), (y + reach).max()
    step_m = max(east - west, north - south) / CELLS
    small = reach < SMALL * step_m
    across = reach[small, None] * ACROSS

    def axis(first: float, last: float, places: FloatArray) -> FloatArray:
        even = np.arange(first - step_m, last + 2.0 * step_m, step_m)
        return np.unique(np.concatenate([even, (places[small, None] + across).ravel()]))

    return axis(west, east, x), axis(south, north, y)


def _at(axis: FloatArray, place: FloatArray) -> FloatArray:
    return np.asarray(np.interp(place, np.arange(len(axis)), axis))


def _plane(sources: Sources, longitude_deg: FloatArray, latitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Metres east and north of the middle of the stores; true to scale along the middle latitude."""
    middle_deg, level = _middle(sources)
    turned = (longitude_deg - sources.longitude_deg[0] + 180.0) % 360.0 - 180.0
    return np.radians(turned) * EARTH_RADIUS_M * level, np.radians(latitude_deg - middle_deg) * EARTH_RADIUS_M


def _plane_of(sources: Sources) -> tuple[FloatArray, FloatArray]:
    return _plane(sources, sources.longitude_deg, sources.latitude_deg)


def _globe(sources: Sources, east_m: FloatArray, north_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude of a place in the plane."""
    middle_deg, level = _middle(sources)
    turned = sources.longitude_deg[0] + np.degrees(east_m / (EARTH_RADIUS_M * level))
    return (turned + 180.0) % 360.0 - 180.0, middle_deg + np.degrees(north_m / EARTH_RADIUS_M)


def _middle(sources: Sources) -> tuple[float, float]:
    middle_deg = float(np.mean(sources.latitude_deg))
    return middle_deg, float(np.cos(np.radians(middle_deg)))
