"""A signed licence and an emergency card for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.node.conftest import somebody
from tests.node.records.lots.planted_lots import chief

from rasr.node.assessment.licences import cards, distances, giving
from rasr.node.assessment.models import LicenceForm
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import User
from rasr.node.places.models import Licence

UNTIL = date(2099, 1, 1)
PROPOSES: dict[str, Any] = {
    "limit_1_4": "1",
    "valid_until": UNTIL.isoformat(),
    "document": "D",
    "reason": "So.",
    "reason_language": "en",
}
CONTACTS: dict[str, Any] = {"contacts": "Fire brigade: 112", "as_of": "2026-01-05"}
DISTANCES: dict[str, Any] = {
    "withdrawal_m_1": "800",
    "source": "D 1",
    "as_of": "2026-01-05",
    "reason": "So.",
    "reason_language": "en",
}
"""What the forms send when all is well."""


SENT: dict[str, tuple[str, dict[str, Any]]] = {
    "propose": ("approval.ask", PROPOSES),
    "card-contacts": ("card.contacts", CONTACTS),
    "card-distances": ("approval.ask", DISTANCES),
    "card-address": ("card.open", {"what": "renew"}),
}
"""Name of a form to its acts and what it sends."""


def second() -> User:
    """Who signs licences."""
    found = User.objects.filter(username="second-of-licences").first()
    return found or somebody("second-of-licences", "approver")


def draft(store_id: str, says: str, limits: dict[str, float] | None = None) -> giving.Draft:
    """A licence that distances may not allow, so it names an exception."""
    return giving.Draft(store_id, limits or {"1.4": 1.0}, UNTIL, says, says, says, "en")


def plant(store_id: str, says: str) -> UUID:
    """A licence signed by a second person, and a card with everything on it; the id of the form."""
    now = dict(Licence.objects.filter(store=store_id).values_list("hazard_division", "neq_limit_kg"))
    asked = giving.propose(actor=chief(), session="asks", draft=draft(store_id, says, {"1.4": 1.0, **now}), reason=says)
    agreed: dict[str, Any] = {"session": "decides", "approve": True, "reason": says, "digest": asked.digest}
    approvals.decide(actor=second(), approval_id=asked.pk, **agreed)
    day = date(2026, 1, 5)
    cards.write_contacts(actor=chief(), store_id=store_id, contacts=f"{says}: 112", as_of=day)
    read = distances.Draft(store_id, {"1": {cards.WITHDRAWAL: 800.0}}, says, day)
    asked = distances.propose(actor=chief(), session="asks", draft=read, reason=says)
    approvals.decide(actor=second(), approval_id=asked.pk, **{**agreed, "digest": asked.digest})
    cards.renew_address(actor=chief(), store_id=store_id)
    return LicenceForm.objects.filter(store=store_id).latest("number").pk
