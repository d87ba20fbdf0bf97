"""Counting: a sheet frozen at a position of the ledger, what moves meanwhile, and what becomes of the differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.small_register import STOCK, region
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records import names
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Entry, User
from rasr.node.records.counts import adjusting, codes, queries, services
from rasr.node.records.counts.services import Found
from rasr.node.records.models import Batch, Count, CountState, Holding, Item, ItemPosition, MovementLine
from rasr.node.records.services import (
    BatchDraft,
    LineDraft,
    MovementDraft,
    Spot,
    load_region,
    post,
    recompute_holdings,
)

pytestmark = pytest.mark.django_db
S1, S2 = Spot.store("S1"), Spot.store("S2")
ACQUIRED, LOST = Spot("acquired"), Spot("lost")


@dataclass(frozen=True)
class Depot:
    """Who keeps S1 and S2, who else is there, and three rifles in S1."""

    keeper: User
    mate: User
    stranger: User
    approver: User
    rifles: list[Item]

    def open(self, store: str = "S1", **more: Any) -> Count:
        """A sheet of a store."""
        given = {"kind": "full", "due_on": timezone.localdate() + timedelta(days=7), **more}
        return services.open_count(actor=self.keeper, store_id=store, **given)

    def enter(self, count: Count, **found: int) -> None:
        """Write down by record or serial number; all other lines as expected."""
        given: dict[int, Found] = {}
        for line in queries.lines(count):
            name = line.item.serial if line.item else line.batch.stock_id if line.batch else line.note
            expected = line.expected or 0
            given[line.position] = Found(found.get(name, expected), line.note)
        services.enter(actor=self.keeper, count_id=count.pk, found=given)

    def hand_in(self, count: Count, **found: int) -> Count:
        """Write down and hand in."""
        self.enter(count, **found)
        return services.finish(actor=self.keeper, count_id=count.pk)

    def twice(self, count: Count, **found: int) -> Count:
        """Count, count again, report, look into it: up to the adjusting movement."""
        self.hand_in(count, **found)
        self.hand_in(count, **found)
        services.report(actor=self.keeper, count_id=count.pk, due_on=timezone.localdate())
        return services.investigate(actor=self.keeper, count_id=count.pk, findings="Issued without a voucher.")

    def agree(self, count: Count) -> str:
        """Ask for the adjusting movement, and let the second person agree; how it ended."""
        asked = adjusting.settle(actor=self.keeper, session="one", count_id=count.pk, reason="So.")
        assert asked is not None
        given = {"session": "two", "approval_id": asked.pk, "approve": True, "reason": "Seen.", "digest": asked.digest}
        return approvals.decide(actor=self.approver, **given).state


@pytest.fixture
def depot() -> Iterator[Depot]:
    """A depot of three stores; afterwards holdings are what the movements say."""
    loader = somebody("loader", "planner")
    load_region(
        actor=loader, region=region({**STOCK, "R4": "S1 bombs 9 purpose=operational"}), complete=True, source="t"
    )
    keeper = somebody("keeper", "storekeeper", site_id="A")
    batch = BatchDraft(uuid7(), "R9", "rifles", itemised=True)
    rifles = [
        Item.objects.create(article_id="rifles", serial=name, normalised=names.mark(name))
        for name in ("A1", "A2", "B7")
    ]
    lines = tuple(LineDraft(batch.batch_id, 1, "counted", ACQUIRED, S1, item.pk) for item in rifles)
    receipt = MovementDraft(uuid7(), "receipt", timezone.now(), "new", lines, batches=(batch,))
    post(actor=keeper, movement=receipt)
    mate = somebody("mate", "technical_officer", organisation_id="AL-MOD")
    stranger = somebody("stranger", "storekeeper", site_id="B")
    yield Depot(keeper, mate, stranger, somebody("second", "approver", organisation_id="AL-MOD"), rifles)
    assert recompute_holdings() == []


def move(
    depot: Depot, record: str, quantity: int | None, here: Spot, there: Spot, kind: str, item: UUID | None = None
) -> None:
    """Post a line."""
    line = LineDraft(Batch.objects.get(stock_id=record).pk, quantity, None, here, there, item)
    post(actor=depot.keeper, movement=MovementDraft(uuid7(), kind, timezone.now(), "because", (line,)))


def held(store: str) -> Mapping[str, int | None]:
    """What a store holds."""
    return dict(Holding.objects.filter(store=store).values_list("batch__stock_id", "quantity"))


def refusal(act: Callable[[], Any]) -> str:
    """The code by which something is refused."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_a_count_that_agrees_is_closed_and_changes_nothing(depot: Depot) -> None:
    count = depot.open()
    assert [line.expected for line in queries.lines(count)] == [5, 9, 1, 1, 1]
    before = MovementLine.objects.count()
    assert depot.hand_in(count).state == CountState.CLOSED
    assert MovementLine.objects.count() == before
    acts = list(Entry.objects.filter(table="records_count").values_list("act", flat=True))
    assert sorted(acts) == ["count.enter", "count.finish", "count.open"]


def test_every_line_is_wanted(depot: Depot) -> None:
    count = depot.open()
    assert refusal(lambda: services.finish(actor=depot.keeper, count_id=count.pk)) == "count_lines_left"
    assert refusal(lambda: depot.enter(count, A1=2)) == "count_item_one"
    assert refusal(lambda: depot.enter(count, R1=-1)) == "count_figure"


def test_what_moves_meanwhile_is_added_to_the_expectation(depot: Depot) -> None:
    count = depot.open()
    move(depot, "R1", 2, S1, S2, "transfer")
    move(depot, "R9", 1, S1, S2, "transfer", depot.rifles[0].pk)
    move(depot, "R4", 9, S1, LOST, "loss")
    assert depot.hand_in(count, R1=3, A1=0, R4=0).state == CountState.CLOSED


def test_a_store_emptied_meanwhile(depot: Depot) -> None:
    count = depot.open("S2")
    move(depot, "R2", None, S2, LOST, "loss")
    assert [line.expected for line in queries.lines(count)] == [None]
    assert depot.hand_in(count, R2=0).state == CountState.CLOSED


def test_what_comes_meanwhile_is_put_on_the_sheet(depot: Depot) -> None:
    count = depot.open("S2")
    move(depot, "R1", 2, S1, S2, "transfer")
    move(depot, "R9", 1, S1, S2, "transfer", depot.rifles[0].pk)
    depot.enter(count, R2=7)
    assert refusal(lambda: services.finish(actor=depot.keeper, count_id=count.pk)) == "count_lines_left"
    assert [line.expected for line in queries.lines(count)] == [None, 0, 0]
    count = depot.hand_in(count, R2=7, R1=2, A1=1)
    assert count.state == CountState.COUNTED  # how much powder nobody knew
    assert [one.is_first for one in queries.differences(count)] == [True]


def test_a_back_dated_issue_recorded_after_the_freeze_counts(depot: Depot) -> None:
    move(depot, "R4", 4, S1, S2, "transfer")
    count = depot.open("S2")
    line = LineDraft(Batch.objects.get(stock_id="R4").pk, 1, None, S2, LOST)
    loss = MovementDraft(uuid7(), "loss", count.frozen_at - timedelta(milliseconds=1), "late", (line,))
    post(actor=depot.keeper, movement=loss)
    found = depot.hand_in(count, R4=3, R2=1)
    assert [one.line.batch.stock_id for one in queries.differences(found) if one.line.batch] == ["R2"]


def test_differences_are_counted_again_reported_looked_into_and_adjusted_by_two(depot: Depot) -> None:
    count = depot.open()
    assert depot.hand_in(count, R1=4, A2=0).state == CountState.RECOUNT
    left = [line.first_found for line in queries.lines(count) if line.found is None]
    assert left == [4, 0]
    assert depot.hand_in(count, R1=4, A2=0).state == CountState.COUNTED
    assert refusal(lambda: adjusting.settle(actor=depot.keeper, session="s", count_id=count.pk, reason="x")) == (
        "count_not_reported"
    )
    services.report(actor=depot.keeper, count_id=count.pk, due_on=timezone.localdate())
    assert refusal(lambda: adjusting.settle(actor=depot.keeper, session="s", count_id=count.pk, reason="x")) == (
        "count_findings_wanted"
    )
    services.investigate(actor=depot.keeper, count_id=count.pk, findings="Issued without a voucher.")
    move(depot, "R1", 1, S1, S2, "transfer")  # life goes on: the difference stays what it was
    assert held("S1")["R1"] == 4
    assert depot.agree(count) == "approved"
    assert held("S1")["R1"] == 3
    assert ItemPosition.objects.get(item=depot.rifles[1]).place.kind == "unexplained"
    count.refresh_from_db()
    assert count.state == CountState.CLOSED
    assert count.adjustment is not None
    assert count.adjustment.approval_id is not None
    assert count.adjustment.kind == "count_adjustment"


def test_counted_again_and_right_this_time(depot: Depot) -> None:
    count = depot.open()
    assert depot.hand_in(count, R1=6).state == CountState.RECOUNT
    assert depot.hand_in(count).state == CountState.CLOSED


def test_more_than_there_was_comes_from_unexplained(depot: Depot) -> None:
    count = depot.twice(depot.open(), R1=7)
    assert depot.agree(count) == "approved"
    assert held("S1")["R1"] == 7


def test_what_nobody_knew_is_known_after_the_count_less_what_left_since(depot: Depot) -> None:
    count = depot.open("S2")
    assert depot.hand_in(count, R2=500).state == CountState.COUNTED
    services.report(actor=depot.keeper, count_id=count.pk, due_on=timezone.localdate())
    services.investigate(actor=depot.keeper, count_id=count.pk, findings="Weighed for the first time.")
    move(depot, "R2", 100, S2, S1, "transfer")
    assert depot.agree(count) == "approved"
    assert held("S2")["R2"] == 400


def test_who_asks_cannot_agree_and_asks_once(depot: Depot) -> None:
    count = depot.twice(depot.open(), R1=7)
    asked = adjusting.settle(actor=depot.keeper, session="one", count_id=count.pk, reason="So.")
    assert asked is not None
    given = {"actor": depot.keeper, "session": "one", "count_id": count.pk, "reason": "So."}
    assert refusal(lambda: adjusting.settle(**given)) == "approval_waits"
    own = {"session": "two", "approval_id": asked.pk, "approve": True, "reason": "x", "digest": asked.digest}
    assert refusal(lambda: approvals.decide(actor=depot.keeper, **own)) == "approval_own"
    assert held("S1")["R1"] == 5


def test_an_item_of_another_store_is_put_on_the_sheet_and_needs_its_own_movement(depot: Depot) -> None:
    move(depot, "R9", 1, S1, S2, "transfer", depot.rifles[2].pk)
    count = depot.open()
    code = codes.code_of(codes.ITEM, depot.rifles[2].pk)
    done = services.scan(actor=depot.keeper, count_id=count.pk, text=f"https://node/scan/{code}/")
    assert (done.code, done.line.found) == ("not_here", 1)
    assert services.scan(actor=depot.keeper, count_id=count.pk, text=code).code == "again"
    for _ in range(2):
        depot.enter(count)
        services.enter(actor=depot.keeper, count_id=count.pk, found={done.line.position: Found(1)})
        state = services.finish(actor=depot.keeper, count_id=count.pk).state
    assert state == CountState.COUNTED
    services.report(actor=depot.keeper, count_id=count.pk, due_on=timezone.localdate())
    services.investigate(actor=depot.keeper, count_id=count.pk, findings="Put on the wrong shelf.")
    assert adjusting.settle(actor=depot.keeper, session="s", count_id=count.pk, reason="To be transferred.") is None
    assert Count.objects.get(pk=count.pk).state == CountState.CLOSED
    assert ItemPosition.objects.get(item=depot.rifles[2]).place.store_id == "S2"


def test_an_item_found_before_its_arrival_is_recorded_agrees(depot: Depot) -> None:
    move(depot, "R9", 1, S1, S2, "transfer", depot.rifles[2].pk)
    count = depot.open()
    code = codes.code_of(codes.ITEM, depot.rifles[2].pk)
    services.scan(actor=depot.keeper, count_id=count.pk, text=code)
    move(depot, "R9", 1, S2, S1, "transfer", depot.rifles[2].pk)
    depot.enter(count, B7=1)
    line = next(line for line in queries.lines(count) if line.item_id == depot.rifles[2].pk)
    services.enter(actor=depot.keeper, count_id=count.pk, found={line.position: Found(1)})
    assert services.finish(actor=depot.keeper, count_id=count.pk).state == CountState.CLOSED


def test_scans(depot: Depot) -> None:
    count = depot.open()

    def scan(text: str) -> services.Scanned:
        return services.scan(actor=depot.keeper, count_id=count.pk, text=text)

    assert scan("b-7").code == "marked"
    assert scan("В7").code == "again"  # with a Cyrillic В
    batch = Batch.objects.get(stock_id="R1")
    assert scan(codes.code_of(codes.BATCH, batch.pk)).code == "quantity_wanted"
    assert refusal(lambda: scan("nothing")) == "scan_unknown"
    assert refusal(lambda: scan(codes.code_of(codes.ITEM, uuid7()))) == "scan_unknown"
    Item.objects.filter(pk=depot.rifles[0].pk).update(serial="A2", normalised=names.mark("A2"))
    assert refusal(lambda: scan("A2")) == "scan_shared"


def test_a_label_of_others_tells_nothing_of_its_item(depot: Depot) -> None:
    """Neither its serial number nor what it is, on the sheet or in what is printed or sent of it."""
    theirs = Item.objects.create(article_id="rifles", serial="SECRET-9")
    batch = BatchDraft(uuid7(), "R99", "rifles", itemised=True)
    line = LineDraft(batch.batch_id, 1, "counted", ACQUIRED, Spot.store("S3"), theirs.pk)
    draft = MovementDraft(uuid7(), "receipt", timezone.now(), "so", (line,), batches=(batch,))
    post(actor=somebody("chief", "storekeeper"), movement=draft)
    count, label = depot.open(), codes.code_of(codes.ITEM, theirs.pk)
    done = services.scan(actor=depot.keeper, count_id=count.pk, text=label)
    assert (done.code, done.line.item_id, done.line.found) == ("not_here", None, 1)
    assert label in done.line.note
    assert "not of your stores" in done.line.note.lower()
    assert services.scan(actor=depot.keeper, count_id=count.pk, text=label).code == "again"


def test_something_found_that_is_on_no_record(depot: Depot) -> None:
    count = depot.open()
    assert refusal(lambda: services.add_found(actor=depot.keeper, count_id=count.pk, found=2, note=" ")) == (
        "count_note_wanted"
    )
    services.add_found(actor=depot.keeper, count_id=count.pk, found=2, note="crates")
    assert depot.hand_in(count, crates=2).state == CountState.RECOUNT


def test_who_may(depot: Depot) -> None:
    count = depot.open()
    for act, given in ((services.finish, {}), (services.drop, {"reason": "x"}), (services.scan, {"text": "A1"})):
        with pytest.raises(Count.DoesNotExist):
            act(actor=depot.stranger, count_id=count.pk, **given)
        with pytest.raises(PermissionDenied):
            act(actor=depot.approver, count_id=count.pk, **given)
    assert not queries.counts(depot.stranger).exists()
    assert list(queries.counts(depot.mate)) == [count]
    with pytest.raises(ObjectDoesNotExist):
        depot.open("S3")
    with pytest.raises(ObjectDoesNotExist):
        services.enter(actor=depot.keeper, count_id=count.pk, found={99: Found(1)})
    assert services.drop(actor=depot.mate, count_id=count.pk, reason="Rain.").state == CountState.DROPPED


def test_one_at_a_time_with_a_day_and_a_custodian(depot: Depot) -> None:
    today = timezone.localdate()
    depot.open(article_id="bombs")
    assert refusal(lambda: depot.open()) == "count_there"
    assert refusal(lambda: depot.open(article_id="bombs")) == "count_there"
    assert refusal(lambda: depot.open("S2", due_on=today - timedelta(days=1))) == "count_due_passed"
    assert refusal(lambda: depot.open("S2", kind="custodian")) == "count_custodian_wanted"
    assert depot.open("S2", kind="custodian", handed_to="Mira").handed_to == "Mira"


def test_a_rolling_count_takes_what_was_counted_longest_ago(depot: Depot) -> None:
    first = depot.open(kind="rolling")
    assert first.article_id == "bombs"
    depot.hand_in(first)
    second = depot.open(kind="rolling")
    assert second.article_id == "rifles"
    depot.hand_in(second)
    assert depot.open(kind="rolling").article_id == "bombs"


def test_blind(depot: Depot) -> None:
    count = depot.open()
    assert not queries.shows_expected(count)
    assert queries.shows_expected(depot.hand_in(count))
    assert queries.shows_expected(depot.open("S2", blind=False))


def test_stock_validity(depot: Depot) -> None:
    assert (queries.validity(depot.keeper).confirmed, queries.validity(depot.keeper).lines) == (0, 6)
    count = depot.hand_in(depot.open())
    assert (queries.validity(depot.keeper).confirmed, queries.validity(depot.keeper).lines) == (5, 6)
    assert queries.validity(depot.stranger).share is None
    Count.objects.filter(pk=count.pk).update(counted_at=timezone.now() - timedelta(days=366))
    assert queries.validity(depot.keeper).share == 0
