"""A campaign that destroys arms, month by month: received, moved to where it is destroyed, destroyed, reconciled.

Weapons are items, rounds are lots. Each month brings a share of all; two months later it is moved, two more and it is
destroyed, by a decision of the nation and with the agreement of a second person. Loaded when Django has been set up.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.db.models import Count, F, Max, Sum
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.records.ledger.places import Spot
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.people import services as people
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import User
from rasr.node.records import services as register
from rasr.node.records.items.services import ItemDraft, new_items
from rasr.node.records.ledger import agreeing, declaring
from rasr.node.records.lots.services import LotFacts, find_or_make
from rasr.node.records.models import Holding, Item, ItemPosition, Lot, Movement, MovementLine
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft

MONTHS, MONTH = 36, timedelta(days=30)
REST = 2
"""Months between receipt, move and destruction."""
ROUNDS_PER_LOT = 5_000
WEAPONS, ROUNDS = "rifle", "round"
REFERENCE = "REFERENCE"
"""A record that the campaign does not touch: a region without stock is none."""
DECISION = "Campaign decision 1"
ACQUIRED, DESTROYED = Spot("acquired"), Spot("destroyed")
COLLECTED, WORKS = Spot.store("COLLECTION-1"), Spot.store("WORKS-1")
Progress = Callable[[str, float], None]
TABLES: dict[str, list[dict[str, Any]]] = {
    "jurisdictions": [{"jurisdiction_id": "X", "name": "Nation of the bench"}],
    "organisations": [{"organisation_id": "X-MOD", "jurisdiction_id": "X", "kind": "defence", "name": "Ministry"}],
    "sites": [
        {"site_id": name, "organisation_id": "X-MOD", "kind": "depot", "name": name.capitalize()}
        | {"latitude_deg": at, "longitude_deg": 20.0}
        for name, at in (("COLLECTION", 42.0), ("WORKS", 43.0))
    ],
    "stores": [
        {"store_id": f"{name}-1", "site_id": name, "construction": "unknown", "latitude_deg": at, "longitude_deg": 20.0}
        for name, at in (("COLLECTION", 42.0), ("WORKS", 43.0))
    ],
    "licences": [
        {"store_id": name, "hazard_division": "1.4", "neq_limit_kg": 10_000.0, "valid_until": date(2199, 1, 1)}
        for name in ("COLLECTION-1", "WORKS-1")
    ],
    "articles": [
        {"article_id": WEAPONS, "name": "Rifle", "family": "small_arms", "unit": "piece", "mass_kg_each": 3.9}
        | {"hazard_division": "not_applicable", "compatibility_group": "not_applicable"},
        {"article_id": ROUNDS, "name": "Round", "family": "small_calibre", "unit": "piece"}
        | {"hazard_division": "1.4", "compatibility_group": "S", "neq_kg_each": 0.0017, "gross_mass_kg_each": 0.017},
    ],
    "stock": [
        {"stock_id": REFERENCE, "store_id": "COLLECTION-1", "article_id": WEAPONS, "quantity": 1}
        | {"purpose": "training"}
    ],
}


@dataclass
class Month:
    """What one month brought. batches: id and how many of each; items: those of the first batch."""

    at: datetime
    batches: list[tuple[UUID, int]] = field(default_factory=list)
    items: list[UUID] = field(default_factory=list)

    def lines(self, here: Spot, there: Spot) -> tuple[LineDraft, ...]:
        """All of it from here to there: weapons one by one."""
        weapons = self.batches[0][0] if self.items else None
        one_by_one = (LineDraft(weapons, 1, "counted", here, there, item) for item in self.items if weapons)
        lots = self.batches[1:] if self.items else self.batches
        return (*one_by_one, *(LineDraft(batch, many, "counted", here, there) for batch, many in lots))


def is_in_use() -> bool:
    """Whether the database holds a node that somebody works with."""
    return User.objects.exists()


def run(weapons: int, rounds: int, progress: Progress) -> dict[str, Any]:
    """The whole campaign. Gives the reconciliation by article, and the seconds it took without its preparation."""
    keeper, second = (
        people.add_user(username=name, password=name, role=role, check_password=False)
        for name, role in (("keeper", "planner"), ("second", "approver"))
    )
    officer = people.add_user(username="officer", password="officer", role="technical_officer", check_password=False)
    register.load_region(actor=keeper, region=_region(), complete=True, source="bench")
    start = timezone.now() - MONTH * (MONTHS + 2 * REST + 1)
    declaring.record_decision(
        actor=officer, reference=DECISION, decided_on=start.date(), authority="Government", organisation_id="X-MOD"
    )
    began, began_processor = time.perf_counter(), time.process_time()
    months: list[Month] = []
    for number in range(MONTHS + 2 * REST):
        progress("months", number / (MONTHS + 2 * REST))
        at = start + MONTH * number
        if number < MONTHS:
            months.append(_receive(keeper, at, _share(weapons, number), _share(rounds, number), number))
        if 0 <= number - REST < MONTHS:
            moved = _draft("transfer", at, months[number - REST].lines(COLLECTED, WORKS))
            register.post(actor=keeper, movement=moved)
        if 0 <= number - 2 * REST < MONTHS:
            _destroy(keeper, second, at, months[number - 2 * REST])
    took = {"seconds": time.perf_counter() - began, "processor_seconds": time.process_time() - began_processor}
    progress("reconciliation", 1.0)
    return {"weapons": weapons, "rounds": rounds, **took, **_reconciled()}


def _share(whole: int, month: int) -> int:
    """What comes in a month: the shares make up the whole."""
    return whole * (month + 1) // MONTHS - whole * month // MONTHS


def _receive(actor: User, at: datetime, weapons: int, rounds: int, number: int) -> Month:
    month = Month(at)
    drafts = []
    with transaction.atomic():
        if weapons:
            batch = BatchDraft(
                uuid7(), f"WEAPONS-{number}", WEAPONS, condition="C", declared_surplus_ref=DECISION, itemised=True
            )
            stamped = [ItemDraft(serial=f"{number:02}-{place:06}", origin="surrendered") for place in range(weapons)]
            made = new_items(actor=actor, article_id=WEAPONS, drafts=stamped)
            month.items = [item.pk for item in made]
            month.batches.append((batch.batch_id, weapons))
            drafts.append(batch)
        for place, many in enumerate(_lots(rounds)):
            lot = find_or_make(
                actor=actor, article_id=ROUNDS, facts=LotFacts(number=f"LOT {number}/{place}"), sure=True
            )
            batch = BatchDraft(
                uuid7(),
                f"ROUNDS-{number}-{place}",
                ROUNDS,
                lot=lot.number,
                condition="C",
                declared_surplus_ref=DECISION,
                lot_record_id=lot.pk,
            )
            month.batches.append((batch.batch_id, many))
            drafts.append(batch)
        register.post(
            actor=actor, movement=_draft("receipt", at, month.lines(ACQUIRED, COLLECTED), batches=tuple(drafts))
        )
    return month


def _lots(rounds: int) -> Iterator[int]:
    while rounds > 0:
        yield min(rounds, ROUNDS_PER_LOT)
        rounds -= ROUNDS_PER_LOT


def _destroy(keeper: User, second: User, at: datetime, month: Month) -> None:
    """Asked for by one, agreed to by another."""
    movement = _draft("destruction", at, month.lines(WORKS, DESTROYED))
    asked = agreeing.ask_for(actor=keeper, session="keeper", movement=movement, reason="Destroyed as decided.")
    approvals.decide(
        actor=second, session="second", approval_id=asked.pk, approve=True, reason="Seen.", digest=asked.digest
    )


def _draft(
    kind: str, at: datetime, lines: tuple[LineDraft, ...], batches: tuple[BatchDraft, ...] = ()
) -> MovementDraft:
    return MovementDraft(uuid7(), kind, at, "campaign of the bench", lines, batches=batches)


def _region() -> Region:
    frames = {}
    for table, rows in TABLES.items():
        schema = loader.contract(table).schema
        frames[table] = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    return Region.from_frames(frames)


def _reconciled() -> dict[str, Any]:
    """What came, by the lines of the ledger, beside what is kept of where it is."""
    sums: dict[str, Counter[str]] = {WEAPONS: Counter(), ROUNDS: Counter()}
    names = {"receipt": "received", "transfer": "moved", "destruction": "destroyed"}
    lines = MovementLine.objects.exclude(batch__stock_id=REFERENCE)
    held = Holding.everywhere.exclude(batch__stock_id=REFERENCE)
    by_kind = lines.values_list("batch__article_id", "movement__kind").annotate(Sum("quantity"))
    for article, kind, many in by_kind.order_by():
        sums[article][names[kind]] += many
    by_place = held.values_list("batch__article_id", "place__kind").annotate(Sum("quantity"))
    for article, kind, many in by_place.order_by():
        sums[article]["in stores" if kind == "store" else f"kept as {kind}"] += many
    for counts in sums.values():
        kept = counts["in stores"] + counts["kept as destroyed"]
        counts["unaccounted"] = abs(counts["received"] - kept) + abs(counts["destroyed"] - counts["kept as destroyed"])
    return {
        "articles": {
            name: {key: counts[key] for key in ("received", "moved", "destroyed", "in stores", "unaccounted")}
            for name, counts in sums.items()
        },
        "movements": Movement.objects.count(),
        "lines": MovementLine.objects.count(),
        "lots": Lot.objects.count(),
        "items_astray": _astray(),
        "holdings_wrong": len(register.recompute_holdings()),
    }


def _astray() -> int:
    """Items that are nowhere, or elsewhere than the last of their lines says, or more than one place says it holds."""
    nowhere = Item.objects.filter(at=None).count()
    last = MovementLine.objects.exclude(item=None).values("item").annotate(last=Max("pk")).values("last")
    at_last = MovementLine.objects.filter(pk__in=last, item__at__place=F("to_place"), item__at__batch=F("batch"))
    elsewhere = ItemPosition.objects.count() - at_last.count()
    told = Holding.everywhere.filter(batch__itemised=True).values_list("batch_id", "place_id", "quantity")
    counted = ItemPosition.objects.values_list("batch_id", "place_id").annotate(Count("pk"))
    return nowhere + elsewhere + len(set(told) ^ set(counted))
