"""Stock cards: every movement of an article, a lot, a record, a store or an item, with what was left after each.

A card counts what lies in the stores that its reader may see: what is on issue, on its way or gone has left them. It is
ordered by when things took effect, so it can be read as of any date.

    card_of(actor, "batch", str(batch.pk), as_of=date(2026, 5, 1)).rows
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.node.people.rights import may
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.places.models import Store
from rasr.node.records.models import Article, Batch, Item, Lot, MovementLine, Place
from rasr.node.records.movements import queries
from rasr.node.records.movements.queries import Actor, SeenLine

ROWS_EACH = 50
"""Rows of a page of a card."""
NEWEST = ("-effective_at", "-pk")
SIGN = "sign"
"""Of a line: see ``_Here.sign``."""


class Row(NamedTuple):
    """A line of a card. change: its sign; 0 from one of the stores into another. balance: after it; None is unknown."""

    seen: SeenLine
    change: int
    balance: int | None


@dataclass(frozen=True)
class Card:
    """A page of a card, the latest first. balance: at its end, on the day asked for; None is unknown.

    gram: whether it counts grams. mixed: it counts several articles, so that a sum of quantities says nothing.
    """

    what: str
    key: str
    name: str
    rows: Sequence[Row]
    balance: int | None
    gram: bool
    mixed: bool
    page: int
    pages: int
    lines: int
    store: Store | None = None

    @property
    def newer(self) -> int:
        """The page of what happened after."""
        return self.page - 1

    @property
    def older(self) -> int:
        """The page of what happened before."""
        return self.page + 1


class Subject(NamedTuple):
    """What a card is about. about: a filter to lines. Otherwise as in ``Card``."""

    name: str
    about: Q
    gram: bool
    mixed: bool
    store: Store | None = None


def _article(_actor: Actor, key: str) -> Subject:
    found = Article.objects.get(pk=key)
    return Subject(found.name, Q(batch__article=key), found.unit == "gram", mixed=False)


def _lot(_actor: Actor, key: str) -> Subject:
    found = Lot.objects.select_related("article").get(pk=UUID(key))
    name = f"{found.article.name}, {found.number}"
    return Subject(name, Q(batch__lot_record=found.pk), found.article.unit == "gram", mixed=False)


def _batch(_actor: Actor, key: str) -> Subject:
    found = Batch.objects.select_related("article").get(pk=UUID(key))
    name = f"{found.article.name}, {found.stock_id}"
    return Subject(name, Q(batch=found.pk), found.article.unit == "gram", mixed=False)


def _item(_actor: Actor, key: str) -> Subject:
    found = Item.objects.select_related("article", "at__batch__article").get(pk=UUID(key))
    return Subject(f"{found.article_now.name}, {found}", Q(item=found.pk), gram=False, mixed=False)


def _store(actor: Actor, key: str) -> Subject:
    found = Store.objects.select_related("site").get(scope_of(actor).stores(), pk=key)
    return Subject(found.pk, Q(), gram=False, mixed=True, store=found)  # its lines are those that touch it


SUBJECTS: dict[str, tuple[Callable[[Actor, str], Subject], str | Promise]] = {
    "article": (_article, _("Article")),
    "lot": (_lot, _("Lot")),
    "batch": (_batch, _("Record")),
    "item": (_item, _("Item")),
    "store": (_store, _("Store")),
}
"""What a card can be about, how it is found, and what it is called."""


def card_of(
    actor: Actor,
    what: str,
    key: str,
    *,
    as_of: date | None = None,
    page: int = 1,
    article_id: str = "",
    whole: bool = False,
) -> Card:
    """One page of a card, or the whole of it. article_id: of the card of a store, only this one; then it has a balance.

    Raises KeyError for no such kind, ObjectDoesNotExist for what is not there or has no line in scope.
    """
    finds, _name = SUBJECTS[what]
    if not may(actor, "view_register"):
        raise ObjectDoesNotExist(key)
    try:
        subject = finds(actor, key)
    except ValueError as fault:  # no id at all
        raise ObjectDoesNotExist(key) from fault
    if subject.store is not None and article_id:
        subject = _only(subject, Article.objects.get(pk=article_id))
    here = _here(actor, subject.store)
    lines = MovementLine.objects.filter(subject.about).filter(here.touches()).annotate(sign=here.sign())
    if as_of is not None:
        end = timezone.make_aware(datetime.combine(as_of + timedelta(days=1), time.min))
        lines = lines.filter(effective_at__lt=end)
    count, unknown, total = _sums(lines)
    if (
        not count
        and what in ("lot", "batch", "item")
        and not MovementLine.objects.filter(subject.about & here.touches()).exists()
    ):
        raise ObjectDoesNotExist(key)  # nothing of it ever was in a store in scope
    each = max(count, 1) if whole else ROWS_EACH
    pages = max(1, -(-count // each))
    page = min(max(page, 1), pages)
    newest = lines.order_by(*NEWEST)
    start = (page - 1) * each
    found = queries.seen(actor, newest[start : start + each])
    signed = [(one, getattr(one.line, SIGN)) for one in found]
    balances: Sequence[int | None] = [None] * len(found)
    balance = None
    if unknown and not subject.mixed:
        after, balance = _folded(lines)
        balances = [after[one.line.pk] for one in found]
    elif not subject.mixed:
        newer = _sums(newest[:start])[2] if start else 0
        balances, balance = _counted_back(signed, total - newer), total
    rows = [Row(one, change, left) for (one, change), left in zip(signed, balances, strict=True)]
    told = (what, key, subject.name, rows, balance, subject.gram, subject.mixed)
    return Card(*told, page, pages, count, subject.store)


def _only(subject: Subject, article: Article) -> Subject:
    about = subject.about & Q(batch__article=article)
    return Subject(f"{subject.name}, {article.name}", about, article.unit == "gram", False, subject.store)


class _Here(NamedTuple):
    """The stores that a card counts, as a filter to one end of a line: ``is_in("to_place")``. places: of store."""

    scope: Scope
    store: Store | None
    places: tuple[int, ...]

    def is_in(self, end: str) -> Q:
        if self.store is not None:  # by the numbers of its places: then both databases find lines by their index
            return Q(**{f"{end}__in": self.places})
        if self.scope.everything:
            return Q(**{f"{end}__store__isnull": False})
        seen = Store.objects.filter(self.scope.stores()).order_by().values("pk")
        return Q(**{f"{end}__store__in": seen})

    def touches(self) -> Q:
        return self.is_in("from_place") | self.is_in("to_place")

    def sign(self) -> Case:
        """1 where a line brings something into these stores, -1 where it takes it out, 0 where it does both."""
        comes, leaves = self.is_in("to_place"), self.is_in("from_place")
        return Case(When(comes & ~leaves, then=Value(1)), When(leaves & ~comes, then=Value(-1)), default=Value(0))


def _here(actor: Actor, store: Store | None) -> _Here:
    places = () if store is None else tuple(Place.objects.filter(store=store).values_list("pk", flat=True))
    return _Here(scope_of(actor), store, places)


def _sums(lines: QuerySet[MovementLine]) -> tuple[int, int, int]:
    """How many lines, how many of an unknown quantity, and what all others bring, in one reading of them."""
    found = lines.aggregate(
        count=Count("pk"), known=Count("quantity"), left=Sum(F(SIGN) * F("quantity"), output_field=BigIntegerField())
    )
    return found["count"], found["count"] - found["known"], int(found["left"] or 0)


def _counted_back(signed: Sequence[tuple[SeenLine, int]], left: int) -> list[int]:
    """What was left after each of these lines, the latest first. left: after the first."""
    balances = []
    for one, change in signed:
        balances.append(left)
        left -= change * (one.line.quantity or 0)
    return balances


def _folded(signed: QuerySet[MovementLine]) -> tuple[dict[int, int | None], int | None]:
    """The same line by line from the beginning, where some quantity was unknown: each record and place for itself."""
    held: dict[Hashable, int | None] = {}
    after: dict[int, int | None] = {}
    names = ("pk", "batch_id", "quantity", "from_place_id", "from_place__store_id", "to_place_id", "to_place__store_id")
    total, unknown = 0, 0
    for pk, batch, quantity, *ends, sign in signed.order_by("effective_at", "pk").values_list(*names, SIGN).iterator():
        leaves, comes = ends[1] is not None and sign <= 0, ends[3] is not None and sign >= 0
        for key, does, sends in (((batch, ends[0]), leaves, True), ((batch, ends[2]), comes, False)):
            if not does:
                continue
            was = held.get(key, 0)
            now = _after(was, quantity, leaves=sends)
            total += (now or 0) - (was or 0)
            unknown += (now is None) - (was is None)
            held[key] = now
        after[pk] = None if unknown else total
    return after, None if unknown else total


def _after(was: int | None, quantity: int | None, *, leaves: bool) -> int | None:
    if leaves and quantity is None:
        return 0
    if was is None or quantity is None:
        return None
    return was - quantity if leaves else was + quantity
