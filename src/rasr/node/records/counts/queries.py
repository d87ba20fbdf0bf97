"""Counts somebody may see: those of the stores in their scope; and how much of the stock has been confirmed lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count as Number
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from rasr.node.people.approvals.queries import approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.counts import adjusting, codes, expecting
from rasr.node.records.counts.services import COUNTING, RIGHT
from rasr.node.records.models import Article, Batch, Count, CountLine, CountState, Holding, Item, ItemPosition, Place

Actor = User | AnonymousUser


def counts(actor: Actor) -> QuerySet[Count]:
    """The counts in scope, with store, site and article; lines: how many; counted: how many have a figure."""
    found = Count.objects.filter(scope_of(actor).stores("store__"))
    numbered = found.annotate(
        line_count=Number("lines"), counted_count=Number("lines", filter=Q(lines__found__isnull=False))
    )
    return numbered.select_related("store__site", "article").order_by("-frozen_at", "pk")


def count(actor: Actor, count_id: UUID) -> Count:
    """One. Raises Count.DoesNotExist."""
    return counts(actor).get(pk=count_id)


def may_keep(actor: Actor, found: Count) -> bool:
    """Whether somebody may write on it."""
    return may(actor, RIGHT) and Store.objects.filter(scope_of(actor, RIGHT).stores(), pk=found.store_id).exists()


def stores_to_count(actor: Actor) -> QuerySet[Store]:
    """Stores in which somebody keeps stock."""
    found = Store.objects.filter(scope_of(actor, RIGHT).stores(), closed=False)
    return found.select_related("site").order_by("position")


def stores_seen(actor: Actor) -> QuerySet[Store]:
    """Stores in scope."""
    found = Store.objects.filter(scope_of(actor).stores(), closed=False)
    return found.select_related("site").order_by("position")


def articles_in(stores: QuerySet[Store]) -> QuerySet[Article]:
    """Articles of which these stores hold something."""
    held = Holding.objects.filter(store__in=stores.order_by().values("pk")).exclude(quantity=0)
    return Article.objects.filter(pk__in=held.order_by().values("batch__article")).order_by("name")


def lines(found: Count) -> QuerySet[CountLine]:
    """The lines of a sheet, with what and where."""
    return found.lines.select_related("batch__article", "item__article", "place", "counted_by").order_by("position")


def shows_expected(found: Count) -> bool:
    """Whether the sheet says what is expected: not to who counts it blind."""
    return not found.blind or found.state not in COUNTING


def differences(found: Count) -> list[expecting.Difference]:
    """What was counted otherwise than expected; nothing before the sheet was handed in the first time."""
    if found.state not in (CountState.COUNTED, CountState.INVESTIGATION, CountState.CLOSED):
        return []
    return expecting.differences(found, lines(found))


def adjustment_waits(actor: Actor, found: Count) -> Approval | None:
    """The request for the adjusting movement that waits for its second person."""
    asked = approvals(actor).filter(kind=adjusting.KIND, state=ApprovalState.ASKED, store=found.store_id)
    return next((one for one in asked if one.payload.get("count_id") == str(found.pk)), None)


@dataclass(frozen=True)
class Validity:
    """How much of the stock a count of the last days confirmed. lines: records in stores, and items one by one."""

    confirmed: int
    lines: int
    days: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where there is no stock."""
        return self.confirmed / self.lines if self.lines else None


def validity(actor: Actor) -> Validity:
    """The stock validity of all stores in scope: a line is confirmed where a count had it that was closed."""
    days = settings.NODE.stock_validity_days
    since = timezone.now() - timedelta(days=days)
    scope = scope_of(actor)
    confirming = CountLine.objects.filter(count__state=CountState.CLOSED, count__counted_at__gte=since)
    of_batch = confirming.filter(batch=OuterRef("batch"), place=OuterRef("place"), item=None)
    held = Holding.objects.filter(scope.stores("store__"), batch__itemised=False).exclude(quantity=0)
    of_item = confirming.filter(item=OuterRef("item"), found=1, count__store=OuterRef("place__store"))
    items = ItemPosition.objects.filter(scope.stores("place__store__"), place__store__isnull=False)
    confirmed = total = 0
    for rows, seen in ((held, of_batch), (items, of_item)):
        told = rows.order_by().aggregate(n=Number("pk"), seen=Number("pk", filter=Q(Exists(seen))))
        confirmed, total = confirmed + told["seen"], total + told["n"]
    return Validity(confirmed, total, days)


# Labels.


@dataclass(frozen=True)
class Label:
    """One label. code: what its QR leads to; words: its lines of text, the first one large."""

    code: str
    words: tuple[str, ...]


def store_of(actor: Actor, store_id: str) -> Store:
    """A store in scope. Raises Store.DoesNotExist."""
    return Store.objects.select_related("site").get(scope_of(actor).stores(), pk=store_id)


def labels(store: Store, what: str, most: int) -> list[Label]:
    """The labels of a store: its ``places``, its ``packages`` (one for each record and stack), its ``weapons``."""
    if what == "places":
        places = Place.objects.filter(store=store).order_by("ref")
        return [Label(codes.code_of(codes.PLACE, one.pk), (one.ref or store.pk, store.pk)) for one in places[:most]]
    if what == "packages":
        held = Holding.objects.filter(store=store, batch__itemised=False).exclude(quantity=0)
        rows = held.select_related("batch__article", "place").order_by("place__ref", "batch__article__name", "pk")
        return [_of_batch(one.batch, one.place.ref) for one in rows[:most]]
    at = ItemPosition.objects.filter(place__store=store).select_related("item__article")
    return [_of_item(one.item) for one in at.order_by("item__article__name", "item__serial", "pk")[:most]]


def _of_batch(batch: Batch, stack: str) -> Label:
    words = (batch.article.name, batch.lot or batch.stock_id, stack)
    return Label(codes.code_of(codes.BATCH, batch.pk), tuple(filter(None, words)))


def _of_item(item: Item) -> Label:
    return Label(codes.code_of(codes.ITEM, item.pk), tuple(filter(None, (item.serial, item.article.name))))


def scanned(actor: Actor, code: str) -> tuple[str, Any]:
    """What a code leads to: its kind and its row, where somebody may see it. Raises ObjectDoesNotExist."""
    given = codes.read(code)
    if given is None:
        raise Place.DoesNotExist(code)
    kind, key = given
    scope = scope_of(actor)
    if isinstance(key, int):
        return kind, Place.objects.get(scope.stores("store__"), pk=key, store__isnull=False)
    if kind == codes.ITEM:
        here = ItemPosition.objects.filter(scope.stores("place__store__"), place__store__isnull=False)
        return kind, here.select_related("item").get(item=key).item
    held = Holding.objects.filter(scope.stores("store__"), batch=key).select_related("batch").first()
    if held is None:
        raise Batch.DoesNotExist(code)
    return kind, held.batch
