"""Loading a region into the register, in one transaction: all of it or nothing.

Plain tables take the rows as they are. The stock goes through the ledger: what is new is an opening balance, another
quantity is a count, other facts are a conversion, another store is a transfer, and what is not there any more is not
found: it leaves to ``unexplained``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.balances import Held, Key
from rasr.core.records.ledger.places import ACQUIRED as FROM_ACQUIRED
from rasr.core.records.ledger.places import CONVERTED as TO_CONVERTED
from rasr.core.records.ledger.places import UNEXPLAINED as TO_UNEXPLAINED
from rasr.core.records.ledger.places import Spot
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.contract import Closable
from rasr.node.records import bridge, comparing, entering
from rasr.node.records.choices import Outcome
from rasr.node.records.comparing import OLD, STOCK, Difference, TableChange
from rasr.node.records.ledger import breaching, write
from rasr.node.records.ledger.drafts import BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.guarding import EVIDENCE, SEIZED
from rasr.node.records.ledger.write import State
from rasr.node.records.models import Batch, Holding, MovementKind, Register, Upload
from rasr.node.web import rows

Progress = Callable[[str, float], None]
Positions = dict[tuple[UUID, str | None], int]
AT_ONCE = 5000
"""Holdings read at a time."""
LONGEST_KEY_BYTES = 500
"""Longest text of an id or of what is looked up by an index: databases take no longer ones there."""
LOOKED_UP = {"articles": ("name", "family"), "sites": ("name",)}
ORDER = (
    MovementKind.NOT_FOUND,
    MovementKind.CONVERSION,
    MovementKind.TRANSFER,
    MovementKind.COUNT_ADJUSTMENT,
    MovementKind.OPENING_BALANCE,
)
"""The order in which the movements of a load happen: what changes is converted before it is moved and counted."""
GUARDED = (EVIDENCE, *SEIZED)
"""Purposes of what no workbook takes away or makes something else, until it is released."""
STAYS = ("store_id", "article_id", "quantity", "quantity_basis", "purpose", "release_ref")
"""What stays as it is of what is guarded."""
ACQUIRED, CONVERTED, UNEXPLAINED = Spot(FROM_ACQUIRED), Spot(TO_CONVERTED), Spot(TO_UNEXPLAINED)


@dataclass(frozen=True)
class Loaded:
    """What a load did: counts by table, the movements it posted, and the version of the register after it."""

    counts: dict[str, Difference]
    movement_ids: tuple[UUID, ...]
    version: int


def load_region(
    *,
    actor: User,
    region: Region,
    complete: bool,
    source: str,
    upload: Upload | None = None,
    progress: Progress | None = None,
    expected_version: int | None = None,
) -> Loaded:
    """Load a region; the register moves on by one version where anything changes.

    complete: the region is the whole register: what is not in it goes. Else: what is not in it stays. source: where it
    comes from; it becomes the reason of the movements. expected_version: of the register it was compared with.

    Raises PermissionDenied; Refused: region_has_errors, text_too_long, register_moved_on, load_barred; whatever
    ``progress`` raises.
    """
    require(actor, "load_register")
    step = progress or silent
    step("checking", 0.0)
    if complete:
        refuse_errors(region, source)
    with transaction.atomic():
        register = write.lock_register()
        if expected_version is not None and register.version != expected_version:
            raise Refused("register_moved_on")
        step("comparing", 0.0)
        before = bridge.read_tables()
        target = region if complete else comparing.together(before, register.given, region)
        if not complete:
            refuse_errors(target, source)
        changes = {name: comparing.change_of(name, before[name], target.table(name)) for name in loader.TABLES}
        counts = {name: change.difference for name, change in changes.items()}
        moved = any(change.moved.height for change in changes.values())
        if not moved and not any(map(entering.differs, counts.values())) and target.given == frozenset(register.given):
            return Loaded(counts, (), register.version)
        if bars := barred(changes[STOCK]):
            raise Refused("load_barred", record=min(bars), number=len(bars))
        movements = _write(actor, register, changes, source, upload, step)
        step("writing", 1.0)
        digest = bridge.load_region().digest()
        assert digest == target.digest(), "the register is not what was loaded"
        told = {"digest": digest, "complete": complete, "movements": movements, "upload": upload.pk if upload else None}
        entering.enter_load(actor, source, register, changes, {"version": register.version + 1, **told})
        breaching.review(actor=actor)
        write.moved_on(register, digest, target.given)
    return Loaded(counts, movements, register.version)


def barred(stock: TableChange) -> dict[str, Outcome]:
    """Records that no load may change, and why: what is kept piece by piece, of which a region knows the number alone;
    and what is evidence or seized and not released, unless it stays as much of it, where it is and what it is.
    """
    own, parts = pl.col(f"{OLD}own_id"), _renamed(stock)
    touched = stock.rows.filter(
        pl.col("is_changed") | (own.is_in(list(parts)) & (own != pl.col("stock_id"))).fill_null(False)
    )
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{OLD}{name}")) for name in STAYS)
    guarded = touched.filter(pl.col(f"{OLD}purpose").is_in(GUARDED) & pl.col(f"{OLD}release_ref").is_null() & differs)
    left = stock.gone.filter(pl.col("purpose").is_in(GUARDED) & pl.col("release_ref").is_null())
    bars = dict.fromkeys([*guarded["stock_id"], *left["stock_id"]], Outcome.GUARDED)
    batches = {
        UUID(batch): record
        for frame, name in ((touched, f"{OLD}batch_id"), (stock.gone, "batch_id"))
        for batch, record in frame.drop_nulls(name).select(name, "stock_id").iter_rows()
    }
    if batches:
        pieces = rows.select(Batch, ("batch_id",), {"batch_id": batches, "itemised": [True]})
        bars |= {batches[batch]: Outcome.PIECES for (batch,) in pieces}
    return bars


def refuse_errors(region: Region, source: str) -> None:
    """Raises Refused: region_has_errors, text_too_long."""
    errors = sum(finding.severity == "error" for finding in comparing.findings_of(region))
    if errors:
        raise Refused("region_has_errors", errors=errors, path=source)
    refuse_long_keys(region)


def refuse_long_keys(region: Region) -> None:
    """Raises Refused: text_too_long for an id, a reference or a name that no index of a database can hold."""
    for table in loader.TABLES:
        frame = region.table(table)
        for column in loader.contract(table).columns:
            looked_up = column.name in (*comparing.keys_of(table), *LOOKED_UP.get(table, ())) or column.references
            if column.dtype != "text" or not looked_up or frame.is_empty():
                continue
            longest: Any = frame[column.name].str.len_bytes().max()
            if longest is not None and longest > LONGEST_KEY_BYTES:
                raise Refused("text_too_long", table=table, column=column.name, limit=LONGEST_KEY_BYTES)


def silent(_stage: str, _share: float) -> None:
    """Nobody watches."""


def _write(
    actor: User,
    register: Register,
    changes: dict[str, TableChange],
    source: str,
    upload: Upload | None,
    step: Progress,
) -> tuple[UUID, ...]:
    """Everything but the state of the register. References may be broken until the transaction ends."""
    stock = changes[STOCK]
    plain = [change for change in changes.values() if change is not stock]
    for done, change in enumerate(plain):
        step("writing", done / len(changes))
        _write_table(change)
    state, old = _state()
    planned = _planned(stock, state)
    now, of_upload = timezone.now(), upload.pk if upload else None
    movements = [MovementDraft(uuid7(), kind, now, source, tuple(some), of_upload) for kind, some in planned.lines]
    if movements:
        movements[0] = replace(movements[0], batches=tuple(planned.batches))
    after = {key: (old.get(key), planned.positions[key[0], key[1].store_id]) for key in _later(state, movements)}
    write.write(actor=actor, register=register, movements=movements, state=state, positions=after)
    return tuple(movement.movement_id for movement in movements)


@dataclass(frozen=True)
class Planned:
    """What a change of the stock posts. lines: of each movement by its kind, in the order in which they happen.

    batches: new ones. positions: of every batch in every store afterwards.
    """

    lines: list[tuple[MovementKind, list[LineDraft]]]
    batches: list[BatchDraft]
    positions: Positions


def planned(stock: TableChange) -> Planned:
    """What a change of the stock would post as things stand now; nothing is written."""
    return _planned(stock, _state()[0])


def _planned(stock: TableChange, state: State) -> Planned:
    lines, batches, positions = _lines(stock)
    stacked = _out_of_stacks(state, lines)
    every = [(MovementKind.TRANSFER, stacked), *((kind, lines[kind]) for kind in ORDER)]
    return Planned([(kind, some) for kind, some in every if some], batches, positions)


def _state() -> tuple[State, dict[Key, int]]:
    """What the stores hold, and the position of each holding."""
    held: dict[Key, Held] = {}
    latest: dict[Key, datetime] = {}
    positions: dict[Key, int] = {}
    names = ("batch_id", "store_id", "place__ref", "quantity", "quantity_basis", "latest_at", "position")
    for batch, store, ref, quantity, basis, at, position in Holding.objects.values_list(*names).iterator(AT_ONCE):
        key = (batch, Spot.store(store, ref))
        held[key], latest[key], positions[key] = Held(quantity, basis), at, position
    return State(held, latest, {}), positions


def _out_of_stacks(state: State, lines: dict[str, list[LineDraft]]) -> list[LineDraft]:
    """What brings the records that change out of their stacks: a region knows stores only."""
    touched = {
        (line.batch_id, line.from_place.store_id)
        for some in lines.values()
        for line in some
        if line.from_place.store_id
    }
    return [
        LineDraft(batch, held.quantity, held.basis, spot, Spot.store(spot.store_id))
        for (batch, spot), held in state.before.items()
        if spot.ref and spot.store_id and (batch, spot.store_id) in touched
    ]


def _later(state: State, movements: list[MovementDraft]) -> set[Key]:
    """Keys of what stores hold when these movements have been followed; the state stays as it is."""
    then = State(state.before, dict(state.latest), {})
    for movement in movements:
        then.follow(movement)
    return {key for key in then.after if key[1].store_id is not None}


def _write_table(change: TableChange) -> None:
    """Rows of a plain table. Places and articles are closed and opened again, the others deleted."""
    model = bridge.MODELS[change.table]
    names = [column.name for column in loader.contract(change.table).columns]
    others = [name for name in names if name not in change.keys]
    gone, new = change.gone.select(change.keys).iter_rows(), change.new.select(*names, "position").iter_rows()
    if issubclass(model, Closable):
        rows.update(model, ("closed",), change.keys, ((True, *key) for key in gone))
        opened = ((*row, False) for row in new)
        rows.insert(model, (*names, "position", "closed"), opened, or_update=(*others, "position", "closed"))
    else:
        rows.delete(model, change.keys, gone)
        rows.insert(model, (*names, "position"), new)
    if others:
        rows.update(model, others, change.keys, change.changed.select(*others, *change.keys).iter_rows())
    rows.update(model, ("position",), change.keys, change.moved.select("position", *change.keys).iter_rows())


def _lines(stock: TableChange) -> tuple[dict[str, list[LineDraft]], list[BatchDraft], Positions]:
    """The lines of movements by kind, the new batches, and the position of every batch in every store after."""
    lines: dict[str, list[LineDraft]] = {kind: [] for kind in ORDER}
    batches: list[BatchDraft] = []
    positions: Positions = {}
    renamed = _renamed(stock)
    for one in stock.gone.iter_rows(named=True):
        there = LineDraft(
            *(UUID(one["batch_id"]), one["quantity"], one["quantity_basis"]), Spot.store(one["store_id"]), UNEXPLAINED
        )
        lines[MovementKind.NOT_FOUND].append(there)
    for row in stock.rows.iter_rows(named=True):
        if row["is_new"]:
            batch: UUID = uuid7()
            batches.append(_batch(batch, row))
            line = LineDraft(batch, row["quantity"], row["quantity_basis"], ACQUIRED, Spot.store(row["store_id"]))
            lines[MovementKind.OPENING_BALANCE].append(line)
        else:
            batch = UUID(row[f"{OLD}batch_id"])
            if row["is_changed"] or (row[f"{OLD}own_id"] in renamed and row[f"{OLD}own_id"] != row["stock_id"]):
                batch = _change(row, batch, lines, batches)
        positions[batch, row["store_id"]] = row["position"]
    return lines, batches, positions


def _renamed(stock: TableChange) -> set[str]:
    """Own ids of batches whose parts must become batches of the ids they are shown by, to be known by them from now on.

    These are parts of which one changes, or whose id another record has.
    """
    rows, own = stock.rows, f"{OLD}own_id"
    shown = pl.format("{}/{}", own, f"{OLD}store_id")
    unsure = rows.filter(pl.col("is_changed") | ((pl.col("stock_id") != pl.col(own)) & (pl.col("stock_id") != shown)))
    parted = set(rows.filter(pl.col("stock_id") != pl.col(own))[own].to_list())
    return {*unsure[own].to_list(), *stock.gone["own_id"].to_list(), *(parted & set(rows["stock_id"].to_list()))}


def _change(row: dict[str, Any], batch: UUID, lines: dict[str, list[LineDraft]], batches: list[BatchDraft]) -> UUID:
    """The lines by which a record becomes what the row says; the batch it is then."""
    quantity, basis = row[f"{OLD}quantity"], row[f"{OLD}quantity_basis"]
    here, there = Spot.store(row[f"{OLD}store_id"]), Spot.store(row["store_id"])
    facts_before = (row[f"{OLD}own_id"], *(row[f"{OLD}{name}"] for name in bridge.FACTS if name != "stock_id"))
    facts = tuple(row[name] for name in bridge.FACTS)
    if facts != facts_before:
        made = uuid7()
        batches.append(_batch(made, row))
        lines[MovementKind.CONVERSION] += (
            LineDraft(batch, quantity, basis, here, CONVERTED),
            LineDraft(made, quantity, basis, CONVERTED, here),
        )
        batch = made
    if here != there:
        lines[MovementKind.TRANSFER].append(LineDraft(batch, quantity, basis, here, there))
    lines[MovementKind.COUNT_ADJUSTMENT] += _count(batch, there, Held(quantity, basis), _wanted(row))
    return batch


def _batch(batch_id: UUID, row: dict[str, Any]) -> BatchDraft:
    """A new batch with the facts of a row."""
    return BatchDraft(batch_id, **{name: row[name] for name in bridge.FACTS})


def _wanted(row: dict[str, Any]) -> Held:
    return Held(row["quantity"], row["quantity_basis"])


def _count(batch: UUID, spot: Spot, before: Held, after: Held) -> tuple[LineDraft, ...]:
    """The lines by which a count makes a holding what was found; none where nothing differs."""

    def out(quantity: int | None) -> LineDraft:
        return LineDraft(batch, quantity, after.basis, spot, UNEXPLAINED)

    def back(quantity: int | None) -> LineDraft:
        return LineDraft(batch, quantity, after.basis, UNEXPLAINED, spot)

    if before == after:
        return ()
    if before.quantity is None or after.quantity is None:
        if before.quantity == after.quantity:
            return (back(0),)
        return out(before.quantity), back(after.quantity)
    more = after.quantity - before.quantity
    return (back(more),) if more >= 0 else (out(-more),)
