"""One code of an invitation, used by two at once, each over a connection of their own: one account is made."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from tests.node.conftest import somebody

from rasr.core.basis.findings import Refused
from rasr.node.people import invitations, sign_in
from rasr.node.people.models import Approval, Entry, Invitation, User
from rasr.node.people.place import NODE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_disk")]
PASSWORD = "seven quiet herons over water"


@pytest.fixture
def both_are_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody's account is made before both have sent a form that is right: both have found the invitation open."""
    there, make = Barrier(2, timeout=60), sign_in.SignUp.form_valid

    def form_valid(self: sign_in.SignUp, form: Any) -> HttpResponse:
        there.wait()
        return make(self, form)

    monkeypatch.setattr(sign_in.SignUp, "form_valid", form_valid)
    yield
    assert there.n_waiting == 0


def joined(code: str) -> Client:
    """A browser in which the code was given."""
    client = Client()
    assert client.post("/join/", {"code": code}).status_code == 302
    return client


def sign_up(client: Client, name: str) -> tuple[int, str]:
    """Make the account; status and page."""
    try:
        answer = client.post("/account/sign-up/", {"username": name, "password1": PASSWORD, "password2": PASSWORD})
        return answer.status_code, answer.content.decode()
    finally:
        connection.close()


def invited() -> str:
    """The code of an invitation for a planner."""
    vera = somebody("vera", "administrator")
    return invitations.invite(actor=vera, name="Mira", language="en", role="planner", place=NODE).code


def one_account_only(name: str) -> None:
    """One account was made, by one use of the invitation, for which a role was asked once."""
    new = User.objects.exclude(username="vera").get()
    assert new.username.startswith(name)
    assert Invitation.objects.get().used_by == new
    assert Approval.objects.get().person == new
    for act in ("user.join", "invitation.use", "approval.ask"):
        assert Entry.objects.filter(act=act, outcome="done").count() == 1, act


@pytest.mark.usefixtures("both_are_there")
@pytest.mark.parametrize(
    "names", [("mira-a", "mira-b"), ("mira", "mira")], ids=["two people", "one who sends it twice"]
)
def test_of_two_who_use_one_code_at_once_one_gets_the_account(names: tuple[str, str]) -> None:
    code = invited()
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(sign_up, (joined(code), joined(code)), names))
    assert [status for status, _page in answers] == [200, 302]
    refused = answers[0][1]
    assert "taken" in refused or "code" in refused, refused
    one_account_only("mira")


@pytest.mark.usefixtures("both_are_there")
def test_of_two_with_one_invitation_who_is_told_so_is_not_signed_in() -> None:
    code = invited()
    clients = joined(code), joined(code)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(sign_up, clients, ("mira-a", "mira-b")))
    signed_in = [client.get("/account/").status_code == 200 for client in clients]
    assert signed_in == [status == 302 for status, _page in answers]
    assert sum(signed_in) == 1


def test_a_code_that_is_used_and_withdrawn_at_once_is_one_of_both() -> None:
    code = invited()
    client, vera = joined(code), User.objects.get(username="vera")
    start = Barrier(2, timeout=60)

    def use() -> bool:
        start.wait()
        return sign_up(client, "mira")[0] == 302

    def withdraw() -> bool:
        try:
            start.wait()
            invitations.withdraw(actor=vera, invitation_id=Invitation.objects.get().pk)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        used, withdrawn = pool.submit(use), pool.submit(withdraw)
        assert [used.result(), withdrawn.result()].count(True) == 1
    row = Invitation.objects.get()
    assert (bool(row.used_at), bool(row.withdrawn_at)) == (used.result(), withdrawn.result())
    assert User.objects.filter(username="mira").exists() == used.result()
