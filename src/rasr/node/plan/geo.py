"""Tables of a plan on a map: what goes to a line as a way from site to site, all else that lies somewhere as points."""

from __future__ import annotations

import numpy as np
import polars as pl

from rasr.node.assessment.surroundings import geofiles
from rasr.node.plan import queries
from rasr.node.plan.models import PlanRun

HERE, THERE = ("latitude_deg", "longitude_deg"), ("to_latitude_deg", "to_longitude_deg")


def has_places(frame: pl.DataFrame) -> bool:
    """Whether the rows of a table are of sites."""
    return bool({"pool_id", "origin_id"} & set(frame.columns))


def sited(actor: queries.Actor, run: PlanRun, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the site they are of, its position, and that of the line they lead to where they lead to one.

    Raises PermissionDenied without the right ``view_runs``.
    """
    named, pools = queries.named(actor), queries.pools(actor, run)
    sites = named.table("sites").select("site_id", *HERE)
    places = pl.concat([sites.rename({"site_id": "origin_id"}), pools.select("origin_id", *HERE)])
    if "origin_id" not in rows.columns:
        rows = rows.join(pools.select("pool_id", "origin_id"), on="pool_id", how="left", maintain_order="left")
    known = places.drop_nulls().unique("origin_id", keep="first")
    rows = rows.join(known, on="origin_id", how="left", maintain_order="left")
    if "line_id" not in rows.columns:
        return rows
    lines = named.table("lines").select("line_id", "site_id").join(sites, on="site_id", how="left")
    there = lines.drop("site_id").rename(dict(zip(HERE, THERE, strict=True)))
    return rows.join(there, on="line_id", how="left", maintain_order="left")


def ways(rows: pl.DataFrame) -> geofiles.Around | None:
    """Of each row the way from its site to its line, (2, 2) of longitude and latitude; None where there is none."""
    if THERE[0] not in rows.columns:
        return None
    ends = rows.select(HERE[1], HERE[0], THERE[1], THERE[0]).fill_null(np.nan).to_numpy().reshape(-1, 2, 2)
    return [end if np.isfinite(end).all() and (end[0] != end[1]).any() else None for end in ends]
