"""What an emergency card says, whoever reads it: signs, distances, contacts. Nothing else of the stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rasr.node.assessment.licences import queries, wording
from rasr.node.assessment.licences.cards import EVACUATION, WITHDRAWAL
from rasr.node.assessment.licences.telling import meters
from rasr.node.assessment.models import EmergencyCard
from rasr.node.places.models import Store


@dataclass(frozen=True)
class Sign:
    """A fire division. withdrawal, evacuation: in m; empty: not covered. is_main: the one for the door."""

    number: str
    shape: str
    name: str
    withdrawal: str
    evacuation: str
    is_main: bool


@dataclass(frozen=True)
class Sheet:
    """The card. contacts: who, and the number to call (empty where the line has none)."""

    store_id: str
    site: str
    signs: list[Sign]
    contacts: list[tuple[str, str]]
    contacts_on: date | None
    source: str
    distances_on: date | None
    agreed_on: datetime | None

    @property
    def main(self) -> Sign | None:
        """The sign for the door: of the most dangerous division."""
        return next((sign for sign in self.signs if sign.is_main), None)


def sheet_of(card: EmergencyCard, store: Store) -> Sheet:
    """The card of a store as it is now."""
    divisions = queries.divisions_of(store.pk)
    main = wording.most_dangerous(divisions)
    signs = [_sign(card, wording.fire_division(one), main) for one in divisions]
    return Sheet(
        store_id=store.pk,
        site=store.site.name,
        signs=signs,
        contacts=[_contact(line) for line in card.contacts.splitlines() if line.strip()],
        contacts_on=card.contacts_on,
        source=card.source if card.agreed else "",
        distances_on=card.distances_on,
        agreed_on=card.distances_agreed_at,
    )


def _sign(card: EmergencyCard, number: str, main: str) -> Sign:
    given = card.agreed.get(number, {})
    told = {name: meters(given[key]) if key in given else "" for name, key in NAMES.items()}
    name = str(wording.FIRE_DIVISIONS[number])
    return Sign(number, wording.SHAPES[number], name, told["withdrawal"], told["evacuation"], number == main)


NAMES = {"withdrawal": WITHDRAWAL, "evacuation": EVACUATION}
"""Name of a distance on the card to its key."""


def _contact(line: str) -> tuple[str, str]:
    who, colon, number = line.rpartition(":")
    return (who.strip(), number.strip()) if colon else (line.strip(), "")
