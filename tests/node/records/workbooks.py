"""Workbooks of stock for the tests: what is in them, what becomes of it, and what moves meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone
from tests.node.records.small_register import Row, only, records
from uuid6 import uuid7

from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.records import bridge, bringing, uploading
from rasr.node.records.models import Batch, Item, Upload
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

S1, S2, STACK = Spot.store("S1"), Spot.store("S2"), Spot.store("S1", "stack 2")
ACQUIRED, LOST = Spot("acquired"), Spot("lost")
STOCK = {"R1": "S1 bombs 5", "R2": "S2 powder ?", "R3": "S3 rifles 0", "R4": "S1 rifles 40"}
Check = Callable[..., Upload]


def stock(**some: str | Row) -> Region:
    """A region of records of stock alone."""
    return only("stock", records(some))


def held() -> dict[str, int | None]:
    """What the register holds, by record."""
    return dict(bridge.load_region().table("stock").select("stock_id", "quantity").iter_rows())


def outcomes(upload: Upload, loading: str) -> dict[str, str]:
    """What becomes of each record, as the preview says."""
    lines = uploading.lines(actor=upload.actor, upload_id=upload.pk, loading=loading)
    return dict(lines.select("stock_id", "outcome").iter_rows())


def batch_of(record: str) -> UUID:
    """The batch of a record."""
    return Batch.objects.get(stock_id=record).pk


def move(actor: User, kind: str, record: str, quantity: int | None, origin: Spot, target: Spot) -> None:
    """Post a movement of one line."""
    line = LineDraft(batch_of(record), quantity, "counted", origin, target)
    post(actor=actor, movement=MovementDraft(uuid7(), kind, timezone.now(), "So.", (line,)))


def count_of(upload: Upload, **more: Any) -> dict[str, dict[str, Any]]:
    """Hand the upload in as a count; what became of each store."""
    given = {"actor": upload.actor, "upload_id": upload.pk, "due_on": timezone.localdate(), **more}
    return {one["store_id"]: one for one in bringing.post_count(**given)}


def weapons(actor: User, number: int) -> list[Item]:
    """So many rifles, one by one, of the record W1 in S2."""
    batch = BatchDraft(uuid7(), "W1", "rifles", itemised=True)
    some = [Item.objects.create(article_id="rifles", serial=f"A-{at}") for at in range(number)]
    lines = tuple(LineDraft(batch.batch_id, 1, "counted", ACQUIRED, S2, one.pk) for one in some)
    post(actor=actor, movement=MovementDraft(uuid7(), "receipt", timezone.now(), "", lines, batches=(batch,)))
    return some
