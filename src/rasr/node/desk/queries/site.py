"""One site: its stores, its stock, its danger and how that falls, its lines, and what the plan does for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Count, F, Q, Sum

from rasr.node.assessment import queries as assessment
from rasr.node.desk.queries.due import held
from rasr.node.desk.queries.lists import Actor, stores_listed
from rasr.node.people.classify import may_classify
from rasr.node.people.rights import may, require
from rasr.node.places import queries as places
from rasr.node.plan import queries as plan
from rasr.node.records import queries as records


@dataclass(frozen=True)
class SitePicture:
    """What the page of a site shows.

    stock: dicts of family, hazard_division, records, mass, neq (kg known), records_without_mass, records_without_neq.
    curve: neq_kg, fatalities_per_year, low, high. planned: ``_by_line`` of the latest plan, None where that may not be
    seen.
    """

    site: Any
    stores: list[Any]
    stock: list[dict[str, Any]]
    standing: Any
    danger: Any
    curve: pl.DataFrame
    lines: list[dict[str, Any]]
    plan: Any
    plan_stale: bool
    planned: list[dict[str, Any]] | None
    may_classify: bool


def site_picture(actor: Actor, site_id: str) -> SitePicture:
    """The page of a site. Raises ObjectDoesNotExist for what is not there or not in scope, PermissionDenied."""
    require(actor, "view_register")
    site = places.site(actor, site_id)
    planned: Any = plan.latest(actor) if may(actor, "view_runs") else None
    return SitePicture(
        site=site,
        stores=list(stores_listed(actor).filter(site=site).order_by("store_id")),
        stock=stock_by_family(actor, site_id),
        standing=assessment.standing(actor),
        danger=assessment.site_danger(actor, site_id),
        curve=assessment.curve(actor, site_id),
        lines=_lines(actor, site_id),
        plan=planned,
        plan_stale=bool(planned and planned.stale),
        planned=_by_line(plan.of_site(actor, planned, site_id)) if planned else None,
        may_classify=may_classify(actor, site),
    )


def stock_by_family(actor: Actor, site_id: str) -> list[dict[str, Any]]:
    """What a site holds by family and hazard division, the most NEQ first."""
    return list(
        held(actor)
        .filter(store__site=site_id)
        .order_by()
        .values(family=F("batch__article__family"), hazard_division=F("batch__article__hazard_division"))
        .annotate(
            records=Count("pk"),
            mass=Sum("mass_kg"),
            neq=Sum("neq_kg"),
            records_without_mass=Count("pk", filter=Q(mass_kg=None)),
            records_without_neq=Count("pk", filter=Q(neq_kg=None)),
        )
        .order_by(F("neq").desc(nulls_last=True), "family", "hazard_division")
    )


def _by_line(shipments: pl.DataFrame) -> list[dict[str, Any]]:
    """Shipments summed by line: line_id, first and last (start of the first and last period), mass_kg, cost_eur."""
    sums = shipments.group_by("line_id").agg(
        pl.col("starts_on").min().alias("first"),
        pl.col("starts_on").max().alias("last"),
        pl.col("mass_kg", "cost_eur").sum(),
    )
    return sums.sort("first", "line_id").to_dicts()


def _lines(actor: Actor, site_id: str) -> list[dict[str, Any]]:
    """The disposal lines on a site, each with the techniques it works by."""
    lines = records.table_frame(actor, "lines").filter(pl.col("site_id") == site_id)
    if lines.is_empty():
        return []
    rates = records.table_frame(actor, "line_rates").filter(pl.col("line_id").is_in(lines["line_id"].implode()))
    techniques = {
        line_id: sorted(set(found)) for line_id, found in rates.group_by("line_id").agg("technique").iter_rows()
    }
    return [line | {"techniques": techniques.get(line["line_id"], [])} for line in lines.iter_rows(named=True)]
