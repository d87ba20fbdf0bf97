"""Contaminated areas have a history on the trail; the ends of their tasks stand in the list of what is due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.hotspots import queries
from rasr.node.assessment.models import Hotspot
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.events import due

PARTS = ("change", "item", "task", "hand-over")


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    parts = tuple(f"assessment:hotspot-{one}" for one in PARTS)
    tell(Hotspot, _("Hotspot"), _hotspot, page="assessment:hotspot", argument="hotspot_id", parts=parts)
    due.also(
        "clearance", (_("Clearance task"), _("Finish the task: {what}")), "assessment:hotspot-list", queries.due_for
    )


def _hotspot(actor: User, row_id: str) -> str | None:
    found = queries.hotspots(actor).filter(pk=uuid_of(row_id)).first()
    return found.name if found else None
