"""Runs of the assessment: what they stand on, and what they found of each store and site."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.node.jobs.models import KeptRun, KeptTable
from rasr.node.places.models import Site, Store


class Run(KeptRun):
    """One assessment of the whole register as of a day. blind: ``core.assessment.assess.Blind``."""

    as_of = models.DateField(_("as of"))
    stores = models.PositiveIntegerField(_("stores"))
    sites = models.PositiveIntegerField(_("sites"))
    fatalities_per_year = models.FloatField(_("expected fatalities per year"))
    low = models.FloatField()
    high = models.FloatField()
    blind = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.as_of} {self.run_id}"


class RunTable(KeptTable):
    """A table of an assessment: stores, sites, distances, pools, danger_curves, exclusions, methods."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="tables")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name"], name="one_run_table")]

    def __str__(self) -> str:
        return self.name


class Figures(models.Model):
    """The figures of ``core.assessment.tables.COLUMNS``, as numbers to sort and filter by."""

    mass_kg = models.FloatField()
    neq_kg = models.FloatField()
    neq_event_kg = models.FloatField()
    neq_event_known_kg = models.FloatField(null=True)
    tnt_event_kg = models.FloatField(null=True)
    neq_not_modelled_kg = models.FloatField()
    neq_hd11_kg = models.FloatField()
    neq_hd12_kg = models.FloatField()
    neq_hd13_kg = models.FloatField()
    neq_hd14_kg = models.FloatField()
    events_per_year = models.FloatField()
    events_per_year_low = models.FloatField()
    events_per_year_high = models.FloatField()
    fatalities_per_event = models.FloatField()
    fatalities_per_event_low = models.FloatField()
    fatalities_per_event_high = models.FloatField()
    fatalities_per_year = models.FloatField()
    fatalities_per_year_low = models.FloatField()
    fatalities_per_year_high = models.FloatField()
    fatalities_per_event_worker = models.FloatField()
    fatalities_per_event_related = models.FloatField()
    fatalities_per_event_public = models.FloatField()
    persons_in_ibd = models.FloatField(null=True)
    required_ibd_m = models.FloatField(null=True)
    nearest_inhabited_m = models.FloatField(null=True)
    licence_share = models.FloatField(null=True)
    diversion_index = models.FloatField()
    exposures_without_persons = models.BigIntegerField()
    records = models.BigIntegerField()
    records_without_mass = models.BigIntegerField()
    records_without_neq = models.BigIntegerField()
    mass_blind_share = models.FloatField(null=True)
    neq_blind_share = models.FloatField(null=True)

    class Meta:
        abstract = True


class StoreDanger(Figures):
    """What a run found of a store."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="store_dangers")
    store = models.ForeignKey(Store, models.PROTECT, related_name="dangers")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "store"], name="one_danger_per_store")]
        indexes: ClassVar = [models.Index(fields=["run", "-fatalities_per_year"], name="store_danger_order")]

    def __str__(self) -> str:
        return self.store_id


class SiteDanger(Figures):
    """What a run found of a site: the figures of ``core.assessment.tables.site_table``."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="site_dangers")
    site = models.ForeignKey(Site, models.PROTECT, related_name="dangers")
    stores = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "site"], name="one_danger_per_site")]
        indexes: ClassVar = [models.Index(fields=["run", "-fatalities_per_year"], name="site_danger_order")]

    def __str__(self) -> str:
        return self.site_id
