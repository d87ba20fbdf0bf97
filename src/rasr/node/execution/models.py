"""Draft campaigns: what one line is to destroy in one period of an approved plan, and which stock that is."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Store
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Batch


class CampaignState(models.TextChoices):
    """How far a campaign is."""

    DRAFT = "draft", _("draft")
    DROPPED = "dropped", _("dropped")


class Campaign(models.Model):
    """What a line is to destroy in a period of a plan. A draft orders nothing and moves nothing.

    line_id, period, starts_on, ends_on: as in the plan; period from 1.
    """

    campaign_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(PlanRun, models.PROTECT, related_name="campaigns", verbose_name=_("plan"))
    line_id = models.TextField(_("line"))
    period = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(_("state"), max_length=16, choices=CampaignState, default=CampaignState.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("dropped by"), related_name="+", null=True
    )
    dropped_at = models.DateTimeField(_("dropped"), null=True)
    dropped_why = models.TextField(_("reason"), blank=True)
    dropped_why_language = models.TextField(_("written in"), blank=True)

    class Meta:
        ordering: ClassVar = ["starts_on", "line_id"]
        verbose_name = _("campaign")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line_id", "starts_on"],
                condition=models.Q(state=CampaignState.DRAFT),
                name="one_draft_of_a_line_and_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.starts_on:%Y-%m}"


class Consignment(models.Model):
    """What one pool is to send to the campaign, as planned."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="consignments")
    pool_id = models.TextField()
    jurisdiction_id = models.TextField(_("jurisdiction"))
    origin_id = models.TextField(_("site"))
    family = models.TextField(_("family"))
    stability_band = models.TextField()
    planned_kg = models.FloatField()

    class Meta:
        ordering: ClassVar = ["jurisdiction_id", "origin_id", "pool_id"]
        verbose_name = _("consignment")
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "pool_id"], name="one_consignment_a_pool")]

    def __str__(self) -> str:
        return self.pool_id


class DraftedStock(models.Model):
    """So many of a record that lies in a store, drafted for a consignment. It stays where it is until it is ordered."""

    consignment = models.ForeignKey(Consignment, models.CASCADE, related_name="stock")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="drafted", verbose_name=_("record"))
    store = models.ForeignKey(Store, models.PROTECT, related_name="drafted", verbose_name=_("store"))
    quantity = models.BigIntegerField(_("quantity"))
    mass_kg = models.FloatField()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("drafted stock")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consignment", "batch", "store"], name="one_draft_of_a_record"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="drafted_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.batch_id}"
