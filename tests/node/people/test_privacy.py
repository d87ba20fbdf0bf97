"""What the node keeps of people: said on one public page, given to the person, taken away on erasure."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.node.conftest import Places

from rasr.core.basis.findings import Refused
from rasr.node.people import erasure, privacy, second_factor, trail
from rasr.node.people.models import Approval, Entry, Grant, Invitation, User
from rasr.node.web.said import Said
from rasr.report.texts import LANGUAGES

Browser = Callable[[User], Client]
WHY = Said("Otišla je u penziju.", "bcms")
CANARY = "Dragonfly"
"""Stands in everything that tells who the erased person was."""


@pytest.fixture
def known(joins: Callable[..., User], places: Places, administrator: User) -> User:
    """The storekeeper of a site, with everything that the node can know of a person."""
    user = joins(CANARY.lower(), "storekeeper", site_id=places.site_id)
    user.first_name, user.email, user.sex, user.institution = CANARY, f"{CANARY}@example.org", "female", "defence"
    user.language, user.last_login = "sq", timezone.now()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Authenticator.objects.create(user=user, type="totp", data={"secret": CANARY})
    later = timezone.now() + timezone.timedelta(days=7)
    Invitation.objects.create(
        name=CANARY, email=user.email, code_hash="a", language="sq", expires_at=later, used_by=user,
        used_at=timezone.now(), invited_by=administrator,
    )  # fmt: skip
    Invitation.objects.create(name="Next", code_hash="b", language="sq", expires_at=later, invited_by=user)
    trail.record(actor=user, act="page.look", table="places_site", row_id=places.site_id)
    asked = {"kind": "change_email", "expires_at": later, "digest": "0", "reason": "New address"}
    payload = {"user_id": user.pk, "email": f"new-{CANARY}@example.org"}
    Approval.objects.create(person=user, asked_by=administrator, payload=payload, shown={"lines": [CANARY]}, **asked)
    return user


@pytest.fixture
def browser(known: User, client_of: Browser) -> Client:
    """In which the known person is signed in, with the second factor."""
    client = client_of(known)
    session = client.session
    session[second_factor.SHOWN] = known.pk
    session.save()
    return client


def everything_of_people() -> str:
    """All that stands in the tables of people and their accounts, but for what shows them their own ids."""
    tables = [name for name in connection.introspection.table_names()
              if name.startswith(("people_", "account_", "mfa_", "usersessions_", "django_session"))]  # fmt: skip
    told = []
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            told += [str(row) for row in cursor.fetchall()]
    return "\n".join(told).lower()


# The page.


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_public_and_names_every_cookie(language: str) -> None:
    client = Client(headers={"Accept-Language": language})
    page = client.get("/privacy/")
    assert page.status_code == 200
    told = page.content.decode()
    client.get("/sign-in/")
    client.post("/settings/choose/", {"language": language, "next": "/privacy/"})
    set_by_now = set(client.cookies)
    assert set_by_now == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert {cookie.name for cookie in privacy.cookies()} == set_by_now
    for name in set_by_now:
        assert f"<code>{name}</code>" in told


def test_who_is_signed_in_gets_no_other_cookie(planner: User, client_of: Browser) -> None:
    client = client_of(planner)
    for address in ("/", "/privacy/", "/account/my-data/"):
        assert client.get(address).status_code == 200
    assert set(client.cookies) <= {cookie.name for cookie in privacy.cookies()}


# One's own data.


def test_the_file_holds_all_that_is_kept_of_the_person_and_nothing_of_another(
    known: User, browser: Client, officer: User, stranger: User, client_of: Browser
) -> None:
    answer = browser.get("/account/my-data/my-data.json")
    own = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert own["form"] == privacy.FORM
    assert own["account"]["name"] == CANARY
    assert own["e_mail_addresses"] == [{"email": known.email, "verified": True, "primary": True}]
    assert [role["role"] for role in own["roles"]] == ["storekeeper"]
    assert [factor["type"] for factor in own["second_factors"]] == ["totp"]
    assert {row["name"] for row in own["invitations"]} == {CANARY, "Next"}
    assert [row["kind"] for row in own["requests"]] == ["change_email"]
    assert {"page.look"} <= {entry["act"] for entry in own["trail"] if entry["by"] == "you"}
    assert "secret" not in answer.content.decode()
    for other in (officer, stranger):
        page = client_of(other).get("/account/my-data/my-data.json").content.decode()
        assert CANARY.lower() not in page.lower()
        assert known.pseudonym not in page


def test_taking_it_along_is_on_the_trail(known: User, browser: Client) -> None:
    browser.get("/account/my-data/my-data.json")
    entry = Entry.objects.filter(act="export.make", actor=known.pseudonym).get()
    assert entry.after["name"] == "my-data"


def test_without_signing_in_there_is_no_own_data() -> None:
    for address in ("/account/my-data/", "/account/my-data/my-data.json"):
        assert Client().get(address).status_code == 302


# Erasure.


def test_nothing_tells_who_it_was_and_what_they_did_stays(known: User, administrator: User) -> None:
    name = known.pseudonym
    before = Entry.objects.filter(actor=name).count()
    assert CANARY.lower() in everything_of_people()
    erasure.erase(actor=administrator, user_id=known.pk, reason=WHY)
    assert CANARY.lower() not in everything_of_people()
    user = User.objects.get(pk=known.pk)
    assert (user.pseudonym, user.is_active, user.has_usable_password()) == (name, False, False)
    assert user.erased_at is not None
    assert not Grant.objects.filter(user=user).exists()
    assert Entry.objects.filter(actor=name).count() == before > 0
    entry = Entry.objects.get(act="user.erase")
    assert (entry.actor, entry.row_id) == (administrator.pseudonym, str(user.pk))
    assert (entry.reason, entry.reason_language) == (WHY.text, "bcms")
    assert set(Approval.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert not Invitation.objects.filter(used_at=None, withdrawn_at=None).exists()


def test_a_session_of_an_erased_person_is_over(known: User, administrator: User, browser: Client) -> None:
    assert browser.get("/").status_code == 200
    erasure.erase(actor=administrator, user_id=known.pk, reason=WHY)
    assert browser.get("/").status_code == 302
    assert not UserSession.objects.filter(user=known).exists()


def test_who_may_not_erase(
    known: User,
    administrator: User,
    officer: User,
    stranger: User,
    auditor: User,
    joins: Callable[..., User],
    places: Places,
) -> None:
    for other in (officer, stranger, auditor, known):
        with pytest.raises(PermissionDenied):
            erasure.erase(actor=other, user_id=known.pk, reason=WHY)
    elsewhere = joins("elsewhere", "administrator", organisation_id=places.other_organisation_id)
    with pytest.raises(User.DoesNotExist):
        erasure.erase(actor=elsewhere, user_id=known.pk, reason=WHY)
    with pytest.raises(Refused, match="not_for_oneself"):
        erasure.erase(actor=administrator, user_id=administrator.pk, reason=WHY)
    with pytest.raises(Refused, match="reason_wanted"):
        erasure.erase(actor=administrator, user_id=known.pk, reason=" ")
    known.refresh_from_db()
    assert known.erased_at is None
    assert Entry.objects.filter(act="user.erase", outcome="refused").count() == 2


def test_the_last_administrator_is_never_erased(
    administrator: User, joins: Callable[..., User], places: Places
) -> None:
    joins("of one organisation", "administrator", organisation_id=places.organisation_id)
    with pytest.raises(Refused, match="last_administrator"):
        erasure.erase(actor=None, user_id=administrator.pk, reason=WHY)
    joins("second", "administrator")
    erasure.erase(actor=None, user_id=administrator.pk, reason=WHY)
    with pytest.raises(User.DoesNotExist):
        erasure.erase(actor=None, user_id=administrator.pk, reason=WHY)


def test_the_page_of_erasure(known: User, administrator: User, stranger: User, client_of: Browser) -> None:
    address = f"/people/{known.pk}/erase/"
    assert client_of(stranger).get(address).status_code == 403
    client = client_of(administrator)
    assert CANARY in client.get(address).content.decode()
    given = {"reason": WHY.text, "reason_language": "bcms", "reason_courtesy_language": "en"}
    assert client.post(address, given).status_code == 400
    assert client.post(f"/people/{administrator.pk}/erase/", {**given, "sure": "on"}).status_code == 400
    assert client.post(address, {**given, "sure": "on"}).status_code == 302
    assert User.objects.get(pk=known.pk).erased_at is not None
    assert client.get(address).status_code == 404
    assert client.get("/people/999999/erase/").status_code == 404
    assert UUID(str(Entry.objects.get(act="user.erase", outcome="done").pk))
