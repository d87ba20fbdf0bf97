"""Leaves of the transparency log, made in the transaction that makes the rows they cover.

A leaf is sealed by a key outside the database: whoever writes the database alone can make none that the node signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
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
    key = log_key.seal_key()
    for table, some in groupby(made, lambda row: row._meta.db_table):
        covered = COVERED[table]
        rows.insert(Leaf, COLUMNS, [_values(covered, str(row.pk), covered.entry_of(row), key) for row in some])


def add_written(model: type[Model], written: Iterable[Sequence[Any]]) -> None:
    """The same for many rows, from their values as they were written: the key, then the covered columns."""
    covered, key = COVERED[model._meta.db_table], log_key.seal_key()
    rows.insert(Leaf, COLUMNS, (_values(covered, str(one[0]), covered.entry(one), key) for one in written))


def leaf_of(row: Model) -> Leaf:
    """The leaf of a row, not saved."""
    covered = COVERED[row._meta.db_table]
    values = _values(covered, str(row.pk), covered.entry_of(row), log_key.seal_key())
    return Leaf(**dict(zip(COLUMNS, values, strict=True)))


def seal_fits(key: bytes, table: str, row_id: str, schema: int, hashed: Bytes, given: Bytes) -> bool:
    """Whether a leaf, as the database gives it, was sealed by somebody with the key."""
    return seal.mac_fits(key, _sealed(table, row_id, schema, bytes(hashed)), bytes(given))


def _sealed(table: str, row_id: str, schema: int, hashed: bytes) -> bytes:
    """What is sealed of a leaf: all of it but its index."""
    return b"\0".join((table.encode(), row_id.encode(), str(schema).encode(), hashed))


def _values(covered: Covered, row_id: str, entry: bytes, key: bytes) -> tuple[str, str, int, bytes, bytes]:
    """A leaf, in the order of ``COLUMNS``."""
    hashed = leaf_hash(entry)
    content = _sealed(covered.table, row_id, covered.schema, hashed)
    return covered.table, row_id, covered.schema, hashed, seal.mac(key, content)
