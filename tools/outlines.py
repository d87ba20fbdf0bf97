"""Makes the outlines of the maps from the npm package world-atlas (Natural Earth, public domain).

    npm pack world-atlas@2.0.2
    python tools/outlines.py world-atlas-2.0.2.tgz src/rasr/report/data/outlines.geojson

The source is the packed package (its 1:50m file) or one of its JSON files. The node's map, which can be
zoomed, is made finer and wider from the 1:10m file by ``tools/assets.py``.

The arcs of the TopoJSON file are simplified once each, so that neighbours keep one common border; the rings
are then clipped to the box of South East Europe. Shapes only: no name and no code is carried over.
"""

from __future__ import annotations

import json
import math
import sys
import tarfile
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Line = list[Point]
Box = tuple[float, float, float, float]

MEMBER = "package/countries-50m.json"
BOX_DEG = (12.0, 38.5, 31.0, 49.5)
"""West, south, east, north of what is kept."""
TOLERANCE_DEG = 0.02
SMALLEST_RING_DEG2 = 0.002
"""Rings of less area (islets) are left out."""


def read_topology(package: Path) -> dict[str, Any]:
    """The TopoJSON document: a JSON file itself, or the one inside the packed npm package."""
    if package.suffix == ".json":
        plain: dict[str, Any] = json.loads(package.read_text(encoding="utf-8"))
        return plain
    with tarfile.open(package) as archive:
        member = archive.extractfile(MEMBER)
        if member is None:
            raise SystemExit(f"{package} holds no {MEMBER}")
        document: dict[str, Any] = json.load(member)
        return document


def decode_arcs(topology: dict[str, Any]) -> list[Line]:
    """Arcs in degrees: the quantised, delta-encoded integers undone (TopoJSON 2.1.3 and 2.1.4)."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(line)
    return arcs


def simplify(line: Line, tolerance: float) -> Line:
    """Douglas and Peucker: drops points nearer than the tolerance to the line through the kept ones."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        distances = [_offset(line[i], line[first], line[last]) for i in range(first + 1, last)]
        if distances and max(distances) > tolerance:
            middle = first + 1 + distances.index(max(distances))
            keep.add(middle)
            spans += [(first, middle), (middle, last)]
    return [line[i] for i in sorted(keep)]


def _offset(point: Point, start: Point, end: Point) -> float:
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / length2))
    return math.hypot(px - ax - along * dx, py - ay - along * dy)


def join(indices: list[int], arcs: list[Line]) -> Line:
    """One ring from its arcs; a negative index means the arc backwards (one's complement)."""
    ring: Line = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += arc[1:] if ring else arc
    return ring


def clip(ring: Line, box: Box) -> Line:
    """The part of a ring inside a box (Sutherland and Hodgman), open or empty."""
    west, south, east, north = box
    for axis, limit, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        ring = _clip_side(ring, axis, limit, sign)
    return ring


def _clip_side(ring: Line, axis: int, limit: float, sign: int) -> Line:
    kept: Line = []
    for before, here in zip([*ring[-1:], *ring], ring, strict=False):
        inside, was_inside = (sign * (point[axis] - limit) >= 0 for point in (here, before))
        if inside != was_inside:
            part = (limit - before[axis]) / (here[axis] - before[axis])
            kept.append((before[0] + part * (here[0] - before[0]), before[1] + part * (here[1] - before[1])))
        if inside:
            kept.append(here)
    return kept


def area(ring: Line) -> float:
    """Signed area in square degrees, positive anticlockwise."""
    pairs = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def polygons(topology: dict[str, Any], tolerance_deg: float = TOLERANCE_DEG, box: Box = BOX_DEG) -> list[list[Line]]:
    """Simplified, clipped polygons (outer ring first) of every shape that touches the box.

    Only arcs with a point near the box are simplified: the others are clipped away whole, or to its edge.
    """
    arcs = [simplify(line, tolerance_deg if near(line, box) else 1.0) for line in decode_arcs(topology)]
    found = []
    for shape in topology["objects"]["countries"]["geometries"]:
        parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        for part in parts:
            rings = [clip(join(indices, arcs), box) for indices in part]
            if rings and len(rings[0]) > 2 and abs(area(rings[0])) >= SMALLEST_RING_DEG2:
                found.append([ring for ring in rings if len(ring) > 2])
    return found


def near(line: Line, box: Box) -> bool:
    """Whether the bounds of a line reach into the box."""
    west, south, east, north = box
    xs, ys = [x for x, _ in line], [y for _, y in line]
    return min(xs) <= east and max(xs) >= west and min(ys) <= north and max(ys) >= south


def feature(rings: list[Line]) -> dict[str, Any]:
    """A GeoJSON feature of one polygon: closed rings, the outer one anticlockwise (RFC 7946, 3.1.6)."""
    turned = []
    for number, ring in enumerate(rings):
        right_way = ring if (area(ring) > 0) == (number == 0) else ring[::-1]
        rounded = [[round(x, 3), round(y, 3)] for x, y in right_way]
        turned.append([*rounded, rounded[0]])
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": turned}}


def write(found: list[list[Line]], target: Path) -> None:
    """Writes the polygons as a GeoJSON file, one feature a line."""
    features = ",\n".join(json.dumps(feature(rings), separators=(",", ":")) for rings in found)
    target.write_text(f'{{"type":"FeatureCollection","features":[\n{features}\n]}}\n', encoding="utf-8")


def main() -> None:
    """Reads the packed package or a file of it, writes the outlines of the report."""
    source, target = map(Path, sys.argv[1:3])
    found = polygons(read_topology(source))
    write(found, target)
    print(f"{len(found)} polygons, {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
