"""Every page of the node, opened as each kind of person does: nothing missing, nothing foreign, nothing too wide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser.axe import grave
from tests.browser.conftest import Node
from tests.browser.keys import ROLES as BY_KEYS
from tests.browser.walk import BY_POST, DATA, OF_ACCOUNTS, OF_PEOPLE, Visit, Walker, firsts, view_of, views

from tools import messages

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("planner", "technical_officer", "storekeeper", "approver", "administrator", "auditor")
"""Who walks through the node: what the other roles see is seen by these too."""
PUBLIC = ("/sign-in/", "/trust/")
VISIBLE = """() => {
    const found = [];
    const quiet = 'script, style, code, [lang]:not(html), [translate=no]';
    const shown = each => each.checkVisibility() && !each.closest(quiet);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (shown(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label']) {
        for (const each of document.querySelectorAll(`[${name}]`)) {
            if (shown(each)) found.push(each.getAttribute(name));
        }
    }
    return [document.title, ...found].map(each => each.replace(/\\s+/g, ' ').trim()).filter(each => each);
}"""


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_links_lead_to_is_right(walked: Callable[[str], list[Visit]], role: str) -> None:
    visits = walked(role)
    faults = [
        f"{visit.path}: {fault}"
        for visit in visits
        for fault in ([f"status {visit.status}"] if visit.status != 200 else []) + visit.faults
    ]
    assert faults == []
    assert len(visits) > 4


def test_links_lead_to_every_page(walked: Callable[[str], list[Visit]]) -> None:
    visited = {visit.view for role in ROLES for visit in walked(role)}
    known = {*visited, *map(view_of, PUBLIC), *BY_POST, *DATA, *OF_ACCOUNTS, *OF_PEOPLE}
    assert sorted(set(views()) - known) == []


def test_tab_reaches_every_control_of_every_page_and_is_seen(walked: Callable[[str], list[Visit]]) -> None:
    """Each page by the first of these roles that came to it: see ``looks``."""
    visits = [visit for role in BY_KEYS for visit in firsts(walked(role)).values()]
    walked_by_keys = {visit.view: visit.keys for visit in visits if visit.keys is not None}
    assert [fault for faults in walked_by_keys.values() for fault in faults] == []
    assert set(walked_by_keys) == {visit.view for visit in visits}
    assert len(walked_by_keys) > 30


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave(
    walked: Callable[[str], list[Visit]], walker_of: Callable[..., Walker], scheme: str
) -> None:
    faults = [fault for visit in firsts(walked("planner")).values() for fault in visit.axe[scheme]]
    walker = walker_of("planner", scheme)
    walker.page.goto("/no-such-page/")
    walker.settle()
    faults += grave(walker.page, colours_only=scheme == "dark")
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PUBLIC)
def test_pages_of_who_is_not_signed_in_are_right(chromium: Browser, node: Node, path: str, scheme: str) -> None:
    walker = Walker(chromium, node.origin, scheme=scheme)
    visit = walker.open(path)
    assert (visit.status, visit.faults) == (200, [])
    assert grave(walker.page) == []
    walker.close()


def test_faults_are_found_where_there_are_any(chromium: Browser, node: Node) -> None:
    walker = Walker(chromium, node.origin)
    walker.open("/sign-in/")
    walker.page.evaluate("""() => {
        const wide = document.createElement('div');
        wide.style.width = '2000px';
        wide.innerHTML = '<button>&nbsp;</button><img src="https://example.org/foreign.png">wide';
        document.body.append(wide);
    }""")
    walker.settle()
    assert {line.split(": ")[1] for line in grave(walker.page)} >= {"button-name", "image-alt"}
    assert len(list(walker.too_wide())) == 2
    assert any("Content Security Policy" in fault for fault in walker.faults), walker.faults
    assert walker.open("/no-such-page/").status in (302, 404)
    walker.close()


@pytest.fixture(scope="module")
def english_left() -> Callable[[str], str | None]:
    """Gives the English message that a Macedonian page shows in this text; None if there is none."""
    exact, patterns = {}, []
    for message in messages.read(ROOT, "mk"):
        for source, said in zip(messages.forms(message.id), messages.forms(message.string), strict=False):
            plain = " ".join(source.replace("%%", "%").split())
            if not re.search(r"[A-Za-z]{3}", plain) or said == source:
                continue
            if messages.placeholders(source):
                parts = [re.escape(part) for part in messages.PLACEHOLDER.sub("\0", plain).split("\0")]
                if re.search(r"[A-Za-z]{3}.*[A-Za-z]{3}", "".join(parts)):
                    patterns.append((source, re.compile(".+".join(parts))))
            else:
                exact[plain] = source

    def left(text: str) -> str | None:
        return exact.get(text) or next((source for source, pattern in patterns if pattern.fullmatch(text)), None)

    return left


def test_in_macedonian_nothing_is_left_in_english(
    walked: Callable[[str], list[Visit]],
    walker_of: Callable[..., Walker],
    english_left: Callable[[str], str | None],
) -> None:
    walker = walker_of("planner")
    faults: dict[str, list[str]] = defaultdict(list)
    paths = [visit.path for visit in firsts(walked("planner")).values()]
    speak(walker, "mk")
    try:
        for path in paths:
            walker.page.goto(path)
            walker.settle()
            assert walker.page.locator("html").get_attribute("lang") == "mk", path
            for text in dict.fromkeys(walker.page.evaluate(VISIBLE)):
                if english_left(text):
                    faults[text].append(path)
    finally:
        speak(walker, "en")
    assert dict(faults) == {}
    assert walker.page.locator("html").get_attribute("lang") == "en"


def speak(walker: Walker, language: str) -> None:
    """Choose a language on the page of settings."""
    walker.page.goto("/settings/")
    walker.page.locator("main select[name=language]").select_option(language)
    walker.page.locator("main form:has(select[name=language]) button[type=submit]").click()
    walker.settle()
    walker.page.goto("/settings/")
