"""The file of ``rasr plan --decided``: what was decided by hand, one row each."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from rasr.core.basis.findings import Refused
from rasr.core.plan.holds import AT_LEAST, NEVER, Hold

COLUMNS = ("origin_id", "line_id", "family", "decision", "mass_kg", "by")
MAX_BYTES = 1_000_000
SHOWN = 20
"""Faults that are named; of a file of another kind every row is one."""


def read_decided(path: Path) -> tuple[Hold, ...]:
    """The decisions of a CSV file with ``COLUMNS``. Refused: missing_file, unreadable_file with every fault."""
    return tuple(_hold(row) for row in read_rows(path, COLUMNS, _faults))


def read_rows(
    path: Path, columns: Sequence[str], faults_of: Callable[[int, dict[str, str]], Iterable[str]]
) -> list[dict[str, str]]:
    """The rows of a CSV file that has these columns. Refused: missing_file, unreadable_file with every fault.

    faults_of: what is wrong with a row, from its line (the header is line 1) and its cells by column.
    """
    if not path.is_file():
        raise Refused("missing_file", path=str(path))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused("unreadable_file", path=str(path), reason=f"it is larger than {MAX_BYTES // 1000} kB")
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, restkey="", restval="")
            rows, heads = list(reader), reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as unread:
        raise Refused("unreadable_file", path=str(path), reason=str(unread)) from None
    missing = [name for name in columns if name not in heads]
    faults = [f"it has no column {', '.join(missing)}"] if missing else list(_all_faults(rows, faults_of))
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise Refused("unreadable_file", path=str(path), reason="; ".join(faults[:SHOWN]) + more)
    return rows


def _all_faults(rows: list[dict[str, str]], faults_of: Callable[[int, dict[str, str]], Iterable[str]]) -> Iterator[str]:
    for line, row in enumerate(rows, 2):
        if "" in row:
            yield f"line {line} has more cells than the header"
        else:
            yield from faults_of(line, row)


def _faults(line: int, row: dict[str, str]) -> Iterator[str]:
    for name in ("origin_id", "line_id"):
        if not row[name]:
            yield f"line {line} has no {name}"
    if row["decision"] not in (NEVER, AT_LEAST):
        yield f"line {line}: the decision must be {NEVER} or {AT_LEAST}, and is {row['decision'] or 'empty'}"
    elif row["decision"] == AT_LEAST and not is_written_as(float, row["mass_kg"]):
        yield f"line {line}: mass_kg must be a number"
    if row["by"] and not is_written_as(date.fromisoformat, row["by"]):
        yield f"line {line}: by must be a day as 2027-12-31, or empty for the end of the plan"


def is_written_as(kind: Callable[[str], object], cell: str) -> bool:
    """Whether the cell is written as something of this kind."""
    try:
        kind(cell)
    except ValueError:
        return False
    return True


def _hold(row: dict[str, str]) -> Hold:
    never = row["decision"] == NEVER
    return Hold(
        row["origin_id"],
        row["line_id"],
        row["family"] or None,
        never=never,
        at_least_kg=0.0 if never else float(row["mass_kg"]),
        by=date.fromisoformat(row["by"]) if row["by"] else None,
    )
