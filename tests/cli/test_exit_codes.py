"""How a command ends is one scheme for all of them, and it is documented."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import STORY, Ran

from rasr.cli.parser import EXITS, Exit, build_parser

COMMANDS = Path(__file__).parents[2] / "docs" / "guide" / "commands.md"
MAIN = "import sys; from rasr.cli.main import main; sys.exit(main(sys.argv[1:]))"


def test_every_exit_code_is_documented_and_said_by_the_help() -> None:
    assert set(EXITS) == set(Exit)
    page, said = COMMANDS.read_text(encoding="utf-8"), " ".join(build_parser().format_help().split())
    for code, told in EXITS.items():
        assert f"| {code:d} | {told} |\n" in page
        assert f"{code:d} {told}" in said


REFUSED = {
    "demo": ["--out", "{there}", "--no-serve", "--scale", "0"],
    "sample": ["{there}", "--scale", "0.1"],
    "template": ["{there}/book.csv"],
    "check": ["{nothing}"],
    "assess": ["{nothing}", "--out", "{out}"],
    "plan": ["{nothing}", "--out", "{out}"],
    "blast": ["--mass-kg", "-1", "--distance-m", "1"],
    "distance": ["--hd", "9.9", "--neq-kg", "1", "--exposure", "inhabited_building"],
    "serve": ["--home", "{there}", "--bind", "nowhere"],
    "worker": ["--home", "{there}/node"],
    "user": ["list", "--home", "{nothing}"],
    "certificate": ["--home", "{nothing}", "--days", "0"],
    "backup": ["{there}", "--home", "{nothing}"],
    "restore": ["{nothing}"],
    "verify": ["--bundle", "{nothing}"],
    "bench": ["campaign", "--weapons", "-1"],
}
"""A refusal by each command: its words are right, and it cannot be done."""


@pytest.mark.parametrize("command", REFUSED)
def test_what_is_refused_ends_alike_with_one_line(
    rasr: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("RASR_HOME", "RASR_BIND"):
        monkeypatch.setenv(name, "")  # the commands of a node set them; so they are taken back afterwards
        monkeypatch.delenv(name)
    there, nothing, out = tmp_path / "there", tmp_path / "nothing", tmp_path / "out"
    (there / "node").mkdir(parents=True)
    (there / "mine.txt").write_text("mine", encoding="utf-8")
    (there / "node" / "node.toml").write_text("no_such_setting = 1\n", encoding="utf-8")
    words = [word.format(there=there, nothing=nothing, out=out) for word in REFUSED[command]]
    ran = rasr(command, *words)
    assert (ran.code, ran.err.count("\n")) == (Exit.NOT_DONE, 1), ran
    assert ran.err.startswith(f"rasr {command}: ")
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["there", "mine.txt", "node", "node.toml"]


def test_no_command_is_left_out() -> None:
    actions = build_parser()._subparsers
    assert actions is not None
    assert set(actions._group_actions[0].choices or ()) == set(REFUSED)


def test_wrong_words_end_like_a_refusal(rasr: Callable[..., Ran]) -> None:
    assert rasr("chekc").code == rasr("check").code == rasr("check", STORY, "--as-of", "May").code == Exit.NOT_DONE


def test_a_reader_that_goes_away_is_no_finding(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-c", MAIN, "check", str(STORY), "--json"]
    try:
        ran = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120, check=False)
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (Exit.NOT_DONE, b"")
