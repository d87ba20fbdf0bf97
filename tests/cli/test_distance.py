"""``rasr distance``: both ways, with and without a construction, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
ASKED = ("distance", "--hd", "1.1", "--exposure", "inhabited_building")
MAGAZINE = ("--exposure", "earth_covered_magazine_7_bar", "--pes", "earth_covered_magazine")


def test_without_a_construction_the_function_for_the_exposure(rasr: Run) -> None:
    found = rasr(*ASKED, "--neq-kg", 1000, "--json").json
    told = [found[name] for name in ("distance_m", "function", "rule_set", "edition", "status")]
    assert told == [222, "BD30", "aastp-1", "Ed D V1", "not_verified"]
    assert found["source"]
    assert rasr(*ASKED, "--neq-kg", 1000, "--rules", "aastp1", "--json").json == found


def test_with_a_construction_the_known_cell_or_not_covered(rasr: Run) -> None:
    known = rasr("distance", "--hd", "1.1", *MAGAZINE, "--neq-kg", 8000, "--pes-face", "rear", "--json").json
    assert (known["distance_m"], known["function"], known["status"]) == (16, "BD04", "secondary")
    found = rasr(*ASKED, "--neq-kg", 1000, "--pes", "earth_covered_magazine", "--json").json
    assert (found["distance_m"], found["status"]) == (None, "not_covered")
    assert (found["generic"]["distance_m"], found["generic"]["function"]) == (222, "K22.2")
    said = rasr(*ASKED, "--neq-kg", 1000, "--pes", "earth_covered_magazine")
    assert (said.code, "Not covered" in said.out, "K22.2" in said.out) == (0, True, True)


def test_the_way_back(rasr: Run) -> None:
    found = rasr(*ASKED, "--distance-m", 444, "--json").json
    assert found["neq_kg"] == pytest.approx(8000.0)
    assert (found["function"], found["status"]) == ("BD30", "not_verified")
    assert "8,000.0 kg by BD30" in rasr(*ASKED, "--distance-m", 444).out
    beside = rasr(*ASKED, "--distance-m", 444, "--pes", "open_stack_barricaded", "--json").json
    assert (beside["neq_kg"], beside["generic"]["neq_kg"]) == (None, pytest.approx(8000.0))


def test_where_no_distance_is_asked_for(rasr: Run) -> None:
    said = rasr("distance", "--hd", "1.3.2", *MAGAZINE, "--pes-face", "rear", "--neq-kg", 5)
    assert "No distance is asked for" in said.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*ASKED, "--neq-kg", 0), "not_above_zero"),
        ((*ASKED, "--neq-kg", -5), "not_above_zero"),
        ((*ASKED, "--neq-kg", "nan"), "not_above_zero"),
        ((*ASKED, "--neq-kg", "1e12"), "out_of_range"),
        ((*ASKED, "--distance-m", 0), "not_above_zero"),
        ((*ASKED, "--distance-m", "inf"), "not_above_zero"),
        ((*ASKED, "--neq-kg", 5, "--rules", "martian"), "unknown_rule"),
        ((*ASKED, "--neq-kg", 5, "--pes", "shed"), "unknown_rule"),
        ((*ASKED, "--neq-kg", 5, "--pes", "earth_covered_magazine", "--pes-face", "top"), "unknown_rule"),
        (("distance", "--hd", "1.1", "--exposure", "open_air", "--neq-kg", 5), "not_available"),
        (("distance", "--hd", "1.4", "--exposure", "workshop", "--neq-kg", 5), "not_available"),
    ],
)
def test_what_is_no_question_is_refused_in_one_line(rasr: Run, words: tuple[object, ...], code: str) -> None:
    ran = rasr(*words, "--json")
    assert ran.code != 0
    assert ran.json["error"]["code"] == code
    plain = rasr(*words)
    assert len(plain.err.strip().splitlines()) == 1


def test_one_of_quantity_and_distance_is_asked_for(rasr: Run) -> None:
    assert rasr(*ASKED).code != 0
    assert rasr(*ASKED, "--neq-kg", 5, "--distance-m", 5).code != 0
