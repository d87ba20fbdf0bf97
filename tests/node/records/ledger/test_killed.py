"""kill -9 in the middle of a posting: what was acknowledged is there, and nothing is there by half.

``RASR_KILLS=1000`` makes it so many; ``make soak`` does. Each is seen to be in the middle, not between two postings.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from tests.node.conftest import somebody
from tests.node.people.attacks import ids_of
from tests.node.records.ledger import killed
from tests.node.records.ledger.machine import negative_at_any_time, where

from rasr.node.people.models import Entry, Leaf
from rasr.node.records.ledger.write import lock_register
from rasr.node.records.models import Batch, Holding, Movement, MovementLine, Register, VoucherSeries
from rasr.node.records.services import load_region, recompute_holdings

KILLS = int(os.environ.get("RASR_KILLS", "6"))
ROOT = Path(__file__).parents[4]


@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_is_there_and_nothing_is_half_posted(on_disk: str, tmp_path: Path) -> None:
    load_region(actor=somebody("ana", "planner"), region=where(), complete=True, source="test")
    (tmp_path / "uploads").mkdir(exist_ok=True)
    connection.close()
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    words = [sys.executable, "-m", killed.__name__, str(tmp_path), str(KILLS), "1"]
    subprocess.run(words, env={**clean, "RASR_DATABASE_URL": on_disk}, cwd=ROOT, check=True)
    told = dict(line.split() for line in (tmp_path / killed.ACKNOWLEDGED).read_text().splitlines() if " " in line)
    assert len(told) > KILLS // 2
    with transaction.atomic():
        lock_register()  # a server may still be at what its last client had sent
    lines = Counter(MovementLine.objects.values_list("movement_id", flat=True))
    assert {UUID(one): int(many) for one, many in told.items()}.items() <= lines.items()
    print(f"{len(told):,} acknowledged, {len(lines) - 1 - len(told)} posted without an answer")
    nothing_by_half(lines)


def nothing_by_half(lines: Counter[UUID]) -> None:
    """Every movement has all that belongs to it. lines: of each movement, how many."""
    assert set(lines) == set(Movement.objects.values_list("pk", flat=True))
    assert set(lines.values()) <= {*killed.SIZES}
    assert recompute_holdings() == []
    assert negative_at_any_time() == []
    numbers = MovementLine.objects.order_by("pk").values_list("pk", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))
    state = Register.objects.get()
    assert state.last_line == len(numbers)
    assert state.version == len(lines)
    series = VoucherSeries.objects.get()
    vouchers = {
        int(one.rpartition("/")[2]) for one in Movement.objects.exclude(voucher="").values_list("voucher", flat=True)
    }
    assert vouchers == set(range(1, series.last + 1))
    for model, table in (
        (Movement, "records_movement"),
        (MovementLine, "records_movementline"),
        (Batch, "records_batch"),
    ):
        keys = set(map(str, model._base_manager.values_list("pk", flat=True)))
        assert keys == {row_id for leaf in Leaf.objects.filter(table=table) for row_id in ids_of(leaf)}
    posted = Entry.objects.filter(act="movement.post").values_list("row_id", flat=True)
    assert set(posted) == set(map(str, lines))
    assert Holding.objects.count() == Batch.objects.count()
