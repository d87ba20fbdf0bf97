"""Campaigns for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from tests.node.plan.planted_decisions import chief

from rasr.node.execution import services
from rasr.node.execution.models import Campaign
from rasr.node.plan.models import PlanApproval, PlanRun
from rasr.node.records.lots.told import Why

WHY = {"reason": "So.", "reason_language": "en"}


def another(run: PlanRun) -> PlanRun:
    """The same plan kept once more, a day earlier."""
    other = PlanRun.objects.get(pk=run.pk)
    other.pk, other.digest = uuid4(), "another"
    other._state.adding = True
    other.save()
    PlanRun.objects.filter(pk=other.pk).update(made_at=run.made_at - timedelta(days=1))
    for table in run.tables.all():
        table.pk, table.run = None, other
        table._state.adding = True
        table.save()
    return other


def approve(run: PlanRun) -> PlanRun:
    """The plan, approved."""
    PlanApproval.objects.get_or_create(run=run, defaults={"approved_by": chief(), "approved_at": timezone.now()})
    return run


def plant(run: PlanRun, says: str = "So.") -> list[Campaign]:
    """The campaigns of the first period of a plan."""
    approve(run)
    return services.hand_over(actor=chief(), run=run, through=1, why=Why(says, "en"))


def drop(campaign: Campaign, says: str) -> None:
    """Drop a draft."""
    services.drop(actor=chief(), campaign_id=campaign.pk, why=Why(says, "en"))
