"""What of an upgrade project wants a second person: that it begins, and that it is handed over.

ask(actor=officer, session=trail.session(), upgrade_id=made.pk, reason="So.")
ask_handover(actor=officer, session=trail.session(), upgrade_id=made.pk, on=date(2026, 1, 5), reason="So.")
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import Upgrade, UpgradeState
from rasr.node.assessment.upgrades import costs as money
from rasr.node.assessment.upgrades import queries
from rasr.node.assessment.upgrades.queries import MANAGE
from rasr.node.assessment.upgrades.services import enter, placed, refuse
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.records.lots.told import Why, days_before_today
from rasr.node.web.said import Said

SECOND = "approve_stock"
KIND, HANDOVER = queries.KIND, queries.HANDOVER


def ask(*, actor: User, session: str, upgrade_id: UUID, reason: Said | str) -> Approval:
    """Ask a second person to approve a project as it stands.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: upgrade_step_not_now, upgrade_without_works,
    security_unreadable, approval_waits.
    """
    require(actor, MANAGE)
    found = queries.upgrade(actor, upgrade_id, MANAGE)
    payload = {"upgrade_id": str(found.pk), "digest": digest_of(found)}
    return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason)


def ask_handover(*, actor: User, session: str, upgrade_id: UUID, on: date, reason: Said | str) -> Approval:
    """Ask a second person to see that the works are there. on: the day of the handover.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: upgrade_step_not_now, day_in_future,
    upgrade_handover_before_start, approval_waits.
    """
    require(actor, MANAGE)
    days_before_today(on)
    found = queries.upgrade(actor, upgrade_id, MANAGE)
    payload = {"upgrade_id": str(found.pk), "on": on.isoformat()}
    return approvals.ask(actor=actor, session=session, kind=HANDOVER, payload=payload, reason=reason)


def digest_of(found: Upgrade) -> str:
    """SHA-256 of what a second person approves: place, name, works and money as they were written down."""
    told = repr((found.site_id, found.store_id, found.name, queries.costs_of(found)))
    return sha256(told.encode()).hexdigest()


class OfUpgrade(OfNobody):
    """Of one project: upgrade_id."""

    def scope(self, payload: Payload) -> Place:
        """The store, else the site."""
        return placed(_of(payload))


@approvable(KIND, name=_("Approve an upgrade project"), asks=MANAGE, right=SECOND)
class ApproveUpgrade(OfUpgrade):
    """upgrade_id, digest of what is approved. The works stand on the page of the project, for who may see them."""

    def title(self, payload: Payload) -> Told:
        """Which project."""
        return ours(_("Upgrade project {name}"), name=_of(payload).name)

    def describe(self, payload: Payload) -> list[Change]:
        """Where, how many works, what they cost and who pays. Raises Refused, Upgrade.DoesNotExist."""
        found = _approvable(payload)
        known = queries.costs_of(found)
        missing = len(money.unknown(known))
        lines = [
            *_where(found),
            Change(ours(_("Number of works, to be read on the page of the project")), "–", str(len(known.works))),
            Change(ours(_("Cost, by currency")), "–", money.told(money.sums(known.works)) or "–"),
            Change(ours(_("Money, by currency")), "–", money.told(money.sums(known.money)) or "–"),
        ]
        return [*lines, *([Change(ours(_("Works whose cost is unknown")), "–", str(missing))] if missing else [])]

    def do(self, actor: User | None, payload: Payload) -> None:
        """Approve it. Raises Refused."""
        found = _approvable(payload)
        state = UpgradeState.UNDER_WAY if found.start_on else UpgradeState.APPROVED
        found.state, found.approved_by, found.approved_at = state, actor, timezone.now()
        found.save(update_fields=["state", "approved_by", "approved_at"])
        after = {"state": state.value, "digest": payload["digest"]}
        enter(actor, "upgrade.approve", found, Why(), after=after)


@approvable(HANDOVER, name=_("Hand over an upgrade project"), asks=MANAGE, right=SECOND)
class HandOver(OfUpgrade):
    """upgrade_id, on: the day of the handover."""

    def title(self, payload: Payload) -> Told:
        """Which project."""
        return ours(_("Handover of {name}"), name=_of(payload).name)

    def describe(self, payload: Payload) -> list[Change]:
        """Where, since when, and who keeps it up. Raises Refused, Upgrade.DoesNotExist."""
        found = _under_way(payload)
        number = str(len(queries.readable_costs(found).works))
        return [
            *_where(found),
            Change(ours(_("Handover")), "–", payload["on"]),
            Change(ours(_("Number of works, to be read on the page of the project")), "–", number),
            Change(ours(_("Who pays the upkeep")), "–", found.upkeep_owner or "–"),
        ]

    def do(self, actor: User | None, payload: Payload) -> None:
        """Hand it over. Raises Refused."""
        found = _under_way(payload)
        found.state, found.handover_on = UpgradeState.HANDED_OVER, date.fromisoformat(payload["on"])
        found.save(update_fields=["state", "handover_on"])
        enter(actor, "upgrade.handed_over", found, Why(), after={"state": found.state, "handover_on": payload["on"]})


def _of(payload: Payload) -> Upgrade:
    return Upgrade.objects.select_related("site").get(pk=payload["upgrade_id"])


def _where(found: Upgrade) -> list[Change]:
    lines = [Change(ours(_("Site")), "–", found.site.name)]
    return [*lines, *([Change(ours(_("Store")), "–", found.store_id)] if found.store_id else [])]


def _approvable(payload: Payload) -> Upgrade:
    found = _of(payload)
    if found.state != UpgradeState.PROPOSED:
        raise Refused("upgrade_step_not_now")
    if not queries.costs_of(found).works:
        raise Refused("upgrade_without_works")
    if digest_of(found) != payload["digest"]:
        raise Refused("upgrade_changed_since")
    return found


def _under_way(payload: Payload) -> Upgrade:
    found = _of(payload)
    if found.state != UpgradeState.UNDER_WAY:
        raise Refused("upgrade_step_not_now")
    refuse(money.date_faults(found.start_on, date.fromisoformat(payload["on"])))
    return found
