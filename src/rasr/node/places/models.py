"""Jurisdictions, organisations, sites, stores and the licences of stores."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.node.places.contract import Closable, ContractRow


class Jurisdiction(ContractRow, Closable):
    """An authority whose stock is in the register."""

    TABLE: ClassVar[str] = "jurisdictions"
    jurisdiction_id = models.TextField(_("jurisdiction"), primary_key=True)
    name = models.TextField(_("name"))
    capital = models.TextField(_("capital"), null=True)
    footnote = models.TextField(_("footnote"), null=True)

    def __str__(self) -> str:
        return self.name


class Organisation(ContractRow, Closable):
    """A ministry, a police service, a company: who runs sites."""

    TABLE: ClassVar[str] = "organisations"
    organisation_id = models.TextField(_("organisation"), primary_key=True)
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, verbose_name=_("jurisdiction"))
    kind = models.TextField(_("kind"))
    name = models.TextField(_("name"))

    def __str__(self) -> str:
        return self.name


class Site(ContractRow, Closable):
    """A depot, a police storage, an armoury."""

    TABLE: ClassVar[str] = "sites"
    site_id = models.TextField(_("site"), primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"))
    kind = models.TextField(_("kind"))
    name = models.TextField(_("name"), db_index=True)
    latitude_deg = models.FloatField(_("latitude, °"))
    longitude_deg = models.FloatField(_("longitude, °"))
    outload_kg_per_day = models.FloatField(_("outloading, kg per day"), null=True)
    distance_to_border_km = models.FloatField(_("distance to the border, km"), null=True)
    mark = models.PositiveSmallIntegerField(_("class mark"), default=1, db_default=1)
    """Class mark of all that lies in it, see ``web.marks``; it stands in no table of the contract."""

    def __str__(self) -> str:
        return self.name


class Store(ContractRow, Closable):
    """A building or stack of a site in which stock lies."""

    TABLE: ClassVar[str] = "stores"
    store_id = models.TextField(_("store"), primary_key=True)
    site = models.ForeignKey(Site, models.PROTECT, verbose_name=_("site"))
    construction = models.TextField(_("construction"))
    latitude_deg = models.FloatField(_("latitude, °"))
    longitude_deg = models.FloatField(_("longitude, °"))
    barricaded = models.BooleanField(_("barricaded"), null=True)
    front_bearing_deg = models.FloatField(_("bearing of the front, °"), null=True)
    activity = models.TextField(_("activity"), null=True)
    lightning_protected = models.BooleanField(_("lightning protection"), null=True)

    def __str__(self) -> str:
        return self.store_id


class Licence(ContractRow):
    """The most net explosive quantity a store may hold in one hazard division."""

    TABLE: ClassVar[str] = "licences"
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"), related_name="licences")
    hazard_division = models.TextField(_("hazard division"))
    neq_limit_kg = models.FloatField(_("limit, kg NEQ"))
    valid_until = models.DateField(_("valid until"))

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "hazard_division"], name="one_licence")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.hazard_division}"
