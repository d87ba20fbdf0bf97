"""Short lines above every page: what takes effect unless somebody objects, and what was done at the command line.

Told are who may object and who watches: see ``of``. At most two questions to the database, and only where a page with
its frame is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rasr.node.people import trail
from rasr.node.people.acts import ACTS
from rasr.node.people.approvals.queries import title
from rasr.node.people.choices import ApprovalState, Outcome
from rasr.node.people.models import Approval, Entry, User
from rasr.node.people.place import Place
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of

LOUD = ("invitation.make", "user.add", "user.deactivate", "user.erase", "user.password")
"""Acts at the command line of the machine that everybody who watches over accounts is told of."""
LOUD_FOR = timedelta(days=7)
WATCH = ("manage_people", "approve_grants", "view_trail")


@dataclass(frozen=True)
class Notice:
    """One line. level: danger or warning; address: where to read on."""

    level: str
    text: str
    address: str


def notices(request: HttpRequest) -> dict[str, Any]:
    """``notices``: those of who looks, worked out only where a page shows them."""
    user = getattr(request, "user", None)
    return {"notices": SimpleLazyObject(lambda: list(of(user)) if isinstance(user, User) else [])}


def of(user: User) -> Iterator[Notice]:
    """What concerns the user: their own second factor; emergencies they may refuse or see; the command line."""
    waiting = Approval.objects.filter(state=ApprovalState.ASKED, effective_at__isnull=False)
    for approval in waiting.select_related("asked_by", "decided_by", "person").order_by("effective_at"):
        if approval.person_id == user.pk:
            yield _own(approval)
        elif (approval.emergency or approval.asked_by_id is None) and _watches(user, approval):
            yield _alarm(approval)
    if any(may(user, right) for right in WATCH):
        yield from _at_the_console(user)


def _watches(user: User, approval: Approval) -> bool:
    place = Place.of(approval)
    return may(user, "view_trail") or scope_of(user, "approve_grants").covers(*place)


def _own(approval: Approval) -> Notice:
    text = _("{title}, asked by {name}: done on {day} unless you refuse it.")
    return Notice("danger", _filled(text, approval), reverse("people:approval", args=[approval.pk]))


def _alarm(approval: Approval) -> Notice:
    text = _("Without a second person: {title}, asked by {name}. Done on {day} unless somebody refuses it.")
    return Notice("danger", _filled(text, approval), reverse("people:approval", args=[approval.pk]))


def _filled(text: str, approval: Approval) -> str:
    name = approval.asked_by.username if approval.asked_by else _("the command line")
    assert approval.effective_at is not None
    return text.format(title=title(approval), name=name, day=_day(approval.effective_at))


def _at_the_console(user: User) -> Iterator[Notice]:
    """Nothing in a demo, whose accounts are all made so."""
    if settings.NODE.mode == "demo":
        return
    since = timezone.now() - LOUD_FOR
    done = Entry.objects.filter(actor=trail.CONSOLE, act__in=LOUD, outcome=Outcome.DONE, at__gte=since)
    entries = list(done.order_by("-at")[:100])
    if not entries:
        return
    last = entries[0]
    text = ngettext(
        "Done at the command line of the machine: {act}, {day}.",
        "Done at the command line of the machine: {count} acts in seven days, the last: {act}, {day}.",
        len(entries),
    )
    said = text.format(count=len(entries), act=ACTS.get(last.act, last.act), day=_day(last.at))
    yield Notice("warning", said, _read_on(user, last))


def _read_on(user: User, entry: Entry) -> str:
    """The trail for who may read it, else the page of the account."""
    if may(user, "view_trail"):
        return f"{reverse('people:trail')}?who={trail.CONSOLE}"
    if entry.table == User._meta.db_table and may(user, "manage_people"):
        return reverse("people:person", args=[entry.row_id])
    return ""


def _day(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
