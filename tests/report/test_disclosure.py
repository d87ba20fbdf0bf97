"""What a report tells of positions, and what it must not."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.made_results import EXACT, made_plan, made_region, made_stores

from rasr.core.basis.findings import Refused
from rasr.report.disclosure import Disclosure

SNAPPED = Disclosure.of(made_region(), exact=False)
TOLD_EXACTLY = Disclosure.of(made_region(), exact=True)


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([0.01, 0.05, 0.1, 0.25, 1.0]))
def test_a_snapped_position_is_on_the_grid_and_near(latitude: float, longitude: float, grid: float) -> None:
    disclosure = Disclosure(grid, exact=False)
    told = disclosure.position(latitude, longitude)
    assert told == pytest.approx((latitude, longitude), abs=grid / 2 + 1e-6)
    assert disclosure.position(*told) == told
    assert all(angle / grid == pytest.approx(round(angle / grid), abs=1e-3) for angle in told)


@given(st.floats(-0.0499, 0.0499), st.floats(-0.0499, 0.0499))
def test_all_places_of_a_cell_look_the_same(north: float, east: float) -> None:
    assert SNAPPED.position(42.0 + north, 21.0 + east) == (42.0, 21.0)


def test_a_store_is_told_at_its_site_even_beyond_a_grid_line() -> None:
    recorded = made_region().table("stores").filter(pl.col("store_id") == "N1")
    assert SNAPPED.position(*recorded.select("latitude_deg", "longitude_deg").row(0)) == (41.3, 19.9)
    told = SNAPPED.frame(recorded).select("latitude_deg", "longitude_deg").row(0)
    assert told == SNAPPED.position(*EXACT["N"]) == (41.3, 19.8)


def test_an_origin_that_is_a_store_is_told_at_its_site() -> None:
    at = {"latitude_deg": [41.3492, 44.04], "longitude_deg": [19.8512, 20.06]}
    pools = pl.DataFrame({"origin_id": ["N1", "Z"], **at})
    rows = SNAPPED.frame(pools).rows()
    assert rows == [("N1", 41.3, 19.8), ("Z", 44.0, 20.1)]


def test_distances_to_neighbours_are_rounded_and_never_zero() -> None:
    told = SNAPPED.frame(pl.DataFrame({"nearest_m": [24.9, 233.7, 900.4, None], "required_m": [1.5, 2.5, 3.5, 4.5]}))
    assert told["nearest_m"].to_list() == [100.0, 200.0, 900.0, None]
    assert told["required_m"].to_list() == [1.5, 2.5, 3.5, 4.5]
    assert (SNAPPED.distance_m(24.9), SNAPPED.distance_m(233.7), TOLD_EXACTLY.distance_m(24.9)) == (100.0, 200.0, 24.9)


def test_money_stays_exact_so_that_the_tables_add_up() -> None:
    shipments = made_plan().shipments
    assert SNAPPED.frame(shipments).equals(shipments)


def test_exact_ones_stay_as_they_are() -> None:
    for frame in (made_stores(), made_plan().shipments):
        assert TOLD_EXACTLY.frame(frame).equals(frame)


@pytest.mark.parametrize("grid", [0.0, 0.0001, 50.0])
def test_a_grid_that_hides_nothing_or_everything_is_refused(grid: float) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        Disclosure(grid, exact=False)
