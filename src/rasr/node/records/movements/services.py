"""Recording a movement from its form: whoever is new is made, then it is posted, or asked for where two must agree.

All of it happens in one transaction: what is refused leaves neither lots nor people behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.ledger.places import CONVERTED, IN_TRANSIT, LOST, ON_ISSUE, STOLEN, UNEXPLAINED, Spot
from rasr.node.people import leaves, trail
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.ledger import agreeing
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.posting import post_warned
from rasr.node.records.models import Movement, Party, Signature, SignatureRole
from rasr.node.records.movements import arriving, queries
from rasr.node.records.movements.forms import REST_MISSING, REST_ON_ITS_WAY, NewParty, NewThing
from rasr.node.records.movements.queries import Held
from rasr.node.records.movements.shapes import Shape, Source, Target
from rasr.node.records.services import correction_of
from rasr.node.web.said import Said

RESTS = {REST_MISSING: UNEXPLAINED, "loss": LOST, "theft": STOLEN}
"""Kind of movement that records what did not come, to the place where that is then."""
Chosen = Sequence[tuple[Held, int | None]]


@dataclass(frozen=True)
class Wish:
    """What somebody wants recorded. chosen: lines with how many of each. things: what is new, or what it becomes.

    facts: what becomes another fact. rest: of an arrival, the kind of movement that records what did not come. ask: a
    second person is asked to let pass what a rule forbids. sure: what looks like a known lot or item is another one.
    """

    movement_id: UUID
    shape: Shape
    store: Store
    reason: Said
    basis: str
    effective_at: datetime | None = None
    chosen: Chosen = ()
    things: Sequence[NewThing] = ()
    party: Party | NewParty | None = None
    to_store: str = ""
    stack: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    offered: Sequence[Held] = ()
    rest: str = REST_ON_ITS_WAY
    ask: bool = False
    sure: bool = False


@dataclass(frozen=True)
class Recorded:
    """What came of it: the movement stands in the register, or it waits for a second person.

    warnings: what lies together by it that is not settled.
    """

    movement_id: UUID
    approval: Approval | None = None
    known: bool = False
    warnings: Sequence[Finding] = ()


def sent_before(actor: User, movement_id: str) -> Recorded | None:
    """What came of a form that was sent under this id before: after that its lines may not be there any more."""
    try:
        known = queries.movements(actor).filter(pk=UUID(movement_id)).exists()
    except ValueError:
        return None
    return Recorded(UUID(movement_id), known=True) if known else None


def record(*, actor: User, session: str, wish: Wish) -> Recorded:
    """Record it, or ask for it. A form that was sent before is known and does nothing.

    session: short digest of the one it is asked in. Raises PermissionDenied, Store.DoesNotExist, and Refused as
    ``posting.post`` and ``agreeing.ask_for``.
    """
    require(actor, wish.shape.right)
    queries.store(actor, wish.store.pk, wish.shape.right)
    with transaction.atomic():
        drafts = _drafts(actor, wish)
        if wish.ask or agreeing.needs_asking(drafts[0]):
            asked = agreeing.ask_for(actor=actor, session=session, movement=drafts[0], reason=wish.reason)
            return Recorded(wish.movement_id, asked)
        answers, warnings = post_warned(actor=actor, movements=drafts)
        if "created" not in answers:
            raise Refused("movement_posted")  # under this id, where the actor does not see it
        return Recorded(wish.movement_id, warnings=warnings)


def drafted(*, actor: User, wish: Wish) -> MovementDraft:
    """What ``record`` would post or ask for, as one movement: nothing of it is kept, nor on the trail.

    Raises PermissionDenied, Store.DoesNotExist, and Refused where its lines cannot be made; the rules are not asked.
    """
    require(actor, wish.shape.right)
    queries.store(actor, wish.store.pk, wish.shape.right)
    with trail.asked(), transaction.atomic():
        drafts = _drafts(actor, wish)
        transaction.set_rollback(True)
    lines = tuple(line for draft in drafts for line in draft.lines)
    return replace(drafts[0], lines=lines, batches=tuple(batch for draft in drafts for batch in draft.batches))


def _drafts(actor: User, wish: Wish) -> list[MovementDraft]:
    shape = wish.shape
    if shape.source is Source.TRANSIT:
        return _arrival(wish)
    if shape.source is Source.NEW:
        came = arriving.make(actor=actor, store=wish.store, kind=shape.kind, things=wish.things, sure=wish.sure)
        lines = [_coming(wish, line, Spot("acquired")) for line in came.lines]
        return [_movement(wish, shape.kind, lines, came.batches)]
    if shape.target is Target.FACTS:
        into, out_of, batches = _become(actor, wish)
        return [_movement(wish, shape.kind, [*into, *out_of], batches)]
    if shape.target is Target.THINGS:
        same = {row.item.normalised: row.item.pk for row, _ in wish.chosen if row.item and row.item.normalised}
        came = arriving.make(
            actor=actor, store=wish.store, kind=shape.kind, things=wish.things, sure=wish.sure, same=same
        )
        into = _leaving(wish, Spot(CONVERTED))
        out_of = [_coming(wish, line, Spot(CONVERTED)) for line in came.lines]
        return [_movement(wish, shape.kind, [*into, *out_of], came.batches)]
    return [_movement(wish, shape.kind, _leaving(wish, _target(actor, wish)))]


def _movement(
    wish: Wish, kind: str, lines: Sequence[LineDraft], batches: Sequence[Any] = (), movement_id: UUID | None = None
) -> MovementDraft:
    return MovementDraft(
        movement_id or wish.movement_id,
        kind,
        wish.effective_at or timezone.now(),
        wish.reason.text,
        tuple(lines),
        batches=tuple(batches),
        reason_language=wish.reason.language,
        destination_id=wish.to_store or None if wish.shape.target is Target.TRANSIT else None,
    )


def _target(actor: User, wish: Wish) -> Spot:
    """Where the lines go."""
    target = wish.shape.target
    if target is Target.HERE:
        return Spot.store(wish.store.pk, wish.stack)
    if target is Target.OTHER:
        return Spot.store(queries.store(actor, wish.to_store, wish.shape.right).pk, wish.stack)
    if target is Target.TRANSIT:
        return Spot(IN_TRANSIT, ref=wish.movement_id.hex)
    if target is Target.PARTY:
        return Spot(ON_ISSUE, ref=_party(actor, wish).party_id.hex)
    return Spot(wish.shape.nowhere)


def _party(actor: User, wish: Wish) -> Party:
    given = wish.party
    assert given is not None, "the form wants somebody"
    if isinstance(given, Party):
        return given
    made = Party.objects.create(kind=given.kind, name=given.name, number=given.number, site_id=wish.store.site_id)
    trail.record(
        actor=actor,
        act="party.make",
        table=Party._meta.db_table,
        row_id=made.pk,
        after={"kind": made.kind},
        organisation_id=wish.store.site.organisation_id,
        site_id=wish.store.site_id,
    )
    return made


def _leaving(wish: Wish, target: Spot) -> list[LineDraft]:
    return [
        LineDraft(row.batch.pk, quantity, wish.basis, row.spot, target, row.item.pk if row.item else None)
        for row, quantity in wish.chosen
    ]


def _coming(wish: Wish, line: arriving.Coming, origin: Spot) -> LineDraft:
    target = Spot.store(wish.store.pk, line.stack)
    return LineDraft(line.batch_id, line.quantity, wish.basis, origin, target, line.item_id)


def _become(actor: User, wish: Wish) -> tuple[list[LineDraft], list[LineDraft], list[Any]]:
    """Each line into ``converted`` and out of it again, as a batch with other facts in the same place."""
    made = arriving.Becoming(actor, wish.store, wish.facts, sure=wish.sure)
    out_of = [
        LineDraft(
            made.batch_id(row.batch), quantity, wish.basis, Spot(CONVERTED), row.spot, row.item.pk if row.item else None
        )
        for row, quantity in wish.chosen
    ]
    return _leaving(wish, Spot(CONVERTED)), out_of, made.batches


def _arrival(wish: Wish) -> list[MovementDraft]:
    """What came; more than was sent is a discrepancy; what did not come is what was said of the rest."""
    here = Spot.store(wish.store.pk, wish.stack)
    nowhere = RESTS.get(wish.rest)
    came: list[LineDraft] = []
    odd: dict[str, list[LineDraft]] = {}
    chosen = {row.key: quantity for row, quantity in wish.chosen}
    for row in wish.offered:
        given = chosen.get(row.key, 0)
        item_id = row.item.pk if row.item else None
        sent = row.quantity
        taken = given if sent is None or given is None else min(given, sent)
        if taken is None or taken > 0:
            came.append(LineDraft(row.batch.pk, taken, wish.basis, row.spot, here, item_id))
        if sent is not None and given is not None and given > sent:
            more = LineDraft(row.batch.pk, given - sent, wish.basis, Spot(UNEXPLAINED), here)
            odd.setdefault(REST_MISSING, []).append(more)
        if sent is not None and given is not None and given < sent and nowhere is not None:
            less = LineDraft(row.batch.pk, sent - given, wish.basis, row.spot, Spot(nowhere), item_id)
            odd.setdefault(wish.rest, []).append(less)
    parts = ([("arrival", came)] if came else []) + list(odd.items())
    if not parts:
        raise Refused("movement_empty")
    # the first of them has the id of the form, by which the form sent twice is known
    ids = [wish.movement_id, *(uuid7() for _ in parts[1:])]
    return [_movement(wish, kind, lines, movement_id=one) for one, (kind, lines) in zip(ids, parts, strict=True)]


# Putting right, and signing.


def ask_correction(*, actor: User, session: str, movement_id: UUID, reason: Said) -> Approval:
    """Ask a second person to turn a movement round. Raises Movement.DoesNotExist, PermissionDenied, Refused."""
    require(actor, "judge_stock")
    found = queries.movements(actor, "judge_stock").get(pk=movement_id)
    draft = correction_of(found, movement_id=uuid7(), reason=reason.text, reason_language=reason.language)
    return agreeing.ask_for(actor=actor, session=session, movement=draft, reason=reason)


def sign(*, actor: User, session: str, movement_id: UUID, role: str) -> Signature:
    """Put one's name to a movement: who gave, took, or saw it; each with an account and in a session of their own.

    Raises Movement.DoesNotExist, PermissionDenied, Refused: signature_taken, signed_already, signature_session.
    """
    found = _signable(actor, movement_id)
    with transaction.atomic():
        Movement.objects.select_for_update().get(pk=found.pk)
        given = list(Signature.objects.filter(movement=found))
        if any(one.role == role for one in given):
            raise Refused("signature_taken", role=str(SignatureRole(role).label))
        if any(one.user_id == actor.pk for one in given):
            raise Refused("signed_already")
        if not session or any(one.session == session for one in given):
            raise Refused("signature_session")
        signed = Signature.objects.create(
            movement=found,
            role=role,
            user=actor,
            signed_at=timezone.now(),
            session=session,
        )
        leaves.add([signed])
        trail.record(
            actor=actor,
            act="movement.sign",
            table=Movement._meta.db_table,
            row_id=found.pk,
            after={"role": role},
            organisation_id=found.site.organisation_id if found.site else "",
            site_id=found.site_id or "",
        )
        return signed


def _signable(actor: User, movement_id: UUID) -> Movement:
    for right in queries.SIGNS:
        found = queries.movements(actor, right).select_related("site").filter(pk=movement_id).first()
        if found is not None:
            return found
    queries.movement(actor, movement_id)
    raise PermissionDenied("keep_stock")


def may_sign(actor: User, movement_id: UUID) -> bool:
    """Whether somebody may put their name to a movement at all."""
    return any(queries.movements(actor, right).filter(pk=movement_id).exists() for right in queries.SIGNS)


def may_correct(actor: User, movement: Movement) -> bool:
    """Whether somebody may ask for a movement to be turned round: one that was not yet."""
    if hasattr(movement, "corrected_by"):
        return False
    return scope_of(actor, "judge_stock").covers(None, movement.site_id, None) if movement.site_id else False
