"""What each cell may hold by its column's contract: something at all, a number within its range, an allowed value."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rasr.core.basis.contract import Column
from rasr.core.basis.findings import Finding
from rasr.core.records.checks.found import Records, found, severity_of
from rasr.core.records.settings import parse, wanted
from rasr.core.reference import loader

LARGEST = 1e12
"""Largest number, either way, where the contract names no limit: a million of them add up without overflow; assumed."""


def _columns(records: Records) -> Iterator[tuple[str, Column, pl.Series]]:
    for table in loader.TABLES:
        frame = records.region.table(table)
        if frame.height:
            yield from ((table, column, frame[column.name]) for column in loader.contract(table).columns)


def empty_cells(records: Records) -> list[Finding]:
    """empty_cell: a cell is empty where unknown is not allowed, and the door did not report it already."""
    findings: list[Finding] = []
    for table, column, values in _columns(records):
        reported_whole = (table, None, column.name) in records.at_fault
        if column.null_allowed or reported_whole or not values.null_count():
            continue
        empty = records.rows(table).filter(values.is_null())
        findings += [
            finding
            for finding in found("empty_cell", table, column.name, empty)
            if (table, finding.row, column.name) not in records.at_fault
        ]
    return findings


def out_of_range(records: Records) -> list[Finding]:
    """value_out_of_range: a number lies outside the contract's minimum and maximum (both inclusive), or ``LARGEST``."""
    findings: list[Finding] = []
    for table, column, values in _columns(records):
        if column.dtype not in ("whole", "real"):
            continue
        low = -LARGEST if column.minimum is None else column.minimum
        high = LARGEST if column.maximum is None else column.maximum
        outside = (values < low) | (values > high)
        if outside.any():
            limits = {"minimum": pl.lit(f"{low:g}"), "maximum": pl.lit(f"{high:g}"), "unit": pl.lit(column.unit)}
            findings += found("value_out_of_range", table, column.name, _where(records, table, outside), **limits)
    return findings


def _where(records: Records, table: str, faults: pl.Series) -> pl.DataFrame:
    return records.rows(table).filter(faults.fill_null(False))


def not_allowed(records: Records) -> list[Finding]:
    """value_not_allowed: a text is not among the values the contract allows."""
    findings: list[Finding] = []
    for table, column, values in _columns(records):
        if not column.allowed:
            continue
        strange = ~values.is_in(list(column.allowed))
        if strange.any():
            allowed = pl.lit(", ".join(column.allowed))
            findings += found("value_not_allowed", table, column.name, _where(records, table, strange), allowed=allowed)
    return findings


def settings(records: Records) -> list[Finding]:
    """unknown_setting and bad_setting: a key that is no setting, a value that its setting cannot take."""
    findings: list[Finding] = []
    known = loader.settings_contract()
    for row, key, value in records.rows("settings").select("row", "key", "value").iter_rows():
        if key is None:
            continue
        if key not in known:
            named = {"known": ", ".join(known)}
            findings.append(
                Finding("unknown_setting", severity_of("unknown_setting"), "settings", row, "key", key, named)
            )
        elif value is not None and parse(key, value) is None:
            named = {"key": key, "wanted": wanted(key)}
            findings.append(Finding("bad_setting", severity_of("bad_setting"), "settings", row, "value", value, named))
    return findings
