"""What may be read of the rules: by whoever sees any stock at all. They are of the whole node and name no place."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import QuerySet
from django.utils import timezone

from rasr.core.assessment.explosives.distance_functions import Function
from rasr.core.assessment.explosives.rule_checks import STATUSES
from rasr.core.assessment.explosives.rule_sets import NAMES, Cell, RuleBook
from rasr.core.hazard import decisions
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import services, shape, told
from rasr.node.people.approvals.told import called
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of

VIEW = "view_register"
NEQ_SHOWN_KG = (1_000.0, 10_000.0)
CELL_SCHEMA = {name: pl.String() for name in NAMES} | {
    "valid_from": pl.Date(),
    "entered": pl.String(),
    "agreed": pl.String(),
    "entry_id": pl.String(),
}
MIXING_SCHEMA = {
    **dict.fromkeys(("pair", "answer", "condition", "status", "rules", "edition", "clause", "source"), pl.String()),
    "valid_from": pl.Date(),
    **dict.fromkeys(("entered", "agreed", "entry_id"), pl.String()),
}
FUNCTION_SCHEMA = {
    "function": pl.String(),
    "rules": pl.String(),
    "least_kg": pl.Float64(),
    "most_kg": pl.Float64(),
    "branches": pl.Int64(),
    "at_1_t_m": pl.Float64(),
    "at_10_t_m": pl.Float64(),
    "clause": pl.String(),
    "source": pl.String(),
    "status": pl.String(),
    "valid_from": pl.Date(),
    "entered": pl.String(),
    "agreed": pl.String(),
}
ENTERED_SCHEMA = {
    **dict.fromkeys(("what", "kind", "rules", "state"), pl.String()),
    "valid_from": pl.Date(),
    **dict.fromkeys(("entered", "agreed"), pl.String()),
    **dict.fromkeys(("entered_at", "withdrawn_at"), pl.Datetime()),
    "entry_id": pl.String(),
}
Known = dict[tuple[str, str], RuleEntry]


def entries(actor: User) -> QuerySet[RuleEntry]:
    """Every entry, the withdrawn ones too, with who asked and who agreed. Raises PermissionDenied."""
    require(actor, VIEW)
    people = ("approval__asked_by", "approval__decided_by", "withdrawal__asked_by", "withdrawal__decided_by")
    return RuleEntry.objects.select_related(*people)


def entry(actor: User, entry_id: UUID) -> RuleEntry:
    """One. Raises PermissionDenied, RuleEntry.DoesNotExist."""
    return entries(actor).get(pk=entry_id)


def waiting(actor: User) -> list[Approval]:
    """Requests for rules that nobody has decided yet; of who may neither type rules nor agree to them none."""
    rights = (services.RIGHT, services.AGREES)
    if not any(scope_of(actor, right).everything for right in rights):
        return []
    kinds = (services.ENTER, services.WITHDRAW)
    return list(Approval.objects.filter(kind__in=kinds, state=ApprovalState.ASKED).order_by("-asked_at"))


def name_of(row: RuleEntry) -> str:
    """What an entry is called on pages."""
    if row.kind == shape.FUNCTION:
        return f"{row.key} ({row.rules})"
    first = row.rows[0]
    if row.kind == shape.MIXING:
        return f"{row.rules} · {first['group_1']}+{first['group_2']} · {told.word(first['answer'])}"
    parts = (first[name] for name in ("rules", "pes", "exposure_kind", "hazard_division", "function"))
    return " · ".join(told.word(part) for part in parts)


def entered_frame(actor: User) -> pl.DataFrame:
    """Every entry with what became of it, the latest first. Raises PermissionDenied."""
    rows = list(entries(actor))
    latest = {row.pk for row in _latest(rows, timezone.localdate()).values()}
    listed = [
        {
            "what": name_of(row),
            "kind": row.kind,
            "rules": row.rules,
            "state": _state(row, latest),
            **_by(row),
            "entered_at": timezone.make_naive(row.entered_at),
            "withdrawn_at": None if row.withdrawn_at is None else timezone.make_naive(row.withdrawn_at),
            "entry_id": str(row.pk),
        }
        for row in rows
    ]
    return pl.DataFrame(listed, schema=ENTERED_SCHEMA)


def state_of(row: RuleEntry, rows: Sequence[RuleEntry]) -> str:
    """``withdrawn``, ``later`` (its day has not come), ``replaced`` by a later entry, or ``in_force``.

    rows: at least all of its kind and key.
    """
    return _state(row, {one.pk for one in _latest(rows, timezone.localdate()).values()})


def _state(row: RuleEntry, latest: Container[UUID]) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.valid_from > timezone.localdate():
        return "later"
    return "in_force" if row.pk in latest else "replaced"


def held(actor: User) -> tuple[RuleBook, Known]:
    """The rule sets in force today, and the entries that hold by kind and key. Raises PermissionDenied, Refused."""
    known = _latest(list(entries(actor)), timezone.localdate())
    return services.book_of(known.values()), known


def _latest(rows: Sequence[RuleEntry], day: date) -> Known:
    found: Known = {}
    for row in sorted(rows, key=lambda each: (each.valid_from, each.entered_at, each.pk)):
        if row.withdrawn_at is None and row.valid_from <= day:
            found[row.kind, row.key] = row
    return found


def cells_frame(book: RuleBook, known: Known) -> pl.DataFrame:
    """Every cell in force, with who entered it and who agreed; those are empty for what is shipped."""
    rows = []
    for cell in book.cells:
        own = asdict(cell)
        row = known.get((shape.CELL, shape.cell_key(own)))
        rows.append(own | _by(row) | {"entry_id": str(row.pk) if row else None})
    return pl.DataFrame(rows, schema=CELL_SCHEMA)


def mixing_frame(known: Known) -> pl.DataFrame:
    """Every pair of groups with the answer that holds, and who entered and agreed to it; empty for what is shipped."""
    deciding: dict[tuple[str, ...], RuleEntry] = {}
    for row in sorted((one for one in known.values() if one.kind == shape.MIXING), key=lambda one: one.entered_at):
        first = row.rows[0]
        deciding[*decisions.in_order(first["group_1"], first["group_2"]), first["answer"]] = row
    listed = []
    for cell in services.matrix_of(known.values()).listed():
        entry = deciding.get((*cell.groups, cell.answer))
        own = {name: value for name, value in asdict(cell).items() if name in MIXING_SCHEMA}
        listed.append(own | {"pair": cell.name} | _by(entry) | {"entry_id": str(entry.pk) if entry else None})
    return pl.DataFrame(listed, schema=MIXING_SCHEMA)


def functions_frame(book: RuleBook, known: Known) -> pl.DataFrame:
    """Every distance function in force."""
    rows = []
    for one in book.functions.values():
        at_1_t, at_10_t = (told.distance_at(one, neq) for neq in NEQ_SHOWN_KG)
        rows.append(
            {
                "function": one.name,
                "rules": one.rules,
                "least_kg": one.least_kg,
                "most_kg": one.branches[-1].q_max_kg,
                "branches": len(one.branches),
                "at_1_t_m": at_1_t,
                "at_10_t_m": at_10_t,
                "clause": one.clause,
                "source": one.source,
                "status": one.status,
                **_by(known.get((shape.FUNCTION, one.name))),
            }
        )
    return pl.DataFrame(rows, schema=FUNCTION_SCHEMA)


def beside(book: RuleBook) -> pl.DataFrame:
    """The rule sets side by side: a row for each case, a column for each rule set with what it asks for there."""
    cases: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for cell in book.cells:
        case = tuple(str(getattr(cell, name)) for name in told.CASE)
        cases.setdefault(case, {}).setdefault(cell.rules, []).append(_short(book, cell))
    schema = dict.fromkeys((*told.CASE, *book.names), pl.String())
    rows = [
        [*case, *("; ".join(sets[name]) if name in sets else None for name in book.names)]
        for case, sets in cases.items()
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _short(book: RuleBook, cell: Cell) -> str:
    if not cell.has_function:
        return told.word(cell.function)
    weakest = max(cell.status, book.function(cell.function).status, key=STATUSES.index)
    return f"{cell.function} ({told.SHORT[cell.quantity]}; {told.word(weakest)})"


def _by(row: RuleEntry | None) -> dict[str, date | str | None]:
    if row is None:
        return {"valid_from": None, "entered": None, "agreed": None}
    asked, decided = row.approval.asked_by, row.approval.decided_by
    return {
        "valid_from": row.valid_from,
        "entered": called(asked) if asked else None,
        "agreed": called(decided) if decided else None,
    }


def cells_naming(book: RuleBook, function: Function) -> list[Cell]:
    """The cells that a function serves."""
    return [cell for cell in book.cells if cell.function == function.name]
