"""The database is gone for ten seconds: pages say so, and afterwards everything goes on as before."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from tests.processes import environment

# What is tested is a connection that breaks and comes back. SQLite has none: its file lies on the node's own disk, and
# what happens when that is full is tested in people/test_trail_full_disk.
pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="a file on this machine does not go away")
PATIENCE_S = 60
GONE_S = 10.0
COOKIE = {"Cookie": "rasr_session=of-somebody-or-other-who-was-here"}
"""A session to look up: no page answers without the database then."""


class Cable:
    """A line to the database that can be cut: what connects to ``port`` reaches the database while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._ends: list[socket.socket] = []
        self._hands: list[threading.Thread] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.whole = True
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def cut(self) -> None:
        """End every connection, and each new one at once."""
        self.whole = False
        for end in self._ends:
            hang_up(end)
        for hand in self._hands:
            hand.join()
        for end in self._ends:
            end.close()
        self._ends, self._hands = [], []

    def close(self) -> None:
        """For good."""
        hang_up(self._door)
        self._accepting.join()
        self._door.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):  # closed at the end
            while True:
                near, _ = self._door.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(self._to)
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    self._hands.append(threading.Thread(target=carry, args=(one, other)))
                    self._hands[-1].start()


def carry(one: socket.socket, other: socket.socket) -> None:
    """Hand on what comes, until either side ends."""
    with suppress(OSError):
        while some := one.recv(65536):
            other.sendall(some)
    hang_up(one)
    hang_up(other)


def hang_up(end: socket.socket) -> None:
    """End a connection, if it has not ended."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cable() -> Iterator[Cable]:
    """A line to a database of its own beside that of the tests, through which the node is connected."""
    server = settings.DATABASES["default"]
    told = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "dbname": "postgres"}
    with psycopg.connect(**told, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS rasr_gone WITH (FORCE)")
        admin.execute("CREATE DATABASE rasr_gone")
        made = Cable(str(server["HOST"]), int(server["PORT"]))
        yield made
        made.close()
        admin.execute("DROP DATABASE rasr_gone WITH (FORCE)")


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def worker_of(process: subprocess.Popen[bytes]) -> int | None:
    """The process that is the worker of a node."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            return int(child)
    return None


def test_a_node_outlasts_ten_seconds_without_its_database(cable: Cable, tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    user = settings.DATABASES["default"]["USER"]
    url = f"postgresql://{user}@127.0.0.1:{cable.port}/rasr_gone"
    words = ["serve", "--home", str(tmp_path / "home"), "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    said = tmp_path / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "rasr", *words],
            env=environment(RASR_MODE="test", RASR_DATABASE_URL=url), stdout=out, stderr=out,
        )  # fmt: skip

    def asked(path: str) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", headers={} if path.startswith("/health/") else COOKIE
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, dict(answer.headers), answer.read()

    try:
        until(lambda: "answers at" in said.read_text() or process.poll() is not None, said.read_text())
        until(lambda: json.loads(asked("/health/ready")[2])["worker"], "no worker was seen")
        worker = worker_of(process)
        assert worker is not None
        assert asked("/sign-in/")[0] == 200

        cable.cut()
        back_at = time.monotonic() + GONE_S
        status, headers, page = asked("/sign-in/")
        assert (status, headers["Retry-After"]) == (503, "10")
        assert b"503" in page
        assert asked("/health/live")[0] == 200
        status, _, ready = asked("/health/ready")
        assert (status, json.loads(ready)["database"]) == (503, False)
        time.sleep(max(0.0, back_at - time.monotonic()))

        cable.whole = True
        assert asked("/sign-in/")[0] == 200
        until(lambda: asked("/health/ready")[0] == 200, "the node is not ready again")
        until(lambda: json.loads(asked("/health/ready")[2])["worker"], "no worker was seen afterwards")
        assert worker_of(process) == worker
    finally:
        process.terminate()
        process.wait(30)
