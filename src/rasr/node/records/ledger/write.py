"""The ledger: movements in, holdings out. Nothing else changes what a place holds.

The law itself is ``rasr.core.records.ledger``; here are its rows. ``write`` knows the law and the tables, and nothing
of rights: it is called by ``posting``, for what people do, and by ``load``, for a whole region.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.balances import Held, Holdings, Key, act
from rasr.core.records.ledger.places import Spot
from rasr.core.records.ledger.timeline import shortfall
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.records.ledger import covering, vouchers
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, MovementDraft, cells_of
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.models import Batch, Holding, ItemPosition, Movement, MovementLine, Place, Register
from rasr.node.web import rows

Positions = Mapping[Key, tuple[int | None, int]]
Answers = dict[str, list[tuple[Any, ...]]]
LOCKED, STACKS, VIRTUAL, HELD, ITEMS, LAST = "locked", "stacks", "virtual", "held", "items", "last"
"""Names of questions."""
REGISTER = tuple(field.attname for field in Register._meta.concrete_fields)


class LinesRefused(Refused):
    """Lines of a movement cannot be written: all of them, with the refusal of each. As a refusal it is the first.

    lines: position in the movement (from 0) and refusal.
    """

    def __init__(self, lines: Sequence[tuple[int, Refused]]) -> None:
        first = lines[0][1]
        super().__init__(first.code, **first.numbers)
        self.lines = tuple(lines)


@dataclass
class State:
    """What is held by the batches and items that are touched, and what becomes of it line by line.

    latest: to each key the time of the latest line. items: to each item its batch and place. place_ids: rows of
    places that are known. back_dated: keys from which something was taken at a time before the latest line.
    unsure: items of such lines, and those that came back from nowhere, whose own history may not fit. lines: how many
    have acted; brought: to each item that moved the number of its last line, from 0. last: the greatest position of
    all holdings, -1 where there is none; None: not read.
    """

    before: Holdings
    latest: dict[Key, datetime]
    items: dict[UUID, tuple[UUID, Spot]]
    place_ids: dict[Spot, int] = field(default_factory=dict)
    last: int | None = None
    after: Holdings = field(init=False)
    items_before: dict[UUID, tuple[UUID, Spot]] = field(init=False)
    latest_before: dict[Key, datetime] = field(init=False)
    back_dated: set[Key] = field(default_factory=set)
    unsure: set[UUID] = field(default_factory=set)
    lines: int = 0
    brought: dict[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.after = dict(self.before)
        self.items_before, self.latest_before = dict(self.items), dict(self.latest)

    def follow(self, movement: MovementDraft) -> None:
        """Let every line of a movement act. Raises LinesRefused."""
        faults: list[tuple[int, Refused]] = []
        kind, at = movement.kind, movement.effective_at
        for position, line in enumerate(movement.lines):
            batch, here, there = line.batch_id, line.from_place, line.to_place
            try:
                if line.item_id is not None:
                    self._follow_item(line.item_id, batch, here, there, at)
                    self.brought[line.item_id] = self.lines + position
                act(self.after, kind, batch, line.quantity, line.quantity_basis, here, there)
            except Refused as fault:
                faults.append((position, fault))
                continue
            for spot in (here, there):
                if spot.is_bounded:
                    latest = self.latest.setdefault((batch, spot), at)
                    if latest < at:
                        self.latest[batch, spot] = at
                    elif at < latest and spot is here:
                        self.back_dated.add((batch, spot))
        self.lines += len(movement.lines)
        if faults:
            raise LinesRefused(faults)

    def _follow_item(self, item: UUID, batch: UUID, here: Spot, there: Spot, moved_at: datetime) -> None:
        at = self.items.get(item)
        if at is None:
            if here.is_bounded:
                raise Refused("item_elsewhere", item=str(item), place=str(here), found="-")
        elif at[1] != here or (at[0] != batch and here.is_bounded):
            raise Refused("item_elsewhere", item=str(item), place=str(here), found=str(at[1]))
        elif not here.is_bounded or moved_at < self.latest.get((batch, here), moved_at):
            self.unsure.add(item)
        self.items[item] = (batch, there)


@dataclass(frozen=True)
class HoldingDifference:
    """A holding that is not what the movements make of it. None: there is none."""

    batch_id: UUID
    place: Spot
    kept: Held | None
    derived: Held | None


def lock_register() -> Register:
    """The one row of the register, locked until the end of the transaction: one writer at a time."""
    return lock_and_ask({})[0]


def lock_and_ask(questions: Mapping[str, rows.Question]) -> tuple[Register, Answers]:
    """``lock_register``, and what answers these questions when it is locked."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    assert connection.in_atomic_block
    found = rows.answers({LOCKED: rows.Question(Register, REGISTER, {"id": [1]}, lock), **questions})
    if not found[LOCKED]:
        Register.objects.get_or_create(pk=1)
        return lock_and_ask(questions)
    return Register.from_db(connection.alias, REGISTER, found.pop(LOCKED)[0]), found


def write(
    *,
    actor: User,
    register: Register,
    movements: Sequence[MovementDraft],
    state: State | None = None,
    positions: Positions | None = None,
    site_ids: Mapping[UUID, str] | None = None,
    approval_id: UUID | None = None,
) -> State:
    """Write movements in this order, with what follows from them. In a transaction, the register locked.

    state: what is held, where the caller has read it. positions: old and new position of every holding after; None:
    those that are new come last, the others stay. site_ids: of the movements that get a voucher, in whose books.

    Every batch, item and store they name is in the register. Raises LinesRefused: holding_negative, quantity_wanted,
    item_elsewhere; Refused: holding_negative_then where a place would have held less than nothing at some time,
    item_then_elsewhere where an item would have left a place at which it was not.
    """
    now = timezone.now()
    state = state or state_of(movements)
    for movement in movements:
        state.follow(movement)
    place_ids = _place_ids(_spots(movements), state.place_ids)
    first = register.last_line + 1
    _write_movements(actor, register, movements, place_ids, now, site_ids or {}, approval_id)
    _never_below_zero(state.back_dated, place_ids)
    _items_where_they_were(state.unsure)
    _write_holdings(state, place_ids, positions)
    _write_items(state, first, place_ids)
    return state


def state_of(movements: Sequence[MovementDraft]) -> State:
    """What is held of the batches, and where the items are, that movements name."""
    return state_from(rows.answers(questions(movements)))


def questions(movements: Sequence[MovementDraft]) -> dict[str, rows.Question]:
    """What ``state_of`` asks of the database."""
    new = {batch.batch_id for movement in movements for batch in movement.batches}
    batches = {line.batch_id for movement in movements for line in movement.lines}
    if new:
        batches -= new
    items = {line.item_id for movement in movements for line in movement.lines if line.item_id is not None}
    asked = _where_are(_spots(movements))
    at = ("batch_id", "place_id", "place__kind", "place__store_id", "place__ref")
    if batches:
        names = (*at, "quantity", "quantity_basis", "latest_at")
        asked[HELD] = rows.Question(Holding, names, {"batch_id": batches})
    if items:
        asked[ITEMS] = rows.Question(ItemPosition, ("item_id", *at), {"item_id": items})
    asked[LAST] = rows.Question(Holding, ("position",), {}, " ORDER BY position DESC LIMIT 1")
    return asked


def state_from(answers: Answers) -> State:
    """The state, from the answers to ``questions``."""
    held: Holdings = {}
    latest: dict[Key, datetime] = {}
    known = {place: spot for spot, place in _places(answers).items()}
    for batch, place, kind, store, ref, quantity, basis, at in answers.get(HELD, ()):
        spot = known.get(place)
        if spot is None:
            spot = known[place] = Spot(kind, store, ref)
        key = (batch, spot)
        held[key], latest[key] = Held(quantity, basis), at
    found: dict[UUID, tuple[UUID, Spot]] = {}
    for item, batch, place, kind, store, ref in answers.get(ITEMS, ()):
        spot = known.get(place)
        if spot is None:
            spot = known[place] = Spot(kind, store, ref)
        found[item] = (batch, spot)
    last = answers[LAST][0][0] if answers[LAST] else -1
    return State(held, latest, found, {spot: place for place, spot in known.items()}, last)


def moved_on(register: Register, digest: str = "", given: Iterable[str] | None = None) -> None:
    """The register has changed. digest: empty is worked out when somebody asks. given: None is as before."""
    register.version += 1
    register.digest, register.changed_at = digest, timezone.now()
    register.given = register.given if given is None else sorted(given)
    names = [name for name in REGISTER if name != "id" and (name != "given" or given is not None)]
    rows.update(Register, names, ("id",), [[*(getattr(register, name) for name in names), register.pk]])


def write_batches(movements: Sequence[MovementDraft]) -> None:
    """Keep the new batches of movements."""
    batches = [cells_of(one) for movement in movements for one in movement.batches]
    if batches:
        rows.insert(Batch, BATCH_COLUMNS, batches)
        covering.cover_batches(batches)


def _write_movements(
    actor: User,
    register: Register,
    movements: Sequence[MovementDraft],
    place_ids: Mapping[Spot, int],
    now: datetime,
    site_ids: Mapping[UUID, str],
    approval_id: UUID | None,
) -> None:
    numbers = vouchers.numbers([site_ids.get(one.movement_id) for one in movements], now)
    trail.record_changes(
        actor=actor,
        act="movement.post",
        changes=[
            trail.Change(
                *(Movement._meta.db_table, one.movement_id, None),
                {"kind": one.kind, "lines": len(one.lines), "effective_at": one.effective_at},
                one.reason,
            )
            for one in movements
        ],
    )
    write_batches(movements)
    made = [
        Movement(
            movement_id=one.movement_id,
            kind=one.kind,
            effective_at=one.effective_at,
            recorded_at=now,
            actor=actor,
            reason=one.reason,
            reason_language=one.reason_language,
            upload_id=one.upload_id,
            digest=one.digest(),
            site_id=site_ids.get(one.movement_id),
            voucher=number,
            corrects_id=one.corrects_id,
            approval_id=approval_id,
            destination_id=one.destination_id,
        )
        for one, number in zip(movements, numbers, strict=True)
    ]
    columns = [field.attname for field in Movement._meta.concrete_fields]
    rows.insert(Movement, columns, ([getattr(one, name) for name in columns] for one in made))
    first = register.last_line + 1
    names = (
        *("line_id", "movement_id", "position", "effective_at", "batch_id", "item_id", "quantity", "quantity_basis"),
        *("from_place_id", "to_place_id"),
    )
    rows.insert(MovementLine, names, _numbered(movements, first, place_ids))
    register.last_line += sum(len(one.lines) for one in movements)
    covering.cover_movements(made, movements, first)


def _numbered(
    movements: Sequence[MovementDraft], first: int, place_ids: Mapping[Spot, int]
) -> Iterator[tuple[Any, ...]]:
    number = first
    for movement in movements:
        for position, line in enumerate(movement.lines):
            yield (
                *(number, movement.movement_id, position, movement.effective_at, line.batch_id, line.item_id),
                *(line.quantity, line.quantity_basis, place_ids[line.from_place], place_ids[line.to_place]),
            )
            number += 1


def _write_holdings(state: State, place_ids: Mapping[Spot, int], positions: Positions | None) -> None:
    """Keep what changed between the two states. What leaves a place whole stays the same row."""
    before, after, latest = state.before, state.after, state.latest
    ids = dict(place_ids)
    if other := {spot for _, spot in (*before, *after)} - ids.keys():
        ids |= _place_ids(other, state.place_ids)
    gone: dict[UUID, list[Spot]] = {}
    for key in before:
        if key not in after:
            gone.setdefault(key[0], []).append(key[1])
    new, changed = [], []
    for key, held in after.items():
        was = before.get(key)
        if was is None:
            new.append((key, held))
        elif was != held or latest[key] != state.latest_before[key]:
            changed.append((*held, latest[key], key[0], ids[key[1]]))
    last = 0 if state.last is None else state.last
    assert state.last is not None or positions is not None
    keys, names = ("batch_id", "place_id"), ("store_id", "quantity", "quantity_basis", "position", "latest_at")
    went, fresh = [], []
    for number, (key, held) in enumerate(new, 1):
        batch, spot = key
        position = last + number if positions is None else positions.get(key, (None, 0))[1]
        told = (spot.store_id, *held, position, latest[key])
        if left := gone.get(batch):
            went.append((ids[spot], *told, batch, ids[left.pop()]))
        else:
            fresh.append((batch, ids[spot], *told))
    rows.update(Holding, ("place_id", *names), keys, went)
    rows.delete(Holding, keys, [(batch, ids[spot]) for batch, left in gone.items() for spot in left])
    rows.insert(Holding, (*keys, *names), fresh)
    rows.update(Holding, ("quantity", "quantity_basis", "latest_at"), keys, changed)
    moved = [] if positions is None else [(key, at) for key, at in positions.items() if key in before and key in after]
    rows.update(Holding, ("position",), keys, ((at[1], key[0], ids[key[1]]) for key, at in moved if at[0] != at[1]))


def _write_items(state: State, first: int, place_ids: Mapping[Spot, int]) -> None:
    """Keep where the items are now, and which line brought them there. first: the number of the first line."""
    new: list[tuple[UUID, int, int, UUID]] = []
    moved: list[tuple[UUID, int, int, UUID]] = []
    for item, number in state.brought.items():
        batch, spot = state.items[item]
        (moved if item in state.items_before else new).append((batch, place_ids[spot], first + number, item))
    names = ("batch_id", "place_id", "line_id")
    rows.insert(ItemPosition, (*names, "item_id"), new)
    rows.update(ItemPosition, names, ("item_id",), moved)


def recompute_holdings() -> list[HoldingDifference]:
    """Work out every holding from zero, line by line, and list those that are kept otherwise, or in another store."""
    spots = {pk: Spot(*named) for pk, *named in Place.objects.values_list("pk", "kind", "store_id", "ref")}
    derived: Holdings = {}
    lines = MovementLine.objects.order_by("pk").values_list(
        "movement__kind", "batch_id", "quantity", "quantity_basis", "from_place_id", "to_place_id"
    )
    for kind, batch, quantity, basis, origin, target in lines.iterator(chunk_size=5000):
        act(derived, kind, batch, quantity, basis, spots[origin], spots[target])
    found = Holding.everywhere.values_list("batch_id", "place_id", "store_id", "quantity", "quantity_basis")
    kept = {
        (batch, spots[place]._replace(store_id=store)): Held(quantity, basis)
        for batch, place, store, quantity, basis in found
    }
    return [
        HoldingDifference(*key, kept.get(key), derived.get(key))
        for key in sorted({*kept, *derived}, key=str)
        if kept.get(key) != derived.get(key)
    ]


def _never_below_zero(keys: Iterable[Key], place_ids: Mapping[Spot, int]) -> None:
    """Refuse where a place would have held less than nothing of a batch at any time. The lines are written already.

    Where a quantity was ever unknown nothing can be said of it.
    """
    for batch, spot in sorted(keys, key=str):
        place = place_ids[spot]
        touching = MovementLine.objects.filter(Q(from_place=place) | Q(to_place=place), batch=batch)
        lines = list(touching.values_list("effective_at", "quantity", "to_place_id").order_by("effective_at", "pk"))
        known = [(at, quantity if to == place else -quantity) for at, quantity, to in lines if quantity is not None]
        short = shortfall(known) if len(known) == len(lines) else None
        if short is not None:
            at, balance = short
            raise Refused(
                "holding_negative_then", record=str(batch), store=str(spot), day=str(at.date()), short=-balance
            )


def _items_where_they_were(items: Iterable[UUID]) -> None:
    """Refuse where an item would have left a place at which it was not then. The lines are written already."""
    for some in in_parts(sorted(items)):
        lines = MovementLine.objects.filter(item__in=some).order_by("item", "effective_at", "pk")
        was: tuple[UUID | None, int | None] = (None, None)
        for item, at, origin, target in lines.values_list("item", "effective_at", "from_place", "to_place"):
            if was[0] == item and was[1] != origin:
                raise Refused("item_then_elsewhere", item=str(item), day=str(at.date()))
            was = (item, target)


def _place_ids(spots: set[Spot], known: Mapping[Spot, int]) -> dict[Spot, int]:
    """The rows of places; those that are not there yet are made. known: of some of them."""
    found = {spot: known[spot] for spot in spots & known.keys()}
    found |= _find_places(spots - found.keys())
    missing = sorted(spots - found.keys(), key=lambda spot: (spot.kind, spot.store_id or "", spot.ref))
    Place.objects.bulk_create(Place(kind=spot.kind, store_id=spot.store_id, ref=spot.ref) for spot in missing)
    return found | _find_places(set(missing)) if missing else found


def _find_places(spots: set[Spot]) -> dict[Spot, int]:
    """Rows of the places that are there already."""
    known = _places(rows.answers(_where_are(spots))) if spots else {}
    return {spot: known[spot] for spot in spots if spot in known}


def _where_are(spots: set[Spot]) -> dict[str, rows.Question]:
    """What asks for places, and perhaps for others; stores and virtual places stand in different indexes."""
    names = ("id", "kind", "store_id", "ref")
    stores = {spot for spot in spots if spot.store_id is not None}
    virtual = spots - stores
    asked: dict[str, rows.Question] = {}
    for name, key, some in (STACKS, "store_id", stores), (VIRTUAL, "kind", virtual):
        if some:
            where: dict[str, Any] = {key: {getattr(spot, key) for spot in some}, "ref": {spot.ref for spot in some}}
            asked[name] = rows.Question(Place, names, where if some is stores else {**where, "store_id": [None]})
    return asked


def _places(answers: Answers) -> dict[Spot, int]:
    return {Spot(*named): pk for name in (STACKS, VIRTUAL) for pk, *named in answers.get(name, ())}


def _spots(movements: Iterable[MovementDraft]) -> set[Spot]:
    return {spot for movement in movements for line in movement.lines for spot in (line.from_place, line.to_place)}
