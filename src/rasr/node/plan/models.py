"""Runs of the plan: what they stand on and every table of the joint plan and of the plans alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import Run
from rasr.node.jobs.models import KeptRun, KeptTable


class PlanRun(KeptRun):
    """One plan of the records of an assessment.

    summary, alone_summary: ``core.plan.result.Plan.summary`` of the joint plan and of each jurisdiction alone (None
    where only one was asked for). first: what to do first (``queue.first_things``).
    """

    assessment = models.ForeignKey(Run, models.PROTECT, related_name="plans", verbose_name=_("assessment"))
    options = models.JSONField(default=dict)
    status = models.TextField(_("status"))
    gap = models.FloatField(_("gap"), null=True)
    mass_destroyed_kg = models.FloatField(_("destroyed, kg"))
    cost_eur = models.FloatField(_("cost, EUR"))
    summary = models.JSONField()
    alone_summary = models.JSONField(null=True)
    first = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.run_id}"


class PlanTable(KeptTable):
    """A table of a plan (``Plan.tables``). plan: joint or alone."""

    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="tables")
    plan = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "plan", "name"], name="one_plan_table")]

    def __str__(self) -> str:
        return f"{self.plan} {self.name}"
