"""Posting: what is answered and told, what is refused with which figures, and what is written down."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.node.records.ledger.crew import ACQUIRED, LOST, S1, S2, S3, UNEXPLAINED, Crew, batch, held, moves, refused
from uuid6 import uuid7

from rasr.core.records.ledger.balances import MOST
from rasr.core.records.ledger.kinds import KINDS
from rasr.core.records.ledger.places import Spot
from rasr.node.people.models import Entry, Grant
from rasr.node.records.ledger import vouchers
from rasr.node.records.ledger.posting import Outcome
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import (
    Article,
    Batch,
    Holding,
    Item,
    ItemPosition,
    Movement,
    MovementLine,
    Party,
    Place,
    Register,
    VoucherSeries,
)
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, correction_of, post, post_all, post_each

NOWHERE = "see the register"
STACK = S1._replace(ref="stack 1")


def lines_refused(crew: Crew, movement: MovementDraft, agreed: UUID | None = None) -> list[tuple[int, str]]:
    """Which lines are refused, and why."""
    with pytest.raises(LinesRefused) as caught:
        post(actor=crew.keeper, movement=movement, agreed=agreed)
    return [(position, fault.code) for position, fault in caught.value.lines]


def test_what_each_of_many_is_answered(crew: Crew) -> None:
    good = moves("transfer", ("R4", 1, S2, S1))
    other = replace(good, reason="another")
    short = moves("transfer", ("R4", 1, S2, S1), ("R4", 99, S2, S1), ("R4", 98, S2, S1))
    foreign = moves("transfer", ("R5", 1, S3, S3._replace(ref="stack 1")))
    judging = moves("reclassification", ("R4", 1, S2, Spot("converted")))
    nothing = replace(good, movement_id=uuid7(), lines=())
    sent = [good, good, other, short, foreign, judging, nothing]
    told = post_each(actor=crew.keeper, movements=sent)
    assert [one.movement_id for one in told] == [one.movement_id for one in sent]
    codes = ["created", "exists", "exists_different", "refused_holding_negative", "refused_unknown_rule",
             "refused_no_right", "refused_movement_empty"]  # fmt: skip
    assert [one.code for one in told] == codes
    assert [one.lines for one in told] == [
        *({}, {}, {}, {1: "refused_holding_negative", 2: "refused_holding_negative"}, {}, {}, {})
    ]
    assert told[3].numbers == {"record": str(batch("R4")), "store": "S2", "held": 7, "wanted": 99}
    assert told[4].numbers == {"what": "store", "value": "S3", "known": NOWHERE}
    assert [one.numbers for one in (told[0], told[1], told[5], told[6])] == [{}] * 4
    assert told[5] == Outcome(judging.movement_id, "refused_no_right", {}, {})
    assert held("R4", "S1") == 1
    assert Movement.objects.exclude(kind="opening_balance").count() == 1


def test_all_or_none(crew: Crew) -> None:
    before = Register.objects.get().version
    good, bad = moves("transfer", ("R4", 1, S2, S1)), moves("transfer", ("R4", 9, S2, S1))
    refused("holding_negative", lambda: post_all(actor=crew.keeper, movements=[good, bad]))
    assert held("R4", "S1") == 0
    assert Register.objects.get().version == before
    assert post_all(actor=crew.keeper, movements=[good, good]) == ["created", "exists"]
    assert post_all(actor=crew.keeper, movements=[good]) == ["exists"]
    assert Register.objects.get().version == before + 1
    assert post_all(actor=crew.keeper, movements=[]) == []


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(crew: Crew, enabled: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        post(actor=crew.keeper, movement=moves("transfer", ("R4", 1, S2, S1)))
        assert gc.isenabled() is enabled
        refused("holding_negative", lambda: post(actor=crew.keeper, movement=moves("transfer", ("R4", 99, S2, S1))))
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_what_no_movement_of_its_kind_may_be(crew: Crew) -> None:
    def told(movement: MovementDraft, code: str, **numbers: Any) -> None:
        assert refused(code, lambda: post(actor=crew.keeper, movement=movement)).numbers == numbers

    good = moves("transfer", ("R4", 1, S2, S1))
    told(replace(good, kind="gift"), "kind_unknown", kind="gift", known=", ".join([*KINDS, "correction"]))
    told(replace(good, lines=()), "movement_empty")
    late = timezone.now() + timedelta(hours=30)
    told(replace(good, effective_at=late), "effective_in_future", day=late.date().isoformat())
    told(moves("write_off", ("R4", 1, S2, UNEXPLAINED)), "second_person_wanted", kind="write_off")
    told(replace(good, corrects_id=uuid7()), "correction_unlike")
    told(moves("despatch", ("R4", 1, S2, Spot("in_transit", ref="x"))), "destination_wanted")
    told(moves("transfer", ("R4", 1, S2, LOST)), "flow_not_allowed", kind="transfer", here="S2", there="lost")
    told(moves("transfer", ("R4", MOST + 1, S2, S1)), "quantity_out_of_range", most=MOST)
    told(moves("transfer", ("R4", -1, S2, S1)), "quantity_out_of_range", most=MOST)
    assert post(actor=crew.keeper, movement=replace(good, effective_at=timezone.now())) == "created"
    assert post(actor=crew.keeper, movement=moves("transfer", ("R4", 0, S2, S1))) == "created"
    assert held("R4", "S1") == 1


def test_what_is_not_in_the_register(crew: Crew) -> None:
    def told(movement: MovementDraft, **numbers: Any) -> None:
        code = "unknown_rule"
        assert refused(code, lambda: post(actor=crew.keeper, movement=movement)).numbers == {
            "known": NOWHERE,
            **numbers,
        }

    unknown = [UUID(int=7), UUID(int=8)]
    lines = tuple(LineDraft(one, 1, None, S2, S1) for one in reversed(unknown))
    told(replace(moves("transfer", ("R4", 1, S2, S1)), lines=lines), what="batch", value=str(unknown[0]))
    new = BatchDraft(uuid7(), "R9", "none")
    came = MovementDraft(uuid7(), "find", timezone.now(), "", (LineDraft(new.batch_id, 1, None, ACQUIRED, S2),))
    told(replace(came, batches=(new,)), what="article", value="none")
    Article.objects.filter(pk="rifles").update(closed=True)
    told(replace(came, batches=(replace(new, article_id="rifles"),)), what="article", value="rifles")
    told(moves("transfer", ("R4", 1, S2, S1)), what="batch", value=str(batch("R4")))
    assert not Batch.objects.filter(stock_id="R9").exists()


def test_every_line_that_goes_no_way_is_told(crew: Crew) -> None:
    lost_with_ref, nameless = Spot("lost", ref="x"), Spot("store")
    ways = [(S2, S1), (S2, S2), (S2, LOST), (S2, nameless), (S2, lost_with_ref), (LOST, S2), (S2, S1)]
    movement = moves("transfer", *(("R4", 1, here, there) for here, there in ways))
    assert lines_refused(crew, movement) == [(number, "flow_not_allowed") for number in range(1, 6)]
    road = Spot("in_transit", ref=uuid7().hex)
    foreign = replace(moves("despatch", ("R4", 1, S2, road)), destination_id="S1")
    assert lines_refused(crew, foreign) == [(0, "flow_not_allowed")]
    much = moves("transfer", ("R4", 1, S2, S1), ("R4", -3, S2, S1), ("R4", 1, S2, LOST))
    assert lines_refused(crew, much) == [(1, "quantity_out_of_range"), (2, "flow_not_allowed")]


def test_long_ago_needs_a_right_and_a_reason(crew: Crew) -> None:
    hours = settings.NODE.back_dating_hours
    lot = BatchDraft(uuid7(), "R9", "rifles")
    line = LineDraft(lot.batch_id, 3, None, ACQUIRED, S2)

    def came(ago_h: float, reason: str) -> MovementDraft:
        at = timezone.now() - timedelta(hours=ago_h)
        return MovementDraft(uuid7(), "receipt", at, reason, (line,), batches=(replace(lot, batch_id=line.batch_id),))

    with pytest.raises(PermissionDenied):
        post(actor=crew.keeper, movement=came(hours + 1, "found in the book"))
    refused("reason_wanted", lambda: post(actor=crew.ana, movement=came(hours + 1, "  ")))
    assert post(actor=crew.keeper, movement=came(hours - 1, "")) == "created"
    old = replace(moves("transfer", ("R9", 1, S2, S1)), effective_at=timezone.now() - timedelta(hours=hours + 1))
    refused("holding_negative_then", lambda: post(actor=crew.ana, movement=old))
    assert held("R9", "S2") == 3


def test_who_may(crew: Crew) -> None:
    with pytest.raises(PermissionDenied):
        post(actor=crew.mate, movement=moves("transfer", ("R4", 1, S2, S1)))
    foreign = moves("transfer", ("R4", 1, S2, S1))
    told = refused("unknown_rule", lambda: post(actor=crew.stranger, movement=foreign))
    assert told.numbers == {"what": "store", "value": "S1", "known": NOWHERE}
    with pytest.raises(PermissionDenied):
        post(actor=crew.keeper, movement=moves("conversion", ("R4", 1, S2, Spot("converted"))))
    unknown = moves("transfer", ("R4", 1, S2, Spot.store("S9")))
    assert refused("unknown_rule", lambda: post(actor=crew.ana, movement=unknown)).numbers["value"] == "S9"


def test_who_sees_a_store_by_one_role_may_not_post_there_by_another(crew: Crew) -> None:
    """The keeper keeps site A, and approves everywhere: what S3 holds is seen, and stays where it is."""
    Grant.objects.create(user=crew.keeper, role="approver")
    told = refused("unknown_rule", lambda: post(actor=crew.keeper, movement=moves("loss", ("R5", 1, S3, LOST))))
    assert told.numbers["value"] == "S3"


def test_what_is_written_down(crew: Crew) -> None:
    before, last = Register.objects.get(), MovementLine.objects.order_by("pk").last()
    assert last is not None
    new = BatchDraft(uuid7(), "R9", "bombs", lot="L1", condition="B", purpose="training", year_made=1980)
    lines = (
        LineDraft(new.batch_id, 2, "counted", ACQUIRED, S2),
        LineDraft(new.batch_id, 1, "book", ACQUIRED, S2._replace(ref="stack 1")),
    )
    at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    sent = MovementDraft(uuid7(), "receipt", at, "bought", lines, batches=(new,), reason_language="en")
    begun = timezone.now()
    assert post(actor=crew.ana, movement=sent) == "created"
    made, register = Movement.objects.get(pk=sent.movement_id), Register.objects.get()
    assert (made.kind, made.effective_at, made.reason, made.reason_language) == ("receipt", at, "bought", "en")
    assert (made.actor, made.site_id, made.digest, made.approval_id) == (crew.ana, "A", sent.digest(), None)
    assert (made.corrects_id, made.upload_id, made.destination_id) == (None, None, None)
    assert begun <= made.recorded_at <= timezone.now()
    assert made.voucher == f"A/{timezone.localtime(made.recorded_at).year}/1"
    names = ("pk", "position", "batch_id", "quantity", "quantity_basis", "from_place__kind", "to_place__ref")
    assert list(made.lines.order_by("pk").values_list(*names)) == [
        (last.pk + 1, 0, new.batch_id, 2, "counted", "acquired", ""),
        (last.pk + 2, 1, new.batch_id, 1, "book", "acquired", "stack 1"),
    ]
    kept = Batch.objects.get(pk=new.batch_id)
    assert (kept.stock_id, kept.lot, kept.condition, kept.purpose, kept.year_made) == (
        "R9",
        "L1",
        "B",
        "training",
        1980,
    )
    assert (register.version, register.last_line) == (before.version + 1, before.last_line + 2)
    assert register.given == before.given
    assert register.changed_at >= begun
    assert register.digest == ""
    there = Holding.objects.filter(batch=kept).order_by("position").values_list("store", "place__ref", "quantity_basis")
    assert list(there) == [("S2", "", "counted"), ("S2", "stack 1", "book")]
    entry = Entry.objects.get(act="movement.post", row_id=str(sent.movement_id))
    assert entry.actor == crew.ana.pseudonym
    assert entry.reason == "bought"


def test_positions_of_what_is_held(crew: Crew) -> None:
    """New comes last; what leaves a place whole stays the same row; of parts the new one comes last."""
    rows = {one.batch_id: one for one in Holding.objects.filter(batch__stock_id="R4")}
    row = rows[batch("R4")]
    last = max(Holding.everywhere.values_list("position", flat=True))
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 9, S2, S1)))
    moved = Holding.objects.get(batch=batch("R4"))
    assert (moved.pk, moved.store_id, moved.position) == (row.pk, "S1", last + 1)
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 4, S1, S2)))
    old, new = Holding.objects.filter(batch=batch("R4")).order_by("position")
    assert (old.pk, old.store_id, old.quantity) == (row.pk, "S1", 5)
    assert (new.store_id, new.quantity, new.position) == ("S2", 4, last + 2)
    assert old.latest_at == new.latest_at == Movement.objects.latest("effective_at").effective_at


def test_a_place_is_made_once(crew: Crew) -> None:
    before = Place.objects.count()
    stacks = [S2._replace(ref=f"stack {number}") for number in (1, 2)]
    post(actor=crew.keeper, movement=moves("transfer", *(("R4", 1, S2, one) for one in stacks)))
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 1, stacks[0], stacks[1])))
    post(actor=crew.keeper, movement=moves("transfer", ("R6", 1, S2, stacks[1])))
    assert Place.objects.count() == before + 2
    assert Holding.objects.get(batch=batch("R4"), place__ref="stack 2").quantity == 2


def test_vouchers_are_numbered_by_site_and_year(crew: Crew) -> None:
    year = timezone.localtime().year
    sent = [moves("transfer", ("R4", 1, S2, S1)), moves("transfer", ("R5", 1, S3, S3._replace(ref="x")))]
    sent += [moves("transfer", ("R4", 1, S2, S1))]
    post_all(actor=crew.ana, movements=sent)
    found = [Movement.objects.get(pk=one.movement_id).voucher for one in sent]
    assert found == [f"A/{year}/1", f"B/{year}/1", f"A/{year}/2"]
    later = datetime(year + 1, 6, 1, tzinfo=UTC)
    assert vouchers.numbers([None, "A", None, "A"], later) == ["", f"A/{year + 1}/1", "", f"A/{year + 1}/2"]
    assert vouchers.numbers([None], later) == [""]
    assert vouchers.numbers(["B", "A"], datetime(year, 6, 1, tzinfo=UTC)) == [f"B/{year}/2", f"A/{year}/3"]
    series = VoucherSeries.objects.values_list("site_id", "year", "last")
    assert set(series) == {("A", year, 3), ("B", year, 2), ("A", year + 1, 2)}
    midnight = datetime(year, 12, 31, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Tirane"):
        assert vouchers.numbers(["A"], midnight) == [f"A/{year + 1}/3"]


def test_a_movement_stands_in_the_books_of_its_first_store(crew: Crew) -> None:
    unit = Spot("on_issue", ref=Party.objects.create(kind="unit", name="Guard", site_id="A").pk.hex)
    issue = moves("issue", ("R4", 2, S2, unit))
    spent = moves("loss", ("R4", 1, unit, LOST))
    across = moves("transfer", ("R5", 1, S3, S1), waived=("order_mixing",))
    for one in (issue, spent, across):
        assert post(actor=crew.ana, movement=one, agreed=uuid7()) == "created"
    sites = [Movement.objects.get(pk=one.movement_id).site_id for one in (issue, spent, across)]
    assert sites == ["A", "A", "B"]


def test_a_mistake_is_turned_round_once(crew: Crew) -> None:
    mistaken = moves("transfer", ("R4", 2, S2, S1), ("R4", 3, S2, STACK))
    post(actor=crew.keeper, movement=mistaken)
    known = Movement.objects.get(pk=mistaken.movement_id)
    turned = correction_of(known, movement_id=uuid7(), reason="the other store", reason_language="en")
    head = ("correction", known.pk, "the other store", "en")
    assert (turned.kind, turned.corrects_id, turned.reason, turned.reason_language) == head
    ends = [(line.batch_id, line.quantity, line.from_place, line.to_place) for line in turned.lines]
    assert ends == [(batch("R4"), 3, STACK, S2), (batch("R4"), 2, S1, S2)]
    assert abs((timezone.now() - turned.effective_at).total_seconds()) < 5

    def told(code: str, **more: Any) -> None:
        wrong = replace(turned, movement_id=uuid7(), **more)
        refused(code, lambda: post(actor=crew.judge, movement=wrong, agreed=uuid7()))

    refused("second_person_wanted", lambda: post(actor=crew.judge, movement=turned))
    told("correction_unlike", corrects_id=None)
    told("correction_unlike", corrects_id=uuid7())
    told("correction_unlike", lines=turned.lines[::-1])
    told("correction_unlike", lines=turned.lines[:1])
    told("correction_unlike", lines=(replace(turned.lines[0], quantity=2), turned.lines[1]))
    told("reason_wanted", reason=" ")
    with pytest.raises(PermissionDenied):
        post(actor=crew.keeper, movement=turned)
    approval = uuid7()
    assert post(actor=crew.judge, movement=turned, agreed=approval) == "created"
    made = Movement.objects.get(pk=turned.movement_id)
    assert (made.corrects_id, made.approval_id) == (known.pk, approval)
    told("corrected_already")
    assert (held("R4", "S2"), held("R4", "S1")) == (9, 0)


def test_what_a_refusal_names(crew: Crew) -> None:
    """The figures of its sentence: with them somebody can find the line that is wrong."""

    def told(movement: MovementDraft, code: str, **numbers: Any) -> None:
        assert refused(code, lambda: post(actor=crew.ana, movement=movement)).numbers == numbers

    item = Item.objects.create(article_id="rifles", serial="7")
    new = BatchDraft(uuid7(), "W1", "rifles", itemised=True)
    at = timezone.now() - timedelta(hours=9)
    came = LineDraft(new.batch_id, 1, None, ACQUIRED, S2, item.pk)
    find = MovementDraft(uuid7(), "find", at, "", (came,), batches=(new,))
    of_new, of_r4 = {"record": str(new.batch_id)}, {"record": str(batch("R4"))}
    told(replace(find, lines=(replace(came, item_id=None),)), "item_wanted", **of_new)
    told(replace(find, lines=(replace(came, quantity=2),)), "item_wanted", **of_new)
    told(replace(find, lines=(replace(came, quantity=None),)), "item_wanted", **of_new)
    told(moves("transfer", ("R4", 1, S2, S1), items=(item.pk,)), "item_not_wanted", **of_r4)
    assert post(actor=crew.ana, movement=find) == "created"
    post(actor=crew.ana, movement=moves("transfer", ("W1", 1, S2, S1), items=(item.pk,), ago_h=2))
    early = moves("loss", ("W1", 1, S1, LOST), items=(item.pk,), ago_h=3)
    told(early, "holding_negative_then", **of_new, store="S1", day=str(early.effective_at.date()), short=1)
    other = Item.objects.create(article_id="rifles", serial="8")
    more = replace(find, movement_id=uuid7(), lines=(replace(came, to_place=S1, item_id=other.pk),), batches=())
    assert post(actor=crew.ana, movement=more) == "created"
    told(early, "item_then_elsewhere", item=str(item.pk), day=str(early.effective_at.date()))
    assert ItemPosition.objects.get(item=item).place.store_id == "S1"


def test_a_place_that_was_empty_for_a_while_gives_nothing_then(crew: Crew) -> None:
    """Looked at for each place and batch alone, whatever else moved there."""
    new = BatchDraft(uuid7(), "R9", "rifles")

    def goes(kind: str, many: int | None, here: Spot, there: Spot, ago_h: float, **more: Any) -> MovementDraft:
        at = timezone.now() - timedelta(hours=ago_h)
        line = LineDraft(new.batch_id, many, None, here, there)
        return MovementDraft(uuid7(), kind, at, "so", (line,), **more)

    post(actor=crew.ana, movement=goes("find", 5, ACQUIRED, S2, 20, batches=(new,)))
    post(actor=crew.ana, movement=goes("transfer", 5, S2, S1, 15))
    post(actor=crew.ana, movement=goes("transfer", 5, S1, S2, 10))
    fault = refused("holding_negative_then", lambda: post(actor=crew.ana, movement=goes("loss", 2, S2, LOST, 12)))
    assert (fault.numbers["short"], fault.numbers["store"]) == (2, "S2")
    refused("holding_negative_then", lambda: post(actor=crew.ana, movement=goes("loss", 1, S2, LOST, 17)))
    refused("holding_negative_then", lambda: post(actor=crew.ana, movement=goes("loss", 1, S2, LOST, 21)))
    assert post(actor=crew.ana, movement=goes("loss", 2, S2, LOST, 9)) == "created"
    assert post(actor=crew.ana, movement=goes("find", 4, ACQUIRED, S2, 30)) == "created"
    assert post(actor=crew.ana, movement=goes("loss", 4, S2, LOST, 25)) == "created"
    refused("holding_negative_then", lambda: post(actor=crew.ana, movement=goes("loss", 1, S2, LOST, 25)))
    assert held("R9", "S2") == 3


def test_of_an_unknown_number_that_is_missing_any_may_be_found(crew: Crew) -> None:
    """R2 is powder, nobody knows how much. Once that came back nothing is missing any more."""
    record = moves("write_off", ("R2", None, S2, UNEXPLAINED))
    back = [moves("recovery", ("R2", many, UNEXPLAINED, S2)) for many in (7, None)]
    refused("not_missing", lambda: post(actor=crew.ana, movement=back[0]))
    post(actor=crew.ana, movement=record, agreed=uuid7())
    assert [post(actor=crew.ana, movement=one) for one in back] == ["created", "created"]
    told = refused("not_missing", lambda: post(actor=crew.ana, movement=moves("recovery", ("R2", 1, UNEXPLAINED, S2))))
    assert told.numbers == {"record": str(batch("R2")), "missing": 0, "wanted": 1}
    assert Holding.objects.get(batch=batch("R2")).quantity is None
