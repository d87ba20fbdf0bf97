"""Declared surplus: the national decision, and the stock that it names. Without it nothing is destroyed or sold.

A batch never changes, so what is declared becomes a new batch that names the decision: a reclassification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import CONVERTED, Spot
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.places.models import Organisation, Store
from rasr.node.records.ledger import posting, write
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, BatchDraft, LineDraft, MovementDraft
from rasr.node.records.models import Batch, Declaration, Holding, ItemPosition, Movement, MovementKind

RIGHT = "judge_stock"
TABLE = Declaration._meta.db_table


@dataclass(frozen=True)
class Chosen:
    """What is declared: so much of a batch in a store or stack. quantity: None is all of it.

    item_ids: of a batch that is itemised; empty is every item of it there.
    """

    batch_id: UUID
    place: Spot
    quantity: int | None = None
    item_ids: tuple[UUID, ...] = ()


def record_decision(
    *, actor: User, reference: str, decided_on: date, authority: str, organisation_id: str, text: str = ""
) -> Declaration:
    """Take down a decision of the nation about stock of an organisation.

    Raises PermissionDenied; Organisation.DoesNotExist, also for one out of scope; Refused: declaration_incomplete,
    declaration_in_future, declaration_known.
    """
    require(actor, RIGHT)
    reference, authority = reference.strip(), authority.strip()
    with transaction.atomic():
        owner = Organisation.objects.filter(deciding_for(scope_of(actor, RIGHT)), closed=False).get(pk=organisation_id)
        if not reference or not authority:
            raise Refused("declaration_incomplete")
        if decided_on > timezone.localdate():
            raise Refused("declaration_in_future", day=decided_on.isoformat())
        made, is_new = Declaration.objects.get_or_create(
            reference=reference,
            defaults={
                "decided_on": decided_on,
                "authority": authority,
                "organisation": owner,
                "text": text.strip(),
                "recorded_by": actor,
            },
        )
        if not is_new:
            raise Refused("declaration_known", reference=reference)
        trail.record(
            actor=actor,
            act="surplus.decide",
            table=TABLE,
            row_id=made.pk,
            after={"reference": reference, "decided_on": decided_on, "authority": authority, "text": made.text},
            organisation_id=owner.pk,
        )
        return made


def declare_surplus(
    *,
    actor: User,
    movement_id: UUID,
    reference: str,
    stock: Sequence[Chosen],
    reason: str,
    reason_language: str = "",
) -> posting.Posted:
    """Let stock be surplus by a decision that is in the register. A retry with the same id answers ``exists``.

    Raises PermissionDenied; Declaration.DoesNotExist, also for one out of scope; Refused: declaration_unknown where the
    stock is another organisation's, declared_already, not_held_there, and what ``posting.post`` refuses.
    """
    require(actor, RIGHT)
    with transaction.atomic():
        write.lock_register()
        found = decisions(actor, RIGHT).get(reference=reference)
        if Movement.objects.filter(pk=movement_id).exists():
            return "exists"
        _of_the_organisation(found, stock)
        batches: dict[UUID, BatchDraft] = {}
        lines = [line for one in stock for line in _declared(one, found, batches)]
        movement = MovementDraft(
            movement_id=movement_id,
            kind=MovementKind.RECLASSIFICATION,
            effective_at=timezone.now(),
            reason=reason,
            lines=tuple(lines),
            batches=tuple(batches.values()),
            reason_language=reason_language,
        )
        return posting.post(actor=actor, movement=movement)


def decisions(actor: User, right: str = "view_register") -> QuerySet[Declaration]:
    """The decisions about stock of organisations that somebody may see or, by another right, judge for."""
    scope = scope_of(actor, right)
    return Declaration.objects.filter(deciding_for(scope, "organisation__")).select_related("organisation")


def deciding_for(scope: Scope, prefix: str = "") -> Q:
    """A filter to organisations of which a scope holds any store."""
    if scope.everything:
        return Q()
    owners = Store.objects.filter(scope.stores()).values("site__organisation_id")
    return Q(**{f"{prefix}pk__in": scope.organisation_ids}) | Q(**{f"{prefix}pk__in": owners})


def _of_the_organisation(found: Declaration, stock: Sequence[Chosen]) -> None:
    """A decision is about the stock of one organisation."""
    stores = {one.place.store_id for one in stock}
    owned = Store.objects.filter(pk__in=stores - {None}, site__organisation=found.organisation_id, closed=False)
    known = set(owned.values_list("pk", flat=True))
    for one in stock:
        if one.place.store_id not in known:
            told = {"record": str(one.batch_id), "reference": found.reference, "organisation": "-"}
            raise Refused("declaration_unknown", **told)


def _declared(one: Chosen, found: Declaration, batches: dict[UUID, BatchDraft]) -> list[LineDraft]:
    """The lines by which it becomes part of a batch that names the decision; that batch is put with the others."""
    place = Q(place__store=one.place.store_id, place__ref=one.place.ref)
    held = Holding.objects.filter(place, batch=one.batch_id).select_related("batch").first()
    if held is None or held.quantity == 0:
        raise Refused("not_held_there", place=str(one.place), record=str(one.batch_id))
    batch = held.batch
    if batch.declared_surplus_ref == found.reference:
        raise Refused("declared_already", record=batch.stock_id, reference=found.reference)
    if one.batch_id not in batches:
        batches[one.batch_id] = _naming(batch, found)
    new, basis, gone = batches[one.batch_id].batch_id, held.quantity_basis, Spot(CONVERTED)
    if not batch.itemised:
        quantity = held.quantity if one.quantity is None else one.quantity
        return [
            LineDraft(batch.pk, quantity, basis, one.place, gone),
            LineDraft(new, quantity, basis, gone, one.place),
        ]
    there = ItemPosition.objects.filter(place=held.place_id, batch=batch).values_list("pk", flat=True)
    items = one.item_ids or sorted(there)
    return [
        line
        for item in items
        for line in (
            LineDraft(batch.pk, 1, basis, one.place, gone, item),
            LineDraft(new, 1, basis, gone, one.place, item),
        )
    ]


def _naming(batch: Batch, found: Declaration) -> BatchDraft:
    """The same batch under the decision. What was stated of the whole is not stated of a part."""
    facts = {name: getattr(batch, name) for name in BATCH_COLUMNS}
    facts |= {"batch_id": uuid7(), "declared_surplus_ref": found.reference, "total_mass_kg": None, "total_neq_kg": None}
    return BatchDraft(**facts)
