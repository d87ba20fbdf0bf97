"""What stands round the sites of the sample: houses in hamlets and in the next town, schools, workshops, roads.

>>> from rasr.sample.assumptions import number
>>> number("road_stretch_m")
250.0
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import KDTree

from rasr.core.basis.units import EARTH_RADIUS_M, M_PER_KM
from rasr.sample.assumptions import Floats, Ints, apportion, assumed, between, draw, number
from rasr.sample.geometry import bearing_rad, distance_km, moved

HOURS_PER_DAY = 24
MOVES_OFF_STORES = 20


def make_exposures(rng: np.random.Generator, sites: pl.DataFrame, stores: pl.DataFrame, scale: float) -> pl.DataFrame:
    """Exposures with the contract's columns, in the order of the sites."""
    weights = rng.lognormal(0.0, number("persons_sigma"), sites.height)
    counts = apportion(weights, round(number("exposures") * scale), least=1)
    site = np.repeat(np.arange(sites.height), counts)
    kinds = assumed("exposure_kinds")
    kind = draw(rng, kinds["share"].to_numpy(), len(site))
    radius_m = (
        stores.group_by("site", maintain_order=True).agg(pl.col("site_radius_m").first())["site_radius_m"].to_numpy()
    )
    nearest_m = _nearest_m(rng, sites.height)
    place = kinds["place"].to_numpy()[kind]
    east, north = np.empty(len(site)), np.empty(len(site))
    for one, points in (("hamlet", _hamlets), ("road", _roads), ("fence", _fence)):
        mask = place == one
        east[mask], north[mask] = points(rng, site[mask], radius_m, nearest_m)
    latitude, longitude = moved(
        sites["latitude_deg"].to_numpy()[site], sites["longitude_deg"].to_numpy()[site], east, north
    )
    mask = place == "town"
    latitude[mask], longitude[mask] = _in_town(rng, sites["town"].to_numpy()[site[mask]])
    mask = (place == "town") | (place == "hamlet")
    latitude[mask], longitude[mask] = _off_the_stores(latitude[mask], longitude[mask], sites, stores)
    mask = place == "site"
    latitude[mask], longitude[mask] = _by_a_store(rng, site[mask], stores)
    day, night = _persons(rng, kinds, kind)
    road = place == "road"
    vehicles = rng.lognormal(np.log(number("road_vehicles_per_day")), number("road_vehicles_sigma"), len(site)).round(
        -1
    )
    by_day, by_night = _on_the_road(vehicles)
    return pl.DataFrame(
        {
            "exposure_id": pl.Series(np.arange(1, len(site) + 1)).cast(pl.String).str.zfill(7),
            "kind": kinds["exposure_kind"].gather(kind),
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "persons_day": np.where(road, by_day, day),
            "persons_night": np.where(road, by_night, night),
            "relation": kinds["relation"].gather(kind),
            "building_type": kinds["building_type"].gather(kind),
            "length_m": pl.Series(np.full(len(site), number("road_stretch_m"))).set(pl.Series(~road), None),
            "vehicles_per_day": pl.Series(vehicles).set(pl.Series(~road), None),
        }
    ).with_columns(pl.format("E-{}", "exposure_id").alias("exposure_id"))


def _nearest_m(rng: np.random.Generator, sites: int) -> Floats:
    """Distance from the edge of each site to its first hamlet: near, middle or far."""
    edges = np.array([number(key) for key in ("near_m_least", "near_m_most", "middle_m_most", "far_m_most")])
    shares = np.array([number("site_near_share"), number("site_middle_share")])
    group = draw(rng, np.append(shares, 1 - shares.sum()), sites)
    return np.asarray(rng.uniform(edges[group], edges[group + 1]))


def _hamlets(rng: np.random.Generator, site: Ints, radius_m: Floats, nearest_m: Floats) -> tuple[Floats, Floats]:
    """Points in the hamlets round a site, none much nearer to its edge than its first hamlet."""
    count = int(number("hamlets"))
    shape = (len(radius_m), count)
    bearing = rng.uniform(0, 2 * np.pi, shape)
    farther = (1 + number("hamlet_step") * np.arange(count)) * rng.uniform(1, number("hamlet_spread_most"), shape)
    away_m = radius_m[:, None] + nearest_m[:, None] * farther
    which = rng.integers(0, count, len(site))
    spread = rng.normal(0, number("hamlet_radius_m"), (2, len(site)))
    east = away_m[site, which] * np.sin(bearing[site, which]) + spread[0]
    north = away_m[site, which] * np.cos(bearing[site, which]) + spread[1]
    least = radius_m[site] + np.maximum(number("hamlet_floor") * nearest_m[site], number("near_m_least"))
    push = np.maximum(least / np.maximum(np.hypot(east, north), 1.0), 1.0)
    return east * push, north * push


def _roads(rng: np.random.Generator, site: Ints, radius_m: Floats, nearest_m: Floats) -> tuple[Floats, Floats]:
    """Stretches of one straight road that passes each site."""
    bearing = rng.uniform(0, 2 * np.pi, len(radius_m))[site]
    passing_m = (radius_m + nearest_m * rng.uniform(number("road_passing_least"), 1.0, len(radius_m)))[site]
    order = pl.Series(site).to_frame("site").select(pl.int_range(pl.len()).over("site") - pl.len().over("site") // 2)
    along_m = order.to_series().to_numpy() * number("road_stretch_m")
    east = passing_m * np.sin(bearing) + along_m * np.cos(bearing)
    north = passing_m * np.cos(bearing) - along_m * np.sin(bearing)
    return east, north


def _fence(rng: np.random.Generator, site: Ints, radius_m: Floats, nearest_m: Floats) -> tuple[Floats, Floats]:
    """Points between the edge of a site and its first hamlet."""
    bearing = rng.uniform(0, 2 * np.pi, len(site))
    share = rng.uniform(number("fence_least"), 1.0, len(site))
    away_m = radius_m[site] + np.minimum(nearest_m[site], number("near_m_most")) * share
    return away_m * np.sin(bearing), away_m * np.cos(bearing)


def _in_town(rng: np.random.Generator, town: Ints) -> tuple[Floats, Floats]:
    """Points in a town, spread with its population."""
    towns = assumed("towns")
    thousands = towns["population"].to_numpy()[town] / 1000.0
    spread = number("town_radius_m") * thousands ** number("town_radius_power")
    east, north = rng.normal(0, 1, (2, len(town))) * spread
    return moved(towns["latitude_deg"].to_numpy()[town], towns["longitude_deg"].to_numpy()[town], east, north)


def _off_the_stores(
    latitude_deg: Floats, longitude_deg: Floats, sites: pl.DataFrame, stores: pl.DataFrame
) -> tuple[Floats, Floats]:
    """Points too near to a store, of whichever site, are moved straight away from that site until they are clear.

    Again and again, as the way off one site may lead to its neighbour; where sites overlap a point may stay between.
    """
    place = [sites[name].to_numpy()[stores["site"].to_numpy()] for name in ("latitude_deg", "longitude_deg")]
    stored = [stores[name].to_numpy() for name in ("latitude_deg", "longitude_deg")]
    clear_m = stores["site_radius_m"].to_numpy() + number("house_store_m_least")
    metre_per_deg = np.radians(1.0) * EARTH_RADIUS_M
    shrink = np.cos(np.radians(stored[0].mean()))
    tree = KDTree(np.column_stack([stored[0], stored[1] * shrink]) * metre_per_deg)
    latitude_deg, longitude_deg, check = latitude_deg.copy(), longitude_deg.copy(), np.arange(len(latitude_deg))
    for _ in range(MOVES_OFF_STORES):
        here = latitude_deg[check], longitude_deg[check]
        _, near = tree.query(np.column_stack([here[0], here[1] * shrink]) * metre_per_deg)
        away_m = distance_km(*here, stored[0][near], stored[1][near]) * M_PER_KM
        bad = away_m < number("house_store_m_least")
        check, near = check[bad], np.asarray(near)[bad]
        if not len(check):
            break
        bearing = bearing_rad(place[0][near], place[1][near], latitude_deg[check], longitude_deg[check])
        east, north = clear_m[near] * np.sin(bearing), clear_m[near] * np.cos(bearing)
        latitude_deg[check], longitude_deg[check] = moved(place[0][near], place[1][near], east, north)
    return latitude_deg, longitude_deg


def _by_a_store(rng: np.random.Generator, site: Ints, stores: pl.DataFrame) -> tuple[Floats, Floats]:
    """Points beside a store of the site."""
    counts = np.bincount(stores["site"].to_numpy())
    first = np.cumsum(counts) - counts
    store = first[site] + np.floor(rng.random(len(site)) * counts[site]).astype(np.int64)
    bearing = rng.uniform(0, 2 * np.pi, len(site))
    away_m = between(rng, "workshop_store_m", len(site))
    return moved(
        stores["latitude_deg"].to_numpy()[store],
        stores["longitude_deg"].to_numpy()[store],
        away_m * np.sin(bearing),
        away_m * np.cos(bearing),
    )


def _persons(rng: np.random.Generator, kinds: pl.DataFrame, kind: Ints) -> tuple[Floats, Floats]:
    """Persons by day and by night: one factor for both."""
    factor = rng.lognormal(0.0, number("persons_sigma"), len(kind))
    median = kinds.select(pl.col("persons_day", "persons_night").cast(pl.Float64).fill_null(0.0)).to_numpy()[kind]
    return (median[:, 0] * factor).round(1), (median[:, 1] * factor).round(1)


def _on_the_road(vehicles_per_day: Floats) -> tuple[Floats, Floats]:
    """Average persons on a stretch by day and by night, half of the hours each: traffic x time on it x occupants."""
    hours_on_it = number("road_stretch_m") / M_PER_KM / number("road_speed_km_per_h")
    person_hours = vehicles_per_day * number("road_occupants") * hours_on_it
    by_day = person_hours * number("road_day_part") / (HOURS_PER_DAY / 2)
    by_night = person_hours * (1 - number("road_day_part")) / (HOURS_PER_DAY / 2)
    return by_day.round(3), by_night.round(3)
