"""Masses, net explosive quantities and places of the stock, and what is unknown of them."""

from __future__ import annotations

import polars as pl
from tests.core.records.small_region import frames, small_region, with_cell

from rasr.core.records.completeness import completeness
from rasr.core.records.region import Region
from rasr.core.records.stockview import COLUMNS, stock_with_masses


def test_mass_neq_and_pieces() -> None:
    stock = stock_with_masses(small_region())
    assert stock.columns == list(COLUMNS)
    assert stock.select("stock_id", "pieces", "mass_kg", "neq_kg").rows() == [
        ("R1", 100, 1000.0, 500.0),
        ("R2", 9000, 135.0, 18.0),
        ("R3", 0, 250.0, 250.0),
    ]
    assert stock["jurisdiction_id"].to_list() == ["AL", "AL", "AL"]


def test_the_net_mass_stands_in_for_the_gross_one() -> None:
    region = Region.from_frames(with_cell("articles", 1, "gross_mass_kg_each", None))
    assert stock_with_masses(region)["mass_kg"][0] == 800.0


def test_unknown_is_not_zero_but_no_explosive_is() -> None:
    tables = with_cell("stock", 1, "quantity", None)
    tables["stock"] = tables["stock"].with_columns(
        article_id=pl.when(pl.col("stock_id") == "R2").then(pl.lit("RIFLE")).otherwise("article_id")
    )
    rows = stock_with_masses(Region.from_frames(tables)).select("pieces", "mass_kg", "neq_kg").rows()
    assert rows[:2] == [(None, None, None), (9000, 45000.0, 0.0)]


def test_broken_references_and_doubled_ids_neither_lose_nor_multiply_records() -> None:
    tables = with_cell("stock", 2, "store_id", "S9")
    tables["articles"] = pl.concat([tables["articles"], tables["articles"]])
    stock = stock_with_masses(Region.from_frames(tables))
    assert stock["stock_id"].to_list() == ["R1", "R2", "R3"]
    assert stock["site_id"].to_list() == ["D1", None, "D1"]


def test_completeness_of_each_store() -> None:
    tables = with_cell("articles", 3, "neq_kg_each", None)
    tables["stock"] = tables["stock"].filter(pl.col("store_id") == "S1")
    assert completeness(Region.from_frames(tables)).rows(named=True) == [
        {
            "store_id": "S1",
            "records": 2,
            "records_without_mass": 0,
            "records_without_neq": 1,
            "mass_blind_share": 0.0,
            "neq_blind_share": 0.5,
        },
        {
            "store_id": "S2",
            "records": 0,
            "records_without_mass": 0,
            "records_without_neq": 0,
            "mass_blind_share": 0.0,
            "neq_blind_share": 0.0,
        },
    ]


def test_the_whole_small_region_is_known() -> None:
    assert completeness(Region.from_frames(frames()))["mass_blind_share"].sum() == 0
