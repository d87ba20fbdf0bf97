"""What was decided about stock, and rules that it breaks."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Organisation, Store


class Declaration(models.Model):
    """The national decision that stock is surplus. Batches name it by its reference (``declared_surplus_ref``)."""

    declaration_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.TextField(_("reference"), unique=True)
    decided_on = models.DateField(_("decided on"))
    authority = models.TextField(_("authority"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="declarations"
    )
    text = models.TextField(_("decision"), blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-decided_on"]

    def __str__(self) -> str:
        return self.reference


class Breach(models.Model):
    """A store breaks a rule: recorded stock that a licence or the mixing rules do not allow.

    code: of ``findings.csv``, with its numbers. movement_id: what brought it about. It ends when the rule holds again
    (closed_at), seen whenever the store changes.
    """

    breach_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="breaches", verbose_name=_("store"))
    code = models.TextField(_("rule"))
    subject = models.TextField(default="", blank=True)
    """What it is of: a hazard division, a pair of groups; with store and code it tells one breach from another."""
    numbers = models.JSONField(default=dict)
    movement_id = models.UUIDField(null=True)
    raised_at = models.DateTimeField(_("raised"))
    due_on = models.DateField(_("due"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        ordering: ClassVar = ["due_on"]
        verbose_name_plural = "breaches"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store", "code", "subject"], condition=models.Q(closed_at=None), name="one_open_breach"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.code}"
