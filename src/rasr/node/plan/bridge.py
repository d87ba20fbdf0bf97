"""Between a kept plan and ``core.plan.result.Plan``, exact to the last digit.

What is kept: the summaries as JSON, every table as Parquet.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from rasr.core.plan.result import Plan
from rasr.node.jobs.kept import from_bytes, to_bytes
from rasr.node.plan.models import PlanRun, PlanTable


def keep_plan(run: PlanRun, plan: Plan, alone: Plan | None) -> None:
    """Keep every table of a plan, and of the plans alone beside it. Call it in the transaction that makes ``run``."""
    plans = {"joint": plan} | ({"alone": alone} if alone else {})
    PlanTable.objects.bulk_create(
        PlanTable(run=run, plan=which, name=name, rows=frame.height, parquet=to_bytes(frame))
        for which, each in plans.items()
        for name, frame in each.tables().items()
    )


def load_plan(run: PlanRun) -> Plan:
    """The plan as it was kept, with the plans alone beside it where they were asked for."""
    tables: dict[str, dict[str, Any]] = {"joint": {}, "alone": {}}
    for table in run.tables.all():
        tables[table.plan][table.name] = from_bytes(table.parquet)
    alone = Plan(run.alone_summary, **tables["alone"]) if run.alone_summary else None
    return Plan(run.summary, **tables["joint"], alone=alone)


def load_table(run: PlanRun, which: str, name: str) -> pl.DataFrame | None:
    """One table of a kept plan, None where it has no such table."""
    table = run.tables.filter(plan=which, name=name).first()
    return from_bytes(table.parquet) if table else None
