"""The witness: a file beside the database, or far away from it, that holds every checkpoint and the hashes under it.

One line of JSON for each checkpoint, added at the end and never changed:

    {"note": "...", "leaves": [["hash in base64", "table", "row"], ...]}

leaves: those since the checkpoint before. What proves is hash, root and signature; table and row say where to look: a
false one hides nothing, because the hash of a leaf covers both. A last line that was cut off counts as not written.

>>> import tempfile
>>> key, tree_ = seal.SigningKey("example", bytes(32)), tree.Tree()
>>> leaf = Ref(tree.leaf_hash(b"x"), "t", "1")
>>> tree_.append(leaf.hash)
>>> path = Path(tempfile.mkdtemp()) / "witness.log"
>>> append(path, checkpoint.sign(checkpoint.Checkpoint("example", 1, tree_.root()), key), [leaf])
>>> read(path, key.public).leaves == [leaf]
True
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.core.log import checkpoint, tree

FILE_MODE = 0o600
LINE_LIMIT_BYTES = 200_000_000
"""A longer line is none of ours: it would fill the memory."""


class Ref(NamedTuple):
    """A leaf as the witness knows it: its hash, and the row it covers."""

    hash: bytes
    table: str
    row_id: str


@dataclass(frozen=True, slots=True)
class Stamped:
    """A checkpoint with its note as it was signed."""

    checkpoint: checkpoint.Checkpoint
    note: str


class Witness:
    """What a witness file proves: every line is checked against the key, and against all lines before it.

    keep: also hold the leaves; a writer, which only goes on with the tree, does without. offset: bytes read.
    """

    def __init__(self, key: seal.PublicKey, *, keep: bool = True) -> None:
        self.key, self.tree, self.offset = key, tree.Tree(), 0
        self.leaves: list[Ref] = []
        self.checkpoints: list[Stamped] = []
        self.last: Stamped | None = None
        self._keep, self._line = keep, 0

    def read_on(self, file: BinaryIO) -> None:
        """Take the whole lines that follow what was read before. file: at that place.

        Raises Refused: witness_bad, with the number of the line and what is wrong with it.
        """
        while (line := file.readline(LINE_LIMIT_BYTES)).endswith(b"\n"):
            self._line += 1
            try:
                note, leaves = _parsed(line)
                self.add(note, leaves)
            except Refused as refused:
                reason = REASONS.get(refused.code, str(refused.numbers.get("reason", "")))
                raise Refused("witness_bad", line=self._line, reason=reason) from refused
            self.offset += len(line)
        if len(line) == LINE_LIMIT_BYTES:
            raise Refused("witness_bad", line=self._line + 1, reason="the line is too long")

    def add(self, note: str, leaves: list[Ref]) -> None:
        """Take a checkpoint with the leaves since the one before.

        Raises Refused: note_damaged, note_of_another, note_forged; then nothing was taken.
        """
        found, grown = checkpoint.read(note, self.key), self.tree.copy()
        grown.extend(leaf.hash for leaf in leaves)
        before = self.last.checkpoint if self.last else None
        if found.size != grown.size or (before and found.size <= before.size):
            raise Refused("note_damaged", reason="the number of leaves does not fit what stands before")
        if found.root != grown.root():
            raise Refused("note_damaged", reason="the leaves do not give the root that was signed")
        if before and before.at and (not found.at or found.at < before.at):
            raise Refused("note_damaged", reason="its time is before that of the checkpoint before")
        self.tree, self.last = grown, Stamped(found, note)
        if self._keep:
            self.leaves += leaves
            self.checkpoints.append(self.last)


REASONS = {
    "note_of_another": "it was signed by another key than the one given",
    "note_forged": "its signature does not fit",
}


def read(path: Path, key: seal.PublicKey) -> Witness:
    """Read and check a whole witness file. Raises Refused: witness_missing, witness_bad, witness_empty."""
    witness = Witness(key)
    try:
        with path.open("rb") as file:
            witness.read_on(file)
    except OSError as fault:
        raise Refused("witness_missing", path=str(path), reason=fault.strerror or str(fault)) from fault
    if not witness.checkpoints:
        raise Refused("witness_empty", path=str(path))
    return witness


def append(path: Path, note: str, leaves: Iterable[Ref]) -> None:
    """Add a line, on the disk when this returns; a cut last line goes. One writer at a time. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE), "r+b") as file:
        file.seek(_whole(file))
        file.truncate()
        file.write(line_of(note, leaves))
        file.flush()
        os.fsync(file.fileno())


def line_of(note: str, leaves: Iterable[Ref]) -> bytes:
    """A checkpoint as a line of the file."""
    told = [(base64.b64encode(leaf.hash).decode(), leaf.table, leaf.row_id) for leaf in leaves]
    said = {"note": note, "leaves": told}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _whole(file: BinaryIO) -> int:
    """Where the last whole line ends."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65536)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _parsed(line: bytes) -> tuple[str, list[Ref]]:
    try:
        said: Any = json.loads(line)
        note, leaves = said["note"], [Ref(_hash(held), str(table), str(row)) for held, table, row in said["leaves"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused("note_damaged", reason="it cannot be read") from None
    if not isinstance(note, str):
        raise Refused("note_damaged", reason="it cannot be read")
    return note, leaves


def _hash(held: str) -> bytes:
    found = base64.b64decode(held, validate=True)
    if len(found) != tree.HASH_BYTES:
        raise ValueError(held)
    return found
