"""The ledger: movements are immutable, holdings are derived, every item is always somewhere."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Site, Store
from rasr.node.records.models.catalogue import Article
from rasr.node.records.models.items import Item
from rasr.node.records.models.kinds import MovementKind, PartyKind, PlaceKind, SignatureRole
from rasr.node.records.models.lots import Lot
from rasr.node.records.models.uploads import Upload


class Party(models.Model):
    """Who may have things on issue, or sends and receives them: a person, a unit, somebody outside.

    site: whose books know it; only who sees the site sees the party.
    """

    party_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind)
    name = models.TextField(_("name"))
    number = models.TextField(_("service number"), blank=True, default="")
    site = models.ForeignKey(Site, models.PROTECT, verbose_name=_("site"), related_name="parties")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """One end of a movement: a store or a stack in it, or a virtual place. ref: see ``core.records.ledger.places``."""

    kind = models.CharField(max_length=16, choices=PlaceKind)
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="places")
    ref = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="store", store__isnull=False)
                | (~models.Q(kind="store") & models.Q(store=None)),
                name="place_store_or_virtual",
            ),
            models.UniqueConstraint(fields=["kind", "ref"], condition=models.Q(store=None), name="one_virtual_place"),
            models.UniqueConstraint(fields=["store", "ref"], name="one_place_per_stack"),
        ]

    def __str__(self) -> str:
        return self.store_id or self.kind


class Batch(models.Model):
    """What is alike: an article of one lot, in one condition, held for one purpose, with the same facts.

    Immutable: where a fact changes, the items are converted from one batch into another. stock_id: the id of the
    record in the owner's own books. itemised: each piece of it is an item of its own.
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
    lot_record = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="batches", verbose_name=_("lot"))
    itemised = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering: ClassVar = ["batch_id"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.stock_id


class Movement(models.Model):
    """What happened, when it took effect and when it was recorded. The sender makes the id, so a retry is known.

    digest: of all that was sent, by which a retry is told from another movement under the same id. site: in whose
    books it stands, with the number of its voucher. corrects: the movement that this one turns round. approval: the
    decision of the second person. destination: where a despatch is bound.
    """

    movement_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=32, choices=MovementKind)
    effective_at = models.DateTimeField(_("took effect"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    reason = models.TextField(_("reason"))
    reason_language = models.TextField(blank=True, default="", db_default="")
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="movements")
    digest = models.CharField(max_length=64)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="movements", verbose_name=_("site"))
    voucher = models.TextField(_("voucher"), blank=True, default="", db_default="")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    approval_id = models.UUIDField(null=True)
    destination = models.ForeignKey(
        Store, models.PROTECT, null=True, related_name="bound_for_it", verbose_name=_("destination")
    )

    class Meta:
        ordering: ClassVar = ["-recorded_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "voucher"], condition=~models.Q(voucher=""), name="one_voucher_number"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["site", "-recorded_at"], name="movements_of_site")]

    def __str__(self) -> str:
        return self.voucher or f"{self.kind} {self.movement_id}"


class MovementLine(models.Model):
    """So many of a batch from one place to another; it balances by what it is.

    line_id: the position in the ledger: lines are numbered without a gap, in the order in which they were recorded.
    quantity: None is all there is of it, nobody knows how many. item: of a batch that is itemised. effective_at: as of
    the movement, so that a stock card is read in its order. Every index costs each posting: none is there twice.
    """

    line_id = models.BigIntegerField(primary_key=True)
    movement = models.ForeignKey(Movement, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    effective_at = models.DateTimeField(_("took effect"))
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lines", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="lines", db_index=False)
    quantity = models.BigIntegerField(_("quantity"), null=True)
    quantity_basis = models.CharField(_("quantity known by"), max_length=16, null=True)
    from_place = models.ForeignKey(Place, models.PROTECT, related_name="out_lines", db_index=False)
    to_place = models.ForeignKey(Place, models.PROTECT, related_name="in_lines", db_index=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["batch", "effective_at", "line_id"], name="lines_of_batch"),
            models.Index(fields=["from_place", "effective_at", "line_id"], name="lines_from"),
            models.Index(fields=["to_place", "effective_at", "line_id"], name="lines_to"),
            models.Index(fields=["item"], condition=models.Q(item__isnull=False), name="lines_of_item"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["movement", "position"], name="one_line_per_position"),
            models.CheckConstraint(
                condition=models.Q(quantity=None) | models.Q(quantity__gte=0), name="line_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(item=None) | models.Q(quantity=1), name="an_item_is_one"),
            models.CheckConstraint(condition=~models.Q(from_place=models.F("to_place")), name="line_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id} {self.position}"


class OnTheGround(models.Manager["Holding"]):
    """What stores hold; what is in transit, on issue or gone is left out."""

    def get_queryset(self) -> models.QuerySet[Holding]:
        return super().get_queryset().filter(store__isnull=False)


class Holding(models.Model):
    """How many of a batch a place holds: derived from the movements in their transaction. quantity None: unknown.

    ``objects`` are those of stores; ``everywhere`` are those of all places that can hold no less than nothing.
    position: its place in the table stock; it alone stands in no movement. latest_at: when the latest of its lines took
    effect.
    """

    position = models.PositiveBigIntegerField(editable=False, db_index=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="holdings", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="holdings")
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="holdings", verbose_name=_("store"))
    quantity = models.BigIntegerField(_("quantity"), null=True)
    quantity_basis = models.CharField(_("quantity known by"), max_length=16, null=True)
    latest_at = models.DateTimeField()

    everywhere: ClassVar[models.Manager[Holding]] = models.Manager()
    objects = OnTheGround()

    class Meta:
        default_manager_name = "objects"
        base_manager_name = "everywhere"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "place"], name="one_holding_per_batch_and_place"),
            models.CheckConstraint(
                condition=models.Q(quantity=None) | models.Q(quantity__gte=0), name="holding_not_negative"
            ),
        ]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.store_id} {self.batch_id}"


class ItemPosition(models.Model):
    """Where an item is, and as what: one place for each item. Derived from the movements in their transaction."""

    item = models.OneToOneField(Item, models.PROTECT, primary_key=True, related_name="at")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="item_positions")
    place = models.ForeignKey(Place, models.PROTECT, related_name="item_positions")
    line_id = models.BigIntegerField()
    """The line that brought it there."""

    def __str__(self) -> str:
        return f"{self.item_id} {self.place_id}"


class Signature(models.Model):
    """Somebody put their name to a movement: who gave, who took, who saw it. Immutable.

    user: None for who has no account; only of them the name stands here: who has one may be erased.
    """

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="signatures")
    role = models.CharField(_("as"), max_length=16, choices=SignatureRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="signatures")
    name = models.TextField(_("name"))
    signed_at = models.DateTimeField(_("signed"))
    session = models.TextField(default="", blank=True)

    @property
    def signed_by(self) -> str:
        """Who signed, by the name they have now."""
        return self.name if self.user is None else self.user.get_full_name() or self.user.get_username()

    class Meta:
        ordering: ClassVar = ["signed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["movement", "role"], name="one_signature_per_role"),
            models.UniqueConstraint(
                fields=["movement", "user"], condition=models.Q(user__isnull=False), name="one_signature_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id} {self.role}"


class VoucherSeries(models.Model):
    """The last number of the vouchers of a site in a year: numbers have no gap."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="voucher_series")
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "year"], name="one_series_per_year")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.year}"


class Register(models.Model):
    """The state of the whole register: one row. version goes up with every change.

    digest: that of its region, empty until somebody asks for it after a change. given: tables of the region that were
    given, so that an empty one is told from one that is not there. last_line: the position of the ledger.
    """

    version = models.PositiveBigIntegerField(default=0)
    digest = models.TextField(blank=True, default="")
    given = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True)
    last_line = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="one_register")]

    def __str__(self) -> str:
        return f"version {self.version}"
