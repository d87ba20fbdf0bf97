"""Airblast as a function of arrays: shapes, blocks, branches, what is outside, and the way back from a pressure."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rasr
from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.airblast import (
    FREE_AIR,
    NAMES,
    SURFACE_BURST,
    SWISDAK_ENGLISH_SURFACE_BURST,
    SWISDAK_SURFACE_BURST,
)
from rasr.core.basis.findings import Refused

ALL_CURVES = [SURFACE_BURST, FREE_AIR, SWISDAK_SURFACE_BURST, SWISDAK_ENGLISH_SURFACE_BURST]
PRESSURES: list[airblast.Pressure] = ["incident_pressure", "reflected_pressure"]
masses = st.floats(0.01, 1e7)


def test_the_facade_gives_named_arrays_of_the_common_shape() -> None:
    wave = rasr.airblast([[1000.0], [5000.0]], [50.0, 100.0, 200.0])
    for name in NAMES:
        values = getattr(wave, name)
        assert values.shape == (2, 3)
        assert np.isfinite(values).all()
        for row, mass in enumerate((1000.0, 5000.0)):
            for column, distance in enumerate((50.0, 100.0, 200.0)):
                alone = getattr(rasr.airblast(mass, distance), name)
                assert alone.shape == ()
                assert values[row, column] == pytest.approx(float(alone), rel=1e-13)
    assert not wave.outside.any()
    assert (wave.coefficient_set, wave.status) == ("kingery_bulmash_1984_full", "secondary")
    assert wave.source.startswith("Kingery and Bulmash 1984")


def test_geometry_and_method_choose_the_curves() -> None:
    ground, air = rasr.airblast(1000.0, 100.0), rasr.airblast(1000.0, 100.0, "spherical")
    assert air.geometry == "spherical_free_air"
    assert 0.6 < air.incident_pressure_kpa / ground.incident_pressure_kpa < 0.9
    simplified = rasr.airblast(1000.0, 100.0, method="swisdak")
    assert simplified.incident_pressure_kpa != ground.incident_pressure_kpa
    assert simplified.incident_pressure_kpa == pytest.approx(float(ground.incident_pressure_kpa), rel=0.0136)
    for wrong in ({"geometry": "cubic"}, {"method": "guess"}, {"geometry": "spherical", "method": "swisdak"}):
        with pytest.raises(Refused, match="unknown_rule"):
            rasr.airblast(1.0, 10.0, **wrong)


def test_units_of_the_seven() -> None:
    wave, z = rasr.airblast(8.0, 20.0), 10.0
    assert wave.scaled_distance_m_per_kg13 == pytest.approx(z)
    for name, parameter in zip(NAMES, airblast.PARAMETERS, strict=True):
        scaled = float(airblast.at_scaled_distance(parameter, z))
        factor = 1000.0 if parameter == "shock_velocity" else 2.0 if parameter in airblast.GROWS_WITH_CHARGE else 1.0
        assert getattr(wave, name) == pytest.approx(factor * scaled, rel=1e-12)
    assert 20.0 / 1500.0 < wave.arrival_time_ms / 1000.0 < 20.0 / 340.0  # the front outruns sound


def test_outside_is_nan_and_a_flag() -> None:
    wave = rasr.airblast(1.0, [0.05, 0.1, 1.0, 40.0, 40.01])
    assert wave.outside.tolist() == [True, True, False, False, True]
    assert np.isnan(wave.incident_pressure_kpa).tolist() == [True, False, False, False, True]
    assert np.isnan(wave.positive_duration_ms).tolist() == [True, True, False, False, True]


@pytest.mark.parametrize("curves", ALL_CURVES)
@pytest.mark.parametrize("parameter", airblast.PARAMETERS)
def test_both_limits_belong_to_what_is_defined(parameter: airblast.Parameter, curves: airblast.Curves) -> None:
    nearest, farthest = airblast.limits(parameter, curves)
    z = [nearest, farthest, np.nextafter(nearest, 0.0), np.nextafter(farthest, np.inf)]
    found = airblast.at_scaled_distance(parameter, z, curves, "nan")
    assert np.isnan(found).tolist() == [False, False, True, True]
    for within in (nearest, farthest):
        assert np.isfinite(airblast.at_scaled_distance(parameter, within, curves))


def test_the_flag_begins_beyond_the_narrowest_limits() -> None:
    z = [0.178, np.nextafter(0.178, 0.0), 40.0, np.nextafter(40.0, 41.0)]
    assert rasr.airblast(1.0, z).outside.tolist() == [False, True, False, True]


def test_beyond_z_40_the_simplified_pressure_is_not_lost() -> None:
    wave = rasr.airblast(1.0, 100.0, method="swisdak")
    assert wave.outside
    assert np.isfinite([wave.incident_pressure_kpa, wave.incident_impulse_kpa_ms]).all()
    assert np.isnan([wave.reflected_pressure_kpa, wave.arrival_time_ms, wave.shock_velocity_m_s]).all()


@pytest.mark.parametrize("distance_m", [0.0, 0.1, 41.0])
def test_outside_is_refused_by_choice(distance_m: float) -> None:
    with pytest.raises(Refused, match="out_of_range") as refused:
        rasr.airblast(1.0, [1.0, distance_m], outside="refuse")
    assert refused.value.numbers["value"] == distance_m


@pytest.mark.parametrize(
    ("mass_kg", "distance_m"),
    [(0.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (np.nan, 1.0), (np.inf, 1.0), (1.0, -1.0), (1.0, np.nan), (1.0, np.inf)],
)
def test_what_is_no_quantity_is_refused_or_nan_never_a_number(mass_kg: float, distance_m: float) -> None:
    masses_kg, distances_m = [1000.0, mass_kg], [100.0, distance_m]
    with pytest.raises(Refused, match="not_above_zero"):
        rasr.airblast(masses_kg, distances_m, outside="refuse")
    wave = rasr.airblast(masses_kg, distances_m)
    assert wave.outside.tolist() == [False, True]
    assert all(np.isnan(getattr(wave, name)).tolist() == [False, True] for name in NAMES)
    ways: list[Literal["nan", "clamp"]] = ["nan", "clamp"]
    for way in ways:
        for values in airblast.pressure_and_impulse(masses_kg, distances_m, outside=way):
            assert np.isnan(values).tolist() == [False, True]


def test_huge_and_tiny_quantities_stay_in_their_limits() -> None:
    wave = rasr.airblast([1e300, 1e-300, 1e300], [1e300, 1e-300, 1e101])
    assert wave.outside.tolist() == [True, True, False]
    assert np.isnan(wave.incident_pressure_kpa).tolist() == [True, True, False]


def test_clamp_takes_the_nearest_limit() -> None:
    at_limits = airblast.incident_pressure_kpa(1.0, [0.0674, 40.0])
    assert airblast.incident_pressure_kpa(1.0, [0.0, 41.0], outside="clamp") == pytest.approx(at_limits, rel=1e-12)
    assert airblast.incident_impulse_pa_s(1.0, [41.0], outside="clamp") == pytest.approx(
        airblast.incident_impulse_pa_s(1.0, [40.0]), rel=1e-12
    )
    with pytest.raises(Refused, match="out_of_range"):
        airblast.incident_pressure_kpa(1.0, [1.0, 41.0])


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(6)
    mass, z = 10.0 ** random.uniform(0, 5, 3000), 10.0 ** random.uniform(-1.3, 1.7, 3000)
    whole = rasr.airblast(mass, z * np.cbrt(mass))
    monkeypatch.setattr(airblast, "POINTS_PER_BLOCK", 17)
    parts = rasr.airblast(mass, z * np.cbrt(mass))
    for name in NAMES:
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-12)
    assert (parts.outside == whole.outside).all()


def test_no_points_give_no_values() -> None:
    wave = rasr.airblast(np.empty(0), np.empty((4, 0)))
    assert wave.incident_pressure_kpa.shape == (4, 0)
    assert wave.outside.shape == (4, 0)


def test_integers_and_strided_arrays_are_taken() -> None:
    distances = np.arange(0, 400, 2)[25:150:5]
    found, _ = airblast.pressure_and_impulse(np.int64(1000), distances)
    assert found == pytest.approx([float(airblast.incident_pressure_kpa(1000.0, float(each))) for each in distances])


@pytest.mark.parametrize("curves", ALL_CURVES)
@pytest.mark.parametrize("parameter", airblast.PARAMETERS)
def test_each_point_lies_on_the_branch_that_holds_there(parameter: airblast.Parameter, curves: airblast.Curves) -> None:
    branches = airblast.branches_of(parameter, curves)
    z = np.sort(np.concatenate([np.geomspace(branches[0].z_min, branches[-1].z_max, 301)[1:-1]] + [
        [np.nextafter(branch.z_min, np.inf), branch.z_max] for branch in branches
    ]))  # fmt: skip
    found = airblast.at_scaled_distance(parameter, z, curves)
    for value, each in zip(found, z, strict=True):
        (holds,) = [b for b in branches if b.z_min < each <= b.z_max]
        assert value == pytest.approx(holds(np.log([each]))[0], rel=1e-12)
    at_start = airblast.at_scaled_distance(parameter, branches[0].z_min, curves)
    assert at_start == pytest.approx(branches[0](np.log([branches[0].z_min]))[0], rel=1e-12)


@given(masses, st.floats(0.0674, 40.0))
def test_fused_is_the_same_as_one_by_one(mass_kg: float, z: float) -> None:
    distance = np.nextafter(z, 1.0) * np.cbrt(mass_kg)
    pressure, impulse = airblast.pressure_and_impulse(mass_kg, distance, outside="clamp")
    assert pressure == airblast.incident_pressure_kpa(mass_kg, distance, outside="clamp")
    assert impulse == airblast.incident_impulse_pa_s(mass_kg, distance, outside="clamp")


# The way back.


@pytest.mark.parametrize("curves", ALL_CURVES)
@pytest.mark.parametrize("parameter", PRESSURES)
@given(mass_kg=masses, share=st.floats(0.0, 1.0))
def test_distance_and_pressure_are_inverse(
    curves: airblast.Curves, parameter: airblast.Pressure, mass_kg: float, share: float
) -> None:
    nearest, farthest = airblast.limits(parameter, curves)
    z = float(np.clip(nearest * (farthest / nearest) ** share, nearest, farthest))
    pressure = float(airblast.at_scaled_distance(parameter, z, curves))
    distance = float(airblast.distance_to_pressure_m(mass_kg, pressure, curves, parameter=parameter))
    # at a join a pressure may come again farther out: never nearer
    assert distance >= z * np.cbrt(mass_kg) * (1.0 - 1e-9)
    back = airblast.at_scaled_distance(parameter, distance / np.cbrt(mass_kg), curves, "clamp")
    assert float(back) == pytest.approx(pressure, rel=0.008)
    if len(airblast.branches_of(parameter, curves)) == 1:
        assert distance == pytest.approx(z * np.cbrt(mass_kg), rel=1e-9)


@pytest.mark.parametrize("curves", ALL_CURVES)
@pytest.mark.parametrize("parameter", PRESSURES)
def test_beyond_the_distance_the_pressure_is_lower_everywhere(
    curves: airblast.Curves, parameter: airblast.Pressure
) -> None:
    z = np.geomspace(*airblast.limits(parameter, curves), 20_001)[1:-1]
    pressure = airblast.at_scaled_distance(parameter, z, curves)
    wanted = np.geomspace(pressure[-1] * 1.001, pressure[0] * 0.999, 397)
    found = airblast.scaled_distance_to_pressure(wanted, curves, parameter=parameter)
    for each, at in zip(wanted, found, strict=True):
        assert pressure[z > at * (1 + 1e-9)].max(initial=0.0) < each
        assert pressure[z < at * (1 - 1e-9)].min() > each * (1.0 - 0.008)
    assert (np.diff(found) <= 0).all()


def test_the_overlap_of_two_branches_is_taken_at_its_far_end() -> None:
    upper = airblast.branches_of("incident_pressure", SWISDAK_SURFACE_BURST)[2]
    at_join = float(upper(np.log([upper.z_min]))[0])
    found = float(airblast.scaled_distance_to_pressure(4.91, SWISDAK_SURFACE_BURST))
    assert 4.8947 < 4.91 < at_join  # both branches have it
    assert found > upper.z_min
    assert float(upper(np.log([found]))[0]) == pytest.approx(4.91, rel=1e-12)


def test_a_pressure_in_the_gap_between_branches_is_met_at_the_join() -> None:
    assert float(airblast.scaled_distance_to_pressure(124.45, SWISDAK_SURFACE_BURST)) == 2.9


@pytest.mark.parametrize("curves", ALL_CURVES)
def test_the_ends_and_what_lies_beyond_them(curves: airblast.Curves) -> None:
    nearest, farthest = airblast.limits("incident_pressure", curves)
    branches = airblast.branches_of("incident_pressure", curves)
    highest = float(branches[0](np.log([nearest, farthest]))[0])
    lowest = float(branches[-1](np.log([nearest, farthest]))[1])
    edge = [
        each * share
        for each in (highest, lowest)
        for share in (1.0 - 5e-13, 1.0 - 1e-15, 1.0, 1.0 + 1e-15, 1.0 + 5e-13)
    ]
    found = airblast.scaled_distance_to_pressure(edge, curves)
    assert found == pytest.approx([nearest] * 5 + [farthest] * 5, rel=1e-9)
    assert (found >= nearest).all()
    assert (found <= farthest).all()
    for wrong in (
        highest * (1.0 + 1e-11),
        lowest * (1.0 - 1e-11),
        highest * 1.01,
        lowest * 0.99,
        0.0,
        -1.0,
        np.nan,
        np.inf,
    ):
        with pytest.raises(Refused, match="out_of_range"):
            airblast.distance_to_pressure_m(1000.0, wrong, curves)
        found = airblast.distance_to_pressure_m(1000.0, [9.0, wrong], curves, "nan")
        assert np.isnan(found).tolist() == [False, True]


@pytest.mark.parametrize("mass_kg", [0.0, -5.0, np.nan, np.inf])
def test_a_pressure_of_no_mass_is_refused(mass_kg: float) -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        airblast.distance_to_pressure_m([1000.0, mass_kg], 9.0)
    assert np.isnan(airblast.distance_to_pressure_m([1000.0, mass_kg], 9.0, outside="nan")).tolist() == [False, True]


def test_the_tiers_come_back_as_distances() -> None:
    found = airblast.distance_to_pressure_m(8000.0, [5.32, 8.85, 20.34])
    assert found == pytest.approx([444.0, 296.0, 160.0], rel=0.002)
