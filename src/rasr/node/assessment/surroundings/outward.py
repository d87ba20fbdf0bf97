"""Stores, exposed sites and distances as tables with positions, for whoever may see them."""

from __future__ import annotations

import polars as pl

from rasr.core.assessment.explosives.siting import SCHEMA
from rasr.core.reference import loader
from rasr.node.assessment import queries as assessments
from rasr.node.assessment.bridge import load_table
from rasr.node.assessment.models import Run
from rasr.node.assessment.surroundings import queries
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records import bridge

RIGHT = "view_register"
FIGURES = {
    "neq_kg": pl.Float64,
    "fatalities_per_year": pl.Float64,
    "fatalities_per_year_low": pl.Float64,
    "fatalities_per_year_high": pl.Float64,
}


def stores(actor: User) -> pl.DataFrame:
    """The stores in scope with the figures of the latest assessment, null without one. Raises PermissionDenied."""
    require(actor, RIGHT)
    rows = Store.objects.filter(scope_of(actor).stores(), closed=False)
    found = list(assessments.store_dangers(actor).values_list("store_id", *FIGURES))
    figures = pl.DataFrame(found, schema={"store_id": pl.String, **FIGURES}, orient="row")
    return bridge.read_table(rows).drop("position").join(figures, on="store_id", how="left", maintain_order="left")


def exposures(actor: User) -> pl.DataFrame:
    """The exposed sites of the register. Raises PermissionDenied."""
    require(actor, queries.RIGHT)
    return bridge.read_table(bridge.rows_of("exposures")).select(list(loader.contract("exposures").schema))


def distances(actor: User) -> pl.DataFrame:
    """The table ``distances`` of the latest run for the stores in scope, with positions. Raises PermissionDenied."""
    require(actor, RIGHT)
    standing = assessments.standing(actor)
    kept = load_table(Run(pk=standing.run_id), "distances") if standing else None
    table = pl.DataFrame(schema=SCHEMA) if kept is None else kept
    places = stores(actor).select("store_id", "latitude_deg", "longitude_deg")
    return table.join(places, on="store_id", how="inner", maintain_order="left")
