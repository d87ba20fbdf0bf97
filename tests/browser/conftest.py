"""The browser of these tests: where it is missing they fail, since a page nobody has opened is not tested."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Browser:
    """Debian's Chromium, without a window."""
    if shutil.which("chromium") is None:
        pytest.fail("Chromium is missing: apt-get install --no-install-recommends chromium", pytrace=False)
    browser: Browser = request.getfixturevalue("browser")
    return browser
