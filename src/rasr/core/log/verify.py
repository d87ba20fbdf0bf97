"""Holds what a database has now against what a witness knows: every difference, where it is, and from what time.

Whoever can write the database can change rows, the leaves that cover them, and checkpoints. The witness stands outside
and is proved by signatures, so each of its leaves must be found again: its row with the same content, its leaf at the
same index. What is there besides must be newer than the witness and sealed by the key of the log.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from rasr.core.basis.findings import Finding, Number, Refused
from rasr.core.log import canonical, checkpoint
from rasr.core.log.tree import leaf_hash
from rasr.core.log.witness import Stamped, Witness

MOST_SWAPPED = 300
"""Among so many changed rows of a table it is looked for contents that changed places; among more it takes too long."""
ABSENT = {"log_deleted", "log_truncated", "log_leaf_changed"}
"""How a leaf is told that is not there, or has no index yet."""
Row = tuple[str, str]
"""Table and id."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A leaf as the database has it. entry: canonical bytes of its row as it is now; None: there is no such row.

    index: None until a sequencer gives one. sealed: whether the seal fits; None: nobody here has the key to tell.
    """

    index: int | None
    table: str
    row_id: str
    hash: bytes
    sealed: bool | None
    entry: bytes | None


@dataclass(frozen=True, slots=True)
class Stray:
    """A row of a covered table without a leaf. entry: as in ``Kept``."""

    table: str
    row_id: str
    entry: bytes


@dataclass(frozen=True)
class Verdict:
    """What was found. leaves: those the witness knows, up to this time. newer: those it does not know yet."""

    findings: list[Finding]
    leaves: int
    newer: int
    until: datetime | None = field(default=None, compare=False)


@dataclass
class _Work:
    """What is known of each leaf of the witness while the database is gone through."""

    witness: Witness
    places: dict[Row, list[int]]
    found: list[bool]
    gone: set[int] = field(default_factory=set)
    changed: dict[int, bytes] = field(default_factory=dict)
    leaf_changed: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    newer: dict[int, bytes] = field(default_factory=dict)
    more: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(
    witness: Witness, kept: Iterable[Kept], strays: Iterable[Stray] = (), notes: Iterable[tuple[int, str]] | None = None
) -> Verdict:
    """Every difference between a witness and a database, in the order of the log.

    kept: every leaf the database has. notes: size and note of every checkpoint it has; None: it was not asked for them.
    """
    places: dict[Row, list[int]] = defaultdict(list)
    for index, leaf in enumerate(witness.leaves):
        places[leaf.table, leaf.row_id].append(index)
    work = _Work(witness, dict(places), [False] * len(witness.leaves))
    for one in kept:
        _take(work, one)
    _take_strays(work, strays)
    _missing(work)
    _tell_changed(work)
    _tell_moved(work)
    if notes is not None:
        _tell_checkpoints(work, dict(notes))
    order = sorted(work.findings, key=lambda finding: (_number(finding), finding.table, finding.value))
    until = witness.last.checkpoint.at if witness.last else None
    return Verdict(order, len(witness.leaves), work.more, until)


def verify_taken(witness: Witness, inside: Witness, kept: Iterable[Kept]) -> Verdict:
    """The same of a log that was taken along with a witness inside, which may end before the one held elsewhere.

    What was recorded since cannot stand in it. So its end is told once, with its time: only whoever took it along knows
    whether it was then.
    """
    found, end = verify(witness, kept), len(inside.leaves)
    if [leaf.hash for leaf in inside.leaves] != [leaf.hash for leaf in witness.leaves[:end]]:
        return found
    rest = [one for one in found.findings if one.code not in ABSENT or _number(one) < end]
    if len(rest) == len(found.findings):
        return found
    since, until = _window(witness, end)
    numbers: dict[str, Number] = {"index": end, "leaves": len(witness.leaves) - end, "since": since, "until": until}
    return replace(found, findings=[*rest, Finding("log_ends_early", "error", numbers=numbers)])


def _take(work: _Work, kept: Kept) -> None:
    places = work.places.get((kept.table, kept.row_id))
    if places is None:
        _take_newer(work, kept)
        return
    index = kept.index if kept.index in places else places[0]
    expected = work.witness.leaves[index].hash
    work.found[index] = True
    if kept.entry is None:
        work.gone.add(index)
    elif leaf_hash(kept.entry) != expected:
        work.changed[index] = kept.entry
    elif kept.hash != expected or kept.index is None or kept.sealed is False:
        work.leaf_changed.add(index)
    elif kept.index != index:
        work.moved[index] = kept.index


def _take_newer(work: _Work, kept: Kept) -> None:
    """A leaf the witness does not know: it must be newer, and agree with itself."""
    size = len(work.witness.leaves)
    work.more += 1
    if kept.index is not None:
        work.newer[kept.index] = kept.hash
    code = None
    if kept.sealed is False or (kept.index is not None and kept.index < size):
        code = "log_inserted"
    elif kept.entry is None:
        code = "log_deleted"
    elif leaf_hash(kept.entry) != kept.hash:
        code = "log_edited"
    if code:
        _tell(work, code, kept.index, kept.table, kept.row_id)


def _take_strays(work: _Work, strays: Iterable[Stray]) -> None:
    """Rows whose leaf is gone, and rows that never had one."""
    for stray in strays:
        places = work.places.get((stray.table, stray.row_id))
        if places is None:
            _tell(work, "log_inserted", None, stray.table, stray.row_id)
            continue
        work.found[places[0]] = True
        if leaf_hash(stray.entry) == work.witness.leaves[places[0]].hash:
            work.leaf_changed.add(places[0])
        else:
            work.changed[places[0]] = stray.entry


def _missing(work: _Work) -> None:
    """Leaves of the witness that are not there any more, with row and all; at the end of the log: it was cut off."""
    for index, leaf in enumerate(work.witness.leaves):
        if not work.found[index]:
            again = any(work.found[other] for other in work.places[leaf.table, leaf.row_id])
            (work.leaf_changed if again else work.gone).add(index)
    cut = len(work.witness.leaves)
    while cut - 1 in work.gone:
        cut -= 1
    for index in work.gone:
        _tell_leaf(work, "log_truncated" if index >= cut else "log_deleted", index)
    for index in work.leaf_changed:
        _tell_leaf(work, "log_leaf_changed", index)


def _tell_changed(work: _Work) -> None:
    """Rows that are not what was recorded; where two have changed places, that."""
    leaves = work.witness.leaves
    by_table = sorted(work.changed, key=lambda index: (leaves[index].table, index))
    for _table, indexes in groupby(by_table, lambda index: leaves[index].table):
        some = list(indexes)
        others = _swapped(work, some) if 1 < len(some) <= MOST_SWAPPED else {}
        for index in some:
            if index in others:
                _tell_leaf(work, "log_swapped", index, other=leaves[others[index]].row_id)
            else:
                _tell_leaf(work, "log_edited", index)


def _swapped(work: _Work, indexes: list[int]) -> dict[int, int]:
    """Of these changed rows those whose recorded content now stands in another one of them: index to that index."""
    leaves, found = work.witness.leaves, {}
    wanted = {leaves[index].hash: index for index in indexes}
    for place in indexes:
        told = json.loads(work.changed[place])
        for index in indexes:
            row_id = leaves[index].row_id
            again = canonical.entry(told["table"], row_id, told["columns"], schema=told["schema"])
            if wanted.get(leaf_hash(again)) == index:
                found[index] = place
    return found


def _tell_moved(work: _Work) -> None:
    """Leaves at another index: some that changed places, or all behind a place where one was put in or taken out."""
    swapped = _round(work.moved)
    for index in swapped:
        _tell_leaf(work, "log_swapped", index, other=work.witness.leaves[work.moved[index]].row_id)
    rest = sorted(work.moved.keys() - swapped)
    for shift, indexes in groupby(rest, lambda index: work.moved[index] - index):
        some = list(indexes)
        _tell_leaf(work, "log_shifted", some[0], leaves=len(some), places=shift)


def _round(moved: dict[int, int]) -> set[int]:
    """Those that stand in the place of one another: from each, following the places leads back to it."""
    found: set[int] = set()
    seen: set[int] = set()
    for start in moved:
        way: list[int] = []
        at = start
        while at in moved and at not in seen:
            seen.add(at)
            way.append(at)
            at = moved[at]
        if at in way[:1]:
            found.update(way)
        elif at in way:
            found.update(way[way.index(at) :])
    return found


def _tell_checkpoints(work: _Work, notes: dict[int, str]) -> None:
    """Checkpoints must be those of the witness; newer ones must be signed and have the root of the leaves."""
    for stamped in work.witness.checkpoints:
        size = stamped.checkpoint.size
        if (note := notes.pop(size, None)) != stamped.note:
            code = "log_checkpoint_missing" if note is None else "log_checkpoint_changed"
            _tell_checkpoint(work, code, size)
    tree, ended = work.witness.tree.copy(), len(work.witness.leaves)
    for size in sorted(notes):
        while tree.size < size and tree.size in work.newer:
            tree.append(work.newer[tree.size])
        try:
            found = checkpoint.read(notes[size], work.witness.key)
        except Refused:
            found = None
        if found is None or size <= ended or (found.size, tree.size, found.root) != (size, size, tree.root()):
            _tell_checkpoint(work, "log_checkpoint_forged", size)


def _tell_checkpoint(work: _Work, code: str, size: int) -> None:
    work.findings.append(Finding(code, "error", numbers={"index": size}))


def _tell_leaf(work: _Work, code: str, index: int, **more: str | int) -> None:
    leaf = work.witness.leaves[index]
    _tell(work, code, index, leaf.table, leaf.row_id, **more)


def _tell(work: _Work, code: str, index: int | None, table: str, row_id: str, **more: str | int) -> None:
    since, until = _window(work.witness, index)
    numbers = {"index": "-" if index is None else index, "since": since, "until": until, **more}
    work.findings.append(Finding(code, "error", table, value=row_id, numbers=numbers))


def _window(witness: Witness, index: int | None) -> tuple[str, str]:
    """When a leaf came into the log: after one checkpoint and not after another; "-" where there is none."""
    stamps = witness.checkpoints
    place = len(stamps) if index is None else bisect_right(stamps, index, key=lambda one: one.checkpoint.size)
    return _time(stamps[place - 1] if place else None), _time(stamps[place] if place < len(stamps) else None)


def _time(stamped: Stamped | None) -> str:
    return stamped.checkpoint.at.isoformat(timespec="seconds") if stamped and stamped.checkpoint.at else "-"


def _number(finding: Finding) -> int:
    index = finding.numbers["index"]
    return index if isinstance(index, int) else 2**63
