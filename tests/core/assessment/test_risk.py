"""Danger of stores by pairs, and the response read at other quantities: against sums made plainly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.assessment.made_situation import DEG_PER_M, sited, stores

from rasr.core.assessment.explosives import neighbours
from rasr.core.assessment.explosives.consequence import harm
from rasr.core.assessment.explosives.neighbours import kinds, near, nearest_m, on_sphere_m, pairs_within
from rasr.core.assessment.explosives.response import QUANTITY_KG, RING_M, gathered, reach_of_harm
from rasr.core.assessment.explosives.rule_sets import shipped
from rasr.core.assessment.explosives.situation import danger_of
from rasr.core.reference import loader


def plainly(kg: float, metres: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """Fatalities (3,) of an event of so much at the start of the line."""
    return np.asarray((harm("inhabited_building", kg, metres).fatal * persons).sum(axis=1))


def test_harm_is_the_sum_over_pairs_by_day_and_by_night() -> None:
    metres = np.geomspace(20.0, 2_000.0, 300)
    day, night = np.linspace(0.0, 9.0, 300), np.linspace(5.0, 1.0, 300)
    danger = danger_of(stores(sited(metres, day, night), [8_000.0]))
    assert danger.by_time[:, 0, 0] == pytest.approx(plainly(8_000.0, metres, day), rel=1e-6)
    assert danger.by_time[:, 0, 1] == pytest.approx(plainly(8_000.0, metres, night), rel=1e-6)
    assert danger.fatalities_per_event[:, 0] == pytest.approx(plainly(8_000.0, metres, (day + night) / 2), rel=1e-6)
    assert danger.by_relation[:, 0, 2] == pytest.approx(danger.fatalities_per_event[:, 0])
    assert danger.by_relation[:, 0, :2].max() == 0.0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(100.0, 300_000.0))
def test_the_response_is_near_the_sum_at_other_quantities(seed: int, now_kg: float) -> None:
    """Within one per cent of the fatalities now, for some hundred houses, at any share of the quantity."""
    rng = np.random.default_rng(seed)
    metres = rng.uniform(20.0, 30.0 * np.cbrt(now_kg), 200)
    persons = rng.uniform(0.0, 9.0, 200)
    danger = danger_of(stores(sited(metres, persons, persons), [now_kg]))
    share = np.array([0.001, 0.03, 0.2, 0.7, 1.0, 1.3])
    found = danger.fatalities_at(np.broadcast_to(now_kg * share, (3, 1, 6)))[:, 0]
    for number, part in enumerate(share):
        expected = plainly(now_kg * part, metres, persons)
        assert found[:, number] == pytest.approx(expected, abs=0.01 * max(danger.fatalities_per_event[2, 0], 0.1))
    assert found[:, 4] == pytest.approx(danger.fatalities_per_event[:, 0])
    assert (np.diff(found, axis=1) >= -1e-9).all()


def test_nothing_held_kills_nobody_and_a_gram_hardly_anybody() -> None:
    danger = danger_of(stores(sited([5.0, 80.0]), [1_000.0]))
    none, gram = danger.fatalities_at(np.broadcast_to(np.array([0.0, 0.001]), (3, 1, 2)))[1, 0]
    assert none == 0.0
    assert 0.0 <= gram < 0.1


def test_above_the_greatest_quantity_the_response_rises_no_more() -> None:
    danger = danger_of(stores(sited(np.geomspace(5_000.0, 50_000.0, 50)), [5e7]))
    tnt_kg = np.broadcast_to(np.array([QUANTITY_KG[-1], 2.0 * QUANTITY_KG[-1], 1e10]), (3, 1, 3))
    at_last, beyond, far_beyond = danger.fatalities_at(tnt_kg)[1, 0]
    assert at_last > danger.fatalities_per_event[1, 0]
    assert (beyond, far_beyond) == pytest.approx((at_last, at_last), rel=1e-12)


def test_a_table_of_lethality_of_ones_own_counts_at_every_quantity(tmp_path: Path) -> None:
    """Buildings that bear twice the pressure: at another quantity than that held, and the shipped ones again after."""
    own = tmp_path / "explosives" / "building_lethality.csv"
    own.parent.mkdir()
    rows = pl.DataFrame(loader.rows("explosives/building_lethality.csv"))
    rows.with_columns(pressure_kpa=pl.col("pressure_kpa").cast(pl.Float64) * 2.0).write_csv(own)
    metres, half = np.geomspace(60.0, 600.0, 40), np.full((3, 1, 1), 4_000.0)
    here = stores(sited(metres), [8_000.0])
    shipped_ones = danger_of(here).fatalities_at(half)[1].item()
    try:
        loader.use_folder(tmp_path)
        expected = plainly(4_000.0, metres, np.full(40, 4.0))[1]
        found = danger_of(here).fatalities_at(half)[1].item()
    finally:
        loader.use_folder(None)
    assert found == pytest.approx(float(expected), rel=0.002)
    assert found < 0.8 * shipped_ones
    assert danger_of(here).fatalities_at(half)[1].item() == shipped_ones


def test_no_quantities_have_no_events() -> None:
    assert stores(sited([]), [1_000.0, 0.0]).events_at(np.zeros((2, 0))).shape == (3, 2, 0)


def test_one_store_alone_keeps_all_that_is_its_own() -> None:
    book, built = shipped(), pl.Series(["unknown", "earth_covered_magazine", "unknown"])
    many = stores(sited([100.0]), [1_000.0, 2_000.0, 3_000.0])
    factors = np.arange(9.0).reshape(3, 3)
    many = replace(many, barricaded=np.array([False, True, False]), factors=factors, construction=built, book=book)
    nobody = sited([])
    one = many.only(1, nobody)
    assert (one.store_ids.to_list(), one.groups_kg.tolist()) == (["S1"], [[2_000.0, 0.0, 0.0, 0.0]])
    assert (one.barricaded.tolist(), one.factors.tolist()) == ([True], [[1.0], [4.0], [7.0]])
    assert one.construction is not None
    assert one.construction.to_list() == ["earth_covered_magazine"]
    assert one.points_m.tolist() == [many.points_m[1].tolist()]
    assert (one.frequency_method, one.exposures, one.book) == (many.frequency_method, nobody, book)


def test_individual_risk_adds_up_over_stores() -> None:
    """Midway between two stores, where the first alone would give half."""
    between = sited([60.0])
    both = danger_of(stores(between, [3_000.0, 3_000.0], metres=[0.0, 120.0]))
    one = danger_of(stores(between, [3_000.0]))
    assert both.individual_per_year[:, 0] == pytest.approx(2.0 * one.individual_per_year[:, 0], rel=1e-4)
    assert both.worst_exposure.tolist() == [[-1, -1, 0], [-1, -1, 0]]
    assert both.worst_individual_per_year[:, 1, 2] == pytest.approx(both.individual_per_year[:, 0])
    assert both.worst_individual_per_year[:, :, :2].max() == 0.0


def test_an_empty_house_has_an_individual_risk_too() -> None:
    danger = danger_of(stores(sited([50.0], 0.0, 0.0), [5_000.0]))
    assert danger.fatalities_per_event[2, 0] == 0.0
    assert danger.individual_per_year[1, 0] > 1e-5


def test_blocks_are_small_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    crowd = sited(rng.uniform(0.0, 30_000.0, 2_000), rng.uniform(0.0, 9.0, 2_000), 1.0)
    here = stores(crowd, list(rng.uniform(10.0, 50_000.0, 30)), metres=list(rng.uniform(0.0, 30_000.0, 30)))
    whole = danger_of(here)
    monkeypatch.setattr(neighbours, "PAIRS_PER_BLOCK", 500)
    monkeypatch.setattr(neighbours, "STORES_PER_BLOCK", 4)
    blocks = list(pairs_within(crowd, here.points_m, np.full(30, 3_000.0)))
    assert len(blocks) >= 8
    assert max(block.last - block.first for block in blocks) <= 4
    parts = danger_of(here)
    assert parts.fatalities_per_event == pytest.approx(whole.fatalities_per_event, rel=1e-12)
    assert parts.individual_per_year == pytest.approx(whole.individual_per_year, rel=1e-12)


def test_persons_are_shared_between_rings_and_none_is_lost() -> None:
    metres = np.array([0.0, 0.6, 123.4, 1e6])
    persons = np.array([1.0, 2.0, 3.0, 4.0])
    kind = np.zeros(4, np.int8)
    table = gathered(np.array([0, 1, 1, 0]), kind, metres, persons, 2).reshape(2, len(kinds()), -1)
    assert table.sum(axis=(1, 2)).tolist() == pytest.approx([5.0, 5.0])
    assert table[:, 1:].max() == 0.0
    inner = int(np.searchsorted(RING_M, 123.4)) - 1
    assert (table[1, 0, inner : inner + 2] * RING_M[inner : inner + 2]).sum() == pytest.approx(3.0 * 123.4, rel=1e-3)
    assert (table[1, 0, inner : inner + 2] > 0).all()


@pytest.mark.parametrize("number", range(5))
def test_beyond_the_reach_of_harm_nobody_is_hurt(number: int) -> None:
    kg = QUANTITY_KG[::3]
    hurt = harm(kinds()[number], kg, reach_of_harm(number) * np.cbrt(kg) * 1.0001)
    assert max(float(part.max()) for part in (hurt.fatal, hurt.major, hurt.minor)) < 1e-9


def test_nobody_at_all() -> None:
    danger = danger_of(stores(sited([]), [1_000.0, 0.0]))
    assert danger.fatalities_per_year.max() == 0.0
    assert danger.events_per_year[1].tolist() == [pytest.approx(1.5e-4 + 1.5e-7), 0.0]
    assert danger.worst_individual_per_year.shape == (3, 2, 3)
    assert np.isinf(nearest_m(sited([]), on_sphere_m([41.0], [20.0]))).all()


def test_what_lies_beyond_the_box_is_left_out() -> None:
    """A kilometre is 0.009 degrees of latitude; at 41 N 0.0119 of longitude."""
    table = pl.DataFrame(
        {"latitude_deg": [41.0, 41.0, 41.0, 41.0085, 41.0095], "longitude_deg": [20.0115, 20.0125, 20.5, 20.0, 20.0]}
    )
    assert near(table, 41.0, 20.0, 1_000.0).rows() == [(41.0, 20.0115), (41.0085, 20.0)]


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-90.0, 90.0), st.floats(-180.0, 180.0), st.floats(1.0, 100_000.0), st.floats(0.0, 360.0), st.floats(0, 1)
)
def test_what_is_within_reach_is_in_the_box(
    latitude: float, longitude: float, reach_m: float, bearing: float, share: float
) -> None:
    """A point on the sphere at a bearing and a part of the reach is never left out, poles and date line included."""
    turn, angle = np.radians(bearing), share * 0.999 * reach_m * np.radians(DEG_PER_M)
    here, high = np.radians(longitude), np.radians(latitude)
    north = np.arcsin(np.clip(np.sin(high) * np.cos(angle) + np.cos(high) * np.sin(angle) * np.cos(turn), -1.0, 1.0))
    east = here + np.arctan2(np.sin(turn) * np.sin(angle) * np.cos(high), np.cos(angle) - np.sin(high) * np.sin(north))
    place = {"latitude_deg": [float(np.degrees(north))], "longitude_deg": [float((np.degrees(east) + 180) % 360 - 180)]}
    assert near(pl.DataFrame(place), latitude, longitude, reach_m).height == 1
