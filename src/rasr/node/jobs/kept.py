"""Tables kept whole, as Parquet in a column of the database: what comes out is exactly what went in.

>>> frame = pl.DataFrame({"neq_kg": [1.5, None]})
>>> from_bytes(to_bytes(frame)).equals(frame)
True
"""

from __future__ import annotations

from io import BytesIO

import polars as pl


def to_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as Parquet, compressed with zstd."""
    buffer = BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def from_bytes(parquet: bytes | memoryview) -> pl.DataFrame:
    """The frame again; PostgreSQL gives its bytes as a memoryview."""
    return pl.read_parquet(BytesIO(parquet))
