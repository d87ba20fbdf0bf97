"""The pages of plans: who sees them, and what stands on them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rasr.core.plan.result import Plan
from rasr.node.jobs.models import Job
from rasr.node.people.models import User
from rasr.node.plan import queries
from rasr.node.plan.models import PlanRun
from rasr.node.plan.templatetags.plan_blocks import table_body
from rasr.node.records.models import Register
from rasr.report.page import Cell, Head, Table

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db
READERS = ["planner", "auditor"]
OTHERS = ["officer", "storekeeper", "stranger", "administrator"]


def addresses(run: PlanRun) -> list[str]:
    return [
        "/plans/",
        f"/plans/{run.pk}/",
        f"/plans/{run.pk}/tables/joint/flows/",
        f"/plans/{run.pk}/tables/alone/left/",
    ]


@pytest.mark.parametrize("person", READERS)
def test_whoever_sees_the_node_sees_its_plans(
    person: str, planned: PlanRun, client_of: SignIn, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(person))
    assert [client.get(address).status_code for address in addresses(planned)] == [200] * 4


@pytest.mark.parametrize("person", OTHERS)
def test_nobody_else_does(person: str, planned: PlanRun, client_of: SignIn, request: pytest.FixtureRequest) -> None:
    actor = request.getfixturevalue(person)
    client = client_of(actor)
    assert [client.get(address).status_code for address in addresses(planned)] == [403] * 4
    assert client.post("/plans/start/").status_code == 403
    assert queries.latest(actor) is None
    assert not Job.objects.exists()


def test_who_has_not_signed_in_is_asked_to(planned: PlanRun) -> None:
    for address in addresses(planned):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")


@pytest.mark.usefixtures("planned")
def test_an_auditor_reads_and_does_not_plan(auditor: User, client_of: SignIn) -> None:
    client = client_of(auditor)
    assert 'action="/plans/start/"' not in client.get("/plans/").content.decode()
    assert client.post("/plans/start/").status_code == 403


def test_a_planner_is_led_to_the_kept_plan(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    answer = client_of(planner).post("/plans/start/", {})
    assert answer["Location"] == f"/plans/{planned.pk}/"


@pytest.mark.usefixtures("planned")
def test_a_planner_is_led_to_the_job(planner: User, client_of: SignIn) -> None:
    answer = client_of(planner).post("/plans/start/", {"partial": "on", "seconds": "300"})
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert job.parameters["options"]["seconds"] == 300.0


@pytest.mark.usefixtures("planned")
def test_an_option_that_is_not_offered_is_refused(planner: User, client_of: SignIn) -> None:
    answer = client_of(planner).post("/plans/start/", {"seconds": "999999"})
    assert answer["Location"] == "/plans/"
    assert not Job.objects.exists()


@pytest.mark.usefixtures("planned")
def test_a_plan_is_asked_for_by_a_form_only(planner: User, client_of: SignIn) -> None:
    assert client_of(planner).get("/plans/start/").status_code == 405


def test_the_page_tells_the_answer_and_the_gap(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    page = html.unescape(client_of(planner).get(f"/plans/{planned.pk}/").content.decode())
    assert "no plan can be below" in page
    assert "What to do first" in page
    assert "UNSCR 1244" in page
    assert "out of date" not in page


def test_a_plan_says_that_it_is_out_of_date(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    Register.objects.update(digest="of other records", version=99)
    client = client_of(planner)
    assert "This plan is out of date" in client.get(f"/plans/{planned.pk}/").content.decode()
    lists = client.get("/plans/").content.decode()
    assert "out of date" in lists
    assert "it is assessed first" in lists


def test_the_pictures_are_of_this_plan(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    page = client_of(planner).get(f"/plans/{planned.pk}/").content.decode()
    data = dict(re.findall(r'<script id="([a-z_]+-data)" type="application/json">(.*?)</script>', page))
    drawn = re.findall(r'data-chart="([a-z]+)" data-source="([a-z_]+-data)"', page)
    assert {source for _, source in drawn} == set(data)
    assert {kind for kind, _ in drawn} == {"danger", "gantt", "sankey", "bars", "compare"}
    flows = json.loads(data["flows-data"])
    shipped_kg = planned.summary["mass_destroyed_kg"]
    assert sum(link["value"] for link in flows["links"]) * 1000 == pytest.approx(shipped_kg)


def test_every_table_opens_and_can_be_taken_along(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    page = client.get(f"/plans/{planned.pk}/").content.decode()
    links = set(re.findall(rf'href="(/plans/{planned.pk}/tables/[a-z_/]+/)"', page))
    kept = set(planned.tables.values_list("plan", "name"))
    assert len(links) == len(kept) + 2
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_file_holds_the_table(planned: PlanRun, worked_out: Plan, planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    address = f"/plans/{planned.pk}/tables/joint/shipments/?export="
    csv = pl.read_csv(BytesIO(b"".join(client.get(address + "csv").streaming_content)))
    assert csv["mass_kg"].sum() == pytest.approx(worked_out.shipments["mass_kg"].sum())
    xlsx = b"".join(client.get(address + "xlsx").streaming_content)
    assert openpyxl.load_workbook(BytesIO(xlsx)).active.max_row == worked_out.shipments.height + 1


@pytest.mark.parametrize("place", ["joint/nonsense", "both/flows", "alone/pools"])
def test_there_are_no_other_tables(place: str, planned: PlanRun, planner: User, client_of: SignIn) -> None:
    assert client_of(planner).get(f"/plans/{planned.pk}/tables/{place}/").status_code == 404


def test_there_are_no_other_plans(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    nobody = planned.assessment_id
    assert client.get(f"/plans/{nobody}/").status_code == 404
    assert client.get(f"/plans/{nobody}/tables/joint/flows/").status_code == 404


@pytest.mark.parametrize("place", ["", "run", "table"])
def test_few_questions_to_the_database(place: str, planned: PlanRun, planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    address = {"": "/plans/", "run": f"/plans/{planned.pk}/", "table": f"/plans/{planned.pk}/tables/joint/danger/"}[
        place
    ]
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= 16, "\n".join(query["sql"][:150] for query in asked)


def test_the_first_steps_lead_to_their_lines(planned: PlanRun, planner: User) -> None:
    steps = queries.first_steps(planner, planned, 5)
    assert 0 < steps.height <= 5
    assert steps["removed"].is_sorted(descending=True)
    assert steps["site_id"].null_count() == 0


def test_what_leaves_a_site_is_what_its_pools_lose(planned: PlanRun, worked_out: Plan, planner: User) -> None:
    site_id = planned.first[0]["origin_id"]
    assert worked_out.assessment is not None
    pools = worked_out.assessment.pools.filter(pl.col("origin_id") == site_id)["pool_id"].to_list()
    shipped = worked_out.shipments.filter(pl.col("pool_id").is_in(pools))
    leaving = queries.of_site(planner, planned, site_id)
    assert leaving["mass_kg"].sum() == pytest.approx(shipped["mass_kg"].sum())
    assert leaving["starts_on"].null_count() == 0
    assert queries.of_site(planner, planned, "nowhere").is_empty()


def test_what_people_wrote_is_never_markup() -> None:
    nasty = Cell("<script>alert(1)</script>", note="<b>")
    body = table_body(Table("", [Head('"><i>')], [[nasty]]), cards=True)
    assert "<script" not in body
    assert "<b>" not in body
    assert "<i>" not in body
    assert "&lt;script&gt;" in body
