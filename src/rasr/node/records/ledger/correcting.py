"""Putting a mistake right: another movement, with a reason, that turns the first one round line by line.

post(actor=officer, movement=correction_of(mistaken, movement_id=uuid7(), reason="counted twice"))
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.kinds import CORRECTION, Kind
from rasr.core.records.ledger.places import Spot
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.models import Movement, MovementLine

AS_KIND = Kind(frozenset(), needs_second_person=True, is_judgement=True)
"""What holds of a correction."""


def correction_of(movement: Movement, *, movement_id: UUID, reason: str, reason_language: str = "") -> MovementDraft:
    """The movement that turns another one round, to take effect now."""
    lines = tuple(
        LineDraft(line.batch_id, line.quantity, line.quantity_basis, line.to_place, line.from_place, line.item_id)
        for line in reversed(lines_of(movement.pk))
    )
    return MovementDraft(
        movement_id, CORRECTION, timezone.now(), reason, lines, corrects_id=movement.pk, reason_language=reason_language
    )


def check(movement: MovementDraft) -> None:
    """Refuse what is not another movement turned round, once. Raises Refused: correction_unlike, corrected_already."""
    if movement.corrects_id is None:
        raise Refused("correction_unlike")
    if Movement.objects.filter(corrects=movement.corrects_id).exists():
        raise Refused("corrected_already")
    known = [
        LineDraft(line.batch_id, line.quantity, line.quantity_basis, line.to_place, line.from_place, line.item_id)
        for line in reversed(lines_of(movement.corrects_id))
    ]
    if not known or known != list(movement.lines):
        raise Refused("correction_unlike")
    if not movement.reason.strip():
        raise Refused("reason_wanted")


def lines_of(movement_id: UUID) -> list[LineDraft]:
    """The lines of a movement as they were sent."""
    found = (
        MovementLine.objects.filter(movement=movement_id)
        .order_by("position")
        .values_list(
            *("batch_id", "quantity", "quantity_basis", "item_id"),
            *("from_place__kind", "from_place__store_id", "from_place__ref"),
            *("to_place__kind", "to_place__store_id", "to_place__ref"),
        )
    )
    return [
        LineDraft(batch, quantity, basis, Spot(*ends[:3]), Spot(*ends[3:]), item)
        for batch, quantity, basis, item, *ends in found
    ]
