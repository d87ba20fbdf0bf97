"""Rule sets: overlays of a user's own rows, and the door where every fault is found at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.distances import (
    branches_of,
    greatest_neq,
    required_distance,
    serving_functions,
)
from rasr.core.assessment.explosives.rule_sets import Overlay, faults, shipped, with_overlay
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FT_M, LB_KG = 0.3048, 0.45359237


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    loader.use_folder(None)


def branch(function: str, q_min_kg: float, q_max_kg: float, **more: str) -> dict[str, str]:
    """A row of functions: k 10 unless told otherwise, lower limit included."""
    row = {
        "rules": "own",
        "function": function,
        "q_min_kg": repr(q_min_kg),
        "q_min_included": "yes",
        "q_max_kg": repr(q_max_kg),
        "q_max_included": "no",
        "form": "power",
        "scale": "1",
        "k0": "0",
        "k1": "10",
        "k2": "0",
        "exponent": "1/3",
        "shift_kg": "",
        "clause": "3.2",
        "source": "a national order",
        "status": "verified",
        "note": "",
    }
    return row | more


def cell(function: str, **more: str) -> dict[str, str]:
    """A row of cells: an inhabited building and division 1.1 unless told otherwise."""
    row = {
        "rules": "own",
        "edition": "2020",
        "pes": "any",
        "pes_face": "any",
        "exposure_kind": "inhabited_building",
        "exposure_face": "any",
        "barricaded": "any",
        "hazard_division": "1.1",
        "effect": "any",
        "quantity": "NEQ",
        "function": function,
        "protection": "",
        "clause": "3.2",
        "source": "a national order",
        "status": "verified",
        "note": "",
    }
    return row | more


OWN = Overlay(
    [branch("N1", 1.0, 1000.0), branch("N1", 1000.0, 9000.0, k1="12", q_max_included="yes")],
    [cell("N1"), cell("BD30", exposure_kind="workshop")],
)


def test_an_overlay_stands_beside_the_shipped_sets() -> None:
    book = with_overlay(shipped(), OWN)
    assert book.names == ("aastp-1", "generic", "own")
    found = required_distance("own", "1.1", 999.0, "inhabited_building", book=book)
    assert (found.distance_m, found.rule_set, found.edition, found.status) == (100, "own", "2020", "verified")
    assert found.may_permit
    assert required_distance("own", "1.1", 1000.0, "inhabited_building", book=book).distance_m == 120
    assert required_distance("own", "1.1", 1000.0, "workshop", book=book).distance_m == 222
    assert required_distance("own", "1.1", 1000.0, "workshop", book=book).status == "secondary"
    assert greatest_neq("own", "1.1", 110.0, "inhabited_building", book=book).neq_kg == pytest.approx(1000.0)
    with pytest.raises(Refused, match="unknown_rule"):
        required_distance("own", "1.1", 1000.0, "inhabited_building")


def test_a_cell_typed_from_the_document_replaces_the_shipped_one_and_completes_the_matrix() -> None:
    own = {"rules": "aastp-1", "edition": "Ed D V1", "clause": "Annex 1-A, table 3", "pes": "open_stack_barricaded"}
    effects = [cell("BD30", effect=effect, **own) for effect in ("blast", "debris_fragment")]
    book = with_overlay(shipped(), Overlay(cells=effects))
    asked = ("aastp-1", "1.1", 1000.0, "inhabited_building", "open_stack_barricaded")
    assert required_distance(*asked).status == "not_covered"
    found = required_distance(*asked, book=book)
    assert (found.distance_m, found.clause, found.may_permit) == (222, "Annex 1-A, table 3", True)
    half = with_overlay(shipped(), Overlay(cells=effects[:1]))
    assert required_distance(*asked, book=half).status == "not_covered"
    farther = with_overlay(book, Overlay(cells=[effects[0] | {"function": "BD35"}]))
    assert required_distance(*asked, book=farther).distance_m == 444
    assert len(farther.cells) == len(book.cells)


def us_thermal() -> Overlay:
    """The US distances of 1.3 to inhabited buildings, in kg and m: room for another nation's rules."""
    ln_lb = -np.log(LB_KG)

    def metric(a: float, b: float, c: float) -> dict[str, str]:
        k = (a + b * ln_lb + c * ln_lb**2, b + 2 * c * ln_lb, c)
        return {"form": "exp_log_quadratic", "scale": repr(FT_M)} | {f"k{i}": repr(float(k[i])) for i in range(3)}

    desr = {"rules": "desr", "source": "recalled; continuity checked", "status": "not_verified"}
    steps = [LB_KG * pounds for pounds in (1.0, 1000.0, 96_000.0, 1_000_000.0)]
    constant = {"form": "constant", "k0": "75", "k1": "0", "scale": repr(FT_M)}
    bands = [constant, metric(2.47, 0.2368, 0.00384), metric(7.2297, -0.5984, 0.04046)]
    rows = [branch("US13", steps[i], steps[i + 1], **(bands[i] | desr)) for i in range(3)]
    return Overlay(rows, [cell("US13", hazard_division="1.3.1", edition="Ed 1", **desr)])


def test_there_is_room_for_the_us_rules() -> None:
    book = with_overlay(shipped(), us_thermal())
    function = book.function("US13")
    for pounds, feet in ((500.0, 75.0), (96_000.0, 296.5), (999_999.9, 800.3)):
        assert float(function.exact_distance_m(pounds * LB_KG)) == pytest.approx(feet * FT_M, rel=1e-3)
    found = required_distance("desr", "1.3.1", 10_000.0, "inhabited_building", book=book)
    assert (found.status, found.may_permit) == ("not_verified", False)
    most = greatest_neq("desr", "1.3.1", float(found.distance_m or 0), "inhabited_building", book=book).neq_kg
    assert most is not None
    assert required_distance("desr", "1.3.1", most, "inhabited_building", book=book).distance_m == found.distance_m


FAULTS = [
    ([branch("N1", 1.0, 10.0), branch("N1", 11.0, 20.0)], [], "rule_gap", "q_min_kg"),
    ([branch("N1", 1.0, 10.0), branch("N1", 10.0, 20.0, q_min_included="no")], [], "rule_gap", "q_min_kg"),
    ([branch("N1", 1.0, 12.0), branch("N1", 11.0, 20.0)], [], "rule_overlap", "q_min_kg"),
    ([branch("N1", 1.0, 10.0, q_max_included="yes"), branch("N1", 10.0, 20.0)], [], "rule_overlap", "q_min_kg"),
    ([branch("N1", 10.0, 1.0)], [], "rule_band_empty", "q_max_kg"),
    ([branch("N1", 1.0, 1.0)], [], "rule_band_empty", "q_max_kg"),
    ([branch("N1", 1.0, 10.0, k1="-3")], [], "rule_not_rising", "form"),
    ([branch("N1", 1.0, 10.0, shift_kg="5", exponent="1/2")], [], "rule_not_rising", "form"),
    ([branch("N1", 1.0, 10.0, k1="ten")], [], "wrong_type", "k1"),
    ([branch("N1", 1.0, 10.0, k1="nan")], [], "wrong_type", "k1"),
    ([branch("N1", 1.0, 10.0, k1="")], [], "wrong_type", "k1"),
    ([branch("N1", 1.0, 10.0, exponent="1/0")], [], "wrong_type", "exponent"),
    ([branch("N1", 0.0, 10.0)], [], "value_out_of_range", "q_min_kg"),
    ([branch("N1", 1.0, -1.0)], [], "value_out_of_range", "q_max_kg"),
    ([branch("N1", 1.0, 10.0, scale="0")], [], "value_out_of_range", "scale"),
    ([branch("N1", 1.0, 10.0, exponent="0")], [], "value_out_of_range", "exponent"),
    ([branch("N1", 1.0, 10.0, form="cubic")], [], "value_not_allowed", "form"),
    ([branch("N1", 1.0, 10.0, status="sure")], [], "value_not_allowed", "status"),
    ([branch("N1", 1.0, 10.0, clause=" ")], [], "empty_cell", "clause"),
    ([branch("N1", 1.0, 10.0, source="")], [], "empty_cell", "source"),
    ([branch("BD30", 1.0, 10.0)], [], "rule_taken", "function"),
    ([branch("N1", 1.0, 10.0), branch("N1", 10.0, 20.0, rules="other")], [], "rule_taken", "function"),
    ([{"function": "N1"}], [], "rule_column_missing", "rules"),
    ([], [cell("N1")], "value_not_allowed", "function"),
    ([], [cell("BD30", pes="shed")], "value_not_allowed", "pes"),
    ([], [cell("BD30", exposure_kind="school")], "value_not_allowed", "exposure_kind"),
    ([], [cell("BD30", hazard_division="1.7")], "value_not_allowed", "hazard_division"),
    ([], [cell("BD30", pes_face="top")], "value_not_allowed", "pes_face"),
    ([], [cell("BD30", effect="noise")], "value_not_allowed", "effect"),
    ([], [cell("BD30", quantity="")], "value_not_allowed", "quantity"),
    ([], [cell("no_distance")], "value_not_allowed", "quantity"),
    ([], [cell("BD30", status="")], "empty_cell", "status"),
    ([], [cell("BD30", edition="")], "empty_cell", "edition"),
    ([], [cell("BD30"), cell("BD35")], "duplicate_row", ""),
    ([], [{"rules": "own"}], "rule_column_missing", "edition"),
]


@pytest.mark.parametrize(("functions", "cells", "code", "column"), FAULTS)
def test_a_fault_is_found_at_the_door(
    functions: list[dict[str, str]], cells: list[dict[str, str]], code: str, column: str
) -> None:
    overlay = Overlay(functions, cells)
    found = faults(shipped(), overlay)
    assert (code, column) in [(fault.code, fault.column) for fault in found]
    for fault in found:
        assert fault.table == ("qd_functions" if functions else "qd_cells")
        assert loader.say_finding(fault)
        assert fault.severity == loader.sentences()[fault.code].severity
    with pytest.raises(Refused) as refusal:
        with_overlay(shipped(), overlay)
    assert refusal.value.code == "faulty_rule_set"
    assert refusal.value.numbers["faults"] == len(found)
    assert loader.say(refusal.value.code, refusal.value.numbers)


def test_every_fault_comes_at_once() -> None:
    functions = [branch("N1", 1.0, 10.0, status="sure"), branch("N2", 1.0, 10.0), branch("N2", 12.0, 20.0)]
    overlay = Overlay(functions, [cell("N2", pes="shed", exposure_kind="school"), cell("N3")])
    assert [(fault.table, fault.row, fault.column) for fault in faults(shipped(), overlay)] == [
        ("qd_functions", 1, "status"),
        ("qd_functions", 3, "q_min_kg"),
        ("qd_cells", 1, "pes"),
        ("qd_cells", 1, "exposure_kind"),
        ("qd_cells", 2, "function"),
    ]


def test_a_fault_says_in_full_what_is_wrong() -> None:
    functions = [
        *(branch("N1", 1.0, 10.0), branch("N1", 11.0, 20.0), branch("N2", 1.0, 12.0), branch("N2", 10.0, 20.0)),
        *(branch("N3", 1.0, 10.0), branch("N3", 10.0, 20.0, rules="other"), branch("BD30", 1.0, 10.0)),
        *(branch("N4", 5.0, 2.0), branch("N5", 1.0, 10.0, scale="0"), branch("N6", 1.0, 10.0, k1="ten")),
    ]
    cells = [cell("N1"), cell("BD30"), cell("BD35"), cell("no_distance"), cell("BD30", pes_face="top"), cell("BD30")]
    key = "pes, pes_face, exposure_kind, exposure_face, barricaded, hazard_division, effect, quantity, protection"
    twice = f"This combination (rules, {key}) stands in an earlier row too (row 1). Keep one."
    found = faults(shipped(), Overlay(functions, cells))
    assert [(fault.table, fault.row, fault.column, loader.say_finding(fault)) for fault in found] == [
        *(("qd_functions", *each) for each in (
            (7, "function", "The function BD30 belongs to the rule set aastp-1. Give it a name of its own."),
            (8, "q_max_kg", "The branch ends at 2.0 kg, and starts at 5.0 kg: it holds no quantity. "
             "Correct its limits."),
            (9, "scale", "0 is outside above 0 to any number . Correct it."),
            (10, "k1", "'ten' is not a number. Correct it."),
            (2, "q_min_kg", "N1 leaves a gap: a branch ends at 10.0 kg, the next starts at 11.0 kg. "
             "Correct the limits; what is not published is a row of form gap."),
            (4, "q_min_kg", "Branches of N2 overlap: one ends at 12.0 kg, the next starts at 10.0 kg. "
             "Correct the limits, and which of them are included."),
            (5, "function", "The function N3 belongs to the rule set own. Give it a name of its own."),
        )),
        *(("qd_cells", *each) for each in (
            (2, "", twice),
            (3, "", twice),
            (4, "quantity", "'NEQ' is not among the allowed values. Use one of: nothing without a function."),
            (5, "pes_face", "'top' is not among the allowed values. Use one of: any, front, side, rear."),
            (6, "", twice),
        )),
    ]  # fmt: skip


def test_a_gap_that_is_named_is_none() -> None:
    gap = branch("N1", 10.0, 12.0, form="gap", q_max_included="no")
    overlay = Overlay([branch("N1", 1.0, 10.0), gap, branch("N1", 12.0, 20.0)], [cell("N1")])
    assert faults(shipped(), overlay) == []
    function = with_overlay(shipped(), overlay).function("N1")
    with pytest.raises(Refused, match="not_available"):
        function.distance_m(11.0)
    assert float(function.greatest_quantity_kg(1e6)) == pytest.approx(20.0)


@given(st.lists(st.floats(0.01, 1e6), min_size=3, max_size=8, unique=True), st.randoms())
def test_bands_without_gap_or_overlap_enter_in_any_order(limits: list[float], order: Random) -> None:
    steps = sorted(limits)
    rows = [branch("N1", low, high) for low, high in pairwise(steps)]
    order.shuffle(rows)
    assert faults(shipped(), Overlay(rows, [cell("N1")])) == []
    assert len(faults(shipped(), Overlay([*rows, rows[0]], [cell("N1")]))) >= 1


def test_a_users_own_file_is_held_to_the_same_door(tmp_path: Path) -> None:
    file = tmp_path / "explosives" / "qd_functions.csv"
    file.parent.mkdir()
    text = (loader.SHIPPED / "explosives" / "qd_functions.csv").read_text(encoding="utf-8")
    file.write_text(text.replace("BD30,1,yes,500000", "BD30,1,yes,400000"), encoding="utf-8")
    loader.use_folder(tmp_path)
    assert branches_of("BD30")[0].q_max_kg == 400_000.0
    file.write_text(text.replace("BD26,2500,yes", "BD26,2600,yes"), encoding="utf-8")
    loader.use_folder(tmp_path)
    with pytest.raises(Refused, match="faulty_rule_set"):
        serving_functions("aastp-1", "1.1", "workshop")
