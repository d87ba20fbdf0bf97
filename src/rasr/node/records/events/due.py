"""What is due for one person: a queue made from what is open now, so that it empties itself as the work is done.

Each source gives at most ``MOST`` lines, the most urgent first, and says how many more there are. A breach is shown
itself, in the words of whoever looks; the action that was made for it is not, so that nothing stands here twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rasr.core.records.ledger.limits import EXPIRED
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.histories import uuid_of
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Licence
from rasr.node.records import mixing
from rasr.node.records.events import queries
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.lots.queries import lots
from rasr.node.records.models import (
    Breach,
    Count,
    CountState,
    Holding,
    Inspection,
    Movement,
    MovementLine,
    PlaceKind,
)
from rasr.node.records.queries import Actor
from rasr.node.web.messages import say_code

MOST = 50
AHEAD = timedelta(days=30)
"""How long before its day something is shown."""
KEEP, JUDGE, APPROVE = "keep_stock", "judge_stock", "approve_stock"
DISPOSAL = "awaiting_disposal"
OPEN_COUNTS = (CountState.OPEN, CountState.COUNTED, CountState.RECOUNT, CountState.INVESTIGATION)
WHAT: dict[str, tuple[str | Promise, str | Promise]] = {
    "action": (_("Action"), "{what}"),
    "approval": (_("Approval"), "{what}"),
    "arrival": (_("Consignment"), _("Take in the consignment {what}")),
    "breach": (_("Broken rule"), "{what}"),
    "count": (_("Count"), _("Count: {what}")),
    "inspection": (_("Inspection"), "{what}"),
    "mixing": (_("Mixing"), _("Decide by the document whether groups {what} may lie together")),
    "licence": (_("Licence"), _("Renew the licence for division {what}")),
    "first_inspection": (_("Inspection"), _("Inspect the store for the first time")),
    "shelf_life": (_("Shelf life"), _("Judge lot {what}: its shelf life ends")),
    "test": (_("Surveillance test"), _("Test lot {what}")),
}
"""Code to what kind of work it is, and the sentence."""
LISTS = {
    **{"action": "records:actions", "approval": "people:approvals", "arrival": "records:movements"},
    **{"breach": "desk:stores", "count": "records:counts", "first_inspection": "records:inspections"},
    **{"inspection": "records:inspections", "licence": "desk:stores", "shelf_life": "records:lots"},
    **{"mixing": "desk:stores", "test": "records:lots"},
}
"""Code to the page where all of its kind stand."""
_further: list[Callable[[Actor, date], Iterator[Due]]] = []


def also(
    code: str,
    named: tuple[str | Promise, str | Promise],
    page: str,
    source: Callable[[Actor, date], Iterator[Due]],
) -> None:
    """Work of a room further down. named, page: as in ``WHAT`` and ``LISTS``. Called once, when the node starts.

    source: gives what is due for somebody, by ``cut``; nothing, without a query, for who lacks the right.
    """
    WHAT[code], LISTS[code] = named, page
    _further.append(source)


@dataclass(frozen=True)
class Due:
    """One thing to do. code: of ``WHAT``. what, where: names from the register. due_on: None is at once.

    page, key: where it is done. more: it stands for so many further ones of its kind, which are not shown.
    """

    code: str
    what: str
    where: str
    due_on: date | None
    page: str
    key: tuple[str, ...]
    today: date
    more: int = 0

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.due_on is not None and self.due_on < self.today

    @property
    def is_now(self) -> bool:
        """Whether it waits for nothing any more: its day is today, has passed, or there never was one."""
        return self.due_on is None or self.due_on <= self.today

    @property
    def kind(self) -> str:
        """What kind of work it is."""
        return str(WHAT[self.code][0])

    @property
    def sentence(self) -> str:
        """What to do."""
        if self.more:
            return ngettext("And {count} more", "And {count} more", self.more).format(count=self.more)
        return str(WHAT[self.code][1]).format(what=self.what)

    @property
    def address(self) -> str:
        """The page where it is done."""
        return reverse(self.page, args=self.key)


class Queue(list[Due]):
    """What is due, in order."""

    @property
    def total(self) -> int:
        """How many there are, also those that are not shown."""
        return sum(one.more or 1 for one in self)


def may_have_work(actor: Actor) -> bool:
    """Whether anything could ever be due for somebody."""
    return any(may(actor, right) for right in (KEEP, JUDGE, APPROVE))


def due_for(actor: Actor, today: date | None = None) -> Queue:
    """What is due for somebody, what is late or at once first, then by day."""
    day = today or timezone.localdate()
    return Queue(sorted([*_approvals(actor, day), *work_for(actor, day)], key=_order))


def work_for(actor: Actor, today: date | None = None) -> Queue:
    """``due_for`` without what waits for a decision, which some pages show beside it. No query for who has no stock."""
    day = today or timezone.localdate()
    found: list[Due] = []
    if may(actor, KEEP):
        found += [*_arrivals(actor, day), *_counts(actor, day), *_actions(actor, day)]
        found += [*_inspections(actor, day), *_first_inspections(actor, day)]
    if may(actor, JUDGE):
        found += [*_tests(actor, day), *_shelf_lives(actor, day), *_licences(actor, day)]
        found += _mixing(actor, day)
    if may(actor, KEEP) or may(actor, JUDGE):
        found += _breaches(actor, day)
    for source in _further:
        found += source(actor, day)
    return Queue(sorted(found, key=_order))


def _order(one: Due) -> tuple[date, str, int, str]:
    return one.due_on or date.min, one.code, one.more, one.what


def cut(rows: QuerySet[Any], told: Callable[[Any], Due]) -> Iterator[Due]:
    """What the first of these rows tell, and how many there are besides."""
    found = [told(one) for one in rows[: MOST + 1]]
    yield from found[:MOST]
    if len(found) > MOST:
        yield _more(found[MOST - 1], rows.count() - MOST)


def _more(last: Due, number: int) -> Due:
    """It stands behind the last one that is shown."""
    return replace(last, what="", where="", page=LISTS[last.code], key=(), more=number)


def _approvals(actor: Actor, today: date) -> Iterator[Due]:
    def told(one: Any) -> Due:
        due_on = timezone.localdate(one.expires_at)
        return Due("approval", approvals.title(one), "", due_on, "people:approval", (str(one.pk),), today)

    return cut(approvals.waiting(actor), told)


def _arrivals(actor: Actor, today: date) -> Iterator[Due]:
    """What is on its way to a store in scope and has not been taken in."""
    outstanding = Holding.everywhere.filter(place__kind=PlaceKind.IN_TRANSIT).exclude(quantity=0).order_by()
    refs = outstanding.values_list("place__ref", flat=True).distinct()
    here = scope_of(actor, KEEP).stores("destination__")
    bound = Movement.objects.filter(here, kind="despatch", destination__isnull=False).order_by("recorded_at", "pk")
    first: list[Movement] = []
    number = 0
    for some in in_parts({uuid_of(ref) for ref in refs}):
        part = bound.filter(pk__in=some)
        found = list(part[: MOST + 1])
        number += len(found) if len(found) <= MOST else part.count()
        first = sorted([*first, *found], key=lambda one: one.recorded_at)[:MOST]
    shown = [
        Due("arrival", one.voucher, one.destination_id or "", None, "records:movement", (str(one.pk),), today)
        for one in first
    ]
    yield from shown
    if number > MOST:
        yield _more(shown[-1], number - MOST)


def _counts(actor: Actor, today: date) -> Iterator[Due]:
    def told(one: Count) -> Due:
        name, key = str(one.get_kind_display()), (str(one.pk),)
        return Due("count", name, one.store_id, one.due_on, "records:count", key, today)

    rows = Count.objects.filter(scope_of(actor, KEEP).stores("store__"), state__in=OPEN_COUNTS)
    return cut(rows.filter(due_on__lte=today + AHEAD).order_by("due_on"), told)


def _actions(actor: Actor, today: date) -> Iterator[Due]:
    def told(one: Any) -> Due:
        where = one.store_id or one.site.name
        return Due("action", one.said, where, one.due_on, "records:action", (str(one.pk),), today)

    rows = queries.actions(actor, KEEP).filter(done_on=None, due_on__lte=today + AHEAD)
    return cut(rows.exclude(table=Breach._meta.db_table).order_by("due_on"), told)


def _inspections(actor: Actor, today: date) -> Iterator[Due]:
    """The next of each kind for each place, by the latest that was done."""

    def told(one: Inspection) -> Due:
        name, where = str(one.get_kind_display()), one.store_id or one.site.name
        return Due("inspection", name, where, one.next_on, "records:inspection", (str(one.pk),), today)

    here = Coalesce("store_id", Value(""), output_field=TextField())
    later: Any = Inspection.objects.alias(here=here).filter(
        kind=OuterRef("kind"), site=OuterRef("site"), here=OuterRef("here"), done_on__gt=OuterRef("done_on")
    )
    rows = queries.inspections(actor, KEEP).alias(here=here).filter(next_on__lte=today + AHEAD)
    return cut(rows.filter(~Exists(later)).order_by("next_on"), told)


def _first_inspections(actor: Actor, today: date) -> Iterator[Due]:
    """Stores that hold something and were never inspected, nor their site; where the owner has set a period for it."""
    days = settings.NODE.first_inspection_days
    if days <= 0:
        return iter(())

    def told(one: Any) -> Due:
        due_on = timezone.localdate(one.first_at) + timedelta(days=days)
        return Due("first_inspection", "", one.pk, due_on, "records:inspection-new", (), today)

    came = MovementLine.objects.filter(to_place__store=OuterRef("pk")).order_by("effective_at")
    done = Inspection.objects.filter(Q(store=OuterRef("pk")) | Q(store=None, site=OuterRef("site")))
    latest = timezone.now() + AHEAD - timedelta(days=days)
    rows = queries.stores(actor, KEEP).filter(Exists(Holding.objects.filter(store=OuterRef("pk")).exclude(quantity=0)))
    rows = rows.filter(~Exists(done)).annotate(first_at=Subquery(came.values("effective_at")[:1]))
    return cut(rows.filter(first_at__lte=latest).order_by(F("first_at"), "pk"), told)


def _tests(actor: Actor, today: date) -> Iterator[Due]:
    """Lots of which something lies in a store in scope."""

    def told(one: Any) -> Due:
        return Due("test", one.number, one.article.name, one.next_test_on, "records:lot", (str(one.pk),), today)

    here = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__")).exclude(quantity=0)
    rows = lots(actor, JUDGE).filter(next_test_on__lte=today + AHEAD)
    return cut(rows.filter(pk__in=here.order_by().values("batch__lot_record")).order_by("next_test_on"), told)


def _shelf_lives(actor: Actor, today: date) -> Iterator[Due]:
    """Lots of which something lies in a store in scope to be used; what awaits disposal was judged."""

    def told(one: Any) -> Due:
        key = (str(one.pk),)
        return Due("shelf_life", one.number, one.article.name, one.shelf_life_until, "records:lot", key, today)

    here = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__")).exclude(quantity=0)
    used = here.exclude(batch__purpose=DISPOSAL).order_by().values("batch__lot_record")
    rows = lots(actor, JUDGE).filter(shelf_life_until__lte=today + AHEAD, pk__in=used)
    return cut(rows.order_by("shelf_life_until"), told)


def _breaches(actor: Actor, today: date) -> Iterator[Due]:
    """Of stores that somebody keeps or judges: either can mend one."""

    def told(one: Breach) -> Due:
        told, key = say_code(one.code, one.numbers), (one.store_id,)
        return Due("breach", told, one.store_id, one.due_on, "desk:store", key, today)

    scopes = [scope_of(actor, right) for right in (KEEP, JUDGE) if may(actor, right)]
    rows = Breach.objects.filter(closed_at=None)
    if not any(scope.everything for scope in scopes):
        rows = rows.filter(reduce(or_, (scope.stores("store__") for scope in scopes)))
    return cut(rows.order_by("due_on"), told)


def _mixing(actor: Actor, today: date) -> Iterator[Due]:
    """Pairs of groups that lie together and of which nobody has decided, by store: the store's page says what to do."""
    found = mixing.pairs_by_store(actor, JUDGE)["unverified"]
    listed = [
        Due("mixing", pair, store_id, None, "desk:store", (store_id,), today)
        for store_id, pairs in found.items()
        for pair in pairs
    ]
    yield from listed[:MOST]
    if len(listed) > MOST:
        yield _more(listed[MOST - 1], len(listed) - MOST)


def _licences(actor: Actor, today: date) -> Iterator[Due]:
    """Licences that end soon or have ended; where something lies without one, the breach says so."""

    def told(one: Licence) -> Due:
        key = (one.store_id,)
        return Due("licence", one.hazard_division, one.store_id, one.valid_until, "desk:store", key, today)

    said = Breach.objects.filter(
        store=OuterRef("store"), subject=OuterRef("hazard_division"), code=EXPIRED, closed_at=None
    )
    rows = Licence.objects.filter(scope_of(actor, JUDGE).stores("store__"), valid_until__lte=today + AHEAD)
    rows = rows.filter(~Exists(said), store__closed=False)
    return cut(rows.order_by("valid_until"), told)
