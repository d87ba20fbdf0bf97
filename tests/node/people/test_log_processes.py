"""Several processes write and sign at once, as real processes on one node: one log comes of it, whole and in order."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.processes import environment

pytestmark = pytest.mark.one_database  # of a node of their own
PROCESSES, ENTRIES = 3, 8
PATIENCE_S = 120
ROOT = Path(__file__).parents[3]


def of_node(home: Path) -> dict[str, str]:
    return environment(RASR_MODE="test", RASR_HOME=str(home), RASR_LOG_LEVEL="warning")


def rasr(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "rasr", *map(str, words)]
    return subprocess.run(command, env=of_node(home), capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a node on SQLite into which several processes have written at once."""
    home = tmp_path_factory.mktemp("node") / "home"
    secret = home.with_name("password")
    secret.write_text("a long password 1")
    added = rasr(home, "user", "add", "ana", "--role", "auditor", "--password-file", secret, "--home", home)
    assert added.returncode == 0, added.stderr
    command = [sys.executable, "-m", "tests.node.people.log_writer", str(home), str(ENTRIES)]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=of_node(home), stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for one in running:
        _, said = one.communicate(timeout=PATIENCE_S)
        assert one.returncode == 0, said
    return home


def test_one_log_comes_of_it(home: Path) -> None:
    outside = home.with_name("outside.log")
    shutil.copy(home / "log" / "witness.log", outside)
    ran = rasr(home, "verify", "--witness", outside, "--home", home, "--json")
    said = json.loads(ran.stdout)
    assert (ran.returncode, said["findings"], said["newer"]) == (0, [], 0)
    # the entries of the processes, and that of the account
    assert said["leaves"] > PROCESSES * ENTRIES
    assert not (home / "log" / "fault").exists()


def test_what_is_changed_is_shown(home: Path) -> None:
    changed = home.with_name("changed")
    shutil.copytree(home, changed)
    with sqlite3.connect(changed / "rasr.sqlite3") as database:
        database.execute("DROP TRIGGER people_entry_no_update")
        (key,) = database.execute("SELECT entry_id FROM people_entry WHERE row_id = '3' LIMIT 1").fetchone()
        database.execute("UPDATE people_entry SET reason = 'another' WHERE entry_id = ?", [key])
    ran = rasr(changed, "verify", "--witness", home / "log" / "witness.log", "--home", changed)
    assert ran.returncode == 1
    assert "log_edited" in ran.stdout
    assert "1 difference." in ran.stdout
    assert ran.stderr == ""


def test_a_ledger_that_does_not_hold_is_shown_though_nothing_covered_was_changed(home: Path) -> None:
    changed = home.with_name("held")
    shutil.copytree(home, changed)
    with sqlite3.connect(changed / "rasr.sqlite3") as database:
        place = database.execute("INSERT INTO records_place (kind, ref) VALUES ('lost', '')").lastrowid
        database.execute(
            "INSERT INTO records_holding (position, batch_id, place_id, quantity, latest_at) VALUES (1, ?, ?, 5, ?)",
            ["ab" * 16, place, "2027-05-31 12:00:00"],
        )
    words = ("verify", "--witness", home / "log" / "witness.log", "--home", changed)
    ran = rasr(changed, *words)
    assert ran.returncode == 1
    assert "ledger_holding_differs" in ran.stdout
    assert ": nothing was changed.\n" in ran.stdout
    assert "0 lines in the ledger: 1 fault.\n" in ran.stdout
    said = json.loads(rasr(changed, *words, "--json").stdout)
    assert (said["counts"], said["ledger_lines"]) == ({"ledger_holding_differs": 1}, 0)
    assert said["findings"][0]["row_id"] == "ab" * 4 + "-abab-abab-abab-" + "ab" * 6


def test_a_witness_that_cannot_be_used_is_bad_input(home: Path, tmp_path: Path) -> None:
    (tmp_path / "no.log").write_text("no witness\n")
    ran = rasr(home, "verify", "--witness", tmp_path / "no.log", "--home", home)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "rasr verify: The witness cannot be used: line 1 is wrong (it cannot be read). Take another copy of it.\n"
    )
