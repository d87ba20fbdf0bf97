"""What every check is given, and how the rows of a frame become findings.

>>> rows = pl.DataFrame({"row": [4], "year_made": [2190]})
>>> found("year_in_future", "stock", "year_made", rows, as_of=pl.lit("2026-11-01"))[0].value
'2190'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, cast

import polars as pl

from rasr.core.basis.findings import Finding, Severity
from rasr.core.hazard import mixing
from rasr.core.hazard.mixing import Matrix
from rasr.core.records.stockview import stock_with_masses
from rasr.core.reference import loader

if TYPE_CHECKING:
    from rasr.core.records.region import Region

_TABLE_ORDER = {name: index for index, name in enumerate(loader.TABLES)}


@dataclass(frozen=True)
class Records:
    """A region under check, with what several checks need."""

    region: Region
    as_of: date | None
    mixing: Matrix = field(default_factory=mixing.shipped)

    def rows(self, table: str) -> pl.DataFrame:
        """A table with the user's row numbers in the column ``row``."""
        return self.region.numbered(table)

    @cached_property
    def stock(self) -> pl.DataFrame:
        """The stock with masses, places and the user's row numbers."""
        return stock_with_masses(self.region).with_columns(row=self.rows("stock")["row"])

    @cached_property
    def at_fault(self) -> frozenset[tuple[str, int | None, str]]:
        """Cells (table, row, column) the door found at fault; row None: a whole column, column "": a whole table."""
        return frozenset((finding.table, finding.row, finding.column) for finding in self.region.door)


def severity_of(code: str) -> Severity:
    """How grave a finding code is."""
    return cast(Severity, loader.sentences()[code].severity)


def found(
    code: str, table: str, column: str, rows: pl.DataFrame, *, value: pl.Expr | None = None, **numbers: pl.Expr
) -> list[Finding]:
    """One finding for each row.

    rows: a frame with the user's row numbers in ``row``. value: the offending value (by default the column's).
    numbers: what the sentence names besides, by name.
    """
    if rows.is_empty():
        return []
    severity, names = severity_of(code), list(numbers)
    shown = rows.select("row", _shown(rows, pl.col(column) if value is None else value), **numbers)
    return [
        Finding(code, severity, table, row, column, text, dict(zip(names, rest, strict=True)))
        for row, text, *rest in shown.iter_rows()
    ]


def _shown(rows: pl.DataFrame, value: pl.Expr) -> pl.Expr:
    """The value as text: 12.0 as 12, days as 2027-05-31."""
    text = value.cast(pl.String).fill_null("")
    is_float = rows.lazy().select(_value=value).collect_schema()["_value"].is_float()
    return (text.str.strip_suffix(".0") if is_float else text).alias("_value")


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by table, row, column and code; those of a whole table first, those outside all tables before them."""
    columns = {
        (table, column.name): index
        for table in loader.TABLES
        for index, column in enumerate(loader.contract(table).columns)
    }
    return sorted(
        findings,
        key=lambda it: (
            _TABLE_ORDER.get(it.table, -1),
            it.row or 0,
            columns.get((it.table, it.column), -1),
            it.code,
            it.value,
        ),
    )
