"""The door: frames of text or of any type come in, frames typed by contract and the faults found go out.

Text is stripped, an empty cell is unknown, wholly blank rows are left out (but keep their row numbers), and a
cell that cannot be read as its column's type becomes unknown and gives a finding with the raw text.

>>> stock = pl.DataFrame({"stock_id": ["R1"], "quantity": ["12,5"]})
>>> [(f.row, f.column, f.value) for f in admit("stock", stock).findings if f.code == "wrong_type"]
[(1, 'quantity', '12,5')]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from rasr.core.basis.contract import Column, Contract
from rasr.core.basis.findings import Finding, Number
from rasr.core.reference import loader

_CONTROL = r"[\x00-\x1f\x7f-\x{9f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{fffe}\x{ffff}]+"
"""Characters no cell of a spreadsheet can hold faithfully, or that turn text round; they become one space."""
_MOST_EXACT = 2**53
"""Largest whole number a spreadsheet holds exactly."""
_WANTED = {"real": "number", "whole": "whole number", "date": "date", "yes_no": "yes or no", "text": "text"}
_HINTS = {
    "real": "Write digits only; the unit stands in the column's name. Leave the cell empty if it is unknown.",
    "whole": "Write digits only, without decimals. Leave the cell empty if it is unknown.",
    "date": "Write it as 2027-05-31, or format the cell as a date.",
    "yes_no": "Write yes or no.",
    "text": "Write a text.",
}
_COMMA_HINT = "Use a point for the decimals and nothing between thousands."


@dataclass(frozen=True)
class Admitted:
    """A table behind the door. rows: the user's row number of each row, None where they are simply 1, 2, 3 …"""

    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    rows: pl.Series | None = None


def stranger(name: str) -> Finding:
    """What is wrong with a table that no region has; name: as the user wrote it, perhaps with the ending of a file.

    One of the security package is an error: what it says never stands in one file with positions.
    """
    if name.strip().lower().removesuffix(".csv").removesuffix(".parquet") in loader.SECURITY_TABLES:
        return Finding("security_table", "error", value=name)
    return Finding("unknown_table", "warning", value=name)


def admit(table: str, raw: pl.DataFrame, unreadable: Mapping[str, set[int]] | None = None) -> Admitted:
    """Type one table by its contract.

    raw: columns by header name, any dtype, row i being the user's row i + 1. unreadable: column to row numbers whose
    content a reader already found at fault (formulas): they are made unknown. Columns outside the contract are
    reported and left out; missing ones are filled with unknowns, with a finding where they are required.
    """
    contract = loader.contract(table)
    findings = _column_findings(contract, raw)
    typed: list[pl.Series] = []
    for column in contract.columns:
        if column.name not in raw.columns:
            typed.append(pl.Series(column.name, [None] * raw.height, dtype=column.polars_dtype))
            continue
        series = _without(raw[column.name], (unreadable or {}).get(column.name))
        values, faults = _typed(series, column)
        findings += _type_findings(table, column, series, faults)
        typed.append(values)
    return _without_blank_rows(pl.DataFrame(typed, schema=contract.schema), findings)


def _column_findings(contract: Contract, raw: pl.DataFrame) -> list[Finding]:
    missing = [
        Finding("missing_column", "error", contract.table, column=column.name, numbers={"meaning": column.meaning})
        for column in contract.columns
        if column.required and column.name not in raw.columns
    ]
    unknown = [
        Finding("unknown_column", "warning", contract.table, column=name)
        for name in raw.columns
        if name not in contract.by_name
    ]
    return missing + unknown


def _without(series: pl.Series, rows: set[int] | None) -> pl.Series:
    return series.scatter([row - 1 for row in sorted(rows)], None) if rows else series


def _without_blank_rows(frame: pl.DataFrame, findings: list[Finding]) -> Admitted:
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series() if frame.height else pl.Series([False])
    if not blank.any():
        return Admitted(frame, tuple(findings))
    rows = pl.arange(1, frame.height + 1, eager=True).filter(~blank).alias("row")
    kept = frame.filter(~blank)
    # blank rows at the end leave the numbers simply 1, 2, 3 …
    return Admitted(kept, tuple(findings), None if kept.is_empty() or rows[-1] == kept.height else rows)


def _typed(series: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    """Values in the column's dtype and, for each cell, whether something stood there that could not be read."""
    values = _directly(series, column)
    if values is None:
        text = clean_text(series)
        values = text if column.dtype == "text" else _PARSERS[column.dtype](text)
        return values.alias(column.name), text.is_not_null() & values.is_null()
    return values.alias(column.name), series.is_not_null() & values.is_null()


def _directly(series: pl.Series, column: Column) -> pl.Series | None:
    """Values where the dtype is of the column's kind already, None where it has to go through text."""
    if column.dtype == "real" and series.dtype.is_numeric():
        real = series.cast(pl.Float64, strict=False) + 0.0  # + 0.0 makes -0.0 a 0.0
        return real.to_frame("x").select(pl.when(pl.col("x").is_finite()).then("x")).to_series()
    if column.dtype == "whole" and series.dtype.is_integer():
        return series.cast(pl.Int64, strict=False)
    if column.dtype == "date" and series.dtype in (pl.Date, pl.Datetime):
        return _within_calendar(series.cast(pl.Date, strict=False))
    if column.dtype == "yes_no" and series.dtype == pl.Boolean:
        return series
    return None


def clean_text(series: pl.Series) -> pl.Series:
    """The cells as stripped text; empty ones, and those of white space only, are null."""
    text = _as_text(series)
    if text.str.contains(_CONTROL).any():
        text = text.str.replace_all(_CONTROL, " ")
    return (
        text.to_frame("x")
        .select(pl.when(pl.col("x").str.strip_chars() != "").then(pl.col("x").str.strip_chars()))
        .to_series()
    )


def _as_text(series: pl.Series) -> pl.Series:
    if series.dtype == pl.String:
        return series
    if series.dtype.is_float():
        return series.cast(pl.String).str.strip_suffix(".0")
    if series.dtype.is_nested() or series.dtype in (pl.Binary, pl.Object):
        return pl.Series(
            series.name, [None if cell is None else str(cell) for cell in series.to_list()], dtype=pl.String
        )
    return series.cast(pl.String)


def _real(text: pl.Series) -> pl.Series:
    real = text.cast(pl.Float64, strict=False) + 0.0
    return real.to_frame("x").select(pl.when(pl.col("x").is_finite()).then("x")).to_series()


def _whole(text: pl.Series) -> pl.Series:
    """Whole numbers, also as spreadsheets hand them over: 12.0."""
    whole, real = text.cast(pl.Int64, strict=False), _real(text)
    exact = (real == real.floor()) & (real.abs() <= _MOST_EXACT)
    from_real = real.to_frame("x").select(pl.when(exact).then("x").cast(pl.Int64, strict=False)).to_series()
    return whole.fill_null(from_real)


def _date(text: pl.Series) -> pl.Series:
    """Days written as 2027-05-31, with or without a midnight behind them."""
    day = text.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?$")
    return _within_calendar(day.str.to_date("%Y-%m-%d", strict=False))


def _within_calendar(days: pl.Series) -> pl.Series:
    """Days of the years 1 to 9999; others, which a Parquet file can hold, are unknown."""
    return days.to_frame("x").select(pl.when(pl.col("x").is_between(date.min, date.max)).then("x")).to_series()


def _yes_no(text: pl.Series) -> pl.Series:
    lower = text.str.to_lowercase()
    return lower.replace_strict(["yes", "true", "no", "false"], [True, True, False, False], default=None)


_PARSERS = {"real": _real, "whole": _whole, "date": _date, "yes_no": _yes_no}


def _type_findings(table: str, column: Column, raw: pl.Series, faults: pl.Series) -> list[Finding]:
    if not faults.any():
        return []
    at = faults.arg_true()
    shown = raw.gather(at)
    if column.dtype == "date" and shown.dtype in (pl.Date, pl.Datetime):
        shown = shown.to_physical()  # days beyond the calendar have no text
    texts = _as_text(shown).to_list()
    return [wrong_type(table, row + 1, column, text) for row, text in zip(at.to_list(), texts, strict=True)]


def wrong_type(table: str, row: int, column: Column, text: str) -> Finding:
    """The finding that a cell cannot be read as its column's type."""
    numbers: dict[str, Number] = {"wanted": _WANTED[column.dtype], "hint": _hint(column, text)}
    return Finding("wrong_type", "error", table, row, column.name, text, numbers)


def _hint(column: Column, value: str) -> str:
    digits = value.strip().lstrip("+-").replace(",", "").replace(".", "").replace(" ", "").replace("'", "")
    numeric = column.dtype in ("real", "whole")
    return _COMMA_HINT if numeric and digits.isdigit() and "," in value else _HINTS[column.dtype]
