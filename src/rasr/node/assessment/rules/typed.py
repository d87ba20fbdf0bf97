"""From rows as somebody typed them, on a page or in the form, to entries: days, k factors, branches put together.

A cell names a function, or gives a k factor and the limits of its quantity: then the function k × Q^(1/3) is entered
with it, named after the rule set and the factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite

from rasr.core.assessment.explosives.rule_sets import OTHER_NAMES
from rasr.core.basis.findings import Finding
from rasr.core.hazard import decisions
from rasr.node.assessment.rules import shape
from rasr.node.assessment.rules.shape import CELL, FUNCTION, MIXING, SHEETS, Entry, Row

DAY = "valid_from"
FACTOR, LEAST, MOST = "k_factor", "q_min_kg", "q_max_kg"
BY_FACTOR = (FACTOR, LEAST, MOST)
TYPED = {
    FUNCTION: (*(name for name in shape.COLUMNS[FUNCTION] if name != "status"), DAY),
    CELL: (*(name for name in shape.COLUMNS[CELL] if name != "status"), *BY_FACTOR, DAY),
    MIXING: (*(name for name in shape.COLUMNS[MIXING] if name != "status"), DAY),
}
"""Columns that are typed, by kind; the status is not."""
DAY_HINT = "Write it as 2027-05-31, or format the cell as a date."
NUMBER_HINT = "Use a point for the decimals and nothing between thousands."


@dataclass(frozen=True)
class Line:
    """One row, its number on its sheet, and every typed column as text."""

    kind: str
    number: int
    values: Row


def entries(lines: Sequence[Line]) -> tuple[list[Entry], list[Finding]]:
    """The entries of these rows, and every fault for which a row could not be taken."""
    found: list[Finding] = []
    made: list[Entry] = []
    branches: dict[str, list[tuple[int, dict[str, str], date]]] = {}
    factors: dict[str, Entry] = {}
    for line in lines:
        values = {name: text.strip() for name, text in line.values.items()}
        values["rules"] = OTHER_NAMES.get(values.get("rules", ""), values.get("rules", ""))
        day, fault = _day(line, values.get(DAY, ""))
        if fault:
            found.append(fault)
        if day is None:
            continue
        if line.kind == FUNCTION:
            row = shape.full(FUNCTION, values)
            branches.setdefault(row["function"], []).append((line.number, row, day))
            continue
        if line.kind == MIXING:
            values["group_1"], values["group_2"] = decisions.in_order(values["group_1"], values["group_2"])
        elif any(values.get(name) for name in BY_FACTOR):
            found += _by_factor(line, values, day, factors)
        made.append(shape.entry(line.kind, [shape.full(line.kind, values)], day, [line.number]))
    functions = [_function(rows) for rows in branches.values()]
    return [*functions, *factors.values(), *made], [*found, *_two_days(branches)]


def _function(rows: Sequence[tuple[int, dict[str, str], date]]) -> Entry:
    return shape.entry(FUNCTION, [row for _, row, _ in rows], rows[0][2], [number for number, _, _ in rows])


def _two_days(branches: dict[str, list[tuple[int, dict[str, str], date]]]) -> list[Finding]:
    return [
        Finding("rule_two_days", "error", SHEETS[FUNCTION], number, DAY, name, {"day": rows[0][2].isoformat()})
        for name, rows in branches.items()
        for number, _, day in rows
        if day != rows[0][2]
    ]


def _day(line: Line, text: str) -> tuple[date | None, Finding | None]:
    sheet = SHEETS[line.kind]
    if not text:
        return None, Finding("empty_cell", "error", sheet, line.number, DAY)
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        told = {"wanted": "date", "hint": DAY_HINT}
        return None, Finding("wrong_type", "error", sheet, line.number, DAY, text[:80], told)
    if not shape.FIRST_DAY <= day < shape.LAST_DAY:
        limits = {"minimum": shape.FIRST_DAY.isoformat(), "maximum": shape.LAST_DAY.isoformat(), "unit": ""}
        return None, Finding("value_out_of_range", "error", sheet, line.number, DAY, text, limits)
    return day, None


def _by_factor(line: Line, values: dict[str, str], day: date, factors: dict[str, Entry]) -> list[Finding]:
    """Enter the function of a k factor, and name it in the cell; what is wrong where that cannot be."""
    sheet, found = SHEETS[CELL], []
    if values.get("function"):
        told = {"allowed": "nothing beside a k factor"}
        found.append(
            Finding("value_not_allowed", "error", sheet, line.number, "function", values["function"][:80], told)
        )
    for name in BY_FACTOR:
        text = values.get(name, "")
        if not text:
            found.append(Finding("empty_cell", "error", sheet, line.number, name))
        elif not _above_zero(text):
            told = {"wanted": "number", "hint": NUMBER_HINT}
            found.append(Finding("wrong_type", "error", sheet, line.number, name, text[:80], told))
    if found:
        return found
    name = f"{values['rules']}-K{float(values[FACTOR]):g}"
    values["function"] = name
    given = {
        **{column: values.get(column, "") for column in ("rules", "clause", "source", LEAST, MOST)},
        **{"function": name, "q_min_included": "yes", "q_max_included": "yes", "form": "power", "scale": "1"},
        **{"k0": "0", "k1": values[FACTOR], "k2": "0", "exponent": "1/3", "shift_kg": "0"},
    }
    new = shape.entry(FUNCTION, [shape.full(FUNCTION, given)], day, [line.number], sheet)
    known = factors.setdefault(name, new)
    if (known.rows[0][LEAST], known.rows[0][MOST]) != (values[LEAST], values[MOST]):
        return [Finding("rule_k_limits", "error", sheet, line.number, FACTOR, name, {"first_row": known.at[0]})]
    if day < known.valid_from:
        factors[name] = shape.entry(FUNCTION, known.rows, day, known.at, sheet)
    return []


def _above_zero(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return isfinite(value) and value > 0
