"""Who works with the small register: an officer and a keeper of one ministry, an officer of another, one of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.node.conftest import somebody
from tests.node.records.small_register import region

from rasr.node.people.models import User
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Batch, Holding
from rasr.node.records.services import load_region

STOCK = {
    "R1": "S1 bombs 5 lot=БК-01",
    "R2": "S2 powder ?",
    "R3": "S3 bombs 2 lot=BK-01",
    "R4": "S1 rifles 6",
    "R5": "S2 bombs 3",
}
WHY = Why("because it is so", "en")


@dataclass(frozen=True)
class People:
    """officer judges and keeper keeps A (S1, S2); stranger judges B (S3); chief judges all."""

    loader: User
    officer: User
    keeper: User
    stranger: User
    chief: User


def people(stock: dict[str, Any] | None = None) -> People:
    """The small register, loaded, and everybody."""
    loader = somebody("ana", "planner")
    load_region(actor=loader, region=region(stock or STOCK), complete=True, source="test")
    return People(
        loader,
        somebody("officer", "technical_officer", organisation_id="AL-MOD"),
        somebody("keeper", "storekeeper", site_id="A"),
        somebody("stranger", "technical_officer", organisation_id="ME-POL"),
        somebody("chief", "technical_officer"),
    )


def batch(record: str) -> UUID:
    """The batch of a record that something is left of."""
    held = Holding.objects.filter(batch__stock_id=record).exclude(quantity=0)
    return held.latest("pk").batch_id if held else Batch.objects.get(stock_id=record).pk
