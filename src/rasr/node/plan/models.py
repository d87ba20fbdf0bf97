"""Runs of the plan: what they stand on and every table of the joint plan and of the plans alone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.assessment.models import Run
from rasr.node.jobs.models import KeptTable


class PlanRun(models.Model):
    """One plan. digest: of inputs, rule data, program and options: one plan each.

    summary, alone_summary: ``core.plan.result.Plan.summary`` of the joint plan and of each jurisdiction alone (None
    where only one was asked for). first: what to do first (``queue.first_things``). excluded: records that no plan may
    touch by reason (``core.report.places.exclusion_figures``). The duration is outside what is compared.
    """

    run_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.TextField(unique=True)
    assessment = models.ForeignKey(Run, models.PROTECT, related_name="plans", verbose_name=_("assessment"))
    register_version = models.PositiveBigIntegerField()
    options = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True, db_index=True)
    duration_s = models.FloatField(null=True)
    rule_edition = models.TextField(_("rule data"))
    version = models.TextField(_("program"))
    status = models.TextField(_("status"))
    gap = models.FloatField(_("gap"), null=True)
    mass_destroyed_kg = models.FloatField(_("destroyed, kg"))
    cost_eur = models.FloatField(_("cost, EUR"))
    summary = models.JSONField()
    alone_summary = models.JSONField(null=True)
    first = models.JSONField(default=list)
    excluded = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["-made_at"]

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
