"""Phones on which a visit is filled in away from the network: handed out, read, taken from, revoked.

A phone gets a key of its own (AES-256), made from its id and the node's secret. What it sends is sealed with that key,
so that it is told from what was made up; what lies on it can be opened with a code word only (``security_away.js``).
Once it is revoked the key is not given any more, and nothing from it is taken.

The upload: nonce of 12 bytes, then AES-256-GCM of ``{"upload_id", "answers": [[store, question, answer, note,
answered_on, seen, [photographs]]]}``, authenticated with the id of the phone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import BrokenError
from rasr.node.assessment.models import SecurityPhone, SecurityPhotograph, SecurityUpload
from rasr.node.assessment.security import bridge, photographs, queries, sealed, services, wording
from rasr.node.assessment.security.acting import RIGHT, entered, locked
from rasr.node.assessment.security.services import Given, Kept
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.models import Store

MOST_ANSWERS = 5_000


@dataclass(frozen=True)
class Taken:
    """What became of an upload. exists: it was taken before, and nothing was done; left: conflicts of the visit."""

    exists: bool
    changed: int
    left: int


def hand_out(*, actor: User, visit_id: UUID, device: str) -> SecurityPhone:
    """Let the actor fill in a visit on a phone.

    Raises PermissionDenied, SecurityVisit.DoesNotExist; Refused: security_visit_closed.
    """
    with transaction.atomic():
        visit = locked(actor, visit_id)
        made = SecurityPhone.objects.create(visit=visit, given_to=actor, device=device, given_at=timezone.now())
        entered(actor, "security.hand_out", visit, {"phone": made.pk, "device": device})
    return made


def phone(actor: User, phone_id: UUID) -> SecurityPhone:
    """A phone in the actor's own hands, for a visit that they may still work on.

    Raises PermissionDenied; SecurityPhone.DoesNotExist, also for another's; Refused: security_phone_revoked.
    """
    require(actor, RIGHT)
    rows = SecurityPhone.objects.filter(visit__in=queries.visits(actor, RIGHT).values("pk"), given_to=actor)
    found = rows.select_related("visit__site__organisation").get(pk=phone_id)
    if found.revoked_at is not None:
        raise Refused("security_phone_revoked")
    return found


def revoke(*, actor: User, phone_id: UUID) -> SecurityPhone:
    """Take nothing from a phone any more, and give it no key: it was lost. Raises PermissionDenied, DoesNotExist."""
    require(actor, RIGHT)
    with transaction.atomic():
        rows = SecurityPhone.objects.filter(visit__in=queries.visits(actor, RIGHT).values("pk"), revoked_at=None)
        found = rows.select_for_update(of=("self",)).get(pk=phone_id)
        found.revoked_by, found.revoked_at = actor, timezone.now()
        found.save(update_fields=["revoked_by", "revoked_at"])
        entered(actor, "security.revoke", found.visit, {"phone": found.pk})
    return found


def sheet(found: SecurityPhone) -> dict[str, Any]:
    """What the page on the phone works with. Raises Refused: security_unreadable, security_visit_closed."""
    if not queries.is_open(found.visit):
        raise Refused("security_visit_closed")
    there = bridge.opened(found.visit).by_key()
    stores = Store.objects.filter(site_id=found.visit.site_id, closed=False).order_by("pk").values_list("pk", flat=True)
    return {
        "site": found.visit.site.name,
        "places": ["", *stores],
        "questions": [
            {
                "id": each.question_id,
                "heading": wording.name("headings", each.heading),
                "text": wording.asked(each),
                "about": wording.about(each),
                "answers": wording.answers(each.scale),
            }
            for each in queries.set_of(found.visit).questions
        ],
        "answers": [
            [store or "", question, _one(rows, "answer"), _one(rows, "note"), bridge.stamp(rows)]
            for (store, question), rows in there.items()
        ],
    }


def _one(rows: list[bridge.Row], column: str) -> str:
    """What stands in a column, where there is one answer."""
    return str(rows[0][column] or "") if len(rows) == 1 else ""


def take(*, actor: User, phone_id: UUID, content: bytes) -> Taken:
    """Take what a phone sends: all of it, or nothing; sent once more, it exists and changes nothing.

    Raises PermissionDenied, DoesNotExist; Refused: security_phone_revoked, security_upload_unreadable,
    security_visit_closed; FaultyAnswersError.
    """
    found = phone(actor, phone_id)
    upload_id, given = _read(_opened(found, content))
    with transaction.atomic():
        # the phone once more, behind the lock: it may have been revoked, or have sent this, in between
        visit = locked(actor, found.visit_id, any_state=True)
        found = phone(actor, phone_id)
        known = SecurityUpload.objects.filter(pk=upload_id).first()
        if known is not None:
            if known.phone_id != found.pk:
                raise Refused("security_upload_unreadable")
            return Taken(True, 0, len(bridge.conflicts(bridge.opened(visit))))
        kept: Kept = services.keep(actor=actor, visit_id=found.visit_id, given=given)
        now = timezone.now()
        SecurityUpload.objects.create(upload_id=upload_id, phone=found, taken_at=now)
        SecurityPhone.objects.filter(pk=found.pk).update(sent_at=now)
        told = {"phone": found.pk, "upload": upload_id, "answers": len(given), "conflicts": len(kept.conflicts)}
        entered(actor, "security.upload", visit, told)
    return Taken(False, kept.changed, len(kept.conflicts))


def take_photograph(*, actor: User, phone_id: UUID, photo_id: UUID, content: bytes) -> SecurityPhotograph:
    """Take a photograph from a phone. Raises as ``take`` and ``photographs.add``."""
    found = phone(actor, phone_id)
    plain = _opened(found, content)
    return photographs.add(actor=actor, visit_id=found.visit_id, file=BytesIO(plain), photo_id=photo_id)


def _opened(found: SecurityPhone, content: bytes) -> bytes:
    try:
        return sealed.open_from_phone(found.pk, content)
    except BrokenError:
        raise Refused("security_upload_unreadable") from None


def _read(plain: bytes) -> tuple[UUID, list[Given]]:
    """The id of an upload and its answers. Raises Refused: security_upload_unreadable."""
    try:
        told = json.loads(plain)
        upload_id, rows = UUID(told["upload_id"]), told["answers"]
        if not isinstance(rows, list) or len(rows) > MOST_ANSWERS:
            raise ValueError
        return upload_id, [_given(*row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Refused("security_upload_unreadable") from None


def _given(store: Any, question: Any, answer: Any, note: Any, answered_on: Any, seen: Any, photos: Any) -> Given:
    if not all(isinstance(each, str) for each in (store, question, answer, note, answered_on, seen, *photos)):
        raise TypeError
    # the clock of a phone may be wrong: a day that is still to come is today
    day = min(date.fromisoformat(answered_on), timezone.localdate())
    return Given(
        _clean(question),
        _clean(answer) or None,
        _clean(store) or None,
        _clean(note),
        tuple(map(_clean, photos)),
        day,
        seen,
    )


def _clean(text: str) -> str:
    """What can be kept of a text: no zero bytes, no halves of a sign."""
    return text.replace("\0", "").encode(errors="ignore").decode()
