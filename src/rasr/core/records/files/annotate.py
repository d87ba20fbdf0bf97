"""The user's own workbook with every finding in its cell: coloured, commented, and listed on a sheet of its own."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.files import layout
from rasr.core.records.files.archive import inspect
from rasr.core.records.files.atomic import write_file
from rasr.core.records.files.headed import NOTE
from rasr.core.records.files.workbook import MAX_COLUMNS
from rasr.core.reference import loader

MAX_COMMENTS = 1000
"""Comments written on one sheet: more make spreadsheet programs slow. Colours go on."""
MOST_SPANNED = 1_000_000
"""Cells of one sheet that merged ranges and links may reach over: each of them takes room when it is copied."""
MOST_CELLS = 2_000_000
MOST_LISTED = 100_000
"""Findings shown in a copy, the gravest first: more than anyone reads, and than a spreadsheet program bears."""
COMMENT_SIZE = (320, 120)
HEADINGS = ("code", "severity", "table", "row", "column", "value", "message")
WIDTHS = (24, 10, 16, 8, 24, 30, 110)
_GRAVEST_FIRST = ("error", "warning", "note")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def annotate(source: Path, target: Path, findings: Iterable[Finding]) -> None:
    """Write a copy of the workbook ``source`` to ``target`` with the findings in it; what else it holds stays.

    Findings without a row stand on the sheet ``findings`` only. Raises Refused: output_exists where something else than
    such a copy is there, unreadable_workbook and the others of reading one, not_available where it is too large to be
    copied, cannot_write.
    """
    if not source.exists():
        raise Refused("missing_file", path=str(source))
    if target.exists() and (target.samefile(source) or layout.FINDINGS not in inspect(target)):
        raise Refused("output_exists", path=str(target))
    book = _opened(source)
    every = list(findings)
    listed = every if len(every) <= MOST_LISTED else sorted(every, key=_severity)[:MOST_LISTED]
    for sheet in book.worksheets:
        of_sheet = [finding for finding in listed if finding.row and finding.table == sheet.title.strip().lower()]
        if of_sheet:
            _mark(sheet, of_sheet)
    _list(book, listed, left_out=len(every) - len(listed))
    whole = BytesIO()  # saved to a full disk, the archive would complain a second time when it is dropped
    book.save(whole)
    write_file(target, lambda temporary: temporary.write_bytes(whole.getvalue()))


def _opened(source: Path) -> Workbook:
    """The workbook with all that it holds."""
    sheets = inspect(source)
    cells = sum(facts.cells for facts in sheets.values())
    if cells > MOST_CELLS:
        reason = f"the workbook has {cells:,} cells; at most {MOST_CELLS:,} are marked"
        raise Refused("not_available", what="A marked copy", reason=reason)
    for name, facts in sheets.items():
        if facts.spanned > MOST_SPANNED:
            reason = f"merged cells and links of {name} reach over {facts.spanned:,} cells"
            raise Refused("unreadable_workbook", path=str(source), reason=reason)
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a copy cannot hold; no user can act on them
            return load_workbook(source)
    except Exception as fault:  # a workbook can be broken in more ways than the reader has kinds of faults
        reason = f"{type(fault).__name__} {fault}".splitlines()[0]
        raise Refused("unreadable_workbook", path=str(source), reason=reason) from fault


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


def _severity(finding: Finding) -> int:
    return _GRAVEST_FIRST.index(finding.severity)


def _gravity(item: tuple[tuple[int, int], list[Finding]]) -> tuple[int, tuple[int, int]]:
    return min(map(_severity, item[1])), item[0]


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
    for line, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
        texts = [str(cell).strip() if cell is not None else "" for cell in cells]
        if header:
            noted = next((text for text in texts if text), "").startswith(NOTE)
            return columns, header + noted
        if any(texts):
            header = line
            for position, text in enumerate(texts, 1):
                columns.setdefault(text, position)
    return columns, header


def _list(book: Workbook, findings: Sequence[Finding], left_out: int) -> None:
    """The sheet ``findings``: one line each, in place of one that is there, and how many more there are."""
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
    if left_out:
        sheet.append((None, None, None, None, None, None, f"{left_out:,} more findings are not shown"))


def _write_text(cell: object, text: str) -> None:
    """Write text as text: what begins with = must not become a formula."""
    assert isinstance(cell, Cell), "a sheet just made has no merged cells"
    cell.value = _writable(text)
    cell.data_type = "s"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)[: layout.LONGEST_TEXT]
