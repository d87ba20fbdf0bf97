"""Where things stand in the sample: organisations, sites with invented names, and their stores.

>>> rng = np.random.default_rng(1)
>>> make_sites(rng, 0.1).height
12
"""

from __future__ import annotations

import numpy as np
import polars as pl

from rasr.sample.assumptions import Floats, Ints, apportion, assumed, between, draw, number, yes_no
from rasr.sample.geometry import bearing_rad, distance_km, moved

NEIGHBOUR_TOWNS = 3
ORGANISATIONS = (
    ("defence", "Defence ministry"),
    ("interior", "Interior ministry"),
    ("police", "Police"),
    ("company", "Disposal company"),
)


def make_organisations() -> pl.DataFrame:
    """The organisations of each jurisdiction: organisation_id, jurisdiction_id, kind, name."""
    kinds = pl.DataFrame(ORGANISATIONS, schema=["kind", "of"], orient="row")
    return (
        assumed("jurisdictions")
        .select("jurisdiction_id", jurisdiction="name")
        .join(kinds, how="cross", maintain_order="left_right")
        .select(
            organisation_id=pl.format("{}-{}", "jurisdiction_id", pl.col("kind").str.to_uppercase()),
            jurisdiction_id="jurisdiction_id",
            kind="kind",
            name=pl.format("{} of {} (sample)", "of", "jurisdiction"),
        )
    )


def make_sites(rng: np.random.Generator, scale: float) -> pl.DataFrame:
    """Sites: the contract's columns, and jurisdiction_id, town (index into the table of towns) and size."""
    jurisdictions = assumed("jurisdictions")
    wanted = max(jurisdictions.height, round(number("sites") * scale))
    counts = apportion(jurisdictions["sites"].to_numpy().astype(np.float64), wanted, least=1)
    of = np.repeat(np.arange(jurisdictions.height), counts)
    rank = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    town = _towns_of_sites(rng, counts)
    latitude, longitude = _positions(rng, town)
    kinds = assumed("site_kinds")
    kind = draw(rng, kinds["share"].to_numpy(), len(of))
    kind = np.where(rank == 0, 0, np.where(rank == 1, 1, kind))  # each jurisdiction has a depot, then a plant
    sites = pl.DataFrame(
        {
            "jurisdiction_id": jurisdictions["jurisdiction_id"].gather(of),
            "rank": rank + 1,
            "name": _names(rng, len(of)),
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "town": town,
            "distance_to_border_km": _border_km(latitude, longitude, town),
        }
    ).hstack(
        kinds.select(
            kind="site_kind",
            size="size",
            stores_weight="stores_weight",
            of="organisation_kind",
            outload_kg_per_day="outload_kg_per_day",
        )[kind]
    )
    return sites.with_columns(
        site_id=pl.format("{}-S{}", "jurisdiction_id", pl.col("rank").cast(pl.String).str.zfill(4)),
        organisation_id=pl.format("{}-{}", "jurisdiction_id", pl.col("of").str.to_uppercase()),
        name=pl.format("{} (fictitious)", "name"),
    )


def _towns_of_sites(rng: np.random.Generator, counts: Ints) -> Ints:
    """For each site a town of its jurisdiction, each town once before any comes again."""
    towns = assumed("towns")["jurisdiction_id"]
    chosen: list[Ints] = []
    for jurisdiction, count in zip(assumed("jurisdictions")["jurisdiction_id"], counts, strict=True):
        own = rng.permutation((towns == jurisdiction).arg_true().to_numpy().astype(np.int64))
        chosen.append(np.resize(own, count))
    return np.concatenate(chosen)


def _positions(rng: np.random.Generator, town: Ints) -> tuple[Floats, Floats]:
    """Places off the towns, towards a neighbouring town of the same jurisdiction and nearest to a town of it.

    Drawn again until each keeps its distance from every town.
    """
    towns = assumed("towns")
    lat, lon = towns["latitude_deg"].to_numpy(), towns["longitude_deg"].to_numpy()
    home = towns["jurisdiction_id"].rank("dense").to_numpy()
    between = distance_km(lat[:, None], lon[:, None], lat, lon)
    apart = np.where((home[:, None] == home) & (between > 0), between, np.inf)
    neighbours = np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOUR_TOWNS]
    latitude, longitude = np.empty(len(town)), np.empty(len(town))
    again = np.arange(len(town))
    while len(again):
        start = town[again]
        towards = neighbours[start, rng.integers(0, NEIGHBOUR_TOWNS, len(again))]
        spread = np.radians(number("site_bearing_spread_deg"))
        bearing = bearing_rad(lat[start], lon[start], lat[towards], lon[towards])
        bearing += rng.uniform(-spread, spread, len(again))
        most = np.minimum(number("site_town_km_most"), between[start, towards])
        km = number("site_town_km_least") + rng.random(len(again)) * (most - number("site_town_km_least"))
        point = moved(lat[start], lon[start], 1000 * km * np.sin(bearing), 1000 * km * np.cos(bearing))
        latitude[again], longitude[again] = point
        away = distance_km(point[0][:, None], point[1][:, None], lat, lon)
        bad = (away.min(axis=1) < number("site_town_km_least")) | (home[away.argmin(axis=1)] != home[start])
        again = again[bad]
    return latitude, longitude


def _border_km(latitude_deg: Floats, longitude_deg: Floats, town: Ints) -> Floats:
    """A rough distance to the border: a share of that to the nearest town beyond it."""
    towns = assumed("towns")
    home = towns["jurisdiction_id"].rank("dense").to_numpy()
    away = distance_km(
        latitude_deg[:, None],
        longitude_deg[:, None],
        towns["latitude_deg"].to_numpy(),
        towns["longitude_deg"].to_numpy(),
    )
    abroad = np.where(home[town][:, None] != home, away, np.inf).min(axis=1)
    return np.asarray((number("border_share") * abroad).round(1))


def _names(rng: np.random.Generator, count: int) -> list[str]:
    """Invented names, each once; beyond all combinations a number tells them apart."""
    parts = assumed("name_parts")
    starts, ends = (parts.filter(pl.col("position") == one)["part"].to_list() for one in ("start", "end"))
    pairs = len(starts) * len(ends)
    order = rng.permutation(pairs)
    plain = [starts[pair // len(ends)] + ends[pair % len(ends)] for pair in order]
    return [plain[i % pairs] + (f" {i // pairs + 1}" if i >= pairs else "") for i in range(count)]


def make_stores(rng: np.random.Generator, sites: pl.DataFrame, scale: float) -> pl.DataFrame:
    """Stores: the contract's columns, and site (index into sites) and site_radius_m."""
    weights = sites["stores_weight"].to_numpy() * rng.lognormal(0.0, number("store_size_sigma"), sites.height)
    least, most = int(number("stores_least")), int(number("stores_most"))
    counts = apportion(weights, round(number("stores") * scale), least, most)
    site = np.repeat(np.arange(sites.height), counts)
    rank = np.arange(len(site)) - np.repeat(np.cumsum(counts) - counts, counts)
    latitude, longitude, radius_m = _grid(rng, sites, counts, site, rank)
    kinds = assumed("constructions").with_columns(yes_no("barricaded"))
    kind = draw(rng, kinds["share"].to_numpy(), len(site))
    front = (kinds["front"] == "yes").to_numpy()[kind]
    lightning = rng.random(len(site))
    unknown = number("lightning_unknown_share")
    other = rng.random(len(site)) < number("activity_other_share")
    stores = pl.DataFrame(
        {
            "site": site,
            "site_id": sites["site_id"].gather(site),
            "store_id": pl.Series(rank + 1).cast(pl.String).str.zfill(2),
            "construction": kinds["construction"].gather(kind),
            "barricaded": kinds["barricaded"].gather(kind),
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "front_bearing_deg": pl.Series(rng.integers(0, 36, len(site)) * 10.0).set(pl.Series(~front), None),
            "activity": np.where(other, rng.choice(["inspection", "maintenance", "handling"], len(site)), "storage"),
            "lightning_protected": pl.Series(lightning - unknown < number("lightning_share")).set(
                pl.Series(lightning < unknown), None
            ),
            "site_radius_m": radius_m,
        }
    )
    return stores.with_columns(pl.format("{}-{}", "site_id", "store_id").alias("store_id"))


def _grid(
    rng: np.random.Generator, sites: pl.DataFrame, counts: Ints, site: Ints, rank: Ints
) -> tuple[Floats, Floats, Floats]:
    """Stores on a turned and shaken grid round the site's position; also the radius of the site, by store."""
    columns = np.ceil(np.sqrt(counts)).astype(np.int64)[site]
    spacing = between(rng, "store_spacing_m", sites.height)[site]
    turn = rng.uniform(0, np.pi, sites.height)[site]
    shake = rng.uniform(-1, 1, (2, len(site))) * number("store_spacing_jitter")
    x = spacing * (rank % columns - (columns - 1) / 2 + shake[0])
    y = spacing * (rank // columns - (columns - 1) / 2 + shake[1])
    east, north = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    point = moved(sites["latitude_deg"].to_numpy()[site], sites["longitude_deg"].to_numpy()[site], east, north)
    return point[0], point[1], spacing * columns / np.sqrt(2)
