"""A whole working node, backed up and restored on another database: apart, since its rows stay for all of a module."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from tests.node.host.sealed import PASSPHRASE, inside, still
from tests.processes import environment

from rasr.core.basis.seal import Sealer
from rasr.node.host import backup

GROWS = ("people.entry/", "people.leaf/")
BOTH = """
import sys
from rasr.cli.main import main
one, other, secret, home = sys.argv[1:]
tail = ["--passphrase-file", secret, "--home", home, "--json"]
sys.exit(main(["restore", one, *tail]) or main(["backup", other, *tail]))
"""


def restored_and_backed_up(one: Path, other: Path, home: Path) -> None:
    """Restore ``one`` into a new SQLite node in ``home`` and back that up as ``other``, in a process of its own."""
    secret = home.with_suffix(".passphrase")
    secret.write_text(PASSPHRASE)
    ran = subprocess.run(
        [sys.executable, "-P", "-c", BOTH, *map(str, (one, other, secret, home))],
        env=environment(RASR_MODE="test"), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals as always, but with little work to try a passphrase."""
    monkeypatch.setattr(backup, "Sealer", partial(Sealer, strength=10))


@pytest.mark.usefixtures("loaded", "planned", "planner")
def test_every_row_of_a_working_node_comes_back_on_another_database(tmp_path: Path) -> None:
    one, other = tmp_path / "one.rasr", tmp_path / "other.rasr"
    counts = backup.write_backup(one, PASSPHRASE, still)
    for table in ("records.movementline", "records.holding", "people.user", "places.store", "plan.planrun"):
        assert counts[table], table
    restored_and_backed_up(one, other, tmp_path / "restored")
    before, after = inside(one), inside(other)
    assert list(before) == list(after)
    for name, content in before.items():
        if name.startswith(GROWS):  # by the entries of the backup and of the restore
            assert after[name].startswith(content), name
        elif name != "end.json":  # what it counts
            assert content == after[name], name
