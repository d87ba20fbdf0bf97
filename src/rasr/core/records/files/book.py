"""Writing a workbook: one sheet per table with headings, notes, drop-downs and formats, and the instruction sheet.

Text is written as text, also where it begins like a formula; numbers are written with all their digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from rasr.core.basis.contract import Column
from rasr.core.basis.findings import Refused
from rasr.core.records.files import layout
from rasr.core.reference import loader

WIDTHS = (14, 34)
"""Narrowest and widest column, in characters."""
NOTES_HEIGHT = 75
OFFERED_ROWS = 50_000
"""Rows of another sheet whose ids a drop-down offers."""
MOST_EXACT = 2**53
"""Largest whole number a cell holds exactly; greater ones are written as text."""
FIRST_DAY = date(1900, 3, 1)
"""First day that every spreadsheet program counts alike; earlier ones are written as text."""
MADE_ON = datetime(1980, 1, 1)
"""Day written into the file as that of its making: the same tables give the same bytes."""
_NUMBER_FORMATS = {"text": "@", "yes_no": "@", "whole": "0", "real": "General", "date": "yyyy-mm-dd"}


class _Exact(float):
    """A number that is written with the fewest digits that give it back; the writer alone would round to 16."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


@dataclass(frozen=True)
class _Styles:
    required: Format
    optional: Format
    notes: Format
    title: Format
    cells: Mapping[str, Format]


def write_book(path: Path, tables: Mapping[str, pl.DataFrame], printed: str = "") -> None:
    """Write these tables as a workbook at ``path``. Raises Refused("cannot_write") for what no sheet can hold.

    printed: words over and under every printed sheet; they also stand as the status of the workbook.
    """
    for table, frame in tables.items():
        _hold_to_limits(path, table, frame)
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": MADE_ON, "title": "RASR region", "status": printed})
    styles = _styles(book)
    _write_instructions(book.add_worksheet(layout.INSTRUCTIONS), styles)
    sheets = {table: book.add_worksheet(table) for table in tables}
    lists = book.add_worksheet(layout.LISTS)
    lists.hide()
    offers = _Offers(lists, frozenset(tables))
    for table, frame in tables.items():
        _write_table(sheets[table], table, frame, styles, offers)
    for sheet in book.worksheets() if printed else []:
        sheet.set_header(middle(printed))
        sheet.set_footer(middle(printed))
    try:
        book.close()
    except FileCreateError as fault:
        raise OSError(str(fault)) from fault


def middle(words: str) -> str:
    """Words as a workbook takes them for the middle over or under a printed sheet.

    >>> middle("A & B")
    '&CA && B'
    """
    return "&C" + words.replace("&", "&&")


def _hold_to_limits(path: Path, table: str, frame: pl.DataFrame) -> None:
    most_rows = layout.LAST_ROW - layout.FIRST_DATA_ROW + 1
    reason = f"{table} has more than the {most_rows} rows of a sheet" if frame.height > most_rows else ""
    for name in frame.columns:
        longest = frame[name].str.len_chars().max() if frame[name].dtype == pl.String else None
        if isinstance(longest, int) and longest > layout.LONGEST_TEXT:
            reason = f"{name} of {table} holds a text longer than the {layout.LONGEST_TEXT} characters of a cell"
    if reason:
        raise Refused("cannot_write", path=str(path), reason=reason)


def _styles(book: xlsxwriter.Workbook) -> _Styles:
    heading: dict[str, Any] = {"bold": True, "border": 1, "valign": "top"}
    return _Styles(
        required=book.add_format({**heading, "bg_color": layout.REQUIRED_COLOUR, "font_color": "#FFFFFF"}),
        optional=book.add_format({**heading, "bg_color": layout.OPTIONAL_COLOUR}),
        notes=book.add_format(
            {"italic": True, "text_wrap": True, "valign": "top", "font_size": 9, "font_color": layout.NOTES_COLOUR}
        ),
        title=book.add_format({"bold": True, "font_size": 14}),
        cells={dtype: book.add_format({"num_format": form}) for dtype, form in _NUMBER_FORMATS.items()},
    )


def _write_instructions(sheet: Worksheet, styles: _Styles) -> None:
    sheet.set_column(0, 0, 120)
    for line, text in enumerate(layout.instruction_lines()):
        sheet.write_string(line, 0, text, styles.title if line == 0 else None)


class _Offers:
    """The drop-downs: values of a column go to the hidden sheet, ids come from the sheet of their table."""

    def __init__(self, lists: Worksheet, tables: frozenset[str]) -> None:
        self._lists = lists
        self._tables = tables
        self._places: dict[tuple[str, ...], str] = {}

    def rule(self, table: str, column: Column) -> dict[str, Any] | None:
        """The validation of a column, None where anything may stand in it."""
        values = layout.options_of(table, column)
        if values:
            return {"validate": "list", "source": self._place(values), "error_title": "Not an allowed value"}
        if column.references in self._tables:
            first = f"{column.references}!$A${layout.FIRST_DATA_ROW + 1}"
            ids = f"{first}:$A${OFFERED_ROWS}"
            # a warning only: the sheet referred to may be filled in later, or a word such as all may stand here
            return {
                "validate": "list",
                "source": f"=OFFSET({first},0,0,MAX(1,COUNTA({ids})),1)",
                "error_type": "warning",
            }
        return None

    def _place(self, values: tuple[str, ...]) -> str:
        if values not in self._places:
            column = len(self._places)
            for line, value in enumerate(values):
                self._lists.write_string(line, column, value)
            letter = xl_col_to_name(column)
            self._places[values] = f"={layout.LISTS}!${letter}$1:${letter}${len(values)}"
        return self._places[values]


def _write_table(sheet: Worksheet, table: str, frame: pl.DataFrame, styles: _Styles, offers: _Offers) -> None:
    sheet.freeze_panes(layout.FIRST_DATA_ROW, 1)
    sheet.set_row(layout.NOTES_ROW, NOTES_HEIGHT)
    for position, column in enumerate(loader.contract(table).columns):
        style = styles.cells[column.dtype]
        width = min(max(len(column.name) + 2, WIDTHS[0]), WIDTHS[1])
        sheet.set_column(position, position, width, style)
        heading = styles.required if layout.is_mandatory(column) else styles.optional
        sheet.write_string(layout.HEADER_ROW, position, column.name, heading)
        sheet.write_string(layout.NOTES_ROW, position, layout.note_of(column), styles.notes)
        rule = offers.rule(table, column)
        if rule:
            sheet.data_validation(layout.FIRST_DATA_ROW, position, layout.LAST_ROW, position, rule)
        _write_cells(sheet, position, column, frame[column.name], style)


def _write_cells(sheet: Worksheet, position: int, column: Column, values: pl.Series, style: Format) -> None:
    for row, value in _filled(values):
        if isinstance(value, bool):
            sheet.write_string(row, position, "yes" if value else "no", style)
        elif isinstance(value, date) and value >= FIRST_DAY:
            sheet.write_datetime(row, position, value, style)
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= MOST_EXACT):
            sheet.write_number(row, position, _Exact(value) if column.dtype == "real" else value, style)
        else:
            sheet.write_string(row, position, str(value), style)


def _filled(values: pl.Series) -> Iterator[tuple[int, Any]]:
    """Lines of the sheet with the values that are known."""
    return ((row, value) for row, value in enumerate(values, layout.FIRST_DATA_ROW) if value is not None)
