"""What lies around a site, as the map of surroundings takes it: stores, rings, exposed sites.

Positions go out only of what is in scope; who sees a site sees whom it endangers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _

from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.node.desk.queries.lists import Actor, stores_listed
from rasr.node.people.rights import require
from rasr.node.places import queries as places
from rasr.node.records import queries as records
from rasr.node.web import codes, figures

AROUND_KM = 5.0
BUILDING = "inhabited_building"
Json = dict[str, Any]


def around_site(actor: Actor, site_id: str) -> Json:
    """A site: its stores, each with the ring that is to be free of houses. Raises as ``site_picture``."""
    require(actor, "view_register")
    site = places.site(actor, site_id)
    stores = list(stores_listed(actor).filter(site=site).order_by("store_id"))
    told = _("{store}: {distance} m to houses")
    asking = [store for store in stores if store.required_ibd_m]
    near = records.exposures_near(site.latitude_deg, site.longitude_deg, AROUND_KM)
    return {
        "mark": site.mark,
        "sites": [_store(store) for store in stores],
        "rings": [_ring(store, told) for store in asking],
        "points": _points(near, asking),
        "texts": {"site": _("Store"), "place": _("Exposed")},
    }


def _store(store: Any) -> Json:
    return {
        "id": store.store_id,
        "name": store.store_id,
        "lat": store.latitude_deg,
        "lon": store.longitude_deg,
        "danger": store.fatalities_per_year,
        "low": store.fatalities_per_year_low,
        "high": store.fatalities_per_year_high,
        "neq_kg": store.neq_kg,
        "url": reverse("desk:store", args=[store.store_id]),
    }


def _ring(store: Any, told: str) -> Json:
    label = told.format(store=store.store_id, distance=_meters(store.required_ibd_m))
    place = {"lat": store.latitude_deg, "lon": store.longitude_deg}
    return {**place, "radius_m": store.required_ibd_m, "label": label}


def _points(near: pl.DataFrame, asking: list[Any]) -> list[Json]:
    """Exposed sites in the order given; kind: whether a house lies inside the distance that a store asks."""
    points_m = on_sphere_m(near["latitude_deg"].to_numpy(), near["longitude_deg"].to_numpy())
    inside = np.zeros(near.height, dtype=bool)
    for store in asking:
        away_m = np.linalg.norm(points_m - on_sphere_m([store.latitude_deg], [store.longitude_deg]), axis=1)
        inside |= away_m <= store.required_ibd_m
    inside &= (near["kind"] == BUILDING).to_numpy()
    return [_point(row) for row in near.with_columns(pl.Series("inside", inside)).iter_rows(named=True)]


def _point(row: Json) -> Json:
    told = _("{distance} m; persons by day {day}, by night {night}")
    written = {
        "distance": _meters(row["distance_m"]),
        "day": figures.write("whole", row["persons_day"]),
        "night": figures.write("whole", row["persons_night"]),
    }
    return {
        "lat": row["latitude_deg"],
        "lon": row["longitude_deg"],
        "name": str(codes.name("kind", row["kind"])),
        "kind": "inside" if row["inside"] else "outside",
        "detail": told.format(**written),
    }


def _meters(distance_m: float) -> str:
    return figures.write("meters", distance_m)
