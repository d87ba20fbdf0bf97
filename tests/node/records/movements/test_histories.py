"""What happened to movements, items, lots and counts stands in their histories, for who may see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.movements.people import People, agreed, browser, key, send, things

from rasr.node.people.models import User
from rasr.node.records.counts import services as counts
from rasr.node.records.models import Batch, Item, Lot, Movement

pytestmark = pytest.mark.django_db


def history(person: User, table: str, row_id: Any) -> str:
    """The page of a history; the status where it is not to be had."""
    answer = browser(person).get(reverse("people:history", args=(table, str(row_id))))
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def test_the_history_of_a_movement_leads_to_its_page(crew: People) -> None:
    send(browser(crew.keeper), "loss", **{key("R1"): "1"})
    lost = Movement.objects.get(kind="loss")
    told = history(crew.keeper, "records_movement", lost.pk)
    assert "Movement posted" in told
    assert lost.voucher in told
    assert reverse("records:movement", args=(lost.pk,)) in told
    assert history(crew.stranger, "records_movement", lost.pk) == "404"
    page = browser(crew.keeper).get(reverse("records:movement", args=(lost.pk,))).content.decode()
    assert reverse("people:history", args=("records_movement", lost.pk)) in page


def test_who_a_despatch_is_bound_for_sees_its_history(crew: People) -> None:
    agreed(crew, send(browser(crew.keeper), "despatch", **{key("R1"): "1", "to_code": "S3"}))
    sent = Movement.objects.get(kind="despatch")
    assert sent.voucher in history(crew.stranger, "records_movement", sent.pk)


def test_the_history_of_an_item_has_the_movements_that_its_reader_may_see(crew: People) -> None:
    keeper = browser(crew.keeper)
    send(keeper, "find", reason="in a cellar", **things({"article": "rifles", "serials": "A7"}))
    item = Item.objects.get()
    send(keeper, "transfer", "S1", reason="to the other hall", **{f"i{item.pk.hex}": "on", "to_store": "S2"})
    told = history(crew.keeper, "records_item", item.pk)
    assert "Item recorded" in told
    assert "in a cellar" in told
    assert "to the other hall" in told
    assert history(crew.stranger, "records_item", item.pk) == "404"
    asked = send(keeper, "despatch", "S2", **{f"i{item.pk.hex}": "on", "to_code": "S3"})
    agreed(crew, asked)
    query = f"?despatch={Movement.objects.get(kind='despatch').pk}"
    send(browser(crew.stranger), "arrival", "S3", query, reason="taken in", **{f"i{item.pk.hex}": "on"})
    theirs = history(crew.stranger, "records_item", item.pk)
    assert "taken in" in theirs
    assert "in a cellar" not in theirs


def test_the_history_of_a_lot_opens(crew: People) -> None:
    send(browser(crew.keeper), "receipt", **things({"article": "bombs", "quantity": "4", "lot": "L-77"}))
    lot = Lot.objects.get(number="L-77")
    assert "L-77" in history(crew.keeper, "records_lot", lot.pk)
    assert Batch.objects.filter(lot_record=lot).exists()


def test_the_history_of_a_count(crew: People) -> None:
    day = timezone.localdate() + timedelta(days=3)
    made = counts.open_count(actor=crew.keeper, store_id="S1", kind="spot", due_on=day, blind=True)
    counts.drop(actor=crew.keeper, count_id=made.pk, reason="it rained in")
    told = history(crew.mate, "records_count", made.pk)
    assert "it rained in" in told
    assert reverse("records:count", args=(made.pk,)) in told
    assert history(crew.stranger, "records_count", made.pk) == "404"
    assert "it rained in" in history(somebody("a", "auditor"), "records_count", made.pk)
    page = browser(crew.mate).get(reverse("records:count", args=(made.pk,))).content.decode()
    assert reverse("people:history", args=("records_count", made.pk)) in page
    assert "it rained in" in history(crew.mate, "places_store", "S1")
