"""What is found again was missing before: no more comes back from ``unexplained`` as recovered than went there.

A count may find more than was ever known, and a consignment may hold more than was sent; a recovery may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, Sum, Value, When

from rasr.core.basis.findings import Number, Refused
from rasr.core.records.ledger.places import UNEXPLAINED
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import MovementLine


class Short(NamedTuple):
    """What is missing. unknown: how often so many went missing that nobody knows how many; then pieces say nothing."""

    pieces: int
    unknown: int


def check(movements: Sequence[MovementDraft]) -> None:
    """Raises LinesRefused: not_missing. Where an unknown number went missing, nobody can say that it is more."""
    recoveries = [one for one in movements if one.kind == "recovery"]
    wanted = {line.batch_id for one in recoveries for line in one.lines if line.from_place.kind == UNEXPLAINED}
    if not wanted:
        return
    short = short_of(wanted)
    left = {batch_id: short.get(batch_id, Short(0, 0)).pieces for batch_id in wanted}
    for movement in recoveries:
        faults = []
        for position, line in enumerate(movement.lines):
            if line.from_place.kind != UNEXPLAINED or line.quantity is None:
                continue
            if line.batch_id in short and short[line.batch_id].unknown > 0:
                continue
            if line.quantity > left[line.batch_id]:
                numbers: dict[str, Number] = {
                    "record": str(line.batch_id),
                    "missing": left[line.batch_id],
                    "wanted": line.quantity,
                }
                faults.append((position, Refused("not_missing", **numbers)))
            left[line.batch_id] -= line.quantity
        if faults:
            raise LinesRefused(faults)


def short_of(batches: Iterable[UUID]) -> dict[UUID, Short]:
    """What of each batch went to ``unexplained`` and did not come back; of those of which anything ever did.

    A movement that takes a batch out and puts it back changes what is known of it; of that nothing is missing.
    """
    out, back = Q(to_place__kind=UNEXPLAINED), Q(from_place__kind=UNEXPLAINED)
    same = MovementLine.objects.filter(movement=OuterRef("movement"), batch=OuterRef("batch"), item=None)
    found: dict[UUID, Short] = {}
    for some in in_parts(batches):
        lines = MovementLine.objects.filter(out | back, batch__in=some).order_by()
        lines = lines.exclude(Exists(same.filter(out)), Exists(same.filter(back)))
        summed = lines.values_list("batch").annotate(
            pieces=Sum(Case(When(out, then=F("quantity")), default=-F("quantity"))),
            unknown=Sum(Case(When(Q(quantity=None) & out, then=1), When(quantity=None, then=-1), default=Value(0))),
        )
        for batch_id, pieces, unknown in summed:
            found[batch_id] = Short(max(int(pieces or 0), 0), max(int(unknown), 0))
    return found
