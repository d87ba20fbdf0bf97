"""Weapons as items: each has the node's own id; what is stamped on it is a fact of it, never its identity."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid6 import uuid7

from rasr.node.records.models.catalogue import Article


class SerialState(models.TextChoices):
    """What can be read of a serial number."""

    MARKED = "marked", _("Marked")
    PARTLY = "partly", _("Partly legible")
    ILLEGIBLE = "illegible", _("Illegible")
    REMOVED = "removed", _("Removed")
    MISSING = "missing", _("None")


class Origin(models.TextChoices):
    """How an item came to the register."""

    MADE = "made", _("Made here")
    BOUGHT = "bought", _("Bought or imported")
    SEIZED = "seized", _("Seized")
    SURRENDERED = "surrendered", _("Surrendered")
    FOUND = "found", _("Found")
    UNKNOWN = "unknown", _("Unknown")


class LegalStatus(models.TextChoices):
    """What the law says of an item."""

    STATE_STOCK = "state_stock", _("Stock of the state")
    EVIDENCE = "evidence", _("Evidence")
    CONFISCATED = "confiscated", _("Confiscated")
    TO_OWNER = "to_owner", _("To be returned to its owner")
    RELEASED = "released", _("Released")
    UNKNOWN = "unknown", _("Unknown")


class Custody(models.TextChoices):
    """Who has an item that is evidence."""

    STORE = "store", _("In store")
    COURT = "court", _("At court")
    FORENSIC = "forensic", _("At a laboratory")


class Item(models.Model):
    """One weapon. serial: as it is marked; normalised: how it is compared; two items may bear the same.

    article: as what it was taken down; what it is now, after it was judged or deactivated, is ``article_now``.
    legal_hold: nothing may be done with it but keep it. case_number, release_ref: of the court. Empty is unknown.
    """

    item_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    article = models.ForeignKey(Article, models.PROTECT, verbose_name=_("article"), related_name="items")
    serial = models.TextField(_("serial number as marked"), blank=True, default="")
    serial_state = models.CharField(_("serial number"), max_length=16, choices=SerialState, default=SerialState.MARKED)
    normalised = models.TextField(db_index=True, blank=True, default="")
    marks = models.TextField(_("other marks"), blank=True, default="")
    year_made = models.PositiveIntegerField(_("year made"), null=True)
    origin = models.CharField(
        pgettext_lazy("of an item", "origin"), max_length=16, choices=Origin, default=Origin.UNKNOWN
    )
    legal_status = models.CharField(_("legal status"), max_length=16, choices=LegalStatus, default=LegalStatus.UNKNOWN)
    case_number = models.TextField(_("case number"), blank=True, default="")
    legal_hold = models.BooleanField(_("legal hold"), default=False)
    custody = models.CharField(_("custody"), max_length=16, choices=Custody, default=Custody.STORE)
    owner = models.TextField(_("owner"), blank=True, default="")
    release_ref = models.TextField(_("release"), blank=True, default="")
    notes = models.TextField(_("notes"), blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["item_id"]

    def __str__(self) -> str:
        return self.serial or f"#{self.item_id.hex[-8:]}"

    @property
    def article_now(self) -> Article:
        """The article of the batch that it is in; as what it was taken down, while it lies nowhere yet."""
        at = getattr(self, "at", None)
        return self.article if at is None else at.batch.article
