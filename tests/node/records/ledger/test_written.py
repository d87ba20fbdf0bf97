"""What one posting of many lines leaves in the tables."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.node.records.ledger.crew import ACQUIRED, S1, S2, Crew
from uuid6 import uuid7

from rasr.node.records.models import Item, ItemPosition, MovementLine, VoucherSeries
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post_all

STACK = Spot.store("S1", "stack 1")


def test_an_item_knows_the_line_that_brought_it_where_it_is(crew: Crew) -> None:
    """Of several movements in one posting each line for itself, and the last of an item that went on."""
    one, other = Item.objects.bulk_create(Item(article_id="rifles", serial=f"L-{number}") for number in range(2))
    new = BatchDraft(uuid7(), "W1", "rifles", itemised=True)
    now = timezone.now()
    found = MovementDraft(
        *(uuid7(), "find", now - timedelta(hours=2), "found"),
        tuple(LineDraft(new.batch_id, 1, None, ACQUIRED, S2, item.pk) for item in (one, other)),
        batches=(new,),
    )
    steps = [(S2, STACK), (STACK, S2)]
    moved = [
        MovementDraft(uuid7(), "transfer", now, "so", (LineDraft(new.batch_id, 1, None, here, there, one.pk),))
        for here, there in steps
    ]
    assert post_all(actor=crew.ana, movements=[found, *moved]) == ["created"] * 3
    told = dict(ItemPosition.objects.values_list("item", "line_id"))
    assert told[other.pk] == MovementLine.objects.get(movement=found.movement_id, item=other).pk
    assert told[one.pk] == MovementLine.objects.get(movement=moved[-1].movement_id).pk == told[other.pk] + 2


def test_a_line_takes_effect_when_its_movement_does(crew: Crew) -> None:
    before = timezone.now() - timedelta(hours=3)
    new = BatchDraft(uuid7(), "W1", "rifles")
    sent = [
        MovementDraft(uuid7(), kind, at, "so", (LineDraft(new.batch_id, 5, None, here, there),), batches=brought)
        for kind, at, here, there, brought in (
            ("find", before, ACQUIRED, S1, (new,)),
            ("transfer", before + timedelta(hours=1), S1, S2, ()),
        )
    ]
    post_all(actor=crew.ana, movements=sent)
    for movement in sent:
        assert MovementLine.objects.get(movement=movement.movement_id).effective_at == movement.effective_at
    assert not MovementLine.objects.exclude(effective_at__in=[one.effective_at for one in sent]).filter(
        batch=new.batch_id
    )


def test_vouchers_of_many_movements_have_no_gap(crew: Crew) -> None:
    """The first of a site begins a series; all after it go on in it."""
    for together in (1, 3):
        drafts = []
        for _ in range(together):
            new = BatchDraft(uuid7(), "W1", "rifles")
            line = LineDraft(new.batch_id, 1, None, ACQUIRED, S2)
            drafts.append(MovementDraft(uuid7(), "find", timezone.now(), "found", (line,), batches=(new,)))
        before = VoucherSeries.objects.filter(site="A").values_list("last", flat=True).first() or 0
        post_all(actor=crew.ana, movements=drafts)
        year = timezone.localtime().year
        given = [MovementLine.objects.get(movement=one.movement_id).movement.voucher for one in drafts]
        assert given == [f"A/{year}/{before + number}" for number in range(1, together + 1)]
        assert VoucherSeries.objects.get(site="A", year=year).last == before + together
