"""Jobs, and what they keep: runs, and tables kept whole."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class State(models.TextChoices):
    """How far a job is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Job(models.Model):
    """Long work somebody asked for. share: 0 to 1 of its stage. result: JSON, with ``url`` where it is to be seen.

    refused_code, refused_numbers: why it failed, as a code of ``findings.csv``, or ``fault``, or ``worker_lost``.
    """

    job_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField(_("kind"))
    title = models.TextField(_("title"), blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"))
    parameters = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING, db_index=True)
    stage = models.TextField(blank=True, default="")
    share = models.FloatField(default=0.0)
    cancel_asked = models.BooleanField(default=False)
    refused_code = models.TextField(blank=True, default="")
    refused_numbers = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    heartbeat_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.job_id}"


class KeptRun(models.Model):
    """A result that is kept, with what it stands on. digest: of all that it depends on, so the same is kept once.

    The duration is outside what is compared.
    """

    run_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.TextField(unique=True)
    inputs_digest = models.TextField()
    register_version = models.PositiveBigIntegerField()
    rule_edition = models.TextField(_("rule data"))
    version = models.TextField(_("program"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True, db_index=True)
    duration_s = models.FloatField(null=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-made_at", "-run_id"]


class KeptTable(models.Model):
    """A table of a result, whole, as Parquet: exact, small, and in the same transaction as the rest."""

    name = models.TextField()
    rows = models.PositiveBigIntegerField()
    parquet = models.BinaryField()

    class Meta:
        abstract = True
