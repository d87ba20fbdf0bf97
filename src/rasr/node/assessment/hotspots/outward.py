"""The tables that mine-action programmes ask for: areas, activities, released land, devices, quality checks.

Their columns follow the draft of the Minimum Data Requirements of the GICHD (28 May 2018); IMAS 05.10 was not read.
Codes stand in English, as other people's programs expect; beneficiaries and victims are not kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from django.db.models import QuerySet
from numpy.typing import NDArray

from rasr.node.assessment.hotspots import queries
from rasr.node.people.models import User
from rasr.node.people.rights import require

Columns = Mapping[str, tuple[str, type[pl.DataType]]]
"""Column to the path of its field and its type."""
KINDS = {"suspected": "SHA", "confirmed": "CHA"}


def _place(path: str) -> Columns:
    names = ("latitude_deg", "longitude_deg")
    return {name: (path + name, pl.Float64) for name in names}


AREA: Columns = {
    "hotspot_id": ("pk", pl.String),
    "hotspot": ("name", pl.String),
    "site": ("site__name", pl.String),
    "area_type": ("kind", pl.String),
    "status": ("state", pl.String),
    **_place(""),
    "radius_m": ("radius_m", pl.Float64),
    "area_m2": ("area_m2", pl.Int64),
}
ACTIVITY: Columns = {
    "hotspot_id": ("hotspot_id", pl.String),
    "hotspot": ("hotspot__name", pl.String),
    "activity": ("activity", pl.String),
    "organisation": ("implementer", pl.String),
    "operational_method": ("method", pl.String),
    "start_on": ("start_on", pl.Date),
    "end_on": ("end_on", pl.Date),
    "status": ("state", pl.String),
    "area_m2": ("area_m2", pl.Int64),
    "depth_cm": ("depth_cm", pl.Int64),
    **_place("hotspot__"),
}
RELEASED: Columns = {
    "hotspot_id": ("task__hotspot_id", pl.String),
    "hotspot": ("task__hotspot__name", pl.String),
    "activity": ("task__activity", pl.String),
    "release_type": ("release", pl.String),
    "released_on": ("on", pl.Date),
    "area_m2": ("area_m2", pl.Int64),
    "depth_cm": ("depth_cm", pl.Int64),
    **_place("task__hotspot__"),
}
DEVICE: Columns = {
    "hotspot_id": ("hotspot_id", pl.String),
    "hotspot": ("hotspot__name", pl.String),
    "device_category": ("family", pl.String),
    "device_model": ("what", pl.String),
    "quantity": ("quantity", pl.Int64),
    "evidence": ("evidence", pl.String),
    "depth_cm": ("depth_cm", pl.Int64),
    "fate": ("fate", pl.String),
    "disposal_method": ("disposal", pl.String),
    **_place(""),
}
CHECK: Columns = {
    "hotspot_id": ("task__hotspot_id", pl.String),
    "hotspot": ("task__hotspot__name", pl.String),
    "checked_on": ("on", pl.Date),
    "activity": ("task__activity", pl.String),
    "organisation": ("task__implementer", pl.String),
    "inspector": ("inspector", pl.String),
    "area_m2": ("area_m2", pl.Int64),
    "result": ("result", pl.String),
    "nonconformity": ("nonconformity", pl.String),
    "measures_taken": ("measures", pl.String),
    **_place("task__hotspot__"),
}


def areas(actor: User) -> pl.DataFrame:
    """Contaminated areas in scope. perimeter: corners, latitude and longitude each. Raises PermissionDenied."""
    require(actor, queries.VIEW)
    found = _frame(queries.hotspots(actor), AREA).with_columns(pl.col("area_type").replace(KINDS))
    around = {str(one.pk): _written(one.perimeter) for one in queries.hotspots(actor)}
    perimeters = pl.DataFrame({"hotspot_id": list(around), "perimeter": list(around.values())}, schema=_TEXTS)
    done = released(actor).group_by("hotspot_id").agg(pl.col("area_m2").sum().alias("released_m2"))
    families = pl.col("device_category").unique(maintain_order=True).str.join(", ").alias("device_categories")
    kinds = devices(actor).group_by("hotspot_id", maintain_order=True).agg(families)
    for more in (perimeters, done, kinds):
        found = found.join(more, on="hotspot_id", how="left", maintain_order="left")
    return found.with_columns(pl.col("released_m2").fill_null(0))


def activities(actor: User) -> pl.DataFrame:
    """Work on the ground in scope; its reference point is the benchmark of the area. Raises PermissionDenied."""
    require(actor, queries.VIEW)
    return _frame(queries.tasks(actor), ACTIVITY)


def released(actor: User) -> pl.DataFrame:
    """Land that was released, by day. Raises PermissionDenied."""
    require(actor, queries.VIEW)
    return _frame(queries.progress(actor), RELEASED)


def devices(actor: User) -> pl.DataFrame:
    """What lies there, or is said to. Raises PermissionDenied."""
    require(actor, queries.VIEW)
    return _frame(queries.items(actor), DEVICE)


def checked(actor: User) -> pl.DataFrame:
    """Quality checks. Raises PermissionDenied."""
    require(actor, queries.VIEW)
    return _frame(queries.checks(actor), CHECK)


def outlines(frame: pl.DataFrame) -> list[NDArray[np.float64] | None]:
    """The closed perimeters of areas as (corners, 2) of longitude and latitude; None where there is none."""
    return [_outline(told) for told in frame["perimeter"]]


CODED = ("area_type", "status", "activity", "release_type", "device_category", "evidence", "fate", "result")
"""Columns of codes, which programmes exchange in English."""
TABLES: Mapping[str, Callable[[User], pl.DataFrame]] = {
    "areas": areas,
    "activities": activities,
    "released": released,
    "devices": devices,
    "checks": checked,
}
"""Name in the address to the table."""
_TEXTS = {"hotspot_id": pl.String, "perimeter": pl.String}


def _frame(rows: QuerySet[Any], columns: Columns) -> pl.DataFrame:
    schema = {name: kind for name, (_path, kind) in columns.items()}
    cells = rows.values_list(*(path for path, _kind in columns.values()))
    told = [[str(cell) if isinstance(cell, UUID) else cell for cell in row] for row in cells]
    return pl.DataFrame(told, schema=schema, orient="row")


def _written(corners: Sequence[Sequence[float]]) -> str | None:
    return "; ".join(f"{latitude} {longitude}" for latitude, longitude in corners) or None


def _outline(told: str | None) -> NDArray[np.float64] | None:
    if not told:
        return None
    corners = [[float(cell) for cell in one.split()][::-1] for one in told.split("; ")]
    return np.array([*corners, corners[0]])
