"""The work of a planner by the pages alone: a broken workbook, repaired, loaded, assessed, planned; a job cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Node, copied, served
from tests.browser.make_node import BROKEN, REPAIRED, SCALE, SEED, UNKNOWN, workbook
from tests.browser.walk import Walker

from rasr.sample import make_sample

JOB_MS = 60_000


@pytest.fixture(scope="module")
def own_node(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that these tests may change."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield node


@pytest.fixture
def walker(chromium: Browser, own_node: Node) -> Iterator[Walker]:
    """The planner at that node."""
    walker = Walker(chromium, own_node.origin)
    walker.sign_in("planner")
    yield walker
    walker.close()
    # who leaves the page of a job breaks off its poll, and htmx says so twice
    left = ("htmx:afterRequest", "htmx:sendAbort")
    assert [fault for fault in walker.faults if not any(name in fault for name in left)] == []


def done(page: Page) -> None:
    """Wait until the job whose page is open has ended and the page has gone on to its result."""
    page.wait_for_url(lambda url: reverse("jobs:jobs") not in url, timeout=JOB_MS)


def send(page: Page, path: Path) -> None:
    """Send a workbook and wait until it is checked."""
    page.goto("/uploads/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form[enctype] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/[0-9a-f-]{36}/"))
    done(page)


def test_from_a_broken_workbook_to_a_plan(walker: Walker, tmp_path: Path) -> None:
    page = walker.page
    send(page, workbook(tmp_path / "broken.xlsx", BROKEN))
    expect(page.locator("main .alert-danger")).to_be_visible()
    expect(page.locator("main")).to_contain_text(UNKNOWN)
    assert page.locator("form[action$='/load/']").count() == 0
    with page.expect_download() as download:
        page.locator("a[href$='/checked.xlsx']").first.click()
    download.value.save_as(tmp_path / "checked.xlsx")
    checked = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    assert "findings" in checked.sheetnames
    assert any(UNKNOWN in map(str, row) for row in checked["findings"].iter_rows(values_only=True))

    send(page, workbook(tmp_path / "repaired.xlsx", REPAIRED))
    preview = page.url
    # pieces are followed one by one in this register, so that no file stands for the whole of it
    assert page.locator("input[name=loading][value=whole]").count() == 0
    page.locator("input[name=loading][value=part]").check()
    page.locator("form[action$='/load/'] button[type=submit]").click()
    page.wait_for_url(lambda url: url != preview)
    done(page)
    assert page.url == preview
    expect(page.locator("main .alert-success")).to_be_visible()
    page.goto("/stock/")
    stock_id = make_sample(SEED, SCALE)["stock"]["stock_id"][0]
    page.locator("main input[name=q], main input[type=search]").first.fill(stock_id)
    page.keyboard.press("Enter")
    expect(page.locator("main table")).to_contain_text("123")

    page.goto("/assessments/")
    page.locator("form[action$='/assessments/start/'] button").first.click()
    page.wait_for_url(re.compile(r"/[0-9a-f-]{36}/"))
    done(page)
    assert re.search(r"/assessments/[0-9a-f-]{36}/$", page.url)
    page.goto("/plans/")
    page.locator("form[action$='/plans/start/'] button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/[0-9a-f-]{36}/"))
    done(page)
    assert re.search(r"/plans/[0-9a-f-]{36}/$", page.url)


def test_a_job_is_cancelled_and_leaves_nothing(walker: Walker) -> None:
    page = walker.page
    page.goto("/plans/")
    before = page.locator("main table a[href^='/plans/']").count()
    page.locator("form[action$='/plans/start/'] input[name=partial]").check()
    page.locator("form[action$='/plans/start/'] button[type=submit]").first.click()
    page.locator("#cancel").click(timeout=5000)
    page.wait_for_url(re.compile(r"/jobs/[0-9a-f-]{36}/"))
    expect(page.locator("#progress form")).to_have_count(0, timeout=JOB_MS)
    assert page.locator("#result").count() == 0
    page.goto("/plans/")
    assert page.locator("main table a[href^='/plans/']").count() == before
