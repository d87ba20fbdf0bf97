"""What the plan of the sample may use: lines and their rates, routes, permits, funds and rates of exchange.

>>> funds, earmarks = make_funds(1.0)
>>> funds.height, earmarks["activity"][0]
(12, 'all')
"""

from __future__ import annotations

import numpy as np
import polars as pl

from rasr.sample.assumptions import assumed, between, number, yes_no
from rasr.sample.geometry import distance_km

NEAR_LINE_SITES = 2


def make_lines(sites: pl.DataFrame, scale: float) -> pl.DataFrame:
    """Lines: the contract's columns, and jurisdiction_id, techniques, families and capacity_kg_per_day.

    Above scale 1 every line comes so many times over; below it, each comes once with less capacity and money.
    """
    copies = max(1, round(scale))
    share = scale / copies
    lines = pl.concat([assumed("lines").with_columns(copy=pl.lit(copy)) for copy in range(copies)])
    hosts = _hosts(sites)
    turn = pl.int_range(pl.len()).over("jurisdiction_id", "on_depot")
    lines = lines.with_columns(on_depot=pl.col("status") == "mobile").with_columns(turn=turn)
    place = [
        hosts[jurisdiction, on_depot][turn % len(hosts[jurisdiction, on_depot])]
        for jurisdiction, on_depot, turn in lines.select("jurisdiction_id", "on_depot", "turn").iter_rows()
    ]
    money = ["opening_cost_eur", "fixed_eur_per_year", "capacity_kg_per_day", "neq_limit_kg", "storage_limit_kg"]
    return lines.with_columns(
        pl.col(money).cast(pl.Float64) * share,
        yes_no("accepts_foreign"),
        site_id=pl.Series(place),
        line_id=pl.when(copies == 1)
        .then(pl.format("L-{}", "line"))
        .otherwise(pl.format("L-{}-{}", "line", pl.col("copy").cast(pl.String).str.zfill(2))),
    )


def _hosts(sites: pl.DataFrame) -> dict[tuple[str, bool], list[str]]:
    """Sites for lines by jurisdiction: plants (depots where there is none), and depots for mobile lines."""
    hosts: dict[tuple[str, bool], list[str]] = {}
    for jurisdiction, own in sites.group_by("jurisdiction_id", maintain_order=True):
        depots = own.filter(pl.col("kind") == "depot")["site_id"].to_list()
        plants = own.filter(pl.col("kind") == "disposal_facility")["site_id"].to_list()
        hosts[str(jurisdiction[0]), True] = depots
        hosts[str(jurisdiction[0]), False] = plants or depots
    return hosts


def make_line_rates(lines: pl.DataFrame) -> pl.DataFrame:
    """What each line can do: its techniques on its families, as far as the technique is for the family."""
    techniques = (
        assumed("techniques").with_columns(yes_no("open_burn")).rename({"technique": "does", "family": "takes"})
    )
    pairs = lines.select("line_id", "techniques", "families", "capacity_kg_per_day").join(
        techniques, how="cross", maintain_order="left_right"
    )
    fits = pl.col("techniques").str.split("|").list.contains(pl.col("does")) & pl.col("families").str.split(
        "|"
    ).list.contains(pl.col("takes"))
    return pairs.filter(fits).select(
        "line_id",
        technique="does",
        family="takes",
        capacity_kg_per_day=(pl.col("capacity_kg_per_day") * pl.col("rate_share")).round(1),
        cost_eur_per_tonne="cost_eur_per_tonne",
        scrap_eur_per_tonne="scrap_eur_per_tonne",
        emission_kg_per_tonne="emission_kg_per_tonne",
        open_burn="open_burn",
    )


def home_families(lines: pl.DataFrame, line_rates: pl.DataFrame) -> pl.DataFrame:
    """jurisdiction_id, family of what existing lines without a last day take at home."""
    lasting = lines.filter(pl.col("status") == "existing", pl.col("closes_on").is_null())
    return (
        line_rates.join(lasting.select("line_id", "jurisdiction_id"), on="line_id")
        .select("jurisdiction_id", "family")
        .unique()
        .sort("jurisdiction_id", "family")
    )


def make_routes(rng: np.random.Generator, sites: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Surveyed routes from part of the depots to the line sites nearest to them."""
    starts = sites.filter(pl.col("kind") == "depot")
    ends = sites.filter(pl.col("site_id").is_in(lines["site_id"].unique().to_list()))
    away = distance_km(
        starts["latitude_deg"].to_numpy()[:, None],
        starts["longitude_deg"].to_numpy()[:, None],
        ends["latitude_deg"].to_numpy(),
        ends["longitude_deg"].to_numpy(),
    )
    away = np.where(starts["site_id"].to_numpy()[:, None] == ends["site_id"].to_numpy(), np.inf, away)
    near = np.argsort(away, axis=1, kind="stable")[:, :NEAR_LINE_SITES]
    start = np.repeat(np.arange(len(away)), near.shape[1])
    kept = (rng.random(len(start)) < number("route_share")) & np.isfinite(away[start, near.ravel()])
    start, end = start[kept], near.ravel()[kept]
    detour = between(rng, "route_detour", len(start))
    cost = between(rng, "route_cost", len(start)).round(2)
    unknown = rng.random(len(start)) < number("route_cost_unknown_share")
    return pl.DataFrame(
        {
            "from_site_id": starts["site_id"].gather(start),
            "to_site_id": ends["site_id"].gather(end),
            "distance_km": (away[start, end] * detour).round(1),
            "cost_eur_per_tonne_km": pl.Series(cost).set(pl.Series(unknown), None),
            "persons_exposed_per_km": between(rng, "route_persons", len(start)).round(),
        }
    )


def make_funds(scale: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Funds, amounts going with the scale, and their earmarks."""
    funds = assumed("funds").with_columns(yes_no("carry_over"), (pl.col("amount") * scale).round(2).alias("amount"))
    earmarks = (
        funds.filter(pl.col("jurisdictions").is_not_null())
        .with_columns(jurisdiction_id=pl.col("jurisdictions").str.split("|"))
        .explode("jurisdiction_id")
    )
    return funds, earmarks
