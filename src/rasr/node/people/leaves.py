"""Leaves of the transparency log, made in the transaction that makes the rows they cover.

A leaf is sealed by a key outside the database: whoever writes the database alone can make none that the node signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from django.db.models import Model

from rasr.core.basis import seal
from rasr.core.log.tree import leaf_hash
from rasr.node.people import log_key
from rasr.node.people.covered import COVERED, Covered
from rasr.node.people.models import Leaf
from rasr.node.web import rows

COLUMNS = ("table", "row_id", "schema", "hash", "seal")
Bytes = bytes | memoryview
"""As a database gives them back."""


def add(made: Iterable[Model]) -> None:
    """A leaf for every row, each of a covered table. Call it in the transaction that made them.

    Raises what the database raises; OSError and Refused("log_key_bad") where the key of the log cannot be used.
    """
    for table, some in groupby(made, lambda row: row._meta.db_table):
        covered = COVERED[table]
        rows.insert(Leaf, COLUMNS, _leaves(covered, map(covered.values_of, some)))


def add_written(model: type[Model], written: Iterable[Sequence[Any]]) -> None:
    """The same for many rows, from their values as they were written: the key, then the covered columns."""
    rows.insert(Leaf, COLUMNS, _leaves(COVERED[model._meta.db_table], written))


def leaf_of(row: Model) -> Leaf:
    """The leaf of a row, not saved."""
    covered = COVERED[row._meta.db_table]
    (values,) = _leaves(covered, [covered.values_of(row)])
    return Leaf(**dict(zip(COLUMNS, values, strict=True)))


def seal_fits(key: bytes, table: str, row_id: str, schema: int, hashed: Bytes, given: Bytes) -> bool:
    """Whether a leaf, as the database gives it, was sealed by somebody with the key."""
    return seal.mac_fits(key, _sealed(table, row_id, schema, bytes(hashed)), bytes(given))


def _sealed(table: str, row_id: str, schema: int, hashed: bytes) -> bytes:
    """What is sealed of a leaf: all of it but its index."""
    return f"{table}\0{row_id}\0{schema}\0".encode() + hashed


def _leaves(covered: Covered, written: Iterable[Sequence[Any]]) -> Iterator[tuple[str, str, int, bytes, bytes]]:
    """Leaves of rows, in the order of ``COLUMNS``. written: their values, in the order of ``Covered.lookups``."""
    table, schema, key, left = covered.table, covered.schema, log_key.seal_key(), iter(written)
    while some := list(islice(left, rows.AT_ONCE)):
        for row_id, entry in covered.written(some):
            hashed = leaf_hash(entry)
            yield table, row_id, schema, hashed, seal.mac(key, _sealed(table, row_id, schema, hashed))
