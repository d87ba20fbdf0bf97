"""Postings at the same moment, each over a connection of its own: as if one had come after the other."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.ledger.machine import negative_at_any_time, where
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.records.models import Holding, Movement, MovementLine, Party, Register
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, load_region, post, recompute_holdings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_disk")]
S1, S2, S3 = (Spot.store(name) for name in ("S1", "S2", "S3"))
WORKERS, EACH = 4, 8


def stocked(actor: User, pieces: int) -> UUID:
    """A batch of so many pieces in S1."""
    load_region(actor=actor, region=where(), complete=True, source="test")
    batch = BatchDraft(uuid7(), "BOX", "rifles")
    line = LineDraft(batch.batch_id, pieces, "counted", Spot("acquired"), S1)
    movement = MovementDraft(uuid7(), "receipt", timezone.now() - timedelta(hours=1), "so", (line,), batches=(batch,))
    assert post(actor=actor, movement=movement) == "created"
    return batch.batch_id


def moves(batch: UUID, many: int, here: Spot, there: Spot, kind: str = "transfer") -> MovementDraft:
    """A movement, now."""
    return MovementDraft(uuid7(), kind, timezone.now(), "so", (LineDraft(batch, many, None, here, there),))


def answered(actor: User, movement: MovementDraft) -> str:
    """What was answered, over a connection of this thread."""
    try:
        return post(actor=actor, movement=movement)
    except Refused as fault:
        return fault.code
    finally:
        connection.close()


def test_of_two_who_issue_the_last_box_one_is_told() -> None:
    people = [somebody(name, "planner") for name in ("ana", "boris")]
    batch = stocked(people[0], 1)
    units = [Party.objects.create(kind="unit", name=f"Unit {number}", site_id="A") for number in range(2)]
    issues = [moves(batch, 1, S1, Spot("on_issue", ref=unit.pk.hex), kind="issue") for unit in units]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(answered, people, issues))
    assert sorted(ended) == ["created", "holding_negative"]
    held = Holding.everywhere.filter(batch=batch).values_list("place__kind", "place__ref", "quantity")
    assert list(held) == [("on_issue", units[ended.index("created")].pk.hex, 1)]


def test_of_the_same_sent_twice_at_once_one_is_a_retry() -> None:
    ana = somebody("ana", "planner")
    movement = moves(stocked(ana, 5), 2, S1, S2)
    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(lambda _: answered(ana, movement), range(2)))
    assert ended == ["created", "exists"]


def test_many_at_once_are_as_if_one_after_the_other() -> None:
    people = [somebody(name, "planner") for name in ("ana", "boris", "mila", "vera")]
    batch = stocked(people[0], 60)

    def work(number: int) -> Counter[str]:
        chance, told = Random(number), Counter[str]()
        for _ in range(EACH):
            here, there = chance.sample([S1, S2, S3], 2)
            told[answered(people[number], moves(batch, chance.randint(1, 40), here, there))] += 1
        return told

    with ThreadPoolExecutor(WORKERS) as pool:
        told = sum(pool.map(work, range(WORKERS)), Counter[str]())
    assert set(told) <= {"created", "holding_negative", "holding_negative_then"}
    assert Movement.objects.filter(kind="transfer").count() == told["created"]
    assert sum(Holding.objects.filter(batch=batch).values_list("quantity", flat=True)) == 60
    assert recompute_holdings() == []
    assert negative_at_any_time() == []
    numbers = list(MovementLine.objects.order_by("pk").values_list("pk", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Register.objects.get().last_line == len(numbers)
    vouchers = Movement.objects.exclude(voucher="").values_list("voucher", "site_id")
    by_site = Counter(site for _, site in vouchers)
    given = sorted((site, int(voucher.rpartition("/")[2])) for voucher, site in vouchers)
    assert given == sorted((site, number) for site, many in by_site.items() for number in range(1, many + 1))


def test_a_clock_that_jumps_back_takes_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = somebody("ana", "planner")
    batch = stocked(ana, 5)
    assert answered(ana, moves(batch, 5, S1, S2)) == "created"
    then = timezone.now() - timedelta(minutes=10)
    monkeypatch.setattr(timezone, "now", lambda: then)
    assert answered(ana, moves(batch, 5, S1, S3)) == "holding_negative"
    assert answered(ana, moves(batch, 5, S2, S3)) == "holding_negative_then"
    monkeypatch.undo()
    assert answered(ana, moves(batch, 5, S2, S3)) == "created"
    assert negative_at_any_time() == []
