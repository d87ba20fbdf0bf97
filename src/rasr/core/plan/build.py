"""From the tables of a region to a problem; only pools, curves, lines, permits, routes and money are read."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import tonne_from_kg
from rasr.core.plan.curves import Floats, Ints, pad, resample
from rasr.core.plan.holds import hold_fast
from rasr.core.plan.money import build_money
from rasr.core.plan.network import Network, build_network
from rasr.core.plan.options import Options
from rasr.core.plan.periods import Periods
from rasr.core.plan.problem import Origins, Pools, Problem
from rasr.core.plan.works import gates_with
from rasr.core.records.region import Region


def build_problem(
    region: Region, pools: pl.DataFrame, danger_curves: pl.DataFrame, *, as_of: date, options: Options
) -> Problem:
    """The problem of a region.

    pools, danger_curves: as in their contracts. Refused: nothing_to_plan, family_without_line, no_money,
    not_available (an origin without a position), holds_cannot_be, works_cannot_be.
    """
    settings = region.settings
    periods = Periods(settings.starts_on or as_of, settings.period_months, settings.horizon_periods)
    pools = pools.filter(pl.col("mass_kg") > 0).sort("pool_id")
    pools = pools.with_columns(pl.coalesce("event_neq_kg", "neq_kg").alias("event_neq_kg"))
    if pools.is_empty():
        raise Refused("nothing_to_plan")
    jurisdictions = region.table("jurisdictions")["jurisdiction_id"].sort().to_list()
    origins = _origins(region, pools, danger_curves, jurisdictions)
    numbered, families = _pools(region, pools, origins, jurisdictions, periods)
    network = build_network(region, pools, numbered, periods, jurisdictions, families, options)
    if not options.alone:
        _every_family_has_a_line(numbered, network, families, options)
    arcs, held = hold_fast(options.holds, network.arcs, numbered, network.lines, origins.ids, families, periods)
    gates, works = gates_with(options.works, network.gates, region, jurisdictions, origins.ids, periods)
    money = build_money(region, periods, jurisdictions, alone=options.alone, works=bool(works.count))
    if not options.partial and money.spendable_eur <= 0:
        raise Refused("no_money")
    return Problem(
        periods=periods,
        jurisdictions=jurisdictions,
        families=families,
        techniques=network.techniques,
        funds=money.funds,
        pools=numbered,
        origins=origins,
        lines=network.lines,
        rates=network.rates,
        arcs=arcs,
        gates=gates,
        purses=money.purses,
        limits=money.limits,
        outload_kg_per_day=_outload(region, origins),
        working_days=float(settings.working_days_per_month * settings.period_months),
        discount_per_year=settings.discount_per_year,
        transport_fatalities_per_tonne_km=settings.transport_fatalities_per_tonne_km,
        processing_fatalities_per_tonne=settings.processing_fatalities_per_tonne,
        arcs_possible=network.arcs_possible,
        held=held,
        works=works,
    )


def index_of(names: list[str], values: pl.Series) -> Ints:
    """Position of each value among the names; -1 where it is not there."""
    place = {name: position for position, name in enumerate(names)}
    return np.array([place.get(value, -1) for value in values], dtype=np.int64)


def _pools(
    region: Region, pools: pl.DataFrame, origins: Origins, jurisdictions: list[str], periods: Periods
) -> tuple[Pools, list[str]]:
    families = sorted({*pools["family"], *region.table("line_rates")["family"]})
    numbered = Pools(
        ids=pools["pool_id"].to_list(),
        jurisdiction=index_of(jurisdictions, pools["jurisdiction_id"]),
        origin=index_of(origins.ids, pools["origin_id"]),
        family=index_of(families, pools["family"]),
        mass_kg=pools["mass_kg"].to_numpy(),
        neq_kg=pools["event_neq_kg"].to_numpy(),
        all_neq_kg=pools["neq_kg"].to_numpy(),
        deadline=np.array(
            [-1 if day is None else periods.deadline(day) for day in pools["destroy_by"]], dtype=np.int64
        ),
    )
    return numbered, families


def _origins(region: Region, pools: pl.DataFrame, danger_curves: pl.DataFrame, jurisdictions: list[str]) -> Origins:
    """Every place with a curve or a pool; a place with pools and no curve counts as without danger."""
    ids = sorted({*danger_curves["origin_id"], *pools["origin_id"]})
    of_site = region.table("sites").join(region.table("organisations"), on="organisation_id")
    owner = dict(pools.select("origin_id", "jurisdiction_id").iter_rows())
    owner |= dict(of_site.select("site_id", "jurisdiction_id").iter_rows())  # a site's danger is its own authority's
    planned = dict(pools.group_by("origin_id").agg(pl.col("event_neq_kg").sum()).iter_rows())
    given = {
        str(key[0]): frame.sort("neq_kg").select("neq_kg", "fatalities_per_year", "low", "high").to_numpy().T
        for key, frame in danger_curves.group_by("origin_id")
    }
    base_neq_kg, curves = [], []
    for origin in ids:
        points: Floats = given.get(origin, np.zeros((4, 1)))
        base_neq_kg.append(max(float(points[0, -1]) - planned.get(origin, 0.0), 0.0))
        curves.append(resample(base_neq_kg[-1], planned.get(origin, 0.0), points))
    return Origins(
        ids=ids,
        jurisdiction=index_of(jurisdictions, pl.Series([owner.get(origin) for origin in ids], dtype=pl.String)),
        base_neq_kg=np.array(base_neq_kg),
        planned_neq_kg=np.array([planned.get(origin, 0.0) for origin in ids]),
        curves=pad(curves),
    )


def _outload(region: Region, origins: Origins) -> Floats:
    limit = dict(region.table("sites").select("site_id", "outload_kg_per_day").drop_nulls().iter_rows())
    return np.array([limit.get(origin, np.inf) for origin in origins.ids], dtype=np.float64)


def _every_family_has_a_line(pools: Pools, network: Network, families: list[str], options: Options) -> None:
    homeless = ~np.isin(pools.family, network.rates.family)
    if homeless.any() and not options.partial:
        names = sorted({families[index] for index in pools.family[homeless]})
        tonnes = round(tonne_from_kg(float(pools.mass_kg[homeless].sum())), 3)
        raise Refused("family_without_line", families=", ".join(names), mass_tonne=tonnes)
