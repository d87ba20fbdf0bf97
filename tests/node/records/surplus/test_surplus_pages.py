"""Pages of declared surplus: who may open them, what they do, what is answered to a crafted id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.records.ledger.conftest import crew, crew_of_module
from tests.node.records.ledger.crew import Crew, held
from uuid6 import uuid7

from rasr.core.records.ledger.places import Spot
from rasr.node.people.models import Entry, User
from rasr.node.records.ledger.declaring import Chosen, declare_surplus, record_decision
from rasr.node.records.models import Batch, Declaration, Holding

pytestmark = pytest.mark.django_db
Opens = Callable[[User], Client]
NEW = {"reference": "D-7", "decided_on": "2026-03-01", "authority": "Government", "organisation": "AL-MOD", "text": ""}
WHY = {"reason": "Decision 7", "reason_language": "en"}
assert crew
assert crew_of_module


@pytest.fixture
def found(crew: Crew) -> Declaration:
    """A decision that names nothing yet."""
    given = {key: value for key, value in NEW.items() if key not in ("organisation", "decided_on", "text")}
    return record_decision(actor=crew.judge, decided_on=date(2026, 3, 1), organisation_id="AL-MOD", **given)


def url(name: str, *args: Any) -> str:
    """An address of these pages."""
    return reverse(f"records:{name}", args=args)


def holding(record: str) -> Holding:
    """Where a record lies."""
    return Holding.objects.get(batch__stock_id=record)


def test_from_the_decision_to_the_stock(crew: Crew, client_of: Opens) -> None:
    judge = client_of(crew.judge)
    assert "New decision" in judge.get(url("surplus")).content.decode()
    answer = judge.post(url("surplus-new"), NEW)
    made = Declaration.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url("surplus-stock", made.pk))
    page = judge.get(answer["Location"]).content.decode()
    assert url("surplus-declare", made.pk, holding("R1").pk) in page
    assert url("surplus-declare", made.pk, holding("R5").pk) not in page, "another organisation's"
    form = url("surplus-declare", made.pk, holding("R1").pk)
    assert "Bomb (R1) in S1: 5." in judge.get(form).content.decode()
    sent = {"quantity": "2", "movement_id": str(uuid7()), **WHY}
    assert judge.post(form, sent).status_code == 302
    assert judge.post(form, sent).status_code == 302, "sent twice"
    named = Batch.objects.get(declared_surplus_ref="D-7")
    assert Holding.objects.get(batch=named).quantity == 2
    assert held("R1", "S1") == 5
    page = judge.get(url("decision", made.pk)).content.decode()
    assert all(text in page for text in ("Government", "Bomb", "S1"))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"decided_on": "2999-01-01"}, "cannot be dated in the future"),
        ({"reference": ""}, "required"),
        ({"reference": "D-7"}, "in the register already"),
    ],
)
def test_what_is_no_decision_is_said_on_the_form(
    crew: Crew, client_of: Opens, found: Declaration, sent: dict[str, str], said: str
) -> None:
    assert found.reference == "D-7"
    answer = client_of(crew.judge).post(url("surplus-new"), {**NEW, "reference": "D-8", **sent})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Declaration.objects.count() == 1


def test_too_much_of_it_is_said_on_the_form(crew: Crew, client_of: Opens, found: Declaration) -> None:
    form = url("surplus-declare", found.pk, holding("R1").pk)
    answer = client_of(crew.judge).post(form, {"quantity": "6", "movement_id": str(uuid7()), **WHY})
    assert answer.status_code == 400
    assert "S1 holds 5" in answer.content.decode()


def test_who_may_open_what(crew: Crew, client_of: Opens, found: Declaration) -> None:
    """The owner judges; the team mate sees; the stranger finds nothing."""
    one = holding("R1").pk
    pages = [url("decision", found.pk), url("surplus-stock", found.pk), url("surplus-declare", found.pk, one)]
    answers = {
        name: [client_of(getattr(crew, name)).get(page).status_code for page in pages]
        for name in ("judge", "keeper", "stranger")
    }
    assert answers == {"judge": [200] * 3, "keeper": [200, 403, 403], "stranger": [404] * 3}
    for nobody in (crew.keeper, crew.mate):
        assert client_of(nobody).get(url("surplus-new")).status_code == 403
    assert "D-7" not in client_of(crew.stranger).get(url("surplus")).content.decode()


def test_a_crafted_id_finds_nothing(crew: Crew, client_of: Opens, found: Declaration) -> None:
    judge, theirs = client_of(crew.judge), holding("R5").pk
    sent = {"movement_id": str(uuid7()), **WHY}
    assert judge.post(url("surplus-declare", found.pk, theirs), sent).status_code == 404
    assert judge.post(url("surplus-new"), {**NEW, "reference": "D-9", "organisation": "ME-POL"}).status_code == 404
    refusals = Entry.objects.filter(act="request.refuse", actor=crew.judge.pseudonym)
    assert refusals.count() == 2
    assert not Batch.objects.filter(declared_surplus_ref="D-7").exists()


def test_queries_do_not_grow_with_rows(
    crew: Crew, client_of: Opens, found: Declaration, django_assert_max_num_queries: Any
) -> None:
    judge = client_of(crew.judge)
    for record in ("R1", "R2"):
        one = holding(record)
        stock = [Chosen(one.batch_id, Spot.store(str(one.store_id)))]
        declare_surplus(actor=crew.judge, movement_id=uuid7(), reference="D-7", stock=stock, reason="x")
    for page in (url("surplus"), url("decision", found.pk), url("surplus-stock", found.pk)):
        judge.get(page)
        with django_assert_max_num_queries(20):
            judge.get(page)
