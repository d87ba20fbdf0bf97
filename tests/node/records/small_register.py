"""A region one can see at a glance, and its stock as a few words: ``S1 bombs 5``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from rasr.core.records.region import Region
from rasr.core.reference import loader

Row = dict[str, Any]
ROWS: dict[str, list[Row]] = {
    "jurisdictions": [
        {"jurisdiction_id": "AL", "name": "Albania"},
        {"jurisdiction_id": "ME", "name": "Montenegro"},
    ],
    "organisations": [
        {"organisation_id": "AL-MOD", "jurisdiction_id": "AL", "kind": "defence", "name": "Ministry"},
        {"organisation_id": "ME-POL", "jurisdiction_id": "ME", "kind": "police", "name": "Police"},
    ],
    "sites": [
        {"site_id": "A", "organisation_id": "AL-MOD", "kind": "depot", "name": "Hill"}
        | {"latitude_deg": 41.0, "longitude_deg": 20.0},
        {"site_id": "B", "organisation_id": "ME-POL", "kind": "armoury", "name": "Town"}
        | {"latitude_deg": 42.5, "longitude_deg": 19.25},
    ],
    "stores": [
        {"store_id": name, "site_id": site, "construction": "unknown", "latitude_deg": at, "longitude_deg": 20.0}
        for name, site, at in (("S1", "A", 41.0), ("S2", "A", 41.1), ("S3", "B", 42.5))
    ],
    "licences": [
        {"store_id": "S1", "hazard_division": "1.1", "neq_limit_kg": 10.0, "valid_until": date(2030, 1, 1)},
        {"store_id": "S1", "hazard_division": "1.4", "neq_limit_kg": 5.0, "valid_until": date(2020, 1, 1)},
        *(
            {"store_id": store, "hazard_division": division, "neq_limit_kg": 100.0, "valid_until": date(2030, 1, 1)}
            for store, division in (("S1", "1.3"), ("S2", "1.1"), ("S2", "1.3"), ("S3", "1.1"))
        ),
    ],
    "articles": [
        {"article_id": "bombs", "name": "Bomb", "family": "aerial_bomb", "unit": "piece"}
        | {"hazard_division": "1.1", "compatibility_group": "D", "neq_kg_each": 2.1, "gross_mass_kg_each": 7.3},
        {"article_id": "powder", "name": "Powder", "family": "propellant", "unit": "gram"}
        | {"hazard_division": "1.3", "compatibility_group": "C", "neq_kg_each": 0.001},
        {"article_id": "rifles", "name": "Rifle", "family": "small_arms", "unit": "piece"}
        | {"hazard_division": "not_applicable", "compatibility_group": "not_applicable", "mass_kg_each": 3.9},
        {"article_id": "caps", "name": "Caps", "family": "initiator", "unit": "piece"}
        | {"hazard_division": "1.1", "compatibility_group": "B"},
    ],
    "funds": [
        {"fund_id": "F", "donor": "D", "currency": "EUR", "starts_on": date(2027, 1, 1), "ends_on": date(2028, 1, 1)}
        | {"amount": 1000.0, "carry_over": True},
    ],
    "settings": [{"key": "starts_on", "value": "2027-01-01"}],
}
STOCK = {"R1": "S1 bombs 5", "R2": "S2 powder ?", "R3": "S3 rifles 0"}


def region(stock: Mapping[str, str | Row] | None = None, **tables: Iterable[Row] | None) -> Region:
    """The small region. stock: record to ``store article quantity`` (? is unknown) or to cells; a table of None: left
    out.
    """
    rows: dict[str, Any] = {**ROWS, "stock": records(STOCK if stock is None else stock), **tables}
    return Region.from_frames({name: frame(name, some) for name, some in rows.items() if some is not None})


def only(table: str, rows: Iterable[Row]) -> Region:
    """A region of one table."""
    return Region.from_frames({table: frame(table, rows)})


def records(stock: Mapping[str, str | Row]) -> list[Row]:
    """Rows of the table stock."""
    return [{"stock_id": name, **(_cells(said) if isinstance(said, str) else said)} for name, said in stock.items()]


def frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows typed by contract, with unknown where nothing is said."""
    contract = loader.contract(table)
    filled = [{name: row.get(name) for name in contract.schema} for row in rows]
    return pl.DataFrame(filled, schema=contract.schema)


def _cells(said: str) -> Row:
    store, article, quantity, *facts = said.split()
    cells = dict(fact.split("=") for fact in facts)
    return {
        "store_id": store,
        "article_id": article,
        "quantity": None if quantity == "?" else int(quantity),
        "purpose": "training",
        **cells,
    }
