"""A region as files: a workbook (.xlsx), or a folder of CSV or Parquet files, one per table.

The ways in are ``archive`` and ``workbook`` (or ``folder``), the ways out ``book`` (or ``folder``) through ``atomic``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.door import Admitted
from rasr.core.records.files.atomic import write_file
from rasr.core.records.files.book import write_book
from rasr.core.records.files.folder import read_folder, write_region_folder
from rasr.core.records.files.workbook import read_workbook

WORKBOOK = ".xlsx"


def read_tables(path: Path) -> tuple[dict[str, Admitted], list[Finding]]:
    """Tables of the region at a path, behind the door, and the findings that belong to no table.

    Raises Refused: missing_file, unreadable_workbook, unreadable_file, too_large, zip_bomb, workbook_with_macros,
    workbook_with_entities, duplicate_table, not_a_region.
    """
    try:
        if not path.exists():
            raise Refused("missing_file", path=str(path))
        return read_folder(path) if path.is_dir() else read_workbook(path)
    except OSError as fault:
        raise Refused("unreadable_file", path=str(path), reason=fault.strerror or str(fault)) from fault


def write_tables(
    tables: Mapping[str, pl.DataFrame], path: Path, form: Literal["csv", "parquet"], printed: str = ""
) -> None:
    """Write tables as a workbook where the name ends in .xlsx, else as a folder of files; all or nothing.

    printed: words over and under every printed sheet of a workbook.
    """
    if path.suffix.lower() == WORKBOOK:
        write_file(path, lambda temporary: write_book(temporary, tables, printed))
    else:
        write_region_folder(path, tables, form)
