"""Decisions on surplus for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.node.records.lots.planted_lots import chief

from rasr.node.places.models import Store
from rasr.node.records.ledger.declaring import record_decision
from rasr.node.records.models import Holding

ONCE = UUID("0190f000-0000-7000-8000-00000000d001")
"""Every form is sent with this id, so that stock is declared once."""
SENDS: dict[str, Any] = {"quantity": "1", "movement_id": str(ONCE), "reason": "So.", "reason_language": "en"}


def decision(organisation_id: str) -> dict[str, Any]:
    """What the form of a decision sends."""
    return {"reference": "D-new", "decided_on": "2026-01-05", "authority": "G", "organisation": organisation_id}


def owner_of(store_id: str) -> str:
    """The organisation of a store."""
    return Store.objects.get(pk=store_id).site.organisation_id


def plant(store_id: str, says: str) -> dict[str, Any]:
    """A decision about the stock of a store's organisation, and stock there that it could name."""
    made = record_decision(
        actor=chief(),
        reference=says,
        decided_on=date(2026, 1, 5),
        authority=says,
        organisation_id=owner_of(store_id),
        text=says,
    )
    rows = Holding.objects.filter(store=store_id, quantity__gt=1, batch__itemised=False).order_by("pk")
    return {"declaration_id": made.pk, "holding_id": rows.values_list("pk", flat=True)[0]}
