"""What a day brings about: a licence runs out, or a decision on mixing comes into force, and a store breaks a rule.

Tests that are due and shelf lives that end need nothing raised: ``due`` reads them from the lots themselves.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from rasr.core.hazard.divisions import licensed_as
from rasr.core.records.ledger.limits import EXPIRED, MIXED
from rasr.node.people import trail
from rasr.node.places.models import Licence
from rasr.node.records import mixing
from rasr.node.records.ledger import breaching, write
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.models import Breach, Holding


def sweep(now: datetime) -> int:
    """Raise what became a breach by the day: called again and again by the worker. How many stores were looked at.

    In the name of the node. What was raised before is not looked at again.
    """
    stores = _ended(now) | _mixed()
    if stores:
        with trail.asked(by=trail.NODE), transaction.atomic():
            write.lock_register()  # nobody posts meanwhile, and raises the same
            breaching.review(actor=None, store_ids=stores)
    return len(stores)


def _mixed() -> set[str]:
    """Stores whose open breaches of mixing are not those of the rules in force."""
    open_now = Breach.objects.filter(code=MIXED, closed_at=None).values_list("store_id", "subject")
    lying = {(store_id, pair) for store_id, pairs in mixing.everywhere()["no"].items() for pair in pairs}
    return {store_id for store_id, _pair in lying ^ set(open_now)}


def _ended(now: datetime) -> set[str]:
    """Stores that hold explosive by a licence that has ended, and of which no breach says so."""
    said = Breach.objects.filter(
        store=OuterRef("store"), subject=OuterRef("hazard_division"), code=EXPIRED, closed_at=None
    )
    over = Licence.objects.filter(~Exists(said), valid_until__lt=timezone.localdate(now), store__closed=False)
    pairs = set(over.values_list("store_id", "hazard_division"))
    found: set[str] = set()
    for some in in_parts({store_id for store_id, _ in pairs}):
        held = Holding.objects.filter(store__in=some, quantity__gt=0, batch__article__neq_kg_each__gt=0).order_by()
        for store_id, division in held.values_list("store_id", "batch__article__hazard_division").distinct():
            if (store_id, licensed_as(division)) in pairs:
                found.add(store_id)
    return found
