"""What somebody may see of licences and emergency cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet
from django.utils import timezone

from rasr.core.hazard.divisions import licensed_as
from rasr.node.assessment.licences import around, distances, giving
from rasr.node.assessment.models import EmergencyCard, LicenceForm
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places
from rasr.node.places.models import Licence, Store
from rasr.node.records.ledger.facts import facts_of
from rasr.node.records.ledger.kept import draft_of
from rasr.node.records.ledger.standing import net_of
from rasr.node.records.models import Holding
from rasr.node.records.queries import Actor

VIEW = "view_register"
MOST_STORES = 5
"""Stores of a movement for which the distances are worked out."""


def forms(actor: Actor) -> QuerySet[LicenceForm]:
    """Licences as they were signed, of stores in scope, the latest first."""
    if not isinstance(actor, User) or not may(actor, VIEW):
        return LicenceForm.objects.none()
    rows = LicenceForm.objects.filter(scope_of(actor).stores("store__"))
    return rows.select_related("store__site__organisation", "proposed_by", "signed_by")


def form(actor: Actor, form_id: UUID) -> LicenceForm:
    """One. Raises LicenceForm.DoesNotExist, also for one out of scope."""
    return forms(actor).get(pk=form_id)


def store(actor: Actor, store_id: str) -> Store:
    """A store in scope with site and organisation. Raises Store.DoesNotExist."""
    if not may(actor, VIEW):
        raise Store.DoesNotExist(store_id)
    return places.store(actor, store_id)


def waits(actor: User, store_id: str) -> Approval | None:
    """The licence of a store that waits for a second person, if somebody may see that."""
    found = approvals.visible(actor).filter(kind=giving.KIND, state=ApprovalState.ASKED)
    return found.filter(payload__store_id=store_id).first()


def may_propose(actor: User, store_id: str) -> bool:
    """Whether somebody may propose a licence of a store."""
    return may(actor, giving.RIGHT) and scope_of(actor, giving.RIGHT).covers(None, None, store_id)


def holds(actor: User, right: str, store_id: str) -> bool:
    """Whether somebody has a right at a store."""
    return may(actor, right) and scope_of(actor, right).covers(None, None, store_id)


def is_in_force(found: LicenceForm) -> bool:
    """Whether the register says just what a form says: a later form, or a load, may have changed it."""
    rows = Licence.objects.filter(store=found.store_id)
    now = {row.hazard_division: (row.neq_limit_kg, row.valid_until) for row in rows}
    return now == {division: (kg, found.valid_until) for division, kg in found.limits.items()}


def stores_seen(actor: Actor, pairs: Iterable[Mapping[str, Any]]) -> set[str]:
    """The stores among neighbours that somebody may see; the others are not named to them."""
    asked = {row["exposed_id"] for row in pairs if row["is_store"]}
    return set(places.stores(actor).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()


def names_exposures(actor: Actor) -> bool:
    """Whether exposed sites are named to somebody: as the table of them is shown. Others learn kind and distance."""
    return may(actor, VIEW) and (scope_of(actor).everything or may(actor, "view_runs"))


# A drafted movement.


@dataclass(frozen=True)
class After:
    """A store that a movement touches. rows: ``Around.standing_after``. unknown: whether a quantity is not known."""

    store: Store
    rows: list[dict[str, Any]]
    unknown: bool


def after_movement(actor: User, found: Approval, as_of: date) -> tuple[list[After], int]:
    """What becomes of the stores in scope that a movement touches, and how many more of them there are."""
    draft = draft_of(found.payload["movement"])
    net = net_of(draft, facts_of([draft]), bound=True)
    stores = list(places.stores(actor).filter(pk__in=net.by_store).order_by("store_id")[: MOST_STORES + 1])
    touched = [_after(one, net.by_store[one.pk].values(), as_of) for one in stores[:MOST_STORES]]
    return touched, len(stores) - len(touched)


def _after(found: Store, lying: Iterable[Any], as_of: date) -> After:
    articles = list(lying)
    rows = [(found.pk, one.hazard_division, one.pieces * one.neq_kg_each) for one in articles if one.neq_kg_each]
    moved = pl.DataFrame(rows, schema=around.HELD, orient="row")
    unknown = any(one.unknown or one.neq_kg_each is None for one in articles)
    return After(found, around.read(found).standing_after(moved, as_of), unknown)


# Emergency cards.


def card(store_id: str) -> EmergencyCard:
    """The card of a store that the caller has found; an empty one, not kept, where nobody has written anything."""
    found = EmergencyCard.objects.filter(pk=store_id).first()
    return found or EmergencyCard(store_id=store_id)


def distances_waiting(actor: User, store_id: str) -> Approval | None:
    """The distances of a card that wait for a second person, if somebody may see that."""
    found = approvals.visible(actor).filter(kind=distances.KIND, state=ApprovalState.ASKED)
    return found.filter(payload__store_id=store_id).first()


def opened_by(address: str) -> EmergencyCard:
    """The card of an address, for whoever has it. Raises EmergencyCard.DoesNotExist."""
    rows = EmergencyCard.objects.select_related("store__site")
    return rows.get(~Q(address=None), address=address, store__closed=False)


def divisions_of(store_id: str) -> list[str]:
    """The divisions of a licence that the store is licensed for, or holds something of."""
    licensed = Licence.objects.filter(store=store_id, neq_limit_kg__gt=0, valid_until__gte=timezone.localdate())
    held = Holding.objects.filter(store=store_id).exclude(quantity=0).order_by()
    kinds = held.values_list("batch__article__hazard_division", flat=True).distinct()
    found = {*licensed.values_list("hazard_division", flat=True), *(licensed_as(kind) or "" for kind in kinds)}
    return sorted(found - {""})
