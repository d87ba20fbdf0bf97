"""What one raid could carry off, weighted: the most wanted for its mass first, up to one load; the unknown widens."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.assessment.security.made_visits import STOCK, stock

from rasr.core.assessment.security.carried import ROUNDING, carried, diversion_index
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
    for row in rows:
        assert (row["unit"], row["source"], row["status"]) == ("1/piece", "own judgement", "assumed")
        assert float(row["mass_kg_each"]) > 0
        assert 0 < float(row["attractiveness"]) <= 1
        assert row["attractiveness_per_kg"] == "" or 0 < float(row["attractiveness_per_kg"]) <= 1


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


def test_what_is_not_judged_by_the_kilogram_is_never_harmless() -> None:
    weighed = pl.DataFrame([("S", "X", "manpads", "gram", 54_000, 54.0, None)], schema=STOCK, orient="row")
    row = carried(weighed).row(0, named=True)
    assert (row["wanted_low"], row["stock_state"]) == (0.0, "attractiveness_unknown")
    assert row["wanted_high"] >= 3 * WORTH["manpads"]


def test_only_whole_pieces_are_carried_and_none_that_is_heavier_than_the_load() -> None:
    low, high = wanted(("S", "X", "mortar", "piece", 100, 600.0, None), load_kg=20.0)
    assert low == pytest.approx(3 * WORTH["mortar"])
    assert high == pytest.approx(20.0 / 6.0 * WORTH["mortar"])
    assert wanted(("S", "X", "mortar", "piece", 1, 20.0, None), load_kg=20.0) == pytest.approx((WORTH["mortar"],) * 2)
    heavy = carried(stock(("S", "X", "heavy_weapons", 4)))
    assert heavy.select("wanted_high", "stock_state").row(0) == (0.0, "known")


@given(st.lists(st.tuples(st.sampled_from(FAMILIES), st.integers(0, 4)), min_size=1, max_size=4), st.floats(1.0, 300.0))
@example([("pyrotechnic", 2)], 1.9999999999999432)
def test_the_greatest_sum_of_whole_pieces_lies_between_the_two_values(held: list[tuple[str, int]], load: float) -> None:
    low, high = wanted(*(("S", "X", name, "piece", pieces, None, None) for name, pieces in held), load_kg=load)
    mass = {row["family"]: float(row["mass_kg_each"]) for row in loader.rows("diversion.csv")}
    loads = [
        (sum(n * mass[name] for n, (name, _) in zip(some, held, strict=True)),
         sum(n * WORTH[name] for n, (name, _) in zip(some, held, strict=True)))
        for some in product(*(range(pieces + 1) for _, pieces in held))
    ]  # fmt: skip
    slack_kg = ROUNDING * max(mass[name] for name, _ in held)  # a load that falls short of a piece by less holds it
    assert low - 1e-9 <= max(worth for kg, worth in loads if kg <= load + slack_kg)
    assert max(worth for kg, worth in loads if kg <= load) <= high + 1e-9


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
    before, after = (carried(stock(*some))["wanted_high"][0] for some in (rows, [*rows, ("S", "X", family, more)]))
    assert after >= before - 1e-9


@given(records, st.floats(0.001, 1000.0))
def test_all_weights_times_a_factor_are_the_index_times_it(held: list[tuple[str, int]], factor: float) -> None:
    frame = stock(*(("S", "X", name, pieces) for name, pieces in held))
    plain, scaled = carried(frame)["wanted_high"][0], carried(frame, shipped().scaled(factor))["wanted_high"][0]
    assert scaled == pytest.approx(plain * factor)
