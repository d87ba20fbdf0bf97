"""An area is handed over when a second person agrees: every task is completed and its last check did not fail."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.assessment.hotspots import queries
from rasr.node.assessment.hotspots.queries import MANAGE
from rasr.node.assessment.hotspots.services import told
from rasr.node.assessment.models import Fate, Hotspot, HotspotState
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.records.lots.told import days_before_today
from rasr.node.web.said import Said

KIND, SECOND = queries.KIND, "approve_stock"


def ask(*, actor: User, session: str, hotspot_id: UUID, on: date, to: str, reason: Said | str) -> Approval:
    """Ask a second person to agree to a hand-over. on: its day; to: who takes the land.

    Raises PermissionDenied, Hotspot.DoesNotExist; Refused: hotspot_handed_over, hotspot_not_released,
    hotspot_items_left, day_in_future, approval_waits.
    """
    require(actor, MANAGE)
    days_before_today(on)
    found = queries.hotspot(actor, hotspot_id, MANAGE)
    payload = {"hotspot_id": str(found.pk), "on": on.isoformat(), "to": to}
    return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason)


@approvable(KIND, name=_("Hand over a cleared area"), asks=MANAGE, right=SECOND)
class HandOver(OfNobody):
    """hotspot_id, on: the day of the hand-over, to: who takes the land."""

    def title(self, payload: Payload) -> Told:
        """Which area."""
        return ours(_("Hand-over of {name}"), name=_of(payload).name)

    def describe(self, payload: Payload) -> list[Change]:
        """Where, how much was released, and who takes it. Raises Refused, Hotspot.DoesNotExist."""
        found = _ready(payload)
        done = sum(one.area_m2 for one in queries.released(found))
        return [
            Change(ours(_("Site")), "–", found.site.name),
            Change(ours(_("Area as stated, m²")), "–", "–" if found.area_m2 is None else str(found.area_m2)),
            Change(ours(_("Released, m²")), "–", str(done)),
            Change(ours(_("Day")), "–", payload["on"]),
            Change(ours(_("Handed over to")), "–", payload["to"]),
        ]

    def scope(self, payload: Payload) -> Place:
        """The site."""
        return Place(site_id=_of(payload).site_id)

    def do(self, actor: User | None, payload: Payload) -> None:
        """Hand it over. Raises Refused."""
        found = _ready(payload)
        found.state, found.agreed_by = HotspotState.HANDED_OVER, actor
        found.handed_over_on, found.handed_over_to = date.fromisoformat(payload["on"]), payload["to"]
        found.save(update_fields=["state", "agreed_by", "handed_over_on", "handed_over_to"])
        after = {"state": found.state, "handed_over_on": payload["on"], "handed_over_to": payload["to"]}
        told(actor, "hotspot.hand_over", found, after=after)


def _of(payload: Payload) -> Hotspot:
    return Hotspot.objects.select_related("site").get(pk=payload["hotspot_id"])


def _ready(payload: Payload) -> Hotspot:
    found = _of(payload)
    if found.state == HotspotState.HANDED_OVER:
        raise Refused("hotspot_handed_over")
    tasks = queries.released(found)
    if not tasks or (left := sum(not one.is_done for one in tasks)):
        raise Refused("hotspot_not_released", tasks=left if tasks else 0)
    if there := found.items.filter(fate=Fate.REMAINS).count():
        raise Refused("hotspot_items_left", items=there)
    last = max([each.on for one in tasks for each in one.checks])
    if date.fromisoformat(payload["on"]) < last:
        raise Refused("clearance_days_in_disorder", latest=last.isoformat())
    return found
