"""Invitations: who may invite whom where, what a code opens, and that it opens it once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.test import Client
from django.utils import timezone
from tests.node.conftest import Places

from rasr.core.basis.findings import Refused
from rasr.node.people import invitations
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Entry, Grant, Invitation, User
from rasr.node.people.models.user import SIGNS
from rasr.node.people.place import Place

pytestmark = pytest.mark.django_db
PASSWORD = "Nine-1-horses-graze"


@pytest.fixture
def keeper_of_people(joins: Callable[..., User], places: Places) -> User:
    """Manages the people of one organisation only."""
    return joins("keeper-of-people", "administrator", organisation_id=places.organisation_id)


def invited(actor: User | None, **more: Any) -> invitations.Made:
    return invitations.invite(actor=actor, **{"name": "Mira", "language": "en", **more})


def sign_up(client: Client, username: str = "mira", **more: str) -> Any:
    given = {"username": username, "password1": PASSWORD, "password2": PASSWORD, **more}
    return client.post("/account/sign-up/", given)


def with_settings(**changed: Any) -> Any:
    return replace(settings.NODE, **changed)


# The code.


def test_a_code_has_78_bits_of_signs_that_cannot_be_mistaken_and_only_its_hash_is_kept(administrator: User) -> None:
    made = invited(administrator)
    assert re.fullmatch(rf"([{SIGNS}]{{4}}-){{3}}[{SIGNS}]{{4}}", made.code)
    assert not set("01IOLU") & set(SIGNS)
    row = Invitation.objects.get()
    bare = made.code.replace("-", "")
    assert bare not in " ".join(str(value) for value in vars(row).values())
    assert bare not in " ".join(str(entry) for entry in Entry.objects.values_list("after", "reason"))
    assert invited(administrator).code != made.code


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}", "{3}"])
def test_a_code_is_found_however_it_is_spaced(administrator: User, typed: str) -> None:
    code = invited(administrator).code
    spelling = typed.format(code, code.lower(), code.replace("-", " "), code.replace("-", ""))
    assert invitations.by_code(spelling).name == "Mira"


def test_wrong_used_expired_and_withdrawn_codes_get_the_same_answer_and_each_an_entry(administrator: User) -> None:
    rows = {state: invited(administrator) for state in ("used", "expired", "withdrawn")}
    Invitation.objects.filter(pk=rows["used"].invitation.pk).update(used_at=timezone.now(), used_by=administrator)
    Invitation.objects.filter(pk=rows["expired"].invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    invitations.withdraw(actor=administrator, invitation_id=rows["withdrawn"].invitation.pk)
    pages = set()
    for code in (*(made.code for made in rows.values()), "2222-3333-4444-5555", "é" * 60):
        answer = Client().post("/join/", {"code": code})
        assert answer.status_code == 400
        pages.add(re.sub(r'value="[^"]*"', "", answer.content.decode()))
    assert len(pages) == 1
    assert "This code cannot be used." in pages.pop()
    tries = Entry.objects.filter(act="invitation.try", outcome="refused", actor="nobody")
    assert sorted(entry.after["code"] for entry in tries) == ["expired", "unknown", "unknown", "used", "withdrawn"]


def test_guessing_is_slowed_down_by_address(administrator: User) -> None:
    code = invited(administrator).code
    there, elsewhere = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
    statuses = [there.post("/join/", {"code": "2222-2222-2222-2222"}).status_code for _ in range(45)]
    assert statuses[:20] == [400] * 20
    assert 429 in statuses
    assert elsewhere.post("/join/", {"code": code}).status_code == 302


# Inviting.


def test_only_who_manages_people_invites_and_a_role_only_in_their_places(
    keeper_of_people: User, officer: User, auditor: User, places: Places
) -> None:
    for somebody in (officer, auditor):
        with pytest.raises(PermissionDenied):
            invited(somebody)
    made = invited(keeper_of_people, role="storekeeper", place=Place(site_id=places.site_id))
    assert (made.invitation.site_id, made.invitation.organisation_id) == (places.site_id, None)
    for elsewhere in (
        Place(),
        Place(organisation_id=places.other_organisation_id),
        Place(site_id=places.other_site_id),
    ):
        with pytest.raises(ObjectDoesNotExist):
            invited(keeper_of_people, role="storekeeper", place=elsewhere)
    with pytest.raises(Refused, match="unknown_rule"):
        invited(keeper_of_people, role="emperor", place=Place(site_id=places.site_id))
    assert Invitation.objects.count() == 1


def test_owner_team_mate_and_stranger_see_their_invitations(
    keeper_of_people: User,
    joins: Callable[..., User],
    administrator: User,
    places: Places,
    client_of: Callable[[User], Client],
) -> None:
    mate = joins("mate", "administrator", organisation_id=places.organisation_id)
    stranger = joins("stranger-of-people", "administrator", organisation_id=places.other_organisation_id)
    row = invited(keeper_of_people, role="storekeeper", place=Place(site_id=places.site_id)).invitation
    bare = invited(keeper_of_people, name="Without role").invitation
    assert set(invitations.invitations(keeper_of_people)) == {row, bare}
    assert set(invitations.invitations(mate)) == {row}
    assert not set(invitations.invitations(stranger))
    assert set(invitations.invitations(administrator)) == {row, bare}
    address = f"/people/invitations/{row.pk}/"
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(stranger).post(f"{address}withdraw/").status_code == 404
    assert client_of(mate).get(address).status_code == 200
    assert client_of(mate).post(f"{address}withdraw/").status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_at
    with pytest.raises(Refused, match="invitation_closed"):
        invitations.withdraw(actor=keeper_of_people, invitation_id=row.pk)


def test_the_letter_is_shown_once_in_the_language_of_who_is_invited(
    administrator: User, places: Places, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    assert client.get("/people/invitations/new/").status_code == 200
    given = {"name": "Mira <b>", "language": "sq", "role": "storekeeper", "place": f"site:{places.site_id}"}
    letter = client.post("/people/invitations/new/", given)
    assert letter.status_code == 201
    page = letter.content.decode()
    [code] = re.findall(rf"(?:[{SIGNS}]{{4}}-){{3}}[{SIGNS}]{{4}}", page)
    assert "http://testserver/join/" in page
    assert 'lang="sq"' in page
    assert "Mira &lt;b&gt;" in page
    assert "<b>" not in page
    row = Invitation.objects.get()
    for address in (f"/people/invitations/{row.pk}/", "/people/invitations/", "/people/invitations/?export=csv"):
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200
        assert code.encode() not in body
    assert invitations.by_code(code) == row


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"name": ""}, 400), ({"email": "no address"}, 400), ({"language": "fr"}, 404), ({"role": "emperor"}, 404),
     ({"role": "planner", "place": "site:NOWHERE"}, 404), ({"role": "planner", "place": ""}, 400),
     ({"name": "x" * 151}, 400)],
)  # fmt: skip
def test_bad_forms_make_nothing(
    administrator: User, client_of: Callable[[User], Client], changed: dict[str, str], status: int
) -> None:
    given = {"name": "Mira", "language": "en", "role": "", "place": "node", **changed}
    assert client_of(administrator).post("/people/invitations/new/", given).status_code == status
    assert not Invitation.objects.exists()


def test_a_crafted_place_of_another_organisation_is_not_there(
    keeper_of_people: User, places: Places, client_of: Callable[[User], Client]
) -> None:
    given = {"name": "M", "language": "en", "role": "storekeeper", "place": f"site:{places.other_site_id}"}
    assert client_of(keeper_of_people).post("/people/invitations/new/", given).status_code == 404
    assert not Invitation.objects.exists()
    assert Entry.objects.filter(act="request.refuse", actor=keeper_of_people.pseudonym).exists()


# Joining.


def test_who_has_the_code_makes_an_account_without_a_role_and_a_second_person_is_asked_for_it(
    administrator: User, places: Places
) -> None:
    made = invited(administrator, language="sq", role="storekeeper", place=Place(site_id=places.site_id))
    client = Client()
    assert client.get("/join/").status_code == 200
    assert client.post("/join/", {"code": made.code})["Location"] == "/account/sign-up/"
    answer = sign_up(client)
    assert answer.status_code == 302, answer.content.decode()
    user = User.objects.get(username="mira")
    assert (user.first_name, user.language, user.is_active) == ("Mira", "sq", True)
    assert not Grant.objects.filter(user=user).exists()
    row = Invitation.objects.get()
    assert (row.used_by, bool(row.used_at)) == (user, True)
    assert row.approval is not None
    assert (row.approval.kind, row.approval.state, row.approval.person, row.approval.asked_by) == (
        "give_grant", ApprovalState.ASKED, user, administrator
    )  # fmt: skip
    assert client.get("/account/").status_code == 200, "signed in"
    acts = set(Entry.objects.filter(actor=user.pseudonym).values_list("act", flat=True))
    assert {"user.join", "invitation.use"} <= acts
    assert Client().post("/join/", {"code": made.code}).status_code == 400, "once"


def test_of_two_who_gave_the_code_before_it_was_used_one_gets_the_account(administrator: User) -> None:
    code = invited(administrator).code
    first, second = Client(), Client()
    for client in (first, second):
        assert client.post("/join/", {"code": code}).status_code == 302
    page = second.get("/account/sign-up/")
    assert page.status_code == 200
    assert sign_up(first).status_code == 302
    answer = sign_up(second, "other")
    assert answer.status_code == 200
    assert set(User.objects.filter(username__in=("mira", "other")).values_list("username", flat=True)) == {"mira"}


def test_taking_an_invitation_that_is_gone_leaves_nothing(administrator: User, rf: Any) -> None:
    row = invited(administrator).invitation
    request = rf.get("/")
    request.session = {}
    invitations.begin(request, row)
    invitations.withdraw(actor=administrator, invitation_id=row.pk)
    with pytest.raises(Refused, match="invitation_unknown"):
        invitations.take(request, User.objects.create(username="late"))
    assert not Entry.objects.filter(act__in=("user.join", "invitation.use")).exists()


def test_a_code_for_one_address_serves_no_other(administrator: User) -> None:
    code = invited(administrator, email="mira@mod.example").code
    client = Client()
    client.post("/join/", {"code": code})
    for wrong in ("", "other@mod.example"):
        answer = sign_up(client, email=wrong)
        assert answer.status_code in (200, 400)
        assert not User.objects.filter(username="mira").exists()
    assert sign_up(client, email="Mira@MOD.example").status_code == 302
    assert User.objects.get(username="mira").email.casefold() == "mira@mod.example"


def test_where_who_invited_may_no_longer_the_account_is_made_without_asking(administrator: User) -> None:
    made = invited(administrator, role="planner")
    Grant.objects.filter(user=administrator).delete()
    client = Client()
    client.post("/join/", {"code": made.code})
    assert sign_up(client).status_code == 302
    assert Invitation.objects.get().approval is None
    assert Entry.objects.get(act="invitation.use").after["role_not_asked_for"]


def test_an_invitation_of_the_command_line_asks_in_its_name() -> None:
    code = invited(None, role="planner").code
    client = Client()
    client.post("/join/", {"code": code})
    assert sign_up(client).status_code == 302
    approval = Invitation.objects.get().approval
    assert approval is not None
    assert (approval.asked_by, approval.state) == (None, ApprovalState.ASKED)
    assert Entry.objects.get(act="invitation.make").actor == "console"


# Without a code.


def test_sign_up_is_closed_without_a_code_unless_the_node_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "without a code" not in Client().get("/join/").content.decode()
    sign_up(Client())
    assert not User.objects.filter(username="mira").exists()
    monkeypatch.setattr(settings, "NODE", with_settings(open_sign_up=True))
    assert "without a code" in Client().get("/join/").content.decode()
    assert sign_up(Client()).status_code == 302
    user = User.objects.get(username="mira")
    assert not user.grants.exists()
    assert Entry.objects.filter(act="user.join", actor=user.pseudonym).exists()


def test_who_is_signed_in_does_not_join(administrator: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(administrator).get("/join/")["Location"] == "/"


# Mail.


def test_with_a_mail_server_the_code_is_sent_too(
    administrator: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NODE", with_settings(smtp_host="mail.example", mail_from="node@mod.example"))
    given = {"name": "Mira", "language": "en", "email": "mira@mod.example", "role": "", "place": "node"}
    page = client_of(administrator).post("/people/invitations/new/", given).content.decode()
    [sent] = mail.outbox
    [code] = re.findall(rf"(?:[{SIGNS}]{{4}}-){{3}}[{SIGNS}]{{4}}", sent.body)
    assert sent.to == ["mira@mod.example"]
    assert code in page
    assert "It was also sent to mira@mod.example." in page


def test_a_mail_server_that_fails_stops_nothing(
    administrator: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NODE", with_settings(smtp_host="mail.example", mail_from="node@mod.example"))
    monkeypatch.setattr("rasr.node.people.letters.send_mail", fails)
    given = {"name": "Mira", "language": "en", "email": "mira@mod.example", "role": "", "place": "node"}
    answer = client_of(administrator).post("/people/invitations/new/", given)
    assert answer.status_code == 201
    assert "No mail was sent" in answer.content.decode()


def fails(*_: Any) -> None:
    raise OSError("nobody answers")
