"""A full disk (a limit on the size of files) and Ctrl-C: one line, nothing half written, the old result kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rasr.cli.main import main

FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from rasr.cli.main import main
sys.exit(main(sys.argv[2:]))
"""
SOLVING = """
import signal, sys
from rasr.cli.main import main
from rasr.core.plan.highs import Programme
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background
solve = Programme.solve
def told(*words):
    print("solving", flush=True)
    return solve(*words)
Programme.solve = told
sys.exit(main(sys.argv[1:]))
"""
QUIET = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def on_a_full_disk(limit: int, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", FULL_DISK, str(limit), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=QUIET)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (10_000, ["sample", "{out}", "--scale", "0.1"]),
        (10_000, ["template", "{out}.xlsx"]),
        (10_000, ["assess", "{region}", "--out", "{out}"]),
        (10_000, ["plan", "{region}", "--out", "{out}"]),
        (10_000, ["check", "{book}", "--annotate", "{out}.xlsx"]),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else str(value),
)
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, region: Path, limit: int, words: list[str]) -> None:
    places = {"out": tmp_path / "new", "region": region, "book": tmp_path / "book.xlsx"}
    assert main(["template", str(places["book"])]) == 0
    before = everything(tmp_path)
    ran = on_a_full_disk(limit, *(word.format(**places) for word in words))
    assert ran.returncode == 2
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    assert "cannot be written (" in ran.stderr
    assert "Nothing was changed." in ran.stderr
    assert everything(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "region"]


def test_the_old_plan_outlives_a_full_disk(tmp_path: Path, region: Path) -> None:
    out = tmp_path / "out"
    assert main(["plan", str(region), "--out", str(out)]) == 0
    before = everything(out)
    ran = on_a_full_disk(10_000, "plan", region, "--out", out, "--again")
    assert ran.returncode == 2
    assert everything(out) == before
    assert main(["plan", str(region), "--out", str(out)]) == 0
    assert everything(out) == before


@pytest.mark.parametrize("keep_old", [False, True])
def test_ctrl_c_while_solving_leaves_what_was_there(tmp_path: Path, sample: Path, region: Path, keep_old: bool) -> None:
    out = tmp_path / "out"
    if keep_old:
        assert main(["plan", str(region), "--out", str(out)]) == 0
    before = everything(tmp_path)
    command = [sys.executable, "-c", SOLVING, "plan", str(sample), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=QUIET) as planning:
        assert planning.stdout is not None
        assert planning.stdout.readline() == "solving\n"
        planning.send_signal(signal.SIGINT)
        _, said = planning.communicate(timeout=60)
    assert planning.returncode == 130
    assert said == "rasr plan: Interrupted: nothing was written.\n"
    assert everything(tmp_path) == before
    assert not list(tmp_path.rglob(".rasr-*"))
