"""Visits that assess how a place is secured, their photographs, and the phones on which they are filled in away.

What was found would be a gift to a thief: answers, notes, reasons and photographs are kept sealed, see
``security.sealed``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Site


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)


class SecurityVisit(models.Model):
    """A visit to a site with one question set in one version.

    body: answers, everything that was said, and conflicts that were settled; sealed. merged_into: the visit that took
    its answers over; it is withdrawn then.
    """

    visit_id = models.UUIDField(primary_key=True, default=uuid7)
    site = models.ForeignKey(Site, models.PROTECT, verbose_name=_("site"), related_name="security_visits")
    set_id = models.TextField()
    set_version = models.PositiveIntegerField()
    visited_on = models.DateField()
    body = models.TextField()
    begun_by = _person()
    begun_at = models.DateTimeField()
    finished_by = _person()
    finished_at = models.DateTimeField(null=True)
    withdrawn_by = _person()
    withdrawn_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    class Meta:
        ordering: ClassVar = ["-visited_on", "-visit_id"]
        indexes: ClassVar = [models.Index(fields=["site", "-visited_on"], name="visits_of_site")]

    def __str__(self) -> str:
        return f"{self.site_id}, {self.visited_on}"


class SecurityPhotograph(models.Model):
    """A photograph of a visit, made anew without what the camera wrote into it, sealed.

    photo_id: may be made by the sender, so that a retry is known. digest: keyed, so that it tells nobody what is shown.
    """

    photo_id = models.UUIDField(primary_key=True, default=uuid7)
    visit = models.ForeignKey(SecurityVisit, models.PROTECT, related_name="photographs")
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    added_by = _person()
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["added_at", "photo_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "digest"], name="one_photograph_of_a_kind"),
        ]

    def __str__(self) -> str:
        return str(self.photo_id)


class SecurityPhone(models.Model):
    """A phone that may fill in a visit away from the network, in one person's hands. Its key is made from its id.

    device: browser and system, as ``people.devices`` tells them. revoked_at: nothing from it is taken since.
    """

    phone_id = models.UUIDField(primary_key=True, default=uuid7)
    visit = models.ForeignKey(SecurityVisit, models.PROTECT, related_name="phones")
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    device = models.TextField()
    given_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    revoked_by = _person()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-given_at", "-phone_id"]

    def __str__(self) -> str:
        return self.device


class SecurityUpload(models.Model):
    """What a phone has sent and was taken, by the id that the phone gave it: sent once more, it exists."""

    upload_id = models.UUIDField(primary_key=True)
    phone = models.ForeignKey(SecurityPhone, models.PROTECT, related_name="uploads")
    taken_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["taken_at", "upload_id"]

    def __str__(self) -> str:
        return str(self.upload_id)
