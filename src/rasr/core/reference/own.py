"""Whether a user's own rule file can stand in for the shipped one: the same columns, numbers where numbers stand.

What the figures in it are is the user's affair; the rule edition says that they are not the shipped ones.
"""

from __future__ import annotations

import csv
from math import isfinite
from pathlib import Path
from string import Formatter

from rasr.core.basis.findings import Refused

FIGURES = (
    *("explosives/constants.csv", "hazard/divisions.csv", "diversion.csv"),
    *(f"security/{name}.csv" for name in ("constants", "headings", "levels", "sets", "works")),
)
NAMED = ("findings.csv", "settings.csv", "columns/", *FIGURES)
"""Files whose rows the program asks for by name: none may be missing, and each stays of its kind."""
KINDS = ("severity", "dtype")
Rows = list[dict[str, str]]


def hold_to_shipped(file: Path, name: str, shipped: Path) -> None:
    """Raises Refused: unknown_rule where no shipped file has that name, unreadable_file with the reason."""
    if not (shipped / name).is_file():
        known = ", ".join(sorted(path.relative_to(shipped).as_posix() for path in shipped.rglob("*.csv")))
        raise Refused("unknown_rule", what="rule file", value=name, known=known)
    try:
        fault = _fault(_rows(file), _rows(shipped / name), named=name.startswith(NAMED))
    except (OSError, UnicodeDecodeError, csv.Error) as unread:
        fault = str(unread)
    if fault:
        raise Refused("unreadable_file", path=str(file), reason=fault)


def _rows(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, restkey="", restval=None))


def _fault(own: Rows, shipped: Rows, *, named: bool) -> str:
    """What is wrong with the rows, nothing where they can stand in."""
    missing = set(shipped[0]) - set(own[0] if own else ())
    if missing:
        return f"it has no row, or no column {', '.join(sorted(missing))}"
    for line, row in enumerate(own, 1):
        if None in row.values() or "" in row:
            return f"row {line} has more or fewer cells than the header"
    for column in shipped[0]:
        line = _line_at_fault([row[column] for row in own], [row[column] for row in shipped])
        if line:
            return f"{column} of row {line} must be a number"
    return _fault_of_named(own, shipped) if named else ""


def _line_at_fault(own: list[str], shipped: list[str]) -> int:
    """Row (from 1) whose cell is no number, or empty, where all of the shipped ones are numbers; 0: none."""
    if not any(shipped) or not all(map(_is_number, filter(None, shipped))):
        return 0
    faults = [all(shipped) if not cell else not _is_number(cell) for cell in own]
    return faults.index(True) + 1 if any(faults) else 0


def _is_number(cell: str) -> bool:
    try:
        return isfinite(float(cell))
    except ValueError:
        return False


def _fault_of_named(own: Rows, shipped: Rows) -> str:
    key, *_ = shipped[0]
    ours = {row[key]: row for row in own}
    for row in shipped:
        if row[key] not in ours:
            return f"{row[key]} is missing"
        changed = [kind for kind in KINDS if kind in row and ours[row[key]][kind] != row[kind]]
        if changed:
            return f"{changed[0]} of {row[key]} must stay {row[changed[0]]}"
        if not _placeholders(ours[row[key]].get("sentence", "")) <= _placeholders(row.get("sentence", "")):
            return f"the sentence of {row[key]} names what is not told"
    return ""


def _placeholders(sentence: str) -> set[str]:
    try:
        parts = [part[1:] for part in Formatter().parse(sentence) if part[1] is not None]
        return {f"{name}{form}{turn or ''}" for name, form, turn in parts}
    except ValueError:
        return {sentence}
