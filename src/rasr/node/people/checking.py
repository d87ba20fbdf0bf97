"""Holds this database against a witness, and takes the whole log along for others to check (``core.log``).

Others may write meanwhile: all is read in an order in which what comes later does no harm.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.core.log import bundle, witness
from rasr.core.log.verify import Kept, Stray, Verdict, verify
from rasr.node.people import leaves, log_key, models
from rasr.node.people.covered import COVERED

AT_ONCE = 900
"""Leaves whose rows are asked for at once: databases take so many values in one statement."""


def check(path: Path, key: seal.PublicKey | None = None) -> Verdict:
    """Every difference between this database and the witness at ``path``, a copy held elsewhere.

    key: that the witness was signed with; None: the node's own. Raises Refused: log_key_bad, witness_missing,
    witness_bad, witness_empty.
    """
    own = log_key.found_key()
    public = key or (own.public if own else None)
    if public is None:
        raise Refused("log_key_bad", path=str(log_key.path_of(log_key.KEY)), reason="there is none")
    held = witness.read(path, public)
    found = _Found(own.derive(log_key.SEALS) if own else None)
    notes = list(_notes())  # before the leaves, so that there is none whose leaves were not read
    return verify(held, found.kept(), found.strays(), notes)


def write_bundle(out: BinaryIO) -> int:
    """Write the whole log as a bundle; the number of its leaves. Raises OSError, Refused("witness_missing")."""
    path, found = log_key.path_of(log_key.WITNESS), _Found(None)
    try:
        file = path.open("rb")
    except FileNotFoundError as fault:
        raise Refused("witness_missing", path=str(path), reason=fault.strerror or "") from fault
    with file:
        return bundle.write(out, file, found.all(), log_key.signing_key().public)


class _Told(NamedTuple):
    """A leaf as the database has it, without its row: as in ``Kept``. place: its index."""

    place: int | None
    table: str
    row_id: str
    hash: bytes
    sealed: bool | None


class _Found:
    """What the database holds: every leaf with its row, then the rows without one."""

    def __init__(self, sealing: bytes | None) -> None:
        self._sealing = sealing
        self._covered: dict[str, set[str]] = defaultdict(set)
        self._last = 0

    def all(self) -> Iterator[Kept | Stray]:
        """Both, one after the other."""
        yield from self.kept()
        yield from self.strays()

    def kept(self) -> Iterator[Kept]:
        """Leaves in the order of the log; those that wait for an index at the end."""
        while some := list(self._read_on()):
            yield from self._with_rows(some)

    def strays(self) -> Iterator[Stray]:
        """Rows of covered tables that no leaf covers. Only after ``kept`` was read to its end.

        A row that was made since then has a leaf by now: row and leaf are made in one transaction.
        """
        for table, covered in COVERED.items():
            held = self._covered[table]
            for values in covered.model._base_manager.values_list(*covered.lookups).iterator(chunk_size=AT_ONCE):
                row_id = str(values[0])
                while row_id not in held and list(self._read_on()):
                    pass
                if row_id not in held:
                    yield Stray(table, row_id, covered.entry(values))

    def _read_on(self) -> Iterator[_Told]:
        """The next leaves of the database, row by row."""
        # page by page by the key: an iterator of the database would see nothing of a page that is asked for meanwhile
        some = models.Leaf.objects.filter(pk__gt=self._last).order_by("pk").values_list("pk", "index", *leaves.COLUMNS)
        for pk, index, *told in some[:AT_ONCE]:
            self._last, one = pk, leaves.Leaves(*told)
            self._covered[one.table].update(one.row_ids)
            row_ids, sealing = one.row_ids, self._sealing
            sealed = [None] * len(row_ids) if sealing is None else one.seals_fit(sealing)
            for place, (row_id, hashed, fits) in enumerate(zip(row_ids, one.hashes, sealed, strict=True)):
                yield _Told(None if index is None else index + place, one.table, row_id, hashed, fits)

    def _with_rows(self, leaves_read: list[_Told]) -> Iterator[Kept]:
        for first in range(0, len(leaves_read), AT_ONCE):
            some = leaves_read[first : first + AT_ONCE]
            by_table: dict[str, list[str]] = defaultdict(list)
            for told in some:
                by_table[told.table].append(told.row_id)
            entries = {table: COVERED[table].entries(ids) for table, ids in by_table.items() if table in COVERED}
            for told in some:
                yield Kept(*told, entries.get(told.table, {}).get(told.row_id))


def _notes() -> Iterator[tuple[int, str]]:
    """Size and note of every checkpoint; no note where root or time beside it are not those it says."""
    for kept in models.Checkpoint.objects.order_by("size"):
        root = base64.b64encode(bytes(kept.root)).decode()
        said = kept.note.split("\n")
        agrees = len(said) > 3 and said[2] == root and said[3] == f"time {kept.signed_at.isoformat()}"
        yield kept.size, kept.note if agrees else ""
