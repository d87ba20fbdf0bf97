"""Rules of the node: asked for by an officer, agreed to by a second person, in force from their day.

    rules.book()        the rule sets in force today, for every method of the core that takes ``book``
    rules.edition()     the edition of the rule data with what was entered here
    rules.matrix()      what may lie together, shipped and decided

Nothing that was asked for holds before a second person agreed. What is entered is replaced by a later entry, or
withdrawn in the same way; nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import rfc8785
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from rasr.core.assessment.explosives.rule_sets import Overlay, RuleBook
from rasr.core.basis.findings import Finding, Refused
from rasr.core.basis.seal import digest_bytes
from rasr.core.hazard.mixing import Matrix
from rasr.core.reference import loader
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import shape
from rasr.node.assessment.rules.shape import Entry
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.scopes import scope_of
from rasr.node.records.ledger import breaching
from rasr.node.records.ledger.write import lock_register
from rasr.node.web.said import Said

RIGHT, AGREES = "judge_stock", "approve_stock"
"""Who types rules, and who is the second person; both of the whole node."""
ENTER, WITHDRAW = "enter_rules", "withdraw_rule"
"""Codes of the acts that need a second person."""
BOOKS_AT_HAND = 8


class FaultyRulesError(Refused):
    """Rules that may not enter, with every fault of them."""

    def __init__(self, found: Sequence[Finding]) -> None:
        first = found[0]
        super().__init__(
            "faulty_rule_set",
            faults=len(found),
            table=first.table,
            row=first.row or 0,
            column=first.column,
            first=loader.say_finding(first),
        )
        self.found = list(found)


# What holds.


def in_force(as_of: date | None = None) -> Overlay:
    """The rows entered here that hold on a day (today), as the core takes them. One query."""
    return shape.overlay(_holding(as_of))


def book(as_of: date | None = None) -> RuleBook:
    """The rule sets in force on a day (today), shipped and entered. One query; kept in memory by edition.

    Refused: faulty_rule_set where what was entered does not fit the rule data of this program any more.
    """
    return book_and_edition(as_of)[0]


def book_and_edition(as_of: date | None = None) -> tuple[RuleBook, str]:
    """``book`` and ``edition`` of the same moment. One query."""
    entries = _holding(as_of)
    return _book(loader.edition(), _Held(_digest(entries), tuple(entries))), _told(entries)


def matrix(as_of: date | None = None) -> Matrix:
    """Which groups may lie together on a day (today), as shipped and as decided. One query."""
    rows = _standing(RuleEntry.objects.filter(kind=shape.MIXING))
    return shape.matrix_of(shape.holding(rows, as_of or timezone.localdate()))


def edition(as_of: date | None = None) -> str:
    """The edition of the rule data on a day (today); what was entered here changes it. One query."""
    return _told(_holding(as_of))


def edition_of(rows: Iterable[RuleEntry]) -> str:
    """The edition where just these entries hold."""
    return _told(_sorted(rows))


def matrix_of(rows: Iterable[RuleEntry]) -> Matrix:
    """Which groups may lie together where just these entries hold."""
    return shape.matrix_of(_sorted(rows))


def book_of(rows: Iterable[RuleEntry]) -> RuleBook:
    """The rule sets where just these entries hold. Refused: faulty_rule_set."""
    entries = _sorted(rows)
    return _book(loader.edition(), _Held(_digest(entries), tuple(entries)))


def _sorted(rows: Iterable[RuleEntry]) -> list[Entry]:
    return sorted((_entry(row) for row in rows), key=lambda one: (one.kind, one.key))


def _told(entries: Sequence[Entry]) -> str:
    return f"{loader.edition()}+{_digest(entries)[:8]}" if entries else loader.edition()


class _Held:
    """Entries that are the same where their digest is."""

    def __init__(self, digest: str, entries: tuple[Entry, ...]) -> None:
        self.digest, self.entries = digest, entries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=BOOKS_AT_HAND)
def _book(_edition: str, held: _Held) -> RuleBook:
    return shape.book_of(held.entries)


def _digest(entries: Sequence[Entry]) -> str:
    told: Any = [[one.kind, one.key, one.valid_from.isoformat(), [dict(row) for row in one.rows]] for one in entries]
    return digest_bytes([rfc8785.dumps(told)])


def _holding(as_of: date | None) -> list[Entry]:
    return shape.holding(kept(), as_of or timezone.localdate())


def kept() -> list[Entry]:
    """Every entry that was not withdrawn, in the order in which they were entered. One query."""
    return _standing(RuleEntry.objects.all())


def _standing(rows: QuerySet[RuleEntry]) -> list[Entry]:
    return [_entry(row) for row in rows.filter(withdrawn_at=None).order_by("entered_at", "entry_id")]


def _entry(row: RuleEntry) -> Entry:
    return Entry(row.kind, row.key, row.rules, tuple(row.rows), row.valid_from)


# Entering and withdrawing.


def may_enter(actor: User | AnonymousUser) -> bool:
    """Whether somebody may type rules: who judges stock of the whole node."""
    return scope_of(actor, RIGHT).everything


def require_officer(actor: User) -> None:
    """Refuse who may not type rules. Raises PermissionDenied."""
    if not may_enter(actor):
        raise PermissionDenied(RIGHT)


def ask_to_enter(
    *, actor: User, session: str, sheet_id: UUID, entries: Sequence[Entry], reason: Said | str
) -> Approval:
    """Ask for rules to enter. sheet_id: sent twice, it is asked for once, and the first request is the answer.

    Raises PermissionDenied, also for who has the right in a part of the node only, FaultyRulesError with every fault,
    Refused: rules_empty, rules_too_many.
    """
    require_officer(actor)
    checked(entries)
    if waiting := asked_for(sheet_id):
        return waiting
    payload = {"sheet_id": sheet_id.hex, "entries": [_plain(one) for one in entries]}
    return approvals.ask(actor=actor, session=session, kind=ENTER, payload=payload, reason=reason)


def ask_to_withdraw(*, actor: User, session: str, entry_id: UUID, reason: Said | str) -> Approval:
    """Ask for an entry to be withdrawn. Raises PermissionDenied, ObjectDoesNotExist, Refused: rule_in_use."""
    require_officer(actor)
    may_go(entry_id)
    return approvals.ask(actor=actor, session=session, kind=WITHDRAW, payload={"entry_id": entry_id.hex}, reason=reason)


def asked_for(sheet_id: UUID) -> Approval | None:
    """The request with this id, whatever became of it."""
    return Approval.objects.filter(kind=ENTER, payload__sheet_id=sheet_id.hex).first()


def checked(entries: Sequence[Entry]) -> None:
    """Raises FaultyRulesError with every fault, Refused: rules_empty, rules_too_many."""
    rows = sum(len(one.rows) for one in entries)
    if not rows:
        raise Refused("rules_empty")
    if rows > shape.MOST_ROWS:
        raise Refused("rules_too_many", rows=rows, limit=shape.MOST_ROWS)
    if found := shape.faults(entries, kept()):
        raise FaultyRulesError(found)


def may_go(entry_id: UUID) -> RuleEntry:
    """The entry, if nothing that stays needs it. Raises RuleEntry.DoesNotExist, Refused: rule_in_use."""
    row = RuleEntry.objects.select_related("approval").get(pk=entry_id, withdrawn_at=None)
    every = list(RuleEntry.objects.filter(withdrawn_at=None).order_by("entered_at", "entry_id"))
    entries = [_entry(one) for one in every]
    gone = next(entries[number] for number, one in enumerate(every) if one.pk == row.pk)
    if name := shape.left_faulty(entries, gone):
        raise Refused("rule_in_use", name=name)
    return row


def entries_of(payload: Mapping[str, Any]) -> list[Entry]:
    """The entries of a request."""
    found, at = [], dict.fromkeys(shape.SHEETS, 0)
    for kind, rows, day in payload["entries"]:
        numbers = range(at[kind] + 1, at[kind] + 1 + len(rows))
        at[kind] += len(rows)
        found.append(shape.entry(kind, rows, date.fromisoformat(day), numbers))
    return found


def enter(*, actor: User | None, payload: Mapping[str, Any]) -> None:
    """Put agreed rules in force, all of them or none. Only for the carrying out of a request. Raises Refused."""
    lock_register()
    entries = entries_of(payload)
    checked(entries)
    approval = Approval.objects.get(kind=ENTER, state=ApprovalState.ASKED, payload__sheet_id=payload["sheet_id"])
    for one in entries:
        row = RuleEntry.objects.create(
            kind=one.kind,
            key=one.key,
            rules=one.rules,
            rows=[dict(each) for each in one.rows],
            valid_from=one.valid_from,
            approval=approval,
        )
        after = {"kind": one.kind, "key": one.key, "rows": len(one.rows), "valid_from": one.valid_from}
        table = RuleEntry._meta.db_table
        trail.record(actor=approval.asked_by or actor, act="rule.enter", table=table, row_id=row.pk, after=after)
    _look_again(approval.asked_by or actor, {one.kind for one in entries})


def withdraw(*, actor: User | None, payload: Mapping[str, Any]) -> None:
    """Take an entry out of force. Only for the carrying out of a request. Raises Refused, ObjectDoesNotExist."""
    lock_register()
    row = may_go(UUID(payload["entry_id"]))
    approval = Approval.objects.get(kind=WITHDRAW, state=ApprovalState.ASKED, payload__entry_id=payload["entry_id"])
    row.withdrawn_at, row.withdrawal = timezone.now(), approval
    row.save(update_fields=["withdrawn_at", "withdrawal"])
    before = {"kind": row.kind, "key": row.key, "valid_from": row.valid_from}
    trail.record(
        actor=approval.asked_by or actor,
        act="rule.withdraw",
        table=RuleEntry._meta.db_table,
        row_id=row.pk,
        before=before,
        after={"withdrawn_at": row.withdrawn_at},
    )
    _look_again(approval.asked_by or actor, {row.kind})


def _look_again(actor: User | None, kinds: Container[str]) -> None:
    """Where a decision on mixing came or went, stores may break a rule that they did not, or no more."""
    if shape.MIXING in kinds:
        breaching.review(actor=actor)


def _plain(one: Entry) -> list[Any]:
    return [one.kind, [dict(row) for row in one.rows], one.valid_from.isoformat()]
