"""The people of the small register, and movements in a few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import Spot
from rasr.core.reference.loader import sentences
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, User
from rasr.node.records.ledger import agreeing
from rasr.node.records.models import Batch, Breach, Holding
from rasr.node.records.services import LineDraft, LinesRefused, MovementDraft

S1, S2, S3 = map(Spot.store, ("S1", "S2", "S3"))
ACQUIRED, CONVERTED, DESTROYED, EXPENDED, EXPORTED, LOST, UNEXPLAINED = (
    Spot(kind) for kind in ("acquired", "converted", "destroyed", "expended", "exported", "lost", "unexplained")
)
ASKS, DECIDES = "asks", "decides"


@dataclass(frozen=True)
class Crew:
    """ana sees everything. keeper keeps site A (S1, S2), judge judges its organisation, mate is the second person
    there; stranger judges another organisation's stock (S3).
    """

    ana: User
    keeper: User
    judge: User
    mate: User
    stranger: User

    def ask(self, movement: MovementDraft, actor: User | None = None) -> Approval:
        """Ask for a second person."""
        return agreeing.ask_for(actor=actor or self.keeper, session=ASKS, movement=movement, reason="Campaign.")

    def agree(self, asked: Approval, **more: Any) -> Approval:
        """The mate looks, and approves what was shown."""
        given = {"actor": self.mate, "session": DECIDES, "approve": True, "reason": "Seen.", "digest": asked.digest}
        return approvals.decide(approval_id=asked.pk, **{**given, **more})


def moves(
    kind: str,
    *lines: tuple[str, int | None, Spot, Spot],
    ago_h: float = 0.0,
    items: tuple[UUID, ...] = (),
    **more: Any,
) -> MovementDraft:
    """A movement of records. items: of its lines, in their order."""
    named = [*items, *[None] * len(lines)]
    drafts = tuple(
        LineDraft(batch(record), quantity, None, here, there, item)
        for (record, quantity, here, there), item in zip(lines, named, strict=False)
    )
    return MovementDraft(uuid7(), kind, timezone.now() - timedelta(hours=ago_h), "because", drafts, **more)


def batch(record: str) -> UUID:
    """The latest batch of a record."""
    found = Batch.objects.filter(stock_id=record).order_by("batch_id").last()
    assert found is not None
    return found.pk


def held(record: str, store: str) -> int | None:
    """What a store holds of all batches of a record."""
    found = Holding.objects.filter(batch__stock_id=record, store=store).values_list("quantity", flat=True)
    return sum(found) if all(one is not None for one in found) else None


def breaches(store: str) -> list[tuple[str, str]]:
    """The open breaches of a store: code and subject."""
    return sorted(Breach.objects.filter(store=store, closed_at=None).values_list("code", "subject"))


def refused(code: str, act: Callable[[], Any]) -> Refused:
    """The act is refused with this code, and all that its sentence names is told."""
    with pytest.raises(Refused) as fault:
        act()
    assert fault.value.code == code, fault.value
    faults = [one for _, one in fault.value.lines] if isinstance(fault.value, LinesRefused) else [fault.value]
    for one in faults:
        names = {name for _, name, _, _ in Formatter().parse(sentences()[one.code].text) if name}
        assert names <= one.numbers.keys(), one
        assert None not in one.numbers.values(), one
        assert not {"", "None"} & set(one.numbers.values()), one
    return fault.value
