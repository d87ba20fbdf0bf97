"""Contaminated areas for tests, for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tests.node.assessment.licences.planted_licences import second
from tests.node.records.lots.planted_lots import WHY_SENT, chief

from rasr.node.assessment.hotspots import agreeing, services
from rasr.node.assessment.models import ClearanceTask, Hotspot, HotspotItem
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval
from rasr.node.records.lots.told import Why

WHY = Why("So.", "en")
DAY = date(2026, 1, 5)
SQUARE = [[42.0, 20.0], [42.001, 20.0], [42.001, 20.001], [42.0, 20.001]]
FACTS: dict[str, Any] = {"name": "Yard", "kind": "suspected", "latitude_deg": "42", "longitude_deg": "20"}
ENTERS: dict[str, Any] = {**FACTS, "radius_m": "50", "area_m2": "8000", **WHY_SENT}
SENT: dict[str, tuple[str, dict[str, Any]]] = {
    "hotspot-change": ("hotspot.change", {**FACTS, "name": "Other", "state": "suspended", **WHY_SENT}),
    "hotspot-item": ("hotspot.item", {"family": "mortar", "evidence": "seen", "noted_on": "2026-01-05"}),
    "hotspot-task": (
        "hotspot.task",
        {"activity": "clearance", "implementer": "Unit", "method": "Manual", "area_m2": "100"},
    ),
    "hotspot-release": ("hotspot.progress", {"on": "2026-01-06", "release": "cleared", "area_m2": "0"}),
    "hotspot-item-settle": ("hotspot.item_settled", {"fate": "destroyed", "fate_on": "2026-01-06", **WHY_SENT}),
}
"""Address to the act that it leaves, and what its form sends when all is well."""
CHECKS: dict[str, Any] = {"on": "2026-01-06", "inspector": "Centre", "result": "passed"}
HANDS_OVER: dict[str, Any] = {"on": "2026-01-06", "to": "Village", **WHY_SENT}


@dataclass(frozen=True)
class Planted:
    """Keys of what was planted."""

    hotspot_id: UUID
    hotspot_item_id: UUID
    task_id: UUID


def enter(site_id: str, says: str = "Yard", **more: Any) -> Hotspot:
    """An area with a perimeter."""
    facts: dict[str, Any] = {"name": says, "kind": "confirmed", "source": says, "found_on": DAY, "area_m2": 9_000}
    facts |= {"latitude_deg": 42.0, "longitude_deg": 20.0, "perimeter": SQUARE, **more}
    return services.enter(actor=chief(), site_id=site_id, facts=facts, why=WHY)


def item(found: Hotspot, says: str = "Mortar bomb") -> HotspotItem:
    """Something that is suspected there."""
    facts = {"family": "mortar", "what": says, "evidence": "seen", "noted_on": DAY, "disposal": says}
    place = {"latitude_deg": 42.0005, "longitude_deg": 20.0005, "depth_cm": 20}
    return services.add_item(actor=chief(), hotspot_id=found.pk, facts={**facts, **place})


def task(found: Hotspot, says: str = "Unit", area_m2: int = 1_000) -> ClearanceTask:
    """Work that is to begin."""
    facts = {"activity": "clearance", "implementer": says, "method": says, "area_m2": area_m2, "depth_cm": 30}
    return services.add_task(actor=chief(), hotspot_id=found.pk, facts={**facts, "end_planned_on": DAY})


def release(one: ClearanceTask, area_m2: int, on: date = DAY, *, completes: bool = False) -> ClearanceTask:
    """Land that it cleared."""
    facts = {"on": on, "release": "cleared", "area_m2": area_m2, "depth_cm": 30}
    return services.release(actor=chief(), task_id=one.pk, facts=facts, completes=completes)


def check(one: ClearanceTask, result: str = "passed", says: str = "Centre") -> None:
    """A look at completed work."""
    facts = {"on": DAY, "inspector": says, "result": result, "nonconformity": says, "measures": says}
    services.check(actor=chief(), task_id=one.pk, facts=facts)


def completed(site_id: str, says: str = "Yard") -> tuple[Hotspot, ClearanceTask]:
    """An area whose one task is completed and not checked yet."""
    found = enter(site_id, says)
    return found, release(task(found, says), 1_000, completes=True)


def ready(site_id: str, says: str = "Yard") -> Hotspot:
    """An area that can be handed over."""
    found, done = completed(site_id, says)
    check(done, says=says)
    return found


def hand_over(found: Hotspot, to: str = "Village") -> Hotspot:
    """Let a second person agree."""
    asked = ask(found, to)
    agreed: dict[str, Any] = {"session": "decides", "approve": True, "reason": "Seen.", "digest": asked.digest}
    approvals.decide(actor=second(), approval_id=asked.pk, **agreed)
    found.refresh_from_db()
    return found


def ask(found: Hotspot, to: str = "Village") -> Approval:
    """Ask for the hand-over."""
    return agreeing.ask(actor=chief(), session="asks", hotspot_id=found.pk, on=DAY, to=to, reason="So.")


def plant(site_id: str, says: str) -> Planted:
    """One that was handed over, and one on which is worked, with these words in all of it."""
    hand_over(ready(site_id, says), says)
    found, done = completed(site_id, says)
    check(done, "failed", says)
    return Planted(found.pk, item(found, says).pk, done.pk)
