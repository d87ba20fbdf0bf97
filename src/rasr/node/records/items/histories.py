"""The history of an item on the trail, with the movements that it was in; its photographs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rasr.node.people.histories import Row, tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.catalogue import pictures
from rasr.node.records.histories import movements
from rasr.node.records.items import queries
from rasr.node.records.models import Item

PARTS = ("item-change", "item-legal", "item-hand-over", "item-take-back", "item-return")


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    parts = tuple(f"records:{part}" for part in PARTS)
    tell(Item, _("Item"), _item, page="records:item", argument="item_id", beside=_of_item, parts=parts)
    pictures.pictured(Item, _adds)


def _item(actor: User, row_id: str) -> str | None:
    found = queries.items(actor).filter(pk=uuid_of(row_id)).first()
    return str(found) if found else None


def _adds(actor: User, row_id: str) -> bool:
    return queries.kept(actor).filter(pk=uuid_of(row_id)).exists()


def _of_item(actor: User, row_id: str) -> Iterable[Row]:
    return movements(actor, Q(item=uuid_of(row_id)))
