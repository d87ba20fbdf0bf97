"""200 signed-in users, each opening a page every 10 s for 2 minutes, on PostgreSQL, on the machine that also asks.

An answer other than 200 is an error and fails the bench. No second is asserted: what was measured is printed, beside
the same pages opened by one user alone in the same run.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.processes import environment

from tools import postgres

ROOT = Path(__file__).resolve().parents[2]
EVERY_S, LASTS_S = 10.0, 120.0
READY_WITHIN_S = 60.0
ALONE = 40
"""Pages opened one after another by one user, before the others come."""
PATIENCE_S = 60.0


def test_two_hundred_users(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The benchmark itself is the whole run: made, served, opened by one, opened by all."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    seen: dict[str, Any] = {}

    def run() -> None:
        with postgres.cluster(programs) as database_url:
            env = environment(RASR_DATABASE_URL=database_url)
            command = [sys.executable, "-m", "tests.bench.many_users", str(tmp_path / "home")]
            ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr[-4000:]
            people = json.loads(ran.stdout.splitlines()[-1])
            with served(tmp_path, env) as port:
                seen.update(measured(port, people["cookie_name"], people["users"]))

    benchmark.pedantic(run, rounds=1)
    benchmark.extra_info |= seen
    print(json.dumps(seen, indent=1))
    assert seen["errors"] == {}


@contextmanager
def served(folder: Path, env: dict[str, str]) -> Iterator[int]:
    """The node, served as it is for users; its port."""
    port = postgres.free_port()
    command = [sys.executable, "-m", "rasr", "serve", "--home", str(folder / "home"), "--bind", f"127.0.0.1:{port}"]
    with (folder / "log").open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + READY_WITHIN_S
        while opened(port, "/health/ready", "")[0] != "200":
            assert server.poll() is None, (folder / "log").read_text(errors="replace")[-4000:]
            assert time.monotonic() < until, (folder / "log").read_text(errors="replace")[-4000:]
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def opened(port: int, path: str, cookie: str) -> tuple[str, float]:
    """Open a page by a connection of its own: its status, or the fault, and milliseconds until all of it is there."""
    began = time.perf_counter()
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        door.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = door.getresponse()
        answer.read()
        status = str(answer.status)
    except (OSError, http.client.HTTPException) as fault:
        status = type(fault).__name__
    finally:
        door.close()
    return status, 1000 * (time.perf_counter() - began)


def measured(port: int, cookie_name: str, users: list[dict[str, Any]]) -> dict[str, Any]:
    """One user alone, then all of them: errors, and how long the answers took."""
    cookies = [f"{cookie_name}={user['cookie']}" for user in users]
    alone = [opened(port, page, cookies[3]) for page in (users[3]["pages"] * ALONE)[:ALONE]]
    begin_s = time.monotonic() + 1.0
    rounds = int(LASTS_S / EVERY_S)

    def visits(number: int) -> list[tuple[str, str, float]]:
        """What one user saw, who begins somewhere in the first ten seconds."""
        pages, found = users[number]["pages"], []
        for turn in range(rounds):
            due_s = begin_s + EVERY_S * (turn + number / len(users))
            time.sleep(max(0.0, due_s - time.monotonic()))
            path = pages[turn % len(pages)]
            found.append((path, *opened(port, path, cookies[number])))
        return found

    with ThreadPoolExecutor(len(users)) as pool:
        every = [visit for found in pool.map(visits, range(len(users))) for visit in found]
    times_ms = [took_ms for _, _, took_ms in every]
    cuts_ms = quantiles(times_ms, n=100, method="inclusive")
    alone_ms = median(took_ms for _, took_ms in alone)
    by_kind = Counter(f"{status} {urlsplit(path).path}" for path, status, _ in every if status != "200")
    by_kind.update(f"{status} alone" for status, _ in alone if status != "200")
    return {
        "users": len(users),
        "pages": len(every),
        "errors": dict(by_kind),
        "p50_ms": round(cuts_ms[49], 1),
        "p95_ms": round(cuts_ms[94], 1),
        "p99_ms": round(cuts_ms[98], 1),
        "longest_ms": round(max(times_ms), 1),
        "alone_p50_ms": round(alone_ms, 1),
        "p95_to_alone": round(cuts_ms[94] / alone_ms, 1),
        "load": os.getloadavg()[0],
    }
