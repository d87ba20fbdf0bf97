"""The file of ``rasr plan --decided``: what was decided by hand, one row each."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from rasr.core.basis.findings import Refused
from rasr.core.plan.holds import Hold

COLUMNS = ("origin_id", "line_id", "family", "decision", "mass_kg", "by")
NEVER, AT_LEAST = "never", "at_least"
MAX_BYTES = 1_000_000
SHOWN = 20
"""Faults that are named; of a file of another kind every row is one."""


def read_decided(path: Path) -> tuple[Hold, ...]:
    """The decisions of a CSV file with ``COLUMNS``. Refused: missing_file, unreadable_file with every fault."""
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
    missing = [name for name in COLUMNS if name not in heads]
    faults = [f"it has no column {', '.join(missing)}"] if missing else list(_faults(rows))
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise Refused("unreadable_file", path=str(path), reason="; ".join(faults[:SHOWN]) + more)
    return tuple(_hold(row) for row in rows)


def _faults(rows: list[dict[str, str]]) -> Iterator[str]:
    for line, row in enumerate(rows, 2):
        if "" in row:
            yield f"line {line} has more cells than the header"
            continue
        for name in ("origin_id", "line_id"):
            if not row[name]:
                yield f"line {line} has no {name}"
        if row["decision"] not in (NEVER, AT_LEAST):
            yield f"line {line}: the decision must be {NEVER} or {AT_LEAST}, and is {row['decision'] or 'empty'}"
        elif row["decision"] == AT_LEAST and not _is(float, row["mass_kg"]):
            yield f"line {line}: mass_kg must be a number"
        if row["by"] and not _is(date.fromisoformat, row["by"]):
            yield f"line {line}: by must be a day as 2027-12-31, or empty for the end of the plan"


def _is(kind: Callable[[str], object], cell: str) -> bool:
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
