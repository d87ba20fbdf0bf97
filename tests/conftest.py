"""What every test may use, and in which order several processes take the tests of ``make test``."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadFileScheduling

QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]  # fmt: skip
"""Of Chromium: it reaches this machine only."""
TOGETHER = "tests/browser/"
"""Tests that one process takes, whole: they share a browser and a node, which take long to make."""
LONG = (TOGETHER, "tests/node/people/test_every_address.py", "tests/node/people/test_log_attacks.py",
        "tests/node/test_query_counts.py", "tests/node/test_pseudo_locale.py")  # fmt: skip
"""Files that come first, lest one process is busy with them when the others have done all the rest."""
SELDOM = 50_000
"""Objects made between two looks for garbage: Python's 700 is for programs that hold little."""

settings.register_profile("unhurried", deadline=None)  # on a busy machine a first example takes its time: no fault
settings.load_profile("unhurried")


class ByFile(LoadFileScheduling):
    """Gives out whole files, and what belongs together in one piece."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Several processes take whole files in the order in which they stand here."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first."""
    place = {name: at for at, name in enumerate(LONG)}
    first = [next((at for name, at in place.items() if item.nodeid.startswith(name)), len(LONG)) for item in items]
    items[:] = [item for _, item in sorted(zip(first, items, strict=True), key=lambda pair: pair[0])]


def pytest_collection_finish() -> None:
    """What was loaded by now stays: looked through for garbage again and again it costs a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, 20, 20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; where it is not installed the test is skipped, and counted as such."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("the package chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()
