"""An incident, an inspection and an action for the walk and for the counting of queries, by the services.

Every text of them says the word it is given: the walk plants the store's own, so that who may not see it is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from tests.node.records.lots.planted_lots import WHY_SENT, chief
from uuid6 import uuid7

from rasr.node.places.models import Store
from rasr.node.records.events import services
from rasr.node.records.events.services import Hurt, Report
from rasr.node.records.models import Action, Incident

DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Planted:
    """Keys of what was planted in a store."""

    incident_id: UUID
    inspection_id: UUID
    action_id: UUID


def plant(store_id: str, says: str) -> Planted:
    """An incident with figures; an inspection with something to be done after it; a reading."""
    actor, keys = chief(), Planted(uuid7(), uuid7(), uuid7())
    here = {"site_id": Store.objects.get(pk=store_id).site_id, "store_id": store_id}
    hurt = Hurt("injured", "female", "civilian", 2, says, DAY)
    texts = dict.fromkeys(("where", "cause_reported", "immediate_action", "ban_proposed"), says)
    known = Report("accident", says, **texts)
    services.report(actor=actor, incident_id=keys.incident_id, known=known, hurt=(hurt,), **here)
    Incident.objects.filter(pk=keys.incident_id).update(cause_found=says)
    facts = {"kind": "internal", "done_on": DAY, "done_by": says, "result": "findings", "text": says, "next_on": None}
    found = services.inspect(actor=actor, inspection_id=keys.inspection_id, facts=facts, **here)
    services.plan_action(
        actor=actor, action_id=keys.action_id, of=found, text=says, responsible=says, due_on=timezone.localdate()
    )
    Action.objects.filter(pk=keys.action_id).update(done_text=says)
    now = timezone.now()
    services.measure(actor=actor, store_id=store_id, measured_at=now, temperature_c=18.0, humidity_pct=40.0)
    return keys


PLAN = {"action_id": "0198c5f0-0000-7000-8000-000000000002", "text": "Mend it.", "due_on": "2027-01-05"}
SENT: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    "incident-found": (
        *("judge_stock", "incident.change"),
        {"activity": "storage", "cause_found": "a cable", **WHY_SENT},
        ("incident_id",),
    ),
    "incident-figures": (
        *("keep_stock", "incident.figure"),
        {"number_0": "3", "harm_0": "injured", "sex_0": "male", "status_0": "civilian", "source": "Ana"},
        ("incident_id",),
    ),
    "incident-action": ("keep_stock", "action.plan", PLAN, ("incident_id",)),
    "incident-close": ("judge_stock", "incident.close", WHY_SENT, ("incident_id",)),
    "inspection-action": ("keep_stock", "action.plan", PLAN, ("inspection_id",)),
    "action-done": ("keep_stock", "action.finish", {"done_on": "2026-01-05", "done_text": "Mended."}, ("action_id",)),
    "climate-new": (
        *("keep_stock", "climate.add"),
        {"measured_at": "2026-01-05T08:00", "temperature_c": "-3.5"},
        ("store_id",),
    ),
}
"""Address to right, act on the trail, what its form sends, and the keys of its address."""


def new(store_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Address of what is put down anew to its act and what its form sends."""
    place = f"store:{store_id}"
    return {
        "incident-new": (
            "incident.report",
            {"incident_id": "0198c5f0-0000-7000-8000-000000000003", "kind": "theft", "place": place, "what": "Gone."}
            | {"activity": "storage"},
        ),
        "inspection-new": (
            "inspection.add",
            {"inspection_id": "0198c5f0-0000-7000-8000-000000000004", "kind": "fire", "place": place}
            | {"done_on": "2026-01-05", "done_by": "Ana", "result": "passed"},
        ),
    }
