"""The adjusting movement of a count: what was found becomes what the register holds, when a second person agrees.

What is too few goes to ``unexplained``, what is too many comes from there; nothing is made or unmade. What was found
and stands on the record of another place, or on none, needs a movement of its own (a transfer, a find): it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.balances import Held
from rasr.core.records.ledger.kinds import COUNT
from rasr.core.records.ledger.places import UNEXPLAINED, Spot
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.records.counts import expecting
from rasr.node.records.counts.services import RIGHT, TABLE
from rasr.node.records.ledger.agreeing import OF_JUDGING, OF_KEEPING, PostMovement
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.kept import draft_of, kept
from rasr.node.records.ledger.posting import post
from rasr.node.records.models import Count, CountLine, CountState, ItemPosition
from rasr.node.web.said import Said

KIND = "adjust_count"
MOVING = (OF_KEEPING, OF_JUDGING, KIND)
"""Kinds of approvals that wait with a movement."""
COUNTED = "counted"
NOWHERE = Spot(UNEXPLAINED)


def settle(*, actor: User, session: str, count_id: UUID, reason: Said | str) -> Approval | None:
    """End an investigation: ask the second person for the adjusting movement, or close where there is none to post.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_not_reported, count_findings_wanted, and as asking.
    """
    require(actor, RIGHT)
    with transaction.atomic():
        count = _reported(Count.objects.filter(scope_of(actor, RIGHT).stores("store__")), count_id)
        if not count.findings.strip():
            raise Refused("count_findings_wanted")
        lines = tuple(adjusting_lines(count))
        why = Said.of(reason)
        if lines:
            if _waiting(count) is not None:
                raise Refused("approval_waits")
            movement = MovementDraft(uuid7(), COUNT, timezone.now(), why.text, lines, reason_language=why.language)
            payload = {
                "count_id": str(count.pk),
                "movement_id": movement.movement_id.hex,
                "kind": COUNT,
                "digest": movement.digest(),
                "waived": [],
                "movement": kept(movement),
            }
            return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=why)
        if not why.text.strip():
            raise Refused("reason_wanted")
        _close(actor, count, None, why.text)
    return None


def adjusting_lines(count: Count) -> Iterator[LineDraft]:
    """The lines that make the register hold what was counted, as things stand now."""
    lines = list(count.lines.select_related("place"))
    found = expecting.differences(count, lines)
    now_there = _as_counted(count, lines)
    items = [one.line.item_id for one in found if one.line.item_id is not None]
    at = {one.pk: one for one in ItemPosition.objects.filter(pk__in=items).select_related("place")}
    for one in found:
        if one.line.item_id is not None:
            yield from _of_item(one, at.get(one.line.item_id))
        elif one.line.batch_id is not None:
            yield from _of_number(one, now_there)


def _of_number(one: expecting.Difference, now_there: expecting.Standing) -> Iterator[LineDraft]:
    batch, spot, by = one.line.batch_id, expecting.spot_of(one.line), one.by
    assert batch is not None, "only what is on record is adjusted"
    if by is None:  # all there was goes, then as many come as were counted, less what has moved since
        yield LineDraft(batch, None, None, spot, NOWHERE)
        yield LineDraft(batch, now_there.of(one.line), COUNTED, NOWHERE, spot)
    elif by < 0:
        yield LineDraft(batch, -by, COUNTED, spot, NOWHERE)
    else:
        yield LineDraft(batch, by, COUNTED, NOWHERE, spot)


def _of_item(one: expecting.Difference, at: ItemPosition | None) -> Iterator[LineDraft]:
    """One that is not there any more, or one that was found after nobody knew where it was."""
    if at is None:
        return
    there = Spot(at.place.kind, at.place.store_id, at.place.ref)
    if not one.line.found and at.place.store_id == one.line.place.store_id:
        yield LineDraft(at.batch_id, 1, COUNTED, there, NOWHERE, at.item_id)
    elif one.line.found and there == NOWHERE:
        yield LineDraft(at.batch_id, 1, COUNTED, NOWHERE, expecting.spot_of(one.line), at.item_id)


def _as_counted(count: Count, lines: list[CountLine]) -> expecting.Standing:
    """What there must be now, if there was what was counted when it was counted."""
    standing = expecting.expected_at(count, lines, count.counted_line)
    for line in lines:
        if line.batch_id is not None and line.item_id is None:
            standing.held[line.batch_id, expecting.spot_of(line)] = Held(line.found, COUNTED)
    assert count.counted_line is not None, "it was handed in"
    return expecting.moved_on(standing, count, count.counted_line)


@approvable(KIND, name=_("Adjust stock to a count"), asks=RIGHT, right="approve_stock", private=("movement",))
class AdjustCount(PostMovement):
    """count_id, and what every movement has that is asked for: see ``PostMovement``."""

    def title(self, payload: Payload) -> Told:
        """Of which store."""
        return ours(_("Adjust the stock of {store} to its count"), store=_count(payload).store_id)

    def describe(self, payload: Payload) -> list[Change]:
        """Each line: what, from where to where; and what the investigation found. Raises Refused."""
        count = _count(payload)
        if count.state != CountState.INVESTIGATION:
            raise Refused("count_not_reported")
        found = Change(ours(_("What the investigation found")), "–", count.findings)
        return [*super().describe(payload), found]

    def scope(self, payload: Payload) -> Place:
        """The store."""
        return Place(store_id=_count(payload).store_id)

    def do(self, actor: User | None, payload: Payload) -> None:
        """Post it in the name of who asked, and close the count. Raises Refused, LinesRefused."""
        count = _reported(Count.objects.all(), payload["count_id"])
        asked = _waiting(count)
        assert asked is not None, "it is being decided"
        asker = asked.asked_by or actor
        assert asker is not None, "somebody has decided"
        movement = draft_of(payload["movement"])
        post(actor=asker, movement=movement, agreed=asked.pk)
        _close(asker, count, movement.movement_id, movement.reason)


def _waiting(count: Count) -> Approval | None:
    """The request for the adjusting movement of a count that nobody has decided yet."""
    asked = Approval.objects.filter(kind=KIND, store=count.store_id, state=ApprovalState.ASKED)
    return next((one for one in asked if one.payload["count_id"] == str(count.pk)), None)


def _close(actor: User, count: Count, movement_id: UUID | None, reason: str) -> None:
    count.adjustment_id = movement_id
    count.state, count.closed_at = CountState.CLOSED, timezone.now()
    count.save(update_fields=["adjustment", "state", "closed_at"])
    site = count.store.site
    trail.record(
        actor=actor,
        act="count.close",
        table=TABLE,
        row_id=count.pk,
        reason=reason,
        after={"movement": movement_id and str(movement_id)},
        organisation_id=site.organisation_id,
        site_id=site.pk,
    )


def _reported(counts: Any, count_id: UUID | str) -> Count:
    """The count, locked, while it is looked into. Raises Count.DoesNotExist, Refused."""
    found = counts.only("pk").get(pk=count_id)
    count = Count.objects.select_for_update(of=("self",)).select_related("store__site").get(pk=found.pk)
    if count.state != CountState.INVESTIGATION:
        raise Refused("count_not_reported")
    return count


def _count(payload: Payload) -> Count:
    return Count.objects.select_related("store").get(pk=payload["count_id"])
