"""Pages of security visits as people use them: what a stranger gets, what is refused, and what stands on the trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse
from tests.node.assessment.security import planted_visits as planted
from tests.node.conftest import Places

from rasr.core.assessment.security import questions
from rasr.node.assessment.models import SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import bridge, queries, services
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
    assert "to be assessed" in told
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
    assert "to be assessed" not in mine.get(page("site", site.pk)).text


def test_the_list_says_what_is_due_and_its_file_has_the_same_days(
    made: planted.Planted, officer: User, client_of: ClientOf, settings: Any
) -> None:
    mine = client_of(officer)
    visited = made.finished.visited_on
    SecurityVisit.objects.filter(pk=made.finished.pk).update(visited_on=visited - timedelta(days=364))
    name = Site.objects.get(pk=made.finished.site_id).name

    def row(ends: str = "</tr>", **asked: str) -> str:
        answer = mine.get(page("list"), {"q": name, **asked})
        shown = b"".join(answer) if asked else answer.content
        return next(one for one in reversed(shown.decode().split(ends)) if name in one)

    tomorrow = visited + timedelta(days=1)
    assert "to be assessed" not in row()
    assert f",{tomorrow}" in row("\n", export="csv")
    settings.NODE = replace(settings.NODE, reassess_days=364)
    assert "to be assessed" in row()
    assert f",{visited}" in row("\n", export="csv")
    SecurityVisit.objects.filter(pk=made.finished.pk).update(finished_at=None)
    assert "never" in row()
    assert "now" in row()


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


def test_a_photograph_of_80_mb_gets_one_clear_answer_before_it_is_read_whole(
    made: planted.Planted, officer: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, mine = planted.phone(officer, made.visit), client_of(officer)
    kept_bytes: list[int] = []
    receives = TemporaryFileUploadHandler.receive_data_chunk

    def counted(self: Any, raw_data: bytes, start: int) -> None:
        kept_bytes.append(len(raw_data))
        receives(self, raw_data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", counted)
    content, before = planted.jpeg().getvalue() + bytes(80_000_000), SecurityPhotograph.objects.count()
    for address, field, status in (
        (page("photograph-add", made.visit.pk, planted.asked(made.visit)[1]), "file", 413),
        (page("upload-photograph", phone.pk, uuid4()), "content", 409),
    ):
        kept_bytes.clear()
        large = BytesIO(content)
        large.name = "gate.jpg"
        answer = mine.post(address, {field: large})
        assert answer.status_code == status
        assert answer.text.count("This photograph is too large: the most is 20 MB") == 1
        assert 0 < sum(kept_bytes) <= 20 * 2**20
    assert SecurityPhotograph.objects.count() == before


def test_a_site_without_stores_or_stock_is_assessed(officer: User, places: Places, client_of: ClientOf) -> None:
    empty = Site.objects.get(pk=places.site_id)
    empty.pk, empty.name = "EMPTY-1", "Empty yard"
    empty.save(force_insert=True)
    mine = client_of(officer)
    assert "Empty yard" in mine.get(page("list")).text
    visit = planted.begin(officer, empty.pk)
    assert 'id="store"' not in mine.get(page("visit", visit.pk)).text
    assert mine.get(page("sheet", planted.phone(officer, visit).pk)).json()["places"] == [""]
    question = planted.asked(visit)[0]
    assert mine.post(page("answer", visit.pk), {"question": question, "answer": "met"}).status_code == 302
    assert mine.post(page("finish", visit.pk)).status_code == 302
    scores = queries.scores_of(officer, empty.pk).places
    assert scores["site_id"].to_list() == ["EMPTY-1"]
    assert scores["score_high"].to_list() == [1]


def test_a_set_that_changed_since_the_last_visit_says_what_it_asks_otherwise(
    made: planted.Planted, officer: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, (one, two) = questions.question_set, planted.asked(made.finished)[:2]
    mine = client_of(officer)
    assert "The questions have changed" not in mine.get(page("visit", made.visit.pk)).text

    def changed(set_id: str, version: int | None = None) -> questions.QuestionSet:
        then = shipped(set_id, 1)
        if version == 1:
            return then
        now = [replace(each, scale="yes_no") if each.question_id == two else each for each in then.questions]
        now = [replace(each, question_id="NEW-01") if each.question_id == one else each for each in now]
        return questions.QuestionSet(set_id, 2, tuple(now))

    monkeypatch.setattr(questions, "question_set", changed)
    later = planted.begin(officer, made.finished.site_id)
    shown = mine.get(page("visit", later.pk)).text
    told = shown.split("The questions have changed since the visit of")[1].split("</div>")[0]
    assert " ".join(told.split()).endswith(
        f"New: NEW-01. To be answered again, on another scale: {two}. Asked no more: {one}."
    )
    old = mine.get(page("visit", made.visit.pk)).text
    assert f'id="{one}"' in old
    assert "NEW-01" not in old
    assert mine.post(page("answer", made.visit.pk), {"question": "NEW-01", "answer": "met"}).status_code == 400
    assert mine.post(page("answer", later.pk), {"question": two, "answer": "partly"}).status_code == 400


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
