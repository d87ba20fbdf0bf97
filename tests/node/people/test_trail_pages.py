"""Pages of the trail: for whom they are, what they show, and that a look at them is on the trail itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import Places, loader
from tests.node.people.four_eyes import Crew

from rasr.core.records.region import Region
from rasr.node.people import granting, services, trail
from rasr.node.people.models import Entry, Grant, User
from rasr.node.people.place import NODE
from rasr.node.records.models import Movement, MovementLine

Browser = Callable[[User], Client]
TRAIL = "/trail/"


def listed(client: Client, page: str = TRAIL, **query: Any) -> list[dict[str, str]]:
    """The rows of a list of entries, as its file holds them."""
    answer = client.get(page, {**query, "export": "csv"})
    assert answer.status_code == 200, answer.status_code
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def shown(client: Client, page: str, **query: Any) -> str:
    answer = client.get(page, query)
    assert answer.status_code == 200, (page, answer.status_code)
    return answer.content.decode()


# For whom.


def test_the_trail_is_for_the_auditor_of_the_whole_node(
    client_of: Browser, auditor: User, planner: User, officer: User, administrator: User, places: Places,
    joins: Callable[..., User],
) -> None:  # fmt: skip
    entry = reverse("people:entry", args=[Entry.objects.filter(act="register.load").latest("at").pk])
    partly = joins("partly", "auditor", organisation_id=places.organisation_id)
    for somebody, status in ((auditor, 200), (planner, 403), (officer, 403), (administrator, 403), (partly, 403)):
        client = client_of(somebody)
        assert client.get(TRAIL).status_code == status, somebody
        assert client.get(entry).status_code == (200 if status == 200 else 404), somebody
        assert ('href="/trail/"' in shown(client, "/activity/")) == (status == 200)
    assert client_of(planner).get(reverse("people:trail-bundle")).status_code == 403


def test_everybody_sees_what_they_did_and_nobody_elses(
    client_of: Browser, officer: User, storekeeper: User, stranger: User
) -> None:
    for somebody in (officer, storekeeper, stranger):
        trail.record(actor=somebody, act="user.choose", reason=f"by {somebody}")
    trail.record(actor=None, act="user.password", table="people_user", row_id=officer.pk, reason="of the officer")
    trail.record(actor=stranger, act="page.look", table="people_user", row_id=officer.pk, reason="looked at")
    page = shown(client_of(officer), "/activity/")
    assert "by officer" in page
    assert "of the officer" in page
    assert not [text for text in ("by storekeeper", "by stranger", "looked at") if text in page]
    own = Entry.objects.get(reason="by officer")
    assert "by officer" in shown(client_of(officer), reverse("people:entry", args=[own.pk]))
    assert client_of(stranger).get(reverse("people:entry", args=[own.pk])).status_code == 404


def test_a_history_is_for_who_may_see_the_record(
    client_of: Browser, storekeeper: User, officer: User, stranger: User, auditor: User, places: Places, loaded: Region
) -> None:
    store = loaded.table("stores").filter(site_id=places.site_id)["store_id"][0]
    trail.record(actor=officer, act="row.change", table="places_store", row_id=store, reason="the roof was mended")
    trail.record(actor=stranger, act="request.refuse", table="places_store", row_id=store, reason="a stranger tried")
    page = reverse("people:history", args=["places_store", store])
    for somebody in (storekeeper, officer):
        told = shown(client_of(somebody), page)
        assert "the roof was mended" in told
        assert "a stranger tried" not in told
    assert "a stranger tried" in shown(client_of(auditor), page)
    client = client_of(stranger)
    assert client.get(page).status_code == 404
    refused = Entry.objects.filter(actor=stranger.pseudonym, act="request.refuse").latest("at")
    assert (refused.table, refused.row_id) == ("places_store", store)
    assert client.get(reverse("people:history", args=["no_such_table", "x"])).status_code == 404
    assert client.get(reverse("people:history", args=["people_user", str(officer.pk)])).status_code == 404


def test_the_history_of_a_store_holds_its_movements(client_of: Browser, storekeeper: User, places: Places) -> None:
    line = MovementLine.objects.filter(to_place__store__site=places.site_id).select_related("to_place").first()
    assert line is not None
    page = shown(client_of(storekeeper), reverse("people:history", args=["places_store", line.to_place.store_id]))
    assert "Movement posted" in page
    assert Movement.objects.filter(pk=line.movement_id, actor=loader()).exists()


def test_the_history_of_an_article_holds_no_movement_of_another_place(
    client_of: Browser, storekeeper: User, stranger: User, auditor: User, places: Places
) -> None:
    theirs = MovementLine.objects.filter(to_place__store__site=places.other_site_id).select_related("batch").first()
    assert theirs is not None
    now = timezone.now()
    times = {"effective_at": now, "recorded_at": now}
    moved = Movement.objects.create(kind="loss", actor=loader(), reason="stolen at night", **times)
    MovementLine.objects.create(
        line_id=10**9,
        movement=moved,
        position=0,
        effective_at=moved.effective_at,
        batch=theirs.batch,
        from_place=theirs.to_place,
        to_place=theirs.from_place,
    )
    trail.record(actor=loader(), act="movement.post", table="records_movement", row_id=moved.pk, reason=moved.reason)
    page = reverse("people:history", args=["records_article", theirs.batch.article_id])
    for somebody, sees in ((storekeeper, False), (stranger, True), (auditor, True)):
        assert ("stolen at night" in shown(client_of(somebody), page)) == sees, somebody


def test_who_manages_people_of_one_place_learns_of_no_role_in_another(people: Crew, client_of: Browser) -> None:
    for place in (people.site, people.other_site):
        Grant.objects.get_or_create(user=people.keeper, role="storekeeper", **place.ids)
    for role, place in (("storekeeper", people.site), ("planner", people.other_site), ("auditor", NODE)):
        granting.record_grant(people.chief, "grant.give", people.keeper, place, None, {"role": role, **place.ids}, role)
    page = reverse("people:history", args=["people_user", people.keeper.pk])
    for somebody, told in (
        (people.owner, ["storekeeper"]),
        (people.stranger, ["planner"]),
        (people.chief, ["auditor", "planner", "storekeeper"]),
    ):
        rows = [row for row in listed(client_of(somebody), page) if row["act"] == "grant.give"]
        assert sorted(row["reason"] for row in rows) == told, somebody
    assert len(listed(client_of(people.keeper), page)) == len(listed(client_of(people.chief), page)), "of oneself all"


def test_a_history_leads_to_the_page_of_a_person_only_where_it_opens(people: Crew, client_of: Browser) -> None:
    def leads(reader: User, person: User) -> bool:
        address = reverse("people:person", args=[person.pk])
        client = client_of(reader)
        page = shown(client, reverse("people:history", args=["people_user", person.pk]))
        led = f'class="btn" href="{address}"' in page
        client.raise_request_exception = False
        assert led == (client.get(address).status_code == 200)
        return led

    assert not leads(people.keeper, people.keeper)
    assert leads(people.chief, people.keeper)
    User.objects.filter(pk=people.keeper.pk).update(erased_at=timezone.now())
    assert not leads(people.chief, people.keeper)


# What is shown and found.


def test_names_are_shown_and_of_who_was_erased_the_pseudonym(client_of: Browser, auditor: User, officer: User) -> None:
    trail.record(actor=officer, act="user.choose", reason="a choice")
    client = client_of(auditor)
    assert [(row["who"], row["actor"]) for row in listed(client, q="a choice")] == [("officer", officer.pseudonym)]
    User.objects.filter(pk=officer.pk).update(erased_at=timezone.now(), username="erased")
    assert [row["who"] for row in listed(client, q="a choice")] == [officer.pseudonym]
    assert listed(client, who="officer") == []
    assert [row["reason"] for row in listed(client, who=officer.pseudonym.lower(), q="choice")] == ["a choice"]


def test_the_trail_is_searched_by_who_what_when_which_and_why(
    client_of: Browser, auditor: User, officer: User, storekeeper: User
) -> None:
    trail.record(actor=officer, act="user.choose", table="places_site", row_id="X-1", reason="Roof, North side")
    trail.record(actor=storekeeper, act="job.ask", outcome=trail.FAILED, table="places_store", row_id="X-1")
    trail.record(actor=None, act="node.backup", reason="by the command line")
    client = client_of(auditor)

    def found(**query: str) -> list[str]:
        own = ("user.choose", "job.ask", "node.backup")
        return [row["act"] for row in listed(client, **query, sort="at") if row["act"] in own]

    assert found(who="offic") == ["user.choose"]
    assert found(who="command") == ["node.backup"]
    assert found(act="job.ask") == ["job.ask"]
    assert found(outcome="failed") == ["job.ask"]
    assert found(table="places_site") == ["user.choose"]
    assert found(record="X-1") == ["user.choose", "job.ask"]
    assert found(q="north roof") == ["user.choose"]
    today = timezone.localdate()
    assert found(since=str(today), until=str(today)) == ["user.choose", "job.ask", "node.backup"]
    assert found(since=str(today + timedelta(days=1))) == found(until=str(today - timedelta(days=1))) == []
    assert client.get(TRAIL, {"since": "no day", "who": "\0"}).status_code == 200
    assert client.get(TRAIL, {"act": "no.act"}).status_code == 404


def test_equal_moments_keep_their_order_over_pages(client_of: Browser, auditor: User) -> None:
    now = timezone.now()
    Entry.objects.bulk_create(Entry(at=now, actor="console", act="job.end", reason=f"n{n}") for n in range(60))
    client = client_of(auditor)
    pages = [client.get(TRAIL, {"act": "job.end", "sort": "at", "page": n}).context["table"].page for n in (1, 2, 3)]
    told = [row.record.reason for page in pages for row in page]
    assert len(told) == len(set(told)) == 60


def test_an_entry_shows_before_and_after(client_of: Browser, auditor: User, planner: User) -> None:
    services.choose(actor=planner, language="sq", theme="dark")
    entry = Entry.objects.get(act="user.choose", actor=planner.pseudonym)
    page = shown(client_of(auditor), reverse("people:entry", args=[entry.pk]))
    for text in (
        "Before",
        "After",
        "<strong>dark</strong>",
        "auto",
        "planner",
        planner.pseudonym,
        entry.get_outcome_display(),
    ):
        assert text in page, text


def test_what_stands_on_the_trail_is_text(client_of: Browser, auditor: User) -> None:
    evil = '<script>alert(1)</script>"><b>'
    entry = trail.record(
        actor=None, act="user.choose", table="places_site", row_id=evil, reason=evil, before={evil: evil}
    )
    client = client_of(auditor)
    for page in (
        TRAIL,
        reverse("people:entry", args=[entry.pk]),
        reverse("people:history", args=["places_site", evil]),
    ):
        assert "<script>alert" not in shown(client, page)
    assert listed(client, q="alert")[0]["reason"] == evil


def test_formulas_in_reasons_do_not_run_in_a_spreadsheet(client_of: Browser, auditor: User) -> None:
    trail.record(actor=None, act="user.choose", reason="=HYPERLINK(1)")
    assert listed(client_of(auditor), q="HYPERLINK")[0]["reason"] == "'=HYPERLINK(1)"


def test_the_auditors_looks_at_the_trail_are_on_it(client_of: Browser, auditor: User) -> None:
    client = client_of(auditor)
    entry = Entry.objects.latest("at")
    shown(client, TRAIL, who="officer")
    shown(client, reverse("people:entry", args=[entry.pk]))
    listed(client)
    own = Entry.objects.filter(actor=auditor.pseudonym, after__page__startswith="people:").order_by("at")
    assert [(one.act, one.after["page"]) for one in own] == [
        ("page.look", "people:trail"),
        ("page.look", "people:entry"),
        ("export.make", "people:trail"),
    ]
    assert own[0].after["query"] == "who=officer"


@pytest.mark.parametrize("page", [TRAIL, "/activity/"])
def test_lists_ask_the_database_as_often_whatever_their_length(client_of: Browser, auditor: User, page: str) -> None:
    client = client_of(auditor)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(80):
        trail.record(actor=auditor, act="user.choose", table="places_site", row_id=str(number))
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few) <= 12
