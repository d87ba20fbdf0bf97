"""A refusal tells somebody where an item is only if that is, or was last, in a store of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Coalesce

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import ItemPosition, MovementLine

ELSEWHERE = "item_elsewhere"
"""The refusal that names the place of an item."""


@contextmanager
def told_to(actor: User | None) -> Iterator[None]:
    """What is refused inside names no place that the actor may not see. None: nobody knows who will read it."""
    try:
        yield
    except LinesRefused as fault:
        asked = {UUID(str(one.numbers["item"])) for _, one in fault.lines if one.code == ELSEWHERE}
        if not asked:
            raise
        seen = set() if actor is None else _seen(actor, asked)
        raise LinesRefused([(position, _told(one, seen)) for position, one in fault.lines]) from None


def _told(fault: Refused, seen: set[str]) -> Refused:
    if fault.code != ELSEWHERE or str(fault.numbers["item"]) in seen:
        return fault
    return Refused("item_not_there", item=fault.numbers["item"], place=fault.numbers["place"])


def _seen(actor: User, item_ids: set[UUID]) -> set[str]:
    """Those of some items that are, or were last, in a store in scope."""
    left = MovementLine.objects.filter(pk=OuterRef("line_id")).values("from_place__store")[:1]
    stores = Store.objects.filter(scope_of(actor).stores()).values("pk")
    found: set[str] = set()
    for some in in_parts(item_ids):
        rows: Any = ItemPosition.objects.filter(item__in=some)
        rows = rows.annotate(keeper_id=Coalesce("place__store", Subquery(left), output_field=TextField()))
        found.update(map(str, rows.filter(keeper_id__in=stores).values_list("item_id", flat=True)))
    return found
