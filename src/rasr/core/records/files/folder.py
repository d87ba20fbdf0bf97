"""A region as a folder: one CSV or Parquet file per table, in and out.

CSV is read as text (UTF-8, with or without a byte order mark; comma or semicolon), Parquet with its types.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.door import Admitted, admit, stranger
from rasr.core.records.files.atomic import write_folder
from rasr.core.records.files.headed import headed
from rasr.core.reference import loader

FORMS = ("csv", "parquet")
SOURCES = "SOURCES"
"""Name of the file beside the tables that says where each value comes from; no table, and not read."""
MAX_CSV_MB = 500
MAX_ROWS = 20_000_000
"""Rows read from one Parquet file: a few bytes of it can stand for any number of them."""
MAX_COLUMNS = 1000
"""Columns read from one file; no table has a tenth as many."""
LONGEST_FIELD = 1_000_000
"""Longest field of a CSV file, in characters."""


def read_folder(path: Path) -> tuple[dict[str, Admitted], list[Finding]]:
    """Tables of a folder behind the door, and the findings that belong to no table. Refused: see ``read_tables``."""
    files = _table_files(path)
    if not files:
        raise Refused("not_a_region", path=str(path), tables=", ".join(loader.TABLES))
    strangers = [
        stranger(entry.name)
        for entry in sorted(path.iterdir())
        if entry.suffix.lower().lstrip(".") in FORMS and entry not in files.values() and entry.stem != SOURCES
    ]
    admitted: dict[str, Admitted] = {}
    for table, file in files.items():
        try:
            one = _parquet(table, file) if file.suffix.lower() == ".parquet" else _csv(table, file)
        except (OSError, csv.Error, pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
            raise Refused("unreadable_file", path=str(file), reason=str(fault).splitlines()[0]) from fault
        if one is not None:
            admitted[table] = one
    return admitted, strangers


def _table_files(path: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for entry in sorted(path.iterdir()):
        table = entry.stem
        if entry.suffix.lower().lstrip(".") not in FORMS or table not in loader.TABLES or not entry.is_file():
            continue
        if table in files:
            raise Refused("duplicate_table", path=str(path), table=table, names=f"{files[table].name}, {entry.name}")
        files[table] = entry
    return files


def _parquet(table: str, file: Path) -> Admitted:
    # the file is named as such: a path with * or [ in it would be taken for a pattern
    held = pl.scan_parquet(file, glob=False)
    columns, rows = len(held.collect_schema()), held.select(pl.len()).collect().item()
    if columns > MAX_COLUMNS:
        return _too_wide(table, columns)
    if rows > MAX_ROWS:
        raise Refused(
            "unreadable_file", path=str(file), reason=f"it holds {rows:,} rows; at most {MAX_ROWS:,} are read"
        )
    return admit(table, held.collect())


def _too_wide(table: str, columns: int) -> Admitted:
    numbers = {"columns": columns, "limit": MAX_COLUMNS}
    return Admitted(loader.contract(table).empty(), (Finding("too_many_columns", "error", table, numbers=numbers),))


def _csv(table: str, file: Path) -> Admitted | None:
    size_mb = file.stat().st_size // 2**20
    if size_mb > MAX_CSV_MB:
        raise Refused("too_large", path=str(file), size_mb=size_mb, limit_mb=MAX_CSV_MB)
    data = file.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return Admitted(loader.contract(table).empty(), (Finding("not_utf8", "error", table),))
    separator = _separator(data)
    widest = _widest(data, separator)
    if widest > MAX_COLUMNS:
        return _too_wide(table, widest)
    cells, findings = _cells(table, data, separator)
    under = headed(table, cells, with_notes=False)
    if under is None:
        return None
    admitted = admit(table, under.frame)
    return Admitted(admitted.frame, (*under.findings, *findings, *admitted.findings), admitted.rows)


def _separator(data: bytes) -> str:
    """Semicolon where the first line that is not blank has more of them than commas."""
    header = data.lstrip(b"\xef\xbb\xbf\r\n \t").split(b"\n", 1)[0]
    return ";" if header.count(b";") > header.count(b",") else ","


def _widest(data: bytes, separator: str) -> int:
    """Cells of the widest line down to the header."""
    csv.field_size_limit(LONGEST_FIELD)
    widest = 0
    for line in csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline=""), delimiter=separator):
        widest = max(widest, len(line))
        if any(cell.strip() for cell in line):
            break
    return widest


def _cells(table: str, data: bytes, separator: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Every cell as text. What the fast reader does not take (long lines, stray quotes) is read again line by line."""
    try:
        cells = pl.read_csv(data, has_header=False, infer_schema=False, separator=separator, raise_if_empty=False)
    except pl.exceptions.PolarsError:
        return _cells_by_line(table, data, separator)
    first = cells.to_series(0) if cells.width else pl.Series([""])
    # a quote left open swallows the lines behind it: let the careful reader decide
    return (cells, []) if first.len() else _cells_by_line(table, data, separator)


def _cells_by_line(table: str, data: bytes, separator: str) -> tuple[pl.DataFrame, list[Finding]]:
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))
    header = next((index for index, line in enumerate(lines) if any(cell.strip() for cell in line)), 0)
    width = len(lines[header]) if lines else 0
    named = {"columns": width, "separator": "semicolon" if separator == ";" else "comma"}
    findings = [
        Finding("too_many_cells", "error", table, index - header, value="", numbers={**named, "cells": len(line)})
        for index, line in enumerate(lines)
        if len(line) > width and index > header and any(line[width:])
    ]
    square = [[*line[:width], *[""] * (width - len(line))] for line in lines]
    columns = {f"column_{position}": [line[position] or None for line in square] for position in range(width)}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String())), findings


def write_region_folder(path: Path, tables: Mapping[str, pl.DataFrame], form: Literal["csv", "parquet"]) -> None:
    """Write one file per table into a folder, in place of a region's folder that is there; all or nothing.

    Raises Refused: output_exists where the folder holds anything but files of tables, cannot_write.
    """
    marker = _known_by(path)
    write_folder(path, lambda place: _write_files(place, tables, form), marker)


def _known_by(path: Path) -> str:
    """A file by which the folder is known as a region of nothing else: replacing it loses no one's work."""
    entries = list(path.iterdir()) if path.is_dir() else []
    ours = [entry for entry in entries if entry.stem in loader.TABLES and entry.suffix.lstrip(".") in FORMS]
    if len(ours) < len(entries):
        raise Refused("output_exists", path=str(path))
    return ours[0].name if ours else f"{loader.TABLES[0]}.csv"


def _write_files(place: Path, tables: Mapping[str, pl.DataFrame], form: Literal["csv", "parquet"]) -> None:
    for table, frame in tables.items():
        file = place / f"{table}.{form}"
        if form == "parquet":
            frame.write_parquet(file)
        else:
            yes_no = pl.when(pl.col(pl.Boolean)).then(pl.lit("yes")).when(~pl.col(pl.Boolean)).then(pl.lit("no"))
            frame.with_columns(yes_no.name.keep()).write_csv(file)
