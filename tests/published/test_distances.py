"""Quantity distances against the limits and corrections known of the published functions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.distances import (
    branches_of,
    distance_m,
    exact_distance_m,
    required_distance,
    serving_functions,
)
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FUNCTIONS = sorted({row["function"] for row in loader.rows("explosives/qd_functions.csv")})
JUMPS_BY_DESIGN = {("BD01", 30_000.0), ("BD02", 1_500.0), ("DFD03", 14.0), ("DFD05", 15.0), ("DFD04", 5.0)}
"""Joins at which a function jumps up: by design, or as transcribed."""
GREATEST_DROP = 0.04
"""Share by which a distance may fall at a join: the printed factors are rounded (BD26 at 2,500 kg: 184.2 to 180 m)."""


def test_all_functions_are_there() -> None:
    names = [f"BD{i:02}" for i in range(1, 37)] + ["FD10", "FD25", "FD60"] + [f"DFD{i:02}" for i in range(1, 9)]
    names += [f"{kind}{i}" for kind in ("P1D", "P2D", "TD0") for i in range(1, 5)]
    assert sorted(names) == FUNCTIONS


@pytest.mark.parametrize(
    ("function", "quantity_kg", "metres"),
    [
        ("BD30", 1000.0, 222),
        ("BD18", 1000.0, 80),  # not 81: a last binary digit must not round up
        ("BD35", 8000.0, 888),
        ("BD26", 500_000.0, 1175),
        ("BD33", 45_000.0, 996),  # the limit stated for it shows k = 28, not 36
        ("DFD07", 500_000.0, 1041),  # stated limits 518 to 1041 m
        ("DFD07", 7_021.0, 518),
        ("P2D3", 1.0, 30),  # not 59
        ("P1D4", 1000.0, 257),
        ("TD04", 1000.0, 64),
        ("FD60", 1.0, 60),
    ],
)
def test_known_values(function: str, quantity_kg: float, metres: int) -> None:
    assert int(distance_m(function, quantity_kg)) == metres


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_rises_within_its_branches(function: str) -> None:
    for branch in branches_of(function):
        quantity = np.geomspace(branch.q_min_kg, branch.q_max_kg, 300)
        assert (np.diff(branch.distance_m(quantity)) >= -1e-9).all()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_continuous_but_for_the_known_jumps(function: str) -> None:
    branches = branches_of(function)
    for lower, upper in itertools.pairwise(branches):
        assert lower.q_max_kg == upper.q_min_kg
        assert not (lower.q_max_included and upper.q_min_included)
        join = np.array([lower.q_max_kg])
        below, above = lower.distance_m(join)[0], upper.distance_m(join)[0]
        assert above >= below * (1.0 - GREATEST_DROP)
        if (function, lower.q_max_kg) not in JUMPS_BY_DESIGN:
            assert abs(above - below) <= max(1.5, 0.035 * below)


@given(st.sampled_from(FUNCTIONS), st.floats(1.0, 45_000.0), st.floats(1.0, 45_000.0))
def test_more_explosive_never_asks_for_much_less(function: str, one_kg: float, other_kg: float) -> None:
    less, more = sorted((one_kg, other_kg))
    if function == "DFD04" and 5.0 in (less, more):
        return  # the gap of its own test
    assert exact_distance_m(function, more) >= exact_distance_m(function, less) * (1.0 - GREATEST_DROP)


@given(st.sampled_from(FUNCTIONS), st.floats(5.01, 45_000.0))
def test_rounded_up_to_a_whole_metre(function: str, quantity_kg: float) -> None:
    exact, rounded = float(exact_distance_m(function, quantity_kg)), float(distance_m(function, quantity_kg))
    assert rounded == int(rounded)
    assert exact * (1 - 1e-8) <= rounded < exact + 1.0


def test_arrays_keep_their_shape() -> None:
    assert distance_m("BD30", [[1.0, 8.0], [27.0, 1000.0]]).tolist() == [[23.0, 45.0], [67.0, 222.0]]


@pytest.mark.parametrize(
    ("function", "quantity_kg"),
    [("BD30", 0.5), ("BD30", 500_001.0), ("BD16", 45_001.0), ("TD04", 500_000.0), ("BD30", float("nan"))],
)
def test_beyond_the_limits_is_refused(function: str, quantity_kg: float) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        distance_m(function, [100.0, quantity_kg])
    assert np.isnan(distance_m(function, [100.0, quantity_kg], "nan")).tolist() == [False, True]


@pytest.mark.parametrize(
    ("neq_kg", "mce_kg"), [(0.0, None), (float("nan"), None), (100.0, float("nan")), (100.0, -1.0)]
)
def test_no_distance_for_what_is_no_quantity(neq_kg: float, mce_kg: float | None) -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        required_distance("aastp1", "1.1", neq_kg, "inhabited_building", mce_kg=mce_kg)


def test_the_bridge_a_transcriber_added_is_not_shipped() -> None:
    with pytest.raises(Refused, match="not_available"):
        distance_m("DFD04", 5.0)


@pytest.mark.parametrize(
    ("exposure", "function", "metres"),
    [
        ("inhabited_building", "BD30", 479),
        ("vulnerable_building", "BD35", 957),
        ("public_traffic_route", "BD26", 319),
        ("workshop", "BD18", 173),
    ],
)
def test_division_1_1_and_1_5(exposure: str, function: str, metres: int) -> None:
    for division in ("1.1", "1.5"):
        found = required_distance("aastp1", division, 10_000.0, exposure)
        assert (found.function, found.distance_m, found.edition, found.status) == (
            function,
            metres,
            "Ed D V1",
            "secondary",
        )
        assert "matrix" in found.note


def test_the_larger_of_quantity_and_credible_event_counts() -> None:
    by_quantity = required_distance("aastp1", "1.2.1", 1000.0, "inhabited_building", mce_kg=10.0)
    assert (by_quantity.function, by_quantity.quantity, by_quantity.distance_m) == ("P1D4", "NEQ", 257)
    by_event = required_distance("aastp1", "1.2.1", 2000.0, "inhabited_building", mce_kg=8000.0)
    assert (by_event.function, by_event.quantity, by_event.distance_m) == ("BD30", "MCE", 444)
    assert "maximum credible event" in required_distance("aastp1", "1.2.1", 1000.0, "inhabited_building").note
    assert by_event.status == "not_verified"


@pytest.mark.parametrize(
    ("division", "exposure"),
    [
        ("1.1", "open_air"),
        ("1.3", "inhabited_building"),
        ("1.2", "inhabited_building"),
        ("1.2.1", "public_traffic_route"),
        ("1.4", "workshop"),
        ("not_applicable", "workshop"),
    ],
)
def test_what_is_not_known_is_never_guessed(division: str, exposure: str) -> None:
    assert serving_functions("aastp1", division, exposure) == []
    with pytest.raises(Refused, match="not_available"):
        required_distance("aastp1", division, 100.0, exposure)


@pytest.mark.parametrize(
    ("rules", "division", "exposure", "pes"),
    [
        ("desr", "1.1", "workshop", None),
        ("aastp1", "9.9", "workshop", None),
        ("aastp1", "1.1", "school", None),
        ("aastp1", "1.1", "workshop", "shed"),
    ],
)
def test_unknown_names_are_refused(rules: str, division: str, exposure: str, pes: str | None) -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        required_distance(rules, division, 100.0, exposure, pes)


def test_construction_changes_nothing_and_says_so() -> None:
    plain = required_distance("aastp1", "1.1", 100.0, "workshop")
    built = required_distance("aastp1", "1.1", 100.0, "workshop", "earth_covered_magazine", barricaded=True)
    assert plain.distance_m == built.distance_m
    assert "barricade" in built.note


def test_every_serving_function_exists_and_every_status_is_known() -> None:
    for row in loader.rows("explosives/qd_exposures.csv"):
        assert row["function"] in FUNCTIONS
        assert row["status"] in ("secondary", "not_verified")
    assert {row["status"] for row in loader.rows("explosives/qd_functions.csv")} == {"secondary"}
