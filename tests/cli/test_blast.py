"""``rasr blast``: the seven figures by name, what is not defined, other explosives, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

SEVEN = {
    "incident_pressure_kpa": 43.18,
    "reflected_pressure_kpa": 100.68,
    "incident_impulse_kpa_ms": 592.56,
    "reflected_impulse_kpa_ms": 1255.69,
    "arrival_time_ms": 82.45,
    "positive_duration_ms": 37.85,
    "shock_velocity_m_s": 397.66,
}
CASE = ("blast", "--mass-kg", 1000, "--distance-m", 50)


def test_the_seven_figures_by_name(rasr: Run) -> None:
    found = rasr(*CASE, "--json").json
    assert {name: found[name] for name in SEVEN} == pytest.approx(SEVEN, abs=0.005)
    assert (found["status"], found["geometry"]) == ("secondary", "hemispherical_surface_burst")
    assert found["tnt_by_pressure_kg"] == found["tnt_by_impulse_kg"] == 1000.0
    assert "43.18" in rasr(*CASE).out


def test_geometry_and_method_are_chosen(rasr: Run) -> None:
    air = rasr(*CASE, "--geometry", "spherical", "--json").json
    assert air["incident_pressure_kpa"] < 40.0
    simplified = rasr(*CASE, "--method", "swisdak", "--json").json
    assert simplified["coefficient_set"] == "swisdak_1994"
    assert "no method of airblast named guess" in rasr(*CASE, "--method", "guess").err
    assert rasr(*CASE, "--geometry", "spherical", "--method", "swisdak").code == 2


def test_what_is_not_defined_there_is_null_and_never_a_number(rasr: Run) -> None:
    near = rasr("blast", "--mass-kg", 1000, "--distance-m", 1, "--json").json
    assert near["positive_duration_ms"] is None
    assert near["incident_pressure_kpa"] > 10_000
    far = rasr("blast", "--mass-kg", 1000, "--distance-m", 500, "--method", "swisdak", "--json").json
    assert far["reflected_pressure_kpa"] is None
    assert far["incident_pressure_kpa"] == pytest.approx(1.735, abs=0.001)


def test_another_explosive_counts_by_effect(rasr: Run) -> None:
    found = rasr(*CASE, "--explosive", "composition b", "--json").json
    assert found["explosive"] == "Composition B"
    assert (found["tnt_by_pressure_kg"], found["tnt_by_impulse_kg"]) == pytest.approx((1110.0, 980.0))
    tnt = [rasr("blast", "--mass-kg", mass, "--distance-m", 50, "--json").json for mass in (1110, 980)]
    assert found["incident_pressure_kpa"] == pytest.approx(tnt[0]["incident_pressure_kpa"])
    assert found["incident_impulse_kpa_ms"] == pytest.approx(tnt[1]["incident_impulse_kpa_ms"])


def test_the_impulse_of_c4_is_not_covered(rasr: Run) -> None:
    found = rasr(*CASE, "--explosive", "Composition C4", "--json").json
    assert found["incident_pressure_kpa"] > SEVEN["incident_pressure_kpa"]
    assert found["tnt_by_impulse_kg"] is found["incident_impulse_kpa_ms"] is found["reflected_impulse_kpa_ms"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mass-kg", 0, "--distance-m", 50), "must be a number above 0"),
        (("--mass-kg", "nan", "--distance-m", 50), "must be a number above 0"),
        (("--mass-kg", 1, "--distance-m", 0), "must be between"),
        (("--mass-kg", 1, "--distance-m", "-1"), "must be a number above 0"),
        (("--mass-kg", 1, "--distance-m", 41), "must be between"),
        (("--mass-kg", 1, "--distance-m", 5, "--explosive", "ANFO"), "no explosive with a TNT equivalence named ANFO"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(rasr: Run, words: tuple[object, ...], said: str) -> None:
    ran = rasr("blast", *words)
    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
