"""Which tables of the register are leaves of the transparency log: those that are never changed.

What was just written is covered as it was written, without reading it back: a test holds that to what databases give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rasr.node.people import covered, leaves
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, MovementDraft
from rasr.node.records.models import Batch, Movement, MovementLine, Signature

MOVEMENT = (
    *("kind", "effective_at", "recorded_at", "actor", "reason", "reason_language", "upload", "digest", "site"),
    *("voucher", "corrects", "approval_id", "destination"),
)
LINE = (
    *("movement", "position", "effective_at", "batch", "item", "quantity", "quantity_basis"),
    *("from_place__kind", "from_place__store_id", "from_place__ref"),
    *("to_place__kind", "to_place__store_id", "to_place__ref"),
)
"""Of a place what it is, not its number: else it could be made another one."""
BATCH = (
    *("stock_id", "article", "lot", "condition", "purpose", "year_made", "stabiliser_pct", "stabiliser_tested_on"),
    *("destroy_by", "declared_surplus_ref", "release_ref", "total_mass_kg", "total_neq_kg", "lot_record", "itemised"),
)
SIGNATURE = ("movement", "role", "user", "name", "signed_at", "session")
assert len(BATCH) == len(BATCH_COLUMNS) - 1


def cover_all() -> None:
    """Name them; called once, when the node starts."""
    covered.cover(Movement, MOVEMENT)
    covered.cover(MovementLine, LINE)
    covered.cover(Batch, BATCH)
    covered.cover(Signature, SIGNATURE)


def cover_batches(batches: Iterable[Sequence[Any]]) -> None:
    """Leaves for these new batches: values of ``BATCH_COLUMNS``. Raises what ``leaves.add`` raises."""
    leaves.add_written((Batch, batches))


def cover_movements(made: Iterable[Movement], movements: Sequence[MovementDraft], first: int) -> None:
    """Leaves for these new movements and their lines, which are numbered from first. Raises as ``cover_batches``."""
    values_of = covered.COVERED[Movement._meta.db_table].values_of
    leaves.add_written((Movement, map(values_of, made)), (MovementLine, _lines(movements, first)))


def _lines(movements: Sequence[MovementDraft], first: int) -> Iterator[tuple[Any, ...]]:
    number = first
    for movement in movements:
        for position, line in enumerate(movement.lines):
            here, there = line.from_place, line.to_place
            yield (
                *(number, movement.movement_id, position, movement.effective_at, line.batch_id, line.item_id),
                *(line.quantity, line.quantity_basis),
                *(here.kind, here.store_id, here.ref, there.kind, there.store_id, there.ref),
            )
            number += 1
