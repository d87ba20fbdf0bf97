"""Clients that take their time hold no thread for long: a real server, with short deadlines."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.processes import environment

from rasr.node.host.server import THREADS

pytestmark = pytest.mark.one_database
PATIENCE_S = 60
TRIES = 5
HEAD_S, BODY_S = 4.0, 4.0
SERVE = f"""
import sys
from rasr.cli.main import main
from rasr.node.host import deadlines
deadlines.HEAD_S, deadlines.BODY_S, deadlines.SLOWEST_BYTES_PER_S = {HEAD_S}, {BODY_S}, 1e6
sys.exit(main(["serve", "--no-worker", *sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Address of a node with one process; its settings come from a folder of its own."""
    home = tmp_path_factory.mktemp("slow")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    words = ["--home", str(home), "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with (home / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", SERVE, *words], env=environment(RASR_MODE="test"), stdout=said, stderr=said
        )
    try:
        end = time.monotonic() + PATIENCE_S
        while "answers at" not in (home / "said.txt").read_text():
            assert process.poll() is None, (home / "said.txt").read_text()
            assert time.monotonic() < end, "the server is not ready"
            time.sleep(0.1)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(30)


def live(server: tuple[str, int], within_s: float) -> bool:
    """Whether a node says within this time that it is alive."""
    try:
        with urllib.request.urlopen(f"http://{server[0]}:{server[1]}/health/live", timeout=within_s) as answer:
            return bool(answer.read() == b"live\n")
    except OSError:
        return False


HALF = {
    "head": b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\n",
    "body": b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=",
}


@pytest.mark.parametrize("part", HALF)
def test_half_requests_hold_the_threads_only_until_their_deadline(server: tuple[str, int], part: str) -> None:
    held: list[socket.socket] = []
    with ExitStack() as clients:
        for _ in range(TRIES):  # on a machine that stands still for seconds the deadline may come first
            held = [clients.enter_context(socket.create_connection(server)) for _ in range(THREADS + 4)]
            for client in held:
                client.sendall(HALF[part])
            time.sleep(0.3)
            if not live(server, within_s=0.5):
                break
        else:
            pytest.fail("this test shows nothing: there were threads left")
        assert live(server, within_s=PATIENCE_S)
        for client in held:
            client.settimeout(PATIENCE_S)
            while client.recv(4096):
                pass  # to the end: the server has hung up
    assert live(server, within_s=PATIENCE_S)


def test_a_body_too_large_for_a_form_is_refused_unread(server: tuple[str, int]) -> None:
    with socket.create_connection(server) as client:
        client.sendall(HALF["body"].replace(b"5000", b"5000000"))
        client.settimeout(PATIENCE_S)
        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")
