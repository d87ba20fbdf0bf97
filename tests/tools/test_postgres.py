"""The PostgreSQL of a test run: there while the command runs, and nothing of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import postgres

ROOT = Path(__file__).resolve().parents[2]
BIN = postgres.binaries()
TOOL = [sys.executable, "-m", "tools.postgres"]
ASKS = """
import os, psycopg
with psycopg.connect(os.environ["RASR_DATABASE_URL"]) as connection:
    asked = "SELECT current_setting('server_encoding'), current_setting('data_directory')"
    print(*connection.execute(asked).fetchone())
raise SystemExit(7)
"""
WAITS = """
import os, psycopg, time
with psycopg.connect(os.environ["RASR_DATABASE_URL"]) as connection:
    print(*connection.execute("SELECT current_setting('data_directory')").fetchone(), flush=True)
time.sleep(60)
"""
needs_postgresql = pytest.mark.skipif(BIN is None, reason="PostgreSQL is not installed")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TOOL, *words], cwd=ROOT, capture_output=True, text=True, timeout=60)


@needs_postgresql
def test_a_command_finds_a_cluster_and_leaves_none() -> None:
    ran = run(sys.executable, "-c", ASKS)
    assert ran.returncode == 7, ran.stderr
    encoding, data = ran.stdout.split()
    assert encoding == "UTF8"
    assert not Path(data).parent.exists()


@needs_postgresql
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_command_cut_short_leaves_none(sign: signal.Signals) -> None:
    tool = subprocess.Popen(
        [*TOOL, sys.executable, "-c", WAITS],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert tool.stdout is not None
    data = Path(tool.stdout.readline().strip())
    server = int((data / "postmaster.pid").read_text().split()[0])
    # as a terminal does it: Ctrl-C goes to the whole group, SIGTERM to the one
    os.killpg(tool.pid, sign) if sign is signal.SIGINT else tool.send_signal(sign)
    assert tool.wait(30) == 128 + sign
    tool.stdout.close()
    assert not data.parent.exists()
    time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


@needs_postgresql
def test_what_cannot_be_run_is_one_line() -> None:
    ran = run("no-such-command")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "no-such-command" in ran.stderr


def test_without_postgresql_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(postgres, "binaries", lambda: None)
    assert postgres.main(["true"]) == postgres.NO_POSTGRESQL
    assert "not installed" in capsys.readouterr().err
