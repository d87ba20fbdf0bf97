"""The strategic level: the same region seen more coarsely, so that many plans can be made of it.

Pools of one site, family and deadline are merged, periods are merged to at most a year, no line is left out for being
far, and deadlines are set aside: a group that cannot meet one could not be compared with the others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from rasr.core.basis.units import MONTHS_PER_YEAR
from rasr.core.plan.build import build_problem
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Problem, without_deadlines
from rasr.core.records.region import Region

EVERY_LINE = 10**6
"""More lines than any region has."""
KEY = ["jurisdiction_id", "origin_id", "family", "destroy_by"]


def strategic_problem(
    region: Region, pools: pl.DataFrame, danger_curves: pl.DataFrame, *, as_of: date, partial: bool = False
) -> Problem:
    """The coarse problem of a region. Refused: as ``build_problem``."""
    options = Options(partial=partial, nearest_lines=EVERY_LINE)
    return without_deadlines(build_problem(yearly(region), merged(pools), danger_curves, as_of=as_of, options=options))


def merged(pools: pl.DataFrame) -> pl.DataFrame:
    """Pools of one site, family and deadline as one, under the first of their names."""
    sums = [name for name in ("mass_kg", "neq_kg", "event_neq_kg", "pieces") if name in pools.columns]
    # an unknown part of a sum counts as the others do: what takes part in an explosion is by default all of it
    known = pools.with_columns(pl.coalesce("event_neq_kg", "neq_kg").alias("event_neq_kg")).sort("pool_id")
    rest = [name for name in pools.columns if name not in (*KEY, *sums)]
    grouped = known.group_by(KEY, maintain_order=True).agg(pl.col(sums).sum(), pl.col(rest).first())
    return grouped.select(pools.columns)


def yearly(region: Region) -> Region:
    """The region with as many of its periods taken together as make a year at most and leave none over."""
    settings = region.settings
    most = max(MONTHS_PER_YEAR // settings.period_months, 1)
    taken = max(n for n in range(1, most + 1) if settings.horizon_periods % n == 0)
    longer = {"period_months": settings.period_months * taken, "horizon_periods": settings.horizon_periods // taken}
    return with_settings(region, {key: str(value) for key, value in longer.items()})


def with_settings(region: Region, values: dict[str, str]) -> Region:
    """The region with some settings written anew."""
    table = region.table("settings")
    new = pl.DataFrame({"key": list(values), "value": list(values.values())}, schema_overrides=table.schema)
    kept = table.filter(~pl.col("key").is_in(list(values)))
    return replace(region, tables={**region.tables, "settings": pl.concat([kept, new], how="diagonal")})
