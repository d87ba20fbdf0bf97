"""All cryptography, in one file: for now the digest by which a run knows its inputs.

>>> digest_bytes([b"a", b"b"]) == digest_bytes([b"ab"])
False
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import polars as pl


def digest_bytes(parts: Iterable[bytes]) -> str:
    """SHA-256, as hex, over length-prefixed parts, so that moving a boundary changes the digest."""
    running = hashlib.sha256()
    for part in parts:
        running.update(len(part).to_bytes(8, "big"))
        running.update(part)
    return running.hexdigest()


def digest_tables(tables: Mapping[str, pl.DataFrame]) -> str:
    """Digest of named frames: names, columns and values, independent of the order of the tables."""
    parts: list[bytes] = []
    for name in sorted(tables):
        parts.append(name.encode())
        parts.append(tables[name].write_csv().encode())
    return digest_bytes(parts)
