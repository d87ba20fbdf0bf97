"""The map of a store as ``web/map.js`` takes it: stores that are seen, rings, exposed sites; contours besides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from rasr.core.assessment.explosives import contours
from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.node.assessment.stores.figures import CENTRAL, Figures, levels
from rasr.node.web import codes, figures
from rasr.node.web.languages import texts

LEAST_M, WIDER = 1_500.0, 1.25
"""What lies so near is drawn at least, and so many times as far as the widest ring reaches."""
MOST_POINTS = 2_000
"""Exposed sites drawn, the nearest; a map of more is no clearer."""
Json = dict[str, Any]
FloatArray = NDArray[np.float64]


def drawn(found: Figures, before: Figures | None = None) -> Json:
    """The map of a store. before: how it is, where ``found`` is what would be."""
    asked = [ring.asked.required_m or 0.0 for ring in found.rings]
    reach_m = max(LEAST_M, *(WIDER * each for each in asked)) if asked else LEAST_M
    rings = _rings(found, _("{kind}: {distance} m"))
    if before is not None and _away_m(found, pl.DataFrame([before.store]))[0] <= reach_m:
        rings += _rings(before, _("now, {kind}: {distance} m"))
    return {
        "sites": _stores(found, reach_m),
        "rings": rings,
        "points": _points(found, reach_m),
        "contours": _contours(found, reach_m),
        "texts": {"site": _("Store"), "place": _("Exposed")},
    }


def _stores(found: Figures, reach_m: float) -> list[Json]:
    danger, here = found.state.danger, found.state.situation
    stores = found.state.stores
    near = stores.filter(pl.Series(_away_m(found, stores) <= reach_m))
    rows = near.filter(pl.col("store_id").is_in(list(found.seen)))
    made = []
    for row in rows.iter_rows(named=True):
        number = found.state.number(row["store_id"])
        low, value, high = (float(each) for each in danger.fatalities_per_year[:, number])
        made.append(
            {
                "id": row["store_id"],
                "name": row["store_id"],
                "lat": row["latitude_deg"],
                "lon": row["longitude_deg"],
                "danger": value,
                "low": low,
                "high": high,
                "neq_kg": float(here.groups_kg[number].sum()),
                "url": reverse("desk:store", args=[row["store_id"]]),
            }
        )
    return made


def _rings(found: Figures, told: str) -> list[Json]:
    place = {"lat": found.store["latitude_deg"], "lon": found.store["longitude_deg"]}
    return [
        place
        | {
            "radius_m": ring.asked.required_m,
            "label": told.format(
                kind=texts().label("exposure", ring.kind), distance=figures.write("meters", ring.asked.required_m)
            ),
        }
        for ring in found.rings
        if ring.asked.required_m
    ]


def _points(found: Figures, reach_m: float) -> list[Json]:
    """The exposed sites nearest to the store; kind: inside what their distance asks, or outside."""
    near = found.state.region.table("exposures")
    away = pl.Series("distance_m", _away_m(found, near))
    asked = {ring.kind: ring.asked.required_m or 0.0 for ring in found.rings}
    near = near.with_columns(away).filter(pl.col("distance_m") <= reach_m).sort("distance_m").head(MOST_POINTS)
    told = _("{distance} m; persons by day {day}, by night {night}")
    return [
        {
            "lat": row["latitude_deg"],
            "lon": row["longitude_deg"],
            "name": str(codes.name("kind", row["kind"])),
            "kind": "inside" if row["distance_m"] < asked.get(row["kind"], 0.0) else "outside",
            "detail": told.format(
                distance=figures.write("meters", row["distance_m"]),
                day=figures.write("whole", row["persons_day"]),
                night=figures.write("whole", row["persons_night"]),
            ),
        }
        for row in near.iter_rows(named=True)
    ]


def _away_m(found: Figures, table: pl.DataFrame) -> FloatArray:
    """Distance of each row of a table from the store."""
    here = on_sphere_m(found.store["latitude_deg"], found.store["longitude_deg"])
    there = on_sphere_m(table["latitude_deg"].to_numpy(), table["longitude_deg"].to_numpy())
    return np.asarray(np.linalg.norm(there - here, axis=1))


def _contours(found: Figures, reach_m: float) -> Json:
    """Lines of individual risk of the stores that are seen, in the open, as GeoJSON with a label each."""
    danger, ids = found.state.danger, found.state.situation.store_ids.to_list()
    known = set(found.state.stores.filter(pl.Series(_away_m(found, found.state.stores) <= reach_m))["store_id"])
    known &= set(found.seen)
    chosen = [at for at, one in enumerate(ids) if one in known and danger.tnt_kg[CENTRAL, at] > 0]
    if not chosen:
        return contours.geojson([])
    place = {row["store_id"]: row for row in found.state.stores.iter_rows(named=True)}
    sources = contours.Sources(
        np.array([place[ids[at]]["latitude_deg"] for at in chosen]),
        np.array([place[ids[at]]["longitude_deg"] for at in chosen]),
        danger.tnt_kg[CENTRAL, chosen],
        danger.events_per_year[CENTRAL, chosen],
    )
    made = contours.geojson(contours.contours(sources, levels()))
    return _labelled(made)


def _labelled(made: Json) -> Json:
    told = _("Chance of death in a year {level}, for a person always there in the open")
    features: Sequence[Json] = made["features"]
    for feature in features:
        level = feature["properties"]["level_per_year"]
        feature["properties"]["label"] = told.format(level=figures.write("danger", level))
    return made
