"""Declared surplus: a decision of the nation, the stock it names, and what may go because of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils import timezone
from tests.node.records.ledger.crew import ACQUIRED, DESTROYED, LOST, S1, S2, S3, Crew, batch, held, moves, refused
from uuid6 import uuid7

from rasr.node.people.models import Entry, User
from rasr.node.records import bridge
from rasr.node.records.ledger.declaring import Chosen, decisions, declare_surplus, record_decision
from rasr.node.records.models import Batch, Declaration, Holding, Item, Movement
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, post, recompute_holdings

pytestmark = pytest.mark.django_db


def decide(actor: User, **more: Any) -> Declaration:
    """A decision about the stock of the ministry."""
    given = {"reference": "D-7", "decided_on": date(2026, 3, 1), "authority": "Government", "organisation_id": "AL-MOD"}
    return record_decision(actor=actor, **{**given, **more})


def declares(actor: User, *stock: Chosen, **more: Any) -> str:
    """Stock is declared under D-7."""
    given = {"movement_id": uuid7(), "reference": "D-7", "reason": "Decision 7"}
    return declare_surplus(actor=actor, stock=stock, **{**given, **more})


def test_a_decision_stands_on_the_trail(crew: Crew) -> None:
    made = decide(crew.judge, text="  All old bombs. ")
    assert (made.text, made.recorded_by) == ("All old bombs.", crew.judge)
    entry = Entry.objects.get(act="surplus.decide")
    assert (entry.row_id, entry.organisation_id, entry.after["reference"]) == (str(made.pk), "AL-MOD", "D-7")


def test_what_is_no_decision(crew: Crew) -> None:
    for missing in ("reference", "authority"):
        refused("declaration_incomplete", lambda name=missing: decide(crew.judge, **{name: "  "}))
    later = timezone.localdate() + timedelta(days=1)
    refused("declaration_in_future", lambda: decide(crew.judge, decided_on=later))
    decide(crew.judge)
    refused("declaration_known", lambda: decide(crew.judge, authority="Parliament"))
    assert Declaration.objects.count() == 1


def test_only_who_judges_that_stock(crew: Crew) -> None:
    for nobody in (crew.keeper, crew.mate, crew.ana):
        with pytest.raises(PermissionDenied):
            decide(nobody)
    with pytest.raises(ObjectDoesNotExist):
        decide(crew.stranger)
    decide(crew.judge)
    with pytest.raises(ObjectDoesNotExist):
        declares(crew.stranger, Chosen(batch("R1"), S1))
    with pytest.raises(PermissionDenied):
        declares(crew.keeper, Chosen(batch("R1"), S1))
    assert [one.reference for one in decisions(crew.keeper)] == ["D-7"], "who keeps the stock sees it"
    assert not decisions(crew.stranger)


def test_nothing_else_changes_by_a_decision(crew: Crew) -> None:
    """The part that is declared keeps its facts, and how its number is known; what was stated of the whole goes."""
    new = BatchDraft(uuid7(), "R9", "rifles", lot="L1", condition="B", purpose="training", year_made=1980,
                     destroy_by=date(2030, 1, 1), total_mass_kg=7.0, total_neq_kg=0.0)  # fmt: skip
    came = LineDraft(new.batch_id, 5, "counted", ACQUIRED, S1)
    post(actor=crew.keeper, movement=MovementDraft(uuid7(), "find", timezone.now(), "", (came,), batches=(new,)))
    decide(crew.judge)
    key = uuid7()
    assert declares(crew.judge, Chosen(new.batch_id, S1, 2), movement_id=key, reason_language="en") == "created"
    made = Batch.objects.get(stock_id="R9", declared_surplus_ref="D-7")
    same = ("stock_id", "article_id", "lot", "condition", "purpose", "year_made", "destroy_by", "itemised")
    assert [getattr(made, name) for name in same] == [getattr(new, name) for name in same]
    assert (made.total_mass_kg, made.total_neq_kg, made.release_ref) == (None, None, None)
    kept = Holding.objects.filter(batch__stock_id="R9").order_by("quantity")
    assert [(one.quantity, one.quantity_basis, one.batch_id) for one in kept] == [
        *((2, "counted", made.pk), (3, "counted", new.batch_id))
    ]
    movement = Movement.objects.get(pk=key)
    head = ("reclassification", crew.judge, "Decision 7", "en", "A")
    assert (movement.kind, movement.actor, movement.reason, movement.reason_language, movement.site_id) == head
    lines = movement.lines.order_by("position").values_list("batch_id", "quantity", "quantity_basis")
    assert list(lines) == [(new.batch_id, 2, "counted"), (made.pk, 2, "counted")]


def test_declared_stock_may_be_destroyed_the_rest_not(crew: Crew) -> None:
    decide(crew.judge)
    assert declares(crew.judge, Chosen(batch("R1"), S1, 2)) == "created"
    named, rest = Batch.objects.get(stock_id="R1", declared_surplus_ref="D-7"), Batch.objects.get(pk=_plain("R1"))
    assert rest.declared_surplus_ref is None
    assert held("R1", "S1") == 5
    refused("not_declared_surplus", lambda: post(actor=crew.keeper, movement=_destroys(rest, 1), agreed=uuid7()))
    refused("holding_negative", lambda: post(actor=crew.keeper, movement=_destroys(named, 3), agreed=uuid7()))
    assert post(actor=crew.keeper, movement=_destroys(named, 2), agreed=uuid7()) == "created"
    assert recompute_holdings() == []
    assert not [one for one in bridge.load_region().check() if one.severity == "error"]


def _plain(record: str) -> Any:
    return Batch.objects.get(stock_id=record, declared_surplus_ref=None).pk


def _destroys(of: Batch, quantity: int) -> MovementDraft:
    line = LineDraft(of.pk, quantity, None, S1, DESTROYED)
    return MovementDraft(uuid7(), "destruction", timezone.now(), "campaign", (line,))


def test_a_retry_does_nothing_again(crew: Crew) -> None:
    decide(crew.judge)
    one = uuid7()
    assert declares(crew.judge, Chosen(batch("R1"), S1), movement_id=one) == "created"
    assert declares(crew.judge, Chosen(_plain("R4"), S2), movement_id=one) == "exists"
    assert held("R1", "S1") == 5


def test_what_cannot_be_declared(crew: Crew) -> None:
    decide(crew.judge)
    refused("declaration_unknown", lambda: declares(crew.judge, Chosen(batch("R5"), S3)))
    refused("declaration_unknown", lambda: declares(crew.judge, Chosen(batch("R5"), LOST)))
    refused("not_held_there", lambda: declares(crew.judge, Chosen(batch("R1"), S2)))
    refused("holding_negative", lambda: declares(crew.judge, Chosen(batch("R1"), S1, 6)))
    declares(crew.judge, Chosen(batch("R1"), S1))
    refused("declared_already", lambda: declares(crew.judge, Chosen(batch("R1"), S1)))


def test_unknown_quantities_and_two_places_of_one_batch(crew: Crew) -> None:
    decide(crew.judge)
    stack = S2._replace(ref="stack 1")
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 4, S2, stack)))
    rifles = batch("R4")
    declares(crew.judge, Chosen(batch("R2"), S2), Chosen(rifles, S2), Chosen(rifles, stack, 1))
    assert held("R2", "S2") is None
    assert Batch.objects.filter(stock_id="R4").count() == 2
    assert held("R4", "S2") == 9
    assert recompute_holdings() == []


def test_items_keep_their_identity(crew: Crew) -> None:
    decide(crew.judge)
    items = [Item.objects.create(article_id="rifles", serial=str(number)) for number in range(3)]
    new = BatchDraft(uuid7(), "W1", "rifles", itemised=True)
    lines = tuple(LineDraft(new.batch_id, 1, None, ACQUIRED, S2, item.pk) for item in items)
    post(actor=crew.keeper, movement=MovementDraft(uuid7(), "find", timezone.now(), "", lines, batches=(new,)))
    declares(crew.judge, Chosen(new.batch_id, S2, item_ids=(items[0].pk,)))
    items[0].at.refresh_from_db()
    assert items[0].at.batch.declared_surplus_ref == "D-7"
    declares(crew.judge, Chosen(new.batch_id, S2))
    assert {Item.objects.get(pk=one.pk).at.batch.declared_surplus_ref for one in items} == {"D-7"}
    assert recompute_holdings() == []
