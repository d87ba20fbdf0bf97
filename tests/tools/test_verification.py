"""The page of verification tells what is found, fails where something is off, and is current."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from tools.verification import BEGIN, END, Check, off, renewed

from rasr.core.assessment.explosives import airblast
from tools import verification


def test_a_printed_value_is_missed_beyond_half_of_its_last_digit() -> None:
    found = off(np.array([1.2349, 1.2351, 104.9, 0.0]), ["1.23", "1.23", "100", "2"])
    assert found == pytest.approx([0.0, 1.2351 / 1.23 - 1.0, 0.049, 1.0])


def test_a_miss_that_is_no_number_does_not_hold() -> None:
    assert Check("a", "b", 1, 0.1, 0.1, "").holds
    assert not Check("a", "b", 1, float("nan"), 0.1, "").holds
    assert not Check("a", "b", 1, 0.11, 0.1, "").holds


def test_every_distance_function_is_looked_at_and_holds() -> None:
    checks = list(verification.distance_checks())
    assert len(checks) == 2
    assert all(check.holds for check in checks)
    assert all(check.points >= 50 * verification.GRID for check in checks)
    assert {name for name, *_ in verification.jumps()} >= {"BD01", "BD02"}  # they jump by design


def test_a_wrong_coefficient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    true = airblast.branches_of
    for parameter in airblast.PARAMETERS:

        def bent(each: airblast.Parameter, curves: airblast.Curves, bad: str = parameter) -> list[airblast.Branch]:
            branches = list(true(each, curves))
            if each == bad and curves == airblast.SURFACE_BURST:
                last = branches[-1]
                coefficients = (last.coefficients[0] + 0.03, *last.coefficients[1:])
                branches[-1] = airblast.Branch(**{**vars(last), "coefficients": coefficients})
            return branches

        monkeypatch.setattr(airblast, "branches_of", bent)
        assert not all(check.holds for check in verification.airblast_checks()), parameter


def test_only_what_stands_between_the_marks_is_made_anew() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert renewed(page, "new\n") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert renewed(renewed(page, "new\n"), "new\n") == renewed(page, "new\n")
    with pytest.raises(AssertionError):
        renewed("no marks", "new")


def test_accidents_are_told_side_by_side() -> None:
    lines = {line[0].partition(",")[0]: line for line in verification.accident_lines()}
    assert lines["Halifax"][1:5] == ("destroyed within 800 m", "1,070 to 9,000", "2,900", "they meet")
    assert lines["Bata"][2:5] == ("40.5 to 263", "none", "nothing to compare")
    assert lines["Beirut"][2:4] == ("not covered", "500 to 1,100; 130 to 2,000")


def test_the_page_is_current(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["verification", "--check"])
    assert verification.main() == 0, capsys.readouterr().out
