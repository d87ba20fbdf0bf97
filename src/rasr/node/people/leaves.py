"""Leaves of the transparency log, made in the transaction that makes the rows they cover.

Rows of one table that are written at once stand together in one row of ``Leaf``, since each row there costs: each is
a leaf with hash and seal of its own, and they follow each other in the log. A leaf is sealed by a key outside the
database: whoever writes the database alone can make none that the node signs, but for a copy, which says nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Any, NamedTuple

from django.db.models import Model

from rasr.core.basis import seal
from rasr.core.log.tree import HASH_BYTES, leaf_hash
from rasr.node.people import log_key
from rasr.node.people.covered import COVERED, Covered
from rasr.node.people.models import Leaf
from rasr.node.web import rows

COLUMNS = ("table", "row_id", "more", "schema", "hash", "seal")
TOGETHER = 500
"""Rows that stand in one row of ``Leaf`` at most."""
Bytes = bytes | memoryview
"""As a database gives them back."""


class Leaves(NamedTuple):
    """What a row of ``Leaf`` says, in the order of ``COLUMNS``."""

    table: str
    row_id: str
    more: str
    schema: int
    hash: Bytes
    seal: Bytes

    @property
    def row_ids(self) -> list[str]:
        """The rows that it covers."""
        return [self.row_id, *self.more.split("\n")] if self.more else [self.row_id]

    @property
    def hashes(self) -> list[bytes]:
        """To each row the hash of its leaf; where somebody has cut them short, less than one."""
        return _cut(self.hash, len(self.row_ids))

    def seals_fit(self, key: bytes) -> list[bool]:
        """Of each row whether its leaf was sealed, as the database gives it, by somebody with the key."""
        row_ids = self.row_ids
        return [
            seal.mac_fits(key, _sealed(self.table, row_id, self.schema, hashed), given)
            for row_id, hashed, given in zip(row_ids, self.hashes, _cut(self.seal, len(row_ids)), strict=True)
        ]


def add(made: Iterable[Model]) -> None:
    """A leaf for every row, each of a covered table. Call it in the transaction that made them.

    Raises what the database raises; OSError and Refused("log_key_bad") where the key of the log cannot be used.
    """
    for table, some in groupby(made, lambda row: row._meta.db_table):
        covered = COVERED[table]
        rows.insert(Leaf, COLUMNS, _leaves(covered, map(covered.values_of, some), 1))


def add_written(*written: tuple[type[Model], Iterable[Sequence[Any]]]) -> None:
    """The same for rows of models that stand together, from their values as written: the key, then covered columns."""
    made = (_leaves(COVERED[model._meta.db_table], some, TOGETHER) for model, some in written)
    rows.insert(Leaf, COLUMNS, chain.from_iterable(made))


def _cut(joined: Bytes, parts: int) -> list[bytes]:
    """Hashes or seals that stand one after the other; what is too much belongs to the last."""
    held, ends = bytes(joined), [*range(HASH_BYTES, HASH_BYTES * parts, HASH_BYTES), None]
    return [held[place * HASH_BYTES : end] for place, end in enumerate(ends)]


def _sealed(table: str, row_id: str, schema: int, hashed: bytes) -> bytes:
    """What is sealed of a leaf: all of it but its index."""
    return f"{table}\0{row_id}\0{schema}\0".encode() + hashed


def _leaves(covered: Covered, written: Iterable[Sequence[Any]], together: int) -> Iterator[Leaves]:
    """Leaves of rows, so many of them together. written: their values, in the order of ``Covered.lookups``."""
    table, schema, key, left = covered.table, covered.schema, log_key.seal_key(), iter(written)
    while some := list(islice(left, rows.AT_ONCE)):
        named = covered.written(some)
        for first in range(0, len(named), together):
            hashes, seals = [], []
            for row_id, entry in named[first : first + together]:
                hashed = leaf_hash(entry)
                hashes.append(hashed)
                seals.append(seal.mac(key, _sealed(table, row_id, schema, hashed)))
            row_id, *more = (row_id for row_id, _entry in named[first : first + together])
            yield Leaves(table, row_id, "\n".join(more), schema, b"".join(hashes), b"".join(seals))
