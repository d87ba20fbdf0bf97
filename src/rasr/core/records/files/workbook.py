"""Reading a workbook: the safe door first, then every sheet that is a table, all cells as text.

A formula is a finding and its cell unknown: the value a spreadsheet program last saved with it may be out of date.
"""

from __future__ import annotations

from pathlib import Path

import fastexcel
import polars as pl

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.door import Admitted, admit, stranger, wrong_type
from rasr.core.records.files.archive import inspect
from rasr.core.records.files.headed import Headed, headed
from rasr.core.records.files.layout import OWN_SHEETS
from rasr.core.records.files.sheetscan import SheetFacts
from rasr.core.reference import loader

MAX_ROWS = 250_000
"""Rows read from one sheet; more belongs in a folder of files."""
MAX_COLUMNS = 64
"""Columns read from one sheet; no table has as many."""


def read_workbook(path: Path) -> tuple[dict[str, Admitted], list[Finding]]:
    """Tables of a workbook behind the door, and the findings that belong to no table. Refused: see ``read_tables``."""
    facts = inspect(path)
    sheets = _table_sheets(path, list(facts))
    strangers = [name for name in facts if name not in sheets.values() and name not in OWN_SHEETS]
    try:
        reader = fastexcel.read_excel(path)
        admitted = {table: _table(reader, table, name, facts[name]) for table, name in sheets.items()}
    except fastexcel.FastExcelError as fault:
        raise Refused("unreadable_workbook", path=str(path), reason=str(fault).splitlines()[0]) from fault
    given = {table: one for table, one in admitted.items() if one is not None}
    if not given:
        raise Refused("not_a_region", path=str(path), tables=", ".join(loader.TABLES))
    return given, [stranger(name) for name in strangers]


def _table_sheets(path: Path, names: list[str]) -> dict[str, str]:
    """Table to the sheet it stands on; capitals and spaces round the name do not matter."""
    sheets: dict[str, str] = {}
    for name in names:
        table = name.strip().lower()
        if table in sheets:
            raise Refused("duplicate_table", path=str(path), table=table, names=f"{sheets[table]}, {name}")
        if table in loader.TABLES:
            sheets[table] = name
    return sheets


def _table(reader: fastexcel.ExcelReader, table: str, sheet: str, facts: SheetFacts) -> Admitted | None:
    """One sheet behind the door; None where it is wholly blank and so was not given."""
    refusal = _too_large(table, facts)
    if refusal:
        return Admitted(loader.contract(table).empty(), (refusal,))
    # skip_rows=0 keeps blank lines at the top, so that lines are those of the sheet
    cells = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    under = headed(table, cells, with_notes=True)
    if under is None:
        return None
    faults, unreadable = _cell_faults(table, under, facts)
    numbers = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="float").to_polars()
    admitted = admit(table, _with_all_digits(table, under, numbers), unreadable)
    return Admitted(admitted.frame, (*under.findings, *faults, *admitted.findings), admitted.rows)


def _with_all_digits(table: str, under: Headed, numbers: pl.DataFrame) -> pl.DataFrame:
    """The frame with all digits of every number cell: as text the reader gives only nine decimals, and 0 for 1e-10.

    Whole numbers are left as they are: there, rounding noise of a calculation is rightly cut off.
    """
    columns = loader.contract(table).by_name
    exact = []
    for name, series in zip(under.names, numbers.slice(under.first_line).iter_columns(), strict=True):
        if name in columns and columns[name].dtype != "whole":
            shown = under.frame[name].cast(pl.Float64, strict=False)
            rounded = (shown != series).fill_null(False)
            exact.append(under.frame[name].zip_with(~rounded, series.cast(pl.String)).alias(name))
    return under.frame.with_columns(exact)


def _too_large(table: str, facts: SheetFacts) -> Finding | None:
    if facts.last_line > MAX_ROWS:
        return Finding("too_many_rows", "error", table, numbers={"rows": facts.last_line, "limit": MAX_ROWS})
    if facts.columns[1] > MAX_COLUMNS:
        return Finding("too_many_columns", "error", table, numbers={"columns": facts.columns[1], "limit": MAX_COLUMNS})
    return None


def _cell_faults(table: str, under: Headed, facts: SheetFacts) -> tuple[list[Finding], dict[str, set[int]]]:
    """Findings for formulas and error values among the records, and their rows by column."""
    findings: list[Finding] = []
    unreadable: dict[str, set[int]] = {}
    columns = loader.contract(table).by_name
    for place, text in sorted({**facts.errors, **facts.formulas}.items()):
        position, row = place[0] - facts.columns[0], place[1] - under.first_line
        name = under.names[position] if 0 <= position < len(under.names) else None
        if row < 1 or name not in columns:
            continue
        unreadable.setdefault(name, set()).add(row)
        if place in facts.formulas:
            findings.append(Finding("formula_in_cell", "error", table, row, name, text))
        else:
            findings.append(wrong_type(table, row, columns[name], text))
    return findings, unreadable
