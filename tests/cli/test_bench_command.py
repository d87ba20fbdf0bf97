"""``rasr bench campaign``, on a campaign small enough for the tests, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.processes import environment

Run = Callable[..., object]
PATIENCE_S = 120


def campaign(*words: str) -> subprocess.CompletedProcess[str]:
    """The command: it sets up a node, which a process can do once."""
    command = [sys.executable, "-P", "-m", "rasr", "bench", "campaign", *words]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_every_piece_is_accounted_for() -> None:
    """40 months (36 that bring something, 4 in which the last is moved and destroyed)."""
    ran = campaign("--weapons", "72", "--rounds", "36001", "--json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(ran.stdout)
    for name, whole in (("rifle", 72), ("round", 36_001)):
        of_all = {"received": whole, "moved": whole, "destroyed": whole, "in stores": 0, "unaccounted": 0}
        assert found["articles"][name] == of_all
    assert (found["items_astray"], found["holdings_wrong"]) == (0, 0)
    assert found["lines"] == 1 + 3 * (72 + found["lots"]), "each piece or lot comes, is moved, and is destroyed"


@pytest.mark.parametrize(
    "words",
    [("--weapons", "-1"), ("--weapons", "1.5"), ("--rounds", "many"), ("--rounds", "9" * 20), ("--weapons",)],
)
def test_bad_numbers_are_refused(rasr: Run, words: tuple[str, ...]) -> None:
    ran = rasr("bench", "campaign", *words)
    assert ran.code == 2
    assert words[0] in ran.err


def test_no_other_bench_is_known(rasr: Run) -> None:
    ran = rasr("bench", "nothing")
    assert ran.code == 2
    assert "campaign" in ran.err


def test_an_address_that_is_no_database_is_refused() -> None:
    ran = campaign("--weapons", "1", "--rounds", "1", "--database", "mysql://nobody@nowhere/none")
    assert ran.returncode not in (0, 1)
    assert "database_url must be" in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr
