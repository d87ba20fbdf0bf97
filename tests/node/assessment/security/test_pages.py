"""Pages of security visits as people use them: what a stranger gets, what is refused, and what stands on the trail."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.assessment.security import planted_visits as planted
from tests.node.conftest import Places

from rasr.node.assessment.models import SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import bridge, services
from rasr.node.assessment.security.urls import urlpatterns
from rasr.node.people import trail_queries
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Site

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def made(officer: User, places: Places) -> planted.Planted:
    """Visits to the site of the officer."""
    return planted.plant(officer, places.site_id, "The gate sags.", usual=True)


def page(name: str, *given: Any) -> str:
    """An address of the room."""
    return reverse(f"assessment:security-{name}", args=given)


def test_another_organisations_planner_finds_nothing_at_any_address(
    made: planted.Planted, officer: User, joins: Callable[..., User], places: Places, client_of: ClientOf
) -> None:
    phone = planted.phone(officer, made.visit)
    known = {
        "site_id": places.site_id,
        "visit_id": made.visit.pk,
        "phone_id": phone.pk,
        "photo_id": made.photograph.pk,
        "question_id": planted.asked(made.visit)[0],
    }
    stranger = joins("other", "planner", organisation_id=places.other_organisation_id)
    other = client_of(stranger)
    tried = 0
    for each in urlpatterns:
        names = each.pattern.regex.groupindex
        if not names:
            continue
        address = reverse(f"assessment:{each.name}", kwargs={name: known[name] for name in names})
        found = {other.get(address).status_code, other.post(address, {"question": "KEY-01"}).status_code}
        assert found <= {404, 405}, address
        assert 404 in found, address
        tried += 1
    assert tried == len(urlpatterns) - 2
    shown = other.get(page("list")).text
    assert Site.objects.get(pk=places.site_id).name not in shown
    history = reverse("people:history", args=["assessment_securityvisit", made.visit.pk])
    assert other.get(history).status_code == 404
    assert not trail_queries.activity(stranger).filter(act__startswith="security.").exists()


def test_an_officer_begins_answers_settles_and_finishes(officer: User, places: Places, client_of: ClientOf) -> None:
    mine = client_of(officer)
    site = Site.objects.get(pk=places.site_id)
    told = mine.get(page("site", site.pk)).text
    assert "never" in told
    begun = mine.post(page("begin", site.pk), {"set_id": "ammunition_depot", "visited_on": "2026-01-15"})
    visit = SecurityVisit.objects.get()
    assert begun["Location"] == page("visit", visit.pk)
    question = planted.asked(visit)[0]
    about = {"question": question, "store": ""}
    answered = mine.post(page("answer", visit.pk), {**about, "answer": "met", "note": "Whole."})
    assert answered["Location"].endswith(f"#{question}")
    mine.post(page("answer", visit.pk), {**about, "answer": "not_met"})
    shown = mine.get(page("visit", visit.pk)).text
    assert "Two answers differ" in shown
    refused = mine.post(page("finish", visit.pk))
    assert refused.status_code == 400
    assert "Questions that have two answers still: 1" in refused.text
    mine.post(page("settle", visit.pk), {**about, "answer": "not_met", "reason": "A gap was found."})
    assert "A gap was found." in mine.get(page("visit", visit.pk)).text
    assert mine.post(page("finish", visit.pk)).status_code == 302
    assert "due" not in mine.get(page("site", site.pk)).text.split("Due again")[1].split("</dd>")[0]


def test_every_look_stands_on_the_trail(made: planted.Planted, officer: User, client_of: ClientOf) -> None:
    mine = client_of(officer)
    for address in (page("visit", made.visit.pk), page("photograph", made.photograph.pk), page("list")):
        assert mine.get(address).status_code == 200
    looks = Entry.objects.filter(act="page.look", actor=officer.pseudonym)
    assert {look.after["page"].partition(":")[2] for look in looks} == {
        "security-visit",
        "security-photograph",
        "security-list",
    }
    assert looks.get(row_id=str(made.visit.pk)).after["mark"] == 2


def test_what_is_out_of_scale_is_told_and_nothing_is_kept(
    made: planted.Planted, officer: User, client_of: ClientOf
) -> None:
    question = planted.asked(made.visit)[1]
    sent = {"question": question, "store": "", "answer": "perfect", "note": "At 42.12345, 20.54321"}
    answer = client_of(officer).post(page("answer", made.visit.pk), sent)
    assert answer.status_code == 400
    assert f"&#x27;perfect&#x27; is no answer to {question}" in answer.text
    assert f"{question}: The text in note seems to hold a position" in answer.text
    assert (None, question) not in bridge.opened(SecurityVisit.objects.get(pk=made.visit.pk)).by_key()


def test_a_photograph_is_added_to_a_question(made: planted.Planted, officer: User, client_of: ClientOf) -> None:
    mine, question = client_of(officer), planted.asked(made.visit)[1]
    address = page("photograph-add", made.visit.pk, question)
    assert mine.get(address).status_code == 200
    assert mine.post(address, {"file": planted.jpeg(quality=40)}).status_code == 302
    (row,) = bridge.opened(SecurityVisit.objects.get(pk=made.visit.pk)).by_key()[None, question]
    shown = mine.get(page("photograph", row["photographs"]))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Cache-Control"] == "no-store"


def test_a_photograph_of_80_mb_gets_one_clear_answer(made: planted.Planted, officer: User, client_of: ClientOf) -> None:
    large = BytesIO(planted.jpeg().getvalue() + bytes(80_000_000))
    large.name = "gate.jpg"
    before = SecurityPhotograph.objects.count()
    address = page("photograph-add", made.visit.pk, planted.asked(made.visit)[1])
    answer = client_of(officer).post(address, {"file": large})
    assert answer.status_code == 413
    assert "This photograph is too large" in answer.text
    assert SecurityPhotograph.objects.count() == before


def test_a_visit_sealed_with_another_key_says_so(made: planted.Planted, officer: User, client_of: ClientOf) -> None:
    SecurityVisit.objects.filter(pk=made.visit.pk).update(body=made.finished.body)
    mine = client_of(officer)
    assert "another secret.key" in mine.get(page("visit", made.visit.pk)).text
    sent = {"question": planted.asked(made.visit)[0], "answer": "met"}
    assert mine.post(page("answer", made.visit.pk), sent).status_code == 409
    assert mine.get(page("list")).status_code == 200


def test_a_finished_visit_shows_what_was_found_and_takes_nothing(
    made: planted.Planted, officer: User, auditor: User, client_of: ClientOf
) -> None:
    for somebody in (officer, auditor):
        shown = client_of(somebody).get(page("visit", made.finished.pk)).text
        assert "The gate sags." in shown
        assert 'name="answer"' not in shown
    answer = client_of(officer).post(page("answer", made.finished.pk), {"question": "KEY-01", "answer": "met"})
    assert answer.status_code == 400
    assert "finished or withdrawn" in answer.text
    assert client_of(auditor).post(page("answer", made.visit.pk), {}).status_code == 403
    services.open_again(actor=officer, visit_id=made.finished.pk, reason="More came in.")
    assert 'name="answer"' in client_of(officer).get(page("visit", made.finished.pk)).text
