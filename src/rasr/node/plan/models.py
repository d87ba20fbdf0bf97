"""Runs of the plan with every table, decisions by hand, approvals; studies, and the scenarios that they compare."""

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


class StudyKind(models.TextChoices):
    """What many plans of one register are asked."""

    TOGETHER = "together", _("Alone or together")
    FRONTIER = "frontier", _("Danger against money")
    SCENARIOS = "scenarios", _("Scenarios side by side")
    FIRST_YEAR = "first_year", _("How sure the first year is")


class Study(KeptRun):
    """Many plans of the records of an assessment, and what they answer.

    asked: ``studies.asking.Asked`` as JSON. verdicts: codes of ``findings.csv`` with their numbers.
    """

    assessment = models.ForeignKey(Run, models.PROTECT, related_name="studies", verbose_name=_("assessment"))
    kind = models.CharField(_("kind"), max_length=16, choices=StudyKind)
    asked = models.JSONField(default=dict)
    verdicts = models.JSONField(default=list)

    class Meta(KeptRun.Meta):
        verbose_name = _("study")

    def __str__(self) -> str:
        return f"{self.kind} {self.run_id}"


class StudyTable(KeptTable):
    """A table of a study."""

    run = models.ForeignKey(Study, models.CASCADE, related_name="tables")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name"], name="one_study_table")]

    def __str__(self) -> str:
        return self.name


class Scenario(models.Model):
    """What might happen: a list of changes to the register, for a study only; the register stays as it is.

    changes: each with number, kind (``core.plan.scenarios.CHANGES``), target, from_period and factor.
    """

    scenario_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    changes = models.JSONField(default=list)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    written_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("scenario")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
