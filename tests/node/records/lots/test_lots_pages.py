"""Pages of lots and items: who may open and send them, what they ask once more, what they find, how often they ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.node.records.lots.people import WHY, People, people
from tests.node.records.lots.planted_lots import Planted, plant, sent
from uuid6 import uuid7

from rasr.node.people.models import Entry, User
from rasr.node.records.items import services as items
from rasr.node.records.items.services import ItemDraft
from rasr.node.records.lots import services
from rasr.node.records.lots.services import LotFacts
from rasr.node.records.models import Batch, Item, Lot
from rasr.node.records.services import Spot

pytestmark = pytest.mark.django_db
FORMS = sorted(sent("S1"))
PAGES = ("lots", "lots-unnamed", "constraints", "items", "pieces")
Opens = Callable[[User], Client]


@pytest.fixture
def who() -> People:
    """Everybody."""
    return people({"R1": "S1 bombs 5", "R4": "S1 rifles 6", "R5": "S2 bombs 9", "R6": "S3 rifles 4"})


@pytest.fixture
def planted(who: People) -> Planted:
    """A lot and two items in S1."""
    assert who.officer.pk
    return plant("S1", "Zeta")


def address(name: str, planted: Planted) -> str:
    """Of a form, about what was planted; of a list."""
    keys = sent("S1").get(name, ("", "", {}, ()))[3]
    known = {**vars(planted), "batch_id": planted.pieces_id, "store_id": "S1", "article_id": "bombs"}
    given = {key.replace("away", "item"): known[key] for key in keys}
    return reverse(f"records:{name}", kwargs=given)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_drawn_and_done_for_who_may(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    right, acts, data, _keys = sent("S1")[name]
    client = client_of(who.chief if name == "article-constraint" else who.officer)
    page = client.get(address(name, planted))
    assert page.status_code == (405 if name == "lot-component-drop" else 200)
    known = set(Entry.objects.values_list("pk", flat=True))
    answer = client.post(address(name, planted), data)
    assert answer.status_code == 302, answer.content.decode()
    made = Entry.objects.exclude(pk__in=known)
    assert set(acts.split()) <= set(made.values_list("act", flat=True)), right
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_closed_to_others(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    right, _acts, data, _keys = sent("S1")[name]
    closed = 403 if right == "judge_stock" else 302
    assert client_of(who.keeper).post(address(name, planted), data).status_code == closed
    assert client_of(who.stranger).post(address(name, planted), data).status_code == 404
    assert Entry.objects.filter(act="request.refuse", actor=who.stranger.pseudonym).exists()


def test_what_is_sent_empty_is_asked_again(who: People, planted: Planted, client_of: Opens) -> None:
    client = client_of(who.officer)
    for name in FORMS:
        if name not in ("lot-component-drop", "article-constraint"):
            assert client.post(address(name, planted), {}).status_code == 400, name


@pytest.mark.parametrize("name", PAGES)
def test_lists_open_export_and_show_only_what_is_in_scope(
    who: People, planted: Planted, client_of: Opens, name: str
) -> None:
    assert planted.component_id
    for actor in (who.officer, who.stranger):
        page = client_of(actor).get(reverse(f"records:{name}"))
        assert page.status_code == 200
        file = client_of(actor).get(reverse(f"records:{name}"), {"export": "csv"})
        text = b"".join(file).decode()
        assert ("Zeta" in text) == (actor == who.officer and name in ("lots", "constraints", "items"))
    assert client_of(who.loader).get(reverse("records:pieces")).status_code == 403


def test_one_lot_and_one_item(who: People, planted: Planted, client_of: Opens) -> None:
    for view, key in (("lot", planted.lot_id), ("item", planted.item_id), ("constraint", planted.constraint_id)):
        path = reverse(f"records:{view}", args=[key])
        assert "Zeta" in client_of(who.keeper).get(path).content.decode()
        assert client_of(who.stranger).get(path).status_code == 404
    page = client_of(who.officer).get(reverse("records:lot", args=[planted.lot_id])).content.decode()
    assert 'data-chart="danger"' in page
    court = client_of(who.officer).get(reverse("records:item", args=[planted.away_id])).content.decode()
    assert "Zeta" in court
    assert reverse("records:item-take-back", args=[planted.away_id]) in court


def test_a_look_alike_is_found_and_asked_about(who: People, client_of: Opens) -> None:
    batch = Batch.objects.get(stock_id="R1")
    facts: dict[str, Any] = {"facts": LotFacts("ВК-О1"), "why": WHY, "movement_id": uuid7()}  # Cyrillic
    services.name_lot(actor=who.officer, batch_id=batch.pk, **facts)
    client = client_of(who.officer)
    assert "ВК-О1" in client.get(reverse("records:lots"), {"q": "bk01"}).content.decode()
    other = reverse("records:lot-name", args=[Batch.objects.get(stock_id="R5").pk])
    data = {"number": "BK-01", "identity": "known", "movement_id": uuid7(), "reason": "so", "reason_language": "en"}
    first = client.post(other, data)
    assert first.status_code == 400
    assert 'type="checkbox" name="sure"' in first.content.decode()
    assert client.post(other, {**data, "sure": "on"}).status_code == 302
    assert Lot.objects.filter(article="bombs").count() == 2


def test_a_serial_is_found_in_any_letters(who: People, client_of: Opens) -> None:
    batch = Batch.objects.get(stock_id="R4")
    given: dict[str, Any] = {"place": Spot.store("S1"), "why": WHY, "movement_id": uuid7(), "sure": False}
    items.itemise(actor=who.officer, batch_id=batch.pk, drafts=[ItemDraft("АВ-О17"), ItemDraft("Q-2")], **given)
    page = client_of(who.keeper).get(reverse("records:items"), {"serial": "ab 017"}).content.decode()
    assert "АВ-О17" in page
    assert "Q-2" not in page
    assert "АВ-О17" not in client_of(who.stranger).get(reverse("records:items"), {"serial": "ab 017"}).content.decode()


def test_a_crafted_choice_is_not_found(who: People, planted: Planted, client_of: Opens) -> None:
    client = client_of(who.officer)
    back = reverse("records:item-take-back", args=[planted.away_id])
    data = {"store_id": "S3", "movement_id": uuid7(), "reason": "so", "reason_language": "en"}
    assert client.post(back, data).status_code == 404
    assert client.get(reverse("records:items"), {"site": "B"}).status_code == 404


@pytest.mark.parametrize("name", ["items", "item"])
def test_questions_do_not_grow_with_rows(who: People, planted: Planted, client_of: Opens, name: str) -> None:
    client = client_of(who.officer)
    path = reverse(f"records:{name}", args=[planted.item_id] if name == "item" else [])

    def asked() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    before = asked()
    given: dict[str, Any] = {"place": Spot.store("S1"), "why": WHY, "movement_id": uuid7(), "sure": True}
    serial = Item.objects.get(pk=planted.item_id).serial
    drafts = [ItemDraft(serial), ItemDraft(serial), ItemDraft("", "removed")]
    items.itemise(actor=who.officer, batch_id=planted.pieces_id, drafts=drafts, **given)
    assert asked() == before
