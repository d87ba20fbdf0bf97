"""The headers of every answer: pages, faults, files; signed in or not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client, override_settings

from rasr.node.people import idle
from rasr.node.people.models import User
from rasr.node.web.headers import NOT_USED

HARDENING = Path(__file__).parents[2] / "docs/security/hardening.md"
YEAR_S = 365 * 24 * 60 * 60
POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
}
"""Whole: a directive more is as much a change as one less."""
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(answer: HttpResponseBase) -> dict[str, set[str]]:
    """The content security policy of an answer, by directive."""
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def assert_hardened(answer: HttpResponseBase) -> None:
    """What holds of every answer."""
    assert policy(answer) == POLICY
    for name, value in ALWAYS.items():
        assert answer[name] == value, name
    assert answer["Permissions-Policy"] == ", ".join(f"{name}=()" for name in NOT_USED)
    assert "no-store" in answer["Cache-Control"]
    assert "Server" not in answer
    assert "Access-Control-Allow-Origin" not in answer
    kind = answer.headers.get("Content-Type", "none")
    assert not kind.startswith("text/") or "charset=utf-8" in kind.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in/", "/", "/no-such-page/", "/trust/", "/health/live", "/health/ready"])
def test_who_is_not_signed_in(client: Client, path: str) -> None:
    assert_hardened(client.get(path))


@pytest.mark.parametrize(
    "path", ["/", "/sites/", "/stock/", "/stock/?export=csv", "/stock/?export=xlsx", "/map.json", "/no-such-page/"]
)
def test_who_is_signed_in(client_of: Callable[[User], Client], planner: User, path: str) -> None:
    with closing(client_of(planner).get(path)) as answer:
        assert_hardened(answer)


@pytest.mark.django_db
def test_a_refused_form(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"login": "anna", "password": "anna"})
    assert answer.status_code == 403
    assert_hardened(answer)
    assert_hardened(client.get("/", headers={"host": "elsewhere.example"}))


def test_files_are_kept_and_not_shown(client_of: Callable[[User], Client], planner: User) -> None:
    for form in ("csv", "xlsx"):
        with closing(client_of(planner).get(f"/stock/?export={form}")) as answer:
            assert answer["Content-Disposition"].startswith("attachment; ")


@pytest.mark.django_db
def test_over_tls_the_browser_is_told_to_stay_there_but_on_this_machine() -> None:
    with override_settings(SECURE_HSTS_SECONDS=YEAR_S, ALLOWED_HOSTS=["*"]):
        client = Client()

        def told(host: str, *, secure: bool) -> str:
            answer = client.get("/health/live", headers={"host": host}, secure=secure)
            return answer.headers.get("Strict-Transport-Security", "")

        assert told("rasr.example:8443", secure=True) == f"max-age={YEAR_S}; includeSubDomains"
        assert told("rasr.example", secure=False) == ""
        assert told("localhost:8443", secure=True) == "", "a demo on this machine has no TLS"
        assert told("LOCALHOST", secure=True) == ""


@pytest.mark.django_db
def test_the_cookie_of_forms_is_not_for_scripts(client: Client) -> None:
    client.get("/sign-in/")
    cookie = client.cookies[settings.CSRF_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_who_signs_out_leaves_nothing_in_the_browser(client_of: Callable[[User], Client], planner: User) -> None:
    client = client_of(planner)
    assert "Clear-Site-Data" not in client.get("/")
    assert client.post("/sign-out/")["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/").status_code == 302


def test_what_was_counted_without_a_network_outlives_a_session_that_ends_by_itself(
    client_of: Callable[[User], Client], planner: User
) -> None:
    client = client_of(planner)
    session = client.session
    session[idle.SEEN] = session[idle.BEGAN] = 1
    session.save()
    assert client.get("/")["Clear-Site-Data"] == '"cache"'


def test_every_header_stands_in_the_documentation() -> None:
    page = HARDENING.read_text(encoding="utf-8")
    for name in (*ALWAYS, "Content-Security-Policy", "Permissions-Policy", "Strict-Transport-Security",
                 "Cache-Control", "Clear-Site-Data"):  # fmt: skip
        assert f"`{name}`" in page, name
