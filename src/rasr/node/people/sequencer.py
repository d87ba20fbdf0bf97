"""The sequencer: gives leaves their place in the log and signs a checkpoint over them, every few seconds.

Writers only add leaves. One sequencer at a time takes those that have no index, in the order in which they were
written, and keeps index and checkpoint in one transaction; then it adds them to the witness file, which lies outside
the database. What the file says holds: where the database does not agree with it, nothing is signed any more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import accumulate, islice
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Length

from rasr.core.basis import seal
from rasr.core.basis.findings import Number, Refused
from rasr.core.log import checkpoint, witness
from rasr.core.log.checkpoint import Checkpoint
from rasr.core.log.tree import HASH_BYTES
from rasr.node.people import leaves, log_key, models, trail
from rasr.node.people.choices import Outcome
from rasr.node.people.leaves import TOGETHER, Leaves
from rasr.node.web.private import locked, write_private

AT_ONCE = 20_000
"""About so many leaves stand under one checkpoint at most, so that a line of the witness stays small."""
_ADVISORY = 0x6C6F6773
"""Number of the lock that keeps two machines from sequencing in one PostgreSQL database at once: "logs"."""
log = logging.getLogger("rasr.log")
_known: dict[str, witness.Witness] = {}
"""What was read of the witness file, by its path: to read it again every few seconds would take too long."""


@dataclass(frozen=True)
class Fault:
    """Why somebody must look at the log of this node. code, numbers: as of a refusal. since: when it was seen first."""

    code: str
    numbers: dict[str, Number]
    since: str


def sequence(now: datetime) -> Checkpoint | None:
    """Take in every leaf that waits; the last checkpoint that was signed, None where none was.

    Not inside a transaction: what is in the witness file is not rolled back. now: of the clock; a checkpoint is never
    dated before the one before it. A leaf with a wrong seal is left out with those that stand in one row with it, and
    told (``fault``), and the rest goes on.
    Where database and witness contradict each other nothing is signed, and that is told. Raises DatabaseError, OSError,
    Refused("log_key_bad").
    """
    key = log_key.signing_key()
    signed = None
    with locked(log_key.folder() / log_key.LOCK):
        try:
            held = _caught_up(key)
            while (made := _step(key, held, now)) is not None:
                signed = made
            bad = _first_unsealed()
            if bad:
                raise bad
        except Refused as refused:
            _tell(refused, now)
        else:
            log_key.path_of(log_key.FAULT).unlink(missing_ok=True)
    return signed


def fault() -> Fault | None:
    """What is wrong with the log of this node; None: nothing is known to be."""
    try:
        said: dict[str, Any] = json.loads(log_key.path_of(log_key.FAULT).read_text(encoding="utf-8"))
        return Fault(**said)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        return Fault("log_fault_unreadable", {}, "")


Waiting = tuple[int, Leaves]
"""Key of a row of leaves without an index, and what it says."""


def waiting() -> Iterator[Waiting]:
    """Leaves without an index, in the order in which they will get one."""
    found = models.Leaf.objects.filter(index=None).order_by("pk").values_list("pk", *leaves.COLUMNS)
    return ((pk, Leaves(*told)) for pk, *told in found.iterator())


def forget() -> None:
    """Read the witness anew next time: after it was put aside, and between tests."""
    _known.clear()


def set_aside(now: datetime) -> None:
    """Put the witness aside, before another state is restored into the same home folder. Raises OSError."""
    path = log_key.path_of(log_key.WITNESS)
    if path.exists():
        path.rename(path.with_name(f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{path.name}"))
    forget()


def _caught_up(key: seal.SigningKey) -> witness.Witness:
    """The witness file as it is, with what the database committed and the file did not get. Raises Refused."""
    path = log_key.path_of(log_key.WITNESS)
    held = known = _known.get(str(path))
    size = path.stat().st_size if path.exists() else 0
    if held is None or held.key != key.public or size < held.offset:
        held = _known[str(path)] = witness.Witness(key.public, keep=False)
    if size > held.offset:
        with path.open("rb") as file:
            file.seek(held.offset)
            held.read_on(file)
    _agrees(held)
    for kept in models.Checkpoint.objects.filter(size__gt=held.tree.size).order_by("size"):
        some = models.Leaf.objects.filter(index__gte=held.tree.size, index__lt=kept.size).order_by("index")
        try:
            _add(held, kept.note, _refs(some))
        except Refused as refused:
            raise Refused("log_forged", size=kept.size) from refused
    if held is not known:
        indexed = models.Leaf.objects.exclude(index=None).aggregate(bytes=Sum(Length("hash"), default=0))
        if indexed["bytes"] != HASH_BYTES * held.tree.size:
            raise Refused("log_forged", size=held.tree.size)
    return held


def _agrees(held: witness.Witness) -> None:
    """Raises Refused("log_contradicts") where the last checkpoint of the file is not that of the database."""
    if held.last is None:
        return
    size = held.last.checkpoint.size
    kept = models.Checkpoint.objects.filter(size=size).first()
    if kept is None or kept.note != held.last.note:
        raise Refused("log_contradicts", size=size)


def _step(key: seal.SigningKey, held: witness.Witness, now: datetime) -> Checkpoint | None:
    """One checkpoint over the next leaves; None where none waits. Raises Refused."""
    if not models.Leaf.objects.filter(index=None).exists():
        return None
    sealing = log_key.seal_key()
    with transaction.atomic():
        _alone()
        _agrees(held)
        some = _next(sealing)
        first = held.tree.size
        if not some or models.Checkpoint.objects.filter(size__gt=first).exists():
            return None  # in the second case another machine was quicker: its checkpoint is taken in next time
        if models.Leaf.objects.filter(index__gte=first).exists():
            raise Refused("log_forged", size=first)
        _give(some, first)
        refs = [ref for _pk, one in some for ref in _refs_of(one)]
        grown = held.tree.copy()
        grown.extend(ref.hash for ref in refs)
        at = _time(held, now)
        made = Checkpoint(key.name, grown.size, grown.root(), at)
        note = checkpoint.sign(made, key)
        models.Checkpoint.objects.create(size=made.size, root=made.root, note=note, signed_at=at)
    _add(held, note, refs)
    return made


def _next(sealing: bytes) -> list[Waiting]:
    """Leaves that wait and are sealed, for one checkpoint."""
    some, count = [], 0
    for pk, one in waiting():
        if all(one.seals_fit(sealing)):
            some.append((pk, one))
            count += len(one.row_ids)
        if count >= AT_ONCE:
            break
    return some


def _alone() -> None:
    """SQLite lets one writer in anyhow; on PostgreSQL a lock that ends with the transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY])


def _give(some: list[Waiting], first: int) -> None:
    """Write the indexes. They are given once: triggers refuse any other change of a leaf."""
    places = accumulate((len(one.row_ids) for _pk, one in some), initial=first)
    pairs = [(place, pk) for place, (pk, _one) in zip(places, some, strict=False)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                'UPDATE people_leaf SET "index" = v.place FROM unnest(%s::bigint[], %s::bigint[]) AS v (place, key)'
                " WHERE people_leaf.id = v.key",
                [[place for place, _key in pairs], [pk for _place, pk in pairs]],
            )
        else:
            cursor.executemany('UPDATE people_leaf SET "index" = %s WHERE id = %s', pairs)


def _add(held: witness.Witness, note: str, refs: list[witness.Ref]) -> None:
    """Into the memory, where it is checked once more, and into the file."""
    held.add(note, refs)
    path = log_key.path_of(log_key.WITNESS)
    try:
        witness.append(path, note, refs)
    except OSError:
        _known.clear()  # it is read anew next time, and what is missing comes from the database
        raise
    held.offset = path.stat().st_size


def _refs(some: QuerySet[models.Leaf]) -> list[witness.Ref]:
    return [ref for told in some.values_list(*leaves.COLUMNS) for ref in _refs_of(Leaves(*told))]


def _refs_of(one: Leaves) -> list[witness.Ref]:
    return [witness.Ref(hashed, one.table, row_id) for row_id, hashed in zip(one.row_ids, one.hashes, strict=True)]


def _time(held: witness.Witness, now: datetime) -> datetime:
    """Now, to the second; where the clock was set back, the time of the last checkpoint."""
    at = now.astimezone(UTC).replace(microsecond=0)
    before = held.last.checkpoint.at if held.last else None
    return max(at, before) if before else at


def _first_unsealed() -> Refused | None:
    """What to tell of the leaves that nobody with the key has made, and of those that they keep out."""
    key = log_key.seal_key()
    first, count = None, 0
    for _pk, one in islice(waiting(), AT_ONCE // TOGETHER):
        fits = one.seals_fit(key)
        if not all(fits):
            first = first or (one.table, one.row_ids[fits.index(False)])
            count += len(fits)
    return Refused("log_unsealed", table=first[0], row=first[1], leaves=count) if first else None


def _tell(refused: Refused, now: datetime) -> None:
    """Keep the fault for the health of the node; when it is new, on the trail and in the log of the program, too."""
    before = fault()
    if before and (before.code, before.numbers) == (refused.code, refused.numbers):
        return
    said = Fault(refused.code, refused.numbers, now.astimezone(UTC).isoformat())
    with trail.asked():
        told = {"code": refused.code, **refused.numbers}
        trail.record(actor=None, act="log.fault", outcome=Outcome.FAILED, after=told)
    write_private(log_key.path_of(log_key.FAULT), json.dumps(asdict(said)).encode())
    log.error("the transparency log is not as it was left: %s", refused)
