"""The commands of a node as its owner types them: real processes on a free port of this machine."""

from __future__ import annotations

import http.cookiejar
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.processes import environment

from rasr.node.host import certificates

PATIENCE_S = 90
PASSWORD = "a long password 1"


def words(*given: object) -> list[str]:
    return [sys.executable, "-P", "-m", "rasr", *map(str, given)]


def of_node(**more: str) -> dict[str, str]:
    return environment(**{"RASR_MODE": "test", "RASR_SECOND_FACTOR": "required"} | more)


def rasr(*given: object, **more: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        words(*given), env=of_node(**more), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@pytest.fixture
def port() -> int:
    """A free port of this machine."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@dataclass
class Served:
    """A node at work."""

    process: subprocess.Popen[str]
    home: Path
    said: Path
    log: Path

    def children(self) -> dict[str, int]:
        """Process of each command beside the one that was started: serve, worker."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        named = {}
        for child in task:
            line = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            named["worker" if b"worker" in line else "serve"] = int(child)
        return named

    def logged(self, message: str) -> int:
        """How often the log says something."""
        return sum(
            json.loads(line)["message"] == message for line in self.log.read_text().splitlines() if line[:1] == "{"
        )


@contextmanager
def serving(home: Path, port: int, *more: object) -> Iterator[Served]:
    """``rasr serve`` in the background, ready to answer; ended in any case."""
    home.mkdir(parents=True, exist_ok=True)
    said, log = home / "said.txt", home / "log.txt"
    with said.open("w") as out, log.open("w") as err:
        process = subprocess.Popen(
            words("serve", "--home", home, "--bind", f"127.0.0.1:{port}", "--workers", 1, *more),
            env=of_node(), stdout=out, stderr=err, text=True,
        )  # fmt: skip
    try:
        until(lambda: "answers at" in said.read_text() or process.poll() is not None, "the server is not ready")
        assert process.poll() is None, log.read_text()
        yield Served(process, home, said, log)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that was set up, with an administrator and a certificate."""
    home = tmp_path_factory.mktemp("node") / "home"
    secret = home.with_suffix(".password")
    secret.write_text(PASSWORD + "\n")
    ran = rasr("user", "add", "ana", "--role", "administrator", "--password-file", secret, "--home", home)
    assert (ran.returncode, ran.stdout) == (0, "ana may sign in.\n"), ran.stderr
    assert rasr("certificate", "--home", home).returncode == 0
    return home


def test_a_node_is_served_over_tls_and_its_first_user_signs_in(ready_home: Path, port: int) -> None:
    trusting = ssl.create_default_context(cafile=str(ready_home / "tls" / "ca.crt"))
    address = f"https://127.0.0.1:{port}"
    with serving(ready_home, port) as node:
        assert f"https://localhost:{port}/" in node.said.read_text()
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"{address}/health/live", timeout=10)
        cookies = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trusting), urllib.request.HTTPCookieProcessor(cookies)
        )
        assert browser.open(f"{address}/health/live", timeout=10).read() == b"live\n"
        until(lambda: json.load(browser.open(f"{address}/health/ready"))["worker"], "no worker was seen")
        browser.open(f"{address}/sign-in/", timeout=10).read()
        token = next(cookie.value for cookie in cookies if cookie.name == "rasr_csrf")
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": "ana", "password": PASSWORD})
        sent = urllib.request.Request(f"{address}/sign-in/", form.encode(), {"Referer": f"{address}/sign-in/"})
        assert browser.open(sent, timeout=30).url == f"{address}/account/second-factor/", "everybody needs one"
        assert "rasr_session" in {cookie.name for cookie in cookies}
        assert "ana" not in node.log.read_text().replace('"rasr', "")
        # a second one: on the same home folder, and on the same port
        again = rasr("serve", "--no-worker", "--home", ready_home, "--bind", f"127.0.0.1:{port}")
        assert (again.returncode, "is running" in again.stderr) == (2, True), again.stderr
        other = rasr("serve", "--no-worker", "--home", ready_home.parent / "other", "--bind", f"127.0.0.1:{port}")
        assert (other.returncode, other.stderr.count("\n")) == (2, 1)
        assert f"127.0.0.1:{port} is in use" in other.stderr
        ends(node, signal.SIGTERM)


def ends(node: Served, how: signal.Signals) -> None:
    """The node ends within seconds when asked to, and with it all its processes."""
    children = node.children()
    assert set(children) == {"serve", "worker"}
    started_s = time.monotonic()
    node.process.send_signal(how)
    assert node.process.wait(20) == 0
    assert time.monotonic() - started_s < 12
    assert not [pid for pid in children.values() if Path(f"/proc/{pid}").exists()]
    assert node.logged("the worker has ended") == 1


def test_a_worker_that_dies_is_started_again_and_ctrl_c_ends_all(ready_home: Path, port: int) -> None:
    with serving(ready_home, port) as node:
        until(lambda: node.logged("the worker has started"), "the worker has not started")
        first = node.children()["worker"]
        os.kill(first, signal.SIGKILL)
        until(lambda: node.logged("the worker has started") == 2, "the worker was not started again")
        assert node.children()["worker"] != first
        assert node.logged("the worker ended") == 1
        ends(node, signal.SIGINT)


def test_a_server_that_dies_ends_all(ready_home: Path, port: int) -> None:
    with serving(ready_home, port) as node:
        until(lambda: "worker" in node.children(), "the worker has not started")
        children = node.children()
        os.kill(children["serve"], signal.SIGKILL)
        assert node.process.wait(30) == 2
        until(lambda: not Path(f"/proc/{children['worker']}").exists(), "the worker runs on")


def test_a_certificate_out_of_its_time_is_refused_in_one_line(tmp_path: Path) -> None:
    certificates.make(tmp_path, [], now=datetime.now(UTC) - timedelta(days=400))
    ran = rasr("serve", "--home", tmp_path, "--bind", "127.0.0.1:8999")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1), ran.stderr
    assert "expired on" in ran.stderr
    assert "rasr certificate --renew" in ran.stderr


@pytest.mark.parametrize(
    ("given", "more", "said"),
    [
        (["--bind", "0.0.0.0:8999"], {"RASR_MODE": "production"}, "has no certificate"),
        (["--bind", "0.0.0.0:8999"], {"RASR_MODE": "demo"}, "on this machine only"),
        (["--bind", "8999"], {}, "bind is '8999'"),
        (["--workers", "0"], {}, "workers must be a whole number above 0"),
        ([], {"RASR_DATABASE_URL": "postgresql://u:hidden@127.0.0.1:9/x"}, "database cannot be reached"),
        ([], {"RASR_DATABASE_URL": "mysql://x"}, "database_url must be"),
    ],
)
def test_what_stands_against_serving_is_said_in_one_line(
    tmp_path: Path, port: int, given: list[str], more: dict[str, str], said: str
) -> None:
    bind = [] if "--bind" in given else ["--bind", f"127.0.0.1:{port}"]
    ran = rasr("serve", "--no-worker", "--home", tmp_path, *bind, *given, **more)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1), ran.stderr
    assert said in ran.stderr
    assert "hidden" not in ran.stderr


def test_users_are_listed_and_get_other_passwords(ready_home: Path, tmp_path: Path) -> None:
    [ana] = json.loads(rasr("user", "list", "--home", ready_home, "--json").stdout)["users"]
    assert (ana["name"], [grant["role"] for grant in ana["grants"]]) == ("ana", ["administrator"])
    secret = tmp_path / "password"
    secret.write_text("short")
    for given, said in (
        (["password", "nobody", "--password-file", secret], "no user of this name"),
        (["password", "ana"], "no terminal"),
        (["add", "ben"], "--role"),
        (["add"], "give the name"),
    ):
        ran = rasr("user", *given, "--home", ready_home)
        assert (ran.returncode, said in ran.stderr) == (2, True), ran.stderr


def test_where_no_node_is_nothing_is_made(tmp_path: Path) -> None:
    home = tmp_path / "mistyped"
    for given in (["user", "list"], ["backup", tmp_path / "out.rasr"]):
        ran = rasr(*given, "--home", home)
        assert (ran.returncode, "no node in" in ran.stderr) == (2, True), ran.stderr
    assert not home.exists()


def test_the_help_answers_at_once() -> None:
    code = "import sys; import rasr.cli.parser; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"django", "polars", "gunicorn", "cryptography", "rich"} & set(loaded)
