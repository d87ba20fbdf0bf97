"""What the blast does to a body, against hand calculation and the units of the source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from rasr.core.assessment.explosives.injuries import blast_shares, fatal_share
from rasr.core.reference import loader

P0_PA, BODY_KG = 99_974.0, 70.0
KPA_PER_PSI = 6.894757


def by_hand(on_person_pa: float, impulse_pa_s: float) -> list[float]:
    lung = 4.2 / (on_person_pa / P0_PA) + 1.3 / (impulse_pa_s / (P0_PA**0.5 * BODY_KG ** (1 / 3)))
    body = 7280 / on_person_pa + 1.3e9 / (on_person_pa * impulse_pa_s)
    skull = 2430 / on_person_pa + 4e8 / (on_person_pa * impulse_pa_s)
    return [float(norm.cdf(z)) for z in (-5.74 * np.log(lung), -2.44 * np.log(body), -8.49 * np.log(skull))]


def any_of(*shares: float) -> float:
    return float(1 - np.prod([1 - share for share in shares]))


def frontal_pa(side_on_pa: float) -> float:
    return side_on_pa + 2.5 * side_on_pa**2 / (side_on_pa + 7 * P0_PA)


def test_deaths_in_the_open_by_hand() -> None:
    side_on_pa, impulse_pa_s = 120_000.0, 3_000.0
    expected = any_of(*by_hand(frontal_pa(side_on_pa), impulse_pa_s))
    found = fatal_share(np.array([side_on_pa / 1000.0]), np.array([impulse_pa_s]), indoors=False)
    assert 0.01 < expected < 0.99
    assert found[0] == pytest.approx(expected, rel=1e-9)


def test_deaths_by_each_cause_by_hand() -> None:
    """Pressures so high that the lung counts, and so low that only being thrown does."""
    for side_on_pa, impulse_pa_s in ((400_000.0, 1_500.0), (90_000.0, 2_000.0), (2_000_000.0, 400.0)):
        expected = any_of(*by_hand(frontal_pa(side_on_pa), impulse_pa_s))
        found = fatal_share(np.array([side_on_pa / 1000.0]), np.array([impulse_pa_s]), indoors=False)
        assert found[0] == pytest.approx(expected, rel=1e-7, abs=1e-14)


def test_indoors_the_reflected_pressure_is_felt() -> None:
    side_on_pa, impulse_pa_s = 60_000.0, 3_000.0
    reflected_pa = 2 * side_on_pa * (7 * P0_PA + 4 * side_on_pa) / (7 * P0_PA + side_on_pa)
    found = fatal_share(np.array([60.0]), np.array([impulse_pa_s]), indoors=True)
    assert found[0] == pytest.approx(any_of(*by_hand(reflected_pa, impulse_pa_s)), rel=1e-9)


def test_scaled_impulse_is_the_one_in_pounds_and_inches() -> None:
    """0.005291 per psi ms, as the equations are quoted, is 1 / (sqrt(P0) m^(1/3)) in SI."""
    pa_s_per_psi_ms = 6.895
    assert pa_s_per_psi_ms / (P0_PA**0.5 * BODY_KG ** (1 / 3)) == pytest.approx(0.005291, rel=1e-3)


@pytest.mark.parametrize(
    ("side_on_psi", "impulse_pa_s"),
    [(12.0, 4_000.0), (25.0, 2_500.0), (60.0, 900.0), (10.0, 2_500.0), (20.0, 1_500.0), (15.0, 1_500.0)],
)
def test_injuries_by_hand(side_on_psi: float, impulse_pa_s: float) -> None:
    """Lung 0.01 P - 0.18 and 0.032 P - 0.046 in psi; thrown 1 - exp(-7 x the graver share)."""
    lung, body, skull = by_hand(frontal_pa(side_on_psi * KPA_PER_PSI * 1000.0), impulse_pa_s)
    body_major = 1 - np.exp(-7 * body)
    fatal = any_of(lung, body, skull)
    major = max(fatal, any_of(np.clip(0.01 * side_on_psi - 0.18, 0, 1), body_major))
    minor = max(major, any_of(np.clip(0.032 * side_on_psi - 0.046, 0, 1), 1 - np.exp(-7 * body_major)))
    found = blast_shares(np.array([side_on_psi * KPA_PER_PSI]), np.array([impulse_pa_s]), indoors=False)
    assert found.fatal[0] == pytest.approx(fatal, rel=1e-6, abs=1e-14)
    assert found.major[0] == pytest.approx(major, rel=1e-5, abs=1e-12)
    assert found.minor[0] == pytest.approx(minor, rel=1e-5)


def test_figures_in_kpa_are_those_in_psi() -> None:
    rows = {row["severity"]: row for row in loader.rows("explosives/injuries.csv") if row["injury"] == "lung"}
    for severity, per_psi in (("major", 0.01), ("minor", 0.032)):
        assert float(rows[severity]["slope_per_kpa"]) * KPA_PER_PSI == pytest.approx(per_psi, rel=1e-6)
        assert rows[severity]["status"] == "secondary"


@given(st.floats(1.0, 1e5), st.floats(1.0, 1e6), st.booleans())
def test_graver_is_never_likelier(pressure_kpa: float, impulse_pa_s: float, indoors: bool) -> None:
    found = blast_shares(np.array([pressure_kpa]), np.array([impulse_pa_s]), indoors=indoors)
    assert 0.0 <= found.fatal[0] <= found.major[0] <= found.minor[0] <= 1.0
    assert found.fatal == fatal_share(np.array([pressure_kpa]), np.array([impulse_pa_s]), indoors=indoors)


@given(st.floats(1.0, 1e4), st.floats(1.0, 1e5), st.floats(1.0, 3.0))
def test_more_blast_never_hurts_less(pressure_kpa: float, impulse_pa_s: float, more: float) -> None:
    less = blast_shares(np.array([pressure_kpa]), np.array([impulse_pa_s]), indoors=False)
    stronger = blast_shares(np.array([pressure_kpa * more]), np.array([impulse_pa_s * more]), indoors=False)
    for severity in ("fatal", "major", "minor"):
        assert getattr(stronger, severity)[0] >= getattr(less, severity)[0] - 1e-12
