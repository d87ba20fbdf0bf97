"""The blank workbook people start from: ``rasr template region.xlsx``."""

from __future__ import annotations

from pathlib import Path

from rasr.core.records.files.atomic import write_file
from rasr.core.records.files.book import write_book
from rasr.core.reference import loader


def write_template(path: Path) -> None:
    """Write a workbook with every table, empty. Raises Refused("cannot_write")."""
    blank = {table: loader.contract(table).empty() for table in loader.TABLES}
    write_file(path, lambda temporary: write_book(temporary, blank))
