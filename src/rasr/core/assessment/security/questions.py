"""Question sets of the security assessment: data in ``reference/security``, versioned, in our own words.

A question keeps its id for as long as it asks the same thing; where its meaning changes it gets a new id. A set of a
version is every question that stands in the set, since that version or before, and until that version or later.

>>> [question.question_id for question in question_set("hotspot").questions][:2]
['PER-20', 'PER-21']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from rasr.core.basis.findings import Finding, Number, Refused
from rasr.core.reference import loader

QUESTIONS, SETS, HEADINGS, SCALES, EVIDENCE = "questions", "sets", "headings", "scales", "evidence"
LEVELS = (1, 2, 3)
STATUSES = ("verified", "secondary", "assumed", "not_verified")
Row = Mapping[str, str]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Question:
    """One question. level: of risk reduction, 1 (basic) to 3. scale: a scale of ``security/scales.csv``.

    module, clause: where its subject stands in the guidelines, with the status of that reference. evidence: codes of
    ``security/evidence.csv``.
    """

    question_id: str
    heading: str
    text: str
    module: str
    clause: str
    status: str
    level: int
    scale: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class QuestionSet:
    """The questions of one set in one version, in the order in which they are asked."""

    set_id: str
    version: int
    questions: tuple[Question, ...]

    @property
    def by_id(self) -> dict[str, Question]:
        """Questions by their id."""
        return {question.question_id: question for question in self.questions}


@dataclass(frozen=True)
class CarryOver:
    """What becomes of the answers of a visit when the set has changed since, as ids of questions.

    kept: asked then and now, on the same scale. again: asked then and now, but on another scale. new: not asked then.
    dropped: not asked any more; their answers stay with the visit.
    """

    kept: tuple[str, ...]
    again: tuple[str, ...]
    new: tuple[str, ...]
    dropped: tuple[str, ...]


def question_set(set_id: str, version: int | None = None) -> QuestionSet:
    """One set, in its newest version or in the one named.

    Raises Refused: unknown_rule for another set or version, faulty_question_set where the data has faults.
    """
    _refuse_faults()
    newest = {row["set_id"]: int(row["version"]) for row in loader.rows("security/sets.csv")}
    if set_id not in newest:
        raise Refused("unknown_rule", what="question set", value=set_id, known=", ".join(newest))
    wanted = newest[set_id] if version is None else version
    if not 1 <= wanted <= newest[set_id]:
        known = ", ".join(str(number) for number in range(1, newest[set_id] + 1))
        raise Refused("unknown_rule", what=f"version of {set_id}", value=wanted, known=known)
    rows = [row for row in loader.rows("security/questions.csv") if set_id in row["sets"].split("|")]
    return QuestionSet(set_id, wanted, tuple(_question(row) for row in rows if _stands(row, wanted)))


def sets_for(site_kind: str) -> tuple[str, ...]:
    """Question sets that fit a kind of site, the first being the usual one."""
    rows = loader.rows("security/sets.csv")
    return tuple(row["set_id"] for row in rows if site_kind in row["site_kinds"].split("|"))


def carry_over(then: QuestionSet, now: QuestionSet) -> CarryOver:
    """Which answers of a visit under one set hold under another: by the id of the question."""
    old, new = then.by_id, now.by_id
    both = [name for name in new if name in old]
    return CarryOver(
        tuple(name for name in both if old[name].scale == new[name].scale),
        tuple(name for name in both if old[name].scale != new[name].scale),
        tuple(name for name in new if name not in old),
        tuple(name for name in old if name not in new),
    )


def fulfilments() -> dict[str, dict[str, float | None]]:
    """By scale and answer: the share that the answer fulfils, 0 to 1; None: it says nothing about that."""
    found: dict[str, dict[str, float | None]] = {}
    for row in loader.rows("security/scales.csv"):
        share = float(row["fulfilment"]) if row["fulfilment"] else None
        found.setdefault(row["scale"], {})[row["answer"]] = share
    return found


def asked(set_id: str, version: int) -> pl.DataFrame:
    """A set as a frame: set_id, set_version, question_id, heading, level, scale."""
    chosen = question_set(set_id, version)
    rows = [(set_id, version, item.question_id, item.heading, item.level, item.scale) for item in chosen.questions]
    schema = {"set_id": pl.String, "set_version": pl.Int64, "question_id": pl.String}
    return pl.DataFrame(
        rows, schema=schema | {"heading": pl.String, "level": pl.Int64, "scale": pl.String}, orient="row"
    )


def _question(row: Row) -> Question:
    return Question(
        row["question_id"],
        row["heading"],
        row["text"],
        row["module"],
        row["clause"],
        row["status"],
        int(row["level"]),
        row["scale"],
        tuple(row["evidence"].split("|")),
    )


def _stands(row: Row, version: int) -> bool:
    return int(row["since_version"]) <= version and (not row["until_version"] or version <= int(row["until_version"]))


def _refuse_faults() -> None:
    found = faults({name: loader.rows(f"security/{name}.csv") for name in TABLES})
    if found:
        first = found[0]
        where: dict[str, Number] = {"table": first.table, "row": first.row or 0, "column": first.column}
        raise Refused("faulty_question_set", faults=len(found), first=loader.say_finding(first), **where)


# The door of the question sets.

TABLES = (SETS, HEADINGS, SCALES, EVIDENCE, QUESTIONS)


def faults(tables: Mapping[str, Rows]) -> list[Finding]:
    """Every fault of the rows of ``TABLES`` at once; a finding's row counts from 1 in its own table."""
    return [*_of_sets(tables[SETS]), *_of_scales(tables[SCALES]), *_of_questions(tables)]


def _of_sets(rows: Rows) -> Iterator[Finding]:
    yield from _doubles(SETS, rows, "set_id")
    for number, row in enumerate(rows, 1):
        yield from _whole(SETS, number, row, "version", 1, None)
        yield from _listed(SETS, number, row, "site_kinds", loader.contract("sites").by_name["kind"].allowed)


def _of_scales(rows: Rows) -> Iterator[Finding]:
    for number, row in enumerate(rows, 1):
        share = row["fulfilment"]
        if share and not (_is_real(share) and 0 <= float(share) <= 1):
            limits: dict[str, Number] = {"minimum": 0, "maximum": 1, "unit": ""}
            yield _fault("value_out_of_range", SCALES, number, "fulfilment", share, **limits)


def _of_questions(tables: Mapping[str, Rows]) -> Iterator[Finding]:
    rows = tables[QUESTIONS]
    yield from _doubles(QUESTIONS, rows, "question_id")
    known = {
        "heading": [row["heading"] for row in tables[HEADINGS]],
        "scale": [row["scale"] for row in tables[SCALES]],
        "status": STATUSES,
        "level_status": STATUSES,
    }
    lists = {
        "sets": [row["set_id"] for row in tables[SETS]],
        "evidence": [row["evidence"] for row in tables[EVIDENCE]],
    }
    for number, row in enumerate(rows, 1):
        for column in ("question_id", "text", "module", "level_source"):
            if not row[column].strip():
                yield _fault("empty_cell", QUESTIONS, number, column, "")
        for column, allowed in known.items():
            if row[column] not in allowed:
                yield _not_allowed(QUESTIONS, number, column, row[column], allowed)
        for column, allowed in lists.items():
            yield from _listed(QUESTIONS, number, row, column, allowed)
        yield from _whole(QUESTIONS, number, row, "level", LEVELS[0], LEVELS[-1])
        yield from _whole(QUESTIONS, number, row, "since_version", 1, None)
        if row["until_version"]:
            least = int(row["since_version"]) if row["since_version"].isdigit() else 1
            yield from _whole(QUESTIONS, number, row, "until_version", least, None)


def _doubles(table: str, rows: Rows, column: str) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if first.setdefault(row[column], number) != number:
            yield _fault("duplicate_id", table, number, column, row[column], first_row=first[row[column]])


def _listed(table: str, number: int, row: Row, column: str, allowed: Sequence[str]) -> Iterator[Finding]:
    for value in row[column].split("|"):
        if value not in allowed:
            yield _not_allowed(table, number, column, value, allowed)


def _whole(table: str, number: int, row: Row, column: str, least: int, most: int | None) -> Iterator[Finding]:
    value = row[column]
    if not value.isdigit():
        hint = "Write digits only, without decimals. Leave the cell empty if it is unknown."
        yield _fault("wrong_type", table, number, column, value, wanted="whole number", hint=hint)
    elif int(value) < least or (most is not None and int(value) > most):
        yield _fault("value_out_of_range", table, number, column, value, minimum=least, maximum=most or "", unit="")


def _not_allowed(table: str, number: int, column: str, value: str, allowed: Sequence[str]) -> Finding:
    return _fault("value_not_allowed", table, number, column, value, allowed=", ".join(dict.fromkeys(allowed)))


def _fault(code: str, table: str, row: int, column: str, value: str, **numbers: Number) -> Finding:
    return Finding(code, "error", table, row, column, value, numbers)


def _is_real(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
