"""Random operations on the ledger, whose invariants hold afterwards: a short run here, a long one by ``make soak``.

``RASR_SOAK=1000000`` makes it so many operations; ``RASR_SOAK_SEED`` another run of the same length.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from tests.node.conftest import somebody
from tests.node.records.ledger.machine import Machine, items_astray_at_any_time, negative_at_any_time, where
from tests.node.records.small_register import region
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.records.models import Holding, Item, MovementLine
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, load_region, post, post_all

OPERATIONS = int(os.environ.get("RASR_SOAK", "1500"))
SEED = int(os.environ.get("RASR_SOAK_SEED", "1"))
SHORT = 20_000
"""Above it the run writes to a disk, and commits."""
STEPS, CHECKS = 20, 5
"""After each step the ledger is held against the machine's account; so many times everything is looked at."""


@pytest.fixture
def actor(request: pytest.FixtureRequest) -> User:
    """Who may do everything with stock, in a register where nothing is in stock."""
    request.getfixturevalue("on_disk" if OPERATIONS > SHORT else "db")
    ana = somebody("ana", "planner")
    ana.grants.create(role="technical_officer")
    ana.known_grants = None
    load_region(actor=ana, region=where(), complete=True, source="test")
    return ana


@pytest.mark.django_db(transaction=OPERATIONS > SHORT)
def test_whatever_is_done_the_ledger_holds(actor: User) -> None:
    machine = Machine(actor, SEED, together=200 if OPERATIONS > SHORT else 20)
    begun = time.monotonic()
    for step in range(1, STEPS + 1):
        machine.run(OPERATIONS // STEPS)
        if step % (STEPS // CHECKS):
            machine.compare()
        else:
            machine.check()
        took_s = time.monotonic() - begun
        said = (
            f"{machine.done:,} operations, {machine.lines:,} lines, refused: {dict(machine.refused)}, {took_s:,.0f} s"
        )
        print(said, flush=True)
    assert len(machine.refused) >= 3
    assert machine.done >= OPERATIONS // STEPS * STEPS


@pytest.mark.django_db
def test_the_order_of_independent_movements_does_not_matter() -> None:
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=where(), complete=True, source="test")
    ends = []
    machine = Machine(ana, SEED)
    one, two = machine.stores[0], machine.stores[2]
    batches = [BatchDraft(uuid7(), f"R{number}", "rifles") for number in range(20)]
    lines = tuple(LineDraft(batch.batch_id, 10, "counted", Spot("acquired"), one) for batch in batches)
    post(actor=ana, movement=MovementDraft(uuid7(), "receipt", machine.now, "r", lines, batches=tuple(batches)))
    moves = [
        MovementDraft(uuid7(), "transfer", machine.now, "t", (LineDraft(batch.batch_id, 3, "counted", one, two),))
        for batch in batches
    ]
    names = ("batch_id", "place__store_id", "place__ref", "quantity", "latest_at")
    for turn in range(3):
        mixed = list(moves)
        machine.chance.shuffle(mixed)
        with transaction.atomic():
            if turn:
                post_all(actor=ana, movements=mixed)
            else:
                for move in mixed:
                    post(actor=ana, movement=move)
            ends.append(set(Holding.everywhere.values_list(*names)))
            transaction.set_rollback(True)
    assert len(ends[0]) == 41
    assert ends[0] == ends[1] == ends[2]


@pytest.mark.django_db
def test_what_was_negative_is_found() -> None:
    """The check of the soak itself is able to fail."""
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=region(), complete=True, source="test")
    assert negative_at_any_time() == []
    batch = Holding.objects.filter(quantity=5).get()
    place = batch.place_id
    line = batch.batch.lines.get()
    other = type(line).objects.create(
        line_id=10_000,
        movement=line.movement,
        position=77,
        effective_at=line.movement.effective_at,
        batch=batch.batch,
        quantity=6,
        from_place_id=place,
        to_place_id=line.from_place_id,
    )
    assert negative_at_any_time() == [(other.batch_id, place, -1)] or len(negative_at_any_time()) == 1


@pytest.mark.django_db
def test_what_was_astray_is_found() -> None:
    """This check too is able to fail."""
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=where(), complete=True, source="test")
    machine = Machine(ana, SEED)
    item = Item.objects.create(article_id="rifles", serial="1")
    batch = BatchDraft(uuid7(), "R2", "rifles", itemised=True)
    came = LineDraft(batch.batch_id, 1, "counted", Spot("acquired"), machine.stores[0], item.pk)
    post(actor=ana, movement=MovementDraft(uuid7(), "receipt", machine.now, "so", (came,), batches=(batch,)))
    assert items_astray_at_any_time() == []
    line = MovementLine.objects.get(item=item)
    line.pk, line.position = 10_000, 77  # it comes again, although it has not left
    line.save(force_insert=True)
    assert items_astray_at_any_time() == [(item.pk.hex if connection.vendor == "sqlite" else item.pk, 10_000)]


@pytest.mark.django_db
def test_what_went_and_came_back_in_one_go_was_away_in_between() -> None:
    """The holding is as before, but not its time: else what was away could be taken then."""
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=where(), complete=True, source="test")
    machine = Machine(ana, SEED)
    here, there, now = machine.stores[0], machine.stores[2], machine.now
    batch = BatchDraft(uuid7(), "R2", "rifles")

    def moved(kind: str, at_h: int, origin: Spot, target: Spot, many: int = 5, **more: Any) -> MovementDraft:
        line = LineDraft(batch.batch_id, many, "counted", origin, target)
        return MovementDraft(uuid7(), kind, now + timedelta(hours=at_h), "so", (line,), **more)

    post(actor=ana, movement=moved("receipt", 0, Spot("acquired"), here, 6, batches=(batch,)))
    post_all(actor=ana, movements=[moved("transfer", 2, here, there), moved("transfer", 4, there, here)])
    with pytest.raises(Refused) as caught:
        post(actor=ana, movement=moved("transfer", 3, here, machine.stores[3]))
    assert caught.value.code == "holding_negative_then"
    post(actor=ana, movement=moved("transfer", 3, here, machine.stores[3], 1))
    assert negative_at_any_time() == []
