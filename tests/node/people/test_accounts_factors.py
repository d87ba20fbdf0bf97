"""Second factors: an app, passkeys, recovery codes; nobody gets past them, and a code is taken once."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests.node.conftest import somebody
from tests.node.people.passkeys import FLAG, Passkey

from rasr.node.people import second_factor
from rasr.node.people.models import Entry, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeper")]
WRONG = "The code is wrong or no longer valid."
SET_UP = "/account/second-factor/"


@pytest.fixture
def needed(settings: Any) -> None:
    """Everybody needs a second factor here."""
    settings.NODE = replace(settings.NODE, second_factor="required")


def signed_in(name: str = "keeper") -> Client:
    """A browser in which somebody has given name and password."""
    client = Client(headers={"host": "testserver"})
    assert client.post("/sign-in/", {"login": name, "password": name}).status_code == 302
    return client


def code_of(secret: str, *, late: int = 0) -> str:
    """The code that an app shows now, or so many steps of 30 seconds later."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + late))


def with_app(client: Client) -> str:
    """Set up an app in this browser; gives its secret."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'class="totp-secret">([A-Z2-7]+)<', page)
    assert found, page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1])})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return found[1]


def codes_on(page: str) -> list[str]:
    """The recovery codes of a page."""
    return re.findall(r"<code>(\d{8})</code>", page)


def test_with_an_app_the_password_alone_opens_nothing() -> None:
    secret = with_app(signed_in())
    client = signed_in()
    assert client.get("/settings/")["Location"].startswith("/sign-in/")
    assert client.get("/sign-in/")["Location"] == "/sign-in/second-factor/"
    wrong = client.post("/sign-in/second-factor/", {"code": "000000"})
    assert WRONG in wrong.content.decode()
    assert client.get("/settings/").status_code == 302
    answer = client.post("/sign-in/second-factor/", {"code": code_of(secret, late=1)})
    assert answer["Location"] == "/"
    assert client.get("/settings/").status_code == 200


def test_a_code_is_taken_once_also_while_it_would_hold() -> None:
    secret = with_app(signed_in())
    code = code_of(secret, late=1)
    first, second = signed_in(), signed_in()
    assert first.post("/sign-in/second-factor/", {"code": code}).status_code == 302
    totp_marks = [key for key in cache._cache if "allauth.mfa.totp.used" in key]
    assert totp_marks, "what the library itself remembers, and forgets"
    for key in totp_marks:
        cache.delete(key.removeprefix(":1:"))  # as it is half a minute later
    again = second.post("/sign-in/second-factor/", {"code": code[:3] + " " + code[3:]})
    assert WRONG in again.content.decode()
    assert second.get("/settings/").status_code == 302


def test_who_guesses_codes_has_to_wait_and_not_even_the_right_one_opens() -> None:
    secret = with_app(signed_in())
    for _ in range(5):
        assert signed_in().post("/sign-in/second-factor/", {"code": "000000"}).status_code == 200
    client = signed_in()
    answer = client.post("/sign-in/second-factor/", {"code": code_of(secret)})
    assert (answer.status_code, "Wait five minutes" in answer.content.decode()) == (429, True)
    assert client.get("/settings/").status_code == 302


def test_a_recovery_code_opens_once_and_is_shown_once() -> None:
    owner = signed_in()
    with_app(owner)
    codes = codes_on(owner.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(set(codes)) == 10
    assert codes_on(owner.get(reverse("mfa_view_recovery_codes")).content.decode()) == []
    client, other = signed_in(), signed_in()
    assert client.post("/sign-in/second-factor/", {"code": codes[0]}).status_code == 302
    assert "9 left" in client.get("/account/").content.decode()
    assert WRONG in other.post("/sign-in/second-factor/", {"code": codes[0]}).content.decode()


def test_secrets_in_the_database_are_of_no_use_without_the_key_of_the_node(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secret = with_app(signed_in())
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    app = Authenticator.objects.get(type="totp").wrap()
    assert app.validate_code(code_of(secret))
    cache.clear()
    settings.SECRET_KEY = "another"
    assert not app.validate_code(code_of(secret))
    assert "has to be set up anew" in caplog.text


def test_other_sessions_end_when_a_factor_is_added_or_removed() -> None:
    here, there = signed_in(), signed_in()
    with_app(here)
    assert there.get("/settings/").status_code == 302
    assert here.get("/settings/").status_code == 200


def test_a_session_that_began_with_the_password_alone_ends_once_there_is_a_factor(keeper: User) -> None:
    before = signed_in()
    Authenticator.objects.create(user=keeper, type=Authenticator.Type.TOTP, data={"secret": "x"})
    answer = before.get("/settings/")
    assert answer["Location"] == "/sign-in/"
    assert before.get("/account/").status_code == 302


def test_a_session_counts_with_the_factor_of_its_own_user_only(keeper: User) -> None:
    client = Client()
    client.force_login(keeper)
    with_factor = somebody("planner", "planner")
    Authenticator.objects.create(user=with_factor, type="totp", data={"secret": "x"})
    session = client.session
    session[second_factor.SHOWN] = keeper.pk
    session.save()
    assert client.get("/settings/").status_code == 200
    other = Client()
    other.force_login(with_factor)
    session = other.session
    session[second_factor.SHOWN] = keeper.pk
    session.save()
    assert other.get("/settings/").status_code == 302


@pytest.mark.usefixtures("needed")
def test_who_needs_a_factor_is_led_to_set_one_up_and_nothing_else_opens() -> None:
    client = signed_in()
    for page in ("/", "/jobs/", "/stock/", "/no-such-page/"):
        assert client.get(page).status_code in (302, 404)
    assert client.get("/jobs/")["Location"] == SET_UP
    assert client.get("/jobs/", headers={"HX-Request": "true"})["HX-Redirect"] == SET_UP
    assert client.post("/settings/choose/", {"language": "mk"}).status_code == 302
    for page in (SET_UP, "/account/", "/settings/"):
        assert client.get(page).status_code == 200, page
    with_app(client)
    assert client.get("/jobs/").status_code == 200


@pytest.mark.usefixtures("needed")
def test_the_last_factor_stays_where_one_is_needed(keeper: User) -> None:
    client = signed_in()
    with_app(client)
    again(client)
    page = client.get(reverse("mfa_deactivate_totp")).content.decode()
    assert "Add another one before you remove this one." in page
    client.post(reverse("mfa_deactivate_totp"))
    assert second_factor.factors(keeper) == 1
    passkey = Passkey()
    add(client, passkey)
    client.post(reverse("mfa_deactivate_totp"))
    assert [one.type for one in Authenticator.objects.exclude(type="recovery_codes")] == ["webauthn"]
    key = Authenticator.objects.get(type="webauthn")
    client.post(reverse("mfa_remove_webauthn", kwargs={"pk": key.pk}))
    assert second_factor.factors(keeper) == 1


def test_factors_are_changed_only_after_the_password_was_given_again(keeper: User) -> None:
    secret = with_app(signed_in())
    client = signed_in()
    assert client.post("/sign-in/second-factor/", {"code": code_of(secret, late=1)}).status_code == 302
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert client.post(reverse(name))["Location"].startswith("/account/again/"), name
    assert client.get(reverse("mfa_view_recovery_codes"))["Location"].startswith("/account/again/")
    assert second_factor.factors(keeper) == 1
    again(client)
    assert client.post(reverse("mfa_deactivate_totp"))["Location"] == SET_UP
    assert not Authenticator.objects.exists()


def test_who_has_just_signed_in_sets_up_the_first_factor_without_the_password_again_but_not_later(
    keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    later_s = time.time() + 899
    monkeypatch.setattr(time, "time", lambda: later_s)
    monkeypatch.setattr("rasr.node.people.idle.STEP_S", 10**6)
    client.get("/settings/")
    later_s += 2
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
    assert second_factor.factors(keeper) == 0


def test_of_another_nobody_changes_a_passkey() -> None:
    owner = signed_in()
    passkey = Passkey()
    add(owner, passkey)
    somebody("mate", "administrator")
    client = signed_in("mate")
    again(client, "mate")
    key = Authenticator.objects.get(type="webauthn")
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, kwargs={"pk": key.pk})).status_code == 404
        assert client.post(reverse(name, kwargs={"pk": key.pk}), {"name": "x"}).status_code == 404


# Passkeys.


def again(client: Client, password: str = "keeper") -> None:
    """Give the password once more."""
    assert client.post("/account/again/", {"password": password}).status_code == 302


def options(client: Client, name: str) -> dict[str, Any]:
    """What a page asks of a passkey."""
    page = client.get(reverse(name)).content.decode()
    found = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found, page
    data: dict[str, Any] = json.loads(found[1])
    return next(iter(data.values()))


def add(client: Client, passkey: Passkey) -> Any:
    """Add a passkey in this browser."""
    sent = {
        "name": "Telephone",
        "passwordless": "on",
        "credential": passkey.register(options(client, "mfa_add_webauthn")),
    }
    return client.post(reverse("mfa_add_webauthn"), sent)


def login_options(client: Client) -> dict[str, Any]:
    """What the sign-in page asks of a passkey."""
    asked = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    found: dict[str, Any] = asked.json()["request_options"]
    return found


def with_passkey(keeper: User) -> Passkey:
    """Somebody has a passkey."""
    passkey = Passkey()
    assert add(signed_in(), passkey).status_code == 302
    assert second_factor.factors(keeper) == 1
    return passkey


def test_a_passkey_alone_signs_in(keeper: User) -> None:
    passkey = with_passkey(keeper)
    client = Client()
    answer = client.post(
        reverse("mfa_login_webauthn"), {"credential": passkey.sign(login_options(client)), "next": "/settings/"}
    )
    assert answer["Location"] == "/settings/"
    assert client.get("/settings/").status_code == 200


def test_a_passkey_is_the_second_factor_after_the_password(keeper: User) -> None:
    passkey = with_passkey(keeper)
    client = signed_in()
    assert client.get("/settings/").status_code == 302
    signed = passkey.sign(options(client, "mfa_authenticate"))
    assert client.post("/sign-in/second-factor/", {"credential": signed}).status_code == 302
    assert client.get("/settings/").status_code == 200


@pytest.mark.parametrize(
    ("origin", "rp_id"),
    [
        ("https://evil.example", "testserver"),
        ("https://testserver.evil.example", "testserver"),
        ("http://testserver", "testserver"),
        ("https://testserver", "evil.example"),
    ],
)
def test_a_passkey_of_another_origin_opens_nothing(keeper: User, origin: str, rp_id: str) -> None:
    passkey = with_passkey(keeper)
    passkey.origin, passkey.rp_id = origin, rp_id
    client = Client()
    answer = client.post(
        reverse("mfa_login_webauthn"), {"credential": passkey.sign(login_options(client))}, follow=True
    )
    assert WRONG in answer.content.decode()
    assert client.get("/settings/").status_code == 302
    half = signed_in()
    half.post("/sign-in/second-factor/", {"credential": passkey.sign(options(half, "mfa_authenticate"))})
    assert half.get("/settings/").status_code == 302


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver"])
def test_a_passkey_of_another_origin_is_not_added(keeper: User, origin: str) -> None:
    answer = add(signed_in(), Passkey(origin=origin))
    assert WRONG in answer.content.decode()
    assert second_factor.factors(keeper) == 0


def test_an_answer_of_a_passkey_is_taken_once(keeper: User) -> None:
    passkey = with_passkey(keeper)
    client, other = Client(), Client()
    signed = passkey.sign(login_options(client))
    login_options(other)
    assert other.post(reverse("mfa_login_webauthn"), {"credential": signed})["Location"] == "/sign-in/"
    assert client.post(reverse("mfa_login_webauthn"), {"credential": signed})["Location"] == "/"
    client.post("/sign-out/")
    assert client.post(reverse("mfa_login_webauthn"), {"credential": signed})["Location"] == "/sign-in/"
    assert client.get("/settings/").status_code == 302


def test_without_finger_or_pin_a_passkey_alone_is_not_enough(keeper: User) -> None:
    passkey = with_passkey(keeper)
    passkey.flags = FLAG.UP
    client = Client()
    assert (
        client.post(reverse("mfa_login_webauthn"), {"credential": passkey.sign(login_options(client))}).status_code
        == 302
    )
    assert client.get("/settings/").status_code == 302


def test_nor_with_what_a_page_asked_that_wants_no_finger(keeper: User, at: Callable[[float], None]) -> None:
    stolen, thief = with_passkey(keeper), somebody("thief", "storekeeper")
    assert add(signed_in("thief"), Passkey()).status_code == 302
    stolen.flags = FLAG.UP
    client = signed_in("thief")
    asked = options(client, "mfa_authenticate")
    at(settings.ACCOUNT_LOGIN_TIMEOUT + 1)  # the sign-in that was begun is forgotten, what was asked is not
    client.post(reverse("mfa_login_webauthn"), {"credential": stolen.sign(asked)})
    assert client.get("/settings/").status_code == 302
    assert second_factor.factors(thief) == 1


@pytest.mark.parametrize(
    "sent", ["", "[]", "{}", "x", '{"id": 1}', '{"response": {"userHandle": null}}', '{"response": []}', "null", '"a"']
)
def test_a_crafted_answer_is_refused(keeper: User, sent: str) -> None:
    with_passkey(keeper)
    client = Client()
    login_options(client)
    assert client.post(reverse("mfa_login_webauthn"), {"credential": sent}).status_code == 302
    half = signed_in()
    options(half, "mfa_authenticate")
    assert half.post("/sign-in/second-factor/", {"credential": sent}).status_code == 200
    for each in (client, half):
        assert each.get("/settings/").status_code == 302


def test_who_lost_everything_begins_anew(keeper: User) -> None:
    client = signed_in()
    with_app(client)
    assert second_factor.forget(keeper) == 1
    assert client.get("/settings/").status_code == 302
    assert signed_in().get("/settings/").status_code == 200
    assert not Authenticator.objects.exists()


def test_sign_ins_with_and_without_factor_stand_on_the_trail() -> None:
    with_app(signed_in())
    signed_in().post("/sign-in/second-factor/", {"code": "000000"})
    told = list(Entry.objects.filter(act="user.sign_in").order_by("at").values_list("outcome", "after"))
    assert told[0][0] == "done"
    assert told[-1] == ("refused", {"wrong": "second factor"})
