"""Photographs of works: made anew, so that no place or time stays in them, and sealed before they are kept."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from django.db import transaction
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import UpgradePhoto
from rasr.node.assessment.security import sealed
from rasr.node.assessment.upgrades import queries
from rasr.node.assessment.upgrades.services import TABLE, locked
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records.catalogue import pictures
from rasr.node.records.lots.told import Why

CAPTION = "rasr upgrade caption"


def add(*, actor: User, upgrade_id: UUID, file: IO[bytes], caption: str = "") -> UpgradePhoto:
    """Keep a photograph of a project. file: open, at its beginning.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: picture_unreadable, picture_too_large, pictures_too_many,
    upgrade_ended.
    """
    require(actor, queries.MANAGE)
    queries.upgrade(actor, upgrade_id, queries.MANAGE)  # who may not is told before the file is unpacked
    made = pictures.made_anew(file)
    with transaction.atomic():
        found, photo_id = locked(actor, upgrade_id), uuid7()
        if found.photos.count() >= pictures.MOST_OF_ONE:
            raise Refused("pictures_too_many", most=pictures.MOST_OF_ONE)
        added = UpgradePhoto.objects.create(
            upgrade=found,
            photo_id=photo_id,
            content=sealed.seal_photograph(photo_id, made.content),
            caption=sealed.seal_row(CAPTION, photo_id, caption.strip()[: pictures.LONGEST_CAPTION]),
            width_px=made.width_px,
            height_px=made.height_px,
            added_by=actor,
        )
        _enter(actor, "upgrade.photograph", added, Why())
    return added


def drop(*, actor: User, photo_id: UUID, why: Why) -> UpgradePhoto:
    """Take a photograph off.

    Raises PermissionDenied, UpgradePhoto.DoesNotExist; Refused: reason_wanted, upgrade_ended.
    """
    require(actor, queries.MANAGE)
    found = queries.photo(actor, photo_id, queries.MANAGE)
    if not why.text.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        locked(actor, found.upgrade_id)
        UpgradePhoto.objects.filter(pk=photo_id).delete()
        _enter(actor, "upgrade.photograph_off", found, why)
    return found


def content(found: UpgradePhoto) -> bytes:
    """What is in it: a JPEG. Raises Refused: security_unreadable, where it was sealed with another key."""
    return sealed.open_photograph(found.pk, bytes(found.content))


def caption(found: UpgradePhoto) -> str:
    """The line below it. Raises Refused: security_unreadable."""
    return sealed.open_row(CAPTION, found.pk, found.caption)


def _enter(actor: User, act: str, photo: UpgradePhoto, why: Why) -> None:
    site = photo.upgrade.site
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=photo.upgrade_id,
        reason=why.text,
        reason_language=why.language,
        after={"photograph": photo.photo_id},
        organisation_id=site.organisation_id,
        site_id=site.pk,
    )
