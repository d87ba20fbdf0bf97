"""``rasr plan --decided``: what was decided by hand holds, has its price, and a faulty file is told whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import STORY, Ran

Run = Callable[..., Ran]
HEAD = "origin_id,line_id,family,decision,mass_kg,by\n"


def first_way(plan: Path) -> tuple[str, str]:
    """Where the kept plan sends its first shipment from, and to which line."""
    row = pl.read_csv(plan / "tables" / "shipments.csv").row(0, named=True)
    return str(row["pool_id"]).split("/", maxsplit=1)[0], str(row["line_id"])


def test_what_was_decided_holds_and_its_price_is_told(rasr: Run, kept_plan: Path, tmp_path: Path) -> None:
    origin, line = first_way(kept_plan)
    decided = tmp_path / "decided.csv"
    decided.write_text(f"{HEAD}{origin},{line},,never,,\n", encoding="utf-8")
    said = rasr("plan", STORY, "--out", tmp_path / "out", "--decided", decided)
    assert said.code == 0
    assert "decided by hand costs" in said.out
    shipped = pl.read_csv(tmp_path / "out" / "tables" / "shipments.csv")
    gone = shipped.filter(pl.col("pool_id").str.starts_with(f"{origin}/"), pl.col("line_id") == line)
    assert gone.is_empty()
    changes = pl.read_csv(tmp_path / "out" / "tables" / "changes.csv")
    assert (changes["line_id"] == line).any()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("origin_id,line_id\nA,B\n", ["no column family, decision, mass_kg, by"]),
        (
            f"{HEAD},B,,never,,\nA,,,maybe,,\nA,B,,at_least,much,\nA,B,,never,,soon\nA,B,,never,,1,more\n",
            ["line 2 has no origin_id", "line 3 has no line_id", "never or at_least, and is maybe",
             "line 4: mass_kg", "line 5: by must", "line 6 has more cells"],
        ),
        (f"{HEAD}NOWHERE,NOLINE,,never,,\n", ["nothing to plan at NOWHERE", "no line NOLINE"]),
    ],
)  # fmt: skip
def test_every_fault_of_the_file_is_told_at_once(rasr: Run, tmp_path: Path, text: str, told: list[str]) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_text(text, encoding="utf-8")
    said = rasr("plan", STORY, "--out", tmp_path / "out", "--decided", decided)
    assert said.code != 0
    for piece in told:
        assert piece in said.out + said.err, piece
    assert not (tmp_path / "out" / "plan.json").exists()


def test_no_file_and_the_plans_alone_are_refused(rasr: Run, tmp_path: Path) -> None:
    said = rasr("plan", STORY, "--out", tmp_path / "out", "--decided", tmp_path / "none.csv")
    assert said.code != 0
    assert "none.csv" in said.out + said.err
    alone = rasr("plan", STORY, "--out", tmp_path / "out", "--decided", tmp_path / "none.csv", "--alone")
    assert "leave out --alone" in alone.out + alone.err
