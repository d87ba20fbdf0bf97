"""Runs of the plan with every table, what was decided by hand, and which plans were approved."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

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


class PlanDecision(models.Model):
    """What was decided by hand about a way from a site to a line; plans keep to it until it is taken back.

    family: empty for every family. never: nothing goes this way; else at_least_kg is sent by a day, or by the end.
    """

    decision_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    origin_id = models.TextField(_("site"))
    line_id = models.TextField(_("line"))
    family = models.TextField(_("family"), blank=True)
    never = models.BooleanField(_("nothing goes this way"))
    at_least_kg = models.FloatField(_("at least, t"), null=True)
    by_day = models.DateField(_("no later than"), null=True)
    reason = models.TextField(_("reason"))
    reason_language = models.TextField(_("written in"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("taken back by"), related_name="+", null=True
    )
    taken_back_at = models.DateTimeField(_("taken back"), null=True)
    taken_back_why = models.TextField(_("reason"), blank=True)
    taken_back_why_language = models.TextField(_("written in"), blank=True)

    class Meta:
        ordering: ClassVar = ["decision_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["origin_id", "line_id", "family"],
                condition=models.Q(taken_back_at=None),
                name="one_plan_decision",
            )
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} > {self.line_id}"


class PlanApproval(models.Model):
    """A plan that one person asked to be carried out and a second approved."""

    run = models.OneToOneField(PlanRun, models.PROTECT, primary_key=True, related_name="approval")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("approved by"), related_name="+", null=True
    )
    approved_at = models.DateTimeField(_("approved"))
    approval_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.approved_at:%Y-%m-%d} {self.run_id}"
