"""Giving an item back to its owner: asked for by who keeps the store, done when a second person has agreed."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import EXPORTED, Spot
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import require
from rasr.node.records.items import queries
from rasr.node.records.items.custody import in_store, spot_of
from rasr.node.records.ledger import agreeing
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.lots.told import Why
from rasr.node.records.models import LegalStatus


def ask_return(*, actor: User, session: str, item_id: UUID, movement_id: UUID, why: Why) -> Approval:
    """Ask a second person to let an item be returned to its owner.

    Raises PermissionDenied, Item.DoesNotExist; Refused: hold_in_force, release_wanted, owner_wanted,
    item_not_in_store, and what ``agreeing.ask_for`` refuses.
    """
    require(actor, queries.KEEP)
    item = queries.kept(actor).get(pk=item_id)
    if item.legal_status != LegalStatus.TO_OWNER or not item.owner:
        raise Refused("owner_wanted")
    if item.legal_hold:
        raise Refused("hold_in_force")
    if not item.release_ref:
        raise Refused("release_wanted")
    at = in_store(item)
    line = LineDraft(at.batch_id, 1, "counted", spot_of(at), Spot(EXPORTED), item.pk)
    movement = MovementDraft(
        movement_id, "return_to_owner", timezone.now(), why.text, (line,), reason_language=why.language
    )
    return agreeing.ask_for(actor=actor, session=session, movement=movement, reason=why.text)
