"""In whose books a place stands that is no store: what is on issue in those of its party, what is in transit in those
of who sent it and of who is to receive it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from rasr.core.records.ledger.places import IN_TRANSIT, ON_ISSUE, Spot
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.models import Movement, Party

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
        rows = Movement.objects.filter(pk__in=ids, kind="despatch").exclude(site=None)
        for movement_id, *sites in rows.values_list("pk", "site_id", "destination__site_id"):
            found.update(dict.fromkeys(despatches[movement_id], tuple(filter(None, sites))))
    return found


def wanted_of(movement: MovementDraft) -> list[Spot]:
    """The places of a movement that must be known to who posts it: what is on issue, and, where it touches no store,
    what is in transit.
    """
    ends = dict.fromkeys(spot for line in movement.lines for spot in (line.from_place, line.to_place))
    kinds = {ON_ISSUE} if any(spot.store_id for spot in ends) else {ON_ISSUE, IN_TRANSIT}
    return [spot for spot in ends if spot.kind in kinds]


def key_of(spot: Spot) -> UUID | None:
    """The party or the despatch that a place names; None where it names none."""
    try:
        return UUID(hex=spot.ref)
    except ValueError:
        return None
