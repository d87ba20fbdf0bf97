"""What is wrong with a ledger is found, and named: each fault is put in behind the back of what would refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from tests.node.records.ledger.crew import ACQUIRED, LOST, S1, S2, Crew, batch, moves
from uuid6 import uuid7

from rasr.core.basis.findings import Finding
from rasr.core.reference import loader
from rasr.node.records.ledger import immutable
from rasr.node.records.ledger.checking import faults, lines
from rasr.node.records.models import Holding, Item, ItemPosition, MovementLine, Place
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, post

pytestmark = pytest.mark.django_db


class Editor:
    """Runs a statement in the transaction of the test, unlike a schema editor."""

    connection = connection

    def execute(self, sql: Any, params: Any = None) -> None:
        """Run one statement."""
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


@pytest.fixture
def rifle(crew: Crew) -> Item:
    """One rifle that came to S1 three hours ago and went to S2 an hour ago; the triggers are gone."""
    assert list(faults()) == []
    item = Item.objects.create(article_id="rifles", serial="A1", normalised="a1")
    of = BatchDraft(uuid7(), "R9", "rifles", itemised=True)

    def moved(kind: str, hours: int, here: Any, there: Any, **more: Any) -> None:
        line = LineDraft(of.batch_id, 1, "counted", here, there, item.pk)
        at = timezone.now() - timedelta(hours=hours)
        assert post(actor=crew.keeper, movement=MovementDraft(uuid7(), kind, at, "so", (line,), **more)) == "created"

    moved("receipt", 3, ACQUIRED, S1, batches=(of,))
    moved("transfer", 1, S1, S2)
    immutable.let_go(Editor())
    return item


@pytest.fixture(autouse=True)
def _sound_sentences() -> Iterator[None]:
    yield
    for one in faults():
        assert "{" not in loader.say_finding(one)


def found() -> list[Finding]:
    """All faults."""
    return list(faults())


def codes() -> list[str]:
    """The codes of all faults."""
    return [one.code for one in faults()]


def test_a_sound_ledger_has_no_faults(rifle: Item) -> None:
    assert rifle.pk
    assert codes() == []
    assert lines() == MovementLine.objects.count() > 2


def test_a_holding_that_is_not_what_the_lines_say(crew: Crew) -> None:
    assert crew.ana
    Holding.objects.filter(batch=batch("R1")).update(quantity=7)
    Holding.objects.filter(batch=batch("R5")).delete()
    one, other = sorted(found(), key=lambda fault: str(fault.numbers["kept"]), reverse=True)
    assert (one.code, other.code) == ("ledger_holding_differs", "ledger_holding_differs")
    assert (one.value, one.numbers["place"], one.numbers["kept"]) == (str(batch("R1")), "S1", "7 (?)")
    assert (other.value, other.numbers["kept"]) == (str(batch("R5")), "-")


def test_lines_that_cannot_be_followed_are_told_and_the_rest_is_looked_at(crew: Crew, rifle: Item) -> None:
    assert crew.ana
    MovementLine.objects.filter(batch=batch("R1")).update(quantity=1)
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 1, S1, S2)))
    MovementLine.objects.filter(batch=batch("R1"), from_place__kind="acquired").update(quantity=0)
    ItemPosition.objects.filter(pk=rifle.pk).update(place=Place.objects.get(store="S1", ref=""))
    assert set(codes()) == {
        *("ledger_impossible", "ledger_below_zero", "ledger_item_misplaced", "ledger_items_unequal"),
    }


def test_a_place_that_held_less_than_nothing_only_for_a_while(crew: Crew) -> None:
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 9, S2, S1)))
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 9, S1, S2)))
    assert codes() == []
    immutable.let_go(Editor())
    first, second = MovementLine.objects.filter(batch=batch("R4"), movement__kind="transfer").order_by("pk")
    MovementLine.objects.filter(pk=first.pk).update(effective_at=second.effective_at + timedelta(hours=1))
    [fault] = found()
    assert (fault.code, fault.value, fault.numbers["place"]) == ("ledger_below_zero", str(batch("R4")), "S1")
    assert (fault.numbers["short"], fault.numbers["day"]) == (9, second.effective_at.date().isoformat())


def test_of_what_was_ever_unknown_nothing_is_said(crew: Crew) -> None:
    assert crew.ana
    immutable.let_go(Editor())
    unknown = MovementLine.objects.filter(batch=batch("R2"))
    assert unknown.exists()
    unknown.update(effective_at=timezone.now() + timedelta(days=1))
    assert codes() == []


def test_an_item_that_leaves_from_where_it_was_not(rifle: Item) -> None:
    came, left = MovementLine.objects.filter(item=rifle).order_by("pk")
    MovementLine.objects.filter(pk=left.pk).update(effective_at=came.effective_at - timedelta(hours=1))
    told = {(one.code, one.numbers["place"], one.numbers["found"]) for one in faults() if one.value == str(rifle.pk)}
    # it left S1 before it came there, and it came from outside while it lay in S2
    assert told == {("ledger_item_broken", "S1", "-"), ("ledger_item_broken", "acquired", "S2")}
    # the batch held less than nothing in S1 meanwhile
    assert codes().count("ledger_below_zero") == 1


def test_an_item_of_another_batch_than_the_one_that_came(crew: Crew, rifle: Item) -> None:
    assert crew.ana
    left = MovementLine.objects.filter(item=rifle).latest("pk")
    MovementLine.objects.filter(pk=left.pk).update(batch=batch("R4"))
    assert ("ledger_item_broken", "S1, of another batch") in {(one.code, one.numbers.get("found")) for one in faults()}


def test_an_item_that_is_nowhere_or_elsewhere(rifle: Item) -> None:
    lost = Item.objects.create(article_id="rifles", serial="A2", normalised="a2")
    [fault] = found()
    assert (fault.code, fault.value) == ("ledger_item_misplaced", str(lost.pk))
    assert (fault.numbers["kept"], fault.numbers["derived"]) == ("-", "-")
    lost.delete()
    place = Place.objects.get_or_create(kind=LOST.kind, store=None, ref="")[0]
    ItemPosition.objects.filter(pk=rifle.pk).update(place=place)
    fault, *rest = found()
    assert (fault.numbers["kept"], fault.numbers["derived"]) == ("lost", "S2")
    assert [one.code for one in rest] == ["ledger_items_unequal"] * 2


def test_a_holding_moved_without_its_items(crew: Crew, rifle: Item) -> None:
    """A line that names the batch and not the item: holdings follow from lines, and yet the item is elsewhere."""
    assert crew.ana
    of = rifle.at.batch_id
    left = MovementLine.objects.filter(item=rifle).latest("pk")
    MovementLine.objects.filter(pk=left.pk).update(item=None)
    ItemPosition.objects.filter(pk=rifle.pk).update(place=left.from_place)
    told = [(one.code, one.value, one.numbers["place"], one.numbers["kept"], one.numbers["items"]) for one in faults()]
    assert sorted(told) == [
        ("ledger_items_unequal", str(of), "S1", "0", 1),
        ("ledger_items_unequal", str(of), "S2", "1", 0),
    ]
