"""The words of the command: what is asked wrongly ends at once with one line, and the help loads nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import rasr as package
from rasr.cli.main import ROOMS
from rasr.cli.parser import COMMANDS

Run = Callable[..., object]
SLOW = "polars highspy numpy scipy rich openpyxl fastexcel xlsxwriter jinja2".split()


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)


def test_version(rasr: Run) -> None:
    ran = rasr("--version")
    assert ran.code == 0
    assert ran.out.startswith(f"rasr {package.__version__}, rule data 20")


def test_without_a_command_the_help_is_shown(rasr: Run) -> None:
    ran = rasr()
    assert ran.code == 2
    assert all(f"\n    {name}" in ran.out for name in COMMANDS)


def test_every_command_has_a_room() -> None:
    assert set(COMMANDS) == set(ROOMS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_and_offers_json(rasr: Run, command: str) -> None:
    ran = rasr(command, "--help")
    assert ran.code == 0
    assert "--json" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["polish"], "invalid choice: 'polish'"),
        (["check"], "required: region"),
        (["check", "r", "--colour"], "unrecognized arguments: --colour"),
        (["assess", "r"], "required: --out"),
        (["plan", "r", "--out", "o", "--as-of", "31.5.2027"], "'31.5.2027' is not a day: write it as 2027-05-31"),
        (["sample", "s", "--seed", "-1"], "'-1' is not a seed: give a whole number, 0 or more"),
        (["sample", "s", "--scale", "big"], "invalid float value: 'big'"),
        (["blast", "--mass-kg", "1"], "required: --distance-m"),
    ],
)
def test_wrong_words_end_with_one_line(rasr: Run, words: list[str], said: str) -> None:
    ran = rasr(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_the_help_loads_neither_tables_nor_solver() -> None:
    script = (
        "import sys\nfrom rasr.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {SLOW} if name in sys.modules], file=sys.stderr)"
    )
    ran = python("-c", script)
    assert "COMMAND" in ran.stdout
    assert ran.stderr == "[]\n"


def test_the_module_is_the_command() -> None:
    ran = python("-m", "rasr", "blast", "--mass-kg", "1000", "--distance-m", "100")
    assert ran.returncode == 0, ran.stderr
    assert "incident_pressure_kpa" in ran.stdout


def test_who_stops_reading_is_not_shouted_at() -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m rasr blast --mass-kg 1000 --distance-m 100 | true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stderr == ""


def test_ctrl_c_while_the_program_is_loaded_is_one_line() -> None:
    script = (
        "import builtins, sys\nfrom rasr.cli.main import main\nreal = builtins.__import__\n"
        "def late(name, *rest):\n    if name == 'polars':\n        raise KeyboardInterrupt\n"
        "    return real(name, *rest)\n"
        "builtins.__import__ = late\nsys.exit(main(['check', 'region']))"
    )
    ran = python("-c", script)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "rasr check: Interrupted: nothing was written.\n")
