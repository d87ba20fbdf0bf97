"""Decisions on plans for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from typing import Any

from tests.node.conftest import somebody

from rasr.core.plan.holds import Hold
from rasr.node.people.models import User
from rasr.node.plan import deciding
from rasr.node.plan.models import PlanDecision
from rasr.node.records.lots.told import Why
from rasr.node.records.models import LineRate

WHY: dict[str, Any] = {"reason": "So.", "reason_language": "en"}


def decides(origin_id: str, line_id: str, **more: Any) -> dict[str, Any]:
    """What the form of a new one sends when all is well."""
    return {"origin": origin_id, "line": line_id, "decision": "never", **WHY, **more}


def way(origin_id: str) -> Hold:
    """A way from a site to some line, of one family."""
    rate = LineRate.objects.order_by("line_id", "family").first()
    assert rate is not None
    return Hold(origin_id, rate.line_id, rate.family, at_least_kg=1000.0)


def plant(origin_id: str, says: str, line_id: str = "") -> PlanDecision:
    """One that holds; before it one on the same way that was taken back."""
    hold = way(origin_id)
    hold = Hold(origin_id, line_id or hold.line_id, hold.family, at_least_kg=1000.0)
    why = Why(says, "en")
    gone = deciding.decide(actor=chief(), hold=hold, why=why)
    deciding.take_back(actor=chief(), decision_id=gone.pk, why=why)
    return deciding.decide(actor=chief(), hold=hold, why=why)


def chief() -> User:
    """Who plans the whole node."""
    return User.objects.filter(username="planning").first() or somebody("planning", "planner")
