"""From a sheet or file of bare text cells to a frame under its header, with the user's row numbers intact.

>>> cells = pl.DataFrame({"a": ["store_id", "# Id", "S1"], "b": ["site_id", None, "A"]})
>>> headed("stores", cells, with_notes=True).frame.rows()
[('S1', 'A')]
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.records.door import clean_text

NOTE = "#"
"""First character of the notes row that may stand under the header of a sheet."""
NAMELESS = "(no name)"


@dataclass(frozen=True)
class Headed:
    """Cells under their header.

    names: the heading of each column of the sheet, None where it has none or one that stood before. first_line: line of
    the sheet or file (counted from 0) in which the user's row 1 stands.
    """

    frame: pl.DataFrame
    findings: list[Finding]
    names: list[str | None]
    first_line: int


def headed(table: str, cells: pl.DataFrame, *, with_notes: bool) -> Headed | None:
    """Take the first line that is not blank as the header; with_notes: leave out a notes row right under it.

    None where every cell is blank. Of columns with the same name the first counts; the others are findings.
    """
    if not cells.width:
        return None
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    if filled.is_empty():
        return None
    line = int(filled[0])
    names = clean_text(pl.Series(cells.row(line), dtype=pl.String)).to_list()
    first_line = line + 1
    if with_notes and first_line < cells.height and _is_note(cells.row(first_line)):
        first_line += 1
    body = cells.slice(first_line)
    findings: list[Finding] = []
    columns: dict[str, pl.Series] = {}
    for position, (name, series) in enumerate(zip(names, body.iter_columns(), strict=True)):
        if name in columns:
            names[position] = None
            findings.append(Finding("duplicate_column", "error", table, column=name))
        elif name is not None:
            columns[name] = series.alias(name)
        elif clean_text(series).null_count() < series.len():
            findings.append(Finding("unknown_column", "warning", table, column=NAMELESS))
    return Headed(pl.DataFrame(list(columns.values())), findings, names, first_line)


def _is_note(cells: tuple[str | None, ...]) -> bool:
    first = next((cell for cell in cells if cell), "")
    return first.startswith(NOTE)
