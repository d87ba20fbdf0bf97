"""Files of surveys, made small: the same exposed sites as GeoJSON, GeoPackage and CSV."""

from __future__ import annotations

import json
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
from django.core.files.uploadedfile import SimpleUploadedFile

from rasr.node.assessment.surroundings.files import Mapping

Place = tuple[str, str, float, float]
PLACES: list[Place] = [
    ("h1", "inhabited_building", 41.0005, 20.0),
    ("w1", "workshop", 41.002, 20.001),
]
BY_NAME = {"exposure_id": "id", "kind": "what", "persons_day": "day"}
UTM34 = [(500_000.0, 4_538_757.0), (500_100.0, 4_538_867.0)]
"""41.0 north, 21.0 east, and a place near it, in EPSG 32634: by the series of the meridian's arc."""


def mapping(**more: Any) -> Mapping:
    """Columns by their names in these files."""
    return Mapping(**{"columns": BY_NAME, "prefix": "p-", **more})


def geojson(places: list[Place] = PLACES) -> bytes:
    """Points; persons by day are 3."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "what": kind, "day": 3},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for name, kind, lat, lon in places
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def csv(places: list[Place] = PLACES) -> bytes:
    """With a semicolon between cells, as spreadsheets of our region write it."""
    lines = [f"{name};{kind};3;{lat};{lon}" for name, kind, lat, lon in places]
    return "\n".join(["id;what;day;lat;lon", *lines]).encode()


def geopackage(path: Path, *, crs: str | None = "EPSG:32634", area_m: float = 0.0) -> bytes:
    """Two places in metres. area_m: the side of squares instead of points."""
    shapes = np.empty(len(UTM34), object)
    shapes[:] = [_square(x, y, area_m) if area_m else struct.pack("<BIdd", 1, 1, x, y) for x, y in UTM34]
    values = [
        np.array(["h1", "w1"], object),
        np.array(["inhabited_building", "workshop"], object),
        np.array([3.0, 3.0]),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file that does not say its coordinate system
        pyogrio.raw.write(
        path, geometry=shapes, field_data=values, fields=["id", "what", "day"], driver="GPKG", crs=crs,
        geometry_type="Unknown", layer="buildings",
    )  # fmt: skip
    return path.read_bytes()


def _square(x: float, y: float, side: float) -> bytes:
    half = side / 2
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    ring = b"".join(struct.pack("<dd", *corner) for corner in [*corners, corners[0]])
    return struct.pack("<BIII", 1, 3, 1, 5) + ring


def sent(content: bytes) -> SimpleUploadedFile:
    """A file as the web hands it over."""
    return SimpleUploadedFile("x", content)
