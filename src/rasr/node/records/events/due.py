"""What is due for one person: a queue made from what is open now, so that it empties itself as the work is done.

Each source gives at most ``MOST`` lines, the most urgent first. A breach is shown itself, in the words of whoever
looks; the action that was made for it is not, so that nothing stands here twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.records.ledger.limits import EXPIRED
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Licence
from rasr.node.records.events import queries
from rasr.node.records.lots.queries import lots
from rasr.node.records.models import Breach, Count, CountState, Holding, Movement, PlaceKind
from rasr.node.records.queries import Actor
from rasr.node.web.messages import say_code

MOST = 50
AHEAD = timedelta(days=30)
"""How long before its day something is shown."""
KEEP, JUDGE, APPROVE = "keep_stock", "judge_stock", "approve_stock"
OPEN_COUNTS = (CountState.OPEN, CountState.COUNTED, CountState.RECOUNT, CountState.INVESTIGATION)
WHAT: dict[str, tuple[str | Promise, str | Promise]] = {
    "action": (_("Action"), "{what}"),
    "approval": (_("Approval"), "{what}"),
    "arrival": (_("Consignment"), _("Take in the consignment {what}")),
    "breach": (_("Broken rule"), "{what}"),
    "count": (_("Count"), _("Count: {what}")),
    "inspection": (_("Inspection"), "{what}"),
    "licence": (_("Licence"), _("Renew the licence for division {what}")),
    "test": (_("Surveillance test"), _("Test lot {what}")),
}
"""Code to what kind of work it is, and the sentence."""


@dataclass(frozen=True)
class Due:
    """One thing to do. code: of ``WHAT``. what, where: names from the register. due_on: None is at once.

    page, key: where it is done.
    """

    code: str
    what: str
    where: str
    due_on: date | None
    page: str
    key: tuple[str, ...]
    today: date

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
        return str(WHAT[self.code][1]).format(what=self.what)

    @property
    def address(self) -> str:
        """The page where it is done."""
        return reverse(self.page, args=self.key)


def may_have_work(actor: Actor) -> bool:
    """Whether anything could ever be due for somebody."""
    return any(may(actor, right) for right in (KEEP, JUDGE, APPROVE))


def due_for(actor: Actor, today: date | None = None) -> list[Due]:
    """What is due for somebody, what is late or at once first, then by day."""
    day = today or timezone.localdate()
    return sorted([*_approvals(actor, day), *work_for(actor, day)], key=_order)


def work_for(actor: Actor, today: date | None = None) -> list[Due]:
    """``due_for`` without what waits for a decision, which some pages show beside it. No query for who has no stock."""
    day = today or timezone.localdate()
    found: list[Due] = []
    if may(actor, KEEP):
        found += [*_arrivals(actor, day), *_counts(actor, day), *_actions(actor, day), *_inspections(actor, day)]
    if may(actor, JUDGE):
        found += [*_tests(actor, day), *_licences(actor, day)]
    if may(actor, KEEP) or may(actor, JUDGE):
        found += _breaches(actor, day)
    return sorted(found, key=_order)


def _order(one: Due) -> tuple[date, str, str]:
    return one.due_on or date.min, one.code, one.what


def _approvals(actor: Actor, today: date) -> Iterator[Due]:
    for one in approvals.waiting(actor)[:MOST]:
        due_on = timezone.localdate(one.expires_at)
        yield Due("approval", approvals.title(one), "", due_on, "people:approval", (str(one.pk),), today)


def _arrivals(actor: Actor, today: date) -> Iterator[Due]:
    """What is on its way to a store in scope and has not been taken in."""
    bound = Movement.objects.filter(
        scope_of(actor, KEEP).stores("destination__"), kind="despatch", destination__isnull=False
    )
    outstanding = Holding.everywhere.filter(place__kind=PlaceKind.IN_TRANSIT).exclude(quantity=0)
    refs = [pk.hex for pk in bound.order_by("-recorded_at").values_list("pk", flat=True)[: 10 * MOST]]
    open_refs = set(outstanding.filter(place__ref__in=refs).values_list("place__ref", flat=True)) if refs else set()
    wanted = [ref for ref in refs if ref in open_refs][:MOST]
    for movement in bound.filter(pk__in=wanted) if wanted else ():
        key = (str(movement.pk),)
        yield Due("arrival", movement.voucher, movement.destination_id or "", None, "records:movement", key, today)


def _counts(actor: Actor, today: date) -> Iterator[Due]:
    rows = Count.objects.filter(scope_of(actor, KEEP).stores("store__"), state__in=OPEN_COUNTS)
    for one in rows.filter(due_on__lte=today + AHEAD).order_by("due_on")[:MOST]:
        name, key = str(one.get_kind_display()), (str(one.pk),)
        yield Due("count", name, one.store_id, one.due_on, "records:count", key, today)


def _actions(actor: Actor, today: date) -> Iterator[Due]:
    rows = queries.actions(actor, KEEP).filter(done_on=None, due_on__lte=today + AHEAD)
    for one in rows.exclude(table=Breach._meta.db_table).order_by("due_on")[:MOST]:
        where = one.store_id or one.site.name
        yield Due("action", one.text, where, one.due_on, "records:action", (str(one.pk),), today)


def _inspections(actor: Actor, today: date) -> Iterator[Due]:
    """The next of each kind for each place, by the latest that was done."""
    rows: Any = queries.inspections(actor, KEEP).order_by().values("kind", "site_id", "store_id")
    latest = rows.annotate(last=Max("done_on"))
    due = Q(next_on__isnull=False, next_on__lte=today + AHEAD)
    candidates = queries.inspections(actor, KEEP).filter(due).order_by("next_on")
    newest = {(one["kind"], one["site_id"], one["store_id"]): one["last"] for one in latest}
    shown = 0
    for one in candidates.iterator(chunk_size=MOST):
        if shown == MOST:
            return
        if newest[one.kind, one.site_id, one.store_id] == one.done_on:
            shown += 1
            where = one.store_id or one.site.name
            name = str(one.get_kind_display())
            yield Due("inspection", name, where, one.next_on, "records:inspection", (str(one.pk),), today)


def _tests(actor: Actor, today: date) -> Iterator[Due]:
    """Lots of which something lies in a store in scope."""
    here = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__")).exclude(quantity=0)
    rows = lots(actor, JUDGE).filter(next_test_on__lte=today + AHEAD)
    rows = rows.filter(pk__in=here.order_by().values("batch__lot_record"))
    for one in rows.order_by("next_test_on")[:MOST]:
        yield Due("test", one.number, one.article.name, one.next_test_on, "records:lot", (str(one.pk),), today)


def _breaches(actor: Actor, today: date) -> Iterator[Due]:
    """Of stores that somebody keeps or judges: either can mend one."""
    scopes = [scope_of(actor, right) for right in (KEEP, JUDGE) if may(actor, right)]
    rows = Breach.objects.filter(closed_at=None)
    if not any(scope.everything for scope in scopes):
        rows = rows.filter(reduce(or_, (scope.stores("store__") for scope in scopes)))
    for one in rows.order_by("due_on")[:MOST]:
        told, key = say_code(one.code, one.numbers), (one.store_id,)
        yield Due("breach", told, one.store_id, one.due_on, "desk:store", key, today)


def _licences(actor: Actor, today: date) -> Iterator[Due]:
    """Licences that end soon or have ended; where something lies without one, the breach says so."""
    said = Breach.objects.filter(
        store=OuterRef("store"), subject=OuterRef("hazard_division"), code=EXPIRED, closed_at=None
    )
    rows = Licence.objects.filter(scope_of(actor, JUDGE).stores("store__"), valid_until__lte=today + AHEAD)
    rows = rows.filter(~Exists(said), store__closed=False)
    for one in rows.order_by("valid_until")[:MOST]:
        key = (one.store_id,)
        yield Due("licence", one.hazard_division, one.store_id, one.valid_until, "desk:store", key, today)
