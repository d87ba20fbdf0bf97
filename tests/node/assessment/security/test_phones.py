"""Phones away from the network: what they are given, what is taken from them, once, and nothing once revoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.assessment.security import planted_visits as planted
from tests.node.assessment.security.test_visits import body, refusal
from tests.node.conftest import Places

from rasr.node.assessment.models import SecurityPhone, SecurityPhotograph, SecurityUpload, SecurityVisit
from rasr.node.assessment.security import bridge, phones, services
from rasr.node.people.models import Entry, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def visit(officer: User, places: Places) -> SecurityVisit:
    """A visit under way."""
    return planted.begin(officer, places.site_id)


@pytest.fixture
def phone(officer: User, visit: SecurityVisit) -> SecurityPhone:
    """The officer's phone."""
    return planted.phone(officer, visit)


def upload(*answers: tuple[str, str], note: str = "", seen: str = "", **more: Any) -> dict[str, Any]:
    """What the page on the phone puts together."""
    rows = [["", question, said, note, "2026-01-15", seen, []] for question, said in answers]
    return {"upload_id": str(uuid4()), "answers": rows, **more}


def sent(phone: SecurityPhone, content: Any) -> phones.Taken:
    """Let the node take it."""
    return phones.take(actor=phone.given_to, phone_id=phone.pk, content=planted.from_phone(phone, content))


def test_a_retry_exists_and_changes_nothing(phone: SecurityPhone, visit: SecurityVisit, officer: User) -> None:
    question = planted.asked(visit)[0]
    first = upload((question, "met"), note="Whole.")
    assert sent(phone, first) == phones.Taken(False, 1, 0)
    planted.answer(officer, visit, (question, "not_met"), seen=stamp(visit, question))
    assert sent(phone, first) == phones.Taken(True, 0, 0)
    assert [row["answer"] for row in body(visit).answers] == ["not_met"]
    assert SecurityUpload.objects.count() == 1


def stamp(visit: SecurityVisit, question: str) -> str:
    """What stands there now."""
    return bridge.stamp(body(visit).by_key()[None, question])


def test_what_another_answered_meanwhile_is_a_conflict(
    phone: SecurityPhone, visit: SecurityVisit, officer: User
) -> None:
    one, two = planted.asked(visit)[:2]
    planted.answer(officer, visit, (one, "not_met"))
    assert sent(phone, upload((one, "met"), (two, "met"))) == phones.Taken(False, 2, 1)
    assert sorted(row["answer"] for row in body(visit).by_key()[None, one]) == ["met", "not_met"]


def test_a_revoked_phone_gets_no_key_and_nothing_of_it_is_taken(
    phone: SecurityPhone, visit: SecurityVisit, officer: User, joins: Callable[..., User], places: Places
) -> None:
    mate = joins("mate", "technical_officer", organisation_id=places.organisation_id)
    phones.revoke(actor=mate, phone_id=phone.pk)
    assert refusal(lambda: sent(phone, upload((planted.asked(visit)[0], "met")))) == "security_phone_revoked"
    content = planted.from_phone(phone, planted.jpeg().read())
    about: dict[str, Any] = {"actor": officer, "phone_id": phone.pk, "photo_id": uuid4(), "content": content}
    assert refusal(lambda: phones.take_photograph(**about)) == "security_phone_revoked"
    assert refusal(lambda: phones.phone(officer, phone.pk)) == "security_phone_revoked"
    assert body(visit).answers == []
    assert Entry.objects.filter(act="security.revoke", actor=mate.pseudonym).count() == 1


def test_who_had_a_revoked_phone_is_signed_out_everywhere_but_where_it_is_asked(
    phone: SecurityPhone, officer: User, client_of: ClientOf
) -> None:
    desk, lost = Client(), Client()
    for each in (desk, lost):
        assert each.post("/sign-in/", {"login": officer.username, "password": officer.username}).status_code == 302
        assert each.get(reverse("assessment:security-away", args=[phone.pk])).status_code == 200
    assert desk.post(reverse("assessment:security-revoke", args=[phone.pk])).status_code == 302
    assert desk.get(reverse("assessment:security-list")).status_code == 200
    told = lost.get(reverse("assessment:security-sheet", args=[phone.pk]))
    assert told.status_code == 302
    assert told["Location"].startswith(reverse("people:sign-in"))
    again = client_of(officer)  # even with the password of its holder
    told = again.get(reverse("assessment:security-sheet", args=[phone.pk]))
    assert (told.status_code, told.json()["state"]) == (409, "security_phone_revoked")
    assert "key" not in told.json()
    assert Entry.objects.get(act="security.revoke").after["ended"] == 1


def test_a_phone_is_of_one_person(
    phone: SecurityPhone, visit: SecurityVisit, joins: Callable[..., User], stranger: User, places: Places
) -> None:
    mate = joins("mate", "technical_officer", organisation_id=places.organisation_id)
    content = planted.from_phone(phone, upload((planted.asked(visit)[0], "met")))
    for somebody in (mate, stranger):
        with pytest.raises(SecurityPhone.DoesNotExist):
            phones.take(actor=somebody, phone_id=phone.pk, content=content)
    with pytest.raises(SecurityPhone.DoesNotExist):
        phones.revoke(actor=stranger, phone_id=phone.pk)


@pytest.mark.parametrize(
    "made",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff" * 100,
        b"[" * 100_000,
        {"upload_id": "no", "answers": []},
        {"upload_id": str(uuid4()), "answers": [["", "KEY-01"]]},
        {"upload_id": str(uuid4()), "answers": [["", "KEY-01", "met", None, "2026-01-15", "", []]]},
        {"upload_id": str(uuid4()), "answers": [["", "KEY-01", "met", "", "yesterday", "", []]]},
        {"upload_id": str(uuid4()), "answers": [["", "KEY-01", "met", "", "2026-01-15", "", 7]]},
        {"upload_id": str(uuid4()), "answers": {"KEY-01": "met"}},
    ],
)
def test_what_cannot_be_read_is_refused(phone: SecurityPhone, made: Any) -> None:
    assert refusal(lambda: sent(phone, made)) == "security_upload_unreadable"


def test_what_was_not_sealed_by_this_phone_is_refused(
    phone: SecurityPhone, visit: SecurityVisit, officer: User
) -> None:
    other = planted.phone(officer, visit)
    made = upload((planted.asked(visit)[0], "met"))
    for content in (json.dumps(made).encode(), planted.from_phone(other, made), b"short"):
        take = partial(phones.take, actor=officer, phone_id=phone.pk, content=content)
        assert refusal(take) == "security_upload_unreadable"


def test_the_page_gives_the_key_alone_to_its_holder_and_not_in_what_is_put_aside(
    phone: SecurityPhone, visit: SecurityVisit, officer: User, client_of: ClientOf
) -> None:
    planted.answer(officer, visit, (planted.asked(visit)[0], "met"), note="The hinge is new.")
    mine = client_of(officer)
    shell = mine.get(reverse("assessment:security-away", args=[phone.pk])).text
    told = mine.get(reverse("assessment:security-sheet", args=[phone.pk]))
    given = told.json()
    assert told["Cache-Control"] == "no-store"
    assert len(bytes.fromhex(given["key"])) == 32
    for secret in (given["key"], "The hinge is new.", given["site"], given["questions"][0]["text"]):
        assert secret not in shell
    assert given["answers"][0][3] == "The hinge is new."
    assert not {"latitude_deg", "longitude_deg"} & set(json.dumps(given).split('"'))


def test_pages_take_what_a_phone_sends_and_tell_every_fault(
    phone: SecurityPhone, visit: SecurityVisit, officer: User, client_of: ClientOf
) -> None:
    mine, (one, two) = client_of(officer), planted.asked(visit)[:2]
    key = uuid4()
    picture = BytesIO(planted.from_phone(phone, planted.jpeg().read()))
    address = reverse("assessment:security-upload-photograph", args=[phone.pk, key])
    assert mine.post(address, {"content": picture}).status_code == 201
    picture.seek(0)
    assert mine.post(address, {"content": picture}).status_code == 201
    assert SecurityPhotograph.objects.count() == 1
    page = reverse("assessment:security-upload", args=[phone.pk])
    bad = upload((one, "perfect"), (two, "met"), note="See 42.12345, 20.54321")
    answer = mine.post(page, {"content": BytesIO(planted.from_phone(phone, bad))})
    assert answer.status_code == 409
    assert {fault.partition(":")[0] for fault in answer.json()["faults"]} == {one, two}
    good = upload((one, "met"))
    good["answers"][0][6] = [str(key)]
    for status, state in ((201, "taken"), (200, "exists")):
        answer = mine.post(page, {"content": BytesIO(planted.from_phone(phone, good))})
        assert (answer.status_code, answer.json()["state"]) == (status, state)
    assert body(visit).answers[0]["photographs"] == str(key)
    services.finish(actor=officer, visit_id=visit.pk)
    late = mine.post(page, {"content": BytesIO(planted.from_phone(phone, upload((two, "met"))))})
    assert late.json()["state"] == "security_visit_closed"


def test_a_day_that_is_still_to_come_is_today(phone: SecurityPhone, visit: SecurityVisit) -> None:
    made = upload((planted.asked(visit)[0], "met"))
    made["answers"][0][4] = "2199-01-01"
    assert sent(phone, made).changed == 1
    assert body(visit).answers[0]["answered_on"] < "2199"
