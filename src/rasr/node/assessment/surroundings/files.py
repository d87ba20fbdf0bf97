"""Files of surveys, read: GeoJSON, GeoPackage and CSV, into the columns of the table exposures, in WGS 84.

Of an area or a line the middle of its bounds is its position; how far the widest of them reaches is told. What a file
says of itself is believed only as far as its first bytes bear it out: the library that reads it knows many formats,
and some of those lead to other files.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyogrio
import pyogrio.raw
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

MOST_ROWS = 5_000_000
MOST_COLUMNS = 500
LONGEST_LABEL = 200
GEOJSON, GEOPACKAGE, CSV = "geojson", "gpkg", "csv"
ENDINGS = {".geojson": GEOJSON, ".json": GEOJSON, ".gpkg": GEOPACKAGE, ".csv": CSV}
DRIVERS = {GEOJSON: "GeoJSON", GEOPACKAGE: "GPKG"}
GEOPACKAGE_IDS = {0x47504B47, 0x47503130, 0x47503131}
"""Marks of a GeoPackage: GPKG, and GP10 and GP11 of its first editions."""
WGS84 = 4326
TABLE = "exposures"
LATITUDE, LONGITUDE = "latitude_deg", "longitude_deg"
COLUMNS = tuple(column.name for column in loader.contract(TABLE).columns)
FACTS = tuple(name for name in COLUMNS if name not in (LATITUDE, LONGITUDE))
"""Columns of the table that a geographic file holds as such; its positions are its geometry."""
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What a file says of itself. rows: None where that would take reading it. crs: empty where it does not say."""

    form: str
    columns: tuple[str, ...]
    rows: int | None
    crs: str


@dataclass(frozen=True)
class Mapping:
    """Which column of the file is which of the table; x and y: of a CSV. kind: of every row, where no column says it.

    crs: what the user says of it, an EPSG number; 0 where the file says it itself. prefix: of ids that are made.
    """

    columns: dict[str, str]
    prefix: str
    kind: str = ""
    x: str = ""
    y: str = ""
    crs: int = 0


@dataclass(frozen=True)
class Read:
    """raw: the columns of the table as they stood in the file. crs: name of the coordinate system.

    told: ``areas``, how many are lines or areas, and ``widest_m``, how far the widest reaches from its middle.
    """

    raw: pl.DataFrame
    crs: str
    told: dict[str, float] = field(default_factory=dict)


def form_of(name: str) -> str:
    """The form of a file by its name. Raises Refused: survey_unreadable."""
    found = ENDINGS.get(Path(name).suffix.lower())
    if found is None:
        raise Refused("survey_unreadable", path=name, reason=", ".join(ENDINGS))
    return found


def look(path: Path, form: str, name: str) -> Seen:
    """What a file says of itself.

    Raises Refused: survey_unreadable, survey_too_many_rows, survey_layers, survey_empty.
    """
    return _look_csv(path, name) if form == CSV else _look_geographic(path, form, name)


def read(path: Path, form: str, name: str, mapping: Mapping) -> Read:
    """The rows of a file by a mapping. Raises Refused, as ``look`` does, survey_no_crs and survey_unknown_crs."""
    return _read_csv(path, name, mapping) if form == CSV else _read_geographic(path, form, name, mapping)


def system(epsg: int) -> CRS:
    """The coordinate system of a number. Raises Refused: survey_unknown_crs."""
    try:
        return CRS.from_epsg(epsg)
    except CRSError as fault:
        raise Refused("survey_unknown_crs", value=epsg) from fault


def in_wgs84(crs: CRS, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes in WGS 84; nan for what has no place there."""
    if crs.to_epsg() != WGS84:
        turned = Transformer.from_crs(crs, CRS.from_epsg(WGS84), always_xy=True)
        x, y = turned.transform(x, y, errcheck=False)
    there = np.isfinite(x) & np.isfinite(y)
    return np.where(there, y, np.nan), np.where(there, x, np.nan)


# CSV.


def _look_csv(path: Path, name: str) -> Seen:
    with path.open("rb") as handle:
        first = handle.readline(1_000_000)
    try:
        text = first.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refused("survey_unreadable", path=name, reason="UTF-8") from fault
    columns = _cells(name, first[:1_000_000], _separator(text)).columns
    if not columns or len(columns) > MOST_COLUMNS:
        raise Refused("survey_unreadable", path=name, reason=f"1 … {MOST_COLUMNS}")
    return Seen(CSV, tuple(columns), None, "")


def _separator(first_line: str) -> str:
    return max(",;\t", key=first_line.count)


def _cells(name: str, source: Any, separator: str, columns: list[str] | None = None) -> pl.DataFrame:
    try:
        return pl.read_csv(source, infer_schema=False, separator=separator, columns=columns, encoding="utf8")
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as fault:
        raise Refused("survey_unreadable", path=name, reason=_short(fault)) from fault


def _read_csv(path: Path, name: str, mapping: Mapping) -> Read:
    if not mapping.crs:
        raise Refused("survey_no_crs", path=name)
    crs = system(mapping.crs)
    with path.open("rb") as handle:
        separator = _separator(handle.readline(1_000_000).decode("utf-8-sig", "replace"))
    wanted = list(dict.fromkeys([mapping.x, mapping.y, *mapping.columns.values()]))
    cells = _cells(name, path, separator, wanted)
    if not cells.height:
        raise Refused("survey_empty", path=name)
    _hold_to_limit(cells.height, name)
    x, y = cells[mapping.x], cells[mapping.y]
    if mapping.crs != WGS84:
        numbers = [each.str.strip_chars().cast(pl.Float64, strict=False) for each in (x, y)]
        latitude, longitude = in_wgs84(crs, *(each.fill_null(np.nan).to_numpy() for each in numbers))
        turned = ((longitude, x, numbers[0]), (latitude, y, numbers[1]))
        x, y = (_or_as_it_stood(new, text, number) for new, text, number in turned)
    return Read(_table(cells, mapping, y, x), crs.name)


def _or_as_it_stood(degrees: FloatArray, text: pl.Series, number: pl.Series) -> pl.Series:
    """The degrees as text; where the cell was no number the cell, so that it is told as a fault."""
    written = pl.Series(degrees).fill_nan(None).cast(pl.String)
    strange = text.is_not_null() & number.is_null()
    return written.zip_with(~strange, text)


# Geographic files.


def _look_geographic(path: Path, form: str, name: str) -> Seen:
    _hold_to_form(path, form, name)
    try:
        layers = [str(layer) for layer, geometry in pyogrio.list_layers(path) if geometry is not None]
        if len(layers) != 1:
            raise Refused("survey_layers", path=name, number=len(layers), names=", ".join(layers)[:LONGEST_LABEL])
        info = pyogrio.read_info(path, layer=layers[0], force_feature_count=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise Refused("survey_unreadable", path=name, reason=DRIVERS[form]) from fault
    if info["driver"] != DRIVERS[form] or len(info["fields"]) > MOST_COLUMNS:
        raise Refused("survey_unreadable", path=name, reason=DRIVERS[form])
    if not info["features"]:
        raise Refused("survey_empty", path=name)
    _hold_to_limit(int(info["features"]), name)
    return Seen(form, tuple(map(str, info["fields"])), int(info["features"]), str(info["crs"] or ""))


def _hold_to_form(path: Path, form: str, name: str) -> None:
    """Raises Refused: survey_unreadable for what begins otherwise, or holds tables that are kept elsewhere."""
    with path.open("rb") as handle:
        head = handle.read(4096)
    if form == GEOJSON:
        fits = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    else:
        fits = head.startswith(b"SQLite format 3\x00") and _is_geopackage(path)
    if not fits:
        raise Refused("survey_unreadable", path=name, reason=DRIVERS[form])


def _is_geopackage(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as book:
            (mark,) = book.execute("PRAGMA application_id").fetchone()
            made = book.execute("SELECT sql FROM sqlite_master WHERE sql LIKE '%VIRTUAL%'").fetchall()
    except sqlite3.DatabaseError:
        return False
    return mark in GEOPACKAGE_IDS and all("using rtree" in str(sql).lower() for (sql,) in made)


def _read_geographic(path: Path, form: str, name: str, mapping: Mapping) -> Read:
    seen = _look_geographic(path, form, name)
    crs = _system_of(seen, name, mapping)
    wanted = list(dict.fromkeys(mapping.columns.values()))
    _, bounds = pyogrio.read_bounds(path)
    west, south, east, north = np.asarray(bounds, float)
    with pyogrio.raw.open_arrow(path, use_pyarrow=False, read_geometry=False, columns=wanted) as (_, reader):
        cells = pl.DataFrame(reader) if wanted else pl.DataFrame({"": np.zeros(len(west), bool)})
    latitude, longitude = in_wgs84(crs, (west + east) / 2.0, (south + north) / 2.0)
    told = _told(crs, (west, south), (east, north))
    positions = [pl.Series(each).fill_nan(None) for each in (latitude, longitude)]
    return Read(_table(cells, mapping, *positions), crs.name, told)


def _system_of(seen: Seen, name: str, mapping: Mapping) -> CRS:
    """What the file says counts; the user is asked only where it says nothing."""
    if seen.crs:
        try:
            return CRS.from_user_input(seen.crs)
        except CRSError:
            pass
    if not mapping.crs:
        raise Refused("survey_no_crs", path=name)
    return system(mapping.crs)


def _told(crs: CRS, low: tuple[FloatArray, FloatArray], high: tuple[FloatArray, FloatArray]) -> dict[str, float]:
    wide = (low[0] != high[0]) | (low[1] != high[1])
    wide &= np.isfinite(low[0])
    if not wide.any():
        return {}
    corners = [on_sphere_m(*in_wgs84(crs, x[wide], y[wide])) for x, y in (low, high)]
    reach_m = np.linalg.norm(corners[0] - corners[1], axis=1) / 2.0
    return {"areas": int(wide.sum()), "widest_m": float(np.nanmax(reach_m, initial=0.0))}


# Into the table.


def _table(cells: pl.DataFrame, mapping: Mapping, latitude_deg: pl.Series, longitude_deg: pl.Series) -> pl.DataFrame:
    """The columns of the contract; what the file has no column for is empty."""
    rows = latitude_deg.len()
    columns = {name: _plain(cells[given]) for name, given in mapping.columns.items() if given}
    columns |= {LATITUDE: latitude_deg, LONGITUDE: longitude_deg}
    if "kind" not in columns and mapping.kind:
        columns["kind"] = pl.Series([mapping.kind]).new_from_index(0, rows)
    if "exposure_id" not in columns:
        columns["exposure_id"] = pl.select(
            pl.format("{}{}", pl.lit(mapping.prefix), pl.int_range(1, rows + 1))
        ).to_series()
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    return pl.DataFrame([columns.get(name, nothing).alias(name) for name in COLUMNS])


def _plain(cells: pl.Series) -> pl.Series:
    """Cells of a kind that the door reads: text, numbers, yes and no."""
    if cells.dtype in (pl.String, pl.Boolean) or cells.dtype.is_numeric():
        return cells
    return cells.cast(pl.String, strict=False)


def _hold_to_limit(rows: int, name: str) -> None:
    if rows > MOST_ROWS:
        raise Refused("survey_too_many_rows", path=name, rows=rows, limit=MOST_ROWS)


def _short(fault: Exception) -> str:
    return str(fault).partition("\n")[0][:LONGEST_LABEL]
