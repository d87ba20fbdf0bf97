"""A movement that waits for a second person shows what it changes in the danger, before anybody approves it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import somebody
from uuid6 import uuid7

from rasr.core.records.ledger.places import Spot
from rasr.node.assessment.models import Run, StoreDanger
from rasr.node.assessment.stores import movement as movements
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, User
from rasr.node.places.models import Site, Store
from rasr.node.records.ledger import agreeing
from rasr.node.records.models import Article, Holding
from rasr.node.records.services import LineDraft, MovementDraft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]


@pytest.fixture
def held(assessed: Run) -> Holding:
    """The record with the most NEQ of 1.1 in the most dangerous store that has some."""
    stores = StoreDanger.objects.filter(run=assessed, neq_hd11_kg__gt=0).order_by("-fatalities_per_year")
    rows = Holding.objects.filter(
        store=stores.values_list("store_id", flat=True)[0],
        batch__article__hazard_division="1.1",
        batch__article__neq_kg_each__gt=0,
        batch__purpose="operational",
        batch__itemised=False,
        quantity__gt=10,
    )
    found = max(rows, key=lambda row: (row.quantity or 0) * (row.batch.article.neq_kg_each or 0.0))
    assert found is not None
    return found


@pytest.fixture
def far(held: Holding) -> User:
    """The technical officer of another organisation than that of the store."""
    assert held.store is not None
    other = Site.objects.exclude(organisation=held.store.site.organisation_id).values_list("organisation_id", flat=True)
    return somebody("far", "technical_officer", organisation_id=other[0])


def draft(held: Holding, there: Spot, kind: str = "transfer") -> MovementDraft:
    assert held.store_id is not None
    line = LineDraft(held.batch_id, held.quantity, held.quantity_basis, Spot.store(held.store_id), there)
    return MovementDraft(uuid7(), kind, timezone.now(), "because", (line,))


def ask(actor: User, movement: MovementDraft) -> Approval:
    return agreeing.ask_for(actor=actor, session="asks", movement=movement, reason="Campaign.")


def page_of(asked: Approval) -> str:
    return reverse("assessment:store-movement", args=[asked.pk])


def other_store(held: Holding) -> Store:
    """A store of the same site."""
    assert held.store is not None
    found = Store.objects.filter(site=held.store.site_id, closed=False).exclude(pk=held.store_id).first()
    assert found is not None
    return found


def test_what_leaves_is_less_and_what_comes_is_more(held: Holding, planner: User) -> None:
    there = other_store(held)
    moved_kg = (held.quantity or 0) * (held.batch.article.neq_kg_each or 0.0)
    drafted = movements.effect(planner, draft(held, Spot.store(there.pk)))
    assert drafted.compared is not None
    assert not drafted.uncounted
    sides = {side.before.store_id: side for side in drafted.compared.sides}
    assert sides.keys() == {held.store_id, there.pk}
    here, other = sides[str(held.store_id)], sides[there.pk]
    assert here.before.content["1.1"] - here.after.content.get("1.1", 0.0) == pytest.approx(moved_kg)
    assert other.after.content["1.1"] - other.before.content.get("1.1", 0.0) == pytest.approx(moved_kg)
    assert here.after.per_year.value < here.before.per_year.value
    assert {row.store_id for row in drafted.compared.touched} >= {held.store_id}


def test_what_is_moved_counts_as_tnt_by_its_explosive(held: Holding, planner: User) -> None:
    there = other_store(held)
    Article.objects.filter(pk=held.batch.article_id).update(explosive="Composition C4")
    moved_kg = (held.quantity or 0) * (held.batch.article.neq_kg_each or 0.0)
    drafted = movements.effect(planner, draft(held, Spot.store(there.pk)))
    assert drafted.compared is not None
    before, after = drafted.compared.before.situation, drafted.compared.after.situation
    gained = (after.as_tnt_kg - before.as_tnt_kg)[[drafted.compared.before.number(str(held.store_id))], 0]
    assert gained == pytest.approx([-1.37 * moved_kg])
    gained = (after.as_tnt_kg - before.as_tnt_kg)[[drafted.compared.before.number(there.pk)], 0]
    assert gained == pytest.approx([1.37 * moved_kg])


def test_it_is_shown_to_who_may_see_the_request(
    held: Holding, planner: User, far: User, administrator: User, client_of: ClientOf
) -> None:
    asked = ask(planner, draft(held, Spot("unexplained"), "write_off"))
    approver = somebody("second", "approver")
    for seeing in (planner, approver):
        answer = client_of(seeing).get(page_of(asked))
        assert answer.status_code == 200
        assert str(held.store_id) in answer.text
        assert "What it changes in the danger" in answer.text
        part = client_of(seeing).get(page_of(asked), headers={"HX-Request": "true"}).text
        assert "<html" not in part
    assert client_of(far).get(page_of(asked)).status_code == 404
    assert client_of(administrator).get(page_of(asked)).status_code == 403
    assert Holding.objects.get(pk=held.pk).quantity == held.quantity, "nothing has happened"


def test_what_was_decided_or_is_no_movement_is_not_there(held: Holding, planner: User, client_of: ClientOf) -> None:
    asked = ask(planner, draft(held, Spot("unexplained"), "write_off"))
    approvals.withdraw(actor=planner, approval_id=asked.pk)
    assert client_of(planner).get(page_of(asked)).status_code == 404
    assert client_of(planner).get(reverse("assessment:store-movement", args=[uuid7()])).status_code == 404


def test_a_despatch_counts_as_if_it_had_arrived(held: Holding, planner: User) -> None:
    there = other_store(held)
    sent = draft(held, Spot("in_transit"), "despatch")
    bound = MovementDraft(
        sent.movement_id, sent.kind, sent.effective_at, sent.reason, sent.lines, destination_id=there.pk
    )
    drafted = movements.effect(planner, bound)
    assert drafted.compared is not None
    assert {side.before.store_id for side in drafted.compared.sides} == {held.store_id, there.pk}


def test_a_store_that_is_not_seen_is_not_told_of(held: Holding, far: User) -> None:
    assert movements.effect(far, draft(held, Spot.store(other_store(held).pk))).compared is None
    drafted = movements.effect(far, draft(held, Spot.store(other_store(held).pk)), asked=True)
    assert drafted.compared is not None
    assert (drafted.compared.sides, drafted.apart) == ([], {})
    assert [row.store_id for row in drafted.compared.touched] in ([""], [])


def test_what_holds_no_explosive_changes_nothing(planner: User) -> None:
    inert = Holding.objects.filter(batch__article__hazard_division="not_applicable", quantity__gt=0).first()
    assert inert is not None
    assert movements.effect(planner, draft(inert, Spot("unexplained"), "write_off")).compared is None
