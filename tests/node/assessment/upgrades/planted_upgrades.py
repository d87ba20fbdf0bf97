"""An upgrade project with works, money, a photograph and a programme, for the walk and for the counting of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tests.node.assessment.licences.planted_licences import second
from tests.node.records.catalogue.planted_catalogue import photograph
from tests.node.records.lots.planted_lots import WHY_SENT, chief

from rasr.node.assessment.models import Upgrade
from rasr.node.assessment.upgrades import agreeing, photographs, services
from rasr.node.assessment.upgrades.costs import Costs, Money, Work
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval
from rasr.node.people.place import Place
from rasr.node.places.models import Store
from rasr.node.records.lots.told import Why

WHY = Why("So.", "en")
DAY = date(2026, 1, 5)
COSTS: dict[str, Any] = {
    "works_kind_0": "fence",
    "works_what_0": "North",
    "works_cents_0": "10.50",
    "works_currency_0": "EUR",
    "money_donor_0": "EU",
    "money_cents_0": "5",
    "money_currency_0": "EUR",
    **WHY_SENT,
}
HANDS_OVER: dict[str, Any] = {"on": "2026-01-06", **WHY_SENT}
STATES: dict[str, Any] = {"name": "Programme", "source": "A page", "stated_police_storage": "7", **WHY_SENT}
SENT: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "upgrade-change": ("upgrade.change", {"name": "Other", "contractor": "Firm", **WHY_SENT}, {}),
    "upgrade-costs": ("upgrade.price", COSTS, {}),
    "upgrade-ask": ("approval.ask", WHY_SENT, {}),
    "upgrade-step": ("upgrade.abandoned", {"on": "2026-01-05", **WHY_SENT}, {"step": "abandon"}),
}
"""Address of a project to the act that it leaves, what its form sends, and what stands in the address besides."""


@dataclass(frozen=True)
class Planted:
    """Keys of what was planted."""

    upgrade_id: UUID
    upgrade_photo_id: UUID
    programme_id: UUID


def proposes(store_id: str) -> dict[str, Any]:
    """What the form of a new one sends when all is well."""
    return {"place": f"store:{store_id}", "name": "Doors", "handover_planned_on": "2026-02-01", **WHY_SENT}


def propose(store_id: str, says: str, works: tuple[Work, ...] = (), money: tuple[Money, ...] = ()) -> Upgrade:
    """A project in a store with works and money."""
    facts = {"name": says, "contractor": says, "upkeep_owner": says, "handover_planned_on": DAY}
    made = services.propose(actor=chief(), place=Place(store_id=store_id), facts=facts, why=WHY)
    return services.price(actor=chief(), upgrade_id=made.pk, costs=Costs(works, money), why=WHY)


def agree(made: Upgrade) -> Upgrade:
    """Let a second person approve it."""
    return _decided(made, agreeing.ask(actor=chief(), session="asks", upgrade_id=made.pk, reason="So."))


def under_way(store_id: str, says: str) -> Upgrade:
    """One that was begun."""
    made = agree(propose(store_id, says, (Work("locks", says, 1050, "EUR", says),)))
    return services.step(actor=chief(), upgrade_id=made.pk, name="begin", on=DAY, why=WHY)


def hand_over(made: Upgrade, on: date = DAY) -> Upgrade:
    """Let a second person see that its works are there."""
    asked = agreeing.ask_handover(actor=chief(), session="asks", upgrade_id=made.pk, on=on, reason="So.")
    return _decided(made, asked)


def _decided(made: Upgrade, asked: Approval) -> Upgrade:
    agreed: dict[str, Any] = {"session": "decides", "approve": True, "reason": "Seen.", "digest": asked.digest}
    approvals.decide(actor=second(), approval_id=asked.pk, **agreed)
    made.refresh_from_db()
    return made


def plant(store_id: str, says: str, of_organisation: str = "Zeta") -> Planted:
    """One that is proposed, in a programme, with a photograph; beside it one that was abandoned."""
    works = (Work("fence", says, None, ""), Work("locks", says, 1050, "EUR", says))
    money = (Money(says, 1050, "EUR"),)
    gone = propose(store_id, says, works, money)
    services.step(actor=chief(), upgrade_id=gone.pk, name="abandon", on=DAY, why=Why(says, "en"))
    made = propose(store_id, says, works, money)
    programme = services.found_programme(
        actor=chief(),
        organisation_id=Store.objects.get(pk=store_id).site.organisation_id,
        name=of_organisation,
        source=of_organisation,
        stated={"police_storage": 7},
        why=WHY,
    )
    services.change(actor=chief(), upgrade_id=made.pk, facts={"programme_id": programme.pk}, why=WHY)
    photo = photographs.add(actor=chief(), upgrade_id=made.pk, file=photograph(), caption=says)
    return Planted(made.pk, photo.pk, programme.pk)
