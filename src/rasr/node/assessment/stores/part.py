"""The part of the register around some places, as a region of the core: all that the danger of stores there stands on.

It asks for no rights: the danger of a store hangs on neighbours too that its reader does not see. Whoever calls it
tells of them no more than the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Q, QuerySet

from rasr.core.assessment.assess import FARTHEST_RULE, SEEN_M, STORES_NEAR_M
from rasr.core.assessment.explosives.equivalence import greatest_factor
from rasr.core.basis.units import EARTH_RADIUS_M, M_PER_KM
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.places.models import Licence, Organisation, Site, Store
from rasr.node.records import bridge
from rasr.node.records.models import Article, Holding
from rasr.node.records.queries import exposures_near

Place = tuple[float, float]
"""Latitude and longitude, degrees."""


def around(places: Sequence[Place]) -> Region:
    """The stores within ``STORES_NEAR_M`` of these places, what they hold, and everybody in their reach."""
    near = Store.objects.filter(reduce(or_, (_box(place, STORES_NEAR_M) for place in places)), closed=False)
    tables = {name: loader.contract(name).empty() for name in loader.TABLES}
    tables["stores"] = _read("stores", near)
    ids = tables["stores"]["store_id"].to_list()
    sites = Site.objects.filter(pk__in=tables["stores"]["site_id"].unique().to_list())
    tables["sites"] = _read("sites", sites)
    tables["organisations"] = _read("organisations", Organisation.objects.filter(site__in=sites).distinct())
    tables["licences"] = _read("licences", Licence.objects.filter(store__in=ids))
    stock = bridge.read_stock(Holding.objects.filter(store__in=ids).exclude(quantity=0))
    tables["stock"] = stock.select(bridge.STOCK_COLUMNS)
    tables["articles"] = _read("articles", Article.objects.filter(pk__in=stock["article_id"].unique().to_list()))
    tables["settings"] = _read("settings", bridge.rows_of("settings"))
    tables["exposures"] = _exposed(places, tables)
    return Region(tables, given=frozenset(tables))


def others_near(place: Place, organisation_id: str) -> int:
    """How many stores of other organisations lie near enough to a place to be in what is worked out there."""
    return (
        Store.objects.filter(_box(place, STORES_NEAR_M), closed=False)
        .exclude(site__organisation=organisation_id)
        .count()
    )


def _read(name: str, rows: QuerySet[Any]) -> pl.DataFrame:
    return bridge.read_table(rows).select(list(loader.contract(name).schema))


def _exposed(places: Sequence[Place], tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Who is within reach of all that lies near, were it to go up at once: farther nobody is hurt, and no rule asks."""
    joined = tables["stock"].join(tables["articles"], on="article_id")
    held_kg = joined.select((pl.col("quantity") * pl.col("neq_kg_each")).sum()).item()
    reach_m = max(SEEN_M, STORES_NEAR_M + FARTHEST_RULE * float(np.cbrt((held_kg or 0.0) * greatest_factor())))
    found = [exposures_near(*place, reach_m / M_PER_KM).drop("distance_m") for place in places]
    return pl.concat(found).unique("exposure_id", keep="first", maintain_order=True)


def _box(place: Place, reach_m: float) -> Q:
    """A filter to what may lie within reach of a place; near a pole and the 180th meridian the whole belt."""
    latitude_deg, longitude_deg = place
    high_deg = float(np.degrees(reach_m / EARTH_RADIUS_M))
    belt = Q(latitude_deg__range=(latitude_deg - high_deg, latitude_deg + high_deg))
    level = float(np.cos(np.radians(min(abs(latitude_deg) + high_deg, 90.0))))
    wide_deg = high_deg / level if level > high_deg / 90.0 else 360.0
    if abs(longitude_deg) + wide_deg > 180.0:
        return belt
    return belt & Q(longitude_deg__range=(longitude_deg - wide_deg, longitude_deg + wide_deg))
