"""Entries of rule data: a distance function, a cell, or a decision on mixing; which hold on a day, and what is wrong.

An entry holds rows of the core's tables ``qd_functions`` and ``qd_cells``, or one of ``hazard.decisions``, every value
as text. Whether they may enter is decided by the core (``rule_sets.faults``, ``decisions.faults``); here only what the
core does not know: the day from which they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rasr.core.assessment.explosives import rule_sets
from rasr.core.assessment.explosives.rule_checks import CELLS, FUNCTIONS
from rasr.core.assessment.explosives.rule_sets import KEY, NAMES, Overlay, RuleBook
from rasr.core.basis.findings import Finding
from rasr.core.hazard import decisions, mixing
from rasr.core.hazard.mixing import Matrix
from rasr.core.reference import loader

FUNCTION, CELL, MIXING = "function", "cell", "mixing"
SHEETS = {FUNCTION: "functions", CELL: "cells", MIXING: decisions.TABLE}
"""Kind to the sheet of the form that its rows stand on."""
STATUS = "verified"
"""What the core calls a row that two people took from its document; pages say besides who they are."""
LONGEST_TEXT = 500
LONGEST_NAME = 40
MOST_ROWS = 1_000
"""Rows entered at once: so many a second person can look at, and no more."""
SPOKEN = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}")
"""Names of rule sets and functions: they stand in addresses."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
Row = Mapping[str, str]


def function_columns() -> tuple[str, ...]:
    """Columns of a branch of a function."""
    return tuple(loader.rows("explosives/qd_functions.csv")[0])


COLUMNS = {FUNCTION: function_columns(), CELL: NAMES, MIXING: decisions.COLUMNS}


@dataclass(frozen=True)
class Entry:
    """A function, a cell or a decision, and the day from which it holds. at: number of each row on its sheet.

    sheet: where it does not stand on that of its kind: a k factor that was typed beside its cell.
    """

    kind: str
    key: str
    rules: str
    rows: tuple[Row, ...]
    valid_from: date
    at: tuple[int, ...] = ()
    sheet: str = ""

    @property
    def stands_on(self) -> str:
        """The sheet of its rows."""
        return self.sheet or SHEETS[self.kind]


def entry(kind: str, rows: Sequence[Row], valid_from: date, at: Iterable[int] = (), sheet: str = "") -> Entry:
    """An entry of rows that have every column."""
    first = rows[0]
    return Entry(
        kind, KEYS[kind](first), first["rules"], tuple(dict(row) for row in rows), valid_from, tuple(at), sheet
    )


def cell_key(row: Row) -> str:
    """What tells a cell from others, in one text."""
    return " | ".join(row[name] or "-" for name in KEY)


def mixing_key(row: Row) -> str:
    """What tells a decision from others: the rule set and the pair, whichever way it was written."""
    return " | ".join((row["rules"] or "-", *decisions.in_order(row["group_1"], row["group_2"])))


KEYS: Mapping[str, Callable[[Row], str]] = {
    FUNCTION: lambda row: row["function"],
    CELL: cell_key,
    MIXING: mixing_key,
}
"""Kind to what tells one entry from another."""


def full(kind: str, given: Row) -> dict[str, str]:
    """A row with every column of its table, those that were not given empty; its status is ``STATUS``."""
    return {name: given.get(name, "") for name in COLUMNS[kind]} | {"status": STATUS}


def holding(entries: Iterable[Entry], day: date) -> list[Entry]:
    """The entries that hold on a day. entries: in the order in which they were entered."""
    latest: dict[tuple[str, str], Entry] = {}
    for one in entries:
        known = latest.get((one.kind, one.key))
        if one.valid_from <= day and (known is None or known.valid_from <= one.valid_from):
            latest[one.kind, one.key] = one
    return [latest[key] for key in sorted(latest)]


def overlay(entries: Iterable[Entry]) -> Overlay:
    """Entries as the core takes them."""
    listed = list(entries)
    functions, cells = ([row for one in listed if one.kind == kind for row in one.rows] for kind in (FUNCTION, CELL))
    return Overlay(functions, cells)


def matrix_of(entries: Iterable[Entry]) -> Matrix:
    """What may lie together with the decisions among entries that hold."""
    rows = [row for one in entries if one.kind == MIXING for row in one.rows]
    return decisions.decided(mixing.shipped(), rows)


def faults(entries: Sequence[Entry], kept: Sequence[Entry]) -> list[Finding]:
    """Every fault of new entries beside those that are kept, at once; rows as ``at`` of each entry numbers them."""
    found = [*_own_faults(entries), *_of_mixing(entries)]
    last = max((one.valid_from for one in (*entries, *kept)), default=FIRST_DAY)
    book = rule_sets.with_overlay(rule_sets.shipped(), overlay(holding(kept, last)))
    named = {
        table: [(one.stands_on, at) for one in entries if one.kind == kind for at in one.at]
        for table, kind in ((FUNCTIONS, FUNCTION), (CELLS, CELL))
    }
    for fault in rule_sets.faults(book, overlay(entries)):
        sheet, row = named[fault.table][(fault.row or 1) - 1]
        told = dict(fault.numbers)
        if isinstance(earlier := told.get("first_row"), int):
            told["first_row"] = named[fault.table][earlier - 1][1]
        found.append(replace(fault, table=sheet, row=row, numbers=told))
    return found or _untimely(entries, kept)


def _of_mixing(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Faults of decisions, with the numbers of their rows on the sheet."""
    placed = [(at, row) for one in entries if one.kind == MIXING for at, row in zip(one.at, one.rows, strict=True)]
    for fault in decisions.faults([row for _at, row in placed]):
        told = dict(fault.numbers)
        if isinstance(earlier := told.get("first_row"), int):
            told["first_row"] = placed[earlier - 1][0]
        yield replace(fault, row=placed[(fault.row or 1) - 1][0], numbers=told)


def _own_faults(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Names that no address can hold, texts that are too long."""
    for one in entries:
        for at, row in zip(one.at, one.rows, strict=True):
            yield from _texts(one, at, row)


def _texts(one: Entry, at: int, row: Row) -> Iterator[Finding]:
    for name, text in row.items():
        is_name = name in ("rules", "function") and text
        if is_name and not SPOKEN.fullmatch(text):
            yield Finding("rule_name", "error", one.stands_on, at, name, text[:80], {"limit": LONGEST_NAME})
        elif len(text) > LONGEST_TEXT:
            told = {"limit": LONGEST_TEXT}
            yield Finding("rule_text_too_long", "error", one.stands_on, at, name, text[:80], told)


def _untimely(entries: Sequence[Entry], kept: Sequence[Entry]) -> list[Finding]:
    """Cells that hold before the function that they name."""
    found: dict[tuple[str, int], Finding] = {}
    every = [*kept, *entries]
    for day in sorted({one.valid_from for one in every}):
        try_out = holding(every, day)
        rows = [one for one in try_out if one.kind == CELL for _ in one.rows]
        for fault in rule_sets.faults(rule_sets.shipped(), overlay(try_out)):
            of = rows[(fault.row or 1) - 1] if fault.table == CELLS else None
            table, at = (of.stands_on, of.at[0]) if of is not None and of.at else ("", 0)
            named = {"day": day.isoformat()}
            said = Finding("rule_not_yet", "error", table, at or None, "valid_from", fault.value, named)
            found.setdefault((table, at), said)
    return list(found.values())


def left_faulty(kept: Sequence[Entry], gone: Entry) -> str:
    """The first name that would be left without its function were an entry withdrawn; empty: it may be."""
    left = [one for one in kept if one is not gone]
    for day in sorted({one.valid_from for one in kept}):
        for fault in rule_sets.faults(rule_sets.shipped(), overlay(holding(left, day))):
            return fault.value or gone.key
    return ""


def book_of(entries: Iterable[Entry]) -> RuleBook:
    """The shipped rule sets with entries that hold. Refused: faulty_rule_set."""
    return rule_sets.with_overlay(rule_sets.shipped(), overlay(entries))
