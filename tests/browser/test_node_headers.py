"""In a real browser: the headers arrive, and what somebody smuggles into a page does not run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route
from tests.browser.walk import Walker
from tests.node.test_security_headers import ALWAYS, POLICY

SMUGGLED = """
<script>window.ran = "script"</script>
<img src="/no-such-picture" alt="" onerror="window.ran = 'handler'">
<p id="styled" style="position: fixed">styled</p>
<a id="address" href="javascript:void(window.ran = 'address')">address</a>
<iframe id="frame" srcdoc="<script>parent.ran = 'frame'</script>"></iframe>
"""


@pytest.fixture
def page(walker_of: Callable[..., Walker]) -> Page:
    """The window of a planner."""
    return walker_of("planner").page


def smuggle(page: Page, *, policy: bool) -> None:
    """From now on every page of this window carries what is smuggled; policy: with the node's headers, or without."""

    def changed(route: Route) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if policy or name != "content-security-policy"}
        route.fulfill(response=answer, headers=headers, body=answer.text().replace("</main>", f"{SMUGGLED}</main>"))

    page.route("**/sites/", changed)


@pytest.mark.parametrize("path", ["/", "/sites/", "/no-such-page/", "/settings/"])
def test_every_page_carries_its_headers(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    headers = answer.all_headers()
    directives = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert {name: set(sources.split()) for name, sources in directives.items()} == POLICY
    for name, value in ALWAYS.items():
        assert headers[name.lower()] == value, name
    assert "no-store" in headers["cache-control"]
    assert headers["permissions-policy"]
    assert "strict-transport-security" not in headers, "a demo has no TLS"


def test_static_files_carry_them_too(page: Page) -> None:
    answers = {}
    page.on("response", lambda answer: answers.update({answer.url: answer}))
    page.goto("/sites/")
    static = [answer for url, answer in answers.items() if "/static/" in url]
    assert static
    for answer in static:
        headers = answer.all_headers()
        assert headers["x-content-type-options"] == "nosniff", answer.url
        assert headers["cross-origin-resource-policy"] == "same-origin", answer.url
        assert "content-security-policy" in headers, answer.url


@pytest.mark.parametrize("policy", [True, False], ids=["as the node answers", "without its policy"])
def test_what_is_smuggled_into_a_page_does_not_run(page: Page, policy: bool) -> None:
    smuggle(page, policy=policy)
    page.add_init_script("""
        window.all = [];
        Object.defineProperty(window, "ran", {set: (what) => window.all.push(what)});
    """)
    page.goto("/sites/", wait_until="load")
    page.locator("#address").click()
    page.wait_for_load_state("networkidle")
    fixed = page.evaluate("getComputedStyle(document.getElementById('styled')).position") == "fixed"
    found = set(page.evaluate("window.all"))
    # the second run is the control: without the policy the same things run
    assert found == (set() if policy else {"script", "handler", "address", "frame"})
    assert fixed is not policy


def test_cookies_are_out_of_the_reach_of_scripts(page: Page) -> None:
    page.goto("/")
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert set(kept) == {"rasr_session", "rasr_csrf"}, "strictly necessary cookies only"
    for cookie in kept.values():
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert page.evaluate("document.cookie") == ""


def test_no_other_site_can_frame_the_node_or_draw_on_it(page: Page) -> None:
    node = page.url[: page.url.index("/", len("http://"))]
    elsewhere = node.replace("127.0.0.1", "localhost")
    framing = f'<!doctype html><iframe src="{node}/trust/"></iframe><img src="{node}/static/web/rasr.svg" alt="">'
    page.route(f"{elsewhere}/page-of-another-site", lambda route: route.fulfill(body=framing, content_type="text/html"))
    page.goto(f"{elsewhere}/page-of-another-site", wait_until="load")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
    assert page.evaluate("document.images[0].naturalWidth") == 0


def test_signing_out_leaves_nothing_that_a_script_could_find(page: Page) -> None:
    page.goto("/sites/")
    page.evaluate("localStorage.setItem('kept', 'something')")
    page.evaluate("document.querySelector('form[action=\"/sign-out/\"]').requestSubmit()")
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate("localStorage.length") == 0
    page.go_back()
    page.wait_for_url("**/sign-in/**")
