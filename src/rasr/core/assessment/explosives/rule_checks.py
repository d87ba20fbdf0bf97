"""The door of the rule sets: every fault of their rows at once, before a distance is worked out with one of them.

Functions: numbers, known words, no gap or overlap between the branches (what is not published is a row of form
``gap``), no branch that falls. Cells: known kinds, faces, divisions, effects and functions, no cell twice. Both: a rule
set, a clause, a source and a status in every row. A finding's row counts from 1 in its own table.

>>> [fault.code for fault in faults([], [])]
[]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf, isfinite

import numpy as np

from rasr.core.assessment.explosives.distance_functions import FORMS, Branch
from rasr.core.basis.findings import Finding, Number
from rasr.core.reference import loader

FUNCTIONS, CELLS = "qd_functions", "qd_cells"
STATUSES = ("verified", "secondary", "assumed", "not_verified")
"""From firm to weak."""
ANY, YES_NO = "any", ("yes", "no")
FACES = ("front", "side", "rear")
EFFECTS = ("blast", "debris_fragment", "progressive", "thermal")
QUANTITIES = ("NEQ", "MCE")
PROTECTIONS = ("virtually_complete", "high_degree", "limited_degree")
"""From much to little."""
WITHOUT_FUNCTION = ("no_distance", "not_applicable")
SAID = ("rules", "clause", "source", "status")
NUMBERS = ("q_min_kg", "q_max_kg", "scale", "k0", "k1", "k2", "exponent", "shift_kg")
MAY_BE_EMPTY = ("exponent", "shift_kg")
KEY = (
    *("rules", "pes", "pes_face", "exposure_kind", "exposure_face"),
    *("barricaded", "hazard_division", "effect", "quantity", "protection"),
)
"""What tells one cell from another."""
POINTS = 64
"""At how many quantities a branch is looked at: whether it rises."""
Row = Mapping[str, str]
Words = Mapping[str, Sequence[str]]


def faults(functions: Sequence[Row], cells: Sequence[Row], owners: Mapping[str, str] | None = None) -> list[Finding]:
    """Every fault of rows of functions and of cells. owners: functions known besides, with their rule sets."""
    known = dict(owners or {})
    found = [*_of_functions(functions, known)]
    named = {row["function"] for row in functions if "function" in row}
    return [*found, *_of_cells(cells, named | known.keys())]


def exposed_kinds() -> tuple[str, ...]:
    """Every kind of exposed site that a cell may name: of the records, of the standard, and stores themselves."""
    own = [row["exposure_kind"] for row in loader.rows("explosives/qd_exposed_sites.csv")]
    exposures = loader.contract("exposures").by_name["kind"].allowed
    return tuple(dict.fromkeys([*exposures, *own, *constructions()]))


def constructions() -> tuple[str, ...]:
    """The kinds of store that a cell may name."""
    return loader.contract("stores").by_name["construction"].allowed


def divisions() -> tuple[str, ...]:
    """The hazard divisions and sub-divisions that a cell may name."""
    return tuple(row["hazard_division"] for row in loader.rows("hazard/divisions.csv"))


def _of_functions(rows: Sequence[Row], owners: Mapping[str, str]) -> Iterator[Finding]:
    columns = list(loader.rows("explosives/qd_functions.csv")[0])
    words = {"form": FORMS, "q_min_included": YES_NO, "q_max_included": YES_NO, "status": STATUSES}
    by_name: dict[str, list[tuple[int, Row]]] = {}
    for number, row in enumerate(rows, 1):
        own = [*_missing(FUNCTIONS, number, row, columns)]
        own = own or [*_texts(FUNCTIONS, number, row, (*SAID, "function"), words), *_numbers(number, row)]
        own = own or [*_of_branch(number, row)]
        owner = owners.get(row.get("function", ""))
        if not own and owner not in (None, row["rules"]):
            own = [_fault("rule_taken", FUNCTIONS, number, "function", row["function"], owner=str(owner))]
        yield from own
        if not own:
            by_name.setdefault(row["function"], []).append((number, row))
    for name, branches in by_name.items():
        yield from _joins(name, branches)


def _missing(table: str, number: int, row: Row, columns: Sequence[str]) -> Iterator[Finding]:
    for column in columns:
        if column not in row or row[column] is None:
            yield _fault("rule_column_missing", table, number, column, "")


def _texts(table: str, number: int, row: Row, filled: Sequence[str], words: Words) -> Iterator[Finding]:
    for column in filled:
        if not row[column].strip():
            yield _fault("empty_cell", table, number, column, "")
    for column, allowed in words.items():
        if row[column] not in allowed and (row[column].strip() or column not in filled):
            yield _fault("value_not_allowed", table, number, column, row[column], allowed=", ".join(allowed))


def _numbers(number: int, row: Row) -> Iterator[Finding]:
    for column in NUMBERS:
        if row[column] or column not in MAY_BE_EMPTY:
            value = _number(row[column])
            if value is None:
                yield _fault("wrong_type", FUNCTIONS, number, column, row[column], wanted="number", hint="Correct it.")
            elif column in ("q_min_kg", "q_max_kg", "scale", "exponent") and value <= 0:
                limits: dict[str, Number] = {"minimum": "above 0", "maximum": "any number", "unit": ""}
                yield _fault("value_out_of_range", FUNCTIONS, number, column, row[column], **limits)


def _number(text: str) -> float | None:
    try:
        value = float(Fraction(text.strip()))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if isfinite(value) else None


def _of_branch(number: int, row: Row) -> Iterator[Finding]:
    """Whether the branch is one at all, and rises."""
    figures = (_number(row[column] or "0") or 0.0 for column in NUMBERS)
    low, high, scale, k0, k1, k2, exponent, shift = figures
    both = row["q_min_included"] == row["q_max_included"] == "yes"
    if high < low or (high == low and not both):
        yield _fault("rule_band_empty", FUNCTIONS, number, "q_max_kg", row["q_max_kg"], least=row["q_min_kg"])
        return
    branch = Branch(low, True, high, True, row["form"], scale, k0, k1, k2, exponent or 1.0, shift)
    if row["form"] == "gap":
        return
    with np.errstate(all="ignore"):
        distance = branch.distance_m(np.geomspace(low, high, POINTS))
    if not np.isfinite(distance).all() or (distance < 0).any() or (np.diff(distance) < -1e-9 * distance[:-1]).any():
        yield _fault("rule_not_rising", FUNCTIONS, number, "form", row["function"])


def _joins(name: str, rows: list[tuple[int, Row]]) -> Iterator[Finding]:
    """Gaps and overlaps between the branches of a function."""
    if len({row["rules"] for _, row in rows}) > 1:
        number, row = rows[0]
        yield _fault("rule_taken", FUNCTIONS, number, "function", name, owner=row["rules"])
    ordered = sorted(rows, key=lambda each: (_limit(each[1], "q_min_kg"), _limit(each[1], "q_max_kg")))
    for (_, lower), (number, upper) in pairwise(ordered):
        ends, starts = _limit(lower, "q_max_kg"), _limit(upper, "q_min_kg")
        included = (lower["q_max_included"] == "yes") + (upper["q_min_included"] == "yes")
        told: dict[str, Number] = {"ends": lower["q_max_kg"], "starts": upper["q_min_kg"]}
        if starts > ends or (starts == ends and included == 0):
            yield _fault("rule_gap", FUNCTIONS, number, "q_min_kg", name, **told)
        elif starts < ends or included == 2:
            yield _fault("rule_overlap", FUNCTIONS, number, "q_min_kg", name, **told)


def _limit(row: Row, column: str) -> float:
    value = _number(row[column])
    return inf if value is None else value


def _of_cells(rows: Sequence[Row], functions: set[str]) -> Iterator[Finding]:
    columns = list(loader.rows("explosives/qd_cells.csv")[0])
    words: dict[str, Sequence[str]] = {
        "pes": (ANY, *constructions()),
        "pes_face": (ANY, *FACES),
        "exposure_kind": exposed_kinds(),
        "exposure_face": (ANY, *FACES),
        "barricaded": (ANY, *YES_NO),
        "hazard_division": divisions(),
        "effect": (ANY, *EFFECTS),
        "quantity": (*QUANTITIES, ""),
        "function": (*sorted(functions), *WITHOUT_FUNCTION),
        "protection": (*PROTECTIONS, ""),
        "status": STATUSES,
    }
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, 1):
        own = [*_missing(CELLS, number, row, columns)]
        own = own or [*_texts(CELLS, number, row, (*SAID, "edition"), words)]
        if not own and bool(row["quantity"]) == (row["function"] in WITHOUT_FUNCTION):
            allowed = "NEQ, MCE" if not row["quantity"] else "nothing without a function"
            own = [_fault("value_not_allowed", CELLS, number, "quantity", row["quantity"], allowed=allowed)]
        yield from own
        if not own:
            key = tuple(row[column] for column in KEY)
            if key in seen:
                yield _fault("duplicate_row", CELLS, number, "", "", key=", ".join(KEY), first_row=seen[key])
            seen.setdefault(key, number)


def _fault(code: str, table: str, row: int, column: str, value: str, **numbers: Number) -> Finding:
    return Finding(code, "error", table, row, column, value, numbers)
