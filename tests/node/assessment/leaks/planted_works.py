"""Works for tests, for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from typing import Any

from tests.node.assessment.security import planted_visits

from rasr.node.assessment.leaks import services
from rasr.node.assessment.leaks.services import Work
from rasr.node.assessment.models import SecurityVisit, SecurityWork
from rasr.node.assessment.security import services as visits
from rasr.node.people.models import User

SENDS: dict[str, Any] = {"kind": "locks", "cost_eur": "1200.50", "life_years": "10", "source": "Offer 3/2026"}


def finished(actor: User, site_id: str, *answers: tuple[str, str], **more: Any) -> SecurityVisit:
    """A finished visit with these answers, else with every first question met."""
    made = planted_visits.begin(actor, site_id, **more)
    given = answers or tuple((question, "met") for question in planted_visits.asked(made)[:3])
    planted_visits.answer(actor, made, *given)
    return visits.finish(actor=actor, visit_id=made.pk)


def enter(actor: User, site_id: str, kind: str = "locks", cost_eur: float | None = 1000.0, **more: Any) -> SecurityWork:
    """A work that is offered."""
    return services.enter(actor=actor, site_id=site_id, work=Work(kind, cost_eur=cost_eur, **more))
