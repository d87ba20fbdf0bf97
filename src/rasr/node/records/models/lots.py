"""Lots of ammunition: what they are, what was found when they were tested, and what may not be done with them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid6 import uuid7

from rasr.node.records.models.catalogue import Article


class LotIdentity(models.TextChoices):
    """Whether it is known which lot it is."""

    KNOWN = "known", _("Known")
    LOST = "lost", _("Identity lost")
    PROVISIONAL = "provisional", _("Provisional")


class Lot(models.Model):
    """Ammunition of one article made together. number: as it is marked; normalised: how it is compared.

    identity: a lot of lost identity is a state of its own: its number is what the register calls it. Empty is unknown.
    """

    lot_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    article = models.ForeignKey(Article, models.PROTECT, verbose_name=_("article"), related_name="lots")
    number = models.TextField(_("lot number"))
    normalised = models.TextField(db_index=True)
    identity = models.CharField(_("identity"), max_length=16, choices=LotIdentity, default=LotIdentity.KNOWN)
    maker = models.TextField(_("maker"), blank=True, default="")
    country_made = models.TextField(_("made in"), blank=True, default="")
    year_made = models.PositiveIntegerField(_("year made"), null=True)
    shelf_life_until = models.DateField(_("shelf life until"), null=True)
    next_test_on = models.DateField(_("next surveillance test"), null=True)
    notes = models.TextField(_("notes"), blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["article", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["article", "number"], name="one_lot_once")]

    def __str__(self) -> str:
        return self.number


class LotComponent(models.Model):
    """A lot that another lot is made of: its fuzes, its propellant. number: of a lot that is not in the register."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="components")
    component = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="part_of")
    part = models.TextField(_("component"))
    number = models.TextField(_("lot number"), blank=True, default="")

    class Meta:
        ordering: ClassVar = ["part"]

    def __str__(self) -> str:
        return f"{self.part} {self.number}"


class ConstraintKind(models.TextChoices):
    """What a constraint stops."""

    BAN = "ban", _("Ban")
    CONSTRAINT = "constraint", _("Constraint")


class Constraint(models.Model):
    """A ban, or a constraint, on an article or on one lot of it. A ban blocks use and issue, never destruction.

    lot: None is the whole article. lifted_on: None is in force.
    """

    constraint_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=ConstraintKind)
    article = models.ForeignKey(Article, models.PROTECT, related_name="constraints", verbose_name=_("article"))
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="constraints", verbose_name=_("lot"))
    text = models.TextField(_("what may not be done"))
    reason = models.TextField(_("reason"))
    reference = models.TextField(_("reference"), blank=True, default="")
    imposed_on = models.DateField(_("imposed on"))
    imposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_on = models.DateField(_("lifted on"), null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-imposed_on"]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Verdict(models.TextChoices):
    """How a surveillance test ended."""

    PASSED = "passed", pgettext_lazy("test", "Passed")
    WATCH = "watch", _("Passed, to be tested sooner")
    FAILED = "failed", pgettext_lazy("test", "Failed")


class SurveillanceTest(models.Model):
    """A test of a lot. value: with its unit, where the test gives a number (stabiliser, %)."""

    test_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="tests", verbose_name=_("lot"))
    tested_on = models.DateField(_("tested on"))
    method = models.TextField(_("method"))
    value = models.FloatField(_("result"), null=True)
    unit = models.TextField(_("unit"), blank=True, default="")
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    laboratory = models.TextField(_("laboratory"), blank=True, default="")
    reference = models.TextField(_("reference"), blank=True, default="")
    next_on = models.DateField(_("next test"), null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-tested_on"]

    def __str__(self) -> str:
        return f"{self.method} {self.tested_on}"
