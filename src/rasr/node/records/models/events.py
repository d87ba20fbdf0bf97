"""Losses, thefts, accidents and near misses; inspections, climate, and what is to be done about them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.people.choices import Sex
from rasr.node.places.models import Site, Store
from rasr.node.records.models.catalogue import Article
from rasr.node.web.messages import say_code


class IncidentKind(models.TextChoices):
    """What happened."""

    LOSS = "loss", _("Loss")
    THEFT = "theft", _("Theft")
    ACCIDENT = "accident", _("Accident")
    NEAR_MISS = "near_miss", _("Near miss")


class IncidentState(models.TextChoices):
    """How far it is."""

    REPORTED = "reported", _("Reported")
    UNDER_WAY = "under_way", _("Being looked into")
    CLOSED = "closed", _("Closed")


class Activity(models.TextChoices):
    """What was being done when it happened."""

    STORAGE = "storage", _("Storage")
    HANDLING = "handling", _("Handling")
    TRANSPORT = "transport", _("Transport")
    PROCESSING = "processing", _("Processing or destruction")
    TRAINING = "training", _("Training")
    MAINTENANCE = "maintenance", _("Maintenance")
    OTHER = "other", _("Other")
    NOT_KNOWN = "not_known", _("Not known")


class Incident(models.Model):
    """A loss, a theft, an accident or a near miss, as it was reported and as it was found to be.

    happened_at: None unknown. store: None where it did not happen in one.
    """

    incident_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=IncidentKind)
    site = models.ForeignKey(Site, models.PROTECT, related_name="incidents", verbose_name=_("site"))
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="incidents", verbose_name=_("store"))
    where = models.TextField(_("where"), blank=True, default="")
    happened_at = models.DateTimeField(_("when"), null=True)
    activity = models.CharField(_("activity"), max_length=16, choices=Activity, default=Activity.NOT_KNOWN)
    what = models.TextField(_("what happened"))
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="+", verbose_name=_("article"))
    quantity = models.BigIntegerField(_("quantity"), null=True)
    cause_reported = models.TextField(_("cause as reported"), blank=True, default="")
    cause_found = models.TextField(_("cause as found"), blank=True, default="")
    immediate_action = models.TextField(_("what was done at once"), blank=True, default="")
    ban_proposed = models.TextField(_("proposed ban"), blank=True, default="")
    state = models.CharField(_("state"), max_length=16, choices=IncidentState, default=IncidentState.REPORTED)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    reported_at = models.DateTimeField(_("reported"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        ordering: ClassVar = ["-reported_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.site_id}"


class Harm(models.TextChoices):
    """What happened to somebody."""

    KILLED = "killed", _("Killed")
    INJURED = "injured", _("Injured")


class CivilStatus(models.TextChoices):
    """Whether who was hurt is a civilian."""

    CIVILIAN = "civilian", _("Civilian")
    MILITARY = "military", _("Military")
    POLICE = "police", _("Police")
    NOT_RECORDED = "not_recorded", _("Not recorded")


class Casualties(models.Model):
    """How many people were hurt, as one source has it. Revised figures stay beside the earlier ones."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="casualties")
    harm = models.CharField(_("harm"), max_length=16, choices=Harm)
    sex = models.CharField(_("sex"), max_length=16, choices=Sex, default=Sex.NOT_RECORDED)
    status = models.CharField(_("status"), max_length=16, choices=CivilStatus, default=CivilStatus.NOT_RECORDED)
    number = models.PositiveIntegerField(_("number"))
    source = models.TextField(_("source"))
    stated_on = models.DateField(_("stated on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["stated_on", "pk"]
        verbose_name_plural = "casualties"

    def __str__(self) -> str:
        return f"{self.harm} {self.number}"


class InspectionKind(models.TextChoices):
    """What was looked at, by whom."""

    INTERNAL = "internal", _("Internal inspection")
    EXTERNAL = "external", _("External inspection")
    LIGHTNING = "lightning", _("Test of the lightning protection")
    FIRE = "fire", _("Fire protection")


class InspectionResult(models.TextChoices):
    """How it ended."""

    PASSED = "passed", _("Nothing found")
    FINDINGS = "findings", _("Something to mend")
    FAILED = "failed", _("Not to be used")


class Inspection(models.Model):
    """A store or a site was inspected or tested. next_on: when it is due again."""

    inspection_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=InspectionKind)
    site = models.ForeignKey(Site, models.PROTECT, related_name="inspections", verbose_name=_("site"))
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="inspections", verbose_name=_("store"))
    done_on = models.DateField(_("done on"))
    done_by = models.TextField(_("inspector"))
    result = models.CharField(_("result"), max_length=16, choices=InspectionResult)
    text = models.TextField(_("what was found"), blank=True, default="")
    next_on = models.DateField(_("next time"), null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-done_on"]

    def __str__(self) -> str:
        return f"{self.kind} {self.site_id}"


class Climate(models.Model):
    """Temperature and humidity of a store at a time."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="climate", verbose_name=_("store"))
    measured_at = models.DateTimeField(_("measured"))
    temperature_c = models.FloatField(_("temperature, °C"), null=True)
    humidity_pct = models.FloatField(_("relative humidity, %"), null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-measured_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "measured_at"], name="one_reading_per_time"),
            models.CheckConstraint(
                condition=models.Q(humidity_pct=None) | models.Q(humidity_pct__range=(0, 100)), name="humidity_is_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.measured_at}"


class Action(models.Model):
    """Something that is to be done by a day: after an incident, an inspection or a breach. of: table and row.

    text: in the words of whoever wrote it; of what the node itself asks for, in the language of the node, to be found
    by. code, numbers: that, as of ``findings.csv``, so that everybody reads it in their own language; empty where a
    person wrote the text. made_by: None is the node itself.
    """

    action_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="actions", verbose_name=_("site"))
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="actions", verbose_name=_("store"))
    table = models.TextField()
    row_id = models.TextField()
    text = models.TextField(_("what is to be done"))
    code = models.TextField(blank=True, default="")
    numbers = models.JSONField(default=dict)
    responsible = models.TextField(_("who does it"), blank=True, default="")
    due_on = models.DateField(_("due"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_on = models.DateField(_("done on"), null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_text = models.TextField(_("what was done"), blank=True, default="")

    class Meta:
        ordering: ClassVar = ["due_on"]
        indexes: ClassVar = [models.Index(fields=["table", "row_id"], name="actions_of_row")]

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """What is to be done, in the language in force where the node asks for it."""
        return say_code(self.code, self.numbers) if self.code else self.text
