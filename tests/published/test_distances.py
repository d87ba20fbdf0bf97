"""Quantity distances against the limits and corrections known of the published functions."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.cells import Case, governing
from rasr.core.assessment.explosives.distance_functions import Branch
from rasr.core.assessment.explosives.distances import (
    branches_of,
    distance_m,
    exact_distance_m,
    greatest_neq,
    inter_magazine_m,
    inter_magazine_rule,
    quantity_kg,
    required_distance,
    serving_functions,
)
from rasr.core.assessment.explosives.rule_sets import shipped
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

GENERIC = ["K14.8", "K2.4", "K22.2", "K3.6", "K44.4", "K8.0"]
FUNCTIONS = sorted({row["function"] for row in loader.rows("explosives/qd_functions.csv")})
JUMPS_BY_DESIGN = {("BD01", 30_000.0), ("BD02", 1_500.0), ("DFD03", 14.0), ("DFD05", 15.0), ("DFD04", 5.0)}
"""Joins at which a function jumps up: by design, or as transcribed."""
GREATEST_DROP = 0.04
"""Share by which a distance may fall at a join: the printed factors are rounded (BD26 at 2,500 kg: 184.2 to 180 m)."""


def test_all_functions_are_there() -> None:
    names = [f"BD{i:02}" for i in range(1, 37)] + ["FD10", "FD25", "FD60"] + [f"DFD{i:02}" for i in range(1, 9)]
    names += [f"{kind}{i}" for kind in ("P1D", "P2D", "TD0") for i in range(1, 5)]
    assert sorted([*names, *GENERIC]) == FUNCTIONS


def published(function: str) -> list[Branch]:
    """The branches of a function that were published."""
    return [branch for branch in branches_of(function) if branch.form != "gap"]


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
    for branch in published(function):
        quantity = np.geomspace(branch.q_min_kg, branch.q_max_kg, 300)
        assert (np.diff(branch.distance_m(quantity)) >= -1e-9).all()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_continuous_but_for_the_known_jumps(function: str) -> None:
    for lower, upper in itertools.pairwise(published(function)):
        assert lower.q_max_kg == upper.q_min_kg
        assert not (lower.q_max_included and upper.q_min_included)
        join = np.array([lower.q_max_kg])
        below, above = lower.distance_m(join)[0], upper.distance_m(join)[0]
        assert above >= below * (1.0 - GREATEST_DROP)
        if (function, lower.q_max_kg) not in JUMPS_BY_DESIGN:
            assert abs(above - below) <= max(1.5, 0.035 * below)


@given(st.sampled_from(FUNCTIONS), st.floats(1.0, 45_000.0), st.floats(1.0, 45_000.0))
def test_more_explosive_never_asks_for_less(function: str, one_kg: float, other_kg: float) -> None:
    less, more = sorted((one_kg, other_kg))
    if function == "DFD04" and 5.0 in (less, more):
        return  # the gap of its own test
    assert exact_distance_m(function, more) >= exact_distance_m(function, less)
    assert distance_m(function, more) >= distance_m(function, less)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_at_a_join_the_greater_distance_stays(function: str) -> None:
    reached = 0.0
    for lower, upper in itertools.pairwise(published(function)):
        below = float(lower.distance_m(np.array([lower.q_max_kg]))[0])
        above = float(upper.distance_m(np.array([upper.q_min_kg]))[0])
        reached = max(reached, below)
        just = np.nextafter(upper.q_min_kg, np.inf)
        assert float(exact_distance_m(function, just)) == pytest.approx(max(above, reached))


def test_the_fall_of_bd26_at_2500_kg_is_not_followed() -> None:
    assert float(exact_distance_m("BD26", 2_500.0)) == pytest.approx(184.2, abs=0.05)
    assert float(exact_distance_m("BD26", 2_700.0)) == pytest.approx(3.6 * 2_700.0**0.5)


@given(st.sampled_from(FUNCTIONS), st.floats(1.0, 500_000.0))
def test_forward_of_inverse_is_the_distance(function: str, at_kg: float) -> None:
    whole = float(distance_m(function, at_kg, "nan"))
    if np.isnan(whole):
        return
    most = float(quantity_kg(function, whole))
    assert most >= at_kg * (1.0 - 1e-9)
    greatest = shipped().function(function).greatest_kg
    if most < greatest and not (function == "DFD04" and most == 5.0):
        assert float(distance_m(function, most)) == whole
        more = float(distance_m(function, min(most * 1.0001, greatest), "nan"))
        assert np.isnan(more) or more > whole or exact_distance_m(function, most * 1.0001) <= whole


@given(st.sampled_from(FUNCTIONS), st.floats(0.0, 5_000.0))
def test_what_a_distance_allows_never_asks_for_more(function: str, metres: float) -> None:
    most = float(quantity_kg(function, metres))
    if most > 0 and not (function == "DFD04" and most == 5.0):
        assert float(distance_m(function, most)) <= metres
    else:
        assert float(exact_distance_m(function, shipped().function(function).least_kg)) > metres - 1.0


def test_inverse_of_known_values() -> None:
    assert quantity_kg("BD30", [222.0, 22.0, float("nan"), 1e9]).tolist() == [
        pytest.approx(1000.0),
        0.0,
        pytest.approx(float("nan"), nan_ok=True),
        500_000.0,
    ]
    assert float(quantity_kg("P1D4", 257.0)) == pytest.approx(1000.0, rel=0.02)
    assert float(quantity_kg("FD60", 59.0)) == 0.0


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
        found = required_distance("aastp-1", division, 10_000.0, exposure)
        assert (found.function, found.distance_m, found.edition, found.status) == (
            function,
            metres,
            "Ed D V1",
            "not_verified",
        )
        assert (found.rule_set, found.may_permit) == ("aastp-1", False)
        assert found.source
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


def test_an_unknown_cell_is_not_covered_with_the_generic_distance_beside_it() -> None:
    found = required_distance("aastp-1", "1.1", 1000.0, "inhabited_building", "open_stack_barricaded")
    assert (found.distance_m, found.status, found.may_permit) == (None, "not_covered", False)
    assert found.generic is not None
    assert (found.generic.distance_m, found.generic.function, found.generic.rule_set) == (222, "K22.2", "generic")
    without = required_distance("aastp-1", "1.2.2", 1000.0, "inhabited_building", "open_stack_barricaded")
    assert (without.distance_m, without.generic) == (None, None)
    back = greatest_neq("aastp-1", "1.1", 222.0, "inhabited_building", "open_stack_barricaded")
    assert (back.neq_kg, back.status) == (None, "not_covered")
    assert back.generic is not None
    assert back.generic.neq_kg == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("rules", "division", "exposure", "pes"),
    [
        ("aastp-1", "1.1", "open_air", None),
        ("aastp-1", "1.4", "workshop", "unknown"),
        ("generic", "1.2.1", "workshop", "open_stack_barricaded"),
        ("generic", "1.2.1", "workshop", None),
    ],
)
def test_both_ways_refuse_what_no_rule_serves(rules: str, division: str, exposure: str, pes: str | None) -> None:
    for asked in (required_distance, greatest_neq):
        with pytest.raises(Refused, match="not_available"):
            asked(rules, division, 100.0, exposure, pes)


def test_the_way_back_needs_the_credible_event_where_a_cell_asks_for_it() -> None:
    face: dict[str, Any] = {"pes_face": "rear", "exposure_face": "rear"}
    pes = "earth_covered_magazine"
    assert greatest_neq("aastp-1", "1.2.1", 50.0, f"{pes}_7_bar", pes, **face).status == "not_covered"
    near = greatest_neq("aastp-1", "1.2.1", 4.0, f"{pes}_7_bar", pes, 1000.0, **face)
    assert (near.neq_kg, near.function) == (0.0, "BD03")
    free = greatest_neq("aastp-1", "1.2.1", 5.0, f"{pes}_7_bar", pes, 1000.0, **face)
    assert free.neq_kg is None
    assert free.note.startswith("No function limits")
    without = greatest_neq("aastp-1", "1.2.1", 257.0, "inhabited_building")
    assert without.function == "P1D4"
    assert "maximum credible event" in without.note
    assert greatest_neq("aastp-1", "1.2.1", 257.0, "inhabited_building", mce_kg=5000.0).neq_kg == 0.0


PES, SEVEN_BAR, THREE_BAR = "earth_covered_magazine", "earth_covered_magazine_7_bar", "earth_covered_magazine_3_bar"
CELLS = [
    ("rear", SEVEN_BAR, "rear", {"BD03"}),
    ("side", SEVEN_BAR, "side", {"BD03"}),
    ("front", SEVEN_BAR, "rear", {"BD04"}),
    ("front", SEVEN_BAR, "side", {"BD05"}),
    ("front", SEVEN_BAR, "front", {"BD11"}),
    ("side", SEVEN_BAR, "front", {"BD05"}),  # the higher of two levels of protection
    ("rear", THREE_BAR, "front", {"BD07"}),
    ("front", THREE_BAR, "front", {"BD11"}),
    ("rear", "workshop_barricaded", None, {"BD18", "DFD08"}),
]


@pytest.mark.parametrize(("face", "exposure", "exposure_face", "functions"), CELLS)
def test_published_cells_of_division_1_1(
    face: str, exposure: str, exposure_face: str | None, functions: set[str]
) -> None:
    found = governing(shipped(), "aastp-1", Case("1.1", exposure, PES, face, exposure_face))
    assert set(found.names) == functions
    assert found.status == "secondary"
    distances = {int(distance_m(name, 8_000.0)) for name in functions}
    answer = required_distance("aastp-1", "1.1", 8_000.0, exposure, PES, pes_face=face, exposure_face=exposure_face)
    assert (answer.distance_m, answer.may_permit) == (max(distances), True)
    assert answer.clause.startswith("Annex 1-A, table 1")


def test_cells_of_fire_and_fragments() -> None:
    def asked(division: str, mce_kg: float | None = None, face: str = "front") -> object:
        found = required_distance(
            "aastp-1", division, 60_000.0, SEVEN_BAR, PES, mce_kg, pes_face=face, exposure_face=face
        )
        return found.distance_m, found.function

    assert asked("1.3.1") == (54, "TD01")
    assert asked("1.3.2") == (25, "FD25")
    assert asked("1.3.2", face="rear") == (0, "no_distance")
    assert asked("1.2.2") == (0, "not_applicable")
    assert asked("1.2.1", mce_kg=1_000.0) == (36, "BD11")
    assert asked("1.2.3", mce_kg=10.0) == (25, "FD25")
    assert asked("1.2.1") == (None, "")
    assert asked("1.6", mce_kg=8_000.0) == (72, "BD11")
    assert asked("1.5") == asked("1.1")


def test_without_faces_the_worst_counts_and_half_a_matrix_is_no_answer() -> None:
    assert required_distance("aastp-1", "1.1", 8_000.0, SEVEN_BAR, PES).function == "BD11"
    partly = required_distance("aastp-1", "1.1", 8_000.0, "workshop_barricaded", PES)
    assert (partly.distance_m, partly.status) == (None, "not_covered")
    assert partly.generic is not None
    assert (partly.generic.function, partly.generic.distance_m) == ("K8.0", 160)
    other = required_distance("aastp-1", "1.1", 8_000.0, "earth_covered_magazine_undefined", PES)
    assert (other.distance_m, other.status) == (None, "not_covered")
    assert other.generic is not None
    assert (other.generic.function, other.generic.distance_m) == ("K3.6", 72)


def test_between_magazines() -> None:
    assert inter_magazine_m([1000.0, 1000.0, 0.0, 0.5, 5e6], [False, True, False, False, False]).tolist() == [
        pytest.approx(36.0),
        pytest.approx(24.0),
        pytest.approx(float("nan"), nan_ok=True),
        pytest.approx(3.6),
        pytest.approx(float("nan"), nan_ok=True),
    ]
    assert [inter_magazine_rule(stands).names for stands in (False, True)] == [("K3.6",), ("K2.4",)]
    assert inter_magazine_rule(True).status == "not_verified"


@pytest.mark.parametrize(
    ("exposure", "function", "bd"),
    [
        ("inhabited_building", "K22.2", "BD30"),
        ("vulnerable_building", "K44.4", "BD35"),
        ("workshop", "K8.0", "BD18"),
        ("magazine", "K3.6", "BD11"),
    ],
)
@given(neq_kg=st.floats(1.0, 500_000.0))
def test_generic_factors_are_those_of_the_functions(exposure: str, function: str, bd: str, neq_kg: float) -> None:
    found = required_distance("generic", "1.1", neq_kg, exposure)
    assert (found.function, found.rule_set, found.status) == (function, "generic", "not_verified")
    assert found.distance_m == int(distance_m(bd, neq_kg))


def test_a_barricade_shortens_the_distance_between_magazines_and_says_nothing_elsewhere() -> None:
    assert required_distance("generic", "1.1", 1000.0, "magazine", barricaded=True).distance_m == 24
    assert "barricade" in required_distance("generic", "1.1", 1000.0, "workshop", barricaded=True).note


FT_PER_M, LB_PER_KG = 1.0 / 0.3048, 1.0 / 0.45359237


@pytest.mark.parametrize(
    ("function", "us"), [("P1D4", (-735.186, 237.559, -4.274)), ("P2D4", (101.649, -15.934, 5.173))]
)
def test_functions_of_1_2_are_the_us_ones_after_conversion(function: str, us: tuple[float, float, float]) -> None:
    quantity = np.geomspace(100.0, 500_000.0, 50)
    pounds = np.log(quantity * LB_PER_KG)
    feet = us[0] + us[1] * pounds + us[2] * pounds**2
    assert exact_distance_m(function, quantity) == pytest.approx(feet / FT_PER_M, rel=1e-3)


def test_every_serving_function_exists_and_every_status_is_known() -> None:
    for row in loader.rows("explosives/qd_cells.csv"):
        assert row["function"] in {*FUNCTIONS, "no_distance", "not_applicable"}
        assert row["status"] == ("not_verified" if row["pes"] == "any" else "secondary")
    assert {row["status"] for row in loader.rows("explosives/qd_functions.csv")} == {"secondary"}


def test_the_cells_are_as_many_as_were_read() -> None:
    cells = [row for row in loader.rows("explosives/qd_cells.csv") if row["pes"] != "any"]
    assert len(cells) == 292
    assert len({row["clause"] for row in cells}) == 20
