"""The user's own workbook with every finding in its cell: coloured, commented, and listed on a sheet of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.files import layout
from rasr.core.records.files.archive import inspect
from rasr.core.records.files.atomic import write_file
from rasr.core.records.files.headed import NOTE
from rasr.core.reference import loader

MAX_COMMENTS = 1000
"""Comments written on one sheet: more make spreadsheet programs slow. Colours go on."""
COMMENT_SIZE = (320, 120)
HEADINGS = ("code", "severity", "table", "row", "column", "value", "message")
WIDTHS = (24, 10, 16, 8, 24, 30, 110)
_GRAVEST_FIRST = ("error", "warning", "note")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def annotate(source: Path, target: Path, findings: Iterable[Finding]) -> None:
    """Write a copy of the workbook ``source`` to ``target`` with the findings in it; what else it holds stays.

    Findings without a row stand on the sheet ``findings`` only. Raises Refused: output_exists where target is source,
    unreadable_workbook and the others of reading one, cannot_write.
    """
    if not source.exists():
        raise Refused("missing_file", path=str(source))
    if target.exists() and target.samefile(source):
        raise Refused("output_exists", path=str(target))
    inspect(source)
    try:
        book = load_workbook(source)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, AttributeError) as fault:
        raise Refused("unreadable_workbook", path=str(source), reason=str(fault).splitlines()[0]) from fault
    listed = list(findings)
    for sheet in book.worksheets:
        of_sheet = [finding for finding in listed if finding.row and finding.table == sheet.title.strip().lower()]
        if of_sheet:
            _mark(sheet, of_sheet)
    _list(book, listed)
    write_file(target, book.save)


def _mark(sheet: Worksheet, findings: Sequence[Finding]) -> None:
    """Colour and comment the cells of one sheet; a finding of a whole row marks its first cell."""
    columns, above = _frame(sheet)
    by_cell: dict[tuple[int, int], list[Finding]] = {}
    for finding in findings:
        column = columns.get(finding.column) or min(columns.values(), default=1)
        by_cell.setdefault((above + (finding.row or 0), column), []).append(finding)
    for count, ((line, column), here) in enumerate(sorted(by_cell.items(), key=_gravity)):
        cell = sheet.cell(line, column)
        if isinstance(cell, Cell):  # the hidden cells of a merged range take neither colour nor comment
            _mark_cell(cell, here, with_comment=count < MAX_COMMENTS)


def _gravity(item: tuple[tuple[int, int], list[Finding]]) -> tuple[int, tuple[int, int]]:
    return min(_GRAVEST_FIRST.index(finding.severity) for finding in item[1]), item[0]


def _mark_cell(cell: Cell, findings: Sequence[Finding], *, with_comment: bool) -> None:
    gravest = min((finding.severity for finding in findings), key=_GRAVEST_FIRST.index)
    cell.fill = PatternFill("solid", fgColor=layout.SEVERITY_COLOURS[gravest])
    if with_comment:
        own = [cell.comment.text] if cell.comment else []
        text = "\n".join([*own, *(loader.say_finding(finding) for finding in findings)])
        cell.comment = Comment(_writable(text), "rasr", width=COMMENT_SIZE[0], height=COMMENT_SIZE[1])


def _frame(sheet: Worksheet) -> tuple[dict[str, int], int]:
    """Heading to column number, and the line above the user's row 1; both counted from 1."""
    header, columns = 0, dict[str, int]()
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        texts = [str(cell).strip() if cell is not None else "" for cell in cells]
        if header:
            noted = next((text for text in texts if text), "").startswith(NOTE)
            return columns, header + noted
        if any(texts):
            header = line
            for position, text in enumerate(texts, 1):
                columns.setdefault(text, position)
    return columns, header


def _list(book: Workbook, findings: Sequence[Finding]) -> None:
    """The sheet ``findings``: one line each, in place of one that is there."""
    if layout.FINDINGS in book.sheetnames:
        del book[layout.FINDINGS]
    sheet = book.create_sheet(layout.FINDINGS)
    sheet.append(HEADINGS)
    for position, (heading, width) in enumerate(zip(sheet[1], WIDTHS, strict=True)):
        heading.font = Font(bold=True)
        sheet.column_dimensions["ABCDEFG"[position]].width = width
    sheet.freeze_panes = "A2"
    for line, finding in enumerate(findings, 2):
        texts = (finding.code, finding.severity, finding.table, None, finding.column, finding.value)
        for position, text in enumerate((*texts, loader.say_finding(finding)), 1):
            if text:
                _write_text(sheet.cell(line, position), text)
        sheet.cell(line, 4).value = finding.row
        sheet.cell(line, 2).fill = PatternFill("solid", fgColor=layout.SEVERITY_COLOURS[finding.severity])


def _write_text(cell: object, text: str) -> None:
    """Write text as text: what begins with = must not become a formula."""
    assert isinstance(cell, Cell), "a sheet just made has no merged cells"
    cell.value = _writable(text)
    cell.data_type = "s"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)[: layout.LONGEST_TEXT]
