"""Pages of assessments: what they say, to whom, and what can be taken along."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from rasr.node.assessment import bridge, queries, telling
from rasr.node.assessment.headings import HEADINGS, TABLES
from rasr.node.assessment.models import Run
from rasr.node.jobs.models import Job
from rasr.node.people.models import User
from rasr.node.records.models import Register
from rasr.report.texts import Texts

ClientOf = Callable[[User], Client]
EN = Texts("en")


def page_of(run: Run) -> str:
    return reverse("assessment:run", args=[run.pk])


def table_of(run: Run, name: str) -> str:
    return reverse("assessment:table", args=[run.pk, name])


def test_the_run_says_how_dangerous_where_why_and_how_sure(assessed: Run, planner: User, client_of: ClientOf) -> None:
    said = client_of(planner).get(page_of(assessed)).text
    scribe = telling.scribe_of(queries.named(planner))
    worst = queries.worst(planner, assessed)
    assert scribe.numerals.danger(assessed.fatalities_per_year) in said
    assert scribe.numerals.interval(assessed.low, assessed.high) in said
    assert len(worst) == 10
    for store in worst:
        assert reverse("desk:store", args=[store.store_id]) in said
        assert all(escape(reason) in said for reason in telling.reasons(store, scribe))
    for text in ("distances_caption", "excluded_caption", "methods_caption", "blind_meaning", "footnote_kosovo"):
        assert EN.t(text) in said
    assert EN.label("status", "not_verified") in said
    assert 'data-chart="danger"' in said
    assert assessed.inputs_digest in said
    assert all(table_of(assessed, name) in said for name in bridge.TABLES)
    assert "style=" not in said


def test_jurisdictions_stand_in_the_order_of_their_capitals(assessed: Run, planner: User, client_of: ClientOf) -> None:
    said = client_of(planner).get(page_of(assessed)).text
    rows = queries.named(planner).table("jurisdictions")
    present = set(queries.assessment(planner, assessed).stores["jurisdiction_id"])
    capitals = sorted(row["capital"] for row in rows.iter_rows(named=True) if row["jurisdiction_id"] in present)
    table = said.partition(EN.t("jurisdictions_caption"))[2].partition("</table>")[0]
    assert [table.index(capital) for capital in capitals] == sorted(table.index(capital) for capital in capitals)


@pytest.mark.parametrize("who", ["officer", "storekeeper", "stranger", "administrator"])
def test_results_of_the_node_are_not_for_everybody(
    who: str, assessed: Run, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    asked = [reverse("assessment:runs"), page_of(assessed), table_of(assessed, "stores"), table_of(assessed, "worst")]
    assert [client.get(address).status_code for address in asked] == [403] * len(asked)
    assert client.post(reverse("assessment:start")).status_code == 403
    assert Job.objects.count() == 0


def test_an_auditor_reads_and_does_not_assess(assessed: Run, auditor: User, client_of: ClientOf) -> None:
    client = client_of(auditor)
    for address in (reverse("assessment:runs"), page_of(assessed), table_of(assessed, "stores")):
        answer = client.get(address)
        assert answer.status_code == 200
        assert 'id="assess"' not in answer.text
    assert client.post(reverse("assessment:start")).status_code == 403


def test_what_is_not_there_is_not_found(assessed: Run, planner: User, client_of: ClientOf) -> None:
    client = client_of(planner)
    nowhere = "00000000-0000-0000-0000-000000000000"
    assert client.get(reverse("assessment:run", args=[nowhere])).status_code == 404
    assert client.get(reverse("assessment:table", args=[nowhere, "stores"])).status_code == 404
    assert client.get(table_of(assessed, "no-such-table")).status_code == 404
    assert client.get(reverse("assessment:start")).status_code == 405


def test_the_mark_of_being_out_of_date(assessed: Run, planner: User, client_of: ClientOf) -> None:
    client, mark = client_of(planner), "Out of date"
    addresses = [reverse("assessment:runs"), page_of(assessed), table_of(assessed, "stores")]
    assert not any(mark in client.get(address).text for address in addresses)
    Register.objects.update(digest="moved on")
    assert all(mark in client.get(address).text for address in addresses)


def test_assess_now_leads_to_the_job_and_then_to_the_kept_run(
    assessed: Run, planner: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(planner)
    monkeypatch.setattr("rasr.node.assessment.services.today", lambda: assessed.as_of)
    kept = client.post(reverse("assessment:start"), follow=True)
    assert kept.redirect_chain == [(page_of(assessed), 302)]
    assert "Nothing has changed" in kept.text
    Register.objects.update(digest="moved on")
    new = client.post(reverse("assessment:start"))
    assert new["Location"] == reverse("jobs:job", args=[Job.objects.get().pk])


def test_an_empty_register_is_told_in_a_sentence(planner: User, client_of: ClientOf) -> None:
    Register.objects.all().delete()
    answer = client_of(planner).post(reverse("assessment:start"), follow=True)
    assert "The register is empty" in answer.text


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_is_shown_and_taken_along_as_it_is(
    name: str, assessed: Run, planner: User, client_of: ClientOf
) -> None:
    client = client_of(planner)
    frame = queries.table(planner, assessed, name)
    if name == "worst":
        scribe = telling.scribe_of(queries.named(planner))
        frame = telling.worst_frame(telling.worst_told(queries.worst(planner, assessed), scribe))
    assert frame is not None
    assert set(frame.columns) <= set(HEADINGS)
    shown = client.get(table_of(assessed, name))
    assert shown.status_code == 200
    assert escape(str(HEADINGS[frame.columns[0]])) in shown.text
    answer: Any = client.get(table_of(assessed, name) + "?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == frame.columns
    assert len(rows) == frame.height + 1


def test_pages_cost_few_queries(
    assessed: Run, planner: User, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    client = client_of(planner)
    for address in (reverse("assessment:runs"), page_of(assessed), table_of(assessed, "stores")):
        with django_assert_max_num_queries(14):
            client.get(address)


def test_in_macedonian(assessed: Run, planner: User, client_of: ClientOf) -> None:
    planner.language = "mk"
    planner.save()
    said = client_of(planner).get(page_of(assessed)).text
    assert Texts("mk").t("worst_title") in said
    assert EN.t("worst_title") not in said
