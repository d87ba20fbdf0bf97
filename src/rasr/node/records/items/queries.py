"""What somebody may see of items: those that are, or ever were, in one of their stores.

Where an item is now is named only where its place is in scope. Whose it is to change follows from the store that it is
in, or that it left last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from rasr.node.people.rights import may
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.places.models import Store
from rasr.node.records.models import (
    Batch,
    Holding,
    Item,
    ItemPosition,
    MovementLine,
    Party,
    Place,
    PlaceKind,
)
from rasr.node.records.queries import Actor

VIEW, KEEP, JUDGE = "view_register", "keep_stock", "judge_stock"
MOST_ALIKE = 20
"""Other items with the same marks that a page names."""


def items(actor: Actor, right: str = VIEW) -> QuerySet[Item]:
    """Items that are, or were, in a store in scope; all for who has every place in scope."""
    rows = Item.objects.select_related("at__place__store__site", "at__batch__article")
    if not may(actor, right):
        return rows.none()
    scope = scope_of(actor, right)
    if scope.everything:
        return rows
    return rows.filter(Exists(_lines(scope).filter(item=OuterRef("pk"))))


def listed(actor: Actor) -> QuerySet[Any]:
    """``items`` with seen_store: the store an item is in, None where that is none in scope."""
    here = Store.objects.filter(scope_of(actor).stores(), pk=OuterRef("at__place__store"))
    return items(actor).annotate(seen_store=Subquery(here.values("pk")[:1]))


def item(actor: Actor, item_id: UUID) -> Item:
    """One item. Raises Item.DoesNotExist, also for what is out of scope."""
    return items(actor).get(pk=item_id)


def kept(actor: Actor, right: str = KEEP) -> QuerySet[Any]:
    """Items whose store, or the one they left last, is in the scope of a right; annotated with it: keeper_id."""
    left = MovementLine.objects.filter(pk=OuterRef("at__line_id")).values("from_place__store")[:1]
    rows = items(actor, right).annotate(
        keeper_id=Coalesce("at__place__store", Subquery(left), output_field=TextField())
    )
    scope = scope_of(actor, right)
    if scope.everything:
        return rows
    return rows.filter(keeper_id__in=Store.objects.filter(scope.stores()).values("pk"))


def _lines(scope: Scope) -> QuerySet[MovementLine]:
    return MovementLine.objects.filter(scope.stores("from_place__store__") | scope.stores("to_place__store__"))


@dataclass(frozen=True)
class Whereabouts:
    """Where something is, as somebody may be told. store_id: the store they may open, None for none."""

    name: str
    store_id: str | None = None


def whereabouts(actor: Actor, item: Item) -> Whereabouts:
    """Where an item is now."""
    at: ItemPosition | None = getattr(item, "at", None)
    if at is None:
        return Whereabouts(_("not yet recorded anywhere"))
    return _named(at.place, _stores_seen(actor, [at.place]), _parties(actor, [at.place]))


def history(actor: Actor, item: Item) -> list[tuple[MovementLine, Whereabouts, Whereabouts]]:
    """Every movement of an item from or to a store in scope, the latest first, with both places."""
    scope = scope_of(actor)
    rows = MovementLine.objects.filter(item=item) if scope.everything else _lines(scope).filter(item=item)
    lines = list(
        rows.select_related("movement__actor", "from_place__store__site", "to_place__store__site").order_by(
            "-movement__effective_at", "-line_id"
        )
    )
    places = [place for line in lines for place in (line.from_place, line.to_place)]
    stores, parties = _stores_seen(actor, places), _parties(actor, places)
    return [(line, _named(line.from_place, stores, parties), _named(line.to_place, stores, parties)) for line in lines]


def _named(place: Place, stores: set[str], parties: dict[str, str]) -> Whereabouts:
    if place.kind == PlaceKind.STORE:
        if place.store is None or place.store.pk not in stores:
            return Whereabouts(_("a store that you may not see"))
        stack = f", {place.ref}" if place.ref else ""
        return Whereabouts(f"{place.store.pk}, {place.store.site.name}{stack}", place.store.pk)
    name = str(PlaceKind(place.kind).label)
    party = parties.get(place.ref)
    return Whereabouts(f"{name}: {party}" if party else name)


def _stores_seen(actor: Actor, places: list[Place]) -> set[str]:
    keys = {place.store_id for place in places if place.store_id}
    rows = Store.objects.filter(scope_of(actor).stores(), pk__in=keys) if keys else Store.objects.none()
    return set(rows.values_list("pk", flat=True))


def _parties(actor: Actor, places: list[Place]) -> dict[str, str]:
    """Who has things on issue, by the ref of the place, where the site whose books know them is in scope."""
    refs = {place.ref for place in places if place.kind == PlaceKind.ON_ISSUE and place.ref}
    rows = Party.objects.filter(scope_of(actor).sites("site__"), pk__in=refs) if refs else Party.objects.none()
    return {party.pk.hex: party.name for party in rows}


def alike(actor: Actor, item: Item) -> list[Item]:
    """Other items in scope whose marks look like its own, those of the same article first."""
    if not item.normalised:
        return []
    rows = items(actor).filter(normalised=item.normalised).exclude(pk=item.pk)[:MOST_ALIKE]
    return sorted(rows, key=lambda other: other.article_now != item.article_now)


def itemisable(actor: Actor, batch_id: UUID, store_id: str) -> list[Holding]:
    """What a store holds of a batch that is counted in pieces, not item by item; a holding for each stack.

    Raises Batch.DoesNotExist, also where nothing of it lies where the actor judges stock.
    """
    scope = scope_of(actor, JUDGE)
    rows = Holding.objects.filter(scope.stores("store__"), batch=batch_id, store=store_id, batch__itemised=False)
    rows = rows.filter(batch__article__unit="piece", batch__article__closed=False).exclude(quantity=0)
    found = list(rows.select_related("batch__article", "place", "store__site")) if may(actor, JUDGE) else []
    if not found:
        raise Batch.DoesNotExist
    return found


def countable(actor: Actor) -> QuerySet[Holding]:
    """Weapons in stores where the actor judges stock that are held as so many pieces."""
    scope = scope_of(actor, JUDGE)
    rows = Holding.objects.filter(scope.stores("store__"), batch__itemised=False, batch__article__unit="piece")
    rows = rows.filter(batch__article__family__in=WEAPONS).exclude(quantity=0)
    rows = rows if may(actor, JUDGE) else rows.none()
    return rows.select_related("batch__article", "store__site").order_by("position")


WEAPONS = ("small_arms", "light_weapons", "heavy_weapons", "manpads")
"""Families of which each piece bears a number of its own."""


def stores_beside(actor: Actor, item: Item) -> list[str]:
    """Stores where somebody keeps stock, of the site that an item of ``kept`` lies in or has left."""
    keeper = Store.objects.filter(pk=getattr(item, "keeper_id", None)).values("site")
    rows = Store.objects.filter(scope_of(actor, KEEP).stores(), site__in=keeper, closed=False)
    return list(rows.order_by("pk").values_list("pk", flat=True))
