"""Sites and stores with what the latest assessment found of them, sorted and narrowed by the database.

    rows = stores_listed(actor).order_by(F("danger__fatalities_per_year").desc(nulls_last=True))

Without an assessment the same rows come with every figure unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from rasr.node.assessment import queries as assessment
from rasr.node.desk.names import starred
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places import queries as places

Actor = User | AnonymousUser
NO_RUN = UUID(int=0)
"""Stands for the latest run where there is none: no figure belongs to it."""
SHOWN = (
    "mass_kg",
    "neq_kg",
    "fatalities_per_year",
    "fatalities_per_year_low",
    "fatalities_per_year_high",
    "required_ibd_m",
    "nearest_inhabited_m",
    "licence_share",
    "neq_blind_share",
)
"""Figures of the assessment that a list shows, under their own names."""


def _with_danger(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    latest = standing(actor)
    of_run = Q(dangers__run=latest.run_id if latest else NO_RUN)
    joined: QuerySet[Any] = rows.annotate(danger=FilteredRelation("dangers", condition=of_run))
    shown: QuerySet[Any] = joined.annotate(**{name: F(f"danger__{name}") for name in SHOWN})
    return shown


def standing(actor: Actor) -> assessment.Standing | None:
    """The assessment the figures are from; None where there is none."""
    return assessment.standing(actor)


def stores_listed(actor: Actor) -> QuerySet[Any]:
    """Stores in scope with the figures of ``SHOWN``. Raises PermissionDenied."""
    require(actor, "view_register")
    return _with_danger(places.stores(actor), actor)


def stores_with_sites(actor: Actor) -> QuerySet[Any]:
    """``stores_listed`` with site_seen: whether the site of the store is whole in scope, and its page to be seen."""
    seen = Exists(places.sites(actor).filter(pk=OuterRef("site_id")))
    rows: QuerySet[Any] = stores_listed(actor).annotate(site_seen=seen)
    return rows


def sites_listed(actor: Actor) -> QuerySet[Any]:
    """Sites in scope with the figures of ``SHOWN`` and stores_count, the open ones. Raises PermissionDenied."""
    require(actor, "view_register")
    counted = (
        places.stores(actor).filter(site=OuterRef("pk")).order_by().values("site").annotate(n=Count("pk")).values("n")
    )
    rows: QuerySet[Any] = places.sites(actor).annotate(stores_count=Coalesce(Subquery(counted), 0))
    return _with_danger(rows, actor)


def house_inside() -> Q:
    """Places with a house nearer than the required inhabited building distance."""
    return Q(nearest_inhabited_m__lt=F("required_ibd_m"))


def over_licence() -> Q:
    """Places that hold more than a licence allows, by the latest assessment."""
    return Q(licence_share__gt=1.0)


@dataclass(frozen=True)
class Choice:
    """What a filter offers: jurisdictions by capital, organisations by name, each as (id, name)."""

    jurisdictions: list[tuple[str, str]]
    organisations: list[tuple[str, str]]


def choice(actor: Actor) -> Choice:
    """The jurisdictions and organisations of the sites that may be named; one query."""
    organisation, jurisdiction = "organisation__", "organisation__jurisdiction__"
    rows = (
        places.sites_named(actor)
        .order_by()
        .values_list(
            "organisation_id",
            f"{organisation}name",
            f"{organisation}jurisdiction_id",
            f"{jurisdiction}name",
            f"{jurisdiction}capital",
        )
        .distinct()
    )
    found = list(rows)
    organisations = sorted({(row[0], row[1]) for row in found}, key=lambda each: (each[1], each[0]))
    jurisdictions = {row[2]: (row[4] is None, row[4] or "", row[3], row[2]) for row in found}
    ordered = sorted(jurisdictions.values())
    return Choice([(key, starred(name)) for _, _, name, key in ordered], organisations)
