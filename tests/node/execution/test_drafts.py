"""A plan is handed over: who may, which campaigns come of it, which stock they mean, and that nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.test import Client
from tests.node.execution.planted_campaigns import WHY, another, approve, plant
from tests.node.plan.planted_decisions import chief

from rasr.core.assessment.assess import planned_stock
from rasr.core.basis.findings import Refused
from rasr.node.execution import queries, services
from rasr.node.execution.models import Campaign, CampaignState, Consignment, DraftedStock
from rasr.node.execution.tables import lacking
from rasr.node.jobs.kept import to_bytes
from rasr.node.people.models import Entry, User
from rasr.node.plan.bridge import load_plan
from rasr.node.plan.models import PlanRun
from rasr.node.records.bridge import digest_now, load_region
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Holding

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db
SO = Why("For the autumn.", "en")
OTHERS = ["officer", "storekeeper", "stranger", "auditor", "administrator"]


def early(run: PlanRun, through: int = 1) -> pl.DataFrame:
    """The shipments of the first periods."""
    return load_plan(run).shipments.filter(pl.col("period") <= through, pl.col("mass_kg") > 0)


@pytest.mark.parametrize("person", OTHERS)
def test_only_planners_hand_over_and_drop(
    person: str, planned: PlanRun, client_of: SignIn, request: pytest.FixtureRequest
) -> None:
    drafts = plant(planned)
    actor = request.getfixturevalue(person)
    for act in (
        lambda: services.hand_over(actor=actor, run=planned, through=2, why=SO),
        lambda: services.drop(actor=actor, campaign_id=drafts[0].pk, why=SO),
        lambda: services.find_anew(actor=actor, campaign_id=drafts[0].pk, why=SO),
    ):
        with pytest.raises(PermissionDenied):
            act()
    client = client_of(actor)
    for address in (f"/campaigns/{drafts[0].pk}/drop/", f"/campaigns/{drafts[0].pk}/find/"):
        assert client.get(address).status_code == client.post(address, WHY).status_code == 403
    assert Campaign.objects.filter(state=CampaignState.DRAFT).count() == len(drafts)


def test_a_plan_that_nobody_approved_is_not_handed_over(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    with pytest.raises(Refused) as refused:
        services.hand_over(actor=planner, run=planned, through=1, why=SO)
    assert refused.value.code == "plan_not_approved"
    page = client_of(planner).post(f"/plans/{planned.pk}/hand-over/", {"through": "1", **WHY})
    assert page.status_code == 400
    assert "is not approved" in page.content.decode()
    assert "Hand the plan over" not in client_of(planner).get(f"/plans/{planned.pk}/").content.decode()
    assert not Campaign.objects.exists()


def test_each_line_and_period_becomes_a_draft_with_what_was_planned(planned: PlanRun, planner: User) -> None:
    approve(planned)
    before = digest_now()
    made = services.hand_over(actor=planner, run=planned, through=2, why=SO)
    wanted = early(planned, 2)
    assert {(each.line_id, each.period) for each in made} == set(wanted.select("line_id", "period").unique().rows())
    planned_kg = Consignment.objects.aggregate(sum=Sum("planned_kg"))["sum"]
    assert planned_kg == pytest.approx(float(wanted["mass_kg"].sum()))
    assert digest_now() == before  # the register is as it was
    entries = Entry.objects.filter(act="campaign.draft")
    assert {entry.row_id for entry in entries} == {str(each.pk) for each in made}
    assert services.hand_over(actor=planner, run=planned, through=2, why=SO) == []  # asked again, nothing is new


def test_the_stock_of_the_drafts_is_what_may_be_planned_and_none_of_it_twice(planned: PlanRun, planner: User) -> None:
    approve(planned)
    periods = load_plan(planned).periods.height
    services.hand_over(actor=planner, run=planned, through=1, why=SO)
    services.hand_over(actor=planner, run=planned, through=periods, why=SO)
    told = DraftedStock.objects.values_list("batch__stock_id", "store_id").annotate(sum=Sum("quantity")).order_by()
    may = planned_stock(load_region())
    limit = {(row["stock_id"], row["store_id"]): row["planned_quantity"] for row in may.iter_rows(named=True)}
    assert told
    for record, store, quantity in told:
        own = limit.get((record, store)) or limit[f"{record}/{store}", store]
        assert quantity <= own
    for consignment in queries.consignments(planner, Campaign.objects.earliest("pk")):
        sums = DraftedStock.objects.filter(consignment=consignment).values_list("mass_kg", "quantity")
        largest_kg = max(mass / count for mass, count in sums)
        assert consignment.found_kg == pytest.approx(consignment.planned_kg, abs=largest_kg + 1.0)
        assert {
            row.store.site_id for row in DraftedStock.objects.filter(consignment=consignment).select_related("store")
        } == {consignment.origin_id}


def test_what_was_dropped_can_be_handed_over_again(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    drafts = plant(planned)
    client = client_of(planner)
    answer = client.post(f"/campaigns/{drafts[0].pk}/drop/", {"reason": "No train.", "reason_language": "en"})
    assert answer["Location"] == f"/campaigns/{drafts[0].pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "No train." in page
    assert "Drop the draft" not in page
    assert client.post(f"/campaigns/{drafts[0].pk}/drop/", WHY).status_code == 404
    with pytest.raises(Campaign.DoesNotExist):
        services.find_anew(actor=planner, campaign_id=drafts[0].pk, why=SO)
    again = client.post(f"/plans/{planned.pk}/hand-over/", {"through": "1", **WHY})
    assert again["Location"] == "/campaigns/"
    assert Campaign.objects.filter(state=CampaignState.DRAFT).count() == len(drafts)
    assert Entry.objects.filter(act="campaign.drop", row_id=str(drafts[0].pk), reason="No train.").exists()


def test_drafts_of_another_plan_make_room(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    drafts = plant(planned)
    other = approve(another(planned))
    page = client_of(planner).get(f"/plans/{other.pk}/hand-over/").content.decode()
    assert f"{len(drafts)} drafts of another plan are dropped." in page
    made = services.hand_over(actor=planner, run=other, through=1, why=SO)
    standing = Campaign.objects.filter(state=CampaignState.DRAFT)
    assert {each.pk for each in standing} == {each.pk for each in made}
    assert Campaign.objects.filter(run=planned, state=CampaignState.DROPPED).count() == len(drafts)


def test_a_draft_says_what_it_lacks_and_finds_its_stock_again(
    planned: PlanRun, planner: User, client_of: SignIn
) -> None:
    drafts = plant(planned)
    client = client_of(planner)
    found = queries.campaign(planner, drafts[0].pk)
    page = client.get(f"/campaigns/{found.pk}/").content.decode()
    undeclared = DraftedStock.objects.filter(consignment__campaign=found, batch__declared_surplus_ref=None).count()
    assert found.undeclared == undeclared
    assert ("not declared surplus: " in page) == bool(undeclared)
    assert "were not found in the register" not in page
    first = DraftedStock.objects.filter(consignment__campaign=found).order_by("-quantity")[0]
    assert first.quantity > 2
    first.delete()
    page = client.get(f"/campaigns/{found.pk}/").content.decode()
    assert "were not found in the register" in page
    client.post(f"/campaigns/{found.pk}/find/", WHY)
    assert queries.campaign(planner, found.pk).found_kg == pytest.approx(found.found_kg)
    assert Entry.objects.filter(act="campaign.find").count() == 1


def test_up_to_one_unit_nothing_is_missing(planned: PlanRun, planner: User) -> None:
    plant(planned)
    row = DraftedStock.objects.select_related("consignment__campaign").filter(quantity__gt=2).order_by("-mass_kg")[0]
    campaign, unit_kg = row.consignment.campaign, row.mass_kg / row.quantity
    DraftedStock.objects.filter(consignment__campaign=campaign).exclude(pk=row.pk).delete()
    Consignment.objects.filter(campaign=campaign).exclude(pk=row.consignment_id).delete()
    sent = Consignment.objects.filter(pk=row.consignment_id)
    for units, told in ((0.99, 0), (2.0, 1)):
        sent.update(planned_kg=row.mass_kg + units * max(unit_kg, 1.0))
        found = lacking(queries.consignments(planner, campaign), 0, opens_line=False)
        assert len(found) == told


def test_a_draft_of_a_line_that_the_plan_opens_says_so(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    drafts = plant(planned)
    opened = set(load_plan(planned).openings.filter(pl.col("kind") == "line")["id"])
    said = {
        draft.line_id: "The plan opens this line" in client_of(planner).get(f"/campaigns/{draft.pk}/").content.decode()
        for draft in drafts
    }
    assert {line for line, told in said.items() if told} == opened & set(said)
    openings = planned.tables.get(plan="joint", name="openings")
    frame = load_plan(planned).openings
    row = {"kind": "line", "id": drafts[0].line_id, "jurisdiction_id": "", "period": 1, "cost_eur": 0.0}
    openings.rows += 1
    openings.parquet = to_bytes(pl.concat([frame, pl.DataFrame([row], schema=frame.schema)]))
    openings.save()
    page = client_of(planner).get(f"/campaigns/{drafts[0].pk}/").content.decode()
    assert "The plan opens this line" in page


def test_less_than_was_drafted_is_marked(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    drafts = plant(planned)
    row = DraftedStock.objects.filter(consignment__campaign=drafts[0]).order_by("pk")[0]
    held = Holding.objects.filter(batch=row.batch, store=row.store).aggregate(sum=Sum("quantity"))["sum"]
    DraftedStock.objects.filter(pk=row.pk).update(quantity=held + 1)
    assert 'badge-stale">' in client_of(planner).get(f"/campaigns/{drafts[0].pk}/?per_page=100").content.decode()


def test_the_list_and_the_stock_can_be_taken_along(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    drafts = plant(planned)
    client = client_of(planner)
    page = client.get("/campaigns/").content.decode()
    assert all(f"/campaigns/{draft.pk}/" in page for draft in drafts[:20])
    dropped = client.get("/campaigns/?state=dropped").content.decode()
    assert not any(f"/campaigns/{draft.pk}/" in dropped for draft in drafts)
    told = client.get(f"/campaigns/{drafts[0].pk}/?export=csv")
    assert told.status_code == 200
    first = DraftedStock.objects.filter(consignment__campaign=drafts[0]).select_related("batch")[0]
    assert first.batch.stock_id in b"".join(told).decode("utf-8-sig")


def test_there_is_one_draft_of_a_line_in_a_period(planned: PlanRun) -> None:
    draft = plant(planned)[0]
    draft.pk = uuid4()
    draft._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.save()


def test_pools_that_were_given_have_no_stock_and_that_is_said(
    planned: PlanRun, planner: User, client_of: SignIn
) -> None:
    approve(planned)
    Holding.objects.all().delete()
    made = services.hand_over(actor=chief(), run=planned, through=1, why=SO)
    assert made
    assert not DraftedStock.objects.exists()
    assert "were not found in the register" in client_of(planner).get(f"/campaigns/{made[0].pk}/").content.decode()
