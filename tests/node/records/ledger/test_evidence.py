"""What is evidence or on legal hold stays that, by whatever kind of movement somebody tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.node.conftest import somebody
from tests.node.records.ledger.crew import (
    ACQUIRED,
    CONVERTED,
    EXPENDED,
    LOST,
    S1,
    S2,
    S3,
    UNEXPLAINED,
    Crew,
    batch,
    held,
    moves,
    refused,
)
from uuid6 import uuid7

from rasr.core.records.ledger.balances import MOST
from rasr.core.records.ledger.places import Spot
from rasr.node.records.ledger import agreeing
from rasr.node.records.ledger.correcting import correction_of
from rasr.node.records.models import Action, Constraint, Item, Movement, Party
from rasr.node.records.services import BatchDraft, MovementDraft, post

pytestmark = pytest.mark.django_db


def new(record: str, purpose: str = "evidence", article: str = "rifles", **more: Any) -> BatchDraft:
    """A batch of a record that is not there yet."""
    return BatchDraft(uuid7(), record, article, purpose=purpose, **more)


def found(crew: Crew, *batches: BatchDraft, quantity: int = 5, items: tuple[UUID, ...] = ()) -> MovementDraft:
    """So many of each batch are found and lie in S2."""
    lines = tuple(("R3", quantity, ACQUIRED, S2) for _ in batches)
    draft = named(moves("find", *lines, items=items), *batches)
    assert post(actor=crew.keeper, movement=draft) == "created"
    return draft


def named(draft: MovementDraft, *batches: BatchDraft, known: tuple[UUID, ...] = ()) -> MovementDraft:
    """The movement with its lines of these batches, one after the other; known: those that are there already."""

    ids = (*known, *(one.batch_id for one in batches))
    lines = tuple(replace(line, batch_id=one) for line, one in zip(draft.lines, ids, strict=True))
    return replace(draft, lines=lines, batches=batches)


@pytest.fixture
def evidence(crew: Crew) -> UUID:
    """Five rifles that are evidence by their batch alone."""
    one = new("E1")
    found(crew, one)
    return one.batch_id


@pytest.fixture
def exhibit(crew: Crew) -> UUID:
    """A rifle of its own, on legal hold."""
    item = Item.objects.create(article_id="rifles", serial="7", legal_hold=True, case_number="K-1")
    found(crew, new("I1", purpose="operational", itemised=True), quantity=1, items=(item.pk,))
    return item.pk


def converted(kind: str, quantity: int) -> MovementDraft:
    """So many of one batch become another, in their place."""
    return moves(kind, ("R3", quantity, S2, CONVERTED), ("R3", quantity, CONVERTED, S2))


@pytest.mark.parametrize("kind", ["reclassification", "conversion"])
def test_evidence_is_not_called_something_else(crew: Crew, evidence: UUID, kind: str) -> None:
    plain = named(converted(kind, 5), new("E1", "operational"), known=(evidence,))
    refused("evidence_not_released", lambda: post(actor=crew.judge, movement=plain))
    worse = named(converted(kind, 5), new("E1", "confiscated"), known=(evidence,))
    refused("evidence_not_released", lambda: post(actor=crew.judge, movement=worse))
    assert Movement.objects.filter(kind=kind).count() == 0
    still = named(converted(kind, 5), new("E1", condition="B"), known=(evidence,))
    assert post(actor=crew.judge, movement=still) == "created"
    released = named(converted(kind, 5), new("E1", "operational", release_ref="K-1/9"), known=(batch("E1"),))
    assert post(actor=crew.judge, movement=released) == "created"
    assert held("E1", "S2") == 5


def test_what_was_seized_may_become_evidence_and_nothing_less(crew: Crew) -> None:
    one = new("C1", "confiscated")
    found(crew, one)
    plain = named(converted("reclassification", 5), new("C1", "training"), known=(one.batch_id,))
    refused("not_released", lambda: post(actor=crew.judge, movement=plain))
    more = named(converted("reclassification", 5), new("C1", "evidence"), known=(one.batch_id,))
    assert post(actor=crew.judge, movement=more) == "created"


def test_what_is_joined_with_evidence_is_evidence(crew: Crew, evidence: UUID) -> None:
    """Else a few would go in as evidence and come out as stock, and stock as evidence."""
    plain = new("P1", "operational")
    found(crew, plain)
    lines = (("R3", 5, S2, CONVERTED), ("R3", 5, S2, CONVERTED), ("R3", 4, CONVERTED, S2), ("R3", 6, CONVERTED, S2))
    swapped = named(moves("conversion", *lines), new("E2"), new("P2", "operational"), known=(evidence, plain.batch_id))
    fault = refused("evidence_not_released", lambda: post(actor=crew.judge, movement=swapped))
    assert fault.numbers["record"] == str(evidence)
    lines = (("R3", 5, S2, CONVERTED), ("R3", 5, S2, CONVERTED), ("R3", 10, CONVERTED, S2))
    joined = named(moves("conversion", *lines), new("E2"), known=(evidence, plain.batch_id))
    assert post(actor=crew.judge, movement=joined) == "created"


def test_an_item_on_hold_does_not_cease_to_be_one(crew: Crew, exhibit: UUID) -> None:
    into = moves("reclassification", ("I1", 1, S2, CONVERTED), ("I1", 1, CONVERTED, S2), items=(exhibit,))
    draft = named(into, new("P1", "operational"), known=(batch("I1"),))
    refused("item_on_hold", lambda: post(actor=crew.judge, movement=draft))
    same = moves("reclassification", ("I1", 1, S2, CONVERTED), ("I1", 1, CONVERTED, S2), items=(exhibit, exhibit))
    kept = named(same, new("I1", "operational", condition="C", itemised=True), known=(batch("I1"),))
    assert post(actor=crew.judge, movement=kept) == "created"


def test_evidence_is_not_issued_and_not_written_off(crew: Crew, evidence: UUID) -> None:
    unit = Party.objects.create(kind="unit", name="Unit", site_id="A")
    issue = moves("issue", ("E1", 1, S2, Spot("on_issue", ref=unit.pk.hex)))
    refused("evidence_not_released", lambda: post(actor=crew.keeper, movement=issue))
    refused("evidence_not_released", lambda: crew.ask(moves("write_off", ("E1", 1, S2, UNEXPLAINED))))
    assert batch("E1") == evidence
    assert held("E1", "S2") == 5


@pytest.mark.parametrize(("kind", "to"), [("expenditure", EXPENDED), ("loss", LOST), ("theft", Spot("stolen"))])
def test_evidence_that_is_gone_is_recorded_and_somebody_is_to_find_out(
    crew: Crew, evidence: UUID, kind: str, to: Spot
) -> None:
    gone = moves(kind, ("E1", 2, S2, to), ("E1", 1, S2, to))
    assert post(actor=crew.keeper, movement=gone) == "created"
    told = Action.objects.filter(row_id=str(gone.movement_id), text__contains=str(evidence))
    assert told.count() == 1


def test_a_correction_is_no_way_round(crew: Crew, exhibit: UUID) -> None:
    """Two people put a mistake in the books right; what is an item on hold is still no mistake."""
    back = Movement.objects.get(kind="find")
    draft = correction_of(back, movement_id=uuid7(), reason="mistake")
    refused("item_on_hold", lambda: crew.ask(draft, crew.judge))
    Item.objects.filter(pk=exhibit).update(legal_hold=False)
    crew.agree(crew.ask(draft, crew.judge))
    assert held("I1", "S2") == 0


def test_a_corrected_return_is_an_issue(crew: Crew) -> None:
    """Else what was banned meanwhile would go out again."""

    unit = Spot("on_issue", ref=Party.objects.create(kind="unit", name="Unit", site_id="A").pk.hex)
    post(actor=crew.keeper, movement=moves("issue", ("R4", 1, S2, unit)))
    came = moves("return", ("R4", 1, unit, S2))
    post(actor=crew.keeper, movement=came)
    because = {"text": "No use", "reason": "cracks", "imposed_on": date(2026, 1, 1), "imposed_by": crew.judge}
    Constraint.objects.create(article_id="rifles", kind="ban", **because)
    draft = correction_of(Movement.objects.get(pk=came.movement_id), movement_id=uuid7(), reason="mistake")
    refused("banned", lambda: crew.ask(draft, crew.judge))


def test_only_a_correction_corrects(crew: Crew) -> None:
    theirs = found(crew, new("N1", "operational"))
    draft = moves("transfer", ("R4", 1, S2, S1), corrects_id=theirs.movement_id)
    refused("correction_unlike", lambda: post(actor=crew.keeper, movement=draft))


def test_a_new_batch_is_new_and_says_what_a_region_can_say(crew: Crew) -> None:
    one = new("N1", "operational")
    found(crew, one)
    for batches, code in (
        ((one,), "batch_exists"),
        ((new("N2", "nonsense"),), "unknown_rule"),
        ((new("N2", "operational", condition="Z"),), "unknown_rule"),
        ((new("N2", "operational", year_made=3),), "unknown_rule"),
        ((new("N" * 600, "operational"),), "text_too_long"),
    ):
        draft = named(moves("receipt", ("R3", 1, ACQUIRED, S2)), *batches)
        refused(code, lambda draft=draft: post(actor=crew.keeper, movement=draft))


def test_quantities_that_no_column_holds(crew: Crew) -> None:
    for quantity in (MOST + 1, -1):
        draft = moves("receipt", ("R4", quantity, ACQUIRED, S2))
        refused("quantity_out_of_range", lambda draft=draft: post(actor=crew.keeper, movement=draft))
    twice = moves("receipt", ("R4", MOST, ACQUIRED, S2), ("R4", MOST, ACQUIRED, S2))
    refused("quantity_out_of_range", lambda: post(actor=crew.keeper, movement=twice))


def test_a_despatch_is_bound_for_a_store_and_goes_by_itself(crew: Crew) -> None:
    key = uuid7()
    road = Spot("in_transit", ref=key.hex)

    draft = replace(moves("despatch", ("R4", 1, S2, road)), movement_id=key)
    refused("destination_wanted", lambda: post(actor=crew.keeper, movement=draft))
    refused("unknown_rule", lambda: post(actor=crew.keeper, movement=replace(draft, destination_id="S9")))
    other = replace(draft, movement_id=uuid7(), destination_id="S1")
    refused("flow_not_allowed", lambda: post(actor=crew.keeper, movement=other))
    assert post(actor=crew.keeper, movement=replace(draft, destination_id="S1")) == "created"
    foreign = moves("arrival", ("R4", 1, road, S3))
    refused("unknown_rule", lambda: post(actor=crew.stranger, movement=foreign))


def test_what_leaves_the_organisation_needs_a_second_person(crew: Crew) -> None:
    key = uuid7()

    out = replace(
        moves("despatch", ("R4", 1, S2, Spot("in_transit", ref=key.hex)), destination_id="S3"), movement_id=key
    )
    refused("second_person_wanted", lambda: post(actor=crew.keeper, movement=out))
    assert agreeing.needs_asking(out)
    crew.agree(crew.ask(out))
    assert Movement.objects.filter(pk=key).exists()
    inside = moves("transfer", ("R4", 1, S2, S1))
    assert not agreeing.needs_asking(inside)


def test_a_reclassification_moves_nothing(crew: Crew) -> None:
    draft = moves("reclassification", ("R4", 1, S2, CONVERTED), ("R4", 1, CONVERTED, S1))
    refused("reclassified_elsewhere", lambda: post(actor=crew.judge, movement=draft))


@pytest.mark.usefixtures("crew")
def test_a_conversion_does_not_leave_the_organisation_by_itself() -> None:
    judge = somebody("judge-of-all", "technical_officer")
    draft = moves("conversion", ("R4", 1, S2, CONVERTED), ("R4", 1, CONVERTED, S3))
    refused("second_person_wanted", lambda: post(actor=judge, movement=draft))


def test_only_what_was_missing_is_recovered(crew: Crew) -> None:
    def recovered(number: int) -> MovementDraft:
        return moves("recovery", ("R4", number, UNEXPLAINED, S2))

    fault = refused("not_missing", lambda: post(actor=crew.keeper, movement=recovered(1)))
    assert fault.numbers["missing"] == 0
    crew.agree(crew.ask(moves("write_off", ("R4", 2, S2, UNEXPLAINED))))
    assert post(actor=crew.keeper, movement=recovered(1)) == "created"
    refused("not_missing", lambda: post(actor=crew.keeper, movement=recovered(2)))
    assert post(actor=crew.keeper, movement=recovered(1)) == "created"
