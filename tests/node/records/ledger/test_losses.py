"""A loss, a theft and what did not arrive are to be reported, until an incident of the place names them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.records.ledger.crew import EXPENDED, LOST, S1, S2, UNEXPLAINED, Crew, moves
from uuid6 import uuid7

from rasr.core.records.ledger.places import Spot
from rasr.node.people.models import User
from rasr.node.records.events import services
from rasr.node.records.events.services import Report
from rasr.node.records.models import Action, Incident
from rasr.node.records.services import post

pytestmark = pytest.mark.django_db
TABLE = Incident._meta.db_table


def wanted(movement_id: UUID) -> Action | None:
    """What is to be done because of a movement."""
    return Action.objects.filter(table=TABLE, row_id=str(movement_id)).first()


def report(actor: User, incident_id: UUID, store: str | None = "S2", **more: Any) -> Incident:
    """Somebody reports a loss of rifles."""
    known = Report(**{"kind": "loss", "what": "Gone.", "article_id": "rifles", **more})
    return services.report(actor=actor, incident_id=incident_id, site_id="A", store_id=store, known=known)


@pytest.mark.parametrize(("kind", "to"), [("loss", LOST), ("theft", Spot("stolen"))])
def test_what_is_gone_is_to_be_reported_by_a_day(crew: Crew, kind: str, to: Spot) -> None:
    gone = moves(kind, ("R4", 1, S2, to), ("R4", 1, S2, to))
    post(actor=crew.keeper, movement=gone)
    action = wanted(gone.movement_id)
    assert action is not None
    assert (action.site_id, action.store_id, action.done_on) == ("A", "S2", None)
    assert "rifles" in action.text
    report(crew.keeper, gone.movement_id)
    done = Action.objects.get(pk=action.pk)
    assert done.done_on is not None
    assert done.done_by == crew.keeper


def test_what_did_not_arrive_is_to_be_reported(crew: Crew) -> None:
    key = uuid7()
    road = Spot("in_transit", ref=key.hex)
    out = replace(moves("despatch", ("R4", 3, S2, road), destination_id="S1"), movement_id=key)
    post(actor=crew.keeper, movement=out)
    post(actor=crew.keeper, movement=moves("arrival", ("R4", 2, road, S1)))
    short = moves("discrepancy", ("R4", 1, road, UNEXPLAINED))
    post(actor=crew.keeper, movement=short)
    action = wanted(short.movement_id)
    assert action is not None
    assert (action.site_id, action.store_id) == ("A", None)
    more = moves("discrepancy", ("R4", 1, UNEXPLAINED, S1))
    post(actor=crew.keeper, movement=more)
    assert wanted(more.movement_id) is None
    assert not Action.objects.filter(table=TABLE).exclude(row_id=str(short.movement_id)).exists()


def test_what_was_used_up_is_no_loss(crew: Crew) -> None:
    used = moves("expenditure", ("R4", 1, S2, EXPENDED))
    post(actor=crew.keeper, movement=used)
    assert wanted(used.movement_id) is None


@pytest.mark.parametrize(
    ("named", "more", "is_wanted"),
    [
        ("S2", {}, False),
        ("S2", {"quantity": 2}, False),
        ("S2", {"quantity": 1}, True),
        ("S1", {}, True),
        (None, {}, True),
        ("S2", {"article_id": "bombs"}, True),
        ("S2", {"kind": "near_miss"}, True),
    ],
)
def test_what_was_reported_before_is_not_asked_for_again(
    crew: Crew, named: str | None, more: dict[str, Any], is_wanted: bool
) -> None:
    report(crew.keeper, uuid7(), named, **more)
    gone = moves("loss", ("R4", 2, S2, LOST))
    post(actor=crew.keeper, movement=gone)
    assert (wanted(gone.movement_id) is not None) == is_wanted


def test_a_closed_report_is_of_another_loss(crew: Crew) -> None:
    Incident.objects.filter(pk=report(crew.keeper, uuid7()).pk).update(state="closed")
    gone = moves("loss", ("R4", 2, S2, LOST))
    post(actor=crew.keeper, movement=gone)
    assert wanted(gone.movement_id) is not None


def test_the_pages_lead_to_the_report_with_what_is_known(crew: Crew, client: Client) -> None:
    gone = moves("loss", ("R4", 2, S2, LOST))
    post(actor=crew.keeper, movement=gone)
    action = wanted(gone.movement_id)
    assert action is not None
    client.force_login(crew.keeper)
    form = f"{reverse('records:incident-new')}?of={gone.movement_id}"
    page = reverse("records:movement", args=(gone.movement_id,))
    for address in (page, reverse("records:action", args=(action.pk,))):
        assert form in client.get(address).content.decode()
    asked = client.get(form).context["form"]
    first = {name: asked[name].value() for name in ("incident_id", "kind", "place", "article", "quantity", "what")}
    told = {"kind": "loss", "place": "store:S2", "article": "rifles", "quantity": 2, "what": "because"}
    assert first == {"incident_id": str(gone.movement_id), **told}
    sent = {name: str(value) for name, value in first.items()} | {"activity": "storage"}
    assert client.post(form, sent).status_code == 302
    made = Incident.objects.get(pk=gone.movement_id)
    assert Action.objects.get(pk=action.pk).done_on is not None
    shown = client.get(page).content.decode()
    assert reverse("records:incident", args=(made.pk,)) in shown
    assert form not in shown


def test_no_form_is_filled_with_what_one_may_not_see(crew: Crew, client: Client) -> None:
    gone = moves("loss", ("R4", 2, S2, LOST))
    post(actor=crew.keeper, movement=gone)
    client.force_login(crew.stranger)
    for given in (str(gone.movement_id), str(uuid7()), "nonsense"):
        asked = client.get(reverse("records:incident-new"), {"of": given}).context["form"]
        assert asked["article"].value() is None
        assert asked["incident_id"].value() != str(gone.movement_id)
