"""The log taken along: one zip with everything to check it far from the node, without a database.

witness.log     every checkpoint, and the hashes under it
leaves.jsonl    a line for each leaf: index, table, row_id, hash in base64, entry (what it covers, as it is now)
key.pub         the public key of the node; whoever checks should have it from elsewhere
"""

from __future__ import annotations

import base64
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.core.log import keys
from rasr.core.log.verify import Kept, Stray
from rasr.core.log.witness import Witness

WITNESS, LEAVES, KEY = "witness.log", "leaves.jsonl", "key.pub"
LINE_LIMIT_BYTES = 16_000_000
KEY_LIMIT_BYTES = 1000
UNLIKE_OURS = (ValueError, TypeError, KeyError, EOFError, RuntimeError, OSError, zlib.error, zipfile.BadZipFile)
"""What reading raises where the file is none of ours, or cannot be read.

RuntimeError is how zipfile says that a part is encrypted, or packed in a way it does not know, and how Python says that
JSON lies too deep.
"""


def write(out: BinaryIO, witness: BinaryIO, leaves: Iterable[Kept | Stray], key: seal.PublicKey) -> int:
    """Write a bundle; the number of leaves. witness: the witness file, from its start. Raises OSError."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        with zipped.open(WITNESS, "w", force_zip64=True) as part:
            while some := witness.read(1 << 20):
                part.write(some)
        with zipped.open(LEAVES, "w", force_zip64=True) as part:
            for leaf in leaves:
                part.write(_line(leaf))
                count += 1
        zipped.writestr(KEY, f"{keys.write_public(key)}\n")
    return count


class Bundle:
    """A bundle to read from. Raises Refused("bundle_bad") where it is none, also while reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            missing = {WITNESS, LEAVES, KEY} - set(self._zip.namelist())
        except OSError as fault:
            raise self._bad(fault.strerror or "it cannot be read") from fault
        except UNLIKE_OURS as fault:
            raise self._bad("it is no zip file") from fault
        if missing:
            raise self._bad(f"it has no {min(missing)}")

    def key(self) -> seal.PublicKey:
        """The public key inside."""
        try:
            with self._zip.open(KEY) as part:
                return keys.read_public(part.read(KEY_LIMIT_BYTES).decode())
        except UNLIKE_OURS as fault:
            raise self._bad("its key cannot be read") from fault

    def witness(self, key: seal.PublicKey) -> Witness:
        """The witness inside, checked. Raises Refused: witness_bad, witness_empty."""
        found = Witness(key)
        with self._open(WITNESS) as part:
            try:
                found.read_on(cast(BinaryIO, part))
            except UNLIKE_OURS as fault:
                raise self._bad("its witness is damaged") from fault
        if not found.checkpoints:
            raise Refused("witness_empty", path=str(self._path))
        return found

    def leaves(self) -> Iterator[Kept]:
        """Every leaf; nobody can tell here whether it was sealed."""
        number = 0
        with self._open(LEAVES) as part:
            try:
                while line := part.readline(LINE_LIMIT_BYTES):
                    number += 1
                    yield _parsed(line)
            except UNLIKE_OURS as fault:
                raise self._bad(f"line {number} of its leaves cannot be read") from fault

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self._zip.open(name)
        except UNLIKE_OURS as fault:
            raise self._bad(f"{name} cannot be read") from fault

    def _bad(self, reason: str) -> Refused:
        return Refused("bundle_bad", path=str(self._path), reason=reason)


def _line(leaf: Kept | Stray) -> bytes:
    """A leaf; of a row without one the row alone."""
    told: dict[str, Any] = {"index": None, "table": leaf.table, "row_id": leaf.row_id, "hash": None}
    if isinstance(leaf, Kept):
        told |= {"index": leaf.index, "hash": base64.b64encode(leaf.hash).decode()}
    told["entry"] = leaf.entry.decode() if leaf.entry is not None else None
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> Kept:
    told = json.loads(line)
    index, table, row_id, held, entry = (told[name] for name in ("index", "table", "row_id", "hash", "entry"))
    texts = (table, row_id, *(() if entry is None else (entry,)))
    if not all(isinstance(text, str) for text in texts) or type(index) not in (int, type(None)):
        raise ValueError(line)
    # a row without a leaf is as good as one whose leaf nobody sealed
    sealed = False if held is None else None
    hashed = base64.b64decode(held or "", validate=True)
    return Kept(index, table, row_id, hashed, sealed, None if entry is None else entry.encode())
