"""The history of a decision on surplus, on the trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.models import Declaration
from rasr.node.records.surplus import queries


def tell_all() -> None:
    """Name it; called once, when the node starts."""
    parts = ("records:surplus-stock", "records:surplus-declare")
    tell(
        *(Declaration, _("Decision on surplus"), _decision),
        page="records:decision",
        argument="declaration_id",
        parts=parts,
    )


def _decision(actor: User, row_id: str) -> str | None:
    found = queries.decisions(actor).filter(pk=uuid_of(row_id)).first()
    return found.reference if found else None
