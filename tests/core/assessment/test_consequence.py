"""Shares of people that die, against hand calculation and the laws they must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.consequence import blast_share, building_shares, fatality_shares
from rasr.core.assessment.explosives.neighbours import kinds
from rasr.core.reference import loader

P0_PA, BODY_KG = 99_974.0, 70.0
mass_kg = st.floats(1.0, 500_000.0)
distance_m = st.floats(1.0, 3000.0)
kind = st.sampled_from(kinds())


def by_hand(on_person_pa: float, impulse_pa_s: float) -> float:
    lung = 4.2 / (on_person_pa / P0_PA) + 1.3 / (impulse_pa_s / (P0_PA**0.5 * BODY_KG ** (1 / 3)))
    body = 7280 / on_person_pa + 1.3e9 / (on_person_pa * impulse_pa_s)
    skull = 2430 / on_person_pa + 4e8 / (on_person_pa * impulse_pa_s)
    deviates = (-5.74 * np.log(lung), -2.44 * np.log(body), -8.49 * np.log(skull))
    return float(1 - np.prod([1 - norm.cdf(z) for z in deviates]))


def test_people_in_the_open_by_hand() -> None:
    side_on_pa, impulse_pa_s = 120_000.0, 3_000.0
    on_person_pa = side_on_pa + 2.5 * side_on_pa**2 / (side_on_pa + 7 * P0_PA)
    expected = by_hand(on_person_pa, impulse_pa_s)
    found = blast_share(np.array([side_on_pa / 1000.0]), np.array([impulse_pa_s]), indoors=False)
    assert 0.01 < expected < 0.99
    assert found[0] == pytest.approx(expected, rel=1e-9)


def test_people_indoors_feel_the_reflected_pressure() -> None:
    side_on_pa, impulse_pa_s = 60_000.0, 3_000.0
    reflected_pa = 2 * side_on_pa * (7 * P0_PA + 4 * side_on_pa) / (7 * P0_PA + side_on_pa)
    found = blast_share(np.array([60.0]), np.array([impulse_pa_s]), indoors=True)
    assert found[0] == pytest.approx(by_hand(reflected_pa, impulse_pa_s), rel=1e-9)


def test_scaled_impulse_is_the_one_in_pounds_and_inches() -> None:
    """0.005291 per psi ms, as the equations are quoted, is 1 / (sqrt(P0) m^(1/3)) in SI."""
    pa_s_per_psi_ms = 6.895
    assert pa_s_per_psi_ms / (P0_PA**0.5 * BODY_KG ** (1 / 3)) == pytest.approx(0.005291, rel=1e-3)


@pytest.mark.parametrize("building", ["inhabited_building", "vulnerable_building", "workshop"])
def test_building_table_is_met_at_its_tiers_and_is_zero_below(building: str) -> None:
    rows = [row for row in loader.rows("explosives/building_lethality.csv") if row["exposure_kind"] == building]
    assert [float(row["pressure_kpa"]) for row in rows] == [5, 9, 16, 21, 35, 70, 200]
    for row in rows:
        found = building_shares(building, np.array([float(row["pressure_kpa"])]))[:, 0]
        assert found == pytest.approx([float(row["low"]), float(row["central"]), float(row["high"])])
        assert row["source"] == "assumed"
    assert building_shares(building, np.array([4.99])).tolist() == [[0.0]] * 3
    middle = building_shares(building, np.array([np.sqrt(9.0 * 16.0)]))[1, 0]
    central = [float(row["central"]) for row in rows]
    assert middle == pytest.approx((central[1] + central[2]) / 2)


def test_blast_and_building_combine() -> None:
    mass, distance = 10_000.0, 80.0
    pressure = airblast.incident_pressure_kpa(mass, [distance])
    impulse = airblast.incident_impulse_pa_s(mass, [distance])
    blast, building = blast_share(pressure, impulse, indoors=True), building_shares("workshop", pressure)
    assert fatality_shares("workshop", mass, distance) == pytest.approx(1 - (1 - blast) * (1 - building))


@given(kind, mass_kg)
def test_nobody_lives_inside_and_nobody_dies_beyond(kind: str, mass_kg: float) -> None:
    cube_root = np.cbrt(mass_kg)
    shares = fatality_shares(kind, mass_kg, [0.0, 0.06 * cube_root, 40.01 * cube_root])
    assert shares.tolist() == [[1.0, 1.0, 0.0]] * 3


def test_no_explosive_no_harm() -> None:
    assert fatality_shares("open_air", 0.0, [0.0, 10.0]).tolist() == [[0.0, 0.0]] * 3


@given(kind, mass_kg, mass_kg, distance_m)
def test_more_explosive_never_kills_fewer(kind: str, one_kg: float, other_kg: float, distance_m: float) -> None:
    less, more = sorted((one_kg, other_kg))
    shares = fatality_shares(kind, [less, more], distance_m)
    assert (shares[:, 1] >= shares[:, 0] - 1e-9).all()


@given(kind, mass_kg, distance_m, distance_m)
def test_farther_away_never_kills_more(kind: str, mass_kg: float, one_m: float, other_m: float) -> None:
    near, far = sorted((one_m, other_m))
    shares = fatality_shares(kind, mass_kg, [near, far])
    assert (shares[:, 0] >= shares[:, 1] - 1e-9).all()


@given(kind, mass_kg, distance_m)
def test_low_central_high_are_shares_in_order(kind: str, mass_kg: float, distance_m: float) -> None:
    low, central, high = fatality_shares(kind, mass_kg, distance_m)[:, 0]
    assert 0.0 <= low <= central <= high <= 1.0


@given(mass_kg, distance_m)
def test_a_vulnerable_building_is_never_safer(mass_kg: float, distance_m: float) -> None:
    vulnerable = fatality_shares("vulnerable_building", mass_kg, distance_m)
    assert (vulnerable >= fatality_shares("inhabited_building", mass_kg, distance_m)).all()
