"""The history of a count on the trail, with the movement that adjusted the stock to it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from rasr.node.people.histories import Row, tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.counts import queries
from rasr.node.records.models import Count, Movement

PARTS = (
    *("enter", "scan", "extra", "finish", "report", "findings", "settle", "drop", "hand-in"),
    *("form", "offline"),
)
"""Further pages of a count."""


def tell_all() -> None:
    """Name it; called once, when the node starts."""
    parts = tuple(f"records:count-{part}" for part in PARTS)
    tell(Count, _("Count"), _count, page="records:count", argument="count_id", beside=_of_count, parts=parts)


def _count(actor: User, row_id: str) -> str | None:
    found = queries.counts(actor).filter(pk=uuid_of(row_id)).first()
    return f"{found.get_kind_display()}, {found.store_id}" if found else None


def _of_count(_actor: User, row_id: str) -> Iterable[Row]:
    """Who sees the count sees the store that the movement is of."""
    adjusted = Count.objects.filter(pk=uuid_of(row_id), adjustment__isnull=False)
    return ((Movement._meta.db_table, str(key)) for key in adjusted.values_list("adjustment", flat=True))
