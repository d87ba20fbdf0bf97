"""Codes by mail: for an address, for a new password, for a new account. Each is taken once, in its time, where it was
asked for; a node without mail says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.node.conftest import somebody

from rasr.node.people import invitations
from rasr.node.people.models import Entry, Grant, User

pytestmark = pytest.mark.django_db
ADDRESS, OTHER = "keeper@example.org", "mate@example.org"
WRONG = "The code is wrong or no longer valid."
NEW = "seven quiet herons over water"
HALF_AN_HOUR_S = 30 * 60


@pytest.fixture(autouse=True)
def keeper() -> User:
    """Somebody with an address that was proved."""
    return known("keeper", ADDRESS)


def known(name: str, address: str, *, proved: bool = True) -> User:
    """A user with an address; the password is the name."""
    user = somebody(name, "administrator")
    user.email, user.language = address, "en"
    user.save()
    EmailAddress.objects.create(user=user, email=address, verified=proved, primary=True)
    return user


def sent_code() -> str:
    """The code of the last mail."""
    found = re.search(r"^ {4}([A-Z]{4}-[A-Z]{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def asked(address: str = ADDRESS) -> Client:
    """A browser in which a code for a new password was asked for."""
    client = Client()
    answer = client.post(reverse("account_reset_password"), {"email": address})
    assert answer["Location"] == reverse("account_confirm_password_reset_code")
    return client


def give(client: Client, code: str) -> Any:
    """Give a code for a new password."""
    return client.post(reverse("account_confirm_password_reset_code"), {"code": code})


def set_new(client: Client, password: str = NEW) -> Any:
    """Set the new password."""
    sent = {"password1": password, "password2": password}
    return client.post(reverse("account_complete_password_reset"), sent)


@pytest.mark.usefixtures("sends")
def test_a_forgotten_password_is_set_anew_with_the_code_and_every_session_ends(keeper: User) -> None:
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"login": "keeper", "password": "keeper"})
    client = asked()
    told = mail.outbox[0]
    assert (told.to, told.from_email, told.subject) == (
        [ADDRESS],
        "node@example.org",
        "[Depot] Code for a new password",
    )
    assert "30 minutes" in told.body
    assert told.alternatives == []  # plain text
    assert give(client, sent_code().lower().replace("-", ""))["Location"] == reverse("account_complete_password_reset")
    assert set_new(client)["Location"] == reverse("account_password_reset_completed")
    assert elsewhere.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 302, "a new password is no sign-in"
    assert client.post("/sign-in/", {"login": "keeper", "password": "keeper"}).status_code == 200
    assert client.post("/sign-in/", {"login": ADDRESS, "password": NEW}).status_code == 302
    assert Entry.objects.filter(act="user.password", row_id=str(keeper.pk)).count() == 1


@pytest.mark.usefixtures("sends")
def test_a_code_is_taken_once() -> None:
    client = asked()
    code = sent_code()
    give(client, code)
    set_new(client)
    assert give(client, code)["Location"] == "/sign-in/"
    assert set_new(client, "another quiet heron over water")["Location"] == reverse("account_reset_password")
    other = asked()
    assert WRONG in give(other, code).content.decode()


@pytest.mark.usefixtures("sends")
def test_a_code_ends_after_half_an_hour_and_one_sent_again_lasts_anew(at: Callable[[float], None]) -> None:
    client = asked()
    code = sent_code()
    at(HALF_AN_HOUR_S + 5)
    assert give(client, code)["Location"] == "/sign-in/"
    at(0)
    client = asked()
    at(HALF_AN_HOUR_S - 60)
    again = client.post(reverse("account_confirm_password_reset_code"), {"action": "resend"})
    assert again["Location"] == reverse("account_confirm_password_reset_code")
    at(HALF_AN_HOUR_S + 60)
    assert give(client, sent_code())["Location"] == reverse("account_complete_password_reset")


@pytest.mark.usefixtures("sends")
def test_where_the_clock_was_set_back_a_code_is_taken_no_more(at: Callable[[float], None]) -> None:
    client = asked()
    code = sent_code()
    at(-3600)
    assert give(client, code)["Location"] == "/sign-in/"
    at(0)
    assert give(client, code)["Location"] == "/sign-in/"


@pytest.mark.usefixtures("sends")
def test_only_the_last_code_sent_is_taken_and_it_is_sent_so_often() -> None:
    client = asked()
    first = sent_code()
    for _ in range(5):
        client.post(reverse("account_confirm_password_reset_code"), {"action": "resend"})
    assert len(mail.outbox) == 1 + 3
    assert WRONG in give(client, first).content.decode()
    assert give(client, sent_code()).status_code == 302


@pytest.mark.usefixtures("sends")
def test_after_five_wrong_codes_not_even_the_right_one_is_taken() -> None:
    client = asked()
    code = sent_code()
    for _ in range(4):
        assert WRONG in give(client, "AAAA-AAAA").content.decode()
    assert give(client, "AAAA-AAAA")["Location"] == "/sign-in/"
    assert give(client, code)["Location"] == "/sign-in/"
    assert Entry.objects.filter(outcome="refused", after__wrong="code for a new password").count() == 5


@pytest.mark.usefixtures("sends")
def test_a_code_for_another_address_opens_nothing() -> None:
    known("mate", OTHER)
    mine = asked()
    asked(OTHER)
    theirs = sent_code()
    assert mail.outbox[-1].to == [OTHER]
    assert WRONG in give(mine, theirs).content.decode()
    assert set_new(mine)["Location"] == reverse("account_confirm_password_reset_code")


@pytest.mark.usefixtures("sends")
def test_nobody_learns_which_addresses_there_are() -> None:
    known("unproved", "unproved@example.org", proved=False)
    pages = set()
    for address in (ADDRESS, "nobody@example.org", "unproved@example.org"):
        client = asked(address)
        page = client.get(reverse("account_confirm_password_reset_code")).content.decode()
        pages.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(address, ""))
        assert WRONG in give(client, "AAAA-AAAA").content.decode()
        assert WRONG in give(client, "").content.decode() or "required" in give(client, "").content.decode()
    assert len(pages) == 1
    assert len(mail.outbox) == 3
    assert ["    " in str(sent.body) for sent in mail.outbox] == [True, False, False], "only who proved it gets a code"


@pytest.mark.usefixtures("sends")
def test_codes_for_one_address_are_not_sent_without_end() -> None:
    for _ in range(5):
        asked()
    answer = Client().post(reverse("account_reset_password"), {"email": ADDRESS})
    assert answer.status_code == 429
    assert len(mail.outbox) == 5
    asked(OTHER)


@pytest.mark.usefixtures("sends")
def test_mail_is_written_in_the_language_of_its_reader(keeper: User, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper.language = "sl"
    keeper.save()
    spoken = []

    def written(message: mail.EmailMessage, *_: object, **__: object) -> None:
        spoken.append((message.to[0], translation.get_language()))

    monkeypatch.setattr("django.core.mail.EmailMessage.send", written)
    client = Client(headers={"accept-language": "mk"})
    for address in (ADDRESS, "nobody@example.org"):
        client.post(reverse("account_reset_password"), {"email": address})
    assert spoken == [(ADDRESS, "sl"), ("nobody@example.org", "mk")]


@pytest.mark.usefixtures("sends")
def test_a_mail_server_that_is_away_is_told_of_on_the_page(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    page = asked().get(reverse("account_confirm_password_reset_code")).content.decode()
    assert "The mail could not be sent." in page
    assert "mail could not be sent" in caplog.text


def test_a_node_without_mail_says_whom_to_ask() -> None:
    page = Client().get(reverse("account_reset_password")).content.decode()
    assert "This node sends no mail: ask your administrator." in page
    assert "<input" not in page.partition("</main>")[0]
    assert Client().post(reverse("account_reset_password"), {"email": ADDRESS}).status_code == 200
    client = signed_in()
    assert client.get(reverse("account_email")).status_code == 404
    assert client.post(reverse("account_email"), {"action_add": "", "email": OTHER}).status_code == 404
    assert "This node sends no mail: ask your administrator." in client.get("/account/").content.decode()
    assert mail.outbox == []


# An address of one's own.


def signed_in(name: str = "keeper") -> Client:
    """A browser in which somebody is signed in and gave the password again."""
    client = Client()
    assert client.post("/sign-in/", {"login": name, "password": name}).status_code == 302
    assert client.post("/account/again/", {"password": name}).status_code == 302
    return client


def add(client: Client, address: str) -> Any:
    """Ask for a code for another address."""
    return client.post(reverse("account_email"), {"action_add": "", "email": address})


@pytest.mark.usefixtures("sends")
def test_another_address_takes_the_place_of_the_old_once_its_code_was_given(
    keeper: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in()
    assert add(client, "new@example.org")["Location"] == reverse("account_email_verification_sent")
    assert mail.outbox[-1].to == ["new@example.org"]
    code = sent_code()
    keeper.refresh_from_db()
    assert keeper.email == ADDRESS
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("account_email_verification_sent"), {"code": code})
    assert answer["Location"] == "/account/"
    keeper.refresh_from_db()
    assert keeper.email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.org", True)]
    assert ADDRESS in {to for sent in mail.outbox for to in sent.to}, "the old address is told"
    assert Entry.objects.filter(act="user.email").exists()
    assert client.post(reverse("account_email_verification_sent"), {"code": code})["Location"] == "/account/email/"


@pytest.mark.usefixtures("sends")
def test_an_address_of_another_is_not_taken_and_nobody_learns_that_it_is_theirs() -> None:
    known("mate", OTHER)
    client = signed_in()
    assert add(client, OTHER)["Location"] == reverse("account_email_verification_sent")
    code = sent_code()
    assert (
        "This address cannot be used."
        in client.post(reverse("account_email_verification_sent"), {"code": code}).content.decode()
    )
    assert EmailAddress.objects.get(email=OTHER).user.username == "mate"


@pytest.mark.usefixtures("sends")
def test_a_code_sent_to_one_address_does_not_prove_another() -> None:
    client = signed_in()
    add(client, "mine@example.org")
    mine = sent_code()
    cache.clear()  # a code for another address may be asked for ten seconds later
    add(client, "theirs@example.org")
    answer = client.post(reverse("account_email_verification_sent"), {"code": mine})
    assert WRONG in answer.content.decode()
    assert not EmailAddress.objects.filter(email="theirs@example.org").exists()


@pytest.mark.usefixtures("sends")
def test_an_address_is_changed_only_after_the_password_was_given_again() -> None:
    client = Client()
    client.post("/sign-in/", {"login": "keeper", "password": "keeper"})
    assert add(client, OTHER)["Location"].startswith("/account/again/")
    assert mail.outbox == []


# New accounts.


def form(**given: str) -> dict[str, str]:
    """What is sent for a new account."""
    return {"username": "newcomer", "password1": NEW, "password2": NEW, **given}


def test_nobody_makes_an_account_where_sign_up_is_closed() -> None:
    page = Client().get(reverse("account_signup")).content.decode()
    assert "Accounts are made by invitation" in page
    Client().post(reverse("account_signup"), form())
    assert not User.objects.filter(username="newcomer").exists()


def test_open_sign_up_gives_an_account_without_a_role(settings: Any) -> None:
    settings.NODE = replace(settings.NODE, open_sign_up=True)
    client = Client(headers={"accept-language": "mk"})
    sent = form(role="administrator", is_superuser="on", is_staff="on", email=ADDRESS)
    assert client.post(reverse("account_signup"), sent)["Location"] == "/"
    made = User.objects.get(username="newcomer")
    assert (made.is_superuser, made.is_staff, made.language) == (False, False, "mk")
    assert not Grant.objects.filter(user=made).exists()
    assert client.get("/account/").status_code == 200
    assert Entry.objects.filter(act="user.join", actor=made.pseudonym).count() == 1


@pytest.mark.usefixtures("sends")
def test_with_mail_an_account_begins_with_a_code(settings: Any) -> None:
    settings.NODE = replace(settings.NODE, open_sign_up=True)
    client = Client()
    assert client.post(reverse("account_signup"), form()).status_code == 200, "an address is needed"
    answer = client.post(reverse("account_signup"), form(email="new@example.org"))
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert client.get("/account/").status_code == 302
    assert "sent to new@example.org" in client.get(answer["Location"]).content.decode()
    assert client.post(answer["Location"], {"code": sent_code()}).status_code == 302
    assert client.get("/account/").status_code == 200


@pytest.mark.usefixtures("sends")
def test_who_has_an_account_is_told_by_mail_and_nobody_else_learns_it(settings: Any) -> None:
    settings.NODE = replace(settings.NODE, open_sign_up=True)
    client = Client()
    answer = client.post(reverse("account_signup"), form(email=ADDRESS))
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert not User.objects.filter(username="newcomer").exists()
    assert mail.outbox[-1].subject == "[Depot] You have an account already"
    assert client.post(answer["Location"], {"code": "AAAA-AAAA"}).status_code == 200


def test_an_invitation_opens_sign_up_once(keeper: User) -> None:
    made = invitations.invite(actor=keeper, name="Ana", language="en")
    first, second = Client(), Client()
    for client in (first, second):
        assert client.post("/join/", {"code": made.code})["Location"] == reverse("account_signup")
    assert first.post(reverse("account_signup"), form()).status_code == 302
    assert User.objects.get(username="newcomer").first_name == "Ana"
    late = second.post(reverse("account_signup"), form(username="late"))
    assert late.status_code == 200
    assert not User.objects.filter(username="late").exists()


@pytest.mark.usefixtures("sends")
def test_an_invitation_for_an_address_is_for_that_address(keeper: User) -> None:
    made = invitations.invite(actor=keeper, name="Ana", language="en", email="ana@example.org")
    client = Client()
    client.post("/join/", {"code": made.code})
    wrong = client.post(reverse("account_signup"), form(email=OTHER))
    assert "The code is for another e-mail address." in wrong.content.decode()
    assert not User.objects.filter(username="newcomer").exists()
    assert client.post(reverse("account_signup"), form(email="Ana@example.org")).status_code == 302


@pytest.mark.usefixtures("sends")
def test_who_was_added_without_a_proved_address_signs_in_all_the_same() -> None:
    known("plain", "plain@example.org", proved=False)
    client = Client()
    assert client.post("/sign-in/", {"login": "plain", "password": "plain"})["Location"] == "/"
    assert client.get("/account/").status_code == 200
    assert mail.outbox == []
