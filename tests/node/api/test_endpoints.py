"""The API: the same rights as the pages, the same rules as the forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from uuid6 import uuid7

from rasr.node.people.models import Entry, User
from rasr.node.records.models import Batch, Holding, Movement
from rasr.node.records.services import load_region, recompute_holdings

pytestmark = pytest.mark.django_db
MOVEMENTS = "/api/movements"
STOCK = {"R1": "S1 rifles 5", "R2": "S2 powder ?", "R3": "S3 rifles 1"}


@pytest.fixture
def keeper() -> Iterator[User]:
    """Keeps the stock of Hill, in which S1 and S2 stand; not that of Town."""
    load_region(actor=somebody("ana", "planner"), region=region(STOCK), complete=True, source="test")
    yield somebody("kim", "storekeeper", site_id="A")
    assert recompute_holdings() == []


def moved(quantity: int, here: str, there: str, **other: Any) -> dict[str, Any]:
    """A transfer of rifles of R1, as a program sends it."""
    line = {
        "batch_id": str(Batch.objects.get(stock_id="R1").pk),
        "quantity": quantity,
        "quantity_basis": "counted",
        "from_place": {"kind": "store", "store_id": here},
        "to_place": {"kind": "store", "store_id": there},
    }
    made = {"movement_id": str(uuid7()), "kind": "transfer", "effective_at": timezone.now().isoformat()}
    return {**made, "reason": "because", "lines": [line], **other}


def send(client: Client, *movements: dict[str, Any]) -> Any:
    """What the API answers."""
    return client.post(MOVEMENTS, json.dumps(movements), content_type="application/json")


def test_posted_once_and_told_each(keeper: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(keeper)
    good, too_many = moved(2, "S1", "S2"), moved(99, "S1", "S2")
    answers = send(client, good, too_many).json()
    assert [one["code"] for one in answers] == ["created", "refused_holding_negative"]
    on_trail = Entry.objects.filter(act="movement.post").values_list("row_id", flat=True)
    assert (good["movement_id"] in on_trail, too_many["movement_id"] in on_trail) == (True, False)
    assert answers[0]["lines"] == {}, "what is told of the movement holds of its lines"
    assert answers[1]["lines"] == {"0": "refused_holding_negative"}
    assert answers[1]["sentence"]
    again = send(client, good, {**good, "reason": "another"}).json()
    assert [one["code"] for one in again] == ["exists", "exists_different"]
    assert Holding.objects.get(store="S2", batch__stock_id="R1").quantity == 2


def test_nothing_out_of_scope(keeper: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(keeper)
    away = send(client, moved(1, "S1", "S3")).json()
    assert away[0]["code"] == "refused_unknown_rule"
    stock = client.get("/api/stock").json()
    assert {row["store_id"] for row in stock["rows"]} == {"S1", "S2"}
    assert stock["count"] == 2
    assert client.get("/api/stock?store_id=S3").json()["rows"] == []
    movement = Movement.objects.get()
    lines = client.get(f"{MOVEMENTS}/{movement.pk}/lines").json()
    assert {line["to_place"] for line in lines} == {"S1", "S2"}
    stranger = client_of(somebody("sam", "storekeeper", site_id="B"))
    assert stranger.get("/api/stock").json()["count"] == 1
    auditor = client_of(somebody("eva", "auditor"))
    assert send(auditor, moved(1, "S1", "S2")).json()[0]["code"] == "refused_no_right"


def test_who_is_nobody_or_sends_no_token(keeper: User, client_of: Callable[[User], Client]) -> None:
    assert Client().get("/api/stock").status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(keeper)
    assert strict.get("/api/stock").status_code == 200
    assert send(strict, moved(1, "S1", "S2")).status_code == 403
    nobody = client_of(somebody("tom", "donor"))
    refused = nobody.get("/api/stock")
    assert (refused.status_code, refused.json()["code"]) == (403, "no_right")
    assert Entry.objects.filter(act="request.refuse", outcome="refused").exists()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"effective_at": "2026-01-01T00:00:00"},
        {"effective_at": "0001-01-01T00:00:00+14:00"},
        {"effective_at": "9999-12-31T23:59:59-14:00"},
        {"effective_at": "1899-12-31T23:59:59Z"},
        {"movement_id": "one"},
        {"lines": [{}]},
        {"reason": "\0"},
        {"kind": ""},
    ],
)
def test_what_is_no_movement_is_said(keeper: User, client_of: Callable[[User], Client], spoilt: dict[str, Any]) -> None:
    answer = send(client_of(keeper), moved(1, "S1", "S2") | spoilt)
    assert answer.status_code == 422
    assert answer.json()["code"] == "not_valid"


def test_gone(keeper: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(keeper)
    for address in ("/api/articles/none", f"{MOVEMENTS}/{uuid7()}/lines"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/api/articles/rifles").json()["name"] == "Rifle"
    assert send(client, {**moved(1, "S1", "S2"), "kind": "magic"}).json()[0]["code"] == "refused_kind_unknown"
