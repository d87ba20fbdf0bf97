"""What may be read of assessments, and by whom.

Runs with their totals and tables are results of the whole node: right ``view_runs``. Of a store or a site whoever may
see its stock sees its danger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import polars as pl
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.formats import date_format

from rasr.core.assessment.assess import Assessment
from rasr.core.records.region import Region
from rasr.core.report.places import distance_figures, exclusion_figures, jurisdiction_figures
from rasr.core.report.worst import WorstStore, ten_worst
from rasr.node.assessment import bridge
from rasr.node.assessment.freshness import marked
from rasr.node.assessment.models import Run, SiteDanger, StoreDanger
from rasr.node.people import rights
from rasr.node.people.histories import uuid_of
from rasr.node.people.models import User
from rasr.node.people.scopes import scope_of
from rasr.node.places.contract import frame_of
from rasr.node.places.models import Jurisdiction, Organisation, Site

Actor = User | AnonymousUser
CURVE = ("neq_kg", "fatalities_per_year", "low", "high")
KEPT_AT_HAND = 16
"""Tables of runs that stay unpacked in memory: a run never changes, and most pages ask for the latest."""


@dataclass(frozen=True)
class Standing:
    """Which run the figures of stores and sites are from, without its totals. stale: the register has moved on."""

    run_id: UUID
    as_of: date
    made_at: datetime
    rule_edition: str
    version: str
    stale: bool


# Runs of the whole node.


def runs(actor: Actor) -> QuerySet[Run]:
    """Every run, the latest first, ``marked``.

    Raises PermissionDenied without the right ``view_runs``.
    """
    rights.require(actor, "view_runs")
    return marked(Run.objects.select_related("actor"))


def latest(actor: Actor) -> Run | None:
    """The latest run; None where there is none, or where its totals are not for the actor."""
    return runs(actor).first() if rights.may(actor, "view_runs") else None


def told_of(actor: User, row_id: str) -> str | None:
    """What a run is of, as its history is headed; None where the actor does not see it."""
    found = Run.objects.filter(run_id=uuid_of(row_id)).first() if rights.may(actor, "view_runs") else None
    return date_format(found.as_of, "SHORT_DATE_FORMAT") if found else None


def run(actor: Actor, run_id: UUID | str) -> Run | None:
    """One run. Raises PermissionDenied without the right ``view_runs``."""
    return runs(actor).filter(run_id=run_id).first()


def table(actor: Actor, run: Run, name: str) -> pl.DataFrame | None:
    """One table of a run, or one of ``DERIVED`` from its tables; None where there is none of this name.

    Raises PermissionDenied without ``view_runs``.
    """
    rights.require(actor, "view_runs")
    derive = DERIVED.get(name)
    return derive(_assessment(run.pk), named(actor)) if derive else _table(run.pk, name)


def table_names(actor: Actor, run: Run) -> list[tuple[str, int]]:
    """Every table that is kept of a run, with its number of rows. Raises PermissionDenied without ``view_runs``."""
    rights.require(actor, "view_runs")
    rows = dict(run.tables.values_list("name", "rows"))
    return [(name, rows[name]) for name in (*bridge.TABLES, *bridge.RISK_TABLES) if name in rows]


def assessment(actor: Actor, run: Run) -> Assessment:
    """The whole assessment of a run, for the page of it. Raises PermissionDenied without ``view_runs``."""
    rights.require(actor, "view_runs")
    return _assessment(run.pk)


def curve_of(actor: Actor, run: Run, site_id: str) -> pl.DataFrame:
    """The danger curve of a site in a run, as ``curve``. Raises PermissionDenied without ``view_runs``."""
    rights.require(actor, "view_runs")
    return _curve(run.pk, site_id)


def worst(actor: Actor, run: Run) -> list[WorstStore]:
    """The ten worst stores of a run with their reasons. Raises PermissionDenied without ``view_runs``."""
    rights.require(actor, "view_runs")
    return ten_worst(_assessment(run.pk))


def named(actor: Actor) -> Region:
    """What a run names: jurisdictions, organisations and sites, also closed ones; all other tables are empty.

    Raises PermissionDenied without ``view_runs``.
    """
    rights.require(actor, "view_runs")
    return Region.from_frames(
        {model.TABLE: frame_of(model.objects.all()) for model in (Jurisdiction, Organisation, Site)}
    )


# Stores and sites, by the latest run.


def standing(actor: Actor) -> Standing | None:
    """The latest run, for whoever sees any stock; None where there is none."""
    if not rights.may(actor, "view_register"):
        return None
    columns = ("run_id", "as_of", "made_at", "rule_edition", "version", "stale")
    row = marked(Run.objects.all()).values(*columns).first()
    return Standing(**row) if row else None


def store_dangers(actor: Actor) -> QuerySet[StoreDanger]:
    """What the latest run found of the stores in the actor's scope."""
    mine = StoreDanger.objects.filter(scope_of(actor).stores("store__"), run=_latest_id())
    return mine.select_related("store__site__organisation__jurisdiction")


def store_danger(actor: Actor, store_id: str) -> StoreDanger | None:
    """What the latest run found of a store; None where it has none, or where the store is not in scope."""
    return store_dangers(actor).filter(store_id=store_id).first()


def site_dangers(actor: Actor) -> QuerySet[SiteDanger]:
    """What the latest run found of the sites in the actor's scope."""
    mine = SiteDanger.objects.filter(scope_of(actor).sites("site__"), run=_latest_id())
    return mine.select_related("site__organisation__jurisdiction")


def site_danger(actor: Actor, site_id: str) -> SiteDanger | None:
    """What the latest run found of a site; None where it has none, or where the site is not in scope."""
    return site_dangers(actor).filter(site_id=site_id).first()


def curve(actor: Actor, site_id: str) -> pl.DataFrame:
    """Danger of a site over the NEQ left there: neq_kg, fatalities_per_year, low, high; no row where out of scope."""
    seen = site_danger(actor, site_id)
    return _curve(seen.run_id, site_id) if seen else pl.DataFrame(schema=dict.fromkeys(CURVE, pl.Float64()))


def methods(actor: Actor) -> pl.DataFrame | None:
    """The methods of the latest run with edition and status: nothing of the stock stands in them."""
    seen = standing(actor)
    return _table(seen.run_id, "methods") if seen else None


# Below: without a look at rights.


def _latest_id() -> UUID | None:
    return Run.objects.values_list("pk", flat=True).first()


def _curve(run_id: UUID, site_id: str) -> pl.DataFrame:
    curves = _assessment(run_id).danger_curves
    return curves.filter(pl.col("origin_id") == site_id).select(CURVE).sort("neq_kg")


def _by_jurisdiction(found: Assessment, named: Region) -> pl.DataFrame:
    return jurisdiction_figures(found, named.table("jurisdictions"))


DERIVED: dict[str, Callable[[Assessment, Region], pl.DataFrame]] = {
    "by_jurisdiction": _by_jurisdiction,
    "distances_not_kept": lambda found, _named: distance_figures(found),
    "exclusions_by_reason": lambda found, _named: exclusion_figures(found),
}
"""Tables that are worked out from those of a run."""


@lru_cache(maxsize=KEPT_AT_HAND)
def _table(run_id: UUID, name: str) -> pl.DataFrame | None:
    return bridge.load_table(Run(pk=run_id), name)


@lru_cache(maxsize=2)
def _assessment(run_id: UUID) -> Assessment:
    return bridge.load_assessment(Run.objects.get(pk=run_id))
