"""A small log for tests: rows of a table, the leaves that cover them, a witness of some checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rasr.core.basis import seal
from rasr.core.log import canonical, checkpoint, tree, verify, witness

KEY = seal.SigningKey("example", bytes(range(32)))
OTHER = seal.SigningKey("example", bytes(32))
START = datetime(2027, 5, 31, 12, tzinfo=UTC)
TABLE = "stock"


def time(number: int) -> datetime:
    """When the checkpoint of this number was signed."""
    return START + timedelta(minutes=number)


def bytes_of(row_id: str, columns: dict[str, Any], table: str = TABLE) -> bytes:
    return canonical.entry(table, row_id, columns, schema=1)


@dataclass
class Leaf:
    """A leaf as a database keeps it."""

    index: int | None
    row_id: str
    hash: bytes
    sealed: bool | None = True


@dataclass
class Log:
    """What a database holds: rows, leaves, checkpoints. Rows are numbered from 0, as are their leaves."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    notes: dict[int, str] = field(default_factory=dict)

    def kept(self) -> list[verify.Kept]:
        """What a verifier is given."""
        return [
            verify.Kept(one.index, TABLE, one.row_id, one.hash, one.sealed, self.entry(one.row_id))
            for one in self.leaves
        ]

    def strays(self) -> list[verify.Stray]:
        """Rows without a leaf."""
        covered = {one.row_id for one in self.leaves}
        return [verify.Stray(TABLE, row, bytes_of(row, self.rows[row])) for row in self.rows if row not in covered]

    def entry(self, row_id: str) -> bytes | None:
        """The canonical bytes of a row, if it is there."""
        return bytes_of(row_id, self.rows[row_id]) if row_id in self.rows else None

    def add(self, count: int) -> None:
        """More rows with their leaves."""
        for number in range(len(self.rows), len(self.rows) + count):
            self.rows[str(number)] = {"quantity": number, "lot": f"L{number}"}
            self.leaves.append(Leaf(number, str(number), tree.leaf_hash(self.entry(str(number)) or b"")))

    def stamp(self, number: int) -> None:
        """A checkpoint over all leaves."""
        root = tree.root(leaf.hash for leaf in self.leaves)
        made = checkpoint.Checkpoint(KEY.name, len(self.leaves), root, time(number))
        self.notes[made.size] = checkpoint.sign(made, KEY)


def made_log(path: Path, counts: Sequence[int]) -> Log:
    """A log that grew by so many rows for each checkpoint, and its witness at ``path``."""
    log = Log()
    for number, count in enumerate(counts):
        before = len(log.leaves)
        log.add(count)
        log.stamp(number)
        refs = [witness.Ref(leaf.hash, TABLE, leaf.row_id) for leaf in log.leaves[before:]]
        witness.append(path, log.notes[len(log.leaves)], refs)
    return log
