"""Ids: each once in its own table, each combination once, and nothing refers to what is not there."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.records.checks.found import Records, found
from rasr.core.reference import loader

ALL = "all"
TAKES_ALL = frozenset({("earmarks", "jurisdiction_id")})
"""References in which the word all may stand for every row of the other table."""


def duplicate_ids(records: Records) -> list[Finding]:
    """duplicate_id: the key of a table stands in an earlier row too."""
    findings: list[Finding] = []
    for table in records.region.given:
        key = loader.contract(table).key
        if key is None:
            continue
        later = _later(records, table, [key])
        findings += found("duplicate_id", table, key, later, first_row=pl.col("first_row"))
    return findings


def duplicate_rows(records: Records) -> list[Finding]:
    """duplicate_row: a combination that must be unique (``reference/unique_keys.csv``) stands in an earlier row too."""
    findings: list[Finding] = []
    for rule in loader.rows("unique_keys.csv"):
        table, columns = rule["table"], rule["columns"].split("|")
        shown = pl.concat_str([pl.lit(f"{name} ") + pl.col(name).cast(pl.String) for name in columns], separator=", ")
        later = _later(records, table, columns)
        findings += found("duplicate_row", table, columns[0], later, first_row=pl.col("first_row"), key=shown)
    return findings


def _later(records: Records, table: str, columns: list[str]) -> pl.DataFrame:
    """Rows whose combination of columns stands in an earlier row, with that row's number as first_row."""
    frame = records.region.table(table)
    known = frame.select(pl.all_horizontal(pl.col(columns).is_not_null())).to_series() if frame.height else None
    if known is None or frame.select(columns).filter(known).n_unique() == known.sum():
        return pl.DataFrame(schema={"row": pl.Int64(), "first_row": pl.Int64()})
    rows = records.rows(table).filter(known).with_columns(first_row=pl.col("row").first().over(columns))
    return rows.filter(pl.col("row") > pl.col("first_row"))


def unknown_ids(records: Records) -> list[Finding]:
    """unknown_id: a reference to a row that the other table does not hold (where that table was given at all)."""
    findings: list[Finding] = []
    for table in loader.TABLES:
        frame = records.region.table(table)
        for column in loader.contract(table).columns:
            if not column.references or column.references not in records.region.given or frame.is_empty():
                continue
            target = records.region.table(column.references).to_series(0)
            known = [*target.drop_nulls().to_list(), *([ALL] if (table, column.name) in TAKES_ALL else [])]
            broken = (~frame[column.name].is_in(known)).fill_null(False)
            if broken.any():
                rows, named = records.rows(table).filter(broken), pl.lit(column.references)
                findings += found("unknown_id", table, column.name, rows, target=named)
    return findings
