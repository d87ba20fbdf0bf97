"""The form of a movement shows what it would change in the danger before it is sent; nothing of that is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.assessment.stores.test_movement import draft, held, other_store
from tests.node.conftest import somebody
from uuid6 import uuid7

from rasr.node.assessment.stores import movement as movements
from rasr.node.assessment.stores import state
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Store
from rasr.node.records.models import Holding, Lot, Movement, Package, Party
from rasr.node.records.services import MovementDraft, Spot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]
__all__ = ["held"]
PART = {"HX-Request": "true"}


def sent(held: Holding, **more: Any) -> dict[str, Any]:
    """A form with all of what is held chosen."""
    return {"movement_id": uuid7(), "basis": "counted", f"h{held.pk}": str(held.quantity), **more}


def page(held: Holding, kind: str) -> str:
    return reverse("assessment:store-draft", args=[held.store_id, kind])


def kept() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Movement, Party, Lot))


def test_a_transfer_shows_both_stores_before_it_is_recorded(
    held: Holding, planner: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, client, found = other_store(held), client_of(planner), list[movements.Drafted]()
    whole = movements.effect
    monkeypatch.setattr(movements, "effect", lambda *given: found.append(whole(*given)) or found[-1])
    form = client.get(reverse("records:move", args=["transfer", held.store_id])).text
    assert f'hx-post="{page(held, "transfer")}?"' in form
    before, began = kept(), timezone.now()
    answer = client.post(page(held, "transfer"), sent(held, to_store=there.pk), headers=PART)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f">{held.store_id}</h3>" in answer.text
    assert f">{there.pk}</h3>" in answer.text
    assert "See the change in danger" in answer.text
    assert kept() == before
    assert not Entry.objects.filter(act__in=("request.refuse", "movement.post"), at__gte=began).exists()
    compared = found[0].compared
    assert compared is not None
    moved_kg = (held.quantity or 0) * (held.batch.article.neq_kg_each or 0.0)
    (here,) = [side for side in compared.sides if side.before.store_id == held.store_id]
    assert here.before.content["1.1"] - here.after.content.get("1.1", 0.0) == pytest.approx(moved_kg)
    assert here.after.per_year.value < here.before.per_year.value


def test_a_new_person_or_lot_is_not_kept_either(held: Holding, planner: User, client_of: ClientOf) -> None:
    client, before = client_of(planner), kept()
    answer = client.post(page(held, "issue"), sent(held, party_name="Nobody yet"))
    assert answer.status_code == 200
    assert "<html" in answer.text
    assert f">{held.store_id}</h3>" in answer.text
    thing = {"article": held.batch.article_id, "quantity": "5", "lot": "Brand new", "purpose": "operational"}
    things = {f"things-0-{name}": value for name, value in thing.items()}
    counted = {"things-TOTAL_FORMS": "1", "things-INITIAL_FORMS": "0"}
    said = {"movement_id": uuid7(), "basis": "counted", **things, **counted}
    answer = client.post(page(held, "receipt"), said, headers=PART)
    assert f">{held.store_id}</h3>" in answer.text, answer.text
    assert kept() == before
    assert not Entry.objects.filter(act__in=("party.make", "lot.make")).exists()


def test_what_is_wrong_is_told(held: Holding, planner: User, client_of: ClientOf) -> None:
    answer = client_of(planner).post(page(held, "transfer"), {"movement_id": uuid7(), "basis": "counted"})
    assert answer.status_code == 200
    assert "It cannot be worked out yet:" in answer.text
    assert client_of(planner).post(page(held, "magic"), {}).status_code == 404
    assert client_of(planner).get(page(held, "transfer")).status_code == 405


def test_who_may_not_record_there_sees_nothing(held: Holding, client_of: ClientOf) -> None:
    assert held.store is not None
    auditor = somebody("looks", "auditor")
    assert client_of(auditor).post(page(held, "transfer"), sent(held)).status_code == 403
    other = Holding.objects.exclude(store__site=held.store.site_id).exclude(store=None).earliest("pk").store
    assert other is not None
    stranger = somebody("strange", "storekeeper", site_id=other.site_id)
    assert client_of(stranger).post(page(held, "transfer"), sent(held)).status_code == 404


def test_a_draft_tells_nothing_of_a_store_that_is_not_seen(held: Holding, client_of: ClientOf) -> None:
    """A despatch may be bound for any store of the nation; what would come of it there is for who may see it."""
    assert held.store is not None
    keeper = somebody("keeps", "storekeeper", site_id=held.store.site_id)
    far = Store.objects.exclude(site__organisation=held.store.site.organisation_id).earliest("pk")
    foreign = replace(of_all(held, "despatch"), destination_id=far.pk)
    found, alone = movements.effect(keeper, foreign), movements.effect(keeper, of_all(held, "despatch"))
    assert found.compared is not None
    assert alone.compared is not None
    told, own = (set(one.compared.before.stores["store_id"]) for one in (found, alone) if one.compared)
    assert told == own
    assert far.pk not in told
    assert far.pk not in client_of(keeper).post(page(held, "despatch"), sent(held, to_code=far.pk)).text


def of_all(held: Holding, kind: str) -> MovementDraft:
    return draft(held, Spot("in_transit"), kind)


def test_what_a_draft_refuses_is_on_the_trail(held: Holding, planner: User, client_of: ClientOf) -> None:
    asked = {"movement_id": uuid7(), "basis": "counted", f"h{held.pk}": "1", "to_code": "no such store"}
    began = timezone.now()
    answer = client_of(planner).post(page(held, "despatch"), asked, headers=PART)
    assert "It cannot be worked out yet:" in answer.text
    assert Entry.objects.filter(act="request.refuse", at__gte=began).count() == 1


def test_a_draft_without_a_line_is_not_called_one_that_changes_nothing(
    held: Holding, planner: User, client_of: ClientOf
) -> None:
    counted = {"things-TOTAL_FORMS": "1", "things-INITIAL_FORMS": "0"}
    answer = client_of(planner).post(page(held, "receipt"), {"movement_id": uuid7(), "basis": "counted", **counted})
    assert "Write at least one line." in answer.text
    assert "changes no explosive content" not in answer.text


def test_what_is_counted_in_packages_is_seen_at_once(held: Holding, planner: User, client_of: ClientOf) -> None:
    Package.objects.create(article_id=held.batch.article_id, name="box", quantity=5)
    thing = {"article": held.batch.article_id, "quantity": "2", "package": "box", "purpose": "operational"}
    things = {f"things-0-{name}": value for name, value in thing.items()}
    counted = {"things-TOTAL_FORMS": "1", "things-INITIAL_FORMS": "0"}
    said = {"movement_id": uuid7(), "basis": "counted", **things, **counted}
    answer = client_of(planner).post(page(held, "receipt"), said, headers=PART)
    assert f">{held.store_id}</h3>" in answer.text, answer.text


def test_as_much_of_another_explosive_is_a_change(held: Holding) -> None:
    """A kilogram of RDX for a kilogram of TNT: the same NEQ, another yield."""
    assert held.store_id is not None
    before = state.now([(held.store.latitude_deg, held.store.longitude_deg)])
    one = state.Change(held.store_id, added_kg={"1.1": 0.0}, added_tnt_kg={"1.1": 37.0})
    after = state.changed(before, [one])
    number = before.situation.store_ids.to_list().index(held.store_id)
    more_kg = after.situation.groups_tnt_kg[number, 0] - before.situation.groups_tnt_kg[number, 0]
    assert more_kg == pytest.approx(37.0)
    assert after.situation.groups_kg[number].tolist() == before.situation.groups_kg[number].tolist()
