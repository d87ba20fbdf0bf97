"""Pages of incidents, inspections, readings and of what is due: who may open and send them, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.node.conftest import somebody
from tests.node.records.events.planted_events import SENT, Planted, new, plant
from tests.node.records.lots.people import People, people
from uuid6 import uuid7

from rasr.node.people.models import Entry, User
from rasr.node.records.models import Action, Casualties, Climate, Incident, Inspection

pytestmark = pytest.mark.django_db
Opens = Callable[[User], Client]
LISTS = ("incidents", "inspections", "actions", "climates")
PAGES = {"incident": "incident_id", "inspection": "inspection_id", "action": "action_id", "climate": "store_id"}


@pytest.fixture
def who() -> People:
    """Everybody."""
    return people()


@pytest.fixture
def planted(who: People) -> Planted:
    """In S1."""
    assert who
    return plant("S1", "Zeta")


def address(name: str, planted: Planted) -> str:
    """Of a form or a page, about what was planted."""
    keys = SENT[name][3] if name in SENT else (PAGES[name],)
    known = {**vars(planted), "store_id": "S1"}
    return reverse(f"records:{name}", kwargs={key: known[key] for key in keys})


@pytest.mark.parametrize("name", SENT)
def test_a_form_is_drawn_and_done_for_who_may(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    right, act, data, _keys = SENT[name]
    client = client_of(who.officer if right == "judge_stock" else who.keeper)
    assert client.get(address(name, planted)).status_code == 200
    known = set(Entry.objects.values_list("pk", flat=True))
    answer = client.post(address(name, planted), data)
    assert answer.status_code == 302, answer.content.decode()
    assert act in Entry.objects.exclude(pk__in=known).values_list("act", flat=True)
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("name", SENT)
def test_a_form_is_closed_to_others(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    right, _act, data, _keys = SENT[name]
    if right == "judge_stock":
        assert client_of(who.keeper).post(address(name, planted), data).status_code == 403
    assert client_of(who.stranger).post(address(name, planted), data).status_code == 404
    assert client_of(somebody("auditor", "auditor")).get(address(name, planted)).status_code == 403
    assert Entry.objects.filter(act="request.refuse", actor=who.stranger.pseudonym).exists()


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_empty_is_asked_again(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    assert client_of(who.officer).post(address(name, planted), {}).status_code == 400


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_of_whose_place_it_is(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    page = client_of(somebody("auditor", "auditor")).get(address(name, planted))
    assert page.status_code == 200
    assert all(f'href="{address(form, planted)}"' not in page.content.decode() for form in SENT)
    assert client_of(who.stranger).get(address(name, planted)).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_what_is_in_scope_and_exports_it(
    who: People, planted: Planted, client_of: Opens, name: str
) -> None:
    assert planted
    at = reverse(f"records:{name}")
    assert "S1" in client_of(who.keeper).get(at).content.decode()
    assert "S1" not in client_of(who.stranger).get(at).content.decode()
    exported = client_of(who.keeper).get(at, {"export": "csv"})
    assert b"S1" in b"".join(iter(exported))


def test_an_incident_is_reported_by_four_fields(who: People, client_of: Opens) -> None:
    client, sent = client_of(who.keeper), new("S1")["incident-new"][1]
    assert client.get(reverse("records:incident-new")).status_code == 200
    for _again in range(2):
        answer = client.post(reverse("records:incident-new"), sent)
        assert answer.status_code == 302
    made = Incident.objects.get()
    assert (made.store_id, made.site_id, made.kind, made.what) == ("S1", "A", "theft", "Gone.")
    page = client.get(answer["Location"]).content.decode()
    assert "Gone." in page
    assert "That does not mean that nobody was hurt." in page


def test_what_is_found_later_stands_beside_what_was_reported_first(
    who: People, planted: Planted, client_of: Opens
) -> None:
    """Quantity, time and place too; each with who said it, and by what it is known."""
    Incident.objects.filter(pk=planted.incident_id).update(quantity=5, where="row 1", activity="storage")
    page = reverse("records:incident", args=[planted.incident_id])
    officer = client_of(who.officer)
    assert officer.get(page).context["revised"] == []
    form = officer.get(reverse("records:incident-found", args=[planted.incident_id])).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    first = sent | {"quantity": "7", "where": "row 2", "reason": "counted again", "reason_language": "en"}
    assert officer.post(reverse("records:incident-found", args=[planted.incident_id]), first).status_code == 302
    second = first | {"quantity": "6", "reason": "by the book"}
    assert officer.post(reverse("records:incident-found", args=[planted.incident_id]), second).status_code == 302
    answer = client_of(who.keeper).get(page)
    reporter = str(Incident.objects.get(pk=planted.incident_id).reported_by)
    told = {one.name: [(said.value, said.who, said.source) for said in one.said] for one in answer.context["revised"]}
    assert told["Quantity"] == [
        ("5", reporter, ""),
        ("7", who.officer.username, "counted again"),
        ("6", who.officer.username, "by the book"),
    ]
    assert [value for value, _who, _source in told["Where exactly"]] == ["row 1", "row 2"]
    assert Incident.objects.get(pk=planted.incident_id).quantity == 6
    text = answer.content.decode()
    assert text.index("row 1") < text.index("counted again") < text.index("by the book")
    ahead = second | {"happened_at": "2999-01-01T10:00"}
    assert officer.post(reverse("records:incident-found", args=[planted.incident_id]), ahead).status_code == 400


def test_people_hurt_are_reported_with_their_source(who: People, client_of: Opens) -> None:
    sent = {**new("S1")["incident-new"][1], "place": "site:A", "number_0": "2", "harm_0": "injured"}
    sent |= {"sex_0": "female", "status_0": "civilian", "number_2": "0", "harm_2": "killed"}
    client = client_of(who.keeper)
    assert client.post(reverse("records:incident-new"), sent).status_code == 400
    assert client.post(reverse("records:incident-new"), {**sent, "source": "Clinic", "harm_0": ""}).status_code == 400
    assert client.post(reverse("records:incident-new"), {**sent, "source": "Clinic"}).status_code == 302
    known = Casualties.objects.values_list("harm", "sex", "status", "number", "source")
    assert set(known) == {
        ("injured", "female", "civilian", 2, "Clinic"),
        ("killed", "not_recorded", "not_recorded", 0, "Clinic"),
    }
    assert Incident.objects.get().store is None


@pytest.mark.parametrize("name", ["incident-new", "inspection-new"])
def test_a_place_that_was_not_offered_is_not_there(who: People, client_of: Opens, name: str) -> None:
    _act, data = new("S1")[name]
    for sent in (data, {**data, "place": "site:A"}, {**data, "place": "store:S99"}):
        assert client_of(who.stranger).post(reverse(f"records:{name}"), sent).status_code == 404
    assert not Incident.objects.exists()
    assert not Inspection.objects.exists()


def test_the_next_inspection_comes_with_its_kind_and_place(who: People, planted: Planted, client_of: Opens) -> None:
    page = client_of(who.keeper).get(address("inspection", planted)).content.decode()
    assert "?kind=internal&amp;place=store%3AS1" in page
    asked = client_of(who.keeper).get(reverse("records:inspection-new"), {"kind": "internal", "place": "store:S1"})
    assert '<option value="store:S1" selected>' in asked.content.decode()


def test_the_queue_and_the_first_page_tell_what_is_due(who: People, planted: Planted, client_of: Opens) -> None:
    due = reverse("records:due")
    for at in (due, reverse("desk:home")):
        page = client_of(who.keeper).get(at).content.decode()
        assert reverse("records:action", args=[planted.action_id]) in page
        assert "Zeta" not in client_of(who.stranger).get(at).content.decode()
    assert client_of(somebody("auditor", "auditor")).get(due).status_code == 403
    client_of(who.keeper).post(address("action-done", planted), SENT["action-done"][2])
    assert "Zeta" not in client_of(who.keeper).get(due).content.decode()


def test_the_history_tells_what_was_done_after_it(who: People, planted: Planted, client_of: Opens) -> None:
    at = reverse("people:history", args=["records_inspection", planted.inspection_id])
    page = client_of(who.officer).get(at).content.decode()
    assert "Action planned" in page
    assert client_of(who.stranger).get(at).status_code == 404
    assert client_of(who.officer).get(reverse("people:history", args=["records_incident", "no-id"])).status_code == 404


def test_a_page_asks_as_often_however_much_there_is(who: People, planted: Planted, client_of: Opens) -> None:
    client = client_of(who.officer)
    pages = [reverse(f"records:{name}") for name in (*LISTS, "due")] + [address(name, planted) for name in PAGES]
    before = {page: _asks(client, page) for page in pages}
    for _ in range(3):
        _more(who.officer, planted)
    assert {page: _asks(client, page) for page in pages} == before


def _asks(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def _more(actor: User, planted: Planted) -> None:
    """More of everything, also of what was planted."""
    more = plant("S2", "Eta")
    Climate.objects.filter(store="S2").update(store="S1")
    known: Any = Action.objects.get(pk=more.action_id)
    for of in ("incident", "inspection"):
        known.pk, known.table, known.row_id = uuid7(), f"records_{of}", str(getattr(planted, f"{of}_id"))
        known._state.adding = True
        known.save()
    Casualties.objects.create(
        **{"incident_id": planted.incident_id, "harm": "killed", "number": 1, "source": str(more.incident_id)},
        stated_on=known.due_on,
        recorded_by=actor,
    )
