"""Assessing how a depot is secured with a phone and without a network: put aside, answered, sent later; and revoked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Node, copied, served
from tests.browser.make_records import photograph
from tests.browser.test_node_pages import grave
from tests.browser.walk import PHONE, Walker

WORD = "seven old oaks"
NOTE = "The north gate does not lock."


@pytest.fixture
def changed(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that a test may change."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield node


@pytest.fixture
def walker(chromium: Browser, changed: Node) -> Iterator[Walker]:
    """The technical officer, with a phone."""
    walker = Walker(chromium, changed.origin)
    walker.page.set_viewport_size(PHONE)
    walker.sign_in("technical_officer")
    yield walker
    walker.close()


def begin(page: Page) -> str:
    """Begin a visit to a depot; gives its address."""
    page.goto("/security/")
    page.locator("tbody tr", has_text="Depot").first.locator("a").first.click()
    page.get_by_role("link", name="Begin a security visit").click()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/security/visits/**")
    return page.url


def take_along(page: Page) -> str:
    """Give the visit to this phone, choose a code word, and wait until the page is kept; gives its address."""
    page.get_by_role("button", name="Take it along on this phone").click()
    expect(page.locator("[data-part=ready][data-ready=yes]")).to_be_visible(timeout=30_000)
    open_with(page, WORD)
    return page.url


def open_with(page: Page, word: str) -> None:
    """Type a code word."""
    page.locator("#away-word").fill(word)
    page.get_by_role("button", name="Open").click()


def question(page: Page, at: int) -> str:
    """The id of a question of the page on the phone."""
    told = page.locator(".asked > li").nth(at).locator(".asked-text").get_attribute("id") or ""
    return told.removeprefix("text-")


def answer(page: Page, at: int, name: str) -> None:
    """Answer a question."""
    row = page.locator(".asked > li").nth(at)
    row.get_by_role("button", name=name, exact=True).click()
    expect(row.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")


def on_this_device(page: Page) -> str:
    """All that the browser keeps of the visit, as text: databases with their bytes, and files put aside."""
    return str(
        page.evaluate("""async () => {
        const base = await new Promise(done => {
            const asked = indexedDB.open('rasr-security', 1);
            asked.onsuccess = () => done(asked.result);
        });
        const rows = await new Promise(done => {
            const asked = base.transaction('kept').objectStore('kept').getAll();
            asked.onsuccess = () => done(asked.result);
        });
        const text = one => one instanceof ArrayBuffer ? new TextDecoder('latin1').decode(one) : JSON.stringify(one);
        const files = [];
        const kept = await caches.open('rasr-security');
        for (const one of await kept.keys()) {
            if (!one.url.includes('/static/')) files.push(await (await kept.match(one)).text());
        }
        return rows.map(text).join('\\n') + files.join('\\n') + JSON.stringify(localStorage);
    }""")
    )


def test_a_depot_is_assessed_with_the_network_cut_and_sent_later(
    walker: Walker, chromium: Browser, changed: Node, tmp_path: Path
) -> None:
    page = walker.page
    visit = begin(page)
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)
    assert grave(page) == []
    phone = take_along(page)
    expect(page.locator(".asked > li").first).to_be_visible(timeout=30_000)
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)
    assert grave(page) == []
    names = [question(page, at) for at in range(3)]
    site = page.locator("[data-part=site]").inner_text()

    walker.context.set_offline(True)
    page.reload()
    open_with(page, "another word")
    expect(page.locator("[data-part=door-said]")).to_contain_text("not the code word", timeout=30_000)
    open_with(page, WORD)
    expect(page.locator(".asked > li").first).to_be_visible(timeout=30_000)
    page.locator(".asked > li").nth(0).locator("textarea").fill(NOTE)
    answer(page, 0, "Not met")
    answer(page, 1, "Met")
    taken = tmp_path / "gate.jpg"
    taken.write_bytes(photograph("Gate").read())
    page.locator(".asked > li").nth(0).locator("input[type=file]").set_input_files(taken)
    expect(page.locator(".asked > li").nth(0)).to_contain_text("Photographs here: 1")
    page.reload()
    open_with(page, WORD)
    expect(page.locator("[data-part=waiting]")).to_contain_text("2", timeout=30_000)
    kept = on_this_device(page)
    for secret in (NOTE, site, names[0], "not_met", WORD, "JFIF"):
        assert secret not in kept, secret
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-part=send-said]")).to_contain_text("could not be sent")

    mate = Walker(chromium, changed.origin)  # meanwhile, at the desk
    mate.sign_in("planner")
    mate.page.goto(visit)
    for name in (names[1], names[2]):
        mate.page.locator(f"#{name}").get_by_role("button", name="Not met", exact=True).click()
        mate.page.wait_for_url(re.compile(f"#{name}$"))
    mate.close()

    walker.context.set_offline(False)
    walker.faults.clear()  # without a network the browser complains of what it was not asked to keep
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-part=send-said]")).to_contain_text("All was sent.", timeout=30_000)
    expect(page.locator("[data-part=send-said]")).to_contain_text("answers differ: 1")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('rasr-unsaved:'))") == []
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-part=send-said]")).to_contain_text("Nothing here waits")

    page.goto(visit)
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)
    expect(page.locator(f"#{names[0]} textarea")).to_have_value(NOTE)
    shown = page.locator(f"#{names[0]} img")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("one => one.naturalWidth") > 100
    differs = page.locator(f"#{names[1]}")
    differs.locator("input[name=reason]").fill("Looked at together.")
    differs.get_by_role("button", name="Met", exact=True).click()
    expect(page.locator("main")).to_contain_text("Looked at together.")
    page.get_by_role("button", name="Finish the visit").click()
    expect(page.locator("main")).to_contain_text("finished")
    assert walker.faults == []
    assert phone.startswith(changed.origin)


def test_what_a_revoked_phone_holds_is_refused_and_forgotten(walker: Walker, chromium: Browser, changed: Node) -> None:
    page = walker.page
    visit = begin(page)
    take_along(page)
    expect(page.locator(".asked > li").first).to_be_visible(timeout=30_000)
    answer(page, 0, "Not met")
    desk = Walker(chromium, changed.origin)
    desk.sign_in("planner")
    desk.page.goto(visit)
    desk.page.get_by_role("button", name="Revoke this phone").click()
    expect(desk.page.locator("main")).to_contain_text("revoked")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-part=send-said]")).to_contain_text("This phone was revoked", timeout=30_000)
    expect(page.locator(".asked > li")).to_have_count(0)
    desk.page.reload()
    expect(desk.page.locator(".asked > li.done")).to_have_count(0)
    desk.close()
