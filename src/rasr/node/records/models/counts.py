"""Counts: what should be there at a position of the ledger, and what was found."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Store
from rasr.node.records.models.catalogue import Article
from rasr.node.records.models.items import Item
from rasr.node.records.models.ledger import Batch, Movement, Place


class CountKind(models.TextChoices):
    """Why it is counted."""

    FULL = "full", _("Full")
    ROLLING = "rolling", _("Rolling")
    CUSTODIAN = "custodian", _("Change of custodian")
    SPOT = "spot", _("Spot check")


class CountState(models.TextChoices):
    """How far a count is."""

    OPEN = "open", _("Being counted")
    COUNTED = "counted", _("Counted")
    RECOUNT = "recount", _("To be counted again")
    INVESTIGATION = "investigation", _("Under investigation")
    CLOSED = "closed", _("Closed")
    DROPPED = "dropped", _("Dropped")


class Count(models.Model):
    """A sheet of one store, frozen at a position of the ledger (line_id of the last line it knows).

    blind: who counts does not see what is expected. article: None is everything in the store. due_on: when it must be
    done. handed_to: the next custodian, where that is why it is counted.
    """

    count_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=CountKind)
    store = models.ForeignKey(Store, models.PROTECT, related_name="counts", verbose_name=_("store"))
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="+", verbose_name=_("article"))
    blind = models.BooleanField(_("counted blind"), default=True)
    frozen_at = models.DateTimeField(_("frozen"))
    frozen_line = models.BigIntegerField()
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=16, choices=CountState, default=CountState.OPEN)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    handed_to = models.TextField(_("next custodian"), blank=True, default="")
    counted_at = models.DateTimeField(_("counted"), null=True)
    counted_line = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    adjustment = models.ForeignKey(Movement, models.PROTECT, null=True, related_name="counts")
    findings = models.TextField(_("what the investigation found"), blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-frozen_at"]

    def __str__(self) -> str:
        return f"{self.store_id} {self.frozen_at:%Y-%m-%d}"


class CountFile(models.Model):
    """The latest signed file that was taken of one person, for one round. made: its number, higher with every file."""

    count = models.ForeignKey(Count, models.PROTECT, related_name="files")
    round = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made = models.BigIntegerField()
    signature = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["count", "round", "by"], name="one_count_file_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.count_id} {self.round}"


class CountLine(models.Model):
    """One thing of a sheet: a batch in a place, or an item. batch None: something was found that is on no record.

    expected: when the sheet was frozen; None unknown. found: None is not counted yet. seen_at: of the scan.
    """

    count = models.ForeignKey(Count, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    expected = models.BigIntegerField(_("expected"), null=True)
    found = models.BigIntegerField(_("found"), null=True)
    first_found = models.BigIntegerField(_("found at first"), null=True)
    note = models.TextField(_("note"), blank=True, default="")
    seen_at = models.DateTimeField(null=True)
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["count", "position"], name="one_count_line_per_position"),
            models.CheckConstraint(condition=models.Q(found=None) | models.Q(found__gte=0), name="found_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.count_id} {self.position}"
