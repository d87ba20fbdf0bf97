"""The law and an item: evidence with its case, legal hold, court and laboratory, release.

Who keeps the store may say that an item is evidence and put a hold on it; to release it is for who judges stock, with
the reference of the release. Handing it to a court or a laboratory is an issue, so that it is always somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import CONVERTED, ON_ISSUE, STORE, Spot
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records.items import queries
from rasr.node.records.items.services import locked
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.posting import post
from rasr.node.records.ledger.write import lock_register
from rasr.node.records.lots.services import RECLASSIFICATION, as_draft
from rasr.node.records.lots.told import Why, entered
from rasr.node.records.models import Batch, Custody, Item, ItemPosition, LegalStatus, Movement, Party, PartyKind

EVIDENCE = "evidence"
"""Purpose of a batch."""


@dataclass(frozen=True)
class Legal:
    """What the law says of an item; see ``models.Item``."""

    legal_status: str
    case_number: str = ""
    legal_hold: bool = False
    owner: str = ""
    release_ref: str = ""


def set_legal(*, actor: User, item_id: UUID, legal: Legal, why: Why) -> Item:
    """Say what the law says of an item. Where it is released, so is the batch it is counted in.

    Raises PermissionDenied (a hold is lifted by who judges stock), Item.DoesNotExist; Refused: reason_wanted,
    case_wanted, release_wanted, owner_wanted, hold_in_force.
    """
    with transaction.atomic():
        require(actor, queries.KEEP)
        lock_register()  # before the item, as whoever posts does
        item, where = locked(actor, item_id)
        if _releases(item, legal):
            require(actor, queries.JUDGE)
            item, where = locked(actor, item_id, queries.JUDGE)
        _lawful(item, legal)
        entered(actor, "item.legal", item, vars(legal), why, where)
        _release_batch(actor, item, why)
    return item


def _releases(item: Item, legal: Legal) -> bool:
    """Whether something that held an item back would do so no longer."""
    was_evidence = item.legal_status == LegalStatus.EVIDENCE and legal.legal_status != LegalStatus.EVIDENCE
    return (
        (item.legal_hold and not legal.legal_hold) or was_evidence or bool(legal.release_ref and not item.release_ref)
    )


def _lawful(item: Item, legal: Legal) -> None:
    held = legal.legal_status == LegalStatus.EVIDENCE or legal.legal_hold
    if held and not legal.case_number.strip():
        raise Refused("case_wanted")
    if legal.legal_status in (LegalStatus.RELEASED, LegalStatus.TO_OWNER) and legal.legal_hold:
        raise Refused("hold_in_force")
    wants_release = legal.legal_status in (LegalStatus.RELEASED, LegalStatus.TO_OWNER) or _releases(item, legal)
    if wants_release and not legal.release_ref.strip():
        raise Refused("release_wanted")
    if legal.legal_status == LegalStatus.TO_OWNER and not legal.owner.strip():
        raise Refused("owner_wanted")


def _release_batch(actor: User, item: Item, why: Why) -> None:
    """What is held as evidence goes into a batch with the reference of the release, if it lies in a store."""
    at = ItemPosition.objects.select_related("batch", "place").filter(item=item).first()
    if at is None or at.place.kind != STORE or not item.release_ref or item.legal_hold:
        return
    if at.batch.purpose != EVIDENCE or at.batch.release_ref == item.release_ref:
        return
    new = _released(at.batch, item.release_ref)
    spot, batch_id = spot_of(at), new.batch_id
    lines = (
        LineDraft(at.batch_id, 1, "counted", spot, Spot(CONVERTED), item.pk),
        LineDraft(batch_id, 1, "counted", Spot(CONVERTED), spot, item.pk),
    )
    known = Batch.objects.filter(pk=batch_id).exists()
    batches = () if known else (new,)
    draft = MovementDraft(uuid7(), RECLASSIFICATION, timezone.now(), why.text, lines, batches=batches)
    post(actor=actor, movement=replace(draft, reason_language=why.language))


def _released(batch: Batch, release_ref: str) -> BatchDraft:
    """The batch that is like another but for its release: one that is there, else a new one."""
    wanted = replace(as_draft(batch), release_ref=release_ref)
    facts = {name: getattr(wanted, name) for name in BATCH_COLUMNS if name != "batch_id"}
    same = Batch.objects.filter(**{name: value for name, value in facts.items() if value is not None})
    same = same.filter(**{f"{name}__isnull": True for name, value in facts.items() if value is None})
    found = same.order_by("pk").values_list("pk", flat=True).first()
    return replace(wanted, batch_id=found or uuid7())


def hand_over(*, actor: User, item_id: UUID, custody: str, to: str, movement_id: UUID, why: Why) -> Item:
    """Hand an item to a court or a laboratory: it is on issue to them, and its custody says so.

    to: name of the court or laboratory, known in the books of the site. Raises PermissionDenied, Item.DoesNotExist;
    Refused: item_not_in_store, custody_elsewhere, and what ``post`` refuses.
    """
    require(actor, queries.KEEP)
    if custody not in (Custody.COURT, Custody.FORENSIC):
        raise Refused("custody_elsewhere")
    with transaction.atomic():
        lock_register()
        item, where = locked(actor, item_id)
        if Movement.objects.filter(pk=movement_id).exists():
            return item
        at = in_store(item)
        entered(actor, "item.custody", item, {"custody": custody}, why, where)
        name = to.strip()
        party = Party.objects.filter(site=where[1], kind=PartyKind.OUTSIDE, name=name).first()
        party = party or Party.objects.create(site_id=where[1], kind=PartyKind.OUTSIDE, name=name)
        line = LineDraft(at.batch_id, 1, "counted", spot_of(at), Spot(ON_ISSUE, ref=party.pk.hex), item.pk)
        _post(actor, "issue", line, movement_id, why)
    return item


def take_back(*, actor: User, item_id: UUID, store_id: str, movement_id: UUID, why: Why) -> Item:
    """Take an item back into a store from a court or a laboratory.

    Raises PermissionDenied, Item.DoesNotExist; Refused: custody_in_store, and what ``post`` refuses.
    """
    require(actor, queries.KEEP)
    with transaction.atomic():
        lock_register()
        item, where = locked(actor, item_id)
        if Movement.objects.filter(pk=movement_id).exists():
            return item
        at = ItemPosition.objects.select_related("place").get(item=item)
        if item.custody == Custody.STORE or at.place.kind != ON_ISSUE:
            raise Refused("custody_in_store")
        entered(actor, "item.custody", item, {"custody": Custody.STORE.value}, why, where)
        here = Spot(ON_ISSUE, ref=at.place.ref)
        _post(
            actor, "return", LineDraft(at.batch_id, 1, "counted", here, Spot.store(store_id), item.pk), movement_id, why
        )
    return item


def in_store(item: Item) -> ItemPosition:
    """Where an item lies, which is in a store. Raises Refused: item_not_in_store."""
    at = ItemPosition.objects.select_related("place").get(item=item)
    if at.place.kind != STORE:
        raise Refused("item_not_in_store", item=str(item))
    return at


def spot_of(at: ItemPosition) -> Spot:
    """The place as a line of a movement names it."""
    return Spot(at.place.kind, at.place.store_id, at.place.ref)


def _post(actor: User, kind: str, line: LineDraft, movement_id: UUID, why: Why) -> None:
    draft = MovementDraft(movement_id, kind, timezone.now(), why.text, (line,), reason_language=why.language)
    post(actor=actor, movement=draft)
