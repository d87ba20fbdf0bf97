"""A nation of a size: so many stores with some explosive, and so many exposed sites, thickest where the stores are."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from rasr.core.records.region import Region

AS_OF = date(2027, 1, 1)
KINDS = ["inhabited_building", "vulnerable_building", "public_traffic_route", "workshop", "open_air"]


def make_nation(stores: int, exposures: int, *, seed: int = 1, neq_kg: float = 220_000.0) -> Region:
    """Ten stores to a site, 300 m apart; most of the exposed sites within a few kilometres of a site."""
    rng = np.random.default_rng(seed)
    sites = max(stores // 10, 1)
    side = np.sqrt(sites / 100.0)
    latitude, longitude = 42.0 + side * rng.uniform(0.0, 1.5, sites), 20.0 + side * rng.uniform(0.0, 2.0, sites)
    of_site = np.arange(stores) % sites
    store_deg = np.stack([latitude[of_site], longitude[of_site]], axis=1) + rng.normal(0.0, 0.01, (stores, 2))
    beside = rng.integers(0, sites, exposures)
    near = np.stack([latitude[beside], longitude[beside]], axis=1) + rng.normal(0.0, 0.008, (exposures, 2))
    wide = np.array([42.0, 20.0]) + side * rng.uniform(0.0, 1.0, (exposures, 2)) * np.array([1.5, 2.0])
    place_deg = np.where(rng.random((exposures, 1)) < 0.6, near, wide)
    sited = {"site_id": [f"P{each}" for each in range(sites)], "latitude_deg": latitude, "longitude_deg": longitude}
    ids = [f"S{each}" for each in range(stores)]
    persons = rng.integers(0, 9, (exposures, 2)).astype(float)
    article = {"name": "bomb", "family": "aerial_bomb", "unit": "piece", "hazard_division": "1.1"}
    return Region.from_frames(
        {
            "jurisdictions": pl.DataFrame({"jurisdiction_id": ["AL"], "name": ["Albania"]}),
            "organisations": pl.DataFrame(
                {"organisation_id": ["O"], "jurisdiction_id": "AL", "kind": "defence", "name": "O"}
            ),
            "sites": pl.DataFrame(sited).with_columns(
                organisation_id=pl.lit("O"), kind=pl.lit("depot"), name=pl.col("site_id")
            ),
            "stores": pl.DataFrame(
                {"store_id": ids, "latitude_deg": store_deg[:, 0], "longitude_deg": store_deg[:, 1]}
            ).with_columns(site_id=pl.Series([f"P{each}" for each in of_site]), construction=pl.lit("unknown")),
            "articles": pl.DataFrame(
                {**article, "article_id": ["bomb"], "compatibility_group": "D", "neq_kg_each": 1.0}
            ).with_columns(gross_mass_kg_each=pl.lit(2.0)),
            "stock": pl.DataFrame({"store_id": ids, "stock_id": ids}).with_columns(
                article_id=pl.lit("bomb"),
                lot=pl.lit("L"),
                quantity=pl.Series(rng.uniform(0.1, 1.9, stores) * neq_kg).cast(pl.Int64),
                condition=pl.lit("D"),
                purpose=pl.lit("awaiting_disposal"),
            ),
            "exposures": pl.DataFrame(
                {
                    "exposure_id": pl.Series(np.arange(exposures)).cast(pl.String),
                    "kind": pl.Series(KINDS).gather(rng.integers(0, len(KINDS), exposures)),
                    "latitude_deg": place_deg[:, 0],
                    "longitude_deg": place_deg[:, 1],
                    "persons_day": persons[:, 0],
                    "persons_night": persons[:, 1],
                }
            ),
        }
    )
