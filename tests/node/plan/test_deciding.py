"""What is decided by hand: who decides, that plans keep to it and tell its price, and that a second person approves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from tests.node.conftest import somebody
from tests.node.plan.planted_decisions import decides, plant, way

from rasr.core.basis.findings import Refused
from rasr.core.plan.holds import Hold
from rasr.core.plan.options import Options
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.running import work_off
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, Entry, User
from rasr.node.plan import deciding, queries, services
from rasr.node.plan.bridge import load_plan
from rasr.node.plan.models import PlanApproval, PlanDecision, PlanRun
from rasr.node.records.lots.told import Why

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db
WHY = Why("The range is closed.", "en")
OTHERS = ["officer", "storekeeper", "stranger", "auditor", "administrator"]


def first_way(run: PlanRun) -> tuple[str, str]:
    """Where the plan begins."""
    return run.first[0]["origin_id"], run.first[0]["line_id"]


@pytest.mark.parametrize("person", OTHERS)
def test_only_planners_decide(person: str, planned: PlanRun, client_of: SignIn, request: pytest.FixtureRequest) -> None:
    actor, (origin, line) = request.getfixturevalue(person), first_way(planned)
    with pytest.raises(PermissionDenied):
        deciding.decide(actor=actor, hold=Hold(origin, line, never=True), why=WHY)
    with pytest.raises(PermissionDenied):
        deciding.hold_fast(actor=actor, run=planned, through=1, why=WHY)
    with pytest.raises(PermissionDenied):
        deciding.ask(actor=actor, session="s", run=planned, reason="So.")
    client = client_of(actor)
    for address in ("/plans/decided/new/", f"/plans/{planned.pk}/hold-fast/", f"/plans/{planned.pk}/approve/"):
        assert client.get(address).status_code == client.post(address, decides(origin, line)).status_code == 403
    assert not PlanDecision.objects.exists()


def test_a_plan_made_after_a_decision_keeps_to_it_and_tells_the_price(
    planned: PlanRun, planner: User, client_of: SignIn
) -> None:
    origin, line = first_way(planned)
    client = client_of(planner)
    assert f"origin={origin}" in client.get(f"/plans/{planned.pk}/").content.decode()
    assert client.post("/plans/decided/new/", decides(origin, line)).status_code == 302
    answer = client.post("/plans/start/", {})
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    asked = services.options_of(job.parameters["options"])
    assert asked == Options(holds=(Hold(origin, line, never=True),))
    work_off()
    job.refresh_from_db()
    assert job.state == State.DONE
    run = PlanRun.objects.get(pk=job.result["run_id"])
    pools = queries.pools(planner, run).filter(origin_id=origin)["pool_id"].to_list()
    made = load_plan(run)
    assert not made.shipments.filter(line_id=line)["pool_id"].is_in(pools).any()
    assert services.options_of(run.options) == asked
    page = client.get(f"/plans/{run.pk}/").content.decode()
    assert "Decided by hand, and what it costs" in page
    assert client.get(f"/plans/{run.pk}/tables/joint/changes/").status_code == 200
    again = client.post("/plans/start/", {})
    assert again["Location"] == f"/plans/{run.pk}/"
    free = client.post("/plans/start/", {"without": "on"})
    assert free["Location"] == f"/plans/{planned.pk}/"


def test_one_decision_stands_for_a_way_until_it_is_taken_back(planned: PlanRun, planner: User) -> None:
    origin, line = first_way(planned)
    made = deciding.decide(actor=planner, hold=Hold(origin, line, never=True), why=WHY)
    with pytest.raises(Refused) as refused:
        deciding.decide(actor=planner, hold=Hold(origin, line, at_least_kg=5.0), why=WHY)
    assert refused.value.code == "plan_decision_stands"
    deciding.take_back(actor=planner, decision_id=made.pk, why=Why("It opens again.", "en"))
    with pytest.raises(PlanDecision.DoesNotExist):
        deciding.take_back(actor=planner, decision_id=made.pk, why=WHY)
    assert deciding.holds_in_force() == ()
    deciding.decide(actor=planner, hold=Hold(origin, line, at_least_kg=5.0), why=WHY)
    assert deciding.holds_in_force() == (Hold(origin, line, at_least_kg=5.0),)
    acts = [entry.act for entry in Entry.objects.filter(table="plan_plandecision").order_by("at", "pk")]
    assert acts == ["plan.decide", "plan.take_back", "plan.decide"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"decision": "at_least"}, "Say how much is sent at the least."),
        ({"decision": "at_least", "at_least_tonne": "-5"}, "greater than or equal to"),
        ({"reason": ""}, "required"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    planned: PlanRun, planner: User, client_of: SignIn, sent: dict[str, str], told: str
) -> None:
    answer = client_of(planner).post("/plans/decided/new/", decides(*first_way(planned), **sent))
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not PlanDecision.objects.exists()


def test_what_is_under_way_is_held_fast_once(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    origin, line = first_way(planned)
    mine = deciding.decide(actor=planner, hold=Hold(origin, line, never=True), why=WHY)
    client = client_of(planner)
    sent = {"through": "2", "reason": "Contracts are signed.", "reason_language": "en"}
    assert client.post(f"/plans/{planned.pk}/hold-fast/", sent).status_code == 302
    held = deciding.holds_in_force()
    plan = queries.plan(planner, planned)
    early = plan.shipments.filter(plan.shipments["period"] <= 2)
    named = early.join(queries.pools(planner, planned), on="pool_id").select("origin_id", "line_id", "family").unique()
    others = named.filter(~((named["origin_id"] == origin) & (named["line_id"] == line)))
    assert len(held) == others.height + 1
    assert PlanDecision.objects.get(pk=mine.pk).never
    client.post(f"/plans/{planned.pk}/hold-fast/", sent)
    assert len(deciding.holds_in_force()) == len(held)


def test_a_decision_on_what_is_gone_is_told_in_the_reader_s_language(
    planned: PlanRun, planner: User, client_of: SignIn
) -> None:
    origin, line = first_way(planned)
    deciding.decide(actor=planner, hold=Hold(origin, line, at_least_kg=1e12), why=WHY)
    client = client_of(planner)
    client.post("/plans/start/", {})
    work_off()
    job = Job.objects.get()
    assert (job.state, job.refused_code) == (State.FAILED, "holds_cannot_be")
    assert "What was decided by hand cannot be" in client.get(f"/jobs/{job.pk}/").content.decode()
    assert PlanRun.objects.count() == 1


def test_a_plan_is_approved_by_a_second_person(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    client = client_of(planner)
    answer = client.post(f"/plans/{planned.pk}/approve/", {"reason": "The board agreed.", "reason_language": "en"})
    asked = Approval.objects.get(kind="approve_plan")
    assert answer["Location"] == f"/approvals/{asked.pk}/"
    assert "Waits for the approval" in client.get(f"/plans/{planned.pk}/").content.decode()
    given = {"session": "second", "approve": True, "reason": "I read it.", "digest": asked.digest}
    with pytest.raises((PermissionDenied, Refused, Approval.DoesNotExist)):
        approvals.decide(actor=planner, approval_id=asked.pk, **given)
    assert not PlanApproval.objects.exists()
    approvals.decide(actor=somebody("second", "approver"), approval_id=asked.pk, **given)
    assert PlanApproval.objects.get().run_id == planned.pk
    assert "approved by" in client.get(f"/plans/{planned.pk}/").content.decode()
    with pytest.raises(Refused) as refused:
        deciding.ask(actor=planner, session="s", run=planned, reason="Again.")
    assert refused.value.code == "plan_approved"


def test_the_list_says_what_holds_and_what_was_taken_back(
    planned: PlanRun, planner: User, auditor: User, client_of: SignIn
) -> None:
    origin, _line = first_way(planned)
    made = plant(origin, "Because of the bridge.")
    page = client_of(auditor).get("/plans/decided/").content.decode()
    assert page.count("Because of the bridge.") == 2
    assert f"/plans/decided/{made.pk}/back/" not in page
    assert f"/plans/decided/{made.pk}/back/" in client_of(planner).get("/plans/decided/").content.decode()
    only = client_of(planner).get("/plans/decided/?state=holds").content.decode()
    assert only.count("Because of the bridge.") == 1
    assert way(origin).line_id in only
