"""What a plan is once it has been found and audited: a summary and the tables that prove it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl

from rasr.core.assessment.assess import Assessment
from rasr.core.records.region import Region


@dataclass(frozen=True)
class Plan:
    """A joint plan, or the union of what each jurisdiction can do alone.

    summary: what ``plan.json`` holds. Frames, with periods counted from 1:
    shipments: pool_id, line_id, period, mass_kg, cost_eur. processing: line_id, family, technique, period, mass_kg,
    cost_eur. spending: fund_id, jurisdiction_id, activity, period, amount_eur. openings: kind (line, corridor or
    work), id, jurisdiction_id, period, cost_eur. danger: origin_id, jurisdiction_id, period (0: the start), neq_kg,
    fatalities_per_year, low, high. flows: from_jurisdiction_id, to_jurisdiction_id, mass_kg, cost_eur.
    by_jurisdiction: jurisdiction_id, mass_kg, cost_eur, danger_before, danger_after. periods: period, starts_on,
    ends_on. changes: pool_id, line_id, period, free_kg (without what was decided by hand), mass_kg; None where nothing
    was. reasons, remaining, prices: see ``explain``; certificate: the proof of the bound, see ``certificate``; a plan
    kept by an earlier version has none of these.
    region, assessment, alone: what it was made from and is set beside, where its maker attached them.
    """

    summary: dict[str, Any]
    shipments: pl.DataFrame
    processing: pl.DataFrame
    spending: pl.DataFrame
    openings: pl.DataFrame
    danger: pl.DataFrame
    flows: pl.DataFrame
    by_jurisdiction: pl.DataFrame
    periods: pl.DataFrame
    reasons: pl.DataFrame = field(default_factory=pl.DataFrame)
    remaining: pl.DataFrame = field(default_factory=pl.DataFrame)
    prices: pl.DataFrame = field(default_factory=pl.DataFrame)
    certificate: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    changes: pl.DataFrame | None = field(default=None, repr=False)
    region: Region | None = field(default=None, repr=False, compare=False)
    assessment: Assessment | None = field(default=None, repr=False, compare=False)
    alone: Plan | None = field(default=None, repr=False, compare=False)

    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table by its name."""
        frames = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: frame for name, frame in frames.items() if isinstance(frame, pl.DataFrame) and frame.width}
