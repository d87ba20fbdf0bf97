"""Airblast against what is published: the table of Swisdak 1994, the damage tiers of IATG 02.20, shock relations."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.airblast import FREE_AIR, SURFACE_BURST, SWISDAK_SURFACE_BURST
from rasr.core.basis.findings import Refused

PARAMETERS: tuple[airblast.Parameter, ...] = (
    "incident_pressure",
    "reflected_pressure",
    "incident_impulse",
    "reflected_impulse",
    "arrival_time",
    "positive_duration",
    "shock_velocity",
)
ALL_CURVES = [SURFACE_BURST, FREE_AIR, SWISDAK_SURFACE_BURST]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_simplified_curves_give_their_published_table(parameter: airblast.Parameter) -> None:
    table = Path(__file__).parent / "data" / "swisdak_1994_metric.csv"
    with table.open() as handle:
        points = [(float(row["z"]), float(row[parameter])) for row in csv.DictReader(handle) if row[parameter]]
    z, published = np.array(points).T
    found = airblast.at_scaled_distance(parameter, z, SWISDAK_SURFACE_BURST)
    assert len(points) >= 24
    # 0.62 % is the rounding of a small arrival time printed with three decimals
    assert np.abs(found / published - 1.0).max() <= (0.0063 if parameter == "arrival_time" else 0.0021)


@pytest.mark.parametrize(
    ("parameter", "bound"),
    [
        ("incident_pressure", 0.0136),
        ("incident_impulse", 0.0215),
        ("positive_duration", 0.0165),
        ("reflected_pressure", 0.0096),
        ("shock_velocity", 0.0101),
        ("arrival_time", 0.0031),
        ("reflected_impulse", 0.0002),
    ],
)
def test_full_curves_lie_as_near_the_simplified_ones_as_was_found(parameter: airblast.Parameter, bound: float) -> None:
    z = np.geomspace(0.2, 40.0, 4000)
    full = airblast.at_scaled_distance(parameter, z)
    simplified = airblast.at_scaled_distance(parameter, z, SWISDAK_SURFACE_BURST)
    assert np.abs(simplified / full - 1.0).max() <= bound


@pytest.mark.parametrize(
    ("k", "pressure_kpa"),
    [(22.2, 5.32), (14.8, 8.85), (11.1, 12.85), (9.6, 15.67), (8.0, 20.34), (3.6, 79.7), (2.4, 188.0)],
)
def test_distance_factors_meet_the_damage_tiers(k: float, pressure_kpa: float) -> None:
    found = float(airblast.incident_pressure_kpa(1000.0, k * 10.0))
    assert found == pytest.approx(pressure_kpa, rel=0.002)


def test_the_vulnerable_building_tier_lies_beyond_the_full_curves() -> None:
    with pytest.raises(Refused) as refused:
        airblast.incident_pressure_kpa(1.0, 44.4)
    assert refused.value.code == "out_of_range"
    assert float(airblast.incident_pressure_kpa(1.0, 44.4, SWISDAK_SURFACE_BURST)) == pytest.approx(2.05, rel=0.002)


@pytest.mark.parametrize("curves", ALL_CURVES)
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_branches_join(parameter: airblast.Parameter, curves: airblast.Curves) -> None:
    branches = airblast.branches_of(parameter, curves)
    for lower, upper in itertools.pairwise(branches):
        assert lower.z_max == upper.z_min
        at_join = np.log(np.array([lower.z_max]))
        assert upper(at_join)[0] == pytest.approx(lower(at_join)[0], rel=0.025)


@pytest.mark.parametrize("curves", [SURFACE_BURST, FREE_AIR])
def test_pressure_falls_and_the_front_arrives_later_with_distance(curves: airblast.Curves) -> None:
    z = np.geomspace(*airblast.limits("incident_pressure", curves), 4001)
    for parameter in ("incident_pressure", "reflected_pressure", "reflected_impulse"):
        assert (np.diff(airblast.at_scaled_distance(parameter, z, curves, "clamp")) < 0).all()
    assert (np.diff(airblast.at_scaled_distance("arrival_time", z, curves, "clamp")) > 0).all()


@pytest.mark.parametrize("curves", [SURFACE_BURST, FREE_AIR])
def test_front_moves_as_its_pressure_demands(curves: airblast.Curves) -> None:
    """Rankine-Hugoniot for air at sea level, where it is an ideal gas: U = a0 sqrt(1 + 6 P / (7 P0))."""
    z = np.geomspace(1.5, 38.0, 300)
    pressure = airblast.at_scaled_distance("incident_pressure", z, curves)
    velocity = airblast.at_scaled_distance("shock_velocity", z, curves)
    ideal_m_per_ms = 0.3403 * np.sqrt(1.0 + 6.0 * pressure / (7.0 * 101.325))
    assert np.abs(velocity / ideal_m_per_ms - 1.0).max() < 0.02


@given(st.floats(1.0, 1e6), st.floats(0.1, 39.0), st.floats(1.01, 100.0))
def test_scaling_law(mass_kg: float, z: float, factor: float) -> None:
    near, far = z * np.cbrt(mass_kg), z * np.cbrt(mass_kg * factor)
    pressures = airblast.incident_pressure_kpa([mass_kg, mass_kg * factor], [near, far])
    impulses = airblast.incident_impulse_pa_s([mass_kg, mass_kg * factor], [near, far])
    assert pressures[1] == pytest.approx(pressures[0], rel=1e-9)
    assert impulses[1] == pytest.approx(impulses[0] * np.cbrt(factor), rel=1e-9)


def test_outside_is_refused_clamped_or_nan() -> None:
    with pytest.raises(Refused, match="out_of_range"):
        airblast.incident_pressure_kpa(1.0, [1.0, 41.0])
    at_limit = float(airblast.incident_pressure_kpa(1.0, 40.0))
    assert airblast.incident_pressure_kpa(1.0, [41.0], outside="clamp").tolist() == [at_limit]
    assert np.isnan(airblast.incident_pressure_kpa(1.0, [1.0, 41.0], outside="nan")).tolist() == [False, True]


def test_blast_of_one_case() -> None:
    found = airblast.blast(1000.0, 100.0)
    assert found.scaled_distance_m_per_kg13 == pytest.approx(10.0)
    assert found.arrival_time_s is not None
    assert 0.2 < found.arrival_time_s < 100.0 / 340.0  # the front outruns sound
    assert (found.coefficient_set, found.status) == ("kingery_bulmash_1984_full", "secondary")


def test_blast_close_by_has_no_duration_and_nothing_inside() -> None:
    assert airblast.blast(1000.0, 1.0).positive_duration_s is None
    with pytest.raises(Refused, match="out_of_range"):
        airblast.blast(1000.0, 0.5)


@pytest.mark.parametrize(("mass_kg", "distance_m"), [(0.0, 1.0), (-1.0, 1.0), (1.0, float("nan")), (float("inf"), 1.0)])
def test_blast_refuses_what_is_no_quantity(mass_kg: float, distance_m: float) -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        airblast.blast(mass_kg, distance_m)


def test_unknown_coefficients_are_refused() -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        airblast.blast(1.0, 1.0, airblast.Curves("swisdak_1994", "spherical_free_air"))
