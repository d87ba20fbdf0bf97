"""In whose books a place stands that is no store: what is on issue in those of its party, what is in transit in those
of who sent it and of who is to receive it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def check_destinations(movements: Iterable[MovementDraft]) -> None:
    """Raises Refused: unknown_rule where something is bound for no open store."""
    wanted = {movement.destination_id for movement in movements} - {None}
    for some in in_parts(wanted):
        known = set(Store.objects.filter(pk__in=some, closed=False).values_list("pk", flat=True))
        if missing := sorted({one for one in some if one is not None} - known):
            raise Refused("unknown_rule", what="store", value=missing[0], known=NOWHERE)


def first_that_goes_out(movements: Sequence[MovementDraft]) -> MovementDraft | None:
    """The first movement from a store of one organisation to one of another: a second person agrees to that.

    What a conversion takes from some stores may come out in each of the others. A reclassification stays in its place.
    """
    changes = {movement.movement_id: _changes_store(movement) for movement in movements}
    owners: dict[str, str] = {}
    if stores := {store for pairs in changes.values() for pair in pairs for store in pair}:
        owners.update(rows.select(Store, ("store_id", "site__organisation_id"), {"store_id": stores}))
    for movement in movements:
        if any(owners.get(here) != owners.get(there) for here, there in changes[movement.movement_id]):
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
