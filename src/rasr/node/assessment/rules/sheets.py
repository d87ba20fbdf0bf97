"""The form for rules as a workbook: blank to fill in, and read again with every fault of it at once.

It comes from anywhere, so it passes the same door as every workbook (``core.records.files.archive``) before a reader
opens it.
"""

from __future__ import annotations

import io
from pathlib import Path

import fastexcel
import polars as pl
import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.worksheet import Worksheet

from rasr.core.assessment.explosives import rule_checks
from rasr.core.assessment.explosives.distance_functions import FORMS
from rasr.core.basis.findings import Finding, Refused
from rasr.core.hazard import decisions, mixing
from rasr.core.records.files.archive import inspect
from rasr.core.records.files.headed import Headed, headed
from rasr.core.records.files.sheetscan import SheetFacts
from rasr.node.assessment.rules import shape
from rasr.node.assessment.rules.told import HEADINGS
from rasr.node.assessment.rules.typed import BY_FACTOR, TYPED, Line

FORM = "rules.xlsx"
INSTRUCTIONS, LISTS = "instructions", "lists"
MOST_MB = 5
MOST_COLUMNS = 64
FILLED_ROWS = 2_000
"""Rows of the blank form that have drop-downs; more than are taken at once."""
ADDRESSES = 2
"""Lines above the first row: headings and notes."""
MAY_STAY_EMPTY = ("condition", "quantity", "protection", "function", "exponent", "shift_kg", "note", *BY_FACTOR)


# Out.


def blank() -> bytes:
    """The form without a row, in the language in force."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(INSTRUCTIONS)
        sheet.set_column(0, 0, 120)
        for number, text in enumerate(_instructions()):
            sheet.write_string(number, 0, text)
        sheets = {kind: book.add_worksheet(name) for kind, name in shape.SHEETS.items()}
        lists = book.add_worksheet(LISTS)
        lists.hide()
        bold = book.add_format({"bold": True, "border": 1})
        quiet = book.add_format({"italic": True, "text_wrap": True, "valign": "top", "font_size": 9})
        text_cells = book.add_format({"num_format": "@"})
        used = 0
        for kind, sheet in sheets.items():
            sheet.freeze_panes(ADDRESSES, 0)
            for position, name in enumerate(TYPED[kind]):
                sheet.set_column(position, position, max(14, len(name) + 2), text_cells)
                sheet.write_string(0, position, name, bold)
                sheet.write_string(1, position, _note(name), quiet)
                if choices := choices_of(kind, name):
                    _offer(sheet, lists, position, used, choices)
                    used += 1
    return target.getvalue()


def _offer(sheet: Worksheet, lists: Worksheet, position: int, used: int, choices: tuple[str, ...]) -> None:
    for number, value in enumerate(choices):
        lists.write_string(number, used, value)
    column = xlsxwriter.utility.xl_col_to_name(used)
    source = f"={LISTS}!${column}$1:${column}${len(choices)}"
    rule = {"validate": "list", "source": source}
    sheet.data_validation(ADDRESSES, position, ADDRESSES + FILLED_ROWS, position, rule)


def choices_of(kind: str, name: str) -> tuple[str, ...]:
    """The words that may stand in a column; none where it is free."""
    of_cells = {
        "pes": (rule_checks.ANY, *rule_checks.constructions()),
        "pes_face": (rule_checks.ANY, *rule_checks.FACES),
        "exposure_kind": rule_checks.exposed_kinds(),
        "exposure_face": (rule_checks.ANY, *rule_checks.FACES),
        "barricaded": (rule_checks.ANY, *rule_checks.YES_NO),
        "hazard_division": rule_checks.divisions(),
        "effect": (rule_checks.ANY, *rule_checks.EFFECTS),
        "quantity": rule_checks.QUANTITIES,
        "protection": rule_checks.PROTECTIONS,
    }
    of_functions = {"form": FORMS, "q_min_included": rule_checks.YES_NO, "q_max_included": rule_checks.YES_NO}
    groups = mixing.shipped().groups
    of_mixing = {"group_1": groups, "group_2": groups, "answer": decisions.ANSWERS}
    known: dict[str, dict[str, tuple[str, ...]]] = {
        shape.CELL: of_cells,
        shape.FUNCTION: of_functions,
        shape.MIXING: of_mixing,
    }
    return known[kind].get(name, ())


def _note(name: str) -> str:
    needed = _("may be empty") if name in MAY_STAY_EMPTY else _("required")
    return f"# {HEADINGS.get(name, name)} · {needed}"


def _instructions() -> list[str]:
    return [
        _("Rules taken from an official document"),
        "",
        _("Type only what stands in the document in front of you, with its clause."),
        _("Sheet cells: each line says which distance function serves an exposed site, or which k factor."),
        _("Of a k factor give also the least and the greatest quantity; leave the function empty then."),
        _("no_distance stands where the document asks for none, not_applicable where the effect does not arise."),
        _("Sheet functions: each line is one branch of a distance function."),
        _(
            "D = scale × (k0 + k1 × t + k2 × t²), where t is Q for linear, "
            "(Q − shift_kg)^exponent for power, and ln Q for the rest."
        ),
        _("Of a table of distances each band of quantity is a branch of form constant: k0 is the distance."),
        _("Where the document leaves a gap, that is a branch of form gap."),
        _("Sheet mixing: each line is one pair of compatibility groups, in any order, with the document's answer."),
        _("The answer is yes, no or conditional; conditional needs its condition. What is not read stays out."),
        _("Nothing of it holds before a second person has agreed, and not before the day in valid_from."),
    ]


# In.


def read(path: Path) -> tuple[list[Line], list[Finding]]:
    """The rows of a filled form, and every fault of its cells.

    Refused: rule_form_unreadable, rules_empty, rules_too_many, and what ``archive.inspect`` refuses.
    """
    facts = inspect(path)
    names = {name.strip().lower(): name for name in facts}
    given = {kind: names[sheet] for kind, sheet in shape.SHEETS.items() if sheet in names}
    if not given:
        raise Refused("rule_form_unreadable")
    try:
        reader = fastexcel.read_excel(path)
        lines: list[Line] = []
        found: list[Finding] = []
        for kind, name in given.items():
            _hold_to_limits(facts[name])
            more, faults = _sheet(reader, kind, name, facts[name])
            lines, found = [*lines, *more], [*found, *faults]
    except fastexcel.FastExcelError as fault:
        raise Refused("rule_form_unreadable") from fault
    if not lines and not found:
        raise Refused("rules_empty")
    return lines, found


def _hold_to_limits(facts: SheetFacts) -> None:
    most = FILLED_ROWS + ADDRESSES
    if facts.last_line > most:
        raise Refused("rules_too_many", rows=facts.last_line - ADDRESSES, limit=shape.MOST_ROWS)
    if facts.columns[1] > MOST_COLUMNS:
        raise Refused("rule_form_unreadable")


def _sheet(reader: fastexcel.ExcelReader, kind: str, name: str, facts: SheetFacts) -> tuple[list[Line], list[Finding]]:
    """The filled rows of a sheet, numbered as its reader counts them, and what is wrong with its cells."""
    table = shape.SHEETS[kind]
    cells = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    under = headed(table, cells, with_notes=True)
    if under is None or under.frame.is_empty():
        return [], []
    numbers = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_polars()
    frame = _with_all_digits(under, numbers)
    found = [*under.findings, *_headings(table, kind, frame), *_cell_faults(table, under, facts)]
    if any(fault.severity == "error" for fault in found):
        return [], found
    lines = []
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        values = {column: str(row.get(column) or "").strip() for column in TYPED[kind]}
        if any(values.values()):
            lines.append(Line(kind, number, values))
    return lines, found


def _headings(table: str, kind: str, frame: pl.DataFrame) -> list[Finding]:
    missing = [name for name in TYPED[kind] if name not in frame.columns and name not in MAY_STAY_EMPTY]
    strangers = [name for name in frame.columns if name not in TYPED[kind]]
    return [
        *(Finding("rule_column_missing", "error", table, column=name) for name in missing),
        *(Finding("unknown_column", "error", table, column=name) for name in strangers),
    ]


def _cell_faults(table: str, under: Headed, facts: SheetFacts) -> list[Finding]:
    """Formulas and error values: what a reader would hand over for them may be out of date."""
    found = []
    for (column, line), text in sorted({**facts.errors, **facts.formulas}.items()):
        position, row = column - facts.columns[0], line - under.first_line
        name = under.names[position] if 0 <= position < len(under.names) else None
        if row >= 1 and name:
            found.append(Finding("formula_in_cell", "error", table, row, name, text[:80]))
    return found


def _with_all_digits(under: Headed, numbers: pl.DataFrame) -> pl.DataFrame:
    """Number cells with all their digits: as text the reader gives nine decimals only."""
    exact = []
    for name, series in zip(under.names, numbers.slice(under.first_line).iter_columns(), strict=True):
        if name in under.frame.columns:
            shown = under.frame[name].cast(pl.Float64, strict=False)
            rounded = (shown != series).fill_null(False)
            text = pl.Series(name, [None if value is None else repr(value) for value in series], pl.String)
            exact.append(under.frame[name].zip_with(~rounded, text).alias(name))
    return under.frame.with_columns(exact)
