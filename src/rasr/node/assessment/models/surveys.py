"""Surveys of what stands around stores, the files they come from, and answers on whether something may be built."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class SurveyWay(models.TextChoices):
    """How a survey came to be."""

    FILE = "file", _("From a file")
    REGISTER = "register", _("From the register")
    DRAWN = "drawn", _("Drawn by hand")
    CUT = "cut", _("Cut from another")


class Survey(models.Model):
    """The table exposures as it was surveyed on a day, whole, as Parquet; never changed.

    source: the file, or the survey that it was made from. crs: coordinate system of the file. sums: counts of what one
    should know of the positions (``files.Read``). in_force_at: when it last became the exposures of the register.
    """

    survey_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.TextField(_("name"))
    surveyed_on = models.DateField(_("surveyed on"))
    way = models.CharField(_("how it came to be"), max_length=16, choices=SurveyWay)
    source = models.TextField(_("source"), blank=True, default="")
    crs = models.TextField(_("coordinate system"), blank=True, default="")
    rows = models.PositiveBigIntegerField(_("exposed sites"))
    sums = models.JSONField(default=dict)
    parquet = models.BinaryField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("kept by"))
    made_at = models.DateTimeField(_("kept"), auto_now_add=True)
    in_force_at = models.DateTimeField(_("in force since"), null=True)

    class Meta:
        ordering: ClassVar = ["-surveyed_on", "-made_at", "-survey_id"]

    def __str__(self) -> str:
        return self.title


class SurveyFileState(models.TextChoices):
    """How far a file of a survey is."""

    RECEIVED = "received", _("Received")
    FAULTY = "faulty", _("Has faults")
    KEPT = "kept", _("Kept")
    DISCARDED = "discarded", _("Discarded")


class SurveyFile(models.Model):
    """A file that was sent in to become a survey. It is deleted when that is kept, when it is dropped, after a day.

    file: name in the folder of surveys, empty once deleted. form, columns, crs, rows: what was seen in it
    (``files.Seen``). findings: what is wrong with it by the mapping last tried, cut at a limit; faults: how many.
    """

    file_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    name = models.TextField(_("file"))
    title = models.TextField(_("name"))
    surveyed_on = models.DateField(_("surveyed on"))
    size_bytes = models.BigIntegerField(_("size"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=16, choices=SurveyFileState, default=SurveyFileState.RECEIVED)
    file = models.TextField(blank=True, default="")
    form = models.CharField(max_length=8)
    columns = models.JSONField(default=list)
    crs = models.TextField(blank=True, default="")
    rows = models.PositiveBigIntegerField(null=True)
    mapping = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    faults = models.PositiveBigIntegerField(default=0)
    survey = models.ForeignKey(Survey, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-sent_at", "-file_id"]

    def __str__(self) -> str:
        return self.name


class SiteAnswer(models.TextChoices):
    """Answers to whether something may be built (``core.assessment.explosives.safeguarding``)."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNVERIFIED = "unverified", _("Not decided by verified rules")


class SiteEnquiry(models.Model):
    """Whether something may be built at a point: what was asked, and the answer as it was then.

    stores: the stores within reach (``core.assessment.explosives.safeguarding.BOUND``), as Parquet. uncounted: stores
    within reach that hold records whose net explosive quantity is not known.
    """

    enquiry_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    about = models.TextField(_("what it is about"))
    kind = models.TextField(_("kind"))
    latitude_deg = models.FloatField()
    longitude_deg = models.FloatField()
    answer = models.CharField(_("answer"), max_length=16, choices=SiteAnswer)
    stores = models.BinaryField()
    uncounted = models.JSONField(default=list)
    reach_m = models.FloatField()
    register_version = models.PositiveBigIntegerField()
    rule_edition = models.TextField(_("rule data"))
    version = models.TextField(_("program"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-enquiry_id"]
        verbose_name_plural = "site enquiries"

    def __str__(self) -> str:
        return self.about
