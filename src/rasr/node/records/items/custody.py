"""The law and an item: evidence with its case, legal hold, court and laboratory, release.

Who keeps the store may say that an item is evidence and put a hold on it; to release it is for who judges stock, with
the reference of the release, which is of that case alone. Handing it to a court or a laboratory is an issue, so that it
is always somewhere; whatever brings it back ends that custody (``ledger.handing``).
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
HELD_BACK = (LegalStatus.EVIDENCE, LegalStatus.CONFISCATED, LegalStatus.TO_OWNER)
"""What the state may not use as its own: to say that of it no longer is a release."""


@dataclass(frozen=True)
class Legal:
    """What the law says of an item; see ``models.Item``."""

    legal_status: str
    case_number: str = ""
    legal_hold: bool = False
    owner: str = ""
    release_ref: str = ""


def set_legal(*, actor: User, item_id: UUID, legal: Legal, why: Why) -> Item:
    """Say what the law says of an item. Where it is released, or evidence again, so is the batch it is counted in.

    What is evidence, is held, or is of another case, is not released by an earlier decision. Raises PermissionDenied
    (who judges stock lifts a hold, releases, changes a case, and takes back the release of a batch),
    Item.DoesNotExist; Refused: reason_wanted, case_wanted, release_wanted, release_old, owner_wanted, hold_in_force,
    held_and_released.
    """
    legal = replace(
        legal,
        case_number=legal.case_number.strip(),
        owner=legal.owner.strip(),
        release_ref=legal.release_ref.strip(),
    )
    with transaction.atomic():
        require(actor, queries.KEEP)
        lock_register()  # before the item, as whoever posts does
        item, where = locked(actor, item_id)
        at = ItemPosition.objects.select_related("batch", "place").get(item=item)
        if _is_judged(item, legal) or _is_held_again(legal, at):
            require(actor, queries.JUDGE)
            item, where = locked(actor, item_id, queries.JUDGE)
        entered(actor, "item.legal", item, vars(_lawful(item, legal)), why, where)
        _batch_follows(actor, item, at, why)
    return item


def _is_judged(item: Item, legal: Legal) -> bool:
    """Whether something that held an item back would do so no longer, or in another way."""
    is_released_anew = legal.release_ref not in ("", item.release_ref)
    is_lifted = item.legal_hold and not legal.legal_hold
    is_anothers = legal.legal_status == item.legal_status == LegalStatus.TO_OWNER and legal.owner != item.owner
    return is_lifted or is_released_anew or is_anothers or _frees(item, legal)


def _frees(item: Item, legal: Legal) -> bool:
    """Whether it was held back for a reason that is to hold no longer: then it takes a decision, and a new one."""
    was, now = item.legal_status, legal.legal_status
    if was in HELD_BACK and now not in (was, LegalStatus.EVIDENCE):
        return True
    is_other_case = bool(item.case_number) and legal.case_number != item.case_number
    # what was held is renumbered only by who judges; what was not may become evidence in a new case
    return is_other_case and (was == LegalStatus.EVIDENCE or item.legal_hold or not _holds(legal))


def _holds(legal: Legal) -> bool:
    return legal.legal_status == LegalStatus.EVIDENCE or legal.legal_hold


def _lawful(item: Item, legal: Legal) -> Legal:
    """What is to be kept: without the release of an earlier case. Raises Refused."""
    gives_out = legal.legal_status in (LegalStatus.RELEASED, LegalStatus.TO_OWNER)
    is_old = bool(legal.release_ref) and legal.release_ref == item.release_ref
    if _holds(legal):
        if not legal.case_number:
            raise Refused("case_wanted")
        if gives_out:
            raise Refused("hold_in_force")
        if legal.release_ref and not is_old:
            raise Refused("held_and_released")
        return replace(legal, release_ref="")
    takes_decision = _frees(item, legal) or item.legal_hold
    if takes_decision and is_old:
        raise Refused("release_old", reference=legal.release_ref)
    if not legal.release_ref and (takes_decision or gives_out):
        raise Refused("release_wanted")
    if legal.legal_status == LegalStatus.TO_OWNER and not legal.owner:
        raise Refused("owner_wanted")
    return legal


def _is_held_again(legal: Legal, at: ItemPosition) -> bool:
    """Whether it becomes evidence in a batch that was released in an earlier case."""
    return legal.legal_status == LegalStatus.EVIDENCE and at.batch.release_ref is not None


def _batch_follows(actor: User, item: Item, at: ItemPosition, why: Why) -> None:
    """What is evidence goes into a batch with the reference of its release, or without one where it is evidence again.

    As long as it lies in a store.
    """
    again = item.legal_status == LegalStatus.EVIDENCE
    if at.place.kind != STORE or (at.batch.release_ref or "") == item.release_ref:
        return
    if not again and (not item.release_ref or at.batch.purpose != EVIDENCE):
        return
    new = _like(at.batch, item.release_ref or None)
    spot, batch_id = spot_of(at), new.batch_id
    lines = (
        LineDraft(at.batch_id, 1, "counted", spot, Spot(CONVERTED), item.pk),
        LineDraft(batch_id, 1, "counted", Spot(CONVERTED), spot, item.pk),
    )
    known = Batch.objects.filter(pk=batch_id).exists()
    batches = () if known else (new,)
    draft = MovementDraft(uuid7(), RECLASSIFICATION, timezone.now(), why.text, lines, batches=batches)
    post(actor=actor, movement=replace(draft, reason_language=why.language))


def _like(batch: Batch, release_ref: str | None) -> BatchDraft:
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
        item, _where = locked(actor, item_id)
        if Movement.objects.filter(pk=movement_id).exists():
            return item
        at = ItemPosition.objects.select_related("place").get(item=item)
        if item.custody == Custody.STORE or at.place.kind != ON_ISSUE:
            raise Refused("custody_in_store")
        line = LineDraft(at.batch_id, 1, "counted", spot_of(at), Spot.store(store_id), item.pk)
        _post(actor, "return", line, movement_id, why)
        item.refresh_from_db()
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
