"""Posts to a ledger that grows, and times it: ``python -m tests.bench.ledger_times HOME LINES``, JSON at the end.

In a process of its own, everything on: rights, rules, vouchers, trail, log; and the disk is waited for (fsync). The
database is the one in RASR_DATABASE_URL, else SQLite in HOME.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from rasr.node.start import start

SINGLES = 400
AT_ONCE = 20_000
FIRST = 10_000
FROM, TO = "S1", "S2"


def main(home: Path, most_lines: int) -> dict[str, Any]:
    """Times at 10^4 lines, ten times as many, and so on, up to most_lines."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "node.toml").write_text('mode = "demo"\nlog_level = "error"\n', encoding="utf-8")
    start(home)
    # the models can be loaded only when Django has been set up
    from django.db import connection
    from tests.node.records.ledger.machine import where

    from rasr.node.host.home import prepare
    from rasr.node.people import services as people
    from rasr.node.records.services import load_region

    prepare()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    keeper = people.add_user(username="keeper", password="keeper", role="planner", check_password=False)
    load_region(actor=keeper, region=where(), complete=True, source="bench")
    found, target = [], FIRST
    while target <= most_lines:
        bulk = grow(keeper, target)
        found.append({"lines": target, **bulk, **singles(keeper), "card_ms": card_ms(keeper)})
        print(json.dumps(found[-1]), file=sys.stderr, flush=True)
        target *= 10
    return {"database": connection.vendor, "sizes": found}


def grow(actor: Any, target: int) -> dict[str, float]:
    """Receive and move until there are so many lines; lines per second of the last movements."""
    from django.utils import timezone
    from uuid6 import uuid7

    from rasr.node.records.models import Register
    from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

    took: dict[str, float] = {}
    acquired, one, two = Spot("acquired"), Spot.store(FROM), Spot.store(TO)
    while (left := target - Register.objects.get().last_line) > 0:
        size = min(AT_ONCE, max(1, left // 2))
        batches = tuple(BatchDraft(uuid7(), "R", "rifles") for _ in range(size))
        for kind, here, there, brought in (("receipt", acquired, one, batches), ("transfer", one, two, ())):
            lines = tuple(LineDraft(batch.batch_id, 10, "counted", here, there) for batch in batches)
            movement = MovementDraft(uuid7(), kind, timezone.now(), "bench", lines, batches=brought)
            began = time.perf_counter()
            assert post(actor=actor, movement=movement) == "created"
            took[kind] = max(took.get(kind, 0.0), size / (time.perf_counter() - began))
    return {f"{kind}_lines_per_s": round(speed) for kind, speed in took.items()}


def processor_ms(began: float, times: int) -> float:
    """Processor time of this program for each of so many: what others take from the machine is not in it."""
    return round(1000 * (time.process_time() - began) / times, 2)


def singles(actor: Any) -> dict[str, float]:
    """One batch goes to and fro: postings of one line per second, and how long they take."""
    from django.utils import timezone
    from uuid6 import uuid7

    from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

    acquired, one, two = Spot("acquired"), Spot.store(FROM), Spot.store(TO)
    batch = BatchDraft(uuid7(), "SINGLE", "rifles")
    line = LineDraft(batch.batch_id, 5, "counted", acquired, one)
    post(actor=actor, movement=MovementDraft(uuid7(), "receipt", timezone.now(), "bench", (line,), batches=(batch,)))
    times_ms = []
    began_processor = time.process_time()
    for _ in range(SINGLES):
        line = LineDraft(batch.batch_id, 5, "counted", one, two)
        movement = MovementDraft(uuid7(), "transfer", timezone.now(), "bench", (line,))
        began = time.perf_counter()
        post(actor=actor, movement=movement)
        times_ms.append(1000 * (time.perf_counter() - began))
        one, two = two, one
    cuts = quantiles(times_ms, n=100, method="inclusive")
    alone_ms = processor_ms(began_processor, SINGLES)
    per_s = 1000 * len(times_ms) / sum(times_ms)
    return {
        "singles_per_s": round(per_s),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "processor_ms": alone_ms,
    }


def card_ms(actor: Any) -> float:
    """The stock card of the batch that went to and fro, at its quickest."""
    from rasr.node.records.models import Batch
    from rasr.node.records.movements.cards import card_of

    batch = Batch.objects.filter(stock_id="SINGLE").latest("batch_id")
    took = []
    for _ in range(3):
        began = time.perf_counter()
        card_of(actor, "batch", str(batch.pk))
        took.append(1000 * (time.perf_counter() - began))
    return round(min(took), 1)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
