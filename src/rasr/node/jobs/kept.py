"""Keeping results: a run once, and its tables whole.

Tables are Parquet in a column of the database: what comes out is exactly what went in.

>>> frame = pl.DataFrame({"neq_kg": [1.5, None]})
>>> from_bytes(to_bytes(frame)).equals(frame)
True
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

import polars as pl
from django.db import IntegrityError, transaction

from rasr.node.jobs.models import KeptRun

Run = TypeVar("Run", bound=KeptRun)


def keep_once(run: Run, keep_tables: Callable[[], None]) -> Run:
    """Save a new run with its tables, all or nothing; where a run of its digest is kept already, that one is given."""
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            keep_tables()
    except IntegrityError:
        # Somebody else kept the same meanwhile.
        kept = type(run)._default_manager.filter(digest=run.digest).first()
        if kept is None:
            raise
        return kept
    return run


def to_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as Parquet, compressed with zstd."""
    buffer = BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def from_bytes(parquet: bytes | memoryview) -> pl.DataFrame:
    """The frame again; PostgreSQL gives its bytes as a memoryview."""
    return pl.read_parquet(BytesIO(parquet))
