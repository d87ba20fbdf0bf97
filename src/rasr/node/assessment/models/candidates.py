"""Places to which a store may be thought in a what-if, before anything is built there or anything is moved."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Organisation


class CandidateSite(models.Model):
    """A place for a store that one person proposed and a second approved; nothing of it changes but its withdrawal.

    construction: as in the table stores, of what stands there or would be built. written_in: language of the note.
    """

    candidate_id = models.UUIDField(primary_key=True, default=uuid7)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="candidate_sites"
    )
    name = models.TextField(_("name"))
    latitude_deg = models.FloatField(_("latitude, °"))
    longitude_deg = models.FloatField(_("longitude, °"))
    construction = models.TextField(_("construction"))
    barricaded = models.BooleanField(_("barricaded"))
    note = models.TextField(_("note"), blank=True)
    written_in = models.TextField(_("written in"), blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("proposed by"), related_name="+", null=True
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("approved by"), related_name="+", null=True
    )
    approved_at = models.DateTimeField(_("approved"))
    approval_id = models.UUIDField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("withdrawn by"), related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_why = models.TextField(_("reason"), blank=True)
    withdrawn_why_language = models.TextField(_("written in"), blank=True)

    class Meta:
        ordering: ClassVar = ["name", "candidate_id"]

    def __str__(self) -> str:
        return self.name
