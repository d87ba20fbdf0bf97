"""The file of ``rasr plan --works``: security works on offer, one row each.

It comes from an assessment of security and says how badly a site is kept: who may not see that may not see this file,
nor a plan that was made with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rasr.cli.decided import is_written_as, read_rows
from rasr.core.plan.works import Work

COLUMNS = ("work_id", "site_id", "cost_eur", "index_removed")
FURTHER = ("upkeep_eur_per_year", "planned_share")
"""Columns that may be left out, and cells that may be empty: no upkeep; all of the stock may be planned."""


def read_works(path: Path, rate: float) -> tuple[Work, ...]:
    """The works of a CSV file with ``COLUMNS``. Refused: missing_file, unreadable_file with every fault.

    rate: expected fatalities per year that one unit of the diversion index is declared to be worth.
    """
    return tuple(
        Work(
            row["work_id"],
            row["site_id"],
            cost_eur=float(row["cost_eur"]),
            fatalities_per_year=float(row["index_removed"]) * rate,
            upkeep_eur_per_year=float(row.get("upkeep_eur_per_year") or 0.0),
            planned_share=float(row.get("planned_share") or 1.0),
        )
        for row in read_rows(path, COLUMNS, _faults)
    )


def _faults(line: int, row: dict[str, str]) -> Iterator[str]:
    yield from (f"line {line} has no {name}" for name in ("work_id", "site_id") if not row[name])
    for name in (*COLUMNS[2:], *FURTHER):
        cell = row.get(name) or ""
        if (cell or name in COLUMNS) and not is_written_as(float, cell):
            yield f"line {line}: {name} must be a number, and is {cell or 'empty'}"
