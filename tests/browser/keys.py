"""What the Tab key reaches on a page, and whether it is seen there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

ROLES = ("planner", "administrator", "auditor")
"""Who between them come to every page by the keyboard."""
MOST = 400
"""Steps after which a page is given up."""

CONTROLS = """() => {
    const found = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')];
    const group = each => each.type === 'radio' && document.querySelector(
        `input[type=radio][name="${each.name}"]:checked`) || each;
    const shown = each => each.checkVisibility({visibilityProperty: true}) && !each.disabled && each.tabIndex >= 0
        && !each.closest('[data-key-known]');
    const wanted = new Set(found.filter(shown).map(group));
    let number = 0;
    for (const each of wanted) each.dataset.keyNumber = number++;
    return number;
}"""
"""Numbers what a person could use on the page; of radio buttons of one choice the one that is chosen."""

ROWS = 5
FEW_ROWS = """rows => {
    for (const list of document.querySelectorAll('main tbody, main ul, main ol'))
        for (const each of [...list.children].slice(rows)) each.remove();
}"""
"""Of a long list the first rows: the others are made like them."""

MENU = """() => {
    const menu = document.querySelector('aside.side')?.cloneNode(true);
    if (!menu) return '';
    for (const each of menu.querySelectorAll('input[type=hidden]')) each.remove();
    for (const each of menu.querySelectorAll('[aria-current]')) {
        each.removeAttribute('aria-current');
        each.classList.remove('active');
    }
    return menu.innerHTML;
}"""
"""The menu, without what tells which page it stands on; empty where there is none."""
LEAVE_OUT_MENU = """() => {
    const menu = document.querySelector('aside.side');
    menu.inert = true;
    menu.dataset.keyKnown = '';
}"""
"""It keeps its place, and Tab goes past it."""
FROM_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    scrollTo(0, 0);
}"""
HERE = """() => {
    const each = document.activeElement;
    if (!each || each === document.body || each === document.documentElement) return null;
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
        && box.top < innerHeight && box.left < innerWidth;
    return {
        number: each.dataset.keyNumber ?? null,
        told: each.outerHTML.slice(0, 120).replace(/\\s+/g, ' '),
        ring, inside,
    };
}"""


def tabbed(page: Page) -> Iterator[dict[str, Any]]:
    """Everything that Tab comes to, in order, from the top of the page to its end."""
    page.evaluate(FROM_THE_TOP)
    seen, last = set(), None
    for _step in range(MOST):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is not None and here["number"] is not None and here["number"] == last:
            continue  # the next part of a date
        if here is None or (here["number"] is not None and here["number"] in seen):
            return
        last = here["number"]
        seen.add(last)
        yield here
    raise AssertionError(f"{page.url}: Tab does not come to an end")


class Keys:
    """Somebody at the keyboard. A menu that is the same on many pages they walk through once."""

    def __init__(self) -> None:
        self.menus: set[str] = set()

    def faults_of(self, page: Page) -> list[str]:
        """What Tab does not reach on the page that is open, and where it cannot be seen."""
        page.evaluate(FEW_ROWS, ROWS)
        menu = page.evaluate(MENU)
        if menu in self.menus:
            page.evaluate(LEAVE_OUT_MENU)
        elif menu:
            self.menus.add(menu)
        count = page.evaluate(CONTROLS)
        came = list(tabbed(page))
        missed = set(map(str, range(count))) - {here["number"] for here in came}
        faults = [
            f"{page.url}: never reached: "
            + page.evaluate("n => document.querySelector(`[data-key-number='${n}']`).outerHTML.slice(0, 120)", number)
            for number in sorted(missed)
        ]
        faults += [f"{page.url}: no ring: {here['told']}" for here in came if not here["ring"]]
        return faults + [f"{page.url}: out of sight: {here['told']}" for here in came if not here["inside"]]
