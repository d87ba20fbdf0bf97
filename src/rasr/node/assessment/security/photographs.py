"""Photographs of a visit: made anew, so that nothing stays of what the camera wrote into them, and sealed."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import sealed
from rasr.node.assessment.security.acting import entered, locked
from rasr.node.people.models import User
from rasr.node.records.catalogue.pictures import made_anew

MOST_OF_VISIT = 200


def add(*, actor: User, visit_id: UUID, file: IO[bytes], photo_id: UUID | None = None) -> SecurityPhotograph:
    """Keep a photograph of an open visit. photo_id: the sender's, so that a retry gives the one that is there.

    Raises PermissionDenied, SecurityVisit.DoesNotExist; Refused: security_visit_closed, picture_unreadable,
    picture_too_large, pictures_too_many, security_photograph_other.
    """
    locked(actor, visit_id)  # who may not is told before the file is unpacked
    made = made_anew(file)
    with transaction.atomic():
        visit = locked(actor, visit_id)
        digest = sealed.digest(made.content)
        if (same := _there(visit, photo_id, digest)) is not None:
            return same
        if visit.photographs.count() >= MOST_OF_VISIT:
            raise Refused("pictures_too_many", most=MOST_OF_VISIT)
        key = photo_id or uuid7()
        kept = SecurityPhotograph.objects.create(
            photo_id=key,
            visit=visit,
            content=sealed.seal_photograph(key, made.content),
            digest=digest,
            added_by=actor,
            added_at=timezone.now(),
        )
        entered(actor, "security.photograph", visit, {"photograph": key})
    return kept


def _there(visit: SecurityVisit, photo_id: UUID | None, digest: str) -> SecurityPhotograph | None:
    """The same photograph of this visit. Raises Refused: security_photograph_other, where the id is another's."""
    if photo_id is not None and (known := SecurityPhotograph.objects.filter(pk=photo_id).first()) is not None:
        if known.visit_id != visit.pk or known.digest != digest:
            raise Refused("security_photograph_other")
        return known
    return visit.photographs.filter(digest=digest).first()
