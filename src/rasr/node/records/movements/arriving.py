"""What comes into a store and was not in the register: its batches, and its lots and items where they are new.

A batch with the same facts that lies in the store already is used again, so that one line of the stock stays one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records import names
from rasr.node.people.models import User
from rasr.node.places.models import Store
from rasr.node.records.items.services import ItemDraft, new_items
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, BatchDraft
from rasr.node.records.lots.services import LotFacts, find_or_make
from rasr.node.records.models import ArticleDetail, Batch, Origin, SerialState
from rasr.node.records.movements.forms import NewThing

FACTS = tuple(name for name in BATCH_COLUMNS if name not in ("batch_id", "stock_id"))
ORIGINS = {"receipt": Origin.BOUGHT}
"""Kind of movement to how its items came; of a find that is asked."""
NONE: Mapping[str, UUID] = MappingProxyType({})
TAIL = 8
"""Signs of an id that tell a new record from others."""


@dataclass(frozen=True)
class Coming:
    """A line of what comes in."""

    batch_id: UUID
    quantity: int | None
    stack: str
    item_id: UUID | None = None


@dataclass(frozen=True)
class Came:
    """The lines, and the batches that are new."""

    lines: list[Coming]
    batches: list[BatchDraft]


def make(
    *,
    actor: User,
    store: Store,
    kind: str,
    things: Sequence[NewThing],
    sure: bool = False,
    same: Mapping[str, UUID] = NONE,
) -> Came:
    """Make lots and items where they are new; find or draft the batches. In the transaction of the movement.

    same: items that go into a conversion, by their normalised serial numbers: what comes out of it under one is that
    item, not another. sure: what looks like a lot or an item that the register has is another one.

    Raises PermissionDenied; Refused: serials_wanted for an article that is kept piece by piece, lot_looks_alike, and
    what ``new_items`` refuses.
    """
    articles = {one.article_id for one in things}
    by_piece = set(ArticleDetail.objects.filter(pk__in=articles, itemised=True).values_list("pk", flat=True))
    lines: list[Coming] = []
    batches: list[BatchDraft] = []
    for thing in things:
        if thing.article_id in by_piece and not thing.serials:
            raise Refused("serials_wanted", article=thing.article_id)
        batch_id = _batch_of(actor, store, thing, batches, sure=sure)
        if not thing.serials:
            lines.append(Coming(batch_id, thing.quantity, thing.stack))
            continue
        marks = [names.mark(serial) for serial in thing.serials]
        lines += [Coming(batch_id, 1, thing.stack, same[mark]) for mark in marks if mark in same]
        drafts = [
            ItemDraft(
                serial=serial,
                serial_state=SerialState.MARKED if serial else SerialState.MISSING,
                year_made=thing.year_made,
                origin=thing.origin or ORIGINS.get(kind, Origin.UNKNOWN),
            )
            for serial, mark in zip(thing.serials, marks, strict=True)
            if mark not in same
        ]
        if not drafts:
            continue
        items = new_items(actor=actor, article_id=thing.article_id, drafts=drafts, sure=sure)
        lines += [Coming(batch_id, 1, thing.stack, one.pk) for one in items]
    return Came(lines, batches)


def _batch_of(actor: User, store: Store, thing: NewThing, new: list[BatchDraft], *, sure: bool) -> UUID:
    facts = LotFacts(number=thing.lot, year_made=thing.year_made)
    lot = find_or_make(actor=actor, article_id=thing.article_id, facts=facts, sure=sure) if thing.lot else None
    draft = BatchDraft(
        uuid7(),
        "",
        thing.article_id,
        lot.number if lot else None,
        thing.condition,
        thing.purpose,
        thing.year_made,
        lot_record_id=lot.pk if lot else None,
        itemised=bool(thing.serials),
    )
    return _same_or_new(store, draft, store.pk, new)


def _same_or_new(store: Store, draft: BatchDraft, base: str, new: list[BatchDraft]) -> UUID:
    facts = {name: getattr(draft, name) for name in FACTS}
    for one in new:
        if all(getattr(one, name) == value for name, value in facts.items()):
            return one.batch_id
    same = Batch.objects.filter(**facts, holdings__store=store).order_by("pk").values_list("pk", flat=True).first()
    if same is not None:
        return same
    new.append(replace(draft, stock_id=f"{base}-{draft.batch_id.hex[-TAIL:]}"))
    return draft.batch_id


class Becoming:
    """Batches that are like others but for some facts. batches: those that are new."""

    def __init__(self, actor: User, store: Store, facts: Mapping[str, Any], *, sure: bool = False) -> None:
        self.actor, self.store, self.facts, self.sure = actor, store, facts, sure
        self.batches: list[BatchDraft] = []

    def batch_id(self, batch: Batch) -> UUID:
        """What a batch becomes. Raises Refused: facts_same where it is that already, lot_looks_alike."""
        given = dict(self.facts)
        if number := given.get("lot"):
            facts = LotFacts(number=number, year_made=given.get("year_made") or batch.year_made)
            lot = find_or_make(actor=self.actor, article_id=batch.article_id, facts=facts, sure=self.sure)
            given |= {"lot": lot.number, "lot_record_id": lot.pk}
        was = {name: getattr(batch, name) for name in FACTS}
        if was | given == was:
            raise Refused("facts_same", record=batch.stock_id)
        draft = BatchDraft(uuid7(), "", **(was | given))
        return _same_or_new(self.store, draft, batch.stock_id.partition("~")[0] + "~", self.batches)
