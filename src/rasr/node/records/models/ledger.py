"""The ledger: movements are immutable, holdings are derived, every item is always somewhere."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Store
from rasr.node.records.models.catalogue import Article
from rasr.node.records.models.uploads import Upload


class PlaceKind(models.TextChoices):
    """Where an item can be: in a store, or in one of the places that are no place on the ground."""

    STORE = "store", _("store")
    ACQUIRED = "acquired", _("acquired")
    IN_TRANSIT = "in_transit", _("in transit")
    ON_ISSUE = "on_issue", _("on issue")
    CONVERTED = "converted", _("converted")
    DESTROYED = "destroyed", _("destroyed")
    LOST = "lost", _("lost")
    STOLEN = "stolen", _("stolen")
    UNEXPLAINED = "unexplained", _("unexplained")
    EXPORTED = "exported", _("exported")
    EXPENDED = "expended", _("expended")


class MovementKind(models.TextChoices):
    """Why items moved."""

    OPENING_BALANCE = "opening_balance", _("Opening balance")
    COUNT_ADJUSTMENT = "count_adjustment", _("Adjustment to a count")
    NOT_FOUND = "not_found", _("Not found")
    CONVERSION = "conversion", _("Change of facts")
    TRANSFER = "transfer", _("Transfer")
    CORRECTION = "correction", _("Correction")


class Place(models.Model):
    """One end of a movement: a store, or a virtual place (one row per kind)."""

    kind = models.CharField(max_length=16, choices=PlaceKind)
    store = models.OneToOneField(Store, models.PROTECT, null=True, related_name="place")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="store", store__isnull=False)
                | (~models.Q(kind="store") & models.Q(store=None)),
                name="place_store_or_virtual",
            ),
            models.UniqueConstraint(fields=["kind"], condition=models.Q(store=None), name="one_virtual_place_per_kind"),
        ]

    def __str__(self) -> str:
        return self.store_id or self.kind


class Batch(models.Model):
    """What is alike: an article of one lot, in one condition, held for one purpose, with the same facts.

    Immutable: where a fact changes, the items are converted from one batch into another. stock_id: the id of the
    record in the owner's own books.
    """

    batch_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stock_id = models.TextField(_("record"), db_index=True)
    article = models.ForeignKey(Article, models.PROTECT, verbose_name=_("article"))
    lot = models.TextField(_("lot"), null=True)
    condition = models.CharField(_("condition"), max_length=1, null=True)
    purpose = models.TextField(_("purpose"))
    year_made = models.BigIntegerField(_("year made"), null=True)
    stabiliser_pct = models.FloatField(_("stabiliser, %"), null=True)
    stabiliser_tested_on = models.DateField(_("stabiliser tested on"), null=True)
    destroy_by = models.DateField(_("destroy by"), null=True)
    declared_surplus_ref = models.TextField(_("declared surplus"), null=True)
    release_ref = models.TextField(_("release"), null=True)
    total_mass_kg = models.FloatField(_("stated total mass, kg"), null=True)
    total_neq_kg = models.FloatField(_("stated total NEQ, kg"), null=True)

    class Meta:
        ordering: ClassVar = ["batch_id"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.stock_id


class Movement(models.Model):
    """What happened, when it took effect and when it was recorded. The sender makes the id, so a retry is known."""

    movement_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=32, choices=MovementKind)
    effective_at = models.DateTimeField(_("took effect"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    reason = models.TextField(_("reason"))
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="movements")

    class Meta:
        ordering: ClassVar = ["-recorded_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.movement_id}"


class MovementLine(models.Model):
    """So many of a batch from one place to another; it balances by what it is.

    quantity: None is all there is of it, nobody knows how many. The order of the ids is the order of what happened:
    lines are only written under the lock of the register.
    """

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lines")
    quantity = models.BigIntegerField(_("quantity"), null=True)
    quantity_basis = models.CharField(_("quantity known by"), max_length=16, null=True)
    from_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["movement", "position"], name="one_line_per_position"),
            models.CheckConstraint(
                condition=models.Q(quantity=None) | models.Q(quantity__gte=0), name="line_not_negative"
            ),
            models.CheckConstraint(condition=~models.Q(from_place=models.F("to_place")), name="line_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id} {self.position}"


class Holding(models.Model):
    """How many of a batch a store holds: derived from the movements in their transaction. quantity None: unknown.

    position: its place in the table stock; it alone stands in no movement.
    """

    position = models.PositiveBigIntegerField(editable=False, db_index=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="holdings")
    store = models.ForeignKey(Store, models.PROTECT, related_name="holdings", verbose_name=_("store"))
    quantity = models.BigIntegerField(_("quantity"), null=True)
    quantity_basis = models.CharField(_("quantity known by"), max_length=16, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "store"], name="one_holding_per_batch_and_store"),
            models.CheckConstraint(
                condition=models.Q(quantity=None) | models.Q(quantity__gte=0), name="holding_not_negative"
            ),
        ]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.store_id} {self.batch_id}"


class Register(models.Model):
    """The state of the whole register: one row. version goes up with every change; digest is that of its region.

    given: tables of the region that were given, so that an empty one is told from one that is not there.
    """

    version = models.PositiveBigIntegerField(default=0)
    digest = models.TextField(blank=True, default="")
    given = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="one_register")]

    def __str__(self) -> str:
        return f"version {self.version}"
