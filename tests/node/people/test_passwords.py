"""What a password must be, under both policies; the rule is shown before somebody types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.node.conftest import somebody

from rasr.node.people import passwords
from rasr.node.people.models import User

KEEPER = User(username="kosta", first_name="Konstantin", last_name="Petrović", email="kosta@army.example.org")
PORTAL, PASSPHRASE = passwords.PORTAL, passwords.PASSPHRASE
TABLE = {
    PORTAL: {
        "Heron+Water7": set(),
        "Heron+Water": {"password_short", "password_number"},
        "heron+water77": {"password_upper"},
        "HERON+WATER77": {"password_lower"},
        "HeronxWater77": {"password_symbol"},
        "Heron Water+77": {"password_space"},
        "Херон+Вода77": set(),
        "Depot-Kosta1!": {"password_of_names"},
        "Password1234!": {"password_known"},
        "x" * 257: {"password_long", "password_upper", "password_number", "password_symbol", "password_known"},
    },
    PASSPHRASE: {
        "seven quiet herons": set(),
        "жаба плива поноћу": set(),
        "quietherons1234": set(),
        "x9k2 water t5": {"password_short"},
        "passwordpassword": {"password_known"},
        "password1234567": {"password_known"},
        "1234567890123456": {"password_known"},
        "aaaaaaaaaaaaaaaa": {"password_known"},
        "abcabcabcabcabc": {"password_known"},
        "rasr depot kosta": {"password_of_names"},
        "konstantin petrović": {"password_of_names"},
        "kosta keeps herons": set(),
        "w" + "ater and herons " * 15: set(),
        " ".join(["herons"] * 60): {"password_long"},
    },
}


@pytest.fixture
def policy(settings: Any) -> Callable[[str], None]:
    """Sets the policy of the node, whose name is Depot."""

    def choose(name: str) -> None:
        settings.NODE = replace(settings.NODE, password_policy=name, name="Depot")

    return choose


def faults(password: str) -> set[str]:
    """The codes of what is wrong with a password."""
    try:
        validate_password(password, KEEPER)
    except ValidationError as refused:
        return {str(one.code) for one in refused.error_list}
    return set()


@pytest.mark.parametrize(
    ("name", "password", "wrong"), [(name, *row) for name, rows in TABLE.items() for row in rows.items()]
)
def test_policies(policy: Callable[[str], None], name: str, password: str, wrong: set[str]) -> None:
    policy(name)
    assert faults(password) == wrong


def test_a_passphrase_of_128_characters_is_taken_whole(policy: Callable[[str], None]) -> None:
    policy(PASSPHRASE)
    long = "".join(chr(ord("a") + number * 7 % 26) for number in range(128))
    assert faults(long) == set()
    user = User(username="long")
    user.set_password(long)
    assert user.check_password(long)
    assert not user.check_password(long[:-1])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "says"), [(PORTAL, "At least 12 characters, without spaces"), (PASSPHRASE, "At least 15")]
)
def test_the_rule_is_shown_before_somebody_types_and_what_was_wrong_after(
    policy: Callable[[str], None], name: str, says: str
) -> None:
    policy(name)
    somebody("keeper", "administrator")
    client = Client()
    client.post("/sign-in/", {"login": "keeper", "password": "keeper"})
    address = reverse("account_change_password")
    page = client.get(address).content.decode()
    assert says in page
    assert 'aria-describedby="id_password1_helptext"' in page
    sent = {"oldpassword": "keeper", "password1": "short", "password2": "short"}
    assert "It has fewer than" in client.post(address, sent).content.decode()
    good = {
        "oldpassword": "keeper",
        "password1": "Heron+Water7 tide".replace(" ", "-"),
        "password2": "Heron+Water7-tide",
    }
    assert client.post(address, good)["Location"] == "/account/"
    assert client.get("/account/").status_code == 200, "this session goes on"


@pytest.mark.django_db
def test_another_password_needs_the_one_there_is_and_ends_the_other_sessions() -> None:
    somebody("keeper", "administrator")
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/sign-in/", {"login": "keeper", "password": "keeper"})
    address = reverse("account_change_password")
    new = {"password1": "seven quiet herons", "password2": "seven quiet herons"}
    assert "The current password is wrong." in here.post(address, {"oldpassword": "x", **new}).content.decode()
    differs = {**new, "oldpassword": "keeper", "password2": "seven quiet heron"}
    assert here.post(address, differs).status_code == 200
    assert there.get("/account/").status_code == 200
    assert here.post(address, {"oldpassword": "keeper", **new}).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_the_rule_is_a_text_of_the_language_in_force(policy: Callable[[str], None]) -> None:
    policy(PASSPHRASE)
    with translation.override("en"):
        assert str(passwords.rule_lazy()) == passwords.rule()
