"""What somebody may see of decisions on surplus, and which stock they can declare."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, UUIDField, Value

from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Organisation
from rasr.node.records.ledger import declaring
from rasr.node.records.models import Declaration, Holding
from rasr.node.records.queries import Actor, stock

VIEW, JUDGE = "view_register", declaring.RIGHT


def decisions(actor: Actor, right: str = VIEW) -> QuerySet[Declaration]:
    """Decisions about the stock of organisations in scope."""
    if not isinstance(actor, User) or not may(actor, right):
        return Declaration.objects.none()
    return declaring.decisions(actor, right)


def decision(actor: Actor, declaration_id: UUID, right: str = VIEW) -> Declaration:
    """One of them. Raises Declaration.DoesNotExist, also for what is out of scope."""
    return decisions(actor, right).get(pk=declaration_id)


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Those for whose stock somebody may record a decision."""
    if not may(actor, JUDGE):
        return Organisation.objects.none()
    rows = Organisation.objects.filter(declaring.deciding_for(scope_of(actor, JUDGE)), closed=False)
    return rows.order_by("name", "pk")


def declared(actor: Actor, found: Declaration) -> QuerySet[Holding]:
    """Stock in scope that names a decision, what is left of it."""
    here = Q(batch__declared_surplus_ref=found.reference, store__site__organisation=found.organisation_id)
    return stock(actor).filter(here).exclude(quantity=0)


def declarable(actor: Actor, found: Declaration) -> QuerySet[Any]:
    """Stock of the organisation, where somebody judges it, that names no decision or another one.

    With stack, and declaration_id for the links.
    """
    here = Q(scope_of(actor, JUDGE).stores("store__"), store__site__organisation=found.organisation_id)
    rows = Holding.objects.filter(here, store__closed=False).exclude(quantity=0)
    rows = rows.exclude(Q(batch__declared_surplus_ref=found.reference, batch__declared_surplus_ref__isnull=False))
    rows = rows if may(actor, JUDGE) else rows.none()
    return rows.select_related("batch__article", "store__site", "place").annotate(
        stack=F("place__ref"), declaration_id=Value(found.pk, output_field=UUIDField())
    )
