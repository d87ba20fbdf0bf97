"""The sample region, put together and written.

>>> make_sample(seed=1, scale=0.1)["jurisdictions"].height
11
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.sample import exposures, logistics, places, stock
from rasr.sample.assumptions import assumed, conform

ROOMS = ("sites", "stores", "stock", "deadlines", "requirements", "licences", "exposures", "routes")
"""Each has its own stream of random numbers, so that a change in one leaves the others as they were."""
SMALLEST, LARGEST = 0.1, 20.0


def make_sample(seed: int = 1, scale: float = 1.0) -> dict[str, pl.DataFrame]:
    """All tables of the region except pools and danger_curves, typed by contract.

    scale 1: about 120 sites, 900 stores, 3,000 lots, 25 lines, 60,000 exposures; masses, capacities and money go
    with it. The same seed and scale give the same tables. Raises Refused (out_of_range) beyond 0.1 to 20.
    """
    if not SMALLEST <= scale <= LARGEST:
        raise Refused("out_of_range", quantity="scale", minimum=SMALLEST, maximum=LARGEST, unit="", value=scale)
    seeds = np.random.SeedSequence(seed).spawn(len(ROOMS))
    rng = {room: np.random.Generator(np.random.PCG64(own)) for room, own in zip(ROOMS, seeds, strict=True)}
    sites = places.make_sites(rng["sites"], scale)
    stores = places.make_stores(rng["stores"], sites, scale)
    lines = logistics.make_lines(sites, scale)
    line_rates = logistics.make_line_rates(lines)
    lots = stock.make_stock(rng["stock"], sites, stores, scale)
    lots = stock.with_deadlines(rng["deadlines"], lots, logistics.home_families(lines, line_rates))
    funds, earmarks = logistics.make_funds(scale)
    tables = {
        "jurisdictions": assumed("jurisdictions"),
        "organisations": places.make_organisations(),
        "sites": sites,
        "stores": stores,
        "licences": stock.make_licences(rng["licences"], lots),
        "articles": assumed("articles"),
        "stock": lots,
        "exposures": exposures.make_exposures(rng["exposures"], sites, stores, scale),
        "requirements": stock.make_requirements(rng["requirements"], lots),
        "lines": lines,
        "line_rates": line_rates,
        "routes": logistics.make_routes(rng["routes"], sites, lines),
        "permits": assumed("permits"),
        "funds": funds,
        "earmarks": earmarks,
        "exchange_rates": assumed("exchange_rates"),
        "settings": assumed("settings"),
    }
    return {name: conform(name, frame) for name, frame in tables.items()}


def write_sample(path: str | Path, seed: int = 1, scale: float = 1.0) -> None:
    """Write the sample: a workbook if the name ends in .xlsx, else a folder of CSV; see ``Region.write``."""
    Region.from_frames(make_sample(seed, scale)).write(path)
