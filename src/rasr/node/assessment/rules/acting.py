"""The second person for rules: every row is shown with what holds now and what will hold, and from which day."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rasr.core.assessment.explosives.rule_sets import KEY, Cell, RuleBook
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import services, shape, told
from rasr.node.assessment.rules.services import AGREES, ENTER, RIGHT, WITHDRAW
from rasr.node.assessment.rules.shape import Entry
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import User
from rasr.node.people.place import NODE, Place

ACTS = (ENTER, WITHDRAW)


class EnterRules(OfNobody):
    """sheet_id; entries: kind, rows, valid from."""

    def title(self, payload: Payload) -> Told:
        """How many functions, cells and decisions on mixing, of which rule sets."""
        kinds = [kind for kind, _rows, _day in payload["entries"]]
        rules = sorted({rows[0]["rules"] for _kind, rows, _day in payload["entries"]})
        counted = {name: str(kinds.count(kind)) for kind, name in shape.SHEETS.items()}
        text = _("Rules to enter: {rules} (functions: {functions}, cells: {cells}, mixing: {mixing})")
        return ours(text, rules=", ".join(rules), **counted)

    def describe(self, payload: Payload) -> list[Change]:
        """Each entry: what holds on its day without it, and what it says. Raises Refused."""
        entries = services.entries_of(payload)
        services.checked(entries)
        kept = services.kept()
        holding = {one.valid_from: shape.holding(kept, one.valid_from) for one in entries}
        books = {day: shape.book_of(some) for day, some in holding.items()}
        return [_change(one, books[one.valid_from], holding[one.valid_from]) for one in entries]

    def scope(self, _payload: Payload) -> Place:
        """Rules hold for every store."""
        return NODE

    def do(self, actor: User | None, payload: Payload) -> None:
        """Put them in force. Raises Refused."""
        services.enter(actor=actor, payload=payload)


class WithdrawRule(OfNobody):
    """entry_id."""

    def title(self, payload: Payload) -> Told:
        """Which."""
        row = RuleEntry.objects.get(pk=UUID(payload["entry_id"]))
        return ours(_("Rule to withdraw: {name} of {rules}"), name=row.key, rules=row.rules)

    def describe(self, payload: Payload) -> list[Change]:
        """What it says, and what holds without it. Raises Refused, ObjectDoesNotExist."""
        row = services.may_go(UUID(payload["entry_id"]))
        others = [one for one in services.kept() if not _is(one, row)]
        left = shape.holding(others, row.valid_from)
        gone = Entry(row.kind, row.key, row.rules, tuple(row.rows), row.valid_from)
        line = _change(gone, shape.book_of(left), left)
        return [Change(line.what, line.after, line.before)]

    def scope(self, _payload: Payload) -> Place:
        """Rules hold for every store."""
        return NODE

    def do(self, actor: User | None, payload: Payload) -> None:
        """Take it out of force. Raises Refused, ObjectDoesNotExist."""
        services.withdraw(actor=actor, payload=payload)


approvable(ENTER, name=_("Enter rules"), asks=RIGHT, right=AGREES)(EnterRules)
approvable(WITHDRAW, name=_("Withdraw a rule"), asks=RIGHT, right=AGREES)(WithdrawRule)


def _is(one: Entry, row: RuleEntry) -> bool:
    return (one.kind, one.key, one.valid_from, list(one.rows)) == (row.kind, row.key, row.valid_from, row.rows)


def _change(one: Entry, book: RuleBook, others: Sequence[Entry]) -> Change:
    """An entry beside what holds without it. others: the entries that hold on its day."""
    if one.kind == shape.MIXING:
        return _decision(one, others)
    if one.kind == shape.FUNCTION:
        what = _from(told.of_function(one.key, one.rules), one)
        return Change(what, told.said_function(book.functions.get(one.key)), told.said_branches(one.rows))
    return Change(_from(told.of_cell(one.rows[0]), one), told.said_by(_cell(one, book)), told.said_by(one.rows[0]))


def _decision(one: Entry, others: Sequence[Entry]) -> Change:
    """A decision, with what will hold where that is another answer: a stricter one of another rule set."""
    row = one.rows[0]
    without = [each for each in others if (each.kind, each.key) != (one.kind, one.key)]
    before, then = (shape.matrix_of(some).may_mix(row["group_1"], row["group_2"]) for some in (others, [*without, one]))
    after: list[Told] = [told.said_mixing(row)]
    if then.answer != row["answer"]:
        after.append(ours(_("What holds then: {said}"), said=told.said_mixing(then)))
    return Change(_from(told.of_mixing(row), one), told.said_mixing(before), after)


def _from(what: Told, one: Entry) -> Told:
    return ours(_("{what}; valid from {day}"), what=what, day=one.valid_from.isoformat())


def _cell(one: Entry, book: RuleBook) -> Cell | None:
    """The cell of the same key that holds without it."""
    wanted = tuple(one.rows[0][name] for name in KEY)
    same = (cell for cell in book.cells if tuple(str(getattr(cell, name)) for name in KEY) == wanted)
    return next(same, None)
