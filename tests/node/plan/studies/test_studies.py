"""Studies on the node: asked for by who plans, worked out once, kept whole, shown with their intervals."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from tests.node.plan.studies.planted_studies import LESS, scenario, study

from rasr.core.assessment.assess import Assessment
from rasr.core.plan.cooperation import cooperate
from rasr.core.plan.scenarios import Change
from rasr.core.plan.solve import no_progress
from rasr.core.plan.strategic import strategic_problem
from rasr.node.assessment.bridge import load_assessment
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.running import work_off
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Jurisdiction
from rasr.node.plan.models import PlanRun, Scenario, Study, StudyKind, StudyTable
from rasr.node.plan.studies import queries, services
from rasr.node.plan.studies.asking import Answer, Asked, asked_of
from rasr.node.records import bridge as records
from rasr.node.records.models import Fund, Line, Register

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db
READERS = ["planner", "auditor"]
OTHERS = ["officer", "storekeeper", "stranger", "administrator"]


def ask(client: Client, kind: str, **sent: Any) -> Study:
    """Ask for a study by its form, and let the worker do it."""
    answer = client.post(f"/plans/studies/new/{kind}/", sent)
    assert answer.status_code == 302, html.unescape(answer.content.decode())
    assert answer["Location"].startswith("/jobs/")
    work_off()
    job = Job.objects.get(pk=answer["Location"].split("/")[2])
    assert job.state == State.DONE, (job.refused_code, job.refused_numbers)
    return Study.objects.get(pk=job.result["run_id"])


def page(client: Client, made: Study) -> str:
    """The page of a study."""
    return html.unescape(client.get(f"/plans/studies/{made.pk}/").content.decode())


def data(shown: str, ident: str) -> Any:
    """What a picture of a page draws."""
    found = re.search(rf'<script id="{ident}" type="application/json">(.*?)</script>', shown)
    assert found
    return json.loads(found[1])


@pytest.mark.usefixtures("planned")
def test_together_is_what_the_core_says(planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    names = list(Jurisdiction.objects.order_by("pk").values_list("pk", flat=True)[:3])
    made = ask(client, "together", members=names)
    frames = queries.tables(planner, made)
    danger: Assessment = load_assessment(made.assessment)
    region = records.load_region()
    problem = strategic_problem(region, danger.pools, danger.danger_curves, as_of=danger.as_of, partial=True)
    own = cooperate(problem, members=names)
    assert frames["coalitions"].equals(own.coalitions)
    assert frames["fair_split"].equals(own.members)
    assert frames["coalitions"].height == 7
    shown = page(client, made)
    assert "Together they avert" in shown
    assert data(shown, "together-data")["series"][0]["values"]
    assert "expected fatalities over the horizon" in shown
    order = re.findall(r"<td><span class=\"cell\">([^<]+)</span>", shown)
    capitals = Jurisdiction.objects.filter(pk__in=names).order_by("capital").values_list("name", flat=True)
    assert [name.rstrip("*") for name in order][:3] == [name.rstrip("*") for name in capitals]


@pytest.mark.usefixtures("planned")
def test_more_money_never_averts_less_and_the_page_draws_it(planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    made = ask(client, "frontier")
    frame = queries.tables(planner, made)["frontier"]
    averted = frame["averted_low"].to_list()
    assert averted == sorted(averted)
    drawn = data(page(client, made), "frontier-data")
    assert [point[1] for point in drawn["points"]] == averted
    assert all(above[1] >= point[1] for above, point in zip(drawn["above"], drawn["points"], strict=True))


@pytest.mark.usefixtures("planned")
def test_scenarios_are_written_copied_compared_and_removed(planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    answer = client.post("/plans/scenarios/new/", {"name": "Trouble"})
    first = Scenario.objects.get()
    assert answer["Location"] == f"/plans/scenarios/{first.pk}/"
    line, fund = Line.objects.order_by("pk").first(), Fund.objects.order_by("pk").first()
    assert line
    assert fund
    sent = {
        "line_closes": {"target": line.pk, "from_period": "2"},
        "donor_out": {"target": fund.donor, "from_period": "1"},
        "budget": {"target": "all", "factor": "0.25"},
    }
    for kind, given in sent.items():
        assert client.post(f"/plans/scenarios/{first.pk}/add/{kind}/", given).status_code == 302
    shown = html.unescape(client.get(f"/plans/scenarios/{first.pk}/").content.decode())
    assert line.pk in shown
    assert "All money: 0.25 times the money." in shown
    client.post("/plans/scenarios/new/", {"name": "Less trouble", "copied": str(first.pk)})
    second = Scenario.objects.get(name="Less trouble")
    assert second.changes == Scenario.objects.get(pk=first.pk).changes
    assert client.post(f"/plans/scenarios/{second.pk}/drop/2/").status_code == 302
    second.refresh_from_db()
    assert [each["kind"] for each in second.changes] == ["line_closes", "budget"]
    made = ask(client, "scenarios", scenarios=[str(first.pk), str(second.pk)])
    frame = queries.tables(planner, made)["scenarios"]
    assert frame["scenario"].to_list() == ["as_it_is", "Trouble", "Less trouble"]
    assert frame["fatalities"][0] <= frame["fatalities_bound"][1], "a quarter of the money leaves more"
    shown = page(client, made)
    assert "As it is" in shown
    assert "Trouble" in shown
    assert client.post(f"/plans/scenarios/{first.pk}/remove/").status_code == 302
    assert page(client, made).partition("plan-panel")[2] == shown.partition("plan-panel")[2]
    acts = list(Entry.objects.filter(act__startswith="scenario.").order_by("at").values_list("act", flat=True))
    assert acts == ["scenario.make", *["scenario.change"] * 3, "scenario.make", "scenario.change", "scenario.remove"]


@pytest.mark.usefixtures("planned")
def test_the_first_year_is_drawn_by_its_seed(planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    made = ask(client, "first_year", draws="10", seed="7")
    frame = queries.tables(planner, made)["first_year"]
    assert set(frame["standing"]) <= {"in", "out", "open"}
    assert "Of 10 draws" in page(client, made)
    again = client.post("/plans/studies/new/first_year/", {"draws": "10", "seed": "7"})
    assert again["Location"] == f"/plans/studies/{made.pk}/", "it is kept"
    other = client.post("/plans/studies/new/first_year/", {"draws": "10", "seed": "8"})
    assert other["Location"].startswith("/jobs/")
    twice = client.post("/plans/studies/new/first_year/", {"draws": "10", "seed": "8"})
    assert twice["Location"] == other["Location"], "it is worked out once"


@pytest.mark.usefixtures("planned")
def test_a_table_is_shown_and_taken_along_whole(planner: User, client_of: SignIn) -> None:
    made, client = study(planner), client_of(planner)
    address = f"/plans/studies/{made.pk}/tables/scenarios/"
    assert "More than as it is" in client.get(address).content.decode()
    taken = pl.read_csv(b"".join(client.get(f"{address}?export=csv")), comment_prefix="#")
    assert taken["scenario"].to_list() == ["as_it_is", "Half"]
    assert client.get(f"/plans/studies/{made.pk}/tables/frontier/").status_code == 404
    assert client.get(f"/plans/studies/{made.pk}/tables/stock/").status_code == 404


@pytest.mark.usefixtures("planned")
def test_a_study_says_that_it_is_out_of_date(planner: User, client_of: SignIn) -> None:
    made, client = study(planner), client_of(planner)
    assert "This study is out of date" not in page(client, made)
    Register.objects.update(digest="of other records", version=99)
    assert "This study is out of date" in page(client, made)
    assert "out of date" in client.get("/plans/studies/").content.decode()


@pytest.mark.parametrize("person", READERS)
def test_whoever_sees_the_node_reads_studies(
    person: str, planned: PlanRun, planner: User, client_of: SignIn, request: pytest.FixtureRequest
) -> None:
    made, held, client = study(planner), scenario(planner), client_of(request.getfixturevalue(person))
    assert planned
    for address in ("studies/", f"studies/{made.pk}/", "scenarios/", f"scenarios/{held.pk}/"):
        assert client.get(f"/plans/{address}").status_code == 200
    asks = "Ask for a study" in client.get("/plans/studies/").content.decode()
    assert asks == (person == "planner")


@pytest.mark.parametrize("person", [*OTHERS, "auditor"])
def test_only_planners_ask_and_write(
    person: str, planned: PlanRun, planner: User, client_of: SignIn, request: pytest.FixtureRequest
) -> None:
    actor, held, asked = request.getfixturevalue(person), scenario(planner), Asked(StudyKind.FRONTIER)
    with pytest.raises(PermissionDenied):
        services.start(actor=actor, asked=asked)
    with pytest.raises(PermissionDenied):
        services.work_out(actor=actor, asked=asked, progress=no_progress)
    with pytest.raises(PermissionDenied):
        services.keep(
            actor=actor,
            asked=Asked(StudyKind.FRONTIER),
            found=Answer({}),
            assessment_run=planned.assessment,
            duration_s=1,
        )
    with pytest.raises(PermissionDenied):
        services.make_scenario(actor=actor, name="New")
    with pytest.raises(PermissionDenied):
        services.add_change(actor=actor, scenario_id=held.pk, change=LESS)
    with pytest.raises(PermissionDenied):
        services.remove_scenario(actor=actor, scenario_id=held.pk)
    client = client_of(actor)
    for address in (
        "studies/new/frontier/",
        "scenarios/new/",
        f"scenarios/{held.pk}/add/budget/",
        f"scenarios/{held.pk}/drop/1/",
        f"scenarios/{held.pk}/remove/",
    ):
        assert client.get(f"/plans/{address}").status_code == client.post(f"/plans/{address}").status_code == 403
    assert not Job.objects.exists()
    assert Scenario.objects.get() == held


@pytest.mark.parametrize(
    ("address", "sent", "said"),
    [
        ("studies/new/together/", {"members": ["AL"]}, "Choose 2 to 11."),
        ("studies/new/together/", {}, "This field is required."),
        ("studies/new/scenarios/", {}, "This field is required."),
        ("studies/new/first_year/", {"draws": "10", "seed": "0"}, "greater than or equal to 1"),
        ("scenarios/new/", {"name": " "}, "This field is required."),
        ("scenarios/new/", {"name": "x" * 61}, "at most 60 characters"),
        ("scenarios/new/", {"name": "Half"}, "There is a scenario named Half already."),
        ("scenarios/new/", {"name": "as_it_is"}, "There is a scenario named as_it_is already."),
    ],
)
def test_what_does_not_fit_is_asked_again(
    address: str, sent: dict[str, Any], said: str, planned: PlanRun, planner: User, client_of: SignIn
) -> None:
    assert planned
    scenario(planner)
    answer = client_of(planner).post(f"/plans/{address}", sent)
    assert answer.status_code == 400
    assert said in html.unescape(answer.content.decode())
    assert not Job.objects.exists()
    assert Scenario.objects.count() == 1


@pytest.mark.usefixtures("planned")
def test_a_change_of_no_kind_and_a_study_of_no_kind_are_not_there(planner: User, client_of: SignIn) -> None:
    held, client = scenario(planner), client_of(planner)
    assert client.get(f"/plans/scenarios/{held.pk}/add/explode/").status_code == 404
    assert client.get("/plans/studies/new/explode/").status_code == 404
    assert client.post(f"/plans/scenarios/{held.pk}/add/budget/", {"target": "all", "factor": "-1"}).status_code == 400
    assert client.post(f"/plans/scenarios/{held.pk}/drop/9/").status_code == 302
    held.refresh_from_db()
    assert len(held.changes) == 1


@pytest.mark.usefixtures("planned")
def test_what_is_gone_from_the_register_is_told_at_once_in_the_language_of_who_asked(planner: User) -> None:
    planner.language = "mk"
    planner.save(update_fields=["language"])
    gone = (Change(1, "line_closes", "L-GONE", 1, 1.0), Change(2, "donor_out", "Nobody", 99, 1.0))
    asked = Asked(StudyKind.SCENARIOS, scenarios=(("Gone", gone),))
    services.start(actor=planner, asked=asked)
    work_off()
    job = Job.objects.get()
    assert (job.state, job.refused_code) == (State.FAILED, "scenarios_refused")
    assert "L-GONE" in job.refused_numbers["faults"]
    assert "from_period" in job.refused_numbers["faults"]
    assert "There is" not in job.refused_numbers["faults"]
    assert not Study.objects.exists()
    assert not StudyTable.objects.exists()


@pytest.mark.usefixtures("planned")
def test_a_study_that_is_stopped_leaves_nothing_behind(planner: User) -> None:
    class StoppedError(Exception):
        pass

    def stop(stage: str, share: float) -> None:
        if stage == "scenarios" and share >= 0.5:
            raise StoppedError

    asked = Asked(StudyKind.SCENARIOS, scenarios=(("Half", (LESS,)),))
    with pytest.raises(StoppedError):
        services.work_out(actor=planner, asked=asked, progress=stop)
    assert not Study.objects.exists()


@pytest.mark.usefixtures("planned")
def test_a_scenario_takes_so_many_changes_and_no_more(planner: User, client_of: SignIn) -> None:
    held = scenario(planner)
    held.changes = held.changes * services.MOST_CHANGES
    held.save(update_fields=["changes"])
    answer = client_of(planner).post(f"/plans/scenarios/{held.pk}/add/budget/", {"target": "all", "factor": "2"})
    assert answer.status_code == 400
    assert "at most 50 changes" in answer.content.decode()


def test_what_was_asked_comes_back_from_json_as_it_was() -> None:
    changes = (LESS, Change(2, "border_shuts", "AL>ME", 3, 1.0))
    asked = Asked(StudyKind.SCENARIOS, members=("AL",), scenarios=(("Half", changes),), draws=10, seed=7)
    assert asked_of(json.loads(json.dumps(asked.told()))) == asked
