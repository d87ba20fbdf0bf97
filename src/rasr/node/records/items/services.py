"""What is done to items: they are taken down, told apart out of what was held as so many pieces, and mended.

What is stamped on an item is a fact of it, never its identity: another reading of a mark changes nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records import names
from rasr.core.records.ledger.places import CONVERTED, Spot
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.models import Store
from rasr.node.records.items import queries
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.ledger.posting import post
from rasr.node.records.ledger.write import lock_register
from rasr.node.records.lots.services import RECLASSIFICATION, as_draft
from rasr.node.records.lots.told import Why, entered
from rasr.node.records.models import Article, Item, LegalStatus, Movement, Origin, SerialState

TABLE = Item._meta.db_table
FACTS = ("serial", "serial_state", "marks", "year_made", "origin", "notes")
"""Facts of an item that who keeps the store may mend."""
UNREADABLE = (SerialState.ILLEGIBLE, SerialState.REMOVED, SerialState.MISSING)
MOST_NAMED = 5
"""Serial numbers that a refusal names."""


@dataclass(frozen=True)
class ItemDraft:
    """An item before it is taken down. serial: as it is marked; empty where none can be read."""

    serial: str = ""
    serial_state: str = SerialState.MARKED
    marks: str = ""
    year_made: int | None = None
    origin: str = Origin.UNKNOWN
    legal_status: str = LegalStatus.UNKNOWN
    case_number: str = ""
    legal_hold: bool = False


def new_items(*, actor: User, article_id: str, drafts: Sequence[ItemDraft], sure: bool = False) -> list[Item]:
    """Take down items that come in. In a transaction in which they are posted: they must lie somewhere after it.

    sure: those whose serial number is in the register already are other items. Raises PermissionDenied; Refused:
    serial_wanted, serial_not_wanted, serials_shared, case_wanted, item_not_countable, unknown_rule.
    """
    require(actor, queries.KEEP)
    _countable(article_id)
    for draft in drafts:
        _sound(draft.serial, draft.serial_state)
        if draft.legal_status == LegalStatus.EVIDENCE and not draft.case_number.strip():
            raise Refused("case_wanted")
    if not sure:
        _not_shared(actor, article_id, [names.mark(draft.serial) for draft in drafts], drafts)
    made = Item.objects.bulk_create(
        Item(article_id=article_id, normalised=names.mark(draft.serial), **vars(draft)) for draft in drafts
    )
    changes = (trail.Change(TABLE, one.pk, None, _known(draft)) for one, draft in zip(made, drafts, strict=True))
    trail.record_changes(actor=actor, act="item.make", changes=changes)
    return made


def itemise(
    *, actor: User, batch_id: UUID, place: Spot, drafts: Sequence[ItemDraft], why: Why, movement_id: UUID, sure: bool
) -> int:
    """Tell pieces of a batch in a store apart: so many become items. How many; 0 where it was done before.

    They leave the batch by a reclassification into another that is like it but kept piece by piece. Raises
    PermissionDenied, Batch.DoesNotExist; Refused: as ``new_items`` and ``post`` do (holding_negative: more than there
    are).
    """
    require(actor, queries.JUDGE)
    with transaction.atomic():
        lock_register()  # one at a time, so that sending it twice at once does it once too
        if Movement.objects.filter(pk=movement_id).exists():
            return 0
        held = queries.itemisable(actor, batch_id, place.store_id or "")
        batch, by_ref = held[0].batch, {one.place.ref: one for one in held}
        basis = by_ref[place.ref].quantity_basis if place.ref in by_ref else None
        items = new_items(actor=actor, article_id=batch.article_id, drafts=drafts, sure=sure)
        new = replace(as_draft(batch), batch_id=uuid7(), itemised=True, total_mass_kg=None, total_neq_kg=None)
        into = Spot(CONVERTED)
        lines = [LineDraft(batch.pk, len(items), basis, place, into)]
        lines += [LineDraft(new.batch_id, 1, "counted", into, place, one.pk) for one in items]
        draft = MovementDraft(
            *(movement_id, RECLASSIFICATION, timezone.now(), why.text, tuple(lines)),
            batches=(new,),
            reason_language=why.language,
        )
        post(actor=actor, movement=draft)
        return len(items)


def change(*, actor: User, item_id: UUID, facts: Mapping[str, Any], why: Why, sure: bool = False) -> Item:
    """Mend facts of an item: some of ``FACTS``.

    Raises PermissionDenied, Item.DoesNotExist; Refused: reason_wanted, serial_wanted, serial_not_wanted,
    serials_shared.
    """
    require(actor, queries.KEEP)
    assert set(facts) <= set(FACTS), facts
    with transaction.atomic():
        item, where = locked(actor, item_id)
        serial = str(facts.get("serial", item.serial)).strip()
        state = str(facts.get("serial_state", item.serial_state))
        _sound(serial, state)
        mark = names.mark(serial)
        if mark != item.normalised and not sure:
            _not_shared(actor, item.article_now.pk, [mark], [ItemDraft(serial)])
        given = {**facts, "serial": serial, "normalised": mark}
        entered(actor, "item.change", item, given, why, where)
    return item


def locked(actor: User, item_id: UUID, right: str = queries.KEEP) -> tuple[Item, tuple[str, str]]:
    """An item whose store is in the scope of a right, locked, with organisation and site. Raises Item.DoesNotExist."""
    keeper_id: str | None = queries.kept(actor, right).values_list("keeper_id", flat=True).get(pk=item_id)
    site = Store.objects.select_related("site").get(pk=keeper_id).site if keeper_id else None
    where = (site.organisation_id, site.pk) if site else ("", "")
    return Item.objects.select_for_update().get(pk=item_id), where


def shared(actor: User, marks: Iterable[str], article_id: str) -> set[str]:
    """Which of these normalised serial numbers items of the article bear already, as far as the actor sees them."""
    found: set[str] = set()
    for some in in_parts({mark for mark in marks if mark}):
        rows = queries.items(actor).filter(at__batch__article=article_id, normalised__in=some)
        found.update(rows.order_by().values_list("normalised", flat=True))
    return found


def _not_shared(actor: User, article_id: str, marks: Sequence[str], drafts: Sequence[ItemDraft]) -> None:
    """Raises Refused: serials_shared."""
    twice = {mark for mark, count in Counter(marks).items() if mark and count > 1}
    found = shared(actor, marks, article_id) | twice
    if found:
        told = [draft.serial for draft, mark in zip(drafts, marks, strict=True) if mark in found]
        named = ", ".join(told[:MOST_NAMED]) + (" …" if len(told) > MOST_NAMED else "")
        raise Refused("serials_shared", count=len(told), serials=named)


def _sound(serial: str, state: str) -> None:
    """Raises Refused where a mark is to be read and is not given, or the other way."""
    if state in UNREADABLE and serial.strip():
        raise Refused("serial_not_wanted", serial=serial)
    if state not in UNREADABLE and not serial.strip():
        raise Refused("serial_wanted")


def _countable(article_id: str) -> None:
    unit = Article.objects.filter(pk=article_id, closed=False).values_list("unit", flat=True).first()
    if unit is None:
        raise Refused("unknown_rule", what="article", value=article_id, known="see the register")
    if unit != "piece":
        raise Refused("item_not_countable", article=article_id)


def _known(draft: ItemDraft) -> dict[str, Any]:
    return {name: value for name, value in vars(draft).items() if value not in (None, "", False)}
