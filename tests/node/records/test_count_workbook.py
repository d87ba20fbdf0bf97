"""A workbook as a count: a sheet as of its check for each store, then the way of every count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.workbooks import (
    ACQUIRED,
    LOST,
    S1,
    S2,
    STACK,
    Check,
    batch_of,
    count_of,
    held,
    move,
    outcomes,
    stock,
    weapons,
)
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Entry, User
from rasr.node.records import bringing, uploading
from rasr.node.records.counts import adjusting, queries
from rasr.node.records.counts import services as counting
from rasr.node.records.counts.services import Found
from rasr.node.records.models import Count, MovementLine
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post, recompute_holdings

pytestmark = pytest.mark.django_db


def test_a_count_without_differences_is_closed_and_changes_nothing(check: Check) -> None:
    upload, lines = check(stock(R1="S1 bombs 5", R4="S1 rifles 40")), MovementLine.objects.count()
    told = count_of(upload)
    count = Count.objects.get()
    assert told == {"S1": {"store_id": "S1", "count_id": str(count.pk), "state": "closed", "left": 0}}
    assert (count.store_id, count.frozen_line, count.lines.count()) == ("S1", upload.differences["line"], 2)
    assert MovementLine.objects.count() == lines
    assert {"count.open", "count.finish", "upload.load"} <= set(Entry.objects.values_list("act", flat=True))


def test_differences_go_the_way_of_every_count(check: Check, ana: User) -> None:
    upload = check(stock(R1="S1 bombs 4", X9="S1 caps 3"))
    assert outcomes(upload, "count") == {"R1": "created", "R4": "left_out", "X9": "refused_no_record"}
    shown = uploading.lines(actor=ana, upload_id=upload.pk, loading="count").select(
        *("stock_id", "kind", "quantity", "from_place", "to_place", "before", "after")
    )
    assert shown.rows() == [
        ("R1", "count_adjustment", 1, "S1", "unexplained", 5, 4),
        ("R4", "count_adjustment", 40, "S1", "unexplained", 40, 0),
        ("X9", None, None, None, None, None, 3),
    ]
    assert count_of(upload)["S1"]["state"] == "recount"
    count = Count.objects.get()
    assert held() == {"R1": 5, "R2": None, "R3": 0, "R4": 40}
    extra = count.lines.get(batch=None)
    assert (extra.note, extra.first_found) == ("X9, caps", 3)
    again = {
        line.position: Found(4 if line.expected == 5 else line.expected or 0, line.note) for line in count.lines.all()
    }
    counting.enter(actor=ana, count_id=count.pk, found=again)
    counting.finish(actor=ana, count_id=count.pk)
    counting.report(actor=ana, count_id=count.pk, due_on=timezone.localdate())
    counting.investigate(actor=ana, count_id=count.pk, findings="One was used.")
    asked = adjusting.settle(actor=ana, session="one", count_id=count.pk, reason="So.")
    assert asked is not None
    given: Any = {"session": "two", "approval_id": asked.pk, "approve": True, "reason": "Seen.", "digest": asked.digest}
    approvals.decide(actor=somebody("boro", "approver"), **given)
    assert held()["R1"] == 4
    assert recompute_holdings() == []


def test_what_moved_since_the_check_is_added_to_the_expectation(check: Check, ana: User) -> None:
    upload = check(stock(R1="S1 bombs 3", R4="S1 rifles 40"))
    move(ana, "expenditure", "R1", 2, S1, Spot("expended"))
    assert count_of(upload)["S1"]["state"] == "closed"
    line = Count.objects.get().lines.get(batch=batch_of("R1"))
    assert (line.expected, line.found) == (5, 3)
    assert held()["R1"] == 3


def test_what_came_since_the_check_is_left_to_be_counted(check: Check, ana: User) -> None:
    upload = check(stock(R1="S1 bombs 5", R4="S1 rifles 40"))
    new = BatchDraft(uuid7(), "N1", "bombs")
    line = LineDraft(new.batch_id, 6, "counted", ACQUIRED, S1)
    post(actor=ana, movement=MovementDraft(uuid7(), "receipt", timezone.now(), "", (line,), batches=(new,)))
    assert count_of(upload)["S1"] | {"count_id": ""} == {"store_id": "S1", "count_id": "", "state": "open", "left": 1}
    assert Count.objects.get().lines.get(batch=new.batch_id).found is None


def test_a_store_emptied_meanwhile_is_said_and_stops_no_other(check: Check, ana: User, client_of: Any) -> None:
    upload = check(stock(R1="S1 bombs 5", R4="S1 rifles 40", R2="S2 powder 700"))
    assert bringing.emptied(upload) == []
    move(ana, "loss", "R1", 5, S1, LOST)
    move(ana, "transfer", "R4", 40, S1, S2)
    page = client_of(ana).get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert "nothing to count: S1" in page
    told = count_of(upload)
    assert told["S1"] == {"store_id": "S1", "code": "count_store_emptied", "numbers": {"store": "S1"}}
    assert told["S2"]["left"] == 1, "the rifles that came stand on no line yet"
    assert [one.store_id for one in Count.objects.all()] == ["S2"]
    page = client_of(ana).get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert "All that lay in S1 when the workbook was checked has left since" in page
    assert reverse("records:count", args=[told["S2"]["count_id"]]) in page


def test_a_quantity_nobody_knew_a_record_of_none_and_a_cell_without_a_figure(check: Check) -> None:
    upload = check(stock(R2="S2 powder 700", R3="S3 rifles 2", R1="S1 bombs ?", R4="S1 rifles 40"))
    assert outcomes(upload, "count") == {"R2": "created", "R3": "created", "R1": "no_figure", "R4": "exists"}
    told = count_of(upload)
    assert {store: (one["state"], one["left"]) for store, one in told.items()} == {
        "S1": ("open", 1),
        "S2": ("counted", 0),
        "S3": ("recount", 0),
    }


def test_what_lies_in_stacks_and_what_is_kept_piece_by_piece(check: Check, ana: User) -> None:
    move(ana, "transfer", "R4", 30, S1, STACK)
    weapons(ana, 3)
    told = count_of(check(stock(R1="S1 bombs 5", R4="S1 rifles 42", R2="S2 powder ?", W1="S2 rifles 2")))
    assert told["S2"]["left"] == 4, "which of three are there two figures do not say"
    one = Count.objects.get(store="S1")
    assert sorted(
        one.lines.filter(batch=batch_of("R4")).values_list("place__ref", "expected", "first_found", "found")
    ) == [
        ("", 10, None, 10),
        ("stack 2", 30, 32, None),
    ]
    move(ana, "transfer", "R4", 30, STACK, S1)
    counting.drop(actor=ana, count_id=Count.objects.get(store="S2").pk, reason="Again.")
    whole = check(stock(R2="S2 powder ?", W1="S2 rifles 3"))
    assert count_of(whole)["S2"]["left"] == 1
    sheet = Count.objects.get(store="S2", state="open")
    assert list(sheet.lines.exclude(item=None).values_list("found", flat=True)) == [1, 1, 1]


def test_a_sheet_as_of_now_is_the_sheet_that_a_count_freezes(check: Check, ana: User) -> None:
    move(ana, "transfer", "R4", 30, S1, STACK)
    move(ana, "loss", "R4", 10, S1, LOST)
    count_of(check(stock(R1="S1 bombs ?", R4="S1 rifles ?")))
    names = ("batch", "item", "place", "expected")
    written = Count.objects.get()
    kept = sorted(written.lines.values_list(*names), key=str)
    counting.drop(actor=ana, count_id=written.pk, reason="Compared.")
    due_on = timezone.localdate() + timedelta(days=1)
    frozen = counting.open_count(actor=ana, store_id="S1", kind="full", due_on=due_on)
    assert sorted(queries.lines(frozen).values_list(*names), key=str) == kept


def test_a_count_under_way_and_a_store_of_others_are_told(check: Check, ana: User) -> None:
    counting.open_count(actor=ana, store_id="S1", kind="full", due_on=timezone.localdate())
    upload = check(stock(R1="S1 bombs 5", R3="S3 rifles 0"))
    told = count_of(upload)
    assert (told["S1"]["code"], told["S3"]["state"]) == ("count_there", "closed")
    with pytest.raises(Refused, match="count_due_passed"):
        count_of(check(stock(R1="S1 bombs 5")), due_on=timezone.localdate() - timedelta(days=1))
