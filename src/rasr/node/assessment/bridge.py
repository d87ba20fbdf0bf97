"""Between a kept run and ``core.assessment.assess.Assessment``, exact to the last digit.

Kept are: the tables as Parquet, and the figures of stores and sites as rows to sort and filter by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import polars as pl

from rasr.core.assessment.assess import Assessment, Blind
from rasr.core.assessment.tables import COLUMNS
from rasr.core.records.region import Region
from rasr.core.report.places import DANGER
from rasr.node.assessment.models import Run, RunTable, SiteDanger, StoreDanger
from rasr.node.jobs.kept import from_bytes, to_bytes

TABLES = ("stores", "sites", "distances", "pools", "danger_curves", "exclusions", "methods")
"""Tables of an assessment."""
RISK_TABLES = {
    "risk": "stores",
    "risk_totals": "totals",
    "frequency_number": "frequency_number",
    "risk_criteria": "criteria",
}
"""Tables of its risk, with what they are called there."""
FIGURES = tuple(COLUMNS[6:])
"""Figures of a store, and of a site."""
ROWS_AT_ONCE = 500


def facts_of(assessment: Assessment) -> dict[str, Any]:
    """What a run says of itself: columns of ``Run`` that come from the assessment."""
    total, low, high = (float(assessment.sites[name].sum()) for name in DANGER)
    return {
        "inputs_digest": assessment.inputs_digest,
        "as_of": assessment.as_of,
        "rule_edition": assessment.rule_edition,
        "version": assessment.version,
        "stores": assessment.stores.height,
        "sites": assessment.sites.height,
        "fatalities_per_year": total,
        "low": low,
        "high": high,
        "blind": asdict(assessment.blind),
    }


def keep_assessment(run: Run, assessment: Assessment) -> None:
    """Keep tables and figures of a run that is saved. Call it in the transaction that makes ``run``."""
    frames = {name: getattr(assessment, name) for name in TABLES}
    if assessment.risk is not None:
        frames |= {name: getattr(assessment.risk, own) for name, own in RISK_TABLES.items()}
    RunTable.objects.bulk_create(
        RunTable(run=run, name=name, rows=frame.height, parquet=to_bytes(frame)) for name, frame in frames.items()
    )
    names = ("store_id", *FIGURES)
    stores = (StoreDanger(run=run, **row) for row in _rows(assessment.stores, names))
    StoreDanger.objects.bulk_create(stores, batch_size=ROWS_AT_ONCE)
    names = ("site_id", "stores", *FIGURES)
    sites = (SiteDanger(run=run, **row) for row in _rows(assessment.sites, names))
    SiteDanger.objects.bulk_create(sites, batch_size=ROWS_AT_ONCE)


def _rows(frame: pl.DataFrame, names: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    return frame.select(names).iter_rows(named=True)


def load_assessment(run: Run, region: Region | None = None) -> Assessment:
    """The assessment as it was kept. region: the records assessed, to be attached where they are at hand."""
    kept = run.tables.filter(name__in=TABLES)
    frames: dict[str, Any] = {table.name: from_bytes(table.parquet) for table in kept}
    return Assessment(
        as_of=run.as_of,
        blind=Blind(**run.blind),
        inputs_digest=run.inputs_digest,
        rule_edition=run.rule_edition,
        version=run.version,
        region=region,
        **frames,
    )


def load_table(run: Run, name: str) -> pl.DataFrame | None:
    """One table of a run; None where it has no such table."""
    table = run.tables.filter(name=name).first()
    return from_bytes(table.parquet) if table else None
