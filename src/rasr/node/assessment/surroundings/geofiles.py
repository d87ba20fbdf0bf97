"""Tables with positions as GeoJSON and GeoPackage, class-marked: points, rings of a radius round them, or ways.

Both forms hold the same cells as the workbook of the same table, in WGS 84. The mark stands in the name of the file,
and inside: in GeoJSON as a member of the collection, in a GeoPackage among what the layer says of itself.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import polars as pl
import pyogrio.raw
from django.http import FileResponse, HttpResponseBase
from numpy.typing import NDArray

from rasr.core.basis.units import EARTH_RADIUS_M
from rasr.node.web import exports, marks

Form = Literal["geojson", "gpkg"]
FORMS: tuple[Form, ...] = ("geojson", "gpkg")
TYPES = {"geojson": "application/geo+json", "gpkg": "application/geopackage+sqlite3"}
CORNERS = 72
"""Corners of a ring."""
ROWS_AT_ONCE = 10_000
POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
RING = np.dtype([("order", "u1"), ("kind", "<u4"), ("rings", "<u4"), ("count", "<u4"), ("xy", "<f8", (CORNERS + 1, 2))])
HEAD = np.dtype([("order", "u1"), ("kind", "<u4"), ("rings", "<u4"), ("count", "<u4")])
WAY = np.dtype([("order", "u1"), ("kind", "<u4"), ("count", "<u4")])
ENDS = 2
"""Corners of a way; a perimeter has more."""
FloatArray = NDArray[np.float64]
Around = Sequence[FloatArray | None]
"""Of each row the closed perimeter, (corners, 2) of longitude and latitude, or the (2, 2) ends of a way; else None."""
Outlines = Callable[[pl.DataFrame], Around | None]


def _unknown(_rows: pl.DataFrame) -> None:
    """No perimeter is known of any row."""


def response(
    frame: pl.DataFrame, name: str, form: Form, mark: int | None, radius: str = "", outlines: Outlines = _unknown
) -> HttpResponseBase:
    """The frame as a file to keep. frame: latitude_deg and longitude_deg among its columns; rows without are left out.

    radius: the column of rings in m; a row in which it is empty is a point. outlines: from rows to their perimeters,
    which take the place of ring and point where they are known. The response says for the trail what was taken.
    """
    sited = frame.filter(pl.col("latitude_deg").is_finite() & pl.col("longitude_deg").is_finite())
    rings = rings_of(sited, radius) if radius else None
    found = outlines(sited)
    around = [None] * sited.height if found is None else found
    target = _nameless()
    cells = exports.plain(sited)
    if form == "geojson":
        for part in _geojson(sited, cells, rings, around, mark):
            target.write(part)
    else:
        _geopackage(target, cells, _shapes(sited, rings, around), name, mark, points=rings is None and found is None)
    target.seek(0)
    answer = FileResponse(target, content_type=TYPES[form])
    return exports.kept_file(answer, exports.file_name(name, form, mark), (name, sited.height, form))


def _nameless() -> IO[bytes]:
    """A file that is gone once it is closed, which the response does."""
    return tempfile.TemporaryFile()


def rings_of(frame: pl.DataFrame, radius: str) -> FloatArray:
    """Longitudes and latitudes of the corners of each row's ring, counter-clockwise, closed: (n, corners, 2)."""
    latitude, longitude = (np.radians(frame[name].to_numpy())[:, None] for name in ("latitude_deg", "longitude_deg"))
    away = frame[radius].fill_null(np.nan).cast(pl.Float64).to_numpy()[:, None] / EARTH_RADIUS_M
    bearing = np.linspace(0.0, -2.0 * np.pi, CORNERS + 1)[None, :]
    there = np.arcsin(np.sin(latitude) * np.cos(away) + np.cos(latitude) * np.sin(away) * np.cos(bearing))
    east = np.sin(bearing) * np.sin(away) * np.cos(latitude)
    turned = longitude + np.arctan2(east, np.cos(away) - np.sin(latitude) * np.sin(there))
    corners: FloatArray = np.degrees(np.stack([turned, there], axis=-1))
    corners[:, -1] = corners[:, 0]
    return corners


def _geojson(
    sited: pl.DataFrame, cells: pl.DataFrame, rings: FloatArray | None, around: Around, mark: int | None
) -> Iterator[bytes]:
    head: dict[str, Any] = {"type": "FeatureCollection"}
    if mark is not None:
        head[exports.MARK_KEY] = marks.word(mark)
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": [\n'
    places = sited.select("longitude_deg", "latitude_deg").to_numpy()
    for number, row in enumerate(_rows(cells)):
        shape: dict[str, Any] = {"type": "Point", "coordinates": places[number].tolist()}
        if (outline := around[number]) is not None:
            corners = outline.tolist()
            shape = (
                {"type": "LineString", "coordinates": corners}
                if len(outline) == ENDS
                else {"type": "Polygon", "coordinates": [corners]}
            )
        elif rings is not None and np.isfinite(rings[number]).all():
            shape = {"type": "Polygon", "coordinates": [rings[number].tolist()]}
        told = json.dumps({"type": "Feature", "properties": row, "geometry": shape}, ensure_ascii=False)
        yield (",\n" if number else "").encode() + told.encode()
    yield b"\n]}\n"


def _rows(cells: pl.DataFrame) -> Iterator[dict[str, Any]]:
    dated = cells.with_columns(pl.col(pl.Date).cast(pl.String))
    for part in dated.iter_slices(ROWS_AT_ONCE):
        yield from part.iter_rows(named=True)


def _geopackage(
    target: IO[bytes], cells: pl.DataFrame, shapes: NDArray[np.object_], name: str, mark: int | None, *, points: bool
) -> None:
    told = {} if mark is None else {exports.MARK_KEY: marks.word(mark)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.gpkg"
        pyogrio.raw.write(
            path,
            geometry=shapes,
            field_data=[_values(column) for column in cells],
            fields=cells.columns,
            driver="GPKG",
            layer=name.replace("-", "_"),
            geometry_type="Point" if points else "Unknown",
            crs="EPSG:4326",
            layer_metadata=told,
        )
        with path.open("rb") as made:
            shutil.copyfileobj(made, target)


def _shapes(sited: pl.DataFrame, rings: FloatArray | None, outlines: Around) -> NDArray[np.object_]:
    """Well-known binary of each row's point, ring or perimeter."""
    points = np.zeros(sited.height, POINT)
    points["order"], points["kind"] = 1, 1
    points["x"], points["y"] = sited["longitude_deg"].to_numpy(), sited["latitude_deg"].to_numpy()
    shapes = np.empty(sited.height, object)
    shapes[:] = [each.tobytes() for each in points]
    if rings is not None:
        around = np.zeros(sited.height, RING)
        around["order"], around["kind"], around["rings"], around["count"] = 1, 3, 1, CORNERS + 1
        around["xy"] = rings
        whole = np.isfinite(rings).all(axis=(1, 2))
        for number in np.flatnonzero(whole):
            shapes[number] = around[number].tobytes()
    for place, outline in enumerate(outlines):
        if outline is not None:
            head = np.array([(1, 2, ENDS)], WAY) if len(outline) == ENDS else np.array([(1, 3, 1, len(outline))], HEAD)
            shapes[place] = head.tobytes() + outline.astype("<f8").tobytes()
    return shapes


def _values(column: pl.Series) -> NDArray[Any]:
    """A column as the library takes it: numbers with nan for what is empty, else texts."""
    if column.dtype.is_numeric():
        whole = column.dtype.is_integer() and not column.null_count()
        return (column.cast(pl.Int64) if whole else column.cast(pl.Float64).fill_null(np.nan)).to_numpy()
    return np.array(column.cast(pl.String).to_list(), dtype=object)
