"""Rules entered here: in force only after a second person agreed, from their day, until they are withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from tests.node.assessment.rules import planted_rules as planted
from tests.node.assessment.rules.planted_rules import CELL_SENT, agree, ask, enter, line, made

from rasr.core.assessment.explosives.distances import required_distance
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import queries, services, shape, typed
from rasr.node.assessment.rules.services import FaultyRulesError
from rasr.node.assessment.rules.shape import CELL, FUNCTION
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Entry, User

pytestmark = pytest.mark.usefixtures("loaded", "db")
Joins = Callable[..., User]


def asks(neq_kg: float, as_of: date | None = None) -> int | None:
    return required_distance("made-up", "1.1", neq_kg, "workshop", book=services.book(as_of)).distance_m


def codes(entries: list[shape.Entry]) -> list[tuple[str, str, int | None, str]]:
    with pytest.raises(FaultyRulesError) as refused:
        ask(entries)
    return [(one.code, one.table, one.row, one.column) for one in refused.value.found]


def test_what_is_asked_for_holds_only_when_a_second_person_has_agreed() -> None:
    asked = ask(made(line(CELL)))
    assert services.edition() == loader.edition()
    assert not RuleEntry.objects.exists()
    with pytest.raises(Refused, match="unknown_rule"):
        asks(1000)
    agree(asked)
    assert asks(1000) == 90
    assert services.edition().startswith(f"{loader.edition()}+")
    found = required_distance("made-up", "1.1", 8.0, "workshop", book=services.book())
    assert (found.distance_m, found.edition, found.clause, found.status) == (18, "first", "Table 1", "verified")
    kept = RuleEntry.objects.get(kind=CELL)
    assert kept.approval.asked_by == planted.chief()
    assert kept.approval.decided_by == planted.second()
    acts = Entry.objects.filter(act="rule.enter", row_id=str(kept.pk))
    assert acts.get().after["key"] == kept.key


def test_the_second_person_sees_what_holds_and_what_will_hold() -> None:
    before = {
        **CELL_SENT,
        "k_factor": "",
        "q_min_kg": "",
        "q_max_kg": "",
        "rules": "aastp-1",
        "exposure_kind": "workshop",
    }
    asked = ask(made(line(CELL, **{**before, "function": "BD30"})))
    (told,) = asked.shown["lines"]
    assert told["before"]["with"]["function"] == "BD18"
    assert told["after"]["with"]["function"] == "BD30"
    assert told["after"]["with"]["status"]["text"] == "verified"
    assert told["what"]["with"]["day"] == planted.DAY
    agree(asked)
    assert required_distance("aastp-1", "1.1", 1000.0, "workshop", book=services.book()).function == "BD30"
    assert required_distance("aastp-1", "1.1", 1000.0, "workshop").function == "BD18"


def test_who_asked_cannot_agree_and_what_is_refused_never_holds() -> None:
    asked = ask(made(line(CELL)))
    with pytest.raises(Refused, match="approval_own"):
        agree(asked, actor=planted.chief())
    refused = agree(asked, approve=False)
    assert refused.state == ApprovalState.REFUSED
    assert not RuleEntry.objects.exists()


def test_who_may_ask(joins: Joins, officer: User, stranger: User, storekeeper: User, planner: User) -> None:
    entries = made(line(CELL))
    for actor in (officer, stranger):  # officers of one organisation: rules hold for every store
        assert not services.may_enter(actor)
        with pytest.raises(PermissionDenied):
            ask(entries, actor=actor)
    for actor in (storekeeper, planner, planted.second()):
        with pytest.raises(PermissionDenied):
            ask(entries, actor=actor)
    asked = ask(entries)
    with pytest.raises(ObjectDoesNotExist):  # a second person of one organisation does not even see it
        agree(asked, actor=joins("mate", "approver", organisation_id=officer_place(officer)))


def officer_place(officer: User) -> str | None:
    return officer.grants.get().organisation_id


def test_sent_twice_it_is_asked_for_once() -> None:
    entries, sheet = made(line(CELL)), planted.uuid4()
    assert ask(entries, sheet_id=sheet) == ask(entries, sheet_id=sheet)


def test_a_rule_holds_from_its_day() -> None:
    enter(line(CELL, valid_from="2025-03-01"))
    enter(line(CELL, valid_from="2090-01-01", k_factor="", q_min_kg="", q_max_kg="", function="BD30"))
    with pytest.raises(Refused, match="unknown_rule"):
        asks(1000, date(2025, 2, 28))
    assert asks(1000, date(2025, 3, 1)) == 90
    assert asks(1000) == 90
    assert asks(1000, date(2090, 1, 1)) == 222
    editions = {services.edition(day) for day in (date(2025, 2, 28), date(2025, 3, 1), date(2090, 1, 1))}
    assert len(editions) == 3


def test_a_later_entry_takes_the_place_of_an_earlier_one_and_gives_it_back() -> None:
    enter(line(CELL))
    first = services.edition()
    function = enter(line(CELL, k_factor="", q_min_kg="", q_max_kg="", function="BD35"))
    assert asks(1000) == 444
    states = {row.pk: queries.state_of(row, list(RuleEntry.objects.all())) for row in RuleEntry.objects.all()}
    assert sorted(states.values()) == ["in_force", "in_force", "replaced"]
    asked = services.ask_to_withdraw(
        actor=planted.chief(), session=planted.ASKS, entry_id=function[0].pk, reason="typed wrongly"
    )
    assert asks(1000) == 444
    agree(asked)
    assert asks(1000) == 90
    assert services.edition() == first
    function[0].refresh_from_db()
    assert function[0].withdrawal == asked
    with pytest.raises(RuleEntry.DoesNotExist):
        services.may_go(function[0].pk)


def test_what_another_rule_needs_is_not_withdrawn() -> None:
    rows = enter(line(CELL))
    needed = next(row for row in rows if row.kind == FUNCTION)
    with pytest.raises(Refused, match="rule_in_use"):
        services.ask_to_withdraw(actor=planted.chief(), session=planted.ASKS, entry_id=needed.pk, reason="no")


def test_what_was_withdrawn_in_between_is_not_named_any_more() -> None:
    function = planted.plant()
    cell = ask(made(line(CELL, k_factor="", q_min_kg="", q_max_kg="", function="F1")))
    going = services.ask_to_withdraw(actor=planted.chief(), session=planted.ASKS, entry_id=function.pk, reason="no")
    agree(going)
    with pytest.raises(FaultyRulesError):
        agree(cell)
    assert RuleEntry.objects.filter(withdrawn_at=None).count() == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([line(FUNCTION, 1), line(FUNCTION, 2, q_min_kg="200", q_max_kg="300", k0="50")], "rule_gap"),
        ([line(FUNCTION, 1), line(FUNCTION, 2, q_min_kg="50", q_max_kg="300", k0="50")], "rule_overlap"),
        ([line(FUNCTION, 1, form="linear", k0="40", k1="-1")], "rule_not_rising"),
        ([line(FUNCTION, 1, q_min_kg="0")], "value_out_of_range"),
        ([line(FUNCTION, 1, q_max_kg="nan")], "wrong_type"),
        ([line(FUNCTION, 1, function="BD30")], "rule_taken"),
        ([line(FUNCTION, 1, function="a b")], "rule_name"),
        ([line(FUNCTION, 1, note="x" * 501)], "rule_text_too_long"),
        ([line(FUNCTION, 1, clause=" ")], "empty_cell"),
        ([line(CELL, 1, hazard_division="1.9")], "value_not_allowed"),
        ([line(CELL, 1), line(CELL, 2)], "duplicate_row"),
        ([line(CELL, 1, k_factor="", q_min_kg="", q_max_kg="", function="nothing")], "value_not_allowed"),
    ],
)
def test_what_the_core_refuses_does_not_enter(given: list[typed.Line], told: str) -> None:
    entries, found = typed.entries(given)
    assert not found
    assert told in [code for code, *_place in codes(entries)]
    assert not RuleEntry.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([line(CELL, valid_from="")], ("empty_cell", "valid_from")),
        ([line(CELL, valid_from="31.5.2027")], ("wrong_type", "valid_from")),
        ([line(CELL, valid_from="0001-01-01")], ("value_out_of_range", "valid_from")),
        ([line(CELL, function="BD30")], ("value_not_allowed", "function")),
        ([line(CELL, k_factor="-3")], ("wrong_type", "k_factor")),
        ([line(CELL, k_factor="inf")], ("wrong_type", "k_factor")),
        ([line(CELL, q_max_kg="")], ("empty_cell", "q_max_kg")),
        ([line(CELL), line(CELL, 2, q_max_kg="7", hazard_division="1.5")], ("rule_k_limits", "k_factor")),
        ([line(FUNCTION), line(FUNCTION, 2, valid_from="2021-01-01")], ("rule_two_days", "valid_from")),
    ],
)
def test_what_is_typed_wrongly_is_told(given: list[typed.Line], told: tuple[str, str]) -> None:
    _entries, found = typed.entries(given)
    assert told in [(one.code, one.column) for one in found]


def test_a_cell_does_not_hold_before_its_function() -> None:
    rows = [
        line(FUNCTION, valid_from="2030-01-01"),
        line(CELL, k_factor="", q_min_kg="", q_max_kg="", function="F1", valid_from="2029-01-01"),
    ]
    entries, found = typed.entries(rows)
    assert not found
    assert codes(entries) == [("rule_not_yet", "cells", 1, "valid_from")]


def test_every_fault_is_told_at_once_with_its_row() -> None:
    rows = [line(CELL, 3, hazard_division="9"), line(CELL, 5, effect="noise"), line(FUNCTION, 4, source="")]
    entries, _found = typed.entries(rows)
    assert sorted(codes(entries)) == [
        ("empty_cell", "functions", 4, "source"),
        ("value_not_allowed", "cells", 3, "hazard_division"),
        ("value_not_allowed", "cells", 5, "effect"),
    ]


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(Refused, match="rules_empty"):
        ask([])
    with pytest.raises(Refused, match="rules_too_many"):
        ask(made(line(CELL)) * 600)
