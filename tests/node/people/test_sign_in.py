"""Signing in: guessing is slowed down, by name and by address; what a page shows is kept by no browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from tests.node.conftest import somebody

from rasr.node.people import lockout
from rasr.node.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeper")]
HERE, THERE, ELSEWHERE = "127.0.0.1", "192.0.2.7", "192.0.2.8"
WAIT = "Too many attempts have failed. Wait five minutes"
OF_NAME, OF_ADDRESS = 10, 50


def sign_in(password: str, address: str = HERE, name: str = "keeper") -> tuple[int, str]:
    """Status and page of an attempt from an address."""
    answer = Client(REMOTE_ADDR=address).post("/sign-in/", {"login": name, "password": password})
    return answer.status_code, answer.content.decode()


def test_after_ten_wrong_passwords_the_right_one_has_to_wait() -> None:
    for _ in range(OF_NAME):
        assert sign_in("wrong")[0] == 200
    status, page = sign_in("keeper")
    assert status == 429
    assert WAIT in page
    assert sign_in("keeper", name="KEEPER")[0] == 429, "another spelling is no other name"
    assert sign_in("keeper", name=" keeper ")[0] == 429, "nor are spaces around it"
    assert sign_in("keeper", THERE)[0] == 302, "from elsewhere the true user gets in"
    cache.clear()  # the time is over
    assert sign_in("keeper")[0] == 302


def test_who_gets_in_begins_anew() -> None:
    for _ in range(2):
        for _ in range(OF_NAME - 1):
            assert sign_in("wrong")[0] == 200
        assert sign_in("keeper")[0] == 302


def test_a_name_is_counted_once_however_the_database_may_read_it() -> None:
    for spelling in ("MILICA", " milica", "m\u0131l\u0131ca", "mil\u0131ca", "MIL\u0131CA") * (OF_NAME // 5):
        assert sign_in("wrong", name=spelling)[0] == 200
    assert sign_in("wrong", name="milica")[0] == 429


def test_one_address_cannot_try_one_password_on_every_name() -> None:
    for number in range(OF_ADDRESS):
        assert sign_in("wrong", THERE, f"name-{number}")[0] == 200
    assert sign_in("keeper", THERE)[0] == 429
    assert sign_in("keeper", ELSEWHERE)[0] == 302


def test_who_knows_one_password_cannot_go_on_guessing_others_by_signing_in_between() -> None:
    for number in range(OF_ADDRESS):
        assert sign_in("wrong", THERE, f"name-{number}")[0] == 200
        if number < OF_ADDRESS - 1:
            assert sign_in("keeper", THERE)[0] == 302
    assert sign_in("keeper", THERE)[0] == 429


def test_behind_a_server_on_this_machine_nobody_is_shut_out_by_another() -> None:
    for number in range(OF_ADDRESS):
        sign_in("wrong", HERE, f"name-{number}")
    assert sign_in("keeper")[0] == 302


def test_many_addresses_together_cannot_guess_one_name_for_long() -> None:
    statuses = [sign_in("wrong", f"198.51.100.{number}")[0] for number in range(101)]
    assert statuses == [200] * 100 + [429]
    assert sign_in("keeper", "203.0.113.5")[0] == 429


def test_ten_thousand_attempts_shut_out_nobody_else_and_fill_nothing() -> None:
    """Of which every hundredth by the page; the others where they are counted, which is what would grow."""
    somebody("planner", "planner")
    asks = RequestFactory(REMOTE_ADDR=THERE)
    looked_at = 0
    for number in range(10_000):
        if number % 100 == 0:
            assert sign_in(f"wrong {number}", THERE)[0] == (200 if number == 0 else 429)
        looked_at += lockout.begin(asks.post("/sign-in/"), f"keeper{number % 100}") is not None
    assert looked_at == OF_ADDRESS - 1, "the first stood on the page"
    assert sign_in("keeper", THERE)[0] == 429
    assert sign_in("planner", ELSEWHERE, "planner")[0] == 302
    assert sign_in("keeper", ELSEWHERE)[0] == 302
    assert len(cache._cache) < 3 * OF_ADDRESS


def test_the_cache_of_a_node_holds_no_more_than_it_may() -> None:
    call_command("createcachetable", "rasr_cache_of_test")
    kept = DatabaseCache("rasr_cache_of_test", {"OPTIONS": {"MAX_ENTRIES": 50}})
    for number in range(300):
        kept.set(f"key-{number}", number, timeout=300)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rasr_cache_of_test")
        assert cursor.fetchone()[0] <= 52


def test_a_session_lasts_a_day_of_work_and_is_another_after_signing_in() -> None:
    client = Client()
    client.post("/settings/choose/", {"language": "mk"})
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/sign-in/", {"login": "keeper", "password": "keeper"})
    after = client.cookies[settings.SESSION_COOKIE_NAME]
    assert after.value != before
    assert after["max-age"] == 12 * 60 * 60
    assert (after["httponly"], after["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_away(keeper: User, client_of: Callable[[User], Client], address: str) -> None:
    there = Client().post("/sign-in/", {"login": "keeper", "password": "keeper", "next": address})
    back = client_of(keeper).post("/settings/choose/", {"language": "en", "next": address})
    assert (there["Location"], back["Location"]) == ("/", "/")
    page = Client().get("/sign-in/", {"next": address}).content.decode()
    assert 'href="//evil' not in page
    assert 'href="https://evil' not in page


def test_who_came_for_a_page_is_led_there() -> None:
    asked = Client().get("/settings/?a=1")
    assert asked["Location"] == "/sign-in/?next=/settings/%3Fa%3D1"
    client = Client()
    page = client.get(asked["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/settings/?a=1">' in page
    answer = client.post("/sign-in/", {"login": "keeper", "password": "keeper", "next": "/settings/?a=1"})
    assert answer["Location"] == "/settings/?a=1"


def test_by_name_in_any_spelling_or_by_address() -> None:
    User.objects.filter(username="keeper").update(email="keeper@example.org")
    for name in ("keeper", "Keeper", "KEEPER@example.org"):
        assert sign_in("keeper", name=name)[0] == 302, name


def test_nobody_learns_which_names_there_are() -> None:
    User.objects.create(username="closed", is_active=False)
    pages = {sign_in("wrong", name=name)[1].replace(name, "") for name in ("keeper", "nobody", "closed")}
    without_tokens = {re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages}
    assert len(without_tokens) == 1
    assert all("The name or the password is wrong." in page for page in pages)


def test_a_closed_account_gets_no_further_than_a_page_that_says_so(keeper: User) -> None:
    keeper.is_active = False
    keeper.save()
    client = Client()
    answer = client.post("/sign-in/", {"login": "keeper", "password": "keeper"}, follow=True)
    assert "This account is closed" in answer.content.decode()
    assert client.get("/settings/").status_code == 302


def test_signing_out_is_by_post_only_and_ends_the_session(keeper: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(keeper)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/settings/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize("address", ["/", "/settings/", "/jobs/", "/no-such-page/", "/sign-in/", "/stock/"])
def test_no_page_is_kept_by_a_browser(keeper: User, client_of: Callable[[User], Client], address: str) -> None:
    for client in (Client(), client_of(keeper)):
        assert "no-store" in client.get(address)["Cache-Control"]
