"""What an authority decided of mixing by its official document: cells that stand over those of the shipped matrix.

>>> row = {"rules": "national", "edition": "2020", "group_1": "D", "group_2": "C", "answer": "yes", "condition": "",
...        "clause": "Table 4", "source": "Regulation 7", "status": "verified", "note": ""}
>>> faults([row]), decided(shipped(), [row]).may_mix("C", "D").answer
([], 'yes')

A pair of groups has no order. Of several rule sets the strictest answer holds. A decision never loosens what the matrix
itself forbids by a verified source, nor group L, of which each type is isolated (UN Model Regulations, chapter 2.1, as
read for ``reference/hazard/legal_pairs.csv``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rasr.core.basis.findings import Finding, Number
from rasr.core.hazard.mixing import BY_WORD, Answer, Matrix, Mixing, shipped

TABLE = "mixing"
COLUMNS = (
    *("rules", "edition", "group_1", "group_2", "answer", "condition"),
    *("clause", "source", "status", "note"),
)
ANSWERS: tuple[Answer, ...] = ("no", "conditional", "yes")
"""What a document can say, from strict to lenient."""
FILLED = ("rules", "edition", "clause", "source", "status")
APART = "L"
"""The group that is kept apart from every other, and each of its types from the others."""
VERIFIED = "verified"
Row = Mapping[str, str]


def decided(matrix: Matrix, rows: Iterable[Row]) -> Matrix:
    """The matrix with these decisions, which have no ``faults``."""
    by_pair: dict[frozenset[str], list[Mixing]] = {}
    for row in rows:
        cell = _cell(row)
        by_pair.setdefault(frozenset(cell.groups), []).append(cell)
    over = {pair: _strictest(matrix.cells.get(pair), cells) for pair, cells in by_pair.items()}
    return Matrix({**matrix.cells, **over})


def in_order(group_1: str, group_2: str) -> tuple[str, str]:
    """A pair as it is kept, whichever way it was written."""
    first, second = sorted((group_1, group_2))
    return first, second


def faults(rows: Sequence[Row]) -> list[Finding]:
    """Every fault of rows at once, in their order; a finding's row counts from 1."""
    found: list[Finding] = []
    seen: dict[tuple[str, ...], tuple[int, Row]] = {}
    groups = shipped().groups
    for number, row in enumerate(rows, 1):
        own = [*_missing(number, row)] or [*_of_row(number, row, groups)]
        found += own
        if own:
            continue
        key = (row["rules"], *in_order(row["group_1"], row["group_2"]))
        if key in seen:
            found.append(_again(number, row, *seen[key]))
        seen.setdefault(key, (number, row))
    return found


def _missing(number: int, row: Row) -> Iterator[Finding]:
    for column in COLUMNS:
        if column not in row:
            yield _fault("rule_column_missing", number, column, "")


def _of_row(number: int, row: Row, groups: Sequence[str]) -> Iterator[Finding]:
    for column in FILLED:
        if not row[column].strip():
            yield _fault("empty_cell", number, column, "")
    allowed: dict[str, Sequence[str]] = {"group_1": groups, "group_2": groups, "answer": ANSWERS}
    for column, words in allowed.items():
        if row[column] not in words:
            yield _fault("value_not_allowed", number, column, row[column], allowed=", ".join(words))
    if (row["answer"] == "conditional") != bool(row["condition"].strip()) and row["answer"] in ANSWERS:
        code = "mixing_condition_wanted" if row["answer"] == "conditional" else "mixing_condition_unwanted"
        yield _fault(code, number, "condition", row["condition"])
    if APART in (row["group_1"], row["group_2"]) and row["answer"] in ("yes", "conditional"):
        yield _fault("mixing_always_apart", number, "answer", row["answer"])


def _again(number: int, row: Row, first: int, earlier: Row) -> Finding:
    """A pair that stands twice: the same again, or another answer."""
    pair = "+".join(in_order(row["group_1"], row["group_2"]))
    if (row["answer"], row["condition"]) == (earlier["answer"], earlier["condition"]):
        return _fault("duplicate_row", number, "", pair, key=pair, first_row=first)
    return _fault("mixing_contradiction", number, "answer", row["answer"], pair=pair, first_row=first)


def _strictest(cell: Mixing | None, decisions: Sequence[Mixing]) -> Mixing:
    """The answer that holds of one pair. cell: that of the matrix; it counts only where no decision may loosen it."""
    if cell is not None and cell.answer == "no" and (cell.status == VERIFIED or APART in cell.groups):
        decisions = [*decisions, cell]
    answer = min((one.answer for one in decisions), key=ANSWERS.index)
    holding = [one for one in decisions if one.answer == answer]
    decided_by = [one for one in holding if one.rules] or holding
    first = decided_by[0]
    return Mixing(
        first.groups,
        answer,
        _joined(one.condition for one in decided_by),
        first.status,
        *(_joined(getattr(one, name) for one in decided_by) for name in ("source", "rules", "edition", "clause")),
    )


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _cell(row: Row) -> Mixing:
    told = (row[name] for name in ("condition", "status", "source", "rules", "edition", "clause"))
    return Mixing(in_order(row["group_1"], row["group_2"]), BY_WORD[row["answer"]], *told)


def _fault(code: str, row: int, column: str, value: str, **numbers: Number) -> Finding:
    return Finding(code, "error", TABLE, row, column, value, numbers)
