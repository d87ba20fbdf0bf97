"""Accidents: what published damage radii imply, beside what was published, whatever it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives import accidents, airblast
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader


def of(case: str) -> accidents.Compared:
    (found,) = (each for each in accidents.compared() if each.case == case)
    return found


def test_halifax_lies_within_what_its_radius_implies() -> None:
    found = of("halifax_1917")
    assert found.implied_kg == pytest.approx((1.067e6, 9.002e6), rel=0.001)
    assert found.published_kg == ((2.9e6, 2.9e6),)
    assert found.agrees is True


def test_the_radius_of_gerdec_is_no_radius_of_blast() -> None:
    """Some tens of thousands of tonnes of TNT, where a few thousand tonnes of ammunition lay: said as it is."""
    found = of("gerdec_2008")
    assert found.implied_kg == pytest.approx((3.26e7, 2.75e8), rel=0.01)
    assert (found.published_kg, found.agrees) == ((), None)


def test_bata_has_no_published_yield() -> None:
    found = of("bata_2021")
    assert found.implied_kg == pytest.approx((40_500, 263_000), rel=0.001)
    assert found.agrees is None


def test_glass_is_not_covered_so_beirut_is_not_compared() -> None:
    found = of("beirut_2020")
    assert found.implied_kg is None
    assert found.agrees is None
    assert found.published_kg == ((5e5, 1.1e6), (1.3e5, 2e6))


@pytest.mark.parametrize(("yield_kg", "agrees"), [("900000", False), ("1100000", True), ("9100000", False)])
def test_a_yield_that_misses_the_interval_is_said_to(tmp_path: Path, yield_kg: str, agrees: bool) -> None:
    own = tmp_path / accidents.CASES
    own.parent.mkdir()
    shipped = (loader.SHIPPED / accidents.CASES).read_text(encoding="utf-8")
    own.write_text(shipped.replace("2900000", yield_kg), encoding="utf-8")
    try:
        loader.use_folder(tmp_path)
        assert of("halifax_1917").agrees is agrees
    finally:
        loader.use_folder(None)


def test_every_case_and_word_has_a_source_and_a_mark() -> None:
    known = {row["damage"] for row in loader.rows(accidents.DAMAGE)}
    for row in loader.rows(accidents.CASES):
        assert row["source"]
        assert row["status"] == "secondary"
        assert (row["figure"] == "damage_radius") == (row["damage"] in known)
    assert {row["status"] for row in loader.rows(accidents.DAMAGE)} == {"assumed", "not_verified"}


@given(st.sampled_from(["destroyed", "damaged"]), st.floats(1.0, 1e4))
def test_radius_and_yield_are_inverse(damage: str, radius_m: float) -> None:
    implied = accidents.implied_yield_kg(damage, radius_m)
    assert implied is not None
    low_kg, high_kg = implied
    assert low_kg < high_kg
    of_low, of_high = accidents.expected_radius_m(damage, low_kg), accidents.expected_radius_m(damage, high_kg)
    assert of_low is not None
    assert of_high is not None
    assert of_low[1] == pytest.approx(radius_m)
    assert of_high[0] == pytest.approx(radius_m)


def test_the_pressure_at_the_edge_is_that_of_the_word() -> None:
    low_kg, high_kg = accidents.implied_yield_kg("destroyed", 800.0) or (0.0, 0.0)
    assert airblast.incident_pressure_kpa([low_kg, high_kg], 800.0) == pytest.approx([21.0, 70.0])


def test_bad_words_and_radii_are_refused() -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        accidents.implied_yield_kg("scratched", 10.0)
    for radius_m in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(Refused, match="not_above_zero"):
            accidents.implied_yield_kg("destroyed", radius_m)
    with pytest.raises(Refused, match="not_above_zero"):
        accidents.expected_radius_m("destroyed", 0.0)
    assert accidents.expected_radius_m("glass_broken", 1.0) is None
