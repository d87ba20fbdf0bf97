"""How far a contaminated area reaches: corners as they are typed, and the area that they enclose.

>>> corners = read("42.0, 20.0\\n42.001, 20.0\\n42.001, 20.001\\n42.0, 20.001")
>>> round(area_m2(corners), -2)
9200.0
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import combinations

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import EARTH_RADIUS_M

Corner = tuple[float, float]
"""latitude_deg, longitude_deg."""
LEAST, MOST = 3, 200
LINE = re.compile(r"^\s*([-+]?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*$")


def read(text: str) -> list[Corner]:
    """Corners from lines of latitude and longitude; none for an empty text. A last one like the first is left out.

    Raises Refused: hotspot_corner_unreadable, with the line; hotspot_corners_few; hotspot_perimeter_crosses.
    """
    found: list[Corner] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        told = LINE.match(line)
        corner = (float(told[1]), float(told[2])) if told else (math.inf, math.inf)
        if not (abs(corner[0]) <= 90 and abs(corner[1]) <= 180):
            raise Refused("hotspot_corner_unreadable", line=number)
        found.append(corner)
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    if found and not LEAST <= len(set(found)) == len(found) <= MOST:
        raise Refused("hotspot_corners_few", least=LEAST, most=MOST)
    if _crosses(found):
        raise Refused("hotspot_perimeter_crosses")
    return found


def written(corners: Sequence[Sequence[float]]) -> str:
    """The corners as lines, as they are typed."""
    return "\n".join(f"{latitude}, {longitude}" for latitude, longitude in corners)


def area_m2(corners: Sequence[Sequence[float]]) -> float:
    """Area inside, in m²: on the plane that touches the globe at the middle of the corners (shoelace formula).

    Good for areas of some kilometres, away from the poles. No corners: 0.
    """
    points = _plane_m(corners)
    twice = sum(ax * by - bx * ay for (ax, ay), (bx, by) in _sides(points))
    return abs(twice) / 2


def ring_area_m2(radius_m: float) -> float:
    """Area of a ring round a position, in m²."""
    return math.pi * radius_m**2


def _plane_m(corners: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    if not corners:
        return []
    middle = math.radians(sum(latitude for latitude, _ in corners) / len(corners))
    east, north = EARTH_RADIUS_M * math.cos(middle), EARTH_RADIUS_M
    return [(east * math.radians(longitude), north * math.radians(latitude)) for latitude, longitude in corners]


def _sides(points: Sequence[tuple[float, float]]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(zip(points, [*points[1:], *points[:1]], strict=True))


def _crosses(corners: Sequence[Corner]) -> bool:
    """Whether two sides that do not meet in a corner cross."""

    def turn(a: Corner, b: Corner, c: Corner) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    for (a, b), (c, d) in combinations(_sides(corners), 2):
        if {a, b} & {c, d}:
            continue
        if turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0:
            return True
    return False
