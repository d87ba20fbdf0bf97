"""The map of a report: outlines, sites as circles, and the same as GeoJSON; positions as the disclosure allows.

>>> Frame.around([(42.0, 14.0), (44.0, 28.0)]).width_px
760.0
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rasr.report.charts import Caption
from rasr.report.disclosure import Disclosure
from rasr.report.svg import element, path, picture

OUTLINES = Path(__file__).parent / "data" / "outlines.geojson"
WIDEST_PX, HIGHEST_PX = 760.0, 620.0
MARGIN_DEG = 0.6
SMALLEST_SPAN_DEG = 1.5
SMALLEST_RADIUS_PX, RADIUS_RANGE_PX = 2.4, 11.5
NUMBERED_INSIDE_PX = 7.0
"""A circle of this radius or more holds its rank inside."""
STEPS = 5
DECADES = 2.5
"""How far below the largest danger the colours reach, in powers of ten."""


@dataclass(frozen=True)
class Spot:
    """A site on the map, at a position that may be told. after: its danger at the end of a plan, None without one."""

    ident: str
    name: str
    latitude_deg: float
    longitude_deg: float
    danger: float
    after: float | None = None
    ranks: tuple[int, ...] = ()
    is_line: bool = False
    about: str = ""


@dataclass(frozen=True)
class Frame:
    """What the map shows: an equirectangular projection true to scale at the middle latitude."""

    west_deg: float
    north_deg: float
    px_per_deg: float
    squeeze: float
    width_px: float
    height_px: float

    @classmethod
    def around(cls, positions: Sequence[tuple[float, float]]) -> Frame:
        """The frame round all positions (latitude, longitude), with a margin."""
        (south, north), (west, east) = (_span([p[axis] for p in positions] or [0.0]) for axis in (0, 1))
        squeeze = math.cos(math.radians((south + north) / 2))
        scale = min(WIDEST_PX / ((east - west) * squeeze), HIGHEST_PX / (north - south))
        return cls(west, north, scale, squeeze, (east - west) * squeeze * scale, (north - south) * scale)

    def xy(self, latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
        """Place in the picture."""
        x = (longitude_deg - self.west_deg) * self.squeeze * self.px_per_deg
        return x, (self.north_deg - latitude_deg) * self.px_per_deg


def _span(angles_deg: Sequence[float]) -> tuple[float, float]:
    low, high = min(angles_deg), max(angles_deg)
    more = max((SMALLEST_SPAN_DEG - (high - low)) / 2, MARGIN_DEG)
    return low - more, high + more


def step_of(danger: float, largest: float) -> int:
    """Colour step 0 (least) to 4 of a danger, by powers of ten below the largest."""
    if danger <= 0 or largest <= 0:
        return 0
    part = 1 + math.log10(danger / largest) / DECADES
    return min(max(math.floor(part * STEPS), 0), STEPS - 1)


def steps(largest: float) -> list[float]:
    """The danger at which each colour step begins; the first holds everything below the second."""
    return [largest * 10 ** (DECADES * (step / STEPS - 1)) for step in range(STEPS)]


def radius_px(danger: float, largest: float) -> float:
    """Radius whose area grows with the danger."""
    return SMALLEST_RADIUS_PX + RADIUS_RANGE_PX * math.sqrt(max(danger, 0.0) / largest if largest > 0 else 0.0)


def draw(caption: Caption, spots: Sequence[Spot], names: Sequence[tuple[str, float, float]]) -> Markup:
    """The map; names: name, latitude, longitude of labels."""
    frame = Frame.around([(spot.latitude_deg, spot.longitude_deg) for spot in spots])
    largest = max((spot.danger for spot in spots), default=0.0)
    drawn = [element("rect", x=0, y=0, width=frame.width_px, height=frame.height_px, class_="sea")]
    drawn += [element("path", d=data, class_="land") for data in _land(frame)]
    ordered = sorted(spots, key=lambda spot: (-spot.danger, spot.ident))
    drawn += [_circle(spot, frame, largest) for spot in ordered if not spot.is_line]
    drawn += [_line_mark(spot, frame) for spot in ordered if spot.is_line]
    for name, latitude_deg, longitude_deg in names:
        x, y = frame.xy(latitude_deg, longitude_deg)
        drawn.append(element("text", name, x=x, y=y, class_="place middle"))
    works = {(spot.latitude_deg, spot.longitude_deg) for spot in spots if spot.is_line}
    drawn += [_rank(spot, frame, largest, works) for spot in ordered if spot.ranks]
    size = (frame.width_px, frame.height_px)
    return picture(caption.ident, caption.title, caption.description, size, *drawn, css="map")


def _circle(spot: Spot, frame: Frame, largest: float) -> Markup:
    x, y = frame.xy(spot.latitude_deg, spot.longitude_deg)
    title = element("title", spot.about or spot.name)
    radius = radius_px(spot.danger, largest)
    if spot.after is None:
        return element("circle", title, cx=x, cy=y, r=radius, class_=f"spot step-{step_of(spot.danger, largest)}")
    inner = radius_px(spot.after, largest)
    before = element("circle", cx=x, cy=y, r=radius, class_="before")
    after = element("circle", cx=x, cy=y, r=inner, class_=f"spot step-{step_of(spot.after, largest)}")
    return element("g", title, before, after)


def _line_mark(spot: Spot, frame: Frame) -> Markup:
    x, y = frame.xy(spot.latitude_deg, spot.longitude_deg)
    return element(
        "rect", element("title", spot.about or spot.name), x=x - 3.5, y=y - 3.5, width=7, height=7, class_="works"
    )


def _rank(spot: Spot, frame: Frame, largest: float, works: set[tuple[float, float]]) -> Markup:
    """The rank inside a large dark circle, beside any other and where a line stands in the middle."""
    x, y = frame.xy(spot.latitude_deg, spot.longitude_deg)
    label = ",".join(str(rank) for rank in spot.ranks)
    shown = spot.danger if spot.after is None else spot.after
    large = radius_px(shown, largest) >= NUMBERED_INSIDE_PX and step_of(shown, largest) == STEPS - 1
    if len(label) < 3 and large and (spot.latitude_deg, spot.longitude_deg) not in works:
        return element("text", label, x=x, y=y + 4, class_="rank-inside middle")
    return element("text", label, x=x + radius_px(spot.danger, largest) + 2, y=y - 4, class_="rank")


@cache
def _rings() -> tuple[tuple[tuple[float, float], ...], ...]:
    """Outer rings of the outlines as (longitude, latitude)."""
    features = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
    return tuple(tuple((x, y) for x, y in feature["geometry"]["coordinates"][0]) for feature in features)


def _land(frame: Frame) -> list[str]:
    found = []
    for ring in _rings():
        points = [frame.xy(latitude_deg, longitude_deg) for longitude_deg, latitude_deg in ring]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if max(xs) > 0 and min(xs) < frame.width_px and max(ys) > 0 and min(ys) < frame.height_px:
            found.append(path(points, closed=True))
    return found


def write_geojson(file: Path, sites: Sequence[dict[str, Any]], disclosure: Disclosure) -> None:
    """Sites as points (RFC 7946); each has latitude_deg, longitude_deg and its properties; blurred unless exact."""
    features = []
    for site in sites:
        latitude_deg, longitude_deg = disclosure.position(site["latitude_deg"], site["longitude_deg"])
        properties = {key: value for key, value in site.items() if not key.endswith("_deg")}
        point = {"type": "Point", "coordinates": [longitude_deg, latitude_deg]}
        features.append({"type": "Feature", "id": site["site_id"], "geometry": point, "properties": properties})
    document = {
        "type": "FeatureCollection",
        "positions": "exact" if disclosure.exact else "snapped",
        "grid_deg": None if disclosure.exact else disclosure.grid_deg,
        "features": features,
    }
    file.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8")
