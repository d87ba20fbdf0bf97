"""The language of a page: of the user, else of the session, else of the browser, else of the node."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.formats import date_format, get_format
from django.utils.timezone import datetime

from rasr.node.people.models import User
from rasr.node.web import languages
from rasr.node.web.middleware import language_of
from rasr.report.texts import LANGUAGES


def request(accept: str = "", user: Any = None, session: dict[str, str] | None = None) -> Any:
    made = RequestFactory().get("/", headers={"Accept-Language": accept})
    made.user = user or SimpleNamespace()
    made.session = session or {}
    return made


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        ("hr", "bcms"), ("bs-BA", "bcms"), ("sr-Latn-RS,sr;q=0.9", "bcms"), ("sr", "bcms"), ("sh", "bcms"),
        ("me", "bcms"), ("mk-MK", "mk"), ("fr,sl;q=0.3", "sl"), ("de", "en"), ("", "en"), (";;;", "en"),
        ("ro-MD;q=0.1,bg;q=0.8", "bg"),
    ],
)  # fmt: skip
def test_what_the_browser_asks_for(accept: str, code: str) -> None:
    assert language_of(request(accept)) == code


def test_user_comes_before_session_before_browser() -> None:
    user, kept = SimpleNamespace(language="sq"), {languages.SESSION_KEY: "bg"}
    assert language_of(request("mk", user, kept)) == "sq"
    assert language_of(request("mk", SimpleNamespace(language=""), kept)) == "bg"
    assert language_of(request("mk", SimpleNamespace(language="xx"))) == "mk"


def test_while_the_database_is_gone_the_browser_decides() -> None:
    class Gone:
        @property
        def language(self) -> str:
            raise OperationalError

    assert language_of(request("mk", Gone())) == "mk"


@pytest.mark.django_db
@pytest.mark.urls("tests.node.web.gallery")
def test_the_page_says_its_language() -> None:
    response = Client().get("/sign-in/", headers={"Accept-Language": "hr"})
    assert b'<html lang="sh-Latn"' in response.content
    assert response.headers["Content-Language"] == "sh-Latn"
    user = User.objects.create(username="x", language="mk")
    client = Client()
    client.force_login(user)
    assert b'<html lang="mk"' in client.get("/charts/").content


@pytest.mark.parametrize("code", LANGUAGES)
def test_dates_and_numbers_have_formats_of_their_own(code: str) -> None:
    with translation.override(code):
        assert get_format("DECIMAL_SEPARATOR") == languages.numerals().decimal_mark
        told = date_format(datetime(2026, 2, 3, 14, 5), "SHORT_DATETIME_FORMAT")
        assert told.endswith("14:05")
        assert "2026" in told
        assert get_format("FIRST_DAY_OF_WEEK") == 1
