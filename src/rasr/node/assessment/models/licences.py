"""Licences of stores as they were signed, and emergency cards.

What a store may hold now stands in ``places.Licence``; a ``LicenceForm`` is the paper by which it was given, with all
that it stood on.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Store


class LicenceForm(models.Model):
    """A licence of one store, signed by two people. It is never changed; the latest of a store is the one in force.

    limits: hazard division to kg NEQ. basis: what it stood on: pairs, limits by distance, rings (``licences.kept``).
    document: where the distances were read; exception: by what leave more is allowed than the distances do.
    """

    form_id = models.UUIDField(primary_key=True, default=uuid7)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"), related_name="licence_forms")
    number = models.PositiveIntegerField(_("number"))
    limits = models.JSONField(_("limits"))
    valid_until = models.DateField(_("valid until"))
    conditions = models.TextField(_("conditions"), blank=True)
    document = models.TextField(_("document read"), blank=True)
    exception = models.TextField(_("exception"), blank=True)
    written_in = models.TextField(_("written in"), blank=True)
    basis = models.JSONField(_("what it stands on"))
    rule_edition = models.TextField(_("rule edition"))
    version = models.TextField(_("version"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("proposed by"), related_name="+", null=True
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("signed by"), related_name="+", null=True
    )
    signed_at = models.DateTimeField(_("signed"))
    approval_id = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["-signed_at", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "number"], name="one_licence_form")]

    def __str__(self) -> str:
        return f"{self.store_id} / {self.number}"


class EmergencyCard(models.Model):
    """What help needs to know at the door of a store. address: of the page that opens without signing in; None: none.

    distances: fire division to withdrawal_m and evacuation_m, as somebody read them in ``source``. They are told only
    where a second person has agreed (``agreed``).
    """

    store = models.OneToOneField(
        Store, models.PROTECT, primary_key=True, verbose_name=_("store"), related_name="emergency_card"
    )
    address = models.TextField(_("address"), unique=True, null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    contacts = models.TextField(_("contacts"), blank=True)
    contacts_on = models.DateField(_("contacts of"), null=True)
    distances: models.JSONField[dict[str, dict[str, float]], Any] = models.JSONField(_("distances"), default=dict)
    source = models.TextField(_("source"), blank=True)
    distances_on = models.DateField(_("distances of"), null=True)
    distances_agreed_at = models.DateTimeField(_("distances agreed"), null=True)

    def __str__(self) -> str:
        return str(self.store_id)

    @property
    def agreed(self) -> dict[str, dict[str, float]]:
        """The distances that two people agree on; none where only one wrote them down."""
        return self.distances if self.distances_agreed_at is not None else {}
