"""Sessions: they end when nothing is done, at the end of a day of work, when they are revoked; never later."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import somebody

from rasr.node.people import accounts, idle
from rasr.node.people.models import Entry, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeper")]
IDLE_S, DAY_S = 15 * 60, 12 * 60 * 60
TEMPLATES = Path(__file__).parents[3] / "src/rasr/node"


def signed_in(name: str = "keeper", **of_browser: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client(**of_browser)
    assert client.post("/sign-in/", {"login": name, "password": name}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    """Whether a page opens."""
    return client.get("/settings/").status_code == 200


def test_after_a_quarter_of_an_hour_without_a_request_the_session_ends(at: Callable[[float], None]) -> None:
    client = signed_in()
    at(IDLE_S - 1)
    assert is_in(client)
    at(2 * IDLE_S - idle.STEP_S - 2)
    assert is_in(client), "it was used since"
    at(3 * IDLE_S)
    answer = client.get("/settings/", follow=True)
    assert answer.redirect_chain == [("/sign-in/?next=/settings/", 302)]
    assert "You were signed out: nothing was done for 15 minutes." in answer.content.decode()
    at(0)
    assert not is_in(client), "it stays ended"


def test_the_setting_counts(at: Callable[[float], None], settings: Any) -> None:
    settings.NODE = replace(settings.NODE, idle_minutes=1)
    client = signed_in()
    at(59)
    assert is_in(client)
    at(59 + 60)
    assert not is_in(client)


def test_after_a_day_of_work_the_session_ends_however_busy(at: Callable[[float], None]) -> None:
    client = signed_in()
    for past_s in range(IDLE_S // 2, DAY_S, IDLE_S // 2):
        at(past_s)
        assert is_in(client)
    at(DAY_S)
    assert "a session lasts 12 hours" in client.get("/settings/", follow=True).content.decode()


def test_what_a_page_asks_for_by_itself_keeps_no_session_open(at: Callable[[float], None]) -> None:
    client = signed_in()
    for past_s in range(60, IDLE_S, 60):
        at(past_s)
        client.get(reverse("jobs:job-progress", args=["0190163d-8694-739b-aea5-966c26f8ad91"]))
    at(IDLE_S)
    assert not is_in(client)


def test_every_address_that_a_page_asks_for_again_and_again_is_known() -> None:
    found = set()
    for path in TEMPLATES.glob("*/templates/**/*.html"):
        for tag in re.findall(r'<[^>]*hx-trigger="every[^>]*>', path.read_text().replace("{%", "").replace("%}", "")):
            found.update(re.findall(r'url "([\w:-]+)"', tag))
        # browsers ask again for the script that makes a page work without a network
        found.update(re.findall(r'data-worker="{% url "([\w:-]+)"', path.read_text()))
    assert found == idle.BY_ITSELF


def test_a_clock_set_back_lengthens_no_session(at: Callable[[float], None]) -> None:
    client = signed_in()
    at(-30)
    assert is_in(client), "a clock put right by seconds does no harm"
    at(-3600)
    assert not is_in(client)
    at(0)
    assert not is_in(client)


def test_a_session_of_unknown_age_is_none(keeper: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(keeper)
    assert is_in(client)
    session = client.session
    del session[idle.SEEN]
    session.save()
    assert not is_in(client)


def test_the_end_of_a_session_stands_on_the_trail(keeper: User, at: Callable[[float], None]) -> None:
    client = signed_in()
    at(IDLE_S)
    client.get("/settings/")
    assert Entry.objects.filter(act="user.sign_out", actor=keeper.pseudonym).exists()


# The page of sessions.


def shown(client: Client) -> str:
    """The page of sessions."""
    page: str = client.get("/account/sessions/").content.decode()
    return page


def test_somebody_sees_where_they_are_signed_in_and_ends_it_there(keeper: User) -> None:
    here = signed_in(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    there = signed_in(HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 14) Chrome/139.0 Mobile", REMOTE_ADDR="192.0.2.9")
    page = shown(here)
    assert "Firefox, Linux" in page
    assert "Chrome, Android" in page
    assert "192.0.2.9" in page
    assert page.count("This one") == 1
    row = UserSession.objects.get(ip="192.0.2.9")
    asked = here.post("/account/sessions/end/", {"session": row.pk})
    assert asked["Location"].startswith("/account/again/"), "the password is asked for again"
    assert is_in(there)
    ended = here.post(asked["Location"], {"password": "keeper"}, follow=True)
    assert "1 session has ended." in ended.content.decode()
    assert not is_in(there)
    assert is_in(here)
    assert Entry.objects.filter(act="user.sessions", actor=keeper.pseudonym).count() == 1


def test_all_others_at_once() -> None:
    here, *others = [signed_in() for _ in range(3)]
    here.post("/account/again/", {"password": "keeper"})
    assert "2 sessions have ended." in here.post("/account/sessions/end/", {}, follow=True).content.decode()
    assert [is_in(each) for each in (here, *others)] == [True, False, False]


def test_nobody_ends_a_session_of_another(keeper: User) -> None:
    somebody("mate", "administrator")
    theirs = signed_in()
    client = signed_in("mate")
    client.post("/account/again/", {"password": "mate"})
    row = UserSession.objects.get(user=keeper)
    for session in (str(row.pk), "0", "x", "-1"):
        assert client.post("/account/sessions/end/", {"session": session}).status_code == 404
    assert is_in(theirs)
    assert "Keeper" not in shown(client)


def test_a_session_that_is_over_is_not_shown() -> None:
    here = signed_in()
    signed_in()
    UserSession.objects.exclude(session_key=here.session.session_key).update(
        last_seen_at=timezone.now() - timedelta(minutes=16)
    )
    assert shown(here).count("<tr>") == 2, "the head and this one"


def test_the_worker_clears_what_is_over() -> None:
    alive, over = signed_in(), signed_in()
    Session.objects.filter(session_key=over.session.session_key).update(expire_date=timezone.now() - timedelta(1))
    accounts.sweep()
    assert list(Session.objects.values_list("session_key", flat=True)) == [alive.session.session_key]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [alive.session.session_key]


def test_who_asked_last_is_seen(at: Callable[[float], None]) -> None:
    client = signed_in()
    before = UserSession.objects.get().last_seen_at
    at(idle.STEP_S + 1)
    is_in(client)
    assert UserSession.objects.get().last_seen_at > before
