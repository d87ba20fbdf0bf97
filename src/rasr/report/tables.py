"""Writes the frames of a result as Parquet and as CSV that no spreadsheet program takes for formulas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from rasr.core.records.files.export import safe_text_frame
from rasr.report.disclosure import Disclosure


def write_tables(frames: Mapping[str, pl.DataFrame], folder: Path, disclosure: Disclosure) -> list[Path]:
    """Writes ``<name>.parquet`` and ``<name>.csv`` of every frame, blurred as the disclosure says; the paths."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, frame in frames.items():
        told = disclosure.frame(frame)
        parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
        told.write_parquet(parquet)
        safe_text_frame(told).write_csv(csv)
        written += [parquet, csv]
    return written
