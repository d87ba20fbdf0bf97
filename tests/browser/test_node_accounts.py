"""Accounts in a real browser: an app and a passkey as second factors, recovery codes, and every page of an account."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, CDPSession, expect
from tests.browser.axe import grave
from tests.browser.conftest import Node, copied, served
from tests.browser.walk import Walker

SIGNED_OUT = (
    "/sign-in/", "/join/", "/account/sign-up/", "/account/closed/", "/account/password/forgotten/",
    "/account/password/forgotten/done/",
)  # fmt: skip
SIGNED_IN = (
    "/account/", "/account/sessions/", "/account/password/", "/account/second-factor/", "/account/second-factor/app/",
    "/account/second-factor/passkeys/add/", "/account/again/",
)  # fmt: skip
WITH_BOTH = (
    "/account/", "/account/second-factor/", "/account/second-factor/app/remove/",
    "/account/second-factor/recovery-codes/", "/account/second-factor/recovery-codes/new/",
    "/account/second-factor/again/", "/account/second-factor/passkeys/again/",
)  # fmt: skip
SET_UP = re.compile(r"/account/second-factor/$")


@pytest.fixture(scope="module")
def changed(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node whose accounts these tests change, at an address that passkeys can have."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield Node(node.origin.replace("127.0.0.1", "localhost"), node.home)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """How light the pages are."""
    return str(request.param)


@pytest.fixture
def walker(chromium: Browser, changed: Node) -> Iterator[Walker]:
    """A window of nobody."""
    opened = Walker(chromium, changed.origin)
    yield opened
    opened.close()


def authenticator(walker: Walker) -> CDPSession:
    """Gives the window a device that holds passkeys and has seen a finger."""
    session = walker.context.new_cdp_session(walker.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def code_of(secret: str) -> str:
    """What an app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up_app(walker: Walker) -> tuple[str, list[str]]:
    """Set up an app, from the page of the account on; gives its secret and the recovery codes."""
    page = walker.page
    page.goto("/account/")
    page.get_by_role("link", name="Set one up").first.click()
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator(".totp-secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/recovery-codes/")
    codes = page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    return secret, codes


def sign_out(walker: Walker) -> None:
    """By the button in the side."""
    walker.page.get_by_role("button", name="Sign out").click()
    walker.page.wait_for_url("**/sign-in/")


def give_name(walker: Walker, name: str) -> None:
    """Name and password, and no further."""
    walker.page.goto("/sign-in/")
    walker.page.get_by_label("User name or e-mail address").fill(name)
    walker.page.get_by_label("Password").fill(name)
    walker.page.get_by_role("button", name="Sign in", exact=True).click()


def give_code(walker: Walker, code: str) -> None:
    """On the page that asks for the second factor."""
    walker.page.wait_for_url("**/sign-in/second-factor/")
    walker.page.get_by_label("Code").fill(code)
    walker.page.get_by_role("button", name="Go on").click()


def looked_at(walker: Walker, paths: tuple[str, ...]) -> list[str]:
    """What is wrong with these pages, at both widths and for axe."""
    faults = []
    for path in paths:
        visit = walker.open(path)
        faults += [f"{path}: {fault}" for fault in ([] if visit.status == 200 else [str(visit.status)]) + visit.faults]
        faults += grave(walker.page)
    return faults


def test_an_app_and_recovery_codes(walker: Walker) -> None:
    walker.sign_in("auditor")
    secret, codes = set_up_app(walker)
    assert len(codes) == 10
    expect(walker.page.get_by_text("10 left")).to_be_visible()
    sign_out(walker)
    give_name(walker, "auditor")
    give_code(walker, "000000")
    expect(walker.page.get_by_text("The code is wrong")).to_be_visible()
    give_code(walker, code_of(secret))
    walker.page.wait_for_url(f"{walker.origin}/")
    sign_out(walker)
    give_name(walker, "auditor")
    give_code(walker, codes[0])
    walker.page.wait_for_url(f"{walker.origin}/")
    walker.page.goto("/account/")
    expect(walker.page.get_by_text("9 left")).to_be_visible()
    assert walker.faults == []


def test_a_passkey_alone_and_after_the_password(walker: Walker) -> None:
    device = authenticator(walker)
    walker.sign_in("technical_officer")
    page = walker.page
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name", exact=True).fill("Telephone")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto("/account/")
    expect(page.get_by_text("Telephone")).to_be_visible()
    sign_out(walker)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{walker.origin}/")
    sign_out(walker)
    give_name(walker, "technical_officer")
    page.wait_for_url("**/sign-in/second-factor/")
    page.get_by_role("button", name="Use the passkey").click()
    page.wait_for_url(f"{walker.origin}/")
    assert walker.faults == []
    sign_out(walker)
    device.send("WebAuthn.disable")
    authenticator(walker)  # another device, which knows nothing
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    assert walker.faults == [], "it is said on the page, not in the console"


def test_pages_of_nobody_are_right(chromium: Browser, changed: Node, scheme: str) -> None:
    walker = Walker(chromium, changed.origin, scheme=scheme)
    assert looked_at(walker, SIGNED_OUT) == []
    walker.page.goto("/sign-in/")
    walker.page.get_by_label("Language").select_option("mk")
    expect(walker.page.locator("html")).to_have_attribute("lang", "mk")
    walker.close()


def test_pages_of_an_account_are_right(chromium: Browser, changed: Node, scheme: str) -> None:
    walker = Walker(chromium, changed.origin, scheme=scheme)
    authenticator(walker)
    who = "planner" if scheme == "light" else "storekeeper"
    walker.sign_in(who)
    assert looked_at(walker, SIGNED_IN) == []
    set_up_app(walker)
    walker.page.goto("/account/second-factor/passkeys/add/")
    walker.page.get_by_role("button", name="Add it").click()
    walker.page.wait_for_url(SET_UP)
    keys = [link for link in walker.links() if re.search(r"/passkeys/\d+/", link)]
    assert len(keys) == 2
    assert looked_at(walker, (*WITH_BOTH, *keys)) == []
    sign_out(walker)
    give_name(walker, who)
    walker.page.wait_for_url("**/sign-in/second-factor/")
    assert looked_at(walker, ("/sign-in/second-factor/",)) == []
    walker.close()
