"""The histories of lots and of what limits them, on the trail."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from rasr.node.people.histories import Row, tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.lots import queries
from rasr.node.records.models import Constraint, Lot


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    parts = ("lot-change", "lot-identity", "lot-component", "lot-component-drop", "lot-test", "lot-constraint")
    tell(
        *(Lot, _("Lot"), _lot),
        page="records:lot",
        argument="lot_id",
        beside=_of_lot,
        parts=tuple(f"records:{part}" for part in parts),
    )
    tell(
        *(Constraint, _("Ban or constraint"), _constraint),
        page="records:constraint",
        argument="constraint_id",
        parts=("records:constraint-lift",),
    )


def _lot(actor: User, row_id: str) -> str | None:
    found = queries.lots(actor).filter(pk=uuid_of(row_id)).first()
    return found.number if found else None


def _constraint(actor: User, row_id: str) -> str | None:
    found = queries.constraints(actor).filter(pk=uuid_of(row_id)).first()
    return str(found.get_kind_display()) if found else None


def _of_lot(actor: User, row_id: str) -> Iterable[Row]:
    keys = queries.constraints(actor).filter(lot=uuid_of(row_id)).values_list("pk", flat=True)
    return ((Constraint._meta.db_table, str(key)) for key in keys)
