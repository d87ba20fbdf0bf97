"""Signing in: guessing is slowed down, by name and by address; what a page shows is kept by no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from tests.node.conftest import somebody

from rasr.node.people import attempts
from rasr.node.people.models import User

pytestmark = pytest.mark.django_db
HERE, THERE, ELSEWHERE = "127.0.0.1", "192.0.2.7", "192.0.2.8"
WAIT = "Too many attempts have failed."


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def keeper() -> User:
    """Somebody whose password is the name."""
    return somebody("keeper", "administrator")


def sign_in(password: str, address: str = HERE, name: str = "keeper") -> tuple[int, str]:
    """Status and page of an attempt from an address."""
    answer = Client(REMOTE_ADDR=address).post("/sign-in/", {"username": name, "password": password})
    return answer.status_code, answer.content.decode()


def test_after_ten_wrong_passwords_the_right_one_has_to_wait() -> None:
    for _ in range(attempts.MOST_OF_NAME):
        assert sign_in("wrong")[0] == 200
    status, page = sign_in("keeper")
    assert status == 429
    assert WAIT in page
    assert sign_in("keeper", name="KEEPER")[0] == 429, "another spelling is no other name"
    assert sign_in("keeper", THERE)[0] == 302, "from elsewhere the true user gets in"
    cache.clear()  # the time is over
    assert sign_in("keeper")[0] == 302


def test_who_gets_in_begins_anew() -> None:
    for _ in range(2):
        for _ in range(attempts.MOST_OF_NAME - 1):
            assert sign_in("wrong")[0] == 200
        assert sign_in("keeper")[0] == 302


def test_one_address_cannot_try_one_password_on_every_name() -> None:
    for number in range(attempts.MOST_OF_ADDRESS):
        assert sign_in("wrong", THERE, f"name-{number}")[0] == 200
    assert sign_in("keeper", THERE)[0] == 429
    assert sign_in("keeper", ELSEWHERE)[0] == 302


def test_behind_a_server_on_this_machine_nobody_is_shut_out_by_another() -> None:
    for number in range(attempts.MOST_OF_ADDRESS):
        sign_in("wrong", HERE, f"name-{number}")
    assert sign_in("keeper")[0] == 302


def test_a_session_lasts_a_day_of_work_and_is_another_after_signing_in() -> None:
    client = Client()
    client.post("/settings/choose/", {"language": "mk"})
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/sign-in/", {"username": "keeper", "password": "keeper"})
    after = client.cookies[settings.SESSION_COOKIE_NAME]
    assert after.value != before
    assert after["max-age"] == 12 * 60 * 60
    assert (after["httponly"], after["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_away(keeper: User, client_of: Callable[[User], Client], address: str) -> None:
    there = Client().post("/sign-in/", {"username": "keeper", "password": "keeper", "next": address})
    back = client_of(keeper).post("/settings/choose/", {"language": "en", "next": address})
    assert (there["Location"], back["Location"]) == ("/", "/")


@pytest.mark.parametrize("address", ["/", "/settings/", "/jobs/", "/no-such-page/", "/sign-in/", "/stock/"])
def test_no_page_is_kept_by_a_browser(keeper: User, client_of: Callable[[User], Client], address: str) -> None:
    for client in (Client(), client_of(keeper)):
        assert "no-store" in client.get(address)["Cache-Control"]
