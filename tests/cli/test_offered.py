"""``rasr plan --works``: security works are planned at the declared rate, and a faulty file is told whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import STORY, Ran

Run = Callable[..., Ran]
HEAD = "work_id,site_id,cost_eur,index_removed,upkeep_eur_per_year,planned_share\n"


def test_works_are_done_paid_and_told(rasr: Run, kept_plan: Path, tmp_path: Path) -> None:
    site = str(pl.read_csv(kept_plan / "tables" / "shipments.csv")["pool_id"][0]).split("/", maxsplit=1)[0]
    offered = tmp_path / "works.csv"
    offered.write_text(f"{HEAD}W1,{site},1000,40,,0.5\nW2,{site},900,30,,\n", encoding="utf-8")
    asked = ("plan", STORY, "--out", tmp_path / "out", "--works", offered)
    said = rasr(*asked, "--rate", "0.01")
    assert said.code == 0, said.err
    assert "Security works: 1 of 2 are done, EUR 1" in said.out
    opened = pl.read_csv(tmp_path / "out" / "tables" / "openings.csv").filter(kind="work")
    assert opened["id"].to_list() == ["W1"]
    summary = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert summary["objective_parts"]["diversion"] > 0
    assert "Security works" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    worthless = rasr(*asked, "--rate", "0")
    assert "Security works: 0 of 2 are done" in worthless.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("work_id,site_id\nA,B\n", ["no column cost_eur, index_removed"]),
        (
            f"{HEAD},B,1,1,,\nA,,much,1,,\nA,B,,1,,\nA,B,1,1,,some\nA,B,1,1,1,1,1\n",
            ["line 2 has no work_id", "line 3 has no site_id", "line 3: cost_eur must be a number, and is much",
             "line 4: cost_eur must be a number, and is empty", "line 5: planned_share", "line 6 has more cells"],
        ),
        (f"{HEAD}A,NOWHERE,-1,1,,\nA,NOWHERE,1,1,,\n",
         ["there is no site NOWHERE", "A: two works have this name", "cost_eur", "is -1"]),
    ],
)  # fmt: skip
def test_every_fault_of_the_file_is_told_at_once(rasr: Run, tmp_path: Path, text: str, told: list[str]) -> None:
    offered = tmp_path / "works.csv"
    offered.write_text(text, encoding="utf-8")
    said = rasr("plan", STORY, "--out", tmp_path / "out", "--works", offered, "--rate", "1")
    assert said.code != 0
    for piece in told:
        assert piece in said.out + said.err, piece
    assert not (tmp_path / "out" / "plan.json").exists()


@pytest.mark.parametrize("given", [["--works", "w.csv"], ["--rate", "1"]])
def test_works_without_a_rate_and_a_rate_without_works_are_refused(rasr: Run, tmp_path: Path, given: list[str]) -> None:
    said = rasr("plan", STORY, "--out", tmp_path / "out", *given)
    assert said.code != 0
    assert "go together" in said.err


@pytest.mark.parametrize("rate", ["-1", "much", "inf", "nan"])
def test_a_rate_is_a_number_that_is_not_negative(rasr: Run, tmp_path: Path, rate: str) -> None:
    said = rasr("plan", STORY, "--out", tmp_path / "out", f"--rate={rate}")
    assert said.code != 0
    assert "is not a rate" in said.err
