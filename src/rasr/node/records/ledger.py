"""The ledger: movements in, holdings out. Nothing else changes what a store holds.

How a line acts on a holding, which is absent, a number, or unknown (None):

- so many out of a number leave the rest; out of what is unknown they leave what is unknown;
- None is all there is, nobody knows how many: it leaves nothing, and makes unknown what it comes to;
- where nothing is left the holding is gone, but after a count (``count_adjustment``) it stays, at 0;
- what comes in says how the quantity is known, and so does every count; where two ways meet it is not known how.

An unknown quantity becomes known by a count in two lines: all there is to ``unexplained``, then so many back.

>>> held = {("batch", "S1"): Held(5, "book")}
>>> act(held, "transfer", "batch", 2, "counted", "S1", "S2")
>>> held[("batch", "S1")].quantity, held[("batch", "S2")].quantity
(3, 2)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.models import Store
from rasr.node.records import bridge, covering
from rasr.node.records.models import Batch, Holding, Movement, MovementKind, MovementLine, Place, PlaceKind, Register
from rasr.node.web import rows

Posted = Literal["created", "exists", "exists_different"]
Key = tuple[Any, Any]
"""Batch and store."""
NOWHERE = "see the register"


@dataclass(frozen=True, slots=True)
class Spot:
    """One end of a line: a store, or a virtual place."""

    kind: str
    store_id: str | None = None

    @classmethod
    def store(cls, store_id: str) -> Spot:
        """A store."""
        return cls(PlaceKind.STORE, store_id)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """So many of a batch from here to there. quantity: None is all there is, nobody knows how many."""

    batch_id: UUID
    quantity: int | None
    quantity_basis: str | None
    from_place: Spot
    to_place: Spot


@dataclass(frozen=True)
class MovementDraft:
    """A movement before it is posted. movement_id: made by the sender (UUIDv7), so that a retry is known."""

    movement_id: UUID
    kind: str
    effective_at: datetime
    reason: str
    lines: tuple[LineDraft, ...]
    upload_id: UUID | None = None


class Held(NamedTuple):
    """What a store holds of a batch. quantity: None is unknown. basis: how it is known."""

    quantity: int | None
    basis: str | None


@dataclass(frozen=True)
class HoldingDifference:
    """A holding that is not what the movements make of it. None: there is none."""

    batch_id: UUID
    store_id: str
    kept: Held | None
    derived: Held | None


def post(*, actor: User, movement: MovementDraft) -> Posted:
    """Post one movement; its holdings follow in the same transaction. Once posted, a retry answers ``exists``.

    Raises PermissionDenied; Refused: holding_negative, quantity_wanted, effective_in_future, unknown_rule for a batch
    or store that is not in the register.
    """
    require(actor, "load_register")
    with transaction.atomic():
        register = lock_register()
        kept = _kept(movement.movement_id)
        if kept is not None:
            return "exists" if kept == movement else "exists_different"
        if movement.effective_at > timezone.now():
            raise Refused("effective_in_future", day=movement.effective_at.date().isoformat())
        _in_register(movement)
        before = _held(Q(batch__in={line.batch_id for line in movement.lines}))
        after = dict(before)
        follow(after, movement)
        _never_below_zero(movement)
        write_movements(actor, [movement])
        write_holdings(before, after)
        moved_on(register, bridge.load_region().digest(), register.given)
    return "created"


def follow(held: dict[Key, Held], movement: MovementDraft) -> None:
    """Let every line of a movement act on the holdings. Raises Refused: holding_negative, quantity_wanted."""
    for line in movement.lines:
        act(
            *(held, movement.kind, line.batch_id, line.quantity, line.quantity_basis),
            *(line.from_place.store_id, line.to_place.store_id),
        )


def act(
    held: dict[Key, Held], kind: str, batch: Any, quantity: int | None, basis: str | None, origin: Any, target: Any
) -> None:
    """One line: quantity of a batch from a store to a store; None stands for a virtual place.

    Raises Refused: holding_negative, quantity_wanted.
    """
    count = kind == MovementKind.COUNT_ADJUSTMENT
    if origin is not None:
        there = held.get((batch, origin))
        left = _left(there, batch, quantity, origin)
        if left == 0 and not count:
            del held[batch, origin]
        else:
            assert there is not None
            held[batch, origin] = Held(left, basis if count else there.basis)
    if target is not None:
        there = held.get((batch, target), Held(0, basis))
        total = None if there.quantity is None or quantity is None else there.quantity + quantity
        agree = count or there.quantity == 0 or there.basis == basis
        held[batch, target] = Held(total, basis if agree else None)


def _left(there: Held | None, batch: Any, quantity: int | None, origin: Any) -> int | None:
    if there is None:
        raise Refused("holding_negative", record=str(batch), store=str(origin), held=0, wanted=quantity or 0)
    if quantity is None:
        if there.quantity is not None:
            raise Refused("quantity_wanted", record=str(batch), store=str(origin), held=there.quantity)
        return 0
    if there.quantity is None:
        return None
    if quantity > there.quantity:
        raise Refused("holding_negative", record=str(batch), store=str(origin), held=there.quantity, wanted=quantity)
    return there.quantity - quantity


def recompute_holdings() -> list[HoldingDifference]:
    """Work out every holding from zero, line by line, and list those that are kept otherwise."""
    derived: dict[Key, Held] = {}
    lines = MovementLine.objects.order_by("pk").values_list(
        "movement__kind", "batch_id", "quantity", "quantity_basis", "from_place__store_id", "to_place__store_id"
    )
    for kind, batch, quantity, basis, origin, target in lines.iterator(chunk_size=5000):
        act(derived, kind, batch, quantity, basis, origin, target)
    kept = _held(Q())
    return [
        HoldingDifference(*key, kept.get(key), derived.get(key))
        for key in sorted({*kept, *derived}, key=str)
        if kept.get(key) != derived.get(key)
    ]


def lock_register() -> Register:
    """The one row of the register, locked until the end of the transaction: one writer at a time."""
    Register.objects.get_or_create(pk=1)
    return Register.objects.select_for_update().get(pk=1)


def moved_on(register: Register, digest: str, given: Iterable[str]) -> None:
    """The register has changed."""
    register.version += 1
    register.digest, register.given, register.changed_at = digest, sorted(given), timezone.now()
    register.save()


def write_movements(actor: User, movements: Iterable[MovementDraft]) -> None:
    """Keep movements with their lines, in this order."""
    movements = list(movements)
    now = timezone.now()
    Movement.objects.bulk_create(
        Movement(
            movement_id=one.movement_id,
            kind=one.kind,
            effective_at=one.effective_at,
            recorded_at=now,
            actor=actor,
            reason=one.reason,
            upload_id=one.upload_id,
        )
        for one in movements
    )
    ids = _place_ids({spot for one in movements for line in one.lines for spot in (line.from_place, line.to_place)})
    rows.insert(
        MovementLine,
        ("movement_id", "position", "batch_id", "quantity", "quantity_basis", "from_place_id", "to_place_id"),
        (
            (
                *(one.movement_id, position, line.batch_id, line.quantity, line.quantity_basis),
                *(ids[line.from_place], ids[line.to_place]),
            )
            for one in movements
            for position, line in enumerate(one.lines)
        ),
    )
    covering.cover_movements(one.movement_id for one in movements)
    for one in movements:
        trail.record(
            actor=actor,
            act="movement.post",
            table=Movement._meta.db_table,
            row_id=one.movement_id,
            reason=one.reason,
            after={"kind": one.kind, "lines": len(one.lines), "effective_at": one.effective_at},
        )


def write_holdings(
    before: Mapping[Key, Held], after: Mapping[Key, Held], positions: Mapping[Key, tuple[int | None, int]] | None = None
) -> None:
    """Keep what changed between two states of the same holdings.

    positions: old and new position of every holding after; None: those that are new come last, the others stay.
    """
    if positions is None:
        last = Holding.objects.order_by("-position").values_list("position", flat=True).first()
        new = [key for key in after if key not in before]
        positions = {key: (None, (-1 if last is None else last) + number) for number, key in enumerate(new, 1)}
    keys = ("batch_id", "store_id")
    rows.delete(Holding, keys, [key for key in before if key not in after])
    changed = ((*after[key], *key) for key in after if key in before and after[key] != before[key])
    rows.update(Holding, ("quantity", "quantity_basis"), keys, changed)
    moved = ((new, *key) for key, (old, new) in positions.items() if key in before and old != new)
    rows.update(Holding, ("position",), keys, moved)
    fresh = ((*key, *after[key], positions[key][1]) for key in after if key not in before)
    rows.insert(Holding, (*keys, "quantity", "quantity_basis", "position"), fresh)


def _held(which: Q) -> dict[Key, Held]:
    found = Holding.objects.filter(which).values_list("batch_id", "store_id", "quantity", "quantity_basis")
    return {(batch, store): Held(quantity, basis) for batch, store, quantity, basis in found}


def _kept(movement_id: UUID) -> MovementDraft | None:
    """The movement of this id as it was posted."""
    kept = Movement.objects.filter(pk=movement_id).first()
    if kept is None:
        return None
    lines = MovementLine.objects.filter(movement=kept).select_related("from_place", "to_place").order_by("position")
    drafts = (
        LineDraft(
            *(line.batch_id, line.quantity, line.quantity_basis),
            *(Spot(place.kind, place.store_id) for place in (line.from_place, line.to_place)),
        )
        for line in lines
    )
    return MovementDraft(kept.pk, kept.kind, kept.effective_at, kept.reason, tuple(drafts), kept.upload_id)


def _in_register(movement: MovementDraft) -> None:
    """Refuse what names a batch or store that is not in the register."""
    batches = {line.batch_id for line in movement.lines}
    known = set(Batch.objects.filter(pk__in=batches, article__closed=False).values_list("pk", flat=True))
    stores = {spot.store_id for line in movement.lines for spot in (line.from_place, line.to_place) if spot.store_id}
    open_ = set(Store.objects.filter(pk__in=stores, closed=False).values_list("pk", flat=True))
    missing = [*(("batch", str(one)) for one in batches - known), *(("store", one) for one in stores - open_)]
    for what, one in missing[:1]:
        raise Refused("unknown_rule", what=what, value=one, known=NOWHERE)


def _never_below_zero(movement: MovementDraft) -> None:
    """Refuse what would take from a store, at its own time, more than had come there by then.

    Where a quantity was ever unknown nothing can be said of it.
    """
    taken = {(line.batch_id, line.from_place.store_id) for line in movement.lines if line.from_place.store_id}
    for batch, store in sorted(taken, key=str):
        here = MovementLine.objects.filter(batch=batch)
        touching = here.filter(Q(from_place__store=store) | Q(to_place__store=store))
        if touching.filter(quantity=None).exists():
            continue
        past = touching.filter(movement__effective_at__lte=movement.effective_at)
        came = past.filter(to_place__store=store).aggregate(n=Sum("quantity"))["n"] or 0
        went = past.filter(from_place__store=store).aggregate(n=Sum("quantity"))["n"] or 0
        own = [line for line in movement.lines if line.batch_id == batch]
        wanted = sum(line.quantity or 0 for line in own if line.from_place.store_id == store)
        back = sum(line.quantity or 0 for line in own if line.to_place.store_id == store)
        if wanted > came - went + back:
            raise Refused("holding_negative", record=str(batch), store=str(store), held=came - went, wanted=wanted)


def _place_ids(spots: set[Spot]) -> dict[Spot, int]:
    """The rows of places; those that are not there yet are made."""
    found = _find_places(spots)
    missing = sorted(spots - found.keys(), key=lambda spot: (spot.kind, spot.store_id or ""))
    Place.objects.bulk_create(Place(kind=spot.kind, store_id=spot.store_id) for spot in missing)
    return found | _find_places(set(missing)) if missing else found


def _find_places(spots: set[Spot]) -> dict[Spot, int]:
    known = Place.objects.all()
    if len(spots) <= rows.AT_ONCE // 2:
        stores = [spot.store_id for spot in spots if spot.store_id]
        known = known.filter(Q(store=None) | Q(store__in=stores))
    every = {Spot(kind, store): pk for pk, kind, store in known.values_list("pk", "kind", "store_id")}
    return {spot: every[spot] for spot in spots if spot in every}
