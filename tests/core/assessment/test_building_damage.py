"""Tiers of damage: where each begins, and how many buildings reach it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.building_damage import damaged_buildings, tier_reached, tiers
from rasr.core.basis.findings import Refused


def test_tiers_and_their_k_factors_are_those_of_the_published_table() -> None:
    assert [tier.k_m_per_kg13 for tier in tiers()] == [44.4, 22.2, 14.8, 11.1, 9.6, 8.0, 3.6]
    assert [tier.pressure_kpa for tier in tiers()] == [2, 5, 9, 11, 16, 21, 70]
    assert {tier.pressure_kpa: tier.cost_share for tier in tiers() if tier.cost_share} == {9.0: 0.1, 11.0: 0.2}
    assert {tier.status for tier in tiers()} == {"secondary"}


@pytest.mark.parametrize("number", range(7))
def test_a_tier_begins_at_its_pressure(number: int) -> None:
    kpa = tiers()[number].pressure_kpa
    far_m = np.linspace(1.0, 400.0, 40_000)
    pressure = airblast.incident_pressure_kpa(1000.0, far_m)
    at = int(np.flatnonzero(pressure >= kpa)[-1])
    if at + 1 < len(far_m):
        assert tier_reached(1000.0, far_m[at : at + 2]).tolist() == [number + 1, number]
    else:
        assert number == 0, "only the lightest tier reaches beyond"


def test_too_near_all_are_reached_and_beyond_none() -> None:
    assert tier_reached(1000.0, [0.0, 0.5, 400.1, 1e9]).tolist() == [7, 7, 0, 0]
    assert tier_reached(0.0, [0.0]).tolist() == [0]


def test_share_of_damaged_buildings() -> None:
    table = damaged_buildings(1000.0, [20.0, 60.0, 120.0, 210.0, 5000.0], [1, 2, 3, 4, 10])
    reached = tier_reached(1000.0, [20.0, 60.0, 120.0, 210.0, 5000.0])
    for row in table.iter_rows(named=True):
        hurt = sum(count for count, tier in zip([1, 2, 3, 4, 10], reached, strict=True) if tier >= row["tier"])
        assert (row["buildings"], row["share"]) == (hurt, pytest.approx(hurt / 20))
    assert table["share"].is_sorted(descending=True)
    assert damaged_buildings(1000.0, [])["share"].to_list() == [None] * 7


@given(st.floats(1.0, 1e6), st.floats(0.0, 1e4), st.floats(0.0, 1e4))
def test_farther_away_is_never_worse(tnt_kg: float, one_m: float, other_m: float) -> None:
    near, far = tier_reached(tnt_kg, sorted((one_m, other_m)))
    assert near >= far


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(Refused, match="out_of_range"):
        tier_reached(1000.0, [np.nan])
