"""A kept run answers again while nothing it was made from has changed, and only then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rasr.cli.commands import assess as assess_command
from rasr.cli.commands import plan as plan_command

Run = Callable[..., object]
KEPT = "Kept run of the same records in"


def working(*_: object, **__: object) -> None:
    raise AssertionError("worked out although a kept run answers")


@pytest.fixture
def nothing_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, assessing or planning anything fails the test."""

    def from_now_on() -> None:
        monkeypatch.setattr(assess_command, "work_out", working)
        for name in ("work_out", "plan_both", "plan_alone"):
            monkeypatch.setattr(plan_command, name, working)

    return from_now_on


def test_the_demo_answers_and_the_second_time_from_its_kept_runs(
    rasr: Run, tmp_path: Path, nothing_is_worked_out: Callable[[], None]
) -> None:
    words = ("demo", "--no-serve", "--out", tmp_path / "demo", "--scale", 0.1)
    first = rasr(*words)
    assert first.code == 0
    assert KEPT not in first.out
    for told in ("0 errors", "The ten most dangerous stores", "Joint plan against each jurisdiction alone", "Kosovo*"):
        assert told in first.out
    assert f"Report: {tmp_path / 'demo' / 'plan' / 'report.html'}" in first.out
    nothing_is_worked_out()
    second = rasr(*words)
    assert second.code == 0
    assert f"{KEPT} {tmp_path / 'demo' / 'assessment'}." in second.out
    assert f"{KEPT} {tmp_path / 'demo' / 'plan'}." in second.out
    assert [line for line in second.out.splitlines() if KEPT not in line] == first.out.splitlines()
    said = rasr(*words, "--json").json
    assert said["command"] == "demo"
    assert said["plan"]["objective_fatalities"] <= said["plan"]["alone_plan"]["objective_fatalities"]
    assert said["assessment"]["command"] == "assess"


@pytest.mark.parametrize("words", [["assess"], ["plan"], ["plan", "--alone"]])
def test_the_same_question_is_answered_by_the_kept_run(
    rasr: Run, region: Path, tmp_path: Path, nothing_is_worked_out: Callable[[], None], words: list[str]
) -> None:
    asked = (*words, region, "--out", tmp_path / "out")
    first = rasr(*asked, "--json").json
    nothing_is_worked_out()
    assert rasr(*asked, "--json").json == first
    assert KEPT in rasr(*asked).out
    with pytest.raises(AssertionError, match="worked out although"):
        rasr(*asked, "--again")


@pytest.mark.parametrize(
    "more",
    [["--exact"], ["--language", "sl"], ["--as-of", "2027-02-01"], ["--alone"], ["--partial"]],
    ids=lambda words: words[0],
)
def test_another_question_is_worked_out_anew(rasr: Run, region: Path, tmp_path: Path, more: list[str]) -> None:
    asked = ("plan", region, "--out", tmp_path / "out")
    first = rasr(*asked, "--json").json["digest"]
    other = rasr(*asked, *more, "--json").json["digest"]
    assert other != first


def test_changed_records_and_lost_files_are_worked_out_anew(rasr: Run, region: Path, tmp_path: Path) -> None:
    asked = ("assess", region, "--out", tmp_path / "out")
    first = rasr(*asked, "--json").json
    (tmp_path / "out" / "report.html").unlink()
    assert KEPT not in rasr(*asked).out
    assert (tmp_path / "out" / "report.html").is_file()
    stock = region / "stock.csv"
    stock.write_text(stock.read_text(encoding="utf-8").replace("M85,1100", "M85,1101"), encoding="utf-8")
    assert KEPT not in rasr(*asked).out
    assert json.loads((tmp_path / "out" / "run.json").read_text())["digest"] != first["digest"]


def test_the_answer_of_a_kept_assessment_is_the_same_as_the_first(rasr: Run, region: Path, tmp_path: Path) -> None:
    first, second = (rasr("assess", region, "--out", tmp_path / "out").out for _ in range(2))
    assert [line for line in second.splitlines() if KEPT not in line] == first.splitlines()
