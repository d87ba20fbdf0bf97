"""How fast the ledger is, on both databases, beside pgbench's simple update in the same run: ``make bench``.

No second is asserted. RASR_BENCH_LINES (default 100000) is the largest ledger: it is filled by the database itself
(``ledger_filled``), each size ten times the one before, and timed at each.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tools import postgres

ROOT = Path(__file__).resolve().parents[2]
LINES = os.environ.get("RASR_BENCH_LINES", "100000")
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
PGBENCH_S = 10


def grown(benchmark: BenchmarkFixture, home: Path, address: str) -> None:
    """Run it once in a process of its own, and note what it found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RASR_", "DJANGO_"))}
    said: list[str] = []

    def run() -> None:
        command = [sys.executable, "-m", "tests.bench.ledger_times", str(home), LINES]
        environment = {**kept, "RASR_DATABASE_URL": address}
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr[-4000:]
        said.append(ran.stdout.splitlines()[-1])

    benchmark.pedantic(run, rounds=1)
    benchmark.extra_info |= json.loads(said[0])


def test_on_sqlite(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    grown(benchmark, tmp_path / "home", "sqlite")
    print(json.dumps(benchmark.extra_info, indent=1))


def test_on_postgresql(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL")
    with postgres.cluster(programs, postgres.LOCAL) as address:  # here, other than in tests, the disk is waited for
        with psycopg.connect(address, autocommit=True) as connection:
            assert [connection.execute(f"SHOW {name}").fetchone() for name in DURABLE] == [("on",)] * len(DURABLE)
            connection.execute("CREATE DATABASE beside")
        beside = f"{address.rpartition('/')[0]}/beside"
        simple = simple_update_per_s(programs, beside)
        grown(benchmark, tmp_path / "home", address)
        benchmark.extra_info["pgbench_simple_update_per_s"] = simple
        benchmark.extra_info["of_pgbench"] = [
            round(size["singles_per_s"] / simple, 3) for size in benchmark.extra_info["sizes"]
        ]
    print(json.dumps(benchmark.extra_info, indent=1))


def simple_update_per_s(programs: Path, address: str) -> float:
    """Transactions of one client, of pgbench's own simple update."""
    pgbench = str((programs / "postgres").resolve().with_name("pgbench"))  # what is in PATH may be links to some
    subprocess.run([pgbench, "-i", "-q", "-s", "10", address], capture_output=True, check=True)
    ran = subprocess.run([pgbench, "-N", "-T", str(PGBENCH_S), address], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", ran.stdout)
    assert found is not None, ran.stdout
    return float(found[1])


def test_campaign(benchmark: BenchmarkFixture) -> None:
    """50,000 weapons and 500,000 rounds over 3 simulated years, nothing unaccounted for."""
    said: list[str] = []

    def run() -> None:
        command = [sys.executable, "-m", "rasr", "bench", "campaign", "--json"]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr[-4000:]
        said.append(ran.stdout)

    benchmark.pedantic(run, rounds=1)
    benchmark.extra_info |= json.loads(said[0])
