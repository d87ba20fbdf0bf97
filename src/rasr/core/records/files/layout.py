"""How a workbook of ours is laid out: its own sheets, its colours, and the words of its instruction sheet."""

from __future__ import annotations

from rasr.core.basis.contract import Column
from rasr.core.reference import loader

INSTRUCTIONS = "instructions"
FINDINGS = "findings"
LISTS = "lists"
OWN_SHEETS = frozenset({INSTRUCTIONS, FINDINGS, LISTS})
"""Sheets that are no table and are passed over in silence when a workbook is read."""

HEADER_ROW, NOTES_ROW, FIRST_DATA_ROW = 0, 1, 2
LAST_ROW = 1_048_575
"""Last line of a sheet, counted from 0: a limit of the file format."""
LONGEST_TEXT = 32_767
"""Longest text of a cell: a limit of the file format."""

REQUIRED_COLOUR = "#1F4E79"
OPTIONAL_COLOUR = "#DDEBF7"
NOTES_COLOUR = "#7F7F7F"
SEVERITY_COLOURS = {"error": "FFC7CE", "warning": "FFEB9C", "note": "DDEBF7"}

_OPENING = (
    "How to fill in this workbook",
    "",
    "Each sheet is one table; each line under the grey notes is one record. Do not rename sheets or headings.",
    "An empty cell means: unknown. 'none' and 'not_applicable' are values and say that there is nothing.",
    "Dark headings must be filled in; pale ones may stay empty.",
    "Units stand in the headings: neq_kg_each is in kg, distance_km in km, latitude_deg in degrees.",
    "Use a point for decimals and nothing between thousands. Days are written as 2027-05-31 or as dates.",
    "Write values, not formulas: cells with formulas are not read.",
    "Ids are yours to choose; each stands once in its own sheet and other sheets refer to it.",
    "No row in requirements: the requirement is unknown, so nothing counts as surplus for want of one.",
    "No row in permits: the transfer is not allowed. No row in funds: there is no money.",
    "",
    "Check it with:  rasr check region.xlsx --annotate copy.xlsx",
    "The copy shows every finding in its cell, and all of them on the sheet 'findings'.",
    "",
)


def instruction_lines() -> list[str]:
    """The lines of the instruction sheet."""
    required = ", ".join(loader.REQUIRED_TABLES)
    return [
        *_OPENING,
        f"Required sheets: {required}.",
        "A hub that plans on released figures needs jurisdictions, pools and danger_curves instead.",
        "",
        "Settings (sheet settings; where a key is left out its default holds):",
        *(
            f"{key}: {row['meaning']} (default: {row['default'] or 'empty'})"
            for key, row in loader.settings_contract().items()
        ),
    ]


def note_of(column: Column) -> str:
    """What stands under a heading: unit, whether it is required, meaning."""
    parts = [column.unit, "required" if is_mandatory(column) else "may be empty", column.meaning]
    return "# " + " · ".join(part for part in parts if part)


def is_mandatory(column: Column) -> bool:
    """Whether a cell of the column must be filled in."""
    return column.required and not column.null_allowed


def options_of(table: str, column: Column) -> tuple[str, ...]:
    """Values a drop-down offers for a column of its own (not those of another sheet)."""
    if column.dtype == "yes_no":
        return ("yes", "no")
    if table == "settings" and column.name == "key":
        return tuple(loader.settings_contract())
    return column.allowed
