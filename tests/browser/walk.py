"""Walks a node as a person does: signs in, follows every link, and notes whatever is wrong with a page.

Requests to anywhere but the node are noted (the browser finds no other host), so are complaints of the browser (errors
of scripts, missing files, breaches of the content security policy) and a page wider than its window.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Response

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
QUIET_FRAMES = 8
SETTLES_WITHIN_S = 60.0
EACH = 2
"""Pages visited of one kind (of one named address), such as two stores of ninety."""
MANY = {
    "records:item": 8, "records:article": 4, "records:count": 4, "records:lot": 3, "people:person": 3,
    "assessment:security-visit": 3, "assessment:hotspot": 3, "plan:study": 4, "plan:run": 2,
}  # fmt: skip
"""Of kinds whose pages lead elsewhere according to what has happened to a thing."""
STARTS = {"technical_officer": ("/articles/unidentified/", "/articles/duplicates/", "/security/?sort=-assessed_on")}
"""Where somebody of a role begins, so that these articles come before all others of the catalogue, and the site that
was assessed before those that never were; then at home."""

BY_POST = (
    "people:sign-out", "people:choose", "jobs:cancel", "assessment:start", "plan:start", "records:check",
    "records:load", "records:discard", "people:end-session", "people:end-sessions", "people:classify",
    "people:decide", "people:withdraw", "people:invitation-withdraw", "account_logout", "mfa_login_webauthn",
    "records:movement-sign", "records:count-enter", "records:count-scan", "records:count-extra", "records:count-finish",
    "records:count-report", "records:count-findings", "records:count-settle", "records:count-drop",
    "records:count-hand-in", "records:article-drop", "records:lot-component-drop",
    "assessment:licence-card-address", "assessment:survey-drop", "assessment:store-draft",
    *(f"assessment:security-{name}" for name in ("answer", "settle", "finish", "merge", "hand-out", "upload")),
    "assessment:security-upload-photograph", "assessment:security-revoke",
)  # fmt: skip
DATA = (
    "host:live", "host:ready", "host:certificate", "jobs:job-progress", "desk:map-data", "desk:site-surroundings",
    "records:count-worker", "records:count-form", "records:labels-file", "records:scanned",
    "records:voucher", "records:picture", "assessment:store-map", "assessment:store-danger",
    "assessment:store-movement", "assessment:security-worker", "assessment:security-sheet",
    "assessment:security-photograph", "assessment:security-report", "assessment:upgrade-photo",
    "assessment:survey-map", "assessment:survey-around", "assessment:survey-answer-map",
    "api:openapi-json", "api:list_articles", "api:one_article", "api:list_stock", "api:list_lots", "api:list_items",
    "api:list_counts", "api:list_movements", "api:post_movements", "api:movement_lines",
)  # fmt: skip
"""Addresses that pages ask for themselves, or other programs."""
PICTURES = ("records:picture", "assessment:security-photograph")
"""A file that the browser shows in a page of its own making, whose style our policy does not allow."""
OF_ACCOUNTS = (
    "account_login", "account_signup", "account_inactive", "account_reset_password", "account_reauthenticate",
    "account_confirm_password_reset_code", "account_complete_password_reset", "account_password_reset_completed",
    "account_email", "account_email_verification_sent", "account_set_password", "usersessions_list",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    "mfa_edit_webauthn",
)  # fmt: skip
"""Addresses of accounts that no link leads to in the state in which the walk finds them: see test_node_accounts."""
OF_PEOPLE = (
    "people:approval", "people:invitation", "people:join", "people:open-account", "people:reset-second-factor",
    "people:trail", "people:trail-bundle", "assessment:licence-after", "assessment:licence-open-card",
    "assessment:rules-entry", "assessment:rules-withdraw",
)  # fmt: skip
"""Addresses to which a link leads where somebody asked, was invited, is closed or has a factor; for auditors;
and that of an emergency card, which stands on paper."""


@dataclass
class Visit:
    """A page that was opened. faults: what was wrong with it, one line each.

    axe: what axe found, by how light the page was; keys: what Tab does not reach. Of who did not look: nothing, None.
    """

    path: str
    view: str
    status: int = 0
    html: bool = False
    faults: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    axe: dict[str, list[str]] = field(default_factory=dict)
    keys: list[str] | None = None


class Walker:
    """Somebody at the node in a browser window."""

    def __init__(self, browser: Browser, origin: str, *, scheme: str = "light", locale: str = "en-GB") -> None:
        self.origin = origin
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=origin, viewport=DESK, color_scheme=scheme, locale=locale
        )
        self.waiting: set[Request] = set()
        # listened to, not routed: who routes requests takes the browser's cache from it
        self.context.on("request", self._asked)
        self.context.on("requestfinished", self._ended)
        self.context.on("requestfailed", self._ended)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: said.type == "error" and self.faults.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def _asked(self, request: Request) -> None:
        if request.url.startswith(f"{self.origin}/"):
            self.waiting.add(request)
        elif not request.url.startswith(("data:", "blob:")):
            self.faults.append(f"asked for {request.url}")

    def _ended(self, request: Request) -> None:
        self.waiting.discard(request)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.faults.append(f"{response.status} for {response.url}")

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    def sign_in(self, role: str) -> None:
        """Sign in by the page, as everybody does; name and password are the role."""
        self.page.goto("/sign-in/")
        self.page.locator("input[name=login]").fill(role)
        self.page.locator("input[name=password]").fill(role)
        self.page.locator("main button[type=submit], form button[type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)

    def open(self, path: str) -> Visit:
        """Open a page at both widths and note what is wrong with it."""
        self.faults = []
        visit = Visit(path, view_of(path))
        if visit.view in PICTURES:
            visit.status = self.context.request.get(path).status
            return visit
        try:
            response = self.page.goto(path, wait_until="load")
        except Error as error:
            if "Download is starting" not in error.message and "net::ERR_ABORTED" not in error.message:
                raise
            visit.status = 200  # a file: nothing to look at
            return visit
        assert response is not None
        visit.status = response.status
        visit.html = response.headers.get("content-type", "").startswith("text/html")
        if visit.html:
            self.settle()
            visit.links = self.links()
            visit.faults += self.too_wide()
        visit.faults += self.faults
        return visit

    def settle(self) -> None:
        """Wait until the page has asked for nothing more while it was drawn several times."""
        until_s, quiet = time.monotonic() + SETTLES_WITHIN_S, 0
        while quiet < QUIET_FRAMES:
            self.page.evaluate(FRAMES)
            quiet = 0 if self.waiting else quiet + 2
            assert time.monotonic() < until_s, [request.url for request in self.waiting]

    def too_wide(self) -> Iterator[str]:
        """The widths at which the page would scroll sideways, with what sticks out."""
        for window in (PHONE, DESK):
            self.page.set_viewport_size(window)
            # two frames later everything is laid out anew, charts too
            self.page.evaluate(FRAMES)
            wide_px = self.page.evaluate("document.scrollingElement.scrollWidth")
            if wide_px > window["width"]:
                yield f"{wide_px} px wide in a window of {window['width']} px: {self.page.evaluate(STICKS_OUT)}"

    def links(self) -> list[str]:
        """Addresses of the node that the page leads to, in order, without what stands after #."""
        found = self.page.eval_on_selector_all("a[href]", "each => each.map(a => a.getAttribute('href'))")
        urls = [urljoin(self.page.url, href).partition("#")[0] for href in found]
        return list(dict.fromkeys(url[len(self.origin) :] for url in urls if url.startswith(f"{self.origin}/")))


FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Waits for two."""
STICKS_OUT = """() => [...document.body.querySelectorAll('*')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.table-box, .scroll'))
    .slice(0, 3).map(each => each.tagName.toLowerCase() + '.' + [...each.classList].join('.')).join(' ')"""


def view_of(path: str) -> str:
    """The name of an address; empty for one that the node does not have."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def views() -> dict[str, list[str]]:
    """Every named address of the node, with the names of its parameters."""
    found: dict[str, list[str]] = {}

    def add(patterns: list[URLPattern | URLResolver], prefix: str, outer: list[str]) -> None:
        for each in patterns:
            inner = [*outer, *each.pattern.regex.groupindex]
            if isinstance(each, URLResolver):
                add(each.url_patterns, f"{prefix}{each.namespace}:" if each.namespace else prefix, inner)
            elif each.name:
                found[f"{prefix}{each.name}"] = inner

    add(get_resolver().url_patterns, "", [])
    return found


def walk(
    walker: Walker, start: list[str], each: int = EACH, *, asked: bool = True, look: Callable[[Visit], None]
) -> list[Visit]:
    """Follow every link from these pages on, ``each`` pages of every kind.

    asked: also one page of each list with another order or filter, and one of its files. look: called while the first
    page of a kind is open.
    """
    visits, seen, count = list[Visit](), set(), defaultdict(int)
    ahead = list(start)
    while ahead:
        path = ahead.pop(0)
        view = view_of(path)
        if "?" in path and not asked and count[view, False]:
            continue
        kind = (view, "?" in path)
        most = 1 if "?" in path else max(each, MANY.get(view, each))
        if path in seen or count[kind] >= most or view == "people:sign-out":
            continue
        seen.add(path)
        count[kind] += 1
        visit = walker.open(path)
        if not view and not path.startswith("/static/"):
            visit.faults.append("a link to nowhere")
        visits.append(visit)
        ahead += visit.links
        if firsts(visits).get(view) is visit:
            look(visit)
    return visits


def firsts(visits: list[Visit]) -> dict[str, Visit]:
    """One page of each kind, by its name."""
    first: dict[str, Visit] = {}
    for visit in visits:
        if visit.html and visit.status == 200 and "?" not in visit.path:
            first.setdefault(visit.view, visit)
    return first
