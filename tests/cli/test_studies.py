"""``rasr plan`` with a study: what is written and said, kept runs, and one clear line on what cannot be studied."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import STORY, Ran

Command = Callable[..., Ran]
TABLES = {
    "coalitions": "coalition members averted_low averted_high gain_low gain_high better_than_parts fatalities "
    "fatalities_bound mass_kg cost_eur status",
    "fair_split": "jurisdiction_id alone_low alone_high fair_share fair_low fair_high steady_share at_home",
    "leaving": "coalition fair_share averted_low averted_high missing_low missing_high leaves",
    "frontier": "budget_share budget_eur cost_eur fatalities fatalities_bound averted_low averted_high "
    "averted_per_million_eur danger_after mass_kg knee status",
    "scenarios": "scenario fatalities fatalities_bound worse_low worse_high different danger_after mass_kg cost_eur "
    "deadlines_missed first_year_changed_share status",
    "scenario_queues": "scenario pool_id line_id mass_kg",
    "first_year": "pool_id origin_id mass_kg central_kg mean_kg least_kg most_kg in_queue_share standing",
}


def scenarios(folder: Path, *rows: str, separator: str = ",") -> Path:
    path = folder / "what-if.csv"
    text = "\n".join(["scenario,change,target,from_period,factor", *rows])
    path.write_text(text.replace(",", separator), encoding="utf-8")
    return path


def test_every_study_writes_its_tables_and_answers_again(rasr: Command, tmp_path: Path) -> None:
    file = scenarios(tmp_path, "half,budget,all,,0.5")
    words = ["plan", STORY, "--out", tmp_path / "out", "--coalitions", "--frontier", "--scenarios", file, "--draws", 2]
    first = rasr(*words)
    assert first.code == 0, first.err
    for name, columns in TABLES.items():
        assert pl.read_csv(tmp_path / "out" / "tables" / f"{name}.csv").columns == columns.split()
        assert pl.read_parquet(tmp_path / "out" / "tables" / f"{name}.parquet").columns == columns.split()
    for said in ("What can be averted", "Scenarios", "Danger against money", "The first year's queue"):
        assert said in first.out
    again = rasr(*words)
    assert "Kept run" in again.out
    assert first.out in again.out
    told = rasr(*words, "--json").json
    assert set(told["studies"]) == {"together", "scenarios", "frontier", "first_year", "standing"}
    assert json.loads((tmp_path / "out" / "run.json").read_text())["studies"] == told["studies"]


def test_other_scenarios_are_another_run(rasr: Command, tmp_path: Path) -> None:
    for share in ("0.5", "0.25"):
        file = scenarios(tmp_path, f"less;budget;all;;{share}".replace(";", ","), separator=";")
        ran = rasr("plan", STORY, "--out", tmp_path / "out", "--scenarios", file)
        assert "Kept run" not in ran.out
        assert "less" in ran.out


def test_the_plan_says_how_a_spreadsheet_would_do(rasr: Command, tmp_path: Path) -> None:
    assert "A spreadsheet that goes by danger per euro would leave" in rasr("plan", STORY, "--out", tmp_path / "p").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--coalitions", "--members", "N"], "needs two jurisdictions"),
        (["--coalitions", "--members", "N,XX"], "no jurisdiction named XX"),
        (["--members", "N,S"], "it goes with --coalitions"),
        (["--coalitions", "--alone"], "does not go with a study"),
        (["--frontier", "--workers", "0"], "--workers"),
        (["--draws", "0"], "draws must be between 1"),
        (["--scenarios", "nowhere.csv"], "there is no such file"),
    ],
)
def test_what_cannot_be_studied_is_one_clear_line(rasr: Command, tmp_path: Path, words: list[str], said: str) -> None:
    ran = rasr("plan", STORY, "--out", tmp_path / "out", *words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "it is no table in CSV"),
        (b"\xff\xfe\x00\x01,\n\x80", "it is no table in CSV"),
        (b"scenario,change\na,b", "no column target"),
        (b"scenario,change,target", "it holds no scenario"),
        (b"scenario,change,target\na,line_closes,NOWHERE", "no line named NOWHERE"),
        (b"scenario,change,target\na,explode,NOWHERE", "row 1, column change: 'explode' does not fit"),
        (b"x" * 1_000_001, "too large"),
    ],
)
def test_a_file_of_scenarios_at_fault_is_one_clear_line(rasr: Command, tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "bad.csv").write_bytes(text)
    ran = rasr("plan", STORY, "--out", tmp_path / "out", "--scenarios", tmp_path / "bad.csv")
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("table", ["lines", "funds"])
def test_without_lines_or_money_a_study_says_what_to_do(
    rasr: Command, region: Path, tmp_path: Path, table: str
) -> None:
    for name in (table, "line_rates") if table == "lines" else (table, "earmarks"):
        head = (region / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        (region / f"{name}.csv").write_text(head + "\n", encoding="utf-8")
    ran = rasr("plan", region, "--out", tmp_path / "out", "--coalitions")
    assert ran.code == 2
    assert "--partial" in ran.err
    partly = rasr("plan", region, "--out", tmp_path / "out", "--coalitions", "--partial")
    assert partly.code == 0, partly.err
    assert "no group would rather leave" in partly.out
