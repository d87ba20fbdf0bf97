"""A movement that waits for a second person, for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from tests.node.records.lots.planted_lots import chief
from uuid6 import uuid7

from rasr.node.records.ledger import agreeing
from rasr.node.records.models import Holding
from rasr.node.records.services import LineDraft, MovementDraft, Spot


def plant(store_id: str, says: str) -> UUID:
    """Ask to write off one piece with explosive of a store; the id of the request."""
    held = Holding.objects.filter(store=store_id, quantity__gt=1, batch__itemised=False, batch__article__unit="piece")
    one = held.filter(batch__article__neq_kg_each__gt=0).earliest("pk")
    line = LineDraft(one.batch_id, 1, one.quantity_basis, Spot.store(store_id), Spot("unexplained"))
    movement = MovementDraft(uuid7(), "write_off", timezone.now(), says, (line,))
    return agreeing.ask_for(actor=chief(), session="asks", movement=movement, reason=says).pk
