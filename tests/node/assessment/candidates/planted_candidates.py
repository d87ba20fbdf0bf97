"""Candidate sites for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from typing import Any

from tests.node.assessment.licences.planted_licences import second
from tests.node.records.lots.planted_lots import chief

from rasr.node.assessment.candidates import services
from rasr.node.assessment.models import CandidateSite
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval

WHY: dict[str, Any] = {"reason": "So.", "reason_language": "en"}


def proposes(organisation_id: str) -> dict[str, Any]:
    """What the form of a new one sends when all is well."""
    place = {"latitude_deg": "42.5", "longitude_deg": "20.5", "construction": "earth_covered_magazine"}
    return {"organisation": organisation_id, "name": "Field", **place, "barricaded": "yes", "note": "Dry.", **WHY}


def draft(organisation_id: str, says: str, **more: Any) -> services.Draft:
    """A place with these words."""
    built = {"construction": "earth_covered_magazine", "barricaded": True, **more}
    return services.Draft(organisation_id, says, 42.5, 20.5, note=says, written_in="en", **built)


def ask(organisation_id: str, says: str, **more: Any) -> Approval:
    """Propose one."""
    given = draft(organisation_id, says, **more)
    return services.propose(actor=chief(), session="asks", draft=given, reason=says)


def agree(asked: Approval, says: str) -> CandidateSite:
    """Let a second person approve it."""
    agreed: dict[str, Any] = {"session": "decides", "approve": True, "reason": says, "digest": asked.digest}
    approvals.decide(actor=second(), approval_id=asked.pk, **agreed)
    return CandidateSite.objects.get(approval_id=asked.pk)


def plant(organisation_id: str, says: str) -> CandidateSite:
    """One that is offered; beside it one that was withdrawn, and one that waits."""
    gone = agree(ask(organisation_id, says), says)
    services.withdraw(actor=chief(), candidate_id=gone.pk, reason=says, reason_language="en")
    ask(organisation_id, says)
    return agree(ask(organisation_id, says), says)
