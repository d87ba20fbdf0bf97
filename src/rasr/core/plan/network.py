"""Lines, rates, gates and arcs: where a pool may go, when, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import EARTH_RADIUS_M, KG_PER_TONNE, M_PER_KM
from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.holds import pairs
from rasr.core.plan.options import Options
from rasr.core.plan.periods import Periods
from rasr.core.plan.problem import Arcs, Gates, Lines, Pools, Rates
from rasr.core.plan.settle import DUST_KG
from rasr.core.records.region import Region

Mask = np.ndarray
EVERY = "all"


@dataclass(frozen=True)
class Network:
    """All of it, and how many arcs there were before the far and narrow ones were left out."""

    lines: Lines
    rates: Rates
    gates: Gates
    arcs: Arcs
    techniques: list[str]
    arcs_possible: int


def build_network(
    region: Region,
    pool_table: pl.DataFrame,
    pools: Pools,
    periods: Periods,
    jurisdictions: list[str],
    families: list[str],
    options: Options,
) -> Network:
    """Where each pool may go. pool_table: the rows of ``pools``, in its order, with positions."""
    table = _line_table(region)
    host = _places(jurisdictions, table["jurisdiction_id"])
    window = np.array(
        [periods.whole_in(row["opens_on"], row["closes_on"]) for row in table.iter_rows(named=True)], dtype=bool
    ).reshape(len(table), periods.count)
    permits = _permits(region, periods, jurisdictions, families)
    gates, line_gate, corridor_gate = _gates(region, table, host, window, periods, jurisdictions)
    neq_limit = table["neq_limit_kg"].fill_null(np.inf).to_numpy()
    lines = Lines(table["line_id"].to_list(), host, line_gate, neq_limit)
    rates, techniques = _rates(region, lines, families, periods)

    capacity_kg = np.zeros((len(families), len(lines.ids)))
    np.add.at(capacity_kg, (rates.family, rates.line), rates.capacity_kg_per_day)
    foreign = table["accepts_foreign"].fill_null(False).to_numpy()
    allowed = _allowed(permits, host, foreign, window, alone=options.alone)
    any_time = np.asarray(allowed.any(axis=3))[pools.jurisdiction, pools.family] & (capacity_kg[pools.family] > 0)
    distance_km, haulage_eur = _distances(region, pool_table, table)
    own = any_time & (host[None, :] == pools.jurisdiction[:, None])
    # What a jurisdiction would use alone stays on offer, so that the union of the plans alone is a joint plan.
    kept = _keep(any_time, distance_km, capacity_kg[pools.family], options)
    kept |= _keep(own, distance_km, capacity_kg[pools.family], options)
    asked = pairs(options.holds, pool_table["origin_id"].to_list(), pool_table["family"].to_list(), lines.ids)
    kept |= any_time & asked
    pool, line = np.nonzero(kept)
    arcs = Arcs(
        pool=pool,
        line=line,
        distance_km=distance_km[pool, line],
        cost_eur_per_tonne=haulage_eur[pool, line],
        gate=corridor_gate[pools.jurisdiction[pool], host[line]],
        open=allowed[pools.jurisdiction[pool], pools.family[pool], line],
    )
    return Network(lines, rates, gates, arcs, techniques, int(any_time.sum()))


def _places(names: list[str], values: pl.Series) -> Ints:
    place = {name: position for position, name in enumerate(names)}
    return np.array([place.get(value, -1) for value in values], dtype=np.int64)


def _line_table(region: Region) -> pl.DataFrame:
    sites = region.table("sites").select("site_id", "organisation_id", "latitude_deg", "longitude_deg")
    owners = region.table("organisations").select("organisation_id", "jurisdiction_id")
    table = region.table("lines").join(sites, on="site_id").join(owners, on="organisation_id")
    return table.sort("line_id")


def _rates(region: Region, lines: Lines, families: list[str], periods: Periods) -> tuple[Rates, list[str]]:
    # What a rate can do in the whole horizon must be more than the dust a plan is swept of: less is no capacity, and
    # its figures would spoil those of all others for the solver.
    days = region.settings.working_days_per_month * periods.months * periods.count
    table = region.table("line_rates").filter(pl.col("capacity_kg_per_day") * days > DUST_KG)
    table = table.filter(pl.col("line_id").is_in(lines.ids)).sort("line_id", "technique", "family")
    techniques = table["technique"].unique().sort().to_list()
    # Scrap may earn more than the work costs; the plan counts such work as free, not as income.
    price = (table["cost_eur_per_tonne"] - table["scrap_eur_per_tonne"].fill_null(0.0)).clip(0.0)
    rates = Rates(
        line=_places(lines.ids, table["line_id"]),
        technique=_places(techniques, table["technique"]),
        family=_places(families, table["family"]),
        capacity_kg_per_day=table["capacity_kg_per_day"].to_numpy(),
        cost_eur_per_tonne=price.to_numpy(),
    )
    return rates, techniques


def _permits(region: Region, periods: Periods, jurisdictions: list[str], families: list[str]) -> Mask:
    """(from, to, family, period): a period counts where one permit covers the whole of it."""
    count = len(jurisdictions)
    permits = np.zeros((count, count, len(families), periods.count), dtype=bool)
    place = {name: position for position, name in enumerate(jurisdictions)}
    number = {name: position for position, name in enumerate(families)}
    for row in region.table("permits").iter_rows(named=True):
        pair = place[row["from_jurisdiction_id"]], place[row["to_jurisdiction_id"]]
        covered = periods.whole_in(row["valid_from"], row["valid_to"])
        if row["family"] == EVERY:
            permits[pair] |= covered
        elif row["family"] in number:
            permits[pair][number[row["family"]]] |= covered
    return permits


def _allowed(permits: Mask, host: Ints, foreign: Mask, window: Mask, *, alone: bool) -> Mask:
    """(jurisdiction, family, line, period) whether its stock of the family may go to the line then."""
    count, families = permits.shape[0], permits.shape[2]
    own = np.arange(count)[:, None] == host[None, :]
    abroad = permits[:, host].transpose(0, 2, 1, 3) & foreign[None, None, :, None]
    if alone:
        abroad = np.zeros_like(abroad)
    entry = np.where(own[:, None, :, None], True, abroad)
    return np.broadcast_to(entry & window[None, None], (count, families, len(host), window.shape[1]))


def _gates(
    region: Region, table: pl.DataFrame, host: Ints, window: Mask, periods: Periods, jurisdictions: list[str]
) -> tuple[Gates, Ints, Ints]:
    """Gates of lines the plan would open and of corridors that cost; their index by line and by pair."""
    to_open = table["status"].is_in(["proposed", "mobile"]).to_numpy()
    line_gate = np.where(to_open, np.cumsum(to_open) - 1, -1)
    count = int(to_open.sum())
    corridor_gate = np.full((len(jurisdictions), len(jurisdictions)), -1, dtype=np.int64)
    permits = region.table("permits").group_by("from_jurisdiction_id", "to_jurisdiction_id")
    priced = permits.agg(pl.col("opening_cost_eur").max(), pl.col("valid_from").min(), pl.col("valid_to").max())
    priced = priced.filter(pl.col("opening_cost_eur") > 0).sort("from_jurisdiction_id", "to_jurisdiction_id")
    start, end = _places(jurisdictions, priced[:, 0]), _places(jurisdictions, priced[:, 1])
    corridor_gate[start, end] = count + np.arange(len(priced))
    # An open corridor stays open: its permits, not its gate, say when it may be used, so it may open from the first.
    corridor_window = np.array(
        [periods.touching(low, high) for low, high in priced.select("valid_from", "valid_to").iter_rows()], dtype=bool
    )
    lines_to_open = table.filter(pl.Series(to_open))
    return (
        Gates(
            kind=["line"] * count + ["corridor"] * len(priced),
            ids=[*lines_to_open["line_id"], *(f"{a}>{b}" for a, b in priced[:, :2].iter_rows())],
            payer=np.concatenate([host[to_open], start]).astype(np.int64),
            opening_cost_eur=np.concatenate(
                [lines_to_open["opening_cost_eur"].fill_null(0.0).to_numpy(), priced["opening_cost_eur"].to_numpy()]
            ),
            fixed_eur_per_year=np.concatenate(
                [lines_to_open["fixed_eur_per_year"].fill_null(0.0).to_numpy(), np.zeros(len(priced))]
            ),
            window=np.concatenate([window[to_open], corridor_window.reshape(len(priced), periods.count)]),
        ),
        line_gate.astype(np.int64),
        corridor_gate,
    )


def _distances(region: Region, pools: pl.DataFrame, table: pl.DataFrame) -> tuple[Floats, Floats]:
    """(pools, lines) road distance in km and haulage with escort in EUR per tonne."""
    settings = region.settings
    sites = region.table("sites").select(
        "site_id", pl.col("latitude_deg").alias("lat"), pl.col("longitude_deg").alias("lon")
    )
    places = pools.select("origin_id", "latitude_deg", "longitude_deg").unique("origin_id", maintain_order=True)
    places = places.join(sites, left_on="origin_id", right_on="site_id", how="left").select(
        "origin_id", pl.coalesce("lat", "latitude_deg").alias("lat"), pl.coalesce("lon", "longitude_deg").alias("lon")
    )
    missing = places.filter(pl.col("lat").is_null() | pl.col("lon").is_null())
    if len(missing):
        reason = "it is no site and has no latitude_deg and longitude_deg in pools; add them"
        raise Refused("not_available", what=f"the position of the origin {missing['origin_id'][0]}", reason=reason)
    here = np.radians(places.select("lat", "lon").to_numpy())
    there = np.radians(table.select("latitude_deg", "longitude_deg").to_numpy())
    distance_km = _great_circle_km(here, there) * settings.road_factor
    rate = np.full(distance_km.shape, settings.road_cost_eur_per_tonne_km)
    payload_kg = np.full(distance_km.shape, settings.payload_kg)
    escort_eur = np.full(distance_km.shape, settings.escort_eur_per_trip)
    origin_of = {name: index for index, name in enumerate(places["origin_id"])}
    lines_at: dict[str, list[int]] = {}
    for index, site in enumerate(table["site_id"]):
        lines_at.setdefault(site, []).append(index)
    for row in region.table("routes").iter_rows(named=True):
        if row["from_site_id"] in origin_of and row["to_site_id"] in lines_at:
            at = origin_of[row["from_site_id"]], lines_at[row["to_site_id"]]
            distance_km[at] = row["distance_km"]
            for matrix, name in (
                (rate, "cost_eur_per_tonne_km"),
                (payload_kg, "payload_kg"),
                (escort_eur, "escort_eur_per_trip"),
            ):
                if row[name] is not None:
                    matrix[at] = row[name]
    haulage = rate * distance_km + np.where(distance_km > 0, escort_eur / (payload_kg / KG_PER_TONNE), 0.0)
    of_pool = _places(places["origin_id"].to_list(), pools["origin_id"])
    return distance_km[of_pool], haulage[of_pool]


def _great_circle_km(here_rad: Floats, there_rad: Floats) -> Floats:
    """(n, m) great-circle distance by the haversine formula; arguments (n, 2) and (m, 2), latitude and longitude."""
    half = (here_rad[:, None] - there_rad[None]) / 2.0
    cosines = np.cos(here_rad[:, None, 0]) * np.cos(there_rad[None, :, 0])
    chord = np.sin(half[..., 0]) ** 2 + cosines * np.sin(half[..., 1]) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))) / M_PER_KM)


def _keep(any_time: Mask, distance_km: Floats, capacity_kg: Floats, options: Options) -> Mask:
    """(pools, lines) the arcs offered: the nearest lines of each pool and those with most capacity for it."""
    near = np.where(any_time, distance_km, np.inf)
    wide = np.where(any_time, -capacity_kg, np.inf)
    kept = np.zeros_like(any_time)
    rows = np.arange(len(any_time))[:, None]
    kept[rows, np.argsort(near, axis=1, kind="stable")[:, : options.nearest_lines]] = True
    kept[rows, np.argsort(wide, axis=1, kind="stable")[:, : options.widest_lines]] = True
    return np.asarray(kept & any_time)
