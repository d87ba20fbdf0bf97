"""Counting without a network: the page is put aside, figures outlive a reload, the signed file comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Node, copied, served
from tests.browser.walk import PHONE, Walker


@pytest.fixture
def walker(chromium: Browser, made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    """The storekeeper, with a phone, at a node that may be changed."""
    with served(copied(made_node, tmp_path_factory)) as node:
        assert isinstance(node, Node)
        walker = Walker(chromium, node.origin)
        walker.page.set_viewport_size(PHONE)
        walker.sign_in("storekeeper")
        yield walker
        walker.close()
    assert walker.faults == []


def test_a_sheet_is_counted_offline_and_handed_in(walker: Walker, tmp_path: Path) -> None:
    page = walker.page
    page.goto("/counts/new/")
    page.locator("main button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Being counted")
    count = page.url
    lines = page.locator("table.sheet tbody tr").count()
    assert lines
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Count without a network").click()
    expect(page.locator("[data-away-ready][data-ready=yes]")).to_be_visible(timeout=30_000)
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)

    walker.context.set_offline(True)
    page.reload()
    rows = page.locator("[data-away-lines] > li")
    expect(rows).to_have_count(lines)
    page.locator("#away-code").fill("no such number")
    page.locator("#away-code").press("Enter")
    expect(page.locator("[data-away-said]")).to_contain_text("Nothing on this sheet")
    for at in range(lines):
        rows.nth(at).locator("input[type=number]").fill(str(at))
    page.locator("#away-what").fill("A crate without marks")
    page.locator("#away-number").fill("2")
    page.locator("[data-away-extra] button").click()
    page.reload()
    expect(page.locator("[data-away-progress]")).to_contain_text(f"{lines} of {lines}")
    expect(page.locator("[data-away-extras]")).to_contain_text("A crate without marks")
    with page.expect_download() as waiting:
        page.locator("[data-away-make]").click()
    file = tmp_path / "count.json"
    waiting.value.save_as(file)

    walker.context.set_offline(False)
    walker.faults.clear()  # without a network the browser complains of what it was not asked to keep
    page.goto(count)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Take the file").click()
    expect(page.locator("main")).to_contain_text(f"{lines + 1} lines taken from the file")
    page.get_by_role("button", name="Hand in the sheet").click()
    expect(page.locator("main")).to_contain_text("To be counted again")
