"""Every page of django-allauth that takes a form: what it does is on the trail in its own transaction, or not done.

A new address must stand in ``POSTS``, or in ``WRITES_NOTHING`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests.browser.walk import views
from tests.node.people.passkeys import Passkey
from tests.node.people.test_accounts_codes import ADDRESS, NEW, asked, give, known, sent_code
from tests.node.people.test_accounts_factors import add, again, code_of, codes_on, login_options, options, with_app
from tests.node.people.test_trail_requests import full_disk, quiet
from tests.node.people.written import MACHINE, writing

from rasr.node.people import invitations
from rasr.node.people.models import Entry, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sends")]
NEW_TWICE = {"password1": NEW, "password2": NEW}


@dataclass(frozen=True)
class Post:
    """What is sent from which browser, and the acts it leaves."""

    client: Client
    data: Mapping[str, Any]
    acts: str
    pk: int | None = None


@pytest.fixture(autouse=True)
def keeper() -> User:
    """Somebody with an address that was proved; the password is the name."""
    return known("keeper", ADDRESS)


def signed_in() -> Client:
    """A browser in which the password was just given, and no further."""
    client = Client(headers={"host": "testserver"})
    client.post("/sign-in/", {"login": "keeper", "password": "keeper"})
    return client


def certain() -> Client:
    """A browser in which the password was given once more."""
    client = signed_in()
    again(client)
    return client


def _second_factor() -> Post:
    secret = with_app(signed_in())
    return Post(signed_in(), {"code": code_of(secret, late=1)}, "user.sign_in")


def _recovery_code() -> Post:
    client = signed_in()
    with_app(client)
    codes = codes_on(client.get(reverse("mfa_view_recovery_codes")).content.decode())
    return Post(signed_in(), {"code": codes[0]}, "user.sign_in")


def _passkey(client: Client) -> Passkey:
    passkey = Passkey()
    assert add(client, passkey).status_code == 302
    return passkey


def _sign_in_by_passkey() -> Post:
    passkey, client = _passkey(signed_in()), Client()
    return Post(client, {"credential": passkey.sign(login_options(client))}, "user.sign_in")


def _add_passkey() -> Post:
    client = signed_in()
    known = Passkey().register(options(client, "mfa_add_webauthn"))
    sent = {"name": "Telephone", "passwordless": "on", "credential": known}
    return Post(client, sent, "user.factor_add user.recovery_codes")


def _of_passkey(data: Mapping[str, Any], acts: str) -> Post:
    client = certain()
    _passkey(client)
    return Post(client, data, acts, Authenticator.objects.get(type="webauthn").pk)


def _app() -> Post:
    client = signed_in()
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = page.partition('class="totp-secret">')[2].partition("<")[0]
    return Post(client, {"code": code_of(secret)}, "user.factor_add user.recovery_codes")


def _with_app(acts: str) -> Post:
    client = certain()
    with_app(client)
    return Post(client, {}, acts)


def _recovery_code_again() -> Post:
    client = signed_in()
    with_app(client)
    codes = codes_on(client.get(reverse("mfa_view_recovery_codes")).content.decode())
    return Post(client, {"code": codes[0]}, "user.again")


def _passkey_again() -> Post:
    client = signed_in()
    passkey = _passkey(client)
    return Post(client, {"credential": passkey.sign(options(client, "mfa_reauthenticate_webauthn"))}, "user.again")


def _email_code() -> Post:
    client = certain()
    client.post(reverse("account_email"), {"action_add": "", "email": "new@example.org"})
    return Post(client, {"code": sent_code()}, "user.email")


def _forgotten() -> Post:
    client = asked()
    assert give(client, sent_code()).status_code == 302
    return Post(client, NEW_TWICE, "user.password")


def _set_password() -> Post:
    client = certain()
    user = User.objects.get(username="keeper")
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    return Post(client, NEW_TWICE, "user.password")


def _sign_up() -> Post:
    code = invitations.invite(actor=None, name="Mira", language="en", email="mira@example.org").code
    client = Client()
    assert client.post("/join/", {"code": code}).status_code == 302
    return Post(client, {"username": "mira", "email": "mira@example.org", **NEW_TWICE}, "user.join invitation.use")


POSTS: dict[str, Callable[[], Post]] = {
    "account_login": lambda: Post(Client(), {"login": "keeper", "password": "keeper"}, "user.sign_in"),
    "mfa_authenticate": _second_factor,
    "mfa_authenticate recovery code": _recovery_code,
    "mfa_login_webauthn": _sign_in_by_passkey,
    "account_logout": lambda: Post(signed_in(), {}, "user.sign_out"),
    "account_signup": _sign_up,
    "account_email_verification_sent": _email_code,
    "account_change_password": lambda: Post(certain(), {"oldpassword": "keeper", **NEW_TWICE}, "user.password"),
    "account_set_password": _set_password,
    "account_complete_password_reset": _forgotten,
    "mfa_reauthenticate": _recovery_code_again,
    "mfa_reauthenticate_webauthn": _passkey_again,
    "mfa_activate_totp": _app,
    "mfa_deactivate_totp": lambda: _with_app("user.factor_remove"),
    "mfa_generate_recovery_codes": lambda: _with_app("user.recovery_codes"),
    "mfa_add_webauthn": _add_passkey,
    "mfa_remove_webauthn": lambda: _of_passkey({}, "user.factor_remove"),
    "mfa_edit_webauthn": lambda: _of_passkey({"name": "Key in the safe"}, "row.change"),
}
"""Address, and a word where there are two ways, to what there is for it to do."""
WRITES_NOTHING = {
    "account_reauthenticate": "notes in the session when the password was given",
    "account_reset_password": "sends a code, which stands in the session",
    "account_confirm_password_reset_code": "notes in the session that the code was right",
    "account_email": "sends a code to the new address, which stands in the session",
}
"""Addresses that take a form and change nothing of an account, with the reason."""


def kept() -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept in the database, but what belongs to the machine itself."""
    models = [model for model in apps.get_models() if model._meta.db_table not in MACHINE]
    rows = {model._meta.db_table: list(model._default_manager.order_by("pk").values_list()) for model in models}
    sessions = list(UserSession.objects.order_by("pk").values_list("pk", "user_id"))
    return {**rows, UserSession._meta.db_table: sessions}


def send(view: str, post: Post) -> Any:
    address = reverse(view.partition(" ")[0], kwargs={"pk": post.pk} if post.pk else None)
    return post.client.post(address, post.data)


def test_every_address_of_an_account_that_takes_a_form_stands_here() -> None:
    client = quiet(certain())
    names = {name: parameters for name, parameters in views().items() if ":" not in name and name != "account_logout"}
    answers = {
        name: client.post(reverse(name, kwargs=dict.fromkeys(parameters, 999_999))).status_code
        for name, parameters in names.items()
    }
    taking = {name for name, status in answers.items() if status != 405}
    assert taking | {"account_logout"} == {view.partition(" ")[0] for view in POSTS} | WRITES_NOTHING.keys()


@pytest.mark.parametrize("view", POSTS)
def test_what_is_done_is_on_the_trail_in_its_own_transaction(view: str) -> None:
    post = POSTS[view]()
    known = set(Entry.objects.values_list("pk", flat=True))
    with writing() as seen:
        answer = send(view, post)
    assert answer.status_code == 302, answer.content.decode()
    assert set(Entry.objects.exclude(pk__in=known).values_list("act", flat=True)) >= set(post.acts.split())
    assert seen.without == []


@pytest.mark.parametrize("view", POSTS)
def test_what_cannot_be_written_down_is_not_done(view: str) -> None:
    post = POSTS[view]()
    quiet(post.client)
    before = kept()
    signed_in_before = post.client.get("/account/").status_code == 200
    with full_disk():
        assert send(view, post).status_code == 503
    after = kept()
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}
    assert (post.client.get("/account/").status_code == 200) == signed_in_before, "nor is anybody signed in or out"
    cache.clear()  # of a node it lies in the database: that a code was given is forgotten with what it was given for
    assert send(view, post).status_code == 302, "it can be sent again"
    assert kept() != before


@pytest.mark.parametrize("view", ["account_login", "mfa_authenticate", "account_reauthenticate", "mfa_reauthenticate"])
def test_a_wrong_password_or_code_stands_on_the_trail_and_is_counted(view: str) -> None:
    client = Client() if view == "account_login" else signed_in()
    if view.startswith("mfa"):
        with_app(client)
        client = signed_in() if view == "mfa_authenticate" else client
    wrong = {"login": "keeper", "password": "wrong", "code": "000000"}
    refusals = Entry.objects.filter(outcome="refused")
    statuses = []
    for number in range(1, 12):
        statuses.append(client.post(reverse(view), wrong).status_code)
        assert refusals.count() >= min(number, 5), "each stands there"
    if view in ("account_login", "mfa_authenticate"):
        assert statuses[0] == 200
        assert statuses[-1] == 429
