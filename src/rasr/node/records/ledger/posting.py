"""What people do to stock: a movement is checked against rights, law and rules, and posted. The only way in for them.

    post(actor=storekeeper, movement=MovementDraft(...))  # "created"; the same again: "exists"

Who may: what is in hand is for who keeps stock in that store, judging it for who judges, loading for who loads. What
needs a second person is posted when that person has agreed (``agreed``: see ``agreeing``).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.ledger.balances import MOST
from rasr.core.records.ledger.kinds import CORRECTION, KINDS, Kind
from rasr.core.records.ledger.places import IN_TRANSIT, Spot
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site
from rasr.node.records.ledger import (
    balancing,
    breaching,
    correcting,
    discreet,
    handing,
    incoming,
    missing,
    rules,
    unsettled,
    whereabouts,
    write,
)
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import NOWHERE, batches_asked, facts_of
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import Movement
from rasr.node.web import rows

Posted = Literal["created", "exists", "exists_different"]
KEPT, STORES, BATCHES = "kept", "stores_named", "batches"
"""Names of questions, beside those of ``write.questions``."""


@dataclass(frozen=True)
class Outcome:
    """What became of one of several movements. code: created, exists, exists_different or refused_<code>.

    lines: position (from 0) to code of the lines that were refused; numbers: what the sentence of the code names.
    warnings: what lies together by it, or will when it arrives, that is not settled.
    """

    movement_id: UUID
    code: str
    numbers: dict[str, str | int | float]
    lines: dict[int, str]
    warnings: tuple[Finding, ...] = ()


def post(*, actor: User, movement: MovementDraft, agreed: UUID | None = None) -> Posted:
    """Post one movement; what places hold follows in the same transaction. A retry answers ``exists``.

    agreed: the approval by which a second person has agreed. Raises PermissionDenied, LinesRefused (every line that
    cannot be), Refused: kind_unknown, second_person_wanted, effective_in_future, back_dated, holding_negative_then,
    unknown_rule for what is not in the register or not in scope, and what ``rules.judge`` refuses.
    """
    return post_all(actor=actor, movements=[movement], agreed=agreed)[0]


def post_all(*, actor: User, movements: Sequence[MovementDraft], agreed: UUID | None = None) -> list[Posted]:
    """Post many movements in this order, all of them or none; by the same rules. Raises as ``post``."""
    with _collector_rests(), transaction.atomic():
        return _post(actor, movements, agreed)[0]


def post_warned(*, actor: User, movements: Sequence[MovementDraft]) -> tuple[list[Posted], list[Finding]]:
    """As ``post_all``; and a warning for each pair of groups that they put together and nobody has settled."""
    with _collector_rests(), transaction.atomic():
        return _post(actor, movements, None, warns=True)


@contextmanager
def _collector_rests() -> Iterator[None]:
    """Nothing here refers to itself: looking for that among so many lines takes a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def post_each(*, actor: User, movements: Sequence[MovementDraft]) -> list[Outcome]:
    """Post many movements, each for itself: what is refused leaves nothing and stops nothing."""
    outcomes = []
    for movement in movements:
        try:
            (code,), warnings = post_warned(actor=actor, movements=[movement])
        except LinesRefused as fault:
            lines = {position: f"refused_{one.code}" for position, one in fault.lines}
            outcomes.append(Outcome(movement.movement_id, f"refused_{fault.code}", fault.numbers, lines))
        except Refused as fault:
            outcomes.append(Outcome(movement.movement_id, f"refused_{fault.code}", fault.numbers, {}))
        except PermissionDenied:
            outcomes.append(Outcome(movement.movement_id, "refused_no_right", {}, {}))
        else:
            outcomes.append(Outcome(movement.movement_id, code, {}, {}, tuple(warnings)))
    return outcomes


def kind_of(movement: MovementDraft) -> Kind:
    """What holds of the kind of a movement. Raises Refused: kind_unknown."""
    if movement.kind == CORRECTION:
        return correcting.AS_KIND
    kind = KINDS.get(movement.kind)
    if kind is None:
        raise Refused("kind_unknown", kind=movement.kind, known=", ".join([*KINDS, CORRECTION]))
    return kind


def right_for(movement: MovementDraft) -> str:
    """The right that a movement asks for. Raises Refused: kind_unknown."""
    return "judge_stock" if kind_of(movement).is_judgement else "keep_stock"


def _post(
    actor: User, movements: Sequence[MovementDraft], agreed: UUID | None, *, warns: bool = False
) -> tuple[list[Posted], list[Finding]]:
    register, found = write.lock_and_ask(_questions(movements))
    kept: dict[UUID, str] = dict(found[KEPT])
    answers: list[Posted] = []
    new: list[MovementDraft] = []
    for movement in movements:
        known = kept.get(movement.movement_id)
        if known is None:
            kept[movement.movement_id] = movement.digest()
            new.append(movement)
        answers.append("created" if known is None else "exists" if known == movement.digest() else "exists_different")
    if not new:
        return answers, []
    if len(new) < len(movements):
        found = rows.answers(_questions(new))
    for movement in new:
        if agreed is None:
            require(actor, right_for(movement))
        lawful(movement, second_person=agreed is not None)
    stores = whereabouts.stores_from(found[STORES])
    site_ids = in_scope(actor, new, agreed, stores)
    incoming.check([batch for movement in new for batch in movement.batches])
    facts = facts_of(new, found[BATCHES])
    balancing.check(new, facts)
    rules.judge([(one, kind_of(one), one.waived if agreed else ()) for one in new], facts)
    handing.check(new, facts)
    missing.check(new)
    if agreed is None and (out := whereabouts.first_that_goes_out(new, stores)):
        raise Refused("second_person_wanted", kind=out.kind)
    if agreed is None:
        back_dated(actor, new)
    warnings = unsettled.brought(new, facts, actor) if warns else []
    with rows.together():
        with discreet.told_to(actor):
            state = write.state_from(found)
            write.write(
                actor=actor, register=register, movements=new, state=state, site_ids=site_ids, approval_id=agreed
            )
        write.moved_on(register)
    handing.follow_up(actor, new, site_ids)
    breaching.follow_up(actor, new, facts)
    return answers, warnings


def _questions(movements: Sequence[MovementDraft]) -> dict[str, rows.Question]:
    """What must be known of movements, whatever they are: asked at once, since each question alone is a wait."""
    return {
        KEPT: rows.Question(
            Movement, ("movement_id", "digest"), {"movement_id": [one.movement_id for one in movements]}
        ),
        STORES: whereabouts.stores_asked(movements),
        BATCHES: batches_asked(movements),
        **write.questions(movements),
    }


def lawful(movement: MovementDraft, *, second_person: bool) -> None:
    """Refuse what no movement of its kind may be. Raises Refused, LinesRefused."""
    kind = kind_of(movement)
    if not movement.lines:
        raise Refused("movement_empty")
    if movement.effective_at > timezone.now():
        raise Refused("effective_in_future", day=movement.effective_at.date().isoformat())
    if kind.needs_second_person and not second_person:
        raise Refused("second_person_wanted", kind=movement.kind)
    if movement.kind == CORRECTION:
        correcting.check(movement)
        return
    if movement.corrects_id is not None:
        raise Refused("correction_unlike")
    if movement.kind == "despatch" and movement.destination_id is None:
        raise Refused("destination_wanted")
    own = movement.movement_id.hex
    faults: list[tuple[int, Refused]] = []
    allowed: dict[tuple[Spot, Spot], bool] = {}
    for position, line in enumerate(movement.lines):
        ends = here, there = line.from_place, line.to_place
        if ends not in allowed:
            allowed[ends] = here.is_sound and there.is_sound and here != there and kind.allows(here, there)
        if not allowed[ends]:
            faults.append((position, _no_way(movement, here, there)))
        elif line.quantity is not None and not 0 <= line.quantity <= MOST:
            faults.append((position, Refused("quantity_out_of_range", most=MOST)))
        elif movement.kind == "despatch" and there.kind == IN_TRANSIT and there.ref != own:
            faults.append((position, _no_way(movement, here, there)))
    if faults:
        raise LinesRefused(faults)


def _no_way(movement: MovementDraft, here: Spot, there: Spot) -> Refused:
    return Refused("flow_not_allowed", kind=movement.kind, here=str(here), there=str(there))


def in_scope(
    actor: User, movements: Sequence[MovementDraft], agreed: UUID | None, stores: whereabouts.Stores
) -> dict[UUID, str]:
    """The site of each movement, in whose books it stands. stores: those they name. Raises Refused: unknown_rule.

    What something is bound for need not be in scope, but must be there. Where a second person has agreed, rights and
    scope were looked at when it was asked for and when it was decided.
    """
    whereabouts.check_destinations(movements, stores)
    rights = {right_for(movement) for movement in movements}
    sites_by: dict[str, dict[str, str]] = {}
    for right in rights:
        wanted = {
            spot.store_id for movement in movements for spot in store_spots(movement) if right_for(movement) == right
        }
        scope = None if agreed else scope_of(actor, right)
        found = {
            store_id: at.site_id
            for store_id, at in stores.items()
            if not at.closed and (scope is None or scope.has(at.organisation_id, at.site_id, store_id))
        }
        if outside := sorted(str(one) for one in wanted - found.keys()):
            raise Refused("unknown_rule", what="store", value=outside[0], known=NOWHERE)
        sites_by[right] = found
    site_ids = {
        movement.movement_id: sites_by[right_for(movement)][store_id]
        for movement in movements
        for store_id in [_first_store(movement)]
        if store_id is not None
    }
    return _refs_in_scope(actor, movements, agreed) | site_ids


def _refs_in_scope(actor: User, movements: Sequence[MovementDraft], agreed: UUID | None) -> dict[UUID, str]:
    """The site of each movement between places that are no stores. Raises Refused: unknown_rule.

    Who has something on issue must be known here; what is in transit too, where nothing else says whose it is.
    """
    spots = {movement.movement_id: whereabouts.wanted_of(movement) for movement in movements}
    asked = {spot for some in spots.values() for spot in some}
    if not asked:
        return {}
    sites = whereabouts.sites_of(asked)
    own: dict[Spot, str] = {}
    for right in {right_for(movement) for movement in movements}:
        here = {spot for one in movements if right_for(one) == right for spot in spots[one.movement_id]}
        named = Site.objects.filter(pk__in={site for spot in here for site in sites.get(spot, ())})
        named = named if agreed else named.filter(scope_of(actor, right).sites_named())
        known = set(named.values_list("pk", flat=True))
        if outside := sorted(f"{spot.kind} {spot.ref}" for spot in here if known.isdisjoint(sites.get(spot, ()))):
            raise Refused("unknown_rule", what="place", value=outside[0], known=NOWHERE)
        own |= {spot: next(filter(known.__contains__, sites[spot])) for spot in here}
    return {one: own[some[0]] for one, some in spots.items() if some}


def _first_store(movement: MovementDraft) -> str | None:
    ends = (spot.store_id for line in movement.lines for spot in (line.from_place, line.to_place))
    return next(filter(None, ends), None)


def back_dated(actor: User, movements: Sequence[MovementDraft]) -> None:
    """Refuse what is dated long before it is recorded, unless somebody may and says why. Raises PermissionDenied."""
    earliest = timezone.now() - timedelta(hours=settings.NODE.back_dating_hours)
    old = [movement for movement in movements if movement.effective_at < earliest]
    if not old:
        return
    require(actor, "back_date")
    for movement in old:
        if not movement.reason.strip():
            raise Refused("reason_wanted")


def store_spots(movement: MovementDraft) -> set[Spot]:
    """The stores and stacks that a movement touches."""
    return {spot for line in movement.lines for spot in (line.from_place, line.to_place) if spot.store_id}
