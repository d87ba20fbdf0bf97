"""Pools and danger curves: what the plan may know."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from rasr.core.assessment.pools import LEVELS, MOST_POINTS, NEAR_ENOUGH, bends, danger_curves, pools
from rasr.core.reference import loader

SITES = pl.DataFrame({"site_id": ["P", "Q"], "latitude_deg": [41.0, 42.0], "longitude_deg": [20.0, 21.0]})


def judged(*rows: tuple[str, str, str | None, date | None, str, int, int, float, float | None]) -> pl.DataFrame:
    columns = [
        "site_id",
        "family",
        "condition",
        "destroy_by",
        "unit",
        "quantity",
        "planned_quantity",
        "mass_kg",
        "neq_kg",
    ]
    types = [pl.String, pl.String, pl.String, pl.Date, pl.String, pl.Int64, pl.Int64, pl.Float64, pl.Float64]
    frame = pl.DataFrame(rows, schema=dict(zip(columns, types, strict=True)), orient="row")
    return frame.with_columns(jurisdiction_id=pl.lit("AL"), event_neq_kg=pl.col("neq_kg"))


def test_pools_by_site_family_band_and_day() -> None:
    found = pools(
        judged(
            ("P", "mortar", "B", None, "piece", 100, 100, 1000.0, 200.0),
            ("P", "mortar", "C", None, "piece", 10, 5, 100.0, 20.0),
            ("P", "mortar", "D", date(2028, 1, 31), "piece", 1, 1, 10.0, 2.0),
            ("P", "propellant", None, None, "gram", 5000, 5000, 5.0, None),
            ("Q", "mortar", "A", None, "piece", 7, 0, 70.0, 14.0),
        ),
        SITES,
    )
    assert found.schema == loader.contract("pools").schema
    assert found.select("pool_id", "mass_kg", "neq_kg", "pieces", "destroy_by", "latitude_deg").rows() == [
        ("P/mortar/disposal/2028-01-31", 10.0, 2.0, 1, date(2028, 1, 31), 41.0),
        ("P/mortar/suspect", 1050.0, 210.0, 105, None, 41.0),
        ("P/propellant/unknown", 5.0, 0.0, 0, None, 41.0),
    ]


def test_no_stock_no_pools() -> None:
    assert_frame_equal(pools(judged(), SITES), loader.contract("pools").empty())


def test_a_curve_adds_its_stores_and_ends_at_the_stock_as_it_is() -> None:
    levels = len(LEVELS)
    danger = np.zeros((3, 3, levels))
    danger[1, 0] = np.linspace(0.0, 1.0, levels)
    danger[1, 1] = 2.0
    danger[1, 2] = 5.0
    neq = np.array([np.linspace(10.0, 110.0, levels), np.full(levels, 50.0), np.full(levels, 7.0)])
    curves = danger_curves(["P", "Q", "empty"], np.array([0, 0, 1]), danger, neq)
    assert curves.schema == loader.contract("danger_curves").schema
    of_p = curves.filter(pl.col("origin_id") == "P")
    assert (of_p["neq_kg"][0], of_p["neq_kg"][-1], of_p.height) == (60.0, 160.0, 2)  # it is straight: no point between
    assert (of_p["fatalities_per_year"][0], of_p["fatalities_per_year"][-1]) == (2.0, 3.0)
    rest = curves.filter(pl.col("origin_id") != "P").select("origin_id", "neq_kg", "fatalities_per_year")
    assert rest.rows() == [("Q", 7.0, 5.0), ("empty", 0.0, 0.0)]


def test_a_rounding_hair_does_not_make_a_curve_fall() -> None:
    danger = np.full((3, 1, len(LEVELS)), 1.0)
    danger[:, 0, 4] = 1.0 + 1e-15
    curve = danger_curves(["P"], np.array([0]), danger, np.array([LEVELS]))
    assert (np.diff(curve["fatalities_per_year"].to_numpy()) >= 0).all()
    assert curve["fatalities_per_year"][-1] == 1.0


def test_a_curve_has_its_points_where_it_bends() -> None:
    """Flat, then steep, then flat: a town that the ring reaches between 40 and 60."""
    neq = np.linspace(0.0, 100.0, 101)
    central = np.clip((neq - 40.0) / 20.0, 0.0, 1.0)
    kept = bends(neq, np.stack([0.1 * central, central, 10.0 * central]))
    assert neq[kept].tolist() == [0.0, 40.0, 60.0, 100.0]
    assert bends(neq[:1], np.ones((3, 1))).tolist() == [0]


@given(st.lists(st.floats(0.0, 5.0), min_size=3, max_size=40), st.lists(st.floats(0.0, 9.0), min_size=3, max_size=40))
def test_lines_between_the_kept_points_are_near_or_the_points_are_many(run: list[float], rise: list[float]) -> None:
    size = min(len(run), len(rise))
    neq, central = np.cumsum(np.array(run[:size]) + 0.01), np.cumsum(rise[:size])
    danger = np.stack([central / 3.0, central, central**2])
    kept = bends(neq, danger)
    assert (kept[0], kept[-1]) == (0, size - 1)
    assert (np.diff(kept) > 0).all()
    off = max(float(np.abs(np.interp(neq, neq[kept], row[kept]) - row).max()) / max(row[-1], 1e-300) for row in danger)
    assert off <= NEAR_ENOUGH * (1.0 + 1e-9) or len(kept) == min(MOST_POINTS, size)
