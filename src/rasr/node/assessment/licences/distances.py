"""Distances of an emergency card: proposed as they were read by one person, on the card once a second has agreed.

    propose(actor=officer, session=trail.session(), draft=Draft("S1", {"1": {WITHDRAWAL: 800.0}}, "Order 7", day), ...)

A card may open without signing in, so nobody alone says how far to stay away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.assessment.licences import cards
from rasr.node.assessment.licences.cards import EVACUATION, FARTHEST_M, OF_SAFETY, WITHDRAWAL
from rasr.node.assessment.licences.wording import FIRE_DIVISIONS
from rasr.node.assessment.models import EmergencyCard
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place, told
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.web.said import Said

KIND, RIGHT, SECOND = "agree_card_distances", OF_SAFETY, "approve_stock"
NAMES = {
    WITHDRAWAL: _("Fire division {number}: withdrawal, m"),
    EVACUATION: _("Fire division {number}: evacuation, m"),
}


@dataclass(frozen=True)
class Draft:
    """Distances in m by fire division, with the document they were read in, before anybody agreed.

    Those of the card that are not named here are taken off it.
    """

    store_id: str
    distances: Mapping[str, Mapping[str, float]]
    source: str
    as_of: date


def propose(*, actor: User, session: str, draft: Draft, reason: Said | str) -> Approval:
    """Ask a second person to agree to the distances of a card.

    Raises PermissionDenied; Store.DoesNotExist, also for one out of scope; Refused: card_day_ahead, card_source_wanted,
    card_distance_wrong, approval_waits.
    """
    require(actor, RIGHT)
    Store.objects.filter(scope_of(actor, RIGHT).stores(), closed=False).only("pk").get(pk=draft.store_id)
    trimmed = replace(draft, source=draft.source.strip())
    check(trimmed)
    if waiting_for(draft.store_id) is not None:
        raise Refused("approval_waits")
    given = {division: dict(each) for division, each in sorted(trimmed.distances.items()) if each}
    payload = {**asdict(trimmed), "distances": given, "as_of": trimmed.as_of.isoformat()}
    return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason)


def waiting_for(store_id: str) -> Approval | None:
    """The distances of a card that nobody has agreed to or refused yet."""
    return Approval.objects.filter(kind=KIND, state=ApprovalState.ASKED, payload__store_id=store_id).first()


def check(draft: Draft) -> None:
    """Raises Refused where no second person may agree: see ``propose``."""
    if draft.as_of > timezone.localdate():
        raise Refused("card_day_ahead", day=draft.as_of.isoformat())
    if draft.distances and not draft.source:
        raise Refused("card_source_wanted")
    for division, given in draft.distances.items():
        for name, value_m in given.items():
            known = division in FIRE_DIVISIONS and name in NAMES
            if not known or not 0.0 < value_m <= FARTHEST_M:
                raise Refused("card_distance_wrong", division=division, most_m=FARTHEST_M)


def draft_of(payload: Payload) -> Draft:
    """The draft that waits, as it was proposed."""
    day = date.fromisoformat(payload["as_of"])
    return Draft(payload["store_id"], dict(payload["distances"]), payload["source"], day)


@approvable(KIND, name=_("Agree to distances of an emergency card"), asks=RIGHT, right=SECOND)
class AgreeDistances(OfNobody):
    """The columns of ``Draft``."""

    def title(self, payload: Payload) -> Told:
        """Of which store."""
        return ours(_("Distances of the emergency card of {place}"), place=told(self.scope(payload)))

    def describe(self, payload: Payload) -> list[Change]:
        """Every distance before and after, and where it was read. Raises Refused, Store.DoesNotExist."""
        draft = draft_of(payload)
        check(draft)
        Store.objects.only("pk").get(pk=draft.store_id, closed=False)
        card = EmergencyCard.objects.filter(pk=draft.store_id).first() or EmergencyCard(store_id=draft.store_id)
        lines = [
            Change(
                ours(name, number=division),
                _meters(card.agreed, division, key),
                _meters(draft.distances, division, key),
            )
            for division in FIRE_DIVISIONS
            for key, name in NAMES.items()
            if key in draft.distances.get(division, {}) or key in card.agreed.get(division, {})
        ]
        read_on = card.distances_on.isoformat() if card.agreed and card.distances_on else "–"
        return [
            *lines,
            Change(ours(_("Document and clause")), (card.source if card.agreed else "") or "–", draft.source or "–"),
            Change(ours(_("Read on")), read_on, draft.as_of.isoformat()),
        ]

    def scope(self, payload: Payload) -> Place:
        """The store."""
        return Place(store_id=payload["store_id"])

    def do(self, actor: User | None, payload: Payload) -> None:
        """Put them on the card. Raises Refused."""
        draft = draft_of(payload)
        check(draft)
        cards.put_distances(
            actor=actor, store_id=draft.store_id, distances=draft.distances, source=draft.source, as_of=draft.as_of
        )


def _meters(distances: Mapping[str, Mapping[str, float]], division: str, key: str) -> str:
    value_m = distances.get(division, {}).get(key)
    return "–" if value_m is None else f"{value_m:g}"
