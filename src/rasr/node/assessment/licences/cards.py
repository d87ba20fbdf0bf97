"""Emergency cards: contacts, distances as they were read, and the address at which the card opens without signing in.

The address is long and random; it stands on the printed card. Renewed, the old paper opens nothing any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import EmergencyCard
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store

OF_CONTACTS, OF_SAFETY = "keep_stock", "judge_stock"
"""Who may write down contacts, and who may write down distances and open or close the address."""
TABLE = EmergencyCard._meta.db_table
RANDOM_BYTES = 32
WITHDRAWAL, EVACUATION = "withdrawal_m", "evacuation_m"
FARTHEST_M = 100_000.0
"""A distance above this is a mistake in typing."""
LOOK_ONCE_S = 60


def write_contacts(*, actor: User, store_id: str, contacts: str, as_of: date) -> EmergencyCard:
    """Keep whom to call, as of a day. Raises PermissionDenied, Store.DoesNotExist, Refused: card_day_ahead."""
    if as_of > timezone.localdate():
        raise Refused("card_day_ahead", day=as_of.isoformat())
    with transaction.atomic():
        card = _card(actor, OF_CONTACTS, store_id)
        before = {"contacts": card.contacts, "contacts_on": card.contacts_on}
        card.contacts, card.contacts_on = contacts.strip(), as_of
        card.save()
        after = {"contacts": card.contacts, "contacts_on": card.contacts_on}
        _record(actor, "card.contacts", card, before, after)
    return card


def put_distances(
    *, actor: User | None, store_id: str, distances: Mapping[str, Mapping[str, float]], source: str, as_of: date
) -> None:
    """Put distances in m by fire division on a card, with the document they were read in, agreed by two people.

    Only ``distances.AgreeDistances`` calls this, in the transaction of its decision. Raises Store.DoesNotExist.
    """
    card = _locked(Store.objects.get(pk=store_id, closed=False))
    before = {"distances": card.agreed, "source": card.source, "distances_on": card.distances_on}
    card.distances = {division: dict(given) for division, given in distances.items()}
    card.source, card.distances_on, card.distances_agreed_at = source, as_of, timezone.now()
    card.save()
    after = {"distances": card.distances, "source": card.source, "distances_on": card.distances_on}
    _record(actor, "card.distances", card, before, after)


def renew_address(*, actor: User, store_id: str) -> EmergencyCard:
    """Give the card a new address; what was printed before opens nothing now. Raises as ``write_contacts``."""
    with transaction.atomic():
        card = _card(actor, OF_SAFETY, store_id)
        before = {"open": card.address is not None}
        card.address, card.opened_at = secrets.token_urlsafe(RANDOM_BYTES), timezone.now()
        card.save()
        _record(actor, "card.open", card, before, {"open": True})
    return card


def close_address(*, actor: User, store_id: str) -> EmergencyCard:
    """Take the address away: nobody opens the card without signing in. Raises as ``write_contacts``."""
    with transaction.atomic():
        card = _card(actor, OF_SAFETY, store_id)
        before = {"open": card.address is not None}
        card.address, card.opened_at = None, None
        card.save()
        _record(actor, "card.close", card, before, {"open": False})
    return card


def looked_at(card: EmergencyCard, who: str) -> None:
    """Write on the trail that somebody opened it without signing in: once a minute for each address they come from."""
    if cache.add(f"assessment:card:{card.pk}:{who}", 1, timeout=LOOK_ONCE_S):
        organisation_id, site_id = _where(card)
        trail.record(
            actor=AnonymousUser(),
            act="card.look",
            table=TABLE,
            row_id=card.pk,
            organisation_id=organisation_id,
            site_id=site_id,
        )


def _card(actor: User, right: str, store_id: str) -> EmergencyCard:
    """The card of a store within the scope of a right, made where there is none, and locked."""
    require(actor, right)
    return _locked(Store.objects.filter(scope_of(actor, right).stores(), closed=False).get(pk=store_id))


def _locked(store: Store) -> EmergencyCard:
    EmergencyCard.objects.get_or_create(store=store)
    return EmergencyCard.objects.select_for_update(of=("self",)).select_related("store__site").get(pk=store.pk)


def _record(
    actor: User | None, act: str, card: EmergencyCard, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    organisation_id, site_id = _where(card)
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=card.pk,
        before=before,
        after=after,
        organisation_id=organisation_id,
        site_id=site_id,
    )


def _where(card: EmergencyCard) -> tuple[str, str]:
    return card.store.site.organisation_id, card.store.site_id
