"""Who works in the small register: a storekeeper of each site, an officer, an approver; and what they send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from uuid6 import uuid7

from rasr.node.people.models import Approval, User
from rasr.node.records.models import Holding, Place
from rasr.node.records.services import load_region

STOCK = {"R1": "S1 bombs 5", "R2": "S2 powder ?", "R3": "S3 rifles 4", "R4": "S1 bombs 7 lot=L-7"}


@dataclass(frozen=True)
class People:
    """Those of site A (stores S1, S2), and one of site B (S3)."""

    loader: User
    keeper: User
    mate: User
    stranger: User
    officer: User
    approver: User


def people() -> People:
    """The small register, loaded, and who works with it."""
    loader = somebody("loader", "planner")
    load_region(actor=loader, region=region(STOCK), complete=True, source="test")
    return People(
        loader,
        somebody("keeper", "storekeeper", site_id="A"),
        somebody("mate", "storekeeper", site_id="A"),
        somebody("stranger", "storekeeper", site_id="B"),
        somebody("chief", "technical_officer", organisation_id="AL-MOD"),
        somebody("second", "approver", organisation_id="AL-MOD"),
    )


def browser(user: User) -> Client:
    """Somebody who is signed in."""
    client = Client()
    client.force_login(user)
    return client


def key(record: str, place: str = "S1") -> str:
    """The key under which a form sends a holding; place: a store, or the kind of another place."""
    where = {"place__store": place} if Place.objects.filter(store=place).exists() else {"place__kind": place}
    return f"h{Holding.everywhere.get(batch__stock_id=record, **where).pk}"


def send(client: Client, kind: str, store: str = "S1", query: str = "", **given: Any) -> Any:
    """Send the form of a kind; what is not given is as the empty form has it."""
    data = {"movement_id": str(uuid7()), "reason": "because", "reason_language": "en", "basis": "counted", **given}
    return client.post(reverse("records:move", args=(kind, store)) + query, data)


def agreed(crew: People, answer: Any) -> Any:
    """What was asked for is agreed to by the second person; where that leads."""
    assert answer.status_code == 302, answer.content.decode()
    approval = Approval.objects.get(state="asked")
    assert answer["Location"] == reverse("people:approval", args=(approval.pk,))
    data = {"decision": "approve", "digest": approval.digest, "reason": "Seen.", "reason_language": "en"}
    done = browser(crew.approver).post(reverse("people:decide", args=(approval.pk,)), data)
    approval.refresh_from_db()
    assert approval.state == "approved", approval.state
    return done


def things(*lines: dict[str, Any]) -> dict[str, Any]:
    """Lines of what comes in, as a form sends them."""
    data: dict[str, Any] = {"things-TOTAL_FORMS": len(lines), "things-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        whole = {"article": "", "quantity": "", "lot": "", "condition": "", "purpose": "operational", **line}
        data |= {f"things-{number}-{name}": value for name, value in whole.items()}
    return data


def held() -> dict[tuple[str, str], int | None]:
    """What every place holds, by record, and store or kind of place."""
    rows = Holding.everywhere.select_related("batch", "place")
    return {(one.batch.stock_id, one.store_id or one.place.kind): one.quantity for one in rows}
