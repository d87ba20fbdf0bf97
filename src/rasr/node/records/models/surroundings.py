"""What surrounds the stock, what it is needed for, and what can be done about it: tables of the region as they are.

Each field is the column of the contract (``core/reference/columns``); its meaning stands there.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rasr.node.places.contract import ContractRow
from rasr.node.places.models import Jurisdiction, Organisation, Site
from rasr.node.records.models.catalogue import Article


class Exposure(ContractRow):
    """Who and what stands around the stores."""

    TABLE: ClassVar[str] = "exposures"
    exposure_id = models.TextField(primary_key=True)
    kind = models.TextField()
    latitude_deg = models.FloatField(db_index=True)
    longitude_deg = models.FloatField()
    persons_day = models.FloatField(null=True)
    persons_night = models.FloatField(null=True)
    relation = models.TextField(null=True)
    building_type = models.TextField(null=True)
    length_m = models.FloatField(null=True)
    vehicles_per_day = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.exposure_id


class Requirement(ContractRow):
    """What an organisation needs to keep of an article."""

    TABLE: ClassVar[str] = "requirements"
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    article = models.ForeignKey(Article, models.PROTECT)
    quantity = models.BigIntegerField()

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "article"], name="one_requirements")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.article_id}"


class Line(ContractRow):
    """A disposal line: where stock can be made safe."""

    TABLE: ClassVar[str] = "lines"
    line_id = models.TextField(primary_key=True)
    site = models.ForeignKey(Site, models.PROTECT)
    status = models.TextField()
    accepts_foreign = models.BooleanField()
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    opening_cost_eur = models.FloatField(null=True)
    fixed_eur_per_year = models.FloatField(null=True)
    neq_limit_kg = models.FloatField(null=True)
    storage_limit_kg = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.line_id


class LineRate(ContractRow):
    """What a line can do with a family by a technique, and for how much."""

    TABLE: ClassVar[str] = "line_rates"
    line = models.ForeignKey(Line, models.PROTECT)
    technique = models.TextField()
    family = models.TextField()
    capacity_kg_per_day = models.FloatField()
    cost_eur_per_tonne = models.FloatField()
    scrap_eur_per_tonne = models.FloatField(null=True)
    emission_kg_per_tonne = models.FloatField(null=True)
    open_burn = models.BooleanField(null=True)

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "technique", "family"], name="one_line_rates")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.technique} {self.family}"


class Route(ContractRow):
    """The road from one site to another."""

    TABLE: ClassVar[str] = "routes"
    from_site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    distance_km = models.FloatField()
    cost_eur_per_tonne_km = models.FloatField(null=True)
    payload_kg = models.FloatField(null=True)
    escort_eur_per_trip = models.FloatField(null=True)
    persons_exposed_per_km = models.FloatField(null=True)

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["from_site", "to_site"], name="one_routes")]

    def __str__(self) -> str:
        return f"{self.from_site_id} {self.to_site_id}"


class Permit(ContractRow):
    """A leave to bring a family from one jurisdiction into another."""

    TABLE: ClassVar[str] = "permits"
    from_jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+")
    to_jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+")
    family = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    opening_cost_eur = models.FloatField(null=True)

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["from_jurisdiction", "to_jurisdiction", "family", "valid_from"], name="one_permits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_jurisdiction_id} {self.to_jurisdiction_id} {self.family}"


class Fund(ContractRow):
    """Money a donor gives."""

    TABLE: ClassVar[str] = "funds"
    fund_id = models.TextField(primary_key=True)
    donor = models.TextField()
    currency = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    amount = models.FloatField()
    carry_over = models.BooleanField()

    def __str__(self) -> str:
        return self.fund_id


class Earmark(ContractRow):
    """What a fund may pay for."""

    TABLE: ClassVar[str] = "earmarks"
    fund = models.ForeignKey(Fund, models.PROTECT)
    jurisdiction_id = models.TextField()  # a jurisdiction, or all
    activity = models.TextField()

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fund", "jurisdiction_id", "activity"], name="one_earmarks")
        ]

    def __str__(self) -> str:
        return f"{self.fund_id} {self.activity}"


class ExchangeRate(ContractRow):
    """Euro for one unit of a currency, on a day."""

    TABLE: ClassVar[str] = "exchange_rates"
    currency = models.TextField()
    on = models.DateField()
    eur_per_unit = models.FloatField()
    source = models.TextField()

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["currency", "on"], name="one_exchange_rates")]

    def __str__(self) -> str:
        return f"{self.currency} {self.on}"


class Setting(ContractRow):
    """A setting of the region, as text."""

    TABLE: ClassVar[str] = "settings"
    key = models.TextField(primary_key=True)
    value = models.TextField(null=True)

    def __str__(self) -> str:
        return self.key


class GivenPool(ContractRow):
    """A pool of stock where nothing finer was given."""

    TABLE: ClassVar[str] = "pools"
    pool_id = models.TextField(primary_key=True)
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT)
    origin_id = models.TextField()
    family = models.TextField()
    stability_band = models.TextField()
    mass_kg = models.FloatField()
    neq_kg = models.FloatField()
    pieces = models.BigIntegerField()
    destroy_by = models.DateField(null=True)
    latitude_deg = models.FloatField(null=True)
    longitude_deg = models.FloatField(null=True)
    event_neq_kg = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.pool_id


class GivenCurve(ContractRow):
    """A point of a curve of danger that was given."""

    TABLE: ClassVar[str] = "danger_curves"
    origin_id = models.TextField()
    neq_kg = models.FloatField()
    fatalities_per_year = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta(ContractRow.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["origin_id", "neq_kg"], name="one_danger_curves")]

    def __str__(self) -> str:
        return f"{self.origin_id} {self.neq_kg}"
