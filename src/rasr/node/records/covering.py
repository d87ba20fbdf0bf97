"""Which tables of the register are leaves of the transparency log: those that are never changed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from rasr.node.people import covered, leaves
from rasr.node.records.models import Batch, Movement, MovementLine

MOVEMENT = ("kind", "effective_at", "recorded_at", "actor", "reason", "upload")
LINE = (
    *("movement", "position", "batch", "quantity", "quantity_basis"),
    *("from_place__kind", "from_place__store_id", "to_place__kind", "to_place__store_id"),
)
"""Of a place what it is, not its number: else it could be made another one."""
BATCH = (
    *("stock_id", "article", "lot", "condition", "purpose", "year_made", "stabiliser_pct", "stabiliser_tested_on"),
    *("destroy_by", "declared_surplus_ref", "release_ref", "total_mass_kg", "total_neq_kg"),
)
AT_ONCE = 900
"""Keys in one statement."""


def cover_all() -> None:
    """Name them; called once, when the node starts."""
    covered.cover(Movement, MOVEMENT)
    covered.cover(MovementLine, LINE)
    covered.cover(Batch, BATCH)


def cover_batches(batch_ids: Iterable[UUID]) -> None:
    """Leaves for these new batches. Raises what ``leaves.add`` raises."""
    left = iter(batch_ids)
    while some := list(islice(left, AT_ONCE)):
        leaves.add_found(Batch.objects.filter(pk__in=some))


def cover_movements(movement_ids: Iterable[UUID]) -> None:
    """Leaves for these new movements and their lines. Raises what ``leaves.add`` raises."""
    for movement_id in movement_ids:
        leaves.add_found(Movement.objects.filter(pk=movement_id))
        leaves.add_found(MovementLine.objects.filter(movement=movement_id))
