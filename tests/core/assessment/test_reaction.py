"""Which stores go up together: distances by hand, chains, known cells, and what may not happen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from rasr.core.assessment.explosives.reaction import KnownCells, generic_status, known_cells, reactions
from rasr.core.assessment.explosives.rule_sets import Overlay, shipped, with_overlay
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
ON_A_LINE = st.integers(2, 12).flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=st.integers(0, 200)),
        arrays(float, n, elements=st.sampled_from([0.0, 1.0, 1000.0, 27_000.0, 1e6])),
        arrays(bool, n),
    )
)


def on_a_line(*metres: float) -> FloatArray:
    return np.array([[each, 0.0, 0.0] for each in metres])


def test_generic_distances_by_hand() -> None:
    """k 3.6 x 8000^(1/3) = 72 m; with a barricade at either store k 2.4: 48 m."""
    for apart_m, barricaded, taken in (
        (71.9, [False, False], True),
        (72.1, [False, False], False),
        (47.9, [True, False], True),
        (48.1, [True, False], False),
        (48.1, [False, True], False),
    ):
        found = reactions(on_a_line(0.0, apart_m), [8000.0, 10.0], barricaded)
        assert found.joint_kg[1, 0] == (8010.0 if taken else 8000.0)
        assert found.donor.tolist() == ([0] if taken else [])
    assert generic_status() == "not_verified"


def test_the_yield_is_alone_with_neighbours_and_with_the_chain() -> None:
    found = reactions(on_a_line(0.0, 60.0, 120.0, 1000.0), [8000.0] * 4, [False] * 4)
    assert found.joint_kg.tolist() == [
        [8000.0, 8000.0, 8000.0, 8000.0],
        [16_000.0, 24_000.0, 16_000.0, 8000.0],
        [24_000.0, 24_000.0, 24_000.0, 8000.0],
    ]
    assert list(zip(found.donor.tolist(), found.acceptor.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    assert found.distance_m == pytest.approx([60.0] * 4)
    assert found.required_m == pytest.approx([72.0] * 4)


def test_a_small_store_is_taken_and_takes_nothing() -> None:
    found = reactions(on_a_line(0.0, 60.0), [8000.0, 1.0], [False, False])
    assert found.joint_kg[2].tolist() == [8001.0, 1.0]


def test_an_empty_store_neither_sets_off_nor_reacts() -> None:
    found = reactions(on_a_line(0.0, 0.0, 5.0), [8000.0, 0.0, 0.0], [False] * 3)
    assert found.joint_kg.tolist() == [[8000.0, 0.0, 0.0]] * 3
    assert reactions(np.zeros((0, 3)), [], []).joint_kg.shape == (3, 0)


def test_a_known_cell_counts_before_the_generic_distance() -> None:
    """A cell may ask for less (earth-covered magazines) or for more than the generic distance."""
    cells = KnownCells(np.array([0, 1]), np.array([1, 0]), np.array([20.0, 300.0]))
    found = reactions(on_a_line(0.0, 60.0), [8000.0, 8000.0], [False, False], cells)
    assert (found.donor.tolist(), found.acceptor.tolist(), found.by_cell.tolist()) == ([1], [0], [True])
    assert found.joint_kg[1].tolist() == [8000.0, 16_000.0]
    far = reactions(on_a_line(0.0, 250.0), [8000.0, 8000.0], [False, False], cells)
    assert far.joint_kg[1].tolist() == [8000.0, 16_000.0]


def test_beyond_the_limit_of_the_function_its_last_distance_is_kept_to() -> None:
    at_limit_m = 3.6 * 500_000 ** (1 / 3)
    near, far = (reactions(on_a_line(0.0, at_limit_m + more), [2e6, 1.0], [False, False]) for more in (-1, 1))
    assert (near.joint_kg[1, 0], far.joint_kg[1, 0]) == (2e6 + 1.0, 2e6)


def test_no_shipped_cell_knows_two_stores_of_the_records_so_the_generic_distance_holds() -> None:
    """The published cells name the strength of the headwall of an earth-covered magazine, the records do not."""
    kinds = loader.contract("stores").by_name["construction"].allowed
    metres, held = on_a_line(*np.arange(len(kinds)) * 10.0), np.full(len(kinds), 8000.0)
    assert known_cells(kinds, metres, held, np.zeros(len(kinds), bool)).donor.tolist() == []


def test_a_cell_that_a_nation_typed_is_found_by_the_construction_of_both() -> None:
    row = next(row for row in loader.rows("explosives/qd_cells.csv") if row["function"] == "BD03")
    typed = row | {
        "exposure_kind": "earth_covered_magazine",
        "pes": "earth_covered_magazine",
        "pes_face": "any",
        "exposure_face": "any",
        "effect": "any",
        "hazard_division": "1.1",
    }
    book = with_overlay(shipped(), Overlay(cells=[typed]))
    kinds = ["earth_covered_magazine", "earth_covered_magazine", "open_stack_unbarricaded"]
    metres, held, bare = on_a_line(0.0, 30.0, 60.0), [8000.0, 1000.0, 8000.0], [False] * 3
    cells = known_cells(kinds, metres, held, bare, book=book)
    assert list(zip(cells.donor.tolist(), cells.acceptor.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert cells.required_m.tolist() == [10.0, 5.0], "BD03 is k 0.5"
    found = reactions(metres, held, bare, cells)
    assert list(zip(found.donor.tolist(), found.acceptor.tolist(), strict=True)) == [(0, 2), (1, 2), (2, 0), (2, 1)]
    with pytest.raises(Refused, match="unknown_rule"):
        known_cells(kinds, metres, held, bare, rules="own wishes")


def test_a_cell_for_stores_behind_a_barricade_is_for_those_alone() -> None:
    row = next(row for row in loader.rows("explosives/qd_cells.csv") if row["function"] == "BD03")
    stack, any_of = "open_stack_barricaded", {"pes_face": "any", "exposure_face": "any", "effect": "any"}
    typed = row | any_of | {"exposure_kind": stack, "pes": stack, "hazard_division": "1.1", "barricaded": "yes"}
    book = with_overlay(shipped(), Overlay(cells=[typed]))
    metres, held = on_a_line(0.0, 30.0, 60.0), [8000.0, 8000.0, 8000.0]
    cells = known_cells([stack] * 3, metres, held, [True, False, False], book=book)
    pairs = zip(cells.donor.tolist(), cells.acceptor.tolist(), cells.required_m.tolist(), strict=True)
    assert list(pairs) == [(0, 1, 10.0), (0, 2, 10.0), (1, 0, 10.0), (2, 0, 10.0)], "not 1 and 2: both are bare"


@given(ON_A_LINE)
def test_low_central_high_rise_and_nothing_goes_up_twice(drawn: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    metres, neq_kg, barricaded = drawn
    found = reactions(on_a_line(*metres), neq_kg, barricaded)
    assert (found.joint_kg[0] == neq_kg).all()
    assert (np.diff(found.joint_kg, axis=0) >= 0.0).all()
    assert (found.joint_kg[2] <= neq_kg.sum() + 1e-6).all()
    assert (found.distance_m < found.required_m).all()
    assert (found.donor != found.acceptor).all()


@given(ON_A_LINE)
def test_a_barricade_never_takes_more_along(drawn: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    metres, neq_kg, barricaded = drawn
    bare = reactions(on_a_line(*metres), neq_kg, np.zeros(len(neq_kg), bool)).joint_kg
    assert (reactions(on_a_line(*metres), neq_kg, barricaded).joint_kg <= bare + 1e-6).all()


def test_the_generic_rule_is_that_of_the_book_and_of_several_cells_the_greatest_counts() -> None:
    shipped_rows = [row for row in loader.rows("explosives/qd_cells.csv") if row["rules"] == "generic"]
    between = [row for row in shipped_rows if row["exposure_kind"] == "magazine" and row["hazard_division"] == "1.1"]
    row = next(row for row in between if row["function"] == "K3.6")
    farther = row | {"function": "K8.0", "protection": "high_degree", "status": "verified"}
    book = with_overlay(shipped(), Overlay(cells=[farther]))
    metres = on_a_line(0.0, 100.0)
    assert reactions(metres, [8000.0, 10.0], [False, False]).donor.tolist() == []
    found = reactions(metres, [8000.0, 10.0], [False, False], book=book)
    assert (found.donor.tolist(), found.required_m.tolist()) == ([0], [pytest.approx(160.0)]), "k 8.0, not k 3.6"
    assert reactions(metres, [8000.0, 10.0], [True, False], book=book).donor.tolist() == [], "k 2.4 as before"
    assert generic_status(book) == "not_verified", "the weakest of all that stand behind it"


def test_tnt_goes_up_with_the_stores_that_hold_it() -> None:
    """Three in a row, 30 m apart: the first sets off the second, the second the third."""
    found = reactions(on_a_line(0.0, 30.0, 60.0), [1000.0, 1000.0, 1.0], [False] * 3, tnt_kg=[1140.0, 1000.0, 1.37])
    assert found.joint_kg.tolist() == [[1000.0, 1000.0, 1.0], [2000.0, 2001.0, 1.0], [2001.0, 2001.0, 1.0]]
    assert found.joint_tnt_kg.tolist() == [
        [1140.0, 1000.0, 1.37],
        [2140.0, pytest.approx(2141.37), 1.37],
        [pytest.approx(2141.37), pytest.approx(2141.37), 1.37],
    ]
