"""Posts to a ledger that grows, and times it: ``python -m tests.bench.ledger_times HOME LINES``, JSON at the end.

In a process of its own, everything on: rights, rules, vouchers, trail, log; and the disk is waited for (fsync). The
database is the one in RASR_DATABASE_URL, else SQLite in HOME.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from rasr.node.start import start

SINGLES = 400
BULK, ROUNDS = 5_000, 3
FIRST = 10_000
FROM, TO = "S1", "S2"


def main(home: Path, most_lines: int) -> dict[str, Any]:
    """Times at 10^4 lines, ten times as many, and so on, up to most_lines."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "node.toml").write_text('mode = "demo"\nlog_level = "error"\n', encoding="utf-8")
    start(home)
    # the models can be loaded only when Django has been set up
    from django.db import connection
    from tests.bench.ledger_filled import fill, where

    from rasr.node.host.home import prepare
    from rasr.node.people import services as people
    from rasr.node.records.models import Register
    from rasr.node.records.services import load_region

    prepare()
    keeper = people.add_user(username="keeper", password="keeper", role="planner", check_password=False)
    load_region(actor=keeper, region=where(), complete=True, source="bench")
    singles(keeper)  # the first of anything is slow
    found: list[dict[str, Any]] = []
    target = FIRST
    while target <= most_lines:
        began = time.perf_counter()
        fill(keeper, target - Register.objects.get().last_line)
        filled_s = round(time.perf_counter() - began, 1)
        lines = Register.objects.get().last_line
        found.append({"lines": lines, "filled_s": filled_s, **cards(keeper), **singles(keeper), **bulk(keeper)})
        found[-1]["ratios"] = ratios(found[-1], found[0])
        print(json.dumps(found[-1]), file=sys.stderr, flush=True)
        target *= 10
    return {"database": connection.vendor, "sizes": found}


def ratios(now: dict[str, Any], first: dict[str, Any]) -> dict[str, float]:
    """How much longer each thing takes than in the smallest ledger: 1 is flat."""
    told = {name: now[name] / first[name] for name in first if name.endswith("_ms") and name in now}
    return {name: round(ratio, 2) for name, ratio in told.items()}


def bulk(actor: Any) -> dict[str, float]:
    """Receive new batches and move them, all lines of one movement: lines per second, the best of a few times."""
    from django.utils import timezone
    from uuid6 import uuid7

    from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

    took: dict[str, list[tuple[float, float]]] = {"receipt": [], "transfer": []}
    acquired, one, two = Spot("acquired"), Spot.store(FROM), Spot.store(TO)
    for _ in range(ROUNDS):
        batches = tuple(BatchDraft(uuid7(), "R", "rifles") for _ in range(BULK))
        for kind, here, there, brought in (("receipt", acquired, one, batches), ("transfer", one, two, ())):
            lines = tuple(LineDraft(batch.batch_id, 10, "counted", here, there) for batch in batches)
            movement = MovementDraft(uuid7(), kind, timezone.now(), "bench", lines, batches=brought)
            began, began_processor = time.perf_counter(), time.process_time()
            assert post(actor=actor, movement=movement) == "created"
            took[kind].append((time.perf_counter() - began, time.process_time() - began_processor))
    found: dict[str, float] = {}
    for kind, times in took.items():
        seconds, processor = min(times)[0], min(one for _, one in times)
        found |= {
            f"{kind}_lines_per_s": round(BULK / seconds),
            f"{kind}_lines_per_processor_s": round(BULK / processor),
        }
        found |= {f"{kind}_bulk_ms": round(1000 * seconds), f"{kind}_bulk_processor_ms": round(1000 * processor)}
    return found


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


def cards(actor: Any) -> dict[str, float]:
    """Stock cards, each at its quickest: of a record, an article, a store; as of another day; and a later page."""
    from django.utils import timezone

    from rasr.node.records.models import Batch
    from rasr.node.records.movements.cards import card_of

    single = str(Batch.objects.filter(stock_id="SINGLE").latest("batch_id").pk)
    day = timezone.localdate() - timedelta(days=150)
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "card_of_record_ms": ("batch", single, {}),
        "card_of_article_ms": ("article", "a7", {}),
        "card_of_article_then_ms": ("article", "a7", {"as_of": day}),
        "card_of_article_page_9_ms": ("article", "a7", {"page": 9}),
        "card_of_store_ms": ("store", "F7", {}),
        "card_of_store_article_ms": ("store", "F7", {"article_id": "a700"}),
    }
    found: dict[str, float] = {}
    for name, (what, key, options) in asked.items():
        took, processor = [], []
        for _ in range(3):
            began, began_processor = time.perf_counter(), time.process_time()
            card_of(actor, what, key, **options)
            took.append(1000 * (time.perf_counter() - began))
            processor.append(1000 * (time.process_time() - began_processor))
        found |= {name: round(min(took), 1), name.replace("_ms", "_processor_ms"): round(min(processor), 1)}
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
