"""Works that would mend how a site is secured, with what they would cost; what they are is kept sealed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Site


class SecurityWork(models.Model):
    """A work offered for a site. body: kind, store, cost and where it comes from, life, upkeep; sealed."""

    work_id = models.UUIDField(primary_key=True, default=uuid7)
    site = models.ForeignKey(Site, models.PROTECT, verbose_name=_("site"), related_name="security_works")
    body = models.TextField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["work_id"]

    def __str__(self) -> str:
        return f"{self.site_id} {self.work_id}"
