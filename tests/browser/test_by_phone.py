"""What is done in a store with a phone in one hand: an incident reported, things issued and signed for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.conftest import Node, copied, served
from tests.browser.walk import PHONE, Walker

TWO_MINUTES = 6
"""Fields that somebody in a hurry meets: more cannot be read and filled in within two minutes."""


@pytest.fixture(scope="module")
def changed(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that these tests may change."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield node


@pytest.fixture
def walker(chromium: Browser, changed: Node) -> Iterator[Walker]:
    """The storekeeper, with a phone."""
    walker = Walker(chromium, changed.origin)
    walker.page.set_viewport_size(PHONE)
    walker.sign_in("storekeeper")
    yield walker
    assert list(walker.too_wide()) == []
    walker.close()
    assert walker.faults == []


def asked(page: Page) -> Locator:
    """The fields that are on the screen of a form."""
    return page.locator("main form").locator("input:visible, select:visible, textarea:visible")


def test_an_incident_is_reported_in_a_few_fields(walker: Walker) -> None:
    page = walker.page
    page.goto("/due/")
    page.get_by_role("link", name="Report an incident").click()
    assert asked(page).count() <= TWO_MINUTES
    page.locator("select[name=kind]").select_option("theft")
    page.locator("select[name=place]").select_option(index=1)
    page.locator("textarea[name=what]").fill("The lock of the east door is broken.")
    page.get_by_text("People hurt").click()
    page.locator("input[name=number_0]").fill("1")
    page.locator("select[name=harm_0]").select_option("injured")
    page.locator("select[name=sex_0]").select_option("female")
    page.locator("select[name=status_0]").select_option("civilian")
    page.locator("input[name=source]").fill("Duty officer")
    page.get_by_role("button", name="Report it").click()
    main = page.locator("main")
    expect(main.locator("h1")).to_contain_text("Theft")
    expect(main).to_contain_text("The lock of the east door is broken.")
    expect(main).to_contain_text("Duty officer")


def test_things_are_found_issued_and_signed_for(walker: Walker) -> None:
    page = walker.page
    page.goto("/movements/new/")
    page.locator(".move-tile").last.click()
    page.locator("a.move-tile[href*='/new/issue/']").click()
    page.locator(".move-search input[type=search], .move-search input[type=text]").first.fill("12345")
    page.locator(".move-search button").first.click()
    rows = page.locator("table.move-lines tbody tr")
    expect(rows).to_have_count(1)
    rows.locator("input[type=checkbox]").check()
    page.locator("input[name=party_name]").fill("Ana Marić")
    page.locator("textarea[name=reason]").fill("Range 3")
    page.get_by_role("button", name="Record it").click()
    main = page.locator("main")
    expect(main.locator("h1")).to_contain_text("Issue RS-")
    expect(main).to_contain_text("on issue: Ana Marić")
    page.get_by_role("button", name="Sign: Handed over by").click()
    expect(main.locator("dd", has_text="storekeeper").last).to_be_visible()
    expect(page.get_by_role("button", name="Sign: Handed over by")).to_have_count(0)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Voucher as PDF").click()
    assert waiting.value.suggested_filename.endswith(".pdf")
