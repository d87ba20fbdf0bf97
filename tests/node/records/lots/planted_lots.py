"""Lots and items for the walk and for the counting of queries, in stores of a region that is loaded, by the services.

``says`` gives the text to write for a store: the walk plants the store's own word, so that who may not see it is found
out by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tests.node.conftest import somebody
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.records.items import custody as law
from rasr.node.records.items import services as items
from rasr.node.records.items.services import ItemDraft
from rasr.node.records.lots import limiting, services
from rasr.node.records.lots.limiting import Limit
from rasr.node.records.lots.services import LotFacts, LotResult
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Batch, Constraint, Holding, Item, Lot
from rasr.node.records.services import Spot

WHY = Why("because it is so", "en")
DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Planted:
    """Keys of what was planted in a store. away: an item that is at court; pieces: a batch that is not itemised."""

    lot_id: UUID
    component_id: int
    constraint_id: UUID
    item_id: UUID
    away_id: UUID
    pieces_id: UUID


def chief() -> User:
    """Who judges and keeps everything."""
    found = User.objects.filter(username="chief-of-lots").first()
    return found or somebody("chief-of-lots", "technical_officer")


def plant(store_id: str, says: str) -> Planted:
    """A lot with a component, a test and a ban; two items, one of them at court. Every text of them says ``says``."""
    actor = chief()
    held = Holding.objects.filter(store=store_id, quantity__gt=4, batch__itemised=False, batch__article__unit="piece")
    held = held.exclude(batch__purpose__in=("evidence", "confiscated", "surrendered")).order_by("pk")
    pieces, *others = list(held.select_related("batch"))
    other = (others or [pieces])[0]
    lot = services.name_lot(actor=actor, batch_id=other.batch_id, facts=LotFacts(says), why=WHY, movement_id=uuid7())
    assert lot is not None
    texts = dict.fromkeys(("number", "normalised", "maker", "country_made", "notes"), says)
    Lot.objects.filter(pk=lot.pk).update(**texts)
    component = services.add_component(actor=actor, lot_id=lot.pk, part=says, number=says)
    result = LotResult(DAY, says, "passed", 1.0, says, says, says)
    services.record_test(actor=actor, lot_id=lot.pk, facts=result)
    ban = limiting.impose(actor=actor, lot_id=lot.pk, limit=Limit("constraint", says, says, says, DAY))
    Constraint.objects.filter(pk=ban.pk).update(lifted_reason=says)
    if pieces == other:
        pieces = Holding.objects.get(batch__lot_record=lot, store=store_id)
    return Planted(lot.pk, component.pk, ban.pk, *_items(actor, pieces, says))


def _items(actor: User, pieces: Holding, says: str) -> tuple[UUID, UUID, UUID]:
    place = Spot.store(pieces.store_id or "", pieces.place.ref)
    given: dict[str, Any] = {"place": place, "why": WHY, "movement_id": uuid7(), "sure": True}
    drafts = [ItemDraft(f"{says} 1"), ItemDraft(f"{says} 2")]
    items.itemise(actor=actor, batch_id=pieces.batch_id, drafts=drafts, **given)
    here, away = Item.objects.filter(serial__startswith=says).order_by("serial")
    texts = dict.fromkeys(("normalised", "marks", "case_number", "owner", "release_ref", "notes"), says)
    Item.objects.filter(pk__in=(here.pk, away.pk)).update(**texts, legal_status="to_owner")
    law.hand_over(actor=actor, item_id=away.pk, custody="court", to=says, movement_id=uuid7(), why=WHY)
    left = Batch.objects.get(pk=pieces.batch_id)
    return here.pk, away.pk, left.pk


Acts = dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]]
WHY_SENT = {"reason": "as it is", "reason_language": "en"}
LIMIT = {"kind": "ban", "text": "Not to be fired.", "reason": "so", "imposed_on": "2026-01-05"}


def sent(store_id: str) -> Acts:
    """Address to right, act on the trail, what its form sends, and the keys of its address."""
    moved = {"movement_id": "0198c5f0-0000-7000-8000-000000000001", **WHY_SENT}
    named = {"number": "NEW 1", "identity": "known", **moved}
    judged: Acts = {
        "lot-change": ("judge_stock", "lot.change", {"maker": "Sloboda", **WHY_SENT}, ("lot_id",)),
        "lot-identity": (
            "judge_stock",
            "lot.identify",
            {"number": "NEW 2", "identity": "lost", **WHY_SENT},
            ("lot_id",),
        ),
        "lot-component": ("judge_stock", "lot.component", {"part": "fuze"}, ("lot_id",)),
        "lot-component-drop": ("judge_stock", "lot.component", {}, ("lot_id", "component_id")),
        "lot-test": (
            *("judge_stock", "lot.test"),
            {"tested_on": "2026-02-05", "method": "heat", "verdict": "passed"},
            ("lot_id",),
        ),
        "lot-constraint": ("judge_stock", "constraint.impose", LIMIT, ("lot_id",)),
        "constraint-lift": (
            "judge_stock",
            "constraint.lift",
            {"lifted_on": "2026-02-05", **WHY_SENT},
            ("constraint_id",),
        ),
        "lot-name": ("judge_stock", "lot.make movement.post", named, ("batch_id",)),
        "itemise": (
            "judge_stock",
            "item.make movement.post",
            {"serials": "Q 1", "origin": "unknown", **moved},
            ("batch_id", "store_id"),
        ),
        "article-constraint": ("judge_stock", "constraint.impose", LIMIT, ("article_id",)),
    }
    kept: Acts = {
        "item-change": (
            *("keep_stock", "item.change"),
            {"serial": "Q 2", "serial_state": "marked", "origin": "found", "sure": "on", **WHY_SENT},
            ("item_id",),
        ),
        "item-legal": (
            *("keep_stock", "item.legal"),
            {"legal_status": "evidence", "case_number": "K-9", **WHY_SENT},
            ("item_id",),
        ),
        "item-hand-over": (
            *("keep_stock", "item.custody movement.post"),
            {"custody": "court", "to": "High court", **moved},
            ("item_id",),
        ),
        "item-take-back": ("keep_stock", "item.custody movement.post", {"store_id": store_id, **moved}, ("away_id",)),
        "item-return": ("keep_stock", "approval.ask", moved, ("item_id",)),
    }
    return judged | kept
