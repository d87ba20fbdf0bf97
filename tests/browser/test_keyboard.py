"""The node by the keyboard alone: Tab reaches every control of every page, where it is seen, and the keys work it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Node, calm, copied, served
from tests.browser.keys import MOST, Keys
from tests.browser.walk import PHONE, Walker

PUBLIC = ("/sign-in/", "/join/", "/account/password/forgotten/", "/privacy/")


def go_to(page: Page, wanted: str) -> None:
    """Press Tab until the control of this selector has the focus."""
    for _step in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", wanted):
            return
    raise AssertionError(f"{page.url}: Tab never comes to {wanted}")


@pytest.fixture(scope="module")
def changed(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that these tests may change."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield node


@pytest.fixture
def at(chromium: Browser, changed: Node) -> Iterator[Callable[[str], Page]]:
    """The page of somebody who signed in by the keyboard."""
    opened: list[Walker] = []

    def by(role: str) -> Page:
        walker = Walker(chromium, changed.origin)
        opened.append(walker)
        page = walker.page
        page.goto("/sign-in/")
        go_to(page, "input[name=login]")
        page.keyboard.type(role)
        page.keyboard.press("Tab")
        page.keyboard.type(role)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield by
    for walker in opened:
        walker.close()


# Every page: see also test_node_pages, which walks to them.


def test_tab_reaches_every_control_of_who_is_not_signed_in(chromium: Browser, node: Node) -> None:
    walker, faults = Walker(chromium, node.origin), []
    with calm(walker.page):
        for path in PUBLIC:
            walker.page.goto(path)
            walker.settle()
            faults += Keys().faults_of(walker.page)
    walker.close()
    assert faults == []


def test_what_the_keyboard_cannot_use_is_found(chromium: Browser, node: Node) -> None:
    """The test of these tests."""
    walker = Walker(chromium, node.origin)
    page = walker.page
    page.emulate_media(reduced_motion="reduce")
    page.goto("/sign-in/")
    walker.settle()
    assert Keys().faults_of(page) == []
    page.evaluate("""() => {
        const [first, unseen] = document.querySelectorAll('main input:not([type=hidden])');
        const trap = document.createElement('div');
        trap.innerHTML = '<button inert>never</button>';
        first.before(trap);
        unseen.addEventListener('focus', () => { unseen.style.cssText = 'outline: none; box-shadow: none'; });
    }""")
    told = {fault.split(": ")[1] for fault in Keys().faults_of(page)}
    assert told == {"never reached", "no ring"}
    walker.close()


# What is done there.


def test_the_first_key_leads_past_the_menu(at: Callable[[str], Page]) -> None:
    page = at("planner")
    page.goto("/stock/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('main')")


def test_the_menu_of_a_telephone_opens_and_closes(at: Callable[[str], Page]) -> None:
    page = at("planner")
    page.set_viewport_size(PHONE)
    page.goto("/")
    go_to(page, ".navbar-toggler")
    page.keyboard.press("Enter")
    expect(page.locator("#menu.show")).to_be_visible()
    expect(page.locator(".navbar-toggler")).to_have_attribute("aria-expanded", "true")
    go_to(page, ".side a[href='/stores/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stores/")
    go_to(page, ".navbar-toggler")
    page.keyboard.press("Space")
    expect(page.locator("#menu.show")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("#menu")).to_be_hidden()


def test_language_and_appearance_are_chosen(at: Callable[[str], Page]) -> None:
    page = at("technical_officer")
    go_to(page, "#nav-theme")
    page.keyboard.type("Dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    go_to(page, "#nav-language")
    page.keyboard.type("slov")
    expect(page.locator("html")).to_have_attribute("lang", "sl")


def test_a_list_is_filtered_sorted_and_leafed_through(at: Callable[[str], Page]) -> None:
    page = at("planner")
    page.goto("/stores/")
    go_to(page, ".filters input[name=q]")
    page.keyboard.type("S0001")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=S0001"))
    page.goto("/stock/")
    go_to(page, "a#sort-quantity")
    page.keyboard.press("Enter")
    expect(page.locator("th:has(#sort-quantity)")).to_have_attribute("aria-sort", re.compile("ending$"))
    expect(page.locator("a#sort-quantity")).to_be_focused()
    go_to(page, ".pages a[href*='page=2']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("page=2"))
    go_to(page, "main tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/stock/" not in url)


def test_beside_the_map_there_is_a_table_with_the_same_places(at: Callable[[str], Page]) -> None:
    page = at("planner")
    page.wait_for_load_state("networkidle")
    folded = "main section:has([data-map]) details"
    go_to(page, f"{folded} > summary")
    page.keyboard.press("Enter")
    expect(page.locator(f"{folded} table")).to_be_visible()
    go_to(page, ".leaflet-control-zoom-in")
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-control-zoom-in")).to_be_focused()


def test_somebody_is_invited_joins_and_is_looked_up(at: Callable[[str], Page], chromium: Browser) -> None:
    page = at("administrator")
    go_to(page, ".side a[href='/people/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/")
    go_to(page, "main a[href='/people/invitations/new/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/")
    go_to(page, "input[name=name]")
    page.keyboard.type("Mira")
    page.keyboard.press("Enter")
    code = page.locator(".letter code, .letter strong").filter(has_text=re.compile(r"^\w{4}-")).inner_text()
    walker = Walker(chromium, page.url.partition("/people/")[0])
    new = walker.page
    new.goto("/join/")
    go_to(new, "input[name=code]")
    new.keyboard.type(code)
    new.keyboard.press("Enter")
    new.wait_for_url("**/sign-up/")
    go_to(new, "input[name=username]")
    for text in ("mira", "seven quiet herons over water", "seven quiet herons over water"):
        new.keyboard.type(text)
        new.keyboard.press("Tab")
    expect(new.locator("form:has([name=username]) button[type=submit]")).to_be_focused()
    new.keyboard.press("Enter")
    new.wait_for_url(lambda url: "/sign-up/" not in url)
    go_to(new, ".side-ends button")
    new.keyboard.press("Enter")
    new.wait_for_url("**/sign-in/")
    walker.close()
    page.goto("/people/")
    go_to(page, "main tbody a[href^='/people/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/people/\d+/$"))


def test_a_role_is_asked_for(at: Callable[[str], Page]) -> None:
    page = at("administrator")
    page.goto("/people/?q=storekeeper")
    go_to(page, "main tbody a[href^='/people/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/people/\d+/$"))
    go_to(page, "main a[href$='/roles/give/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/roles/give/")
    go_to(page, "select[name=role]")
    page.keyboard.type("Auditor")
    go_to(page, "select[name=place]")
    page.keyboard.type("The whole node")
    go_to(page, "textarea[name=reason]")
    page.keyboard.type("Looks after us.")
    go_to(page, "main form button[type=submit]")
    page.keyboard.press("Space")
    page.wait_for_url("**/approvals/**")
    expect(page.locator("main")).to_contain_text("Looks after us.")


def test_escape_leaves_nothing_open(at: Callable[[str], Page]) -> None:
    """There is no dialog on any page; should there be one, Escape has to close it: it is tested here then."""
    page = at("planner")
    for path in ("/", "/stock/", "/sites/", "/plans/", "/assessments/", "/uploads/"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.locator("dialog, [role=dialog], [data-bs-toggle=modal], [data-bs-toggle=dropdown]").count() == 0
