"""What was reported of an incident first, and what was said of the same fact since: each with who, when and by what.

The table keeps the latest word; the words before it stand on the trail, which nobody can change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from rasr.node.people.models import User
from rasr.node.people.trail_queries import history
from rasr.node.records.models import Activity, Incident
from rasr.node.web.figures import write

CHANGED = "incident.change"
FACTS: dict[str, str | Promise] = {
    "happened_at": _("When"),
    "where": _("Where exactly"),
    "activity": _("What was being done"),
    "quantity": _("Quantity"),
    "cause_found": _("Cause, as it was found"),
    "immediate_action": _("What was done at once"),
    "ban_proposed": _("Proposed ban"),
}
"""Column of an incident to what it is called; those that may be said again."""


@dataclass(frozen=True)
class Said:
    """One word on a fact. source: by what it is known, and its language; empty of what was reported first."""

    value: str
    who: str
    at: datetime
    source: str = ""
    source_language: str = ""


@dataclass(frozen=True)
class Revised:
    """A fact of which more than one thing was said, the first report first."""

    name: str
    said: list[Said]


def revised(actor: User, incident: Incident) -> list[Revised]:
    """The facts of an incident, which the actor may see, that are not as they were reported first."""
    told: Any = history(actor, Incident._meta.db_table, str(incident.pk)).filter(act=CHANGED)  # with who
    said: dict[str, list[Said]] = {}
    names = ("before", "after", "who", "at", "reason", "reason_language")
    for before, after, *later in told.order_by("at", "entry_id").values_list(*names):
        for name in FACTS.keys() & (after or {}).keys():
            first = Said(_told(name, (before or {}).get(name)), str(incident.reported_by), incident.reported_at)
            said.setdefault(name, [first]).append(Said(_told(name, after[name]), *later))
    return [Revised(str(label), said[name]) for name, label in FACTS.items() if name in said]


def _told(name: str, value: Any) -> str:
    if value in (None, ""):
        return _now("unknown") if name in ("happened_at", "quantity") else "–"
    if name == "happened_at":
        at = parse_datetime(str(value))
        return str(value) if at is None else date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
    if name == "activity":
        return str(Activity(value).label)
    return write("whole", value) if name == "quantity" else str(value)
