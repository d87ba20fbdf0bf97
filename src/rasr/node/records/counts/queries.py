"""Counts somebody may see: those of the stores in their scope; and how much of the stock has been confirmed lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count as Number
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rasr.core.records import quantities
from rasr.node.people.approvals.queries import approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.counts import adjusting, codes, expecting
from rasr.node.records.counts.services import COUNTING, RIGHT
from rasr.node.records.models import Article, Batch, Count, CountLine, CountState, Holding, ItemPosition, Place
from rasr.node.records.queries import each_of
from rasr.node.records.tables import unit_name
from rasr.node.web.figures import write

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
    return found.lines.select_related("batch__article", "item__at__batch__article", "place", "counted_by").order_by(
        "position"
    )


def shows_expected(found: Count) -> bool:
    """Whether the sheet says what is expected: not to who counts it blind."""
    return not found.blind or found.state not in COUNTING


def differences(found: Count) -> list[expecting.Difference]:
    """What was counted otherwise than expected, by the bare lines; nothing before the sheet was handed in the first
    time.
    """
    if found.state not in (CountState.COUNTED, CountState.INVESTIGATION, CountState.CLOSED):
        return []
    return expecting.differences(found, found.lines.select_related("place"))


def with_lines(found: Count, some: list[expecting.Difference]) -> list[expecting.Difference]:
    """Differences with all that is told of their lines."""
    whole = {line.pk: line for line in lines(found).filter(pk__in=[one.line.pk for one in some])} if some else {}
    return [replace(one, line=whole[one.line.pk]) for one in some]


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
        found = list(rows.prefetch_related("batch__article__packages")[:most])
        return [_of_batch(one.batch, one.place.ref, packed(one)) for one in found]
    at = ItemPosition.objects.filter(place__store=store).select_related("item", "batch__article")
    return [_of_item(one) for one in at.order_by("batch__article__name", "item__serial", "pk")[:most]]


MOST_PACKED = 2
"""Kinds of packages of an article that there is room for on a label."""


def packed(held: Holding) -> list[str]:
    """What a package of it holds, and its NEQ, by the catalogue; where no package is known, of all that lies there."""
    article = held.batch.article
    each = each_of(article)
    found = []
    for one in list(article.packages.all())[:MOST_PACKED]:
        neq_kg = quantities.neq_kg(each, one.quantity, None).value if one.neq_kg is None else one.neq_kg
        found.append(f"{one.name}: {_so_many(article.unit, one.quantity)}, {_neq(neq_kg)}")
    if not found and held.quantity is not None:
        neq_kg = quantities.neq_kg(each, held.quantity, held.quantity_basis).value
        day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
        found.append(f"{day}: {_so_many(article.unit, held.quantity)}, {_neq(neq_kg)}")
    return found


def _so_many(unit: str, quantity: int) -> str:
    return f"{write('whole', quantity)} {unit_name(unit, quantity)}"


def _neq(kg: float | None) -> str:
    return _("NEQ unknown") if kg is None else _("NEQ %(mass)s kg") % {"mass": write("significant:4", kg)}


def _of_batch(batch: Batch, stack: str, packages: Sequence[str] = ()) -> Label:
    words = (batch.article.name, batch.lot or batch.stock_id, stack, *packages)
    return Label(codes.code_of(codes.BATCH, batch.pk), tuple(filter(None, words)))


def _of_item(at: ItemPosition) -> Label:
    return Label(codes.code_of(codes.ITEM, at.item_id), tuple(filter(None, (str(at.item), at.batch.article.name))))


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
