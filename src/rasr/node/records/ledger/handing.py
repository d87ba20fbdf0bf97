"""Items that a court or a laboratory has: their custody says so, from the issue that hands them over until they leave.

Only ``items.custody.hand_over`` gives them that custody, in the transaction of the issue. At any other time what lies
in a store is in the custody of the store: what is guarded is not issued because it was at a court once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import CONVERTED, ON_ISSUE, STORE
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.places.models import Site
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts, in_parts
from rasr.node.records.ledger.guarding import EVIDENCE, guards, is_released
from rasr.node.records.ledger.whereabouts import key_of
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import Custody, Item, Party, PartyKind

AWAY = (Custody.COURT, Custody.FORENSIC)


def check(movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """Refuse an issue of what is guarded that is not the one that hands it over: before it is written.

    That one takes it out of the store that it lies in now, to somebody outside. Raises LinesRefused: item_on_hold,
    evidence_not_released.
    """
    named = {line.item_id for movement in movements if movement.kind == "issue" for line in movement.lines} - {None}
    rows = (Item.objects.filter(pk__in=some, custody__in=AWAY) for some in in_parts(named))
    items = {item.pk: item for found in rows for item in found.select_related("at__place")}
    if not items:
        return
    for movement in movements:
        faults = [
            (position, fault)
            for position, line in enumerate(movement.lines)
            if movement.kind == "issue" and line.item_id in items
            if (fault := _kept_back(items[line.item_id], facts[line.batch_id])) and not _hands_over(line, items)
        ]
        if faults:
            raise LinesRefused(faults)


def _kept_back(item: Item, of: Facts) -> Refused | None:
    """Why nobody but a court or a laboratory may have it, if so."""
    if of.purpose == EVIDENCE and not is_released(of, item):
        return Refused("evidence_not_released", record=str(item.pk))
    return guards(item)


def _hands_over(line: LineDraft, items: Mapping[UUID, Item]) -> bool:
    at = getattr(items[line.item_id], "at", None) if line.item_id is not None else None
    if at is None or at.place.kind != STORE:
        return False
    party = key_of(line.to_place)
    return party is not None and Party.objects.filter(pk=party, kind=PartyKind.OUTSIDE).exists()


def follow_up(actor: User, movements: Sequence[MovementDraft], site_ids: Mapping[UUID, str]) -> None:
    """What has left a court or a laboratory is in its custody no longer. The movements are written already.

    site_ids: in whose books each movement stands.
    """
    left: dict[UUID, MovementDraft] = {}
    for movement in movements:
        for line in movement.lines:
            if line.item_id is not None and line.from_place.kind == ON_ISSUE and line.to_place.kind != CONVERTED:
                left[line.item_id] = movement
    for some in in_parts(left):
        for item in Item.objects.filter(pk__in=some, custody__in=AWAY):
            was, movement = item.custody, left[item.pk]
            item.custody, item.changed_at = Custody.STORE, timezone.now()
            item.save(update_fields=["custody", "changed_at"])
            site = Site.objects.filter(pk=site_ids.get(movement.movement_id, "")).first()
            trail.record(
                actor=actor,
                act="item.custody",
                table=Item._meta.db_table,
                row_id=item.pk,
                reason=movement.reason,
                reason_language=movement.reason_language,
                before={"custody": was},
                after={"custody": Custody.STORE.value},
                organisation_id=site.organisation_id if site else "",
                site_id=site.pk if site else "",
            )
