"""Regions small enough to follow with a pencil: ``given`` gives ``expected``, and ``story.md`` says why.

A file ``expected/<command>.<table>.csv`` holds every row of that table and the columns that the story explains.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from rasr.cli.main import main

HERE = Path(__file__).parent
STORIES = sorted(path.parent for path in HERE.glob("*/story.md"))
COMMANDS = {"assess": ["assess"], "plan": ["plan"], "plan-alone": ["plan", "--alone"]}
KEYS = ("period", "reason", "family", "technique")
CLOSE = 1e-3
"""The story rounds to four digits, and a plan may fall short by a ten-thousandth of its gain."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Folder with the results of every command by story."""
    made = {}
    for story in STORIES:
        made[story] = tmp_path_factory.mktemp(story.name)
        for name, words in COMMANDS.items():
            assert main([*words, str(story / "given"), "--out", str(made[story] / name)]) == 0
    return made


def keyed(frame: pl.DataFrame) -> dict[tuple[object, ...], dict[str, float]]:
    """Rows by their ids and other names, numbers as numbers (nan: empty)."""
    keys = [name for name in frame.columns if name.endswith("_id") or name in KEYS]
    filled = frame.with_columns(
        pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in frame.columns if name not in keys
    )
    return {
        tuple(row[key] for key in keys): {name: value for name, value in row.items() if name not in keys}
        for row in filled.to_dicts()
    }


@pytest.mark.parametrize("file", [path for story in STORIES for path in sorted((story / "expected").glob("*.csv"))])
def test_the_answer_is_the_one_of_the_story(answers: dict[Path, Path], file: Path) -> None:
    command, table = file.stem.split(".")
    expected = pl.read_csv(file)
    path = answers[file.parents[1]] / command / "tables" / f"{table}.csv"
    found = keyed(pl.read_csv(path).select(expected.columns))
    wanted = keyed(expected)
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        assert found[key] == pytest.approx(values, rel=CLOSE, abs=1e-12, nan_ok=True), key


def test_the_most_dangerous_store_is_not_the_fullest(
    answers: dict[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    story = HERE / "two-authorities"
    assert main(["assess", str(story / "given"), "--out", str(answers[story] / "assess")]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = lines.index(next(line for line in lines if line.startswith("1  ")))
    told = " ".join(" ".join(lines[first : first + 4]).split())
    assert told.startswith("1 N1, North depot N")
    for reason in ("444 m are required", "persons are within the inhabited building distance", "8.0 t net explosive"):
        assert reason in told
    assert not any("S1, South depot" in line for line in lines)


def test_the_sums_of_the_plan_are_those_of_the_story(answers: dict[Path, Path]) -> None:
    story = HERE / "two-authorities"
    joint, alone = (json.loads((answers[story] / name / "plan.json").read_text()) for name in ("plan", "plan-alone"))
    figures = {"mass_destroyed_kg": 19_900, "cost_eur": 12_684, "objective_fatalities": 3.804e-4}
    assert {name: joint[name] for name in figures} == pytest.approx(figures, rel=CLOSE)
    figures = {"mass_destroyed_kg": 6_000, "cost_eur": 3_900, "objective_fatalities": 5.695e-4}
    assert {name: alone[name] for name in figures} == pytest.approx(figures, rel=CLOSE)
    assert {name: joint["alone_plan"][name] for name in figures} == pytest.approx(figures, rel=CLOSE)
    road = (13.9 * 80 + 6 * 40) * 1e-9
    assert joint["objective_parts"]["transport"] == pytest.approx(road, rel=CLOSE)
    assert joint["objective_parts"]["processing"] == pytest.approx(19.9e-6, rel=CLOSE)
