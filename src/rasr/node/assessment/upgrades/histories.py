"""Upgrade projects and programmes have a history on the trail; their handovers stand in the list of what is due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import Programme, Upgrade
from rasr.node.assessment.upgrades import queries
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.events import due

PARTS = ("upgrade-change", "upgrade-costs", "upgrade-ask", "upgrade-hand-over", "upgrade-photo-add", "upgrade-step")


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    about = {
        "page": "assessment:upgrade",
        "argument": "upgrade_id",
        "parts": tuple(f"assessment:{one}" for one in PARTS),
    }
    tell(Upgrade, _("Upgrade project"), _upgrade, **about)
    tell(Programme, _("Programme"), _programme, page="assessment:programme-list")
    due.also("upgrade", (_("Upgrade project"), _("Hand over: {what}")), "assessment:upgrade-list", queries.due_for)


def _upgrade(actor: User, row_id: str) -> str | None:
    found = queries.upgrades(actor).filter(pk=uuid_of(row_id)).first()
    return found.name if found else None


def _programme(actor: User, row_id: str) -> str | None:
    found = queries.programmes(actor).filter(pk=uuid_of(row_id)).first()
    return found.name if found else None
