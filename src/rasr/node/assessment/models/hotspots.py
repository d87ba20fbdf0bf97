"""Hotspots: contaminated areas, what is suspected in them, how they are cleared, checked and handed over.

The fields are those of the draft of the Minimum Data Requirements of the GICHD (28 May 2018), see
``docs/guide/hotspots.md``; IMAS 05.10 itself was not read.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid6 import uuid7

from rasr.node.places.models import Site


class AreaKind(models.TextChoices):
    """Whether contamination is suspected (SHA) or confirmed (CHA)."""

    SUSPECTED = "suspected", _("Suspected hazardous area")
    CONFIRMED = "confirmed", _("Confirmed hazardous area")


class HotspotState(models.TextChoices):
    """How far an area is. The draft names two lists that differ; these are in both, or stop the work."""

    OPEN = "open", _("Open")
    SUSPENDED = "suspended", _("Suspended")
    HANDED_OVER = "handed_over", _("Handed over")


class Evidence(models.TextChoices):
    """How one knows of an item."""

    REPORTED = "reported", _("Reported")
    SEEN = "seen", _("Seen")


class Fate(models.TextChoices):
    """What became of an item."""

    REMAINS = "remains", _("Still there")
    DESTROYED = "destroyed", pgettext_lazy("suspected item", "Destroyed")
    REMOVED = "removed", _("Removed")
    NOT_THERE = "not_there", _("Was not there")


class Activity(models.TextChoices):
    """What is done on the ground."""

    NON_TECHNICAL = "non_technical_survey", _("Non-technical survey")
    TECHNICAL = "technical_survey", _("Technical survey")
    CLEARANCE = "clearance", _("Clearance")
    BATTLE_AREA = "battle_area_clearance", _("Battle area clearance")
    SPOT = "eod_spot_task", _("EOD spot task")


class TaskState(models.TextChoices):
    """How far a task is."""

    PLANNED = "planned", _("Planned")
    UNDER_WAY = "under_way", _("Under way")
    COMPLETED = "completed", _("Completed")


class Release(models.TextChoices):
    """How land is released."""

    CLEARED = "cleared", _("Cleared")
    REDUCED = "reduced", _("Reduced")
    CANCELLED = "cancelled", _("Cancelled")


class CheckResult(models.TextChoices):
    """What a quality check found."""

    PASSED = "passed", _("Passed")
    MINOR = "minor", _("Minor nonconformity")
    FAILED = "failed", _("Failed")


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)


class Hotspot(models.Model):
    """A contaminated area at a site.

    latitude_deg, longitude_deg: its benchmark. radius_m: of a ring round it, where no perimeter is known. perimeter:
    corners as (latitude_deg, longitude_deg), none unknown. area_m2: as stated, None unknown.
    """

    hotspot_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="hotspots", verbose_name=_("site"))
    name = models.TextField(_("name"))
    kind = models.CharField(max_length=16, choices=AreaKind)
    state = models.CharField(_("state"), max_length=16, choices=HotspotState, default=HotspotState.OPEN)
    found_on = models.DateField(null=True)
    latitude_deg = models.FloatField(_("latitude, °"))
    longitude_deg = models.FloatField(_("longitude, °"))
    radius_m = models.FloatField(null=True)
    perimeter = models.JSONField(default=list)
    area_m2 = models.PositiveBigIntegerField(null=True)
    source = models.TextField(_("source"), blank=True, default="")
    made_by = _person()
    made_at = models.DateTimeField(auto_now_add=True)
    handed_over_on = models.DateField(null=True)
    handed_over_to = models.TextField(blank=True, default="")
    agreed_by = _person()

    class Meta:
        ordering: ClassVar = ["name", "hotspot_id"]

    def __str__(self) -> str:
        return self.name


class HotspotItem(models.Model):
    """Something that lies there, or is said to. quantity: None unknown. disposal: how it was destroyed or removed."""

    item_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hotspot = models.ForeignKey(Hotspot, models.PROTECT, related_name="items")
    family = models.TextField(_("family"))
    what = models.TextField(blank=True, default="")
    quantity = models.PositiveIntegerField(_("quantity"), null=True)
    evidence = models.CharField(max_length=16, choices=Evidence)
    latitude_deg = models.FloatField(_("latitude, °"), null=True)
    longitude_deg = models.FloatField(_("longitude, °"), null=True)
    depth_cm = models.PositiveIntegerField(null=True)
    noted_on = models.DateField()
    fate = models.CharField(max_length=16, choices=Fate, default=Fate.REMAINS)
    fate_on = models.DateField(null=True)
    disposal = models.TextField(blank=True, default="")
    made_by = _person()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["made_at", "item_id"]

    def __str__(self) -> str:
        return self.what or self.family


class ClearanceTask(models.Model):
    """Work on the ground by one organisation. area_m2: what it is to cover. depth_cm: to which depth; None unknown."""

    task_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hotspot = models.ForeignKey(Hotspot, models.PROTECT, related_name="tasks")
    activity = models.CharField(max_length=32, choices=Activity)
    implementer = models.TextField()
    method = models.TextField(_("method"))
    area_m2 = models.PositiveBigIntegerField()
    depth_cm = models.PositiveIntegerField(null=True)
    state = models.CharField(_("state"), max_length=16, choices=TaskState, default=TaskState.PLANNED)
    end_planned_on = models.DateField(null=True)
    start_on = models.DateField(null=True)
    end_on = models.DateField(null=True)
    made_by = _person()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["made_at", "task_id"]

    def __str__(self) -> str:
        return f"{self.get_activity_display()}, {self.implementer}"


class ClearanceProgress(models.Model):
    """Land that a task released on one day. depth_cm: that was reached; None not stated."""

    progress_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(ClearanceTask, models.PROTECT, related_name="progress")
    on = models.DateField()
    release = models.CharField(max_length=16, choices=Release)
    area_m2 = models.PositiveBigIntegerField()
    depth_cm = models.PositiveIntegerField(null=True)
    made_by = _person()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["on", "progress_id"]

    def __str__(self) -> str:
        return f"{self.on}: {self.area_m2} m²"


class QualityCheck(models.Model):
    """A visit that looked whether a completed task is what it should be."""

    check_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(ClearanceTask, models.PROTECT, related_name="checks")
    on = models.DateField()
    inspector = models.TextField()
    area_m2 = models.PositiveBigIntegerField(null=True)
    result = models.CharField(max_length=16, choices=CheckResult)
    nonconformity = models.TextField(blank=True, default="")
    measures = models.TextField(blank=True, default="")
    made_by = _person()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["on", "made_at", "check_id"]

    def __str__(self) -> str:
        return f"{self.on}: {self.result}"
