"""Workbooks that were sent in, and how far they have come."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class UploadState(models.TextChoices):
    """How far an upload is."""

    RECEIVED = "received", _("Received")
    CHECKED = "checked", _("Checked")
    REFUSED = "refused", _("Cannot be read")
    LOADED = "loaded", _("Loaded")
    DISCARDED = "discarded", _("Discarded")


class Upload(models.Model):
    """A workbook and what was found in it. Its file is deleted when it is loaded or discarded, or after a day.

    file: name in the folder of uploads, empty once deleted; annotated likewise. findings: list of dicts (code,
    severity, table, row, column, value, numbers), the gravest first, cut at a limit; counts: severity to how many,
    before the cut. part_only: it does not stand alone, so that it cannot be loaded as the whole register (a workbook of
    stock alone names stores that only the register knows); the findings are then those of its rows within the register.
    differences: what loading it would change, ``{"whole": preview, "part": preview}`` (``comparing.Preview``), empty
    where it has errors. register_version: the state of the register they were made against. refused_code,
    refused_numbers: why it could not be read.
    """

    upload_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("sent by"))
    name = models.TextField(_("file"))
    size_bytes = models.BigIntegerField(_("size"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=16, choices=UploadState, default=UploadState.RECEIVED)
    file = models.TextField(blank=True, default="")
    annotated = models.TextField(blank=True, default="")
    findings = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    part_only = models.BooleanField(default=False)
    differences = models.JSONField(default=dict)
    register_version = models.PositiveBigIntegerField(null=True)
    refused_code = models.TextField(blank=True, default="")
    refused_numbers = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(_("loaded"), null=True)

    class Meta:
        ordering: ClassVar = ["-sent_at"]

    def __str__(self) -> str:
        return self.name
