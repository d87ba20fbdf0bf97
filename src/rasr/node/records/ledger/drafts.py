"""What is sent to the ledger: movements before they are posted, with the batches and items that they bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from operator import attrgetter
from types import NoneType
from typing import Any
from uuid import UUID

from rasr.core.log.canonical import canonical
from rasr.core.records.ledger.places import Spot


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """A new batch; see ``models.Batch``. batch_id: made by the sender (UUIDv7)."""

    batch_id: UUID
    stock_id: str
    article_id: str
    lot: str | None = None
    condition: str | None = None
    purpose: str = "operational"
    year_made: int | None = None
    stabiliser_pct: float | None = None
    stabiliser_tested_on: date | None = None
    destroy_by: date | None = None
    declared_surplus_ref: str | None = None
    release_ref: str | None = None
    total_mass_kg: float | None = None
    total_neq_kg: float | None = None
    lot_record_id: UUID | None = None
    itemised: bool = False


BATCH_COLUMNS = tuple(field.name for field in fields(BatchDraft))
PLAIN = frozenset({str, int, float, bool, NoneType})
cells_of: Callable[[BatchDraft], tuple[Any, ...]] = attrgetter(*BATCH_COLUMNS)
"""The values of a new batch, in the order of ``BATCH_COLUMNS``."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """So much of a batch from here to there. quantity: None is all there is, nobody knows how many.

    item_id: of a batch that is itemised, with quantity 1.
    """

    batch_id: UUID
    quantity: int | None
    quantity_basis: str | None
    from_place: Spot
    to_place: Spot
    item_id: UUID | None = None


@dataclass(frozen=True)
class MovementDraft:
    """A movement before it is posted. movement_id: made by the sender (UUIDv7), so that a retry is known.

    batches: new ones that its lines name. corrects: the movement that it turns round. waived: codes of the rules that
    the second person has let it break. destination_id: the store that a despatch is bound for.
    """

    movement_id: UUID
    kind: str
    effective_at: datetime
    reason: str
    lines: tuple[LineDraft, ...]
    upload_id: UUID | None = None
    batches: tuple[BatchDraft, ...] = ()
    corrects_id: UUID | None = None
    reason_language: str = ""
    waived: tuple[str, ...] = ()
    destination_id: str | None = None

    def digest(self) -> str:
        """``sent``, which is worked out once."""
        return self.sent

    @cached_property
    def sent(self) -> str:
        """SHA-256 (hex) of all that was sent: the same draft sent again has the same."""
        head = (
            self.kind,
            self.effective_at,
            self.reason,
            self.reason_language,
            self.upload_id,
            self.corrects_id,
            self.destination_id,
        )
        whole = sha256(canonical([_told(value) for value in head]))
        for batch in self.batches:
            whole.update(repr(_batch(batch)).encode())
        for line in self.lines:
            whole.update(repr(_line(line)).encode())
        return whole.hexdigest()


def _batch(batch: BatchDraft) -> list[Any]:
    return [value if type(value) in PLAIN else _told(value) for value in cells_of(batch)]


def _line(line: LineDraft) -> tuple[Any, ...]:
    here, there = line.from_place, line.to_place
    return (
        *(line.batch_id.int, line.quantity, line.quantity_basis, line.item_id and line.item_id.int),
        *(str(here.kind), here.store_id, here.ref, str(there.kind), there.store_id, there.ref),
    )


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID | date) else value
