"""What one raid could carry off, weighted: the most wanted for its mass first, up to one load; the unknown widens."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.assessment.security.made_visits import STOCK, stock

from rasr.core.assessment.security.carried import carried, diversion_index
from rasr.core.assessment.security.weights import shipped
from rasr.core.reference import loader

FAMILIES = loader.contract("articles").by_name["family"].allowed
WORTH = shipped().families
records = st.lists(st.tuples(st.sampled_from(FAMILIES), st.integers(0, 5000)), min_size=1, max_size=6)


def wanted(*rows: tuple[object, ...], load_kg: float | None = None) -> tuple[float, float]:
    frame = pl.DataFrame(rows, schema=STOCK, orient="row")
    return carried(frame, load_kg=load_kg).select("wanted_low", "wanted_high").row(0)


def test_every_family_has_an_assumed_weight_within_bounds() -> None:
    rows = loader.rows("diversion.csv")
    assert [row["family"] for row in rows] == list(FAMILIES)
    assert all(row["source"] == "assumed" and float(row["mass_kg_each"]) > 0 for row in rows)
    for column in ("attractiveness", "attractiveness_per_kg"):
        assert all(0 <= float(row[column]) <= 1 for row in rows)


def test_a_load_of_missiles_comes_first_then_one_of_light_weapons_then_the_rest() -> None:
    loads = {
        row["family"]: float(row["attractiveness"]) / float(row["mass_kg_each"]) for row in loader.rows("diversion.csv")
    }
    weapons = ("manpads", "guided_missile", "light_weapons", "small_arms")
    assert sorted(loads, key=lambda family: -loads[family])[:4] == list(weapons)


def test_an_article_is_weighed_among_its_family() -> None:
    low, high = wanted(("S", "X", "small_arms", "piece", 10, None, 0.5))
    assert low == high == pytest.approx(10 * 0.5 * WORTH["small_arms"])
    assert diversion_index(stock(("S", "X", "manpads", 2))).rows() == [("S", pytest.approx(2 * WORTH["manpads"]))]


def test_what_is_wanted_most_for_its_mass_goes_first_and_the_load_ends_it() -> None:
    missiles, shells = ("S", "X", "manpads", "piece", 2, 40.0, None), ("S", "X", "mortar", "piece", 100, 1000.0, None)
    low, high = wanted(missiles, shells, load_kg=50.0)
    assert low == high == pytest.approx(2 * WORTH["manpads"] + 1 * WORTH["mortar"])


def test_what_is_weighed_counts_by_the_kilogram() -> None:
    assert wanted(("S", "X", "bulk_explosive", "gram", 2000, 2.0, None)) == pytest.approx(
        (2.0 * shipped().per_kg["bulk_explosive"],) * 2
    )


def test_what_is_not_known_is_named_and_widens() -> None:
    without_quantity = carried(
        pl.DataFrame([("S", "X", "mortar", "piece", None, None, None)], schema=STOCK, orient="row")
    )
    assert without_quantity.select("wanted_low", "stock_state").row(0) == (0.0, "quantity_unknown")
    assert without_quantity["wanted_high"][0] == pytest.approx(WORTH["mortar"] * 1000.0 / 6.0)
    strange = carried(pl.DataFrame([("S", "X", None, "piece", 10, 10.0, None)], schema=STOCK, orient="row"))
    assert strange.select("wanted_low", "stock_state").row(0) == (0.0, "attractiveness_unknown")
    assert strange["wanted_high"][0] > 0
    assert carried(stock(("S", "X", "mortar", 0))).select("wanted_high", "stock_state").row(0) == (0.0, "known")


@given(records, st.sampled_from(FAMILIES), st.integers(1, 5000))
def test_more_stock_is_never_wanted_less(held: list[tuple[str, int]], family: str, more: int) -> None:
    rows = [("S", "X", name, pieces) for name, pieces in held]
    before, after = (carried(stock(*some))["wanted_low"][0] for some in (rows, [*rows, ("S", "X", family, more)]))
    assert after >= before - 1e-9


@given(records, st.floats(0.001, 1000.0))
def test_all_weights_times_a_factor_are_the_index_times_it(held: list[tuple[str, int]], factor: float) -> None:
    frame = stock(*(("S", "X", name, pieces) for name, pieces in held))
    plain, scaled = carried(frame)["wanted_high"][0], carried(frame, shipped().scaled(factor))["wanted_high"][0]
    assert scaled == pytest.approx(plain * factor)
