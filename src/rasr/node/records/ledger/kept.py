"""A movement before it is posted, as JSON can keep it until a second person has agreed.

>>> draft = MovementDraft(UUID(int=1), "loss", datetime(2026, 1, 2, tzinfo=UTC), "", ())
>>> draft_of(kept(draft)) == draft
True
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from rasr.core.records.ledger.places import Spot
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, BatchDraft, LineDraft, MovementDraft

IDS = frozenset({"batch_id", "lot_record_id"})
DAYS = frozenset({"stabiliser_tested_on", "destroy_by"})
Kept = Mapping[str, Any]


def kept(movement: MovementDraft) -> dict[str, Any]:
    """The movement as JSON; what a second person lets pass is not of it."""
    return {
        "movement_id": movement.movement_id.hex,
        "kind": str(movement.kind),
        "effective_at": movement.effective_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "reason": movement.reason,
        "reason_language": movement.reason_language,
        "upload_id": movement.upload_id and movement.upload_id.hex,
        "corrects_id": movement.corrects_id and movement.corrects_id.hex,
        "destination_id": movement.destination_id,
        "batches": [{name: _plain(getattr(batch, name)) for name in BATCH_COLUMNS} for batch in movement.batches],
        "lines": [_line(line) for line in movement.lines],
    }


def draft_of(found: Kept) -> MovementDraft:
    """The movement again: with the same digest."""
    return MovementDraft(
        movement_id=UUID(found["movement_id"]),
        kind=found["kind"],
        effective_at=datetime.fromisoformat(found["effective_at"]),
        reason=found["reason"],
        lines=tuple(_line_of(*line) for line in found["lines"]),
        upload_id=_id(found["upload_id"]),
        batches=tuple(BatchDraft(**{name: _typed(name, batch[name]) for name in batch}) for batch in found["batches"]),
        corrects_id=_id(found["corrects_id"]),
        reason_language=found["reason_language"],
        destination_id=found["destination_id"],
    )


def _line(line: LineDraft) -> list[Any]:
    item = line.item_id and line.item_id.hex
    return [line.batch_id.hex, line.quantity, line.quantity_basis, _spot(line.from_place), _spot(line.to_place), item]


def _line_of(
    batch: str, quantity: int | None, basis: str | None, here: list[Any], there: list[Any], item: str | None
) -> LineDraft:
    return LineDraft(UUID(batch), quantity, basis, Spot(*here), Spot(*there), _id(item))


def _spot(spot: Spot) -> list[Any]:
    return [str(spot.kind), spot.store_id, spot.ref]


def _id(found: str | None) -> UUID | None:
    return None if found is None else UUID(found)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, date) else value


def _typed(name: str, value: Any) -> Any:
    if value is None or name not in IDS | DAYS:
        return value
    return UUID(value) if name in IDS else date.fromisoformat(value)
