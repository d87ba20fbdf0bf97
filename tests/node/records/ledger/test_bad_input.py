"""What reaches the ledger although it should not: each leaves the register as it was, or is taken down as what it is.

Elsewhere: two at once, and a clock that is put back, in ``test_at_once``; a kill in the middle in ``test_killed``; the
same by forms in ``movements/test_forms``; look-alike letters in ``items`` and ``lots``; a renamed lot in ``lots``; a
store emptied while it is counted in ``counts``; workbooks with many errors in ``test_uploads_bad``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from tests.node.records.ledger.crew import ACQUIRED, LOST, S1, S2, UNEXPLAINED, Crew, batch, held, moves, refused
from tests.node.records.ledger.machine import items_astray_at_any_time
from uuid6 import uuid7

from rasr.core.records.ledger.places import Spot
from rasr.node.records.models import Batch, Holding, Item, ItemPosition, Movement, MovementLine, Place, Register
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, correction_of, post, recompute_holdings

STACK = Spot.store("S2", "stack 1")


def rifles(crew: Crew, many: int = 2, *, ago_h: float = 48.0) -> tuple[UUID, list[UUID]]:
    """A batch of rifles as items, found in S2 so long ago."""
    items = Item.objects.bulk_create(Item(article_id="rifles", serial=f"A-{number}") for number in range(many))
    new = BatchDraft(uuid7(), "W1", "rifles", itemised=True)
    lines = tuple(LineDraft(new.batch_id, 1, None, ACQUIRED, S2, one.pk) for one in items)
    at = timezone.now() - timedelta(hours=ago_h)
    post(actor=crew.ana, movement=MovementDraft(uuid7(), "find", at, "found", lines, batches=(new,)))
    return new.batch_id, [one.pk for one in items]


def one_moves(
    batch_id: UUID, item: UUID, here: Spot, there: Spot, *, ago_h: float = 0.0, kind: str = "transfer"
) -> MovementDraft:
    """One item goes from here to there."""
    at = timezone.now() - timedelta(hours=ago_h)
    return MovementDraft(uuid7(), kind, at, "so", (LineDraft(batch_id, 1, None, here, there, item),))


def where(item: UUID) -> Spot:
    """Where an item is."""
    found = ItemPosition.objects.filter(item=item).values_list("place__kind", "place__store_id", "place__ref")
    return Spot(*found.get())


def test_a_retry_after_a_lost_answer_when_nothing_is_left(crew: Crew) -> None:
    """What could not be posted anew is still answered as what it is: posted."""
    sent = moves("transfer", ("R1", 5, S1, S2))
    assert post(actor=crew.keeper, movement=sent) == "created"
    post(actor=crew.keeper, movement=moves("loss", ("R1", 5, S2, LOST)))
    before = Register.objects.get().version
    assert post(actor=crew.keeper, movement=sent) == "exists"
    assert Register.objects.get().version == before
    assert held("R1", "S2") == held("R1", "S1") == 0
    other = moves("transfer", ("R4", 1, S2, S1))
    other = MovementDraft(sent.movement_id, other.kind, other.effective_at, other.reason, other.lines)
    assert post(actor=crew.keeper, movement=other) == "exists_different"
    assert held("R4", "S2") == 9


def sends(crew: Crew, record: str, quantity: int, here: Spot, bound_for: str) -> Spot:
    """A despatch of so many; gives where they are now."""
    ref = uuid7()
    road = Spot("in_transit", ref=ref.hex)
    line = LineDraft(batch(record), quantity, None, here, road)
    sent = MovementDraft(ref, "despatch", timezone.now(), "sent", (line,), destination_id=bound_for)
    assert post(actor=crew.ana, movement=sent, agreed=uuid7()) == "created"
    return road


def test_a_despatch_that_is_never_received_stays_on_its_way(crew: Crew) -> None:
    """It is in nobody's store, but somewhere: until somebody says what became of it."""
    road = sends(crew, "R4", 4, S2, "S1")
    assert held("R4", "S2") == 5
    assert held("R4", "S1") == 0
    assert Holding.everywhere.get(place__ref=road.ref).quantity == 4
    refused("unknown_rule", lambda: post(actor=crew.stranger, movement=moves("loss", ("R4", 4, road, LOST))))
    assert post(actor=crew.keeper, movement=moves("loss", ("R4", 4, road, LOST))) == "created"
    assert not Holding.everywhere.filter(place__ref=road.ref).exists()
    assert recompute_holdings() == []


def test_more_is_received_than_was_sent(crew: Crew) -> None:
    """No more arrives of it than is on its way; what is there besides is told as what nobody can explain."""
    road = sends(crew, "R4", 4, S2, "S1")
    refused("holding_negative", lambda: post(actor=crew.keeper, movement=moves("arrival", ("R4", 5, road, S1))))
    assert held("R4", "S1") == 0
    both = (("R4", 4, road, S1),)
    assert post(actor=crew.keeper, movement=moves("arrival", *both)) == "created"
    refused("holding_negative", lambda: post(actor=crew.keeper, movement=moves("arrival", *both)))
    assert post(actor=crew.keeper, movement=moves("discrepancy", ("R4", 1, UNEXPLAINED, S1))) == "created"
    assert held("R4", "S1") == 5
    assert recompute_holdings() == []


def test_an_item_that_is_already_in_another_store(crew: Crew) -> None:
    kind, items = rifles(crew)
    post(actor=crew.ana, movement=one_moves(kind, items[0], S2, S1, ago_h=1))
    for wrong in (
        one_moves(kind, items[0], S2, STACK),
        one_moves(kind, items[0], STACK, S2),
        one_moves(kind, items[0], ACQUIRED, S2, kind="find"),
        one_moves(kind, items[0], ACQUIRED, S1, kind="receipt"),
    ):
        refused("item_elsewhere", lambda one=wrong: post(actor=crew.ana, movement=one))
    twice = tuple(LineDraft(kind, 1, None, S2, there, items[1]) for there in (S1, STACK))
    both = MovementDraft(uuid7(), "transfer", timezone.now(), "so", twice)
    refused("item_elsewhere", lambda: post(actor=crew.ana, movement=both))
    assert [where(one) for one in items] == [S1, S2]
    place = Place.objects.filter(store="S2").first()
    with pytest.raises(IntegrityError), transaction.atomic():  # the database holds it too
        ItemPosition.objects.create(item_id=items[0], batch_id=kind, place=place, line_id=1)


def test_an_item_that_is_not_there_leaves_as_no_other_does(crew: Crew) -> None:
    """An item that nobody has taken down is in no store, however many of its batch are."""
    kind, _ = rifles(crew)
    unknown = Item.objects.create(article_id="rifles", serial="A-0")
    refused("item_not_there", lambda: post(actor=crew.ana, movement=one_moves(kind, unknown.pk, S2, S1)))
    assert not ItemPosition.objects.filter(item=unknown).exists()


def test_an_item_leaves_no_place_before_it_came_there(crew: Crew) -> None:
    """Although there was one of its batch at that time: another one."""
    kind, (one, other) = rifles(crew)
    post(actor=crew.ana, movement=one_moves(kind, one, S2, S1, ago_h=24))
    post(actor=crew.ana, movement=one_moves(kind, one, S1, S2, ago_h=12))
    early = one_moves(kind, one, S2, STACK, ago_h=18)
    refused("item_then_elsewhere", lambda: post(actor=crew.ana, movement=early))
    assert where(one) == S2
    assert post(actor=crew.ana, movement=one_moves(kind, other, S2, STACK, ago_h=18)) == "created"
    assert post(actor=crew.ana, movement=one_moves(kind, one, S2, STACK, ago_h=6)) == "created"
    assert items_astray_at_any_time() == []


def test_a_clock_that_was_a_day_ahead(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it dated holds at that time and not before: nothing is there twice, nothing is negative in between."""
    tomorrow = timezone.now() + timedelta(days=1)
    with monkeypatch.context() as jumped:
        jumped.setattr(timezone, "now", lambda: tomorrow)
        ahead = moves("transfer", ("R4", 9, S2, S1))
        assert post(actor=crew.keeper, movement=ahead) == "created"
    refused("holding_negative", lambda: post(actor=crew.keeper, movement=moves("loss", ("R4", 1, S2, LOST))))
    refused("holding_negative_then", lambda: post(actor=crew.keeper, movement=moves("loss", ("R4", 1, S1, LOST))))
    assert post(actor=crew.keeper, movement=ahead) == "exists"
    late = moves("loss", ("R4", 1, S1, LOST))
    late = MovementDraft(late.movement_id, late.kind, tomorrow, late.reason, late.lines)
    refused("effective_in_future", lambda: post(actor=crew.keeper, movement=late))
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert post(actor=crew.keeper, movement=late) == "created"
    mistaken = Movement.objects.get(pk=late.movement_id)
    turned = correction_of(mistaken, movement_id=uuid7(), reason="not lost")
    assert post(actor=crew.judge, movement=turned, agreed=uuid7()) == "created"
    assert held("R4", "S1") == 9
    assert recompute_holdings() == []


@pytest.mark.parametrize("model", [Movement, MovementLine, Batch])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
@pytest.mark.usefixtures("crew")
def test_raw_sql_against_history_is_refused(model: Any, statement: str) -> None:
    table, many = model._meta.db_table, model.objects.count()
    for field in model._meta.concrete_fields:
        said = statement.format(table=table, column=field.column)
        with pytest.raises(DatabaseError, match="is immutable"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(said)
    assert model.objects.count() == many > 0


@pytest.mark.usefixtures("crew")
def test_raw_sql_against_what_is_kept_is_refused_or_found() -> None:
    """A holding is never negative, whoever writes it; another number than the movements make is found."""
    known = Holding.objects.filter(quantity=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        known.update(quantity=-1)
    assert recompute_holdings() == []
    known.update(quantity=4)
    assert [(one.kept[0], one.derived[0]) for one in recompute_holdings() if one.kept and one.derived] == [(4, 5)]
