"""Holds this database against a witness, and takes the whole log along for others to check (``core.log``).

Others may write meanwhile: all is read in an order in which what comes later does no harm.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
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
PAGE = 100
"""Rows of leaves that are read at once; each may hold hundreds."""


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

    def all(self) -> Iterator[Kept | Stray]:
        """Both, one after the other."""
        yield from self.kept()
        yield from self.strays()

    def kept(self) -> Iterator[Kept]:
        """Leaves in the order of the log; those that wait for an index at the end."""
        found = self._leaves()
        while some := list(islice(found, AT_ONCE)):
            yield from self._with_rows(some)

    def strays(self) -> Iterator[Stray]:
        """Rows of covered tables that no leaf covers. Only after ``kept`` was read to its end.

        A row that was made since then has a leaf by now: row and leaf are made in one transaction.
        """
        for table, covered in COVERED.items():
            held = self._covered[table]
            rows = covered.model._base_manager.values_list(*covered.lookups).iterator(chunk_size=AT_ONCE)
            left = [values for values in rows if str(values[0]) not in held]
            since = self._row_ids(table) if left else set()
            for values in left:
                if str(values[0]) not in since:
                    yield Stray(table, str(values[0]), covered.entry(values))

    def _row_ids(self, table: str) -> set[str]:
        """Of every row of a table that has a leaf now. Who took its key before others may have committed after them."""
        some = models.Leaf.objects.filter(table=table).values_list(*leaves.COLUMNS)
        return {row_id for told in some.iterator(chunk_size=PAGE) for row_id in leaves.Leaves(*told).row_ids}

    def _leaves(self) -> Iterator[_Told]:
        """The leaves of the database, one by one."""
        last = 0
        # page by page by the key: an iterator of the database would see nothing of a page that is asked for meanwhile
        every = models.Leaf.objects.order_by("pk").values_list("pk", "index", *leaves.COLUMNS)
        while page := list(every.filter(pk__gt=last)[:PAGE]):
            last = page[-1][0]
            for _pk, index, *told in page:
                one, sealing = leaves.Leaves(*told), self._sealing
                row_ids = one.row_ids
                self._covered[one.table].update(row_ids)
                sealed = [None] * len(row_ids) if sealing is None else one.seals_fit(sealing)
                for place, (row_id, hashed, fits) in enumerate(zip(row_ids, one.hashes, sealed, strict=True)):
                    yield _Told(None if index is None else index + place, one.table, row_id, hashed, fits)

    def _with_rows(self, some: list[_Told]) -> Iterator[Kept]:
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
