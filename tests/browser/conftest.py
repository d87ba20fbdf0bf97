"""The browser of these tests, and the node it looks at.

Where the browser is missing the tests fail, since a page nobody has opened is not tested. The node is a real one: its
own home folder, ``rasr serve`` with its worker, the sample loaded, assessed and planned.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.axe import grave
from tests.browser.keys import ROLES, Keys
from tests.browser.walk import EACH, STARTS, Visit, Walker, walk
from tests.processes import environment
from tools.postgres import free_port

from rasr.node.settings import STATIC_ROOT

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 180.0
LOOKS_CLOSELY = "planner"
"""The role that opens two pages of each kind, and the orders, filters and files of lists; the others open one."""


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Browser:
    """Debian's Chromium, without a window."""
    if shutil.which("chromium") is None:
        pytest.fail("Chromium is missing: apt-get install --no-install-recommends chromium", pytrace=False)
    browser: Browser = request.getfixturevalue("browser")
    return browser


@dataclass(frozen=True)
class Node:
    """A node that runs; its accounts: see ``make_node``."""

    origin: str
    home: Path


@pytest.fixture(scope="session")
def made_node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a node that is ready and does not run; copy it to change it."""
    if not (Path(STATIC_ROOT) / "staticfiles.json").exists():
        pytest.fail("The static files are missing: make .venv/made-static", pytrace=False)
    home = tmp_path_factory.mktemp("node") / "home"
    command = [sys.executable, "-m", "tests.browser.make_node", str(home)]
    made = subprocess.run(
        command, cwd=ROOT, env=environment(RASR_HOME=str(home)), capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return home


def copied(home: Path, factory: pytest.TempPathFactory) -> Path:
    """A copy of the home folder of a node that does not run."""
    return Path(shutil.copytree(home, factory.mktemp("node") / "home"))


@contextmanager
def served(home: Path) -> Iterator[Node]:
    """Serve the node of this home folder, with its worker."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    log = home.parent / "log"
    command = [sys.executable, "-m", "rasr", "serve", "--home", str(home), "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment(RASR_HOME=str(home)), stdout=out, stderr=out)
    try:
        wait_for(f"{origin}/health/ready", server, log)
        yield Node(origin, home)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def node(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that is looked at and not changed."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield node


@contextmanager
def calm(page: Page) -> Iterator[None]:
    """Nothing moves: else what has the focus is still on its way into sight, and colours on their way to others."""
    page.emulate_media(reduced_motion="reduce")
    yield
    page.emulate_media(reduced_motion="no-preference")


def in_both_schemes(walker: Walker) -> dict[str, list[str]]:
    """What axe finds grave on the page that is open, light and then dark; in the dark the rest is the same page."""
    found = {"light": grave(walker.page)}
    with calm(walker.page):
        walker.page.emulate_media(color_scheme="dark")
        walker.settle()
        assert walker.page.locator("html").get_attribute("data-bs-theme") == "dark", walker.page.url
        found["dark"] = grave(walker.page, colours_only=True)
        walker.page.emulate_media(color_scheme="light")
    return found


@pytest.fixture(scope="session")
def walked(chromium: Browser, node: Node) -> Callable[[str], list[Visit]]:
    """What somebody of a role saw on a walk through the node; each walks once.

    While the first page of a kind is open it is looked at: by axe where ``LOOKS_CLOSELY`` is there, by the keyboard
    where none of ``keys.ROLES`` was there before.
    """
    known: dict[str, list[Visit]] = {}
    keys, walked_by_keys = Keys(), set[str]()

    def by(role: str) -> list[Visit]:
        if role not in known:
            walker = Walker(chromium, node.origin)

            def look(visit: Visit) -> None:
                if role == LOOKS_CLOSELY:
                    visit.axe = in_both_schemes(walker)
                if role in ROLES and visit.view not in walked_by_keys:
                    walked_by_keys.add(visit.view)
                    with calm(walker.page):
                        visit.keys = keys.faults_of(walker.page)

            walker.sign_in(role)
            starts = [*STARTS.get(role, ()), "/"]
            closely = role == LOOKS_CLOSELY
            known[role] = walk(walker, starts, EACH if closely else 1, asked=closely, look=look)
            walker.close()
        return known[role]

    return by


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the node is ready; fails with its log where it does not come up."""
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as fault:
            said = str(fault)
        if server.poll() is not None or time.monotonic() > until:
            pytest.fail(f"The node did not start ({said}):\n{log.read_text(errors='replace')[-4000:]}", pytrace=False)
        time.sleep(0.1)


@pytest.fixture
def walker_of(chromium: Browser, node: Node) -> Iterator[Callable[..., Walker]]:
    """Opens a window in which the holder of a role is signed in."""
    opened: list[Walker] = []

    def signed_in(role: str, scheme: str = "light") -> Walker:
        walker = Walker(chromium, node.origin, scheme=scheme)
        opened.append(walker)
        walker.sign_in(role)
        return walker

    yield signed_in
    for walker in opened:
        walker.close()
