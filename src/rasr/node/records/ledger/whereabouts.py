"""In whose books a place stands that is no store: what is on issue in those of its party, what is in transit in those
of who sent it and of who is to receive it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.kinds import CONVERSIONS
from rasr.core.records.ledger.places import IN_TRANSIT, ON_ISSUE, Spot
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import NOWHERE, in_parts
from rasr.node.records.ledger.guarding import RENAMING
from rasr.node.records.models import Movement, Party
from rasr.node.web import rows

Sites = tuple[str, ...]
"""One site, or, of what is in transit, that of the despatch and that of its destination."""


class StoreAt(NamedTuple):
    """Of which site and organisation a store is."""

    site_id: str
    organisation_id: str
    closed: bool


Stores = Mapping[str, StoreAt]


def stores_asked(movements: Iterable[MovementDraft]) -> rows.Question:
    """What asks for the stores that movements touch or are bound for."""
    ends = {spot.store_id for one in movements for line in one.lines for spot in (line.from_place, line.to_place)}
    ends |= {one.destination_id for one in movements}
    return rows.Question(Store, ("store_id", "site_id", "site__organisation_id", "closed"), {"store_id": ends - {None}})


def stores_from(found: Iterable[tuple[Any, ...]]) -> Stores:
    """Those of these stores that are there, from the answer to ``stores_asked``."""
    return {store_id: StoreAt(site, organisation, bool(closed)) for store_id, site, organisation, closed in found}


def stores_of(movements: Sequence[MovementDraft]) -> Stores:
    """Those of the stores that movements touch or are bound for that are there."""
    return stores_from(rows.answers({"stores": stores_asked(movements)})["stores"])


def sites_of(spots: Iterable[Spot]) -> dict[Spot, Sites]:
    """The sites of each of these that is a store, on issue or in transit; what is not in the register is left out."""
    stores: dict[str, list[Spot]] = {}
    parties: dict[UUID, list[Spot]] = {}
    despatches: dict[UUID, list[Spot]] = {}
    for spot in set(spots):
        if spot.store_id is not None:
            stores.setdefault(spot.store_id, []).append(spot)
        elif spot.kind in (ON_ISSUE, IN_TRANSIT) and (key := key_of(spot)) is not None:
            (parties if spot.kind == ON_ISSUE else despatches).setdefault(key, []).append(spot)
    found: dict[Spot, Sites] = {}
    for some in in_parts(stores):
        for store_id, site_id in Store.objects.filter(pk__in=some).values_list("pk", "site_id"):
            found.update(dict.fromkeys(stores[store_id], (site_id,)))
    for ids in in_parts(parties):
        for party_id, site_id in Party.objects.filter(pk__in=ids).values_list("pk", "site_id"):
            found.update(dict.fromkeys(parties[party_id], (site_id,)))
    for ids in in_parts(despatches):
        sent = Movement.objects.filter(pk__in=ids, kind="despatch").exclude(site=None)
        for movement_id, *sites in sent.values_list("pk", "site_id", "destination__site_id"):
            found.update(dict.fromkeys(despatches[movement_id], tuple(filter(None, sites))))
    return found


def wanted_of(movement: MovementDraft) -> list[Spot]:
    """The places of a movement that must be known to who posts it: what is on issue, and what is in transit, but for
    what the movement itself puts there.
    """
    ends = dict.fromkeys(spot for line in movement.lines for spot in (line.from_place, line.to_place))
    own = movement.movement_id.hex
    return [spot for spot in ends if spot.kind == ON_ISSUE or (spot.kind == IN_TRANSIT and spot.ref != own)]


def check_destinations(movements: Iterable[MovementDraft], stores: Stores) -> None:
    """Raises Refused: unknown_rule where something is bound for no open store."""
    wanted = {movement.destination_id for movement in movements if movement.destination_id is not None}
    if missing := sorted(one for one in wanted if one not in stores or stores[one].closed):
        raise Refused("unknown_rule", what="store", value=missing[0], known=NOWHERE)


def first_that_goes_out(movements: Sequence[MovementDraft], stores: Stores) -> MovementDraft | None:
    """The first movement from a store of one organisation to one of another: a second person agrees to that.

    What a conversion takes from some stores may come out in each of the others. A reclassification stays in its place.
    """
    owners = {store_id: one.organisation_id for store_id, one in stores.items()}
    for movement in movements:
        if any(owners.get(here) != owners.get(there) for here, there in _changes_store(movement)):
            return movement
    return None


def _changes_store(movement: MovementDraft) -> set[tuple[str, str]]:
    """From which store to which other one something goes."""
    ends = {(line.from_place.store_id, line.to_place.store_id or movement.destination_id) for line in movement.lines}
    if movement.kind in CONVERSIONS:
        ends = set() if movement.kind == RENAMING else {(here, there) for here, _ in ends for _, there in ends}
    return {(here, there) for here, there in ends if here is not None and there is not None and here != there}


def key_of(spot: Spot) -> UUID | None:
    """The party or the despatch that a place names; None where it names none."""
    try:
        return UUID(hex=spot.ref)
    except ValueError:
        return None
