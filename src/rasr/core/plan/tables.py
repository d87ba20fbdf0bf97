"""From a plan's numbers to its tables."""

from __future__ import annotations

import numpy as np
import polars as pl

from rasr.core.plan.curves import Floats
from rasr.core.plan.problem import (
    ACTIVITIES,
    OPENING,
    Flow,
    Problem,
    costs_eur,
    danger_over_time,
    gate_costs_eur,
    left_share,
    origin_share,
)
from rasr.core.plan.together import by_jurisdiction


def plan_tables(problem: Problem, flow: Flow) -> dict[str, pl.DataFrame]:
    """Every table of ``result.Plan``."""
    return {
        "shipments": _shipments(problem, flow),
        "processing": _processing(problem, flow),
        "spending": _spending(problem, flow),
        "openings": _openings(problem, flow),
        "danger": _danger(problem, flow),
        "flows": _flows(problem, flow),
        "by_jurisdiction": _by_jurisdiction(problem, flow),
        "periods": problem.periods.table(),
    }


def _names(names: list[str], index: np.ndarray) -> pl.Series:
    return pl.Series(np.array([*names, ""], dtype=object)[index], dtype=pl.String)


def _shipments(problem: Problem, flow: Flow) -> pl.DataFrame:
    arc, period = np.nonzero(flow.shipped_kg > 0)
    mass_kg = flow.shipped_kg[arc, period]
    return pl.DataFrame(
        {
            "pool_id": _names(problem.pools.ids, problem.arcs.pool[arc]),
            "line_id": _names(problem.lines.ids, problem.arcs.line[arc]),
            "period": period + 1,
            "mass_kg": mass_kg,
            "cost_eur": mass_kg * problem.arcs.cost_eur_per_tonne[arc] / 1000.0,
        }
    ).sort("period", "pool_id", "line_id")


def _processing(problem: Problem, flow: Flow) -> pl.DataFrame:
    by_rate = flow.processed_kg.sum(axis=1)
    rate, period = np.nonzero(by_rate > 0)
    mass_kg = by_rate[rate, period]
    return pl.DataFrame(
        {
            "line_id": _names(problem.lines.ids, problem.rates.line[rate]),
            "family": _names(problem.families, problem.rates.family[rate]),
            "technique": _names(problem.techniques, problem.rates.technique[rate]),
            "period": period + 1,
            "mass_kg": mass_kg,
            "cost_eur": mass_kg * problem.rates.cost_eur_per_tonne[rate] / 1000.0,
        }
    ).sort("period", "line_id", "family", "technique")


def _spending(problem: Problem, flow: Flow) -> pl.DataFrame:
    purses = problem.purses
    purse, period = np.nonzero(flow.paid_eur > 0)
    table = pl.DataFrame(
        {
            "fund_id": _names(problem.funds, purses.fund[purse]),
            "jurisdiction_id": _names(problem.jurisdictions, purses.jurisdiction[purse]),
            "activity": _names(list(ACTIVITIES), purses.activity[purse]),
            "period": period + 1,
            "amount_eur": flow.paid_eur[purse, period],
        }
    )
    return table.sort("period", "fund_id", "jurisdiction_id", "activity")


def _openings(problem: Problem, flow: Flow) -> pl.DataFrame:
    gates, cost = problem.gates, gate_costs_eur(problem, flow.open)
    opened = np.nonzero(flow.open.any(axis=1))[0]
    return pl.DataFrame(
        {
            "kind": _names(gates.kind, opened),
            "id": _names(gates.ids, opened),
            "jurisdiction_id": _names(problem.jurisdictions, gates.payer[opened]),
            "period": flow.open[opened].argmax(axis=1) + 1 if len(opened) else np.zeros(0, dtype=np.int64),
            "cost_eur": cost[opened].sum(axis=1),
        }
    ).sort("period", "kind", "id")


def _danger(problem: Problem, flow: Flow) -> pl.DataFrame:
    left = left_share(problem, flow)
    origins, curves = problem.origins, problem.origins.curves
    share = np.concatenate([np.ones((len(origins.ids), 1)), origin_share(problem, left)], axis=1)
    neq_kg = origins.base_neq_kg[:, None] + share * origins.planned_neq_kg[:, None]
    columns = {
        "neq_kg": neq_kg,
        "fatalities_per_year": danger_over_time(problem, left),
        "low": danger_over_time(problem, left, curves.low),
        "high": danger_over_time(problem, left, curves.high),
    }
    number = np.repeat(np.arange(len(origins.ids)), problem.count + 1)
    return pl.DataFrame(
        {
            "origin_id": _names(origins.ids, number),
            "jurisdiction_id": _names(problem.jurisdictions, origins.jurisdiction[number]),
            "period": np.tile(np.arange(problem.count + 1), len(origins.ids)),
            **{name: values.ravel() for name, values in columns.items()},
        }
    )


def _flows(problem: Problem, flow: Flow) -> pl.DataFrame:
    arcs = problem.arcs
    mass_kg = flow.shipped_kg.sum(axis=1)
    return (
        pl.DataFrame(
            {
                "from_jurisdiction_id": _names(problem.jurisdictions, problem.pools.jurisdiction[arcs.pool]),
                "to_jurisdiction_id": _names(problem.jurisdictions, problem.lines.jurisdiction[arcs.line]),
                "mass_kg": mass_kg,
                "cost_eur": mass_kg * arcs.cost_eur_per_tonne / 1000.0,
            }
        )
        .filter(pl.col("mass_kg") > 0)
        .group_by("from_jurisdiction_id", "to_jurisdiction_id")
        .sum()
        .sort("from_jurisdiction_id", "to_jurisdiction_id")
    )


def _by_jurisdiction(problem: Problem, flow: Flow) -> pl.DataFrame:
    danger: Floats = by_jurisdiction(problem, danger_over_time(problem, left_share(problem, flow)))
    mass_kg = np.zeros(len(problem.jurisdictions))
    np.add.at(mass_kg, problem.pools.jurisdiction[problem.arcs.pool], flow.shipped_kg.sum(axis=1))
    cost = costs_eur(problem, flow)
    return pl.DataFrame(
        {
            "jurisdiction_id": problem.jurisdictions,
            "mass_kg": mass_kg,
            "cost_eur": cost.sum(axis=(1, 2)),
            "opening_eur": cost[:, OPENING].sum(axis=1),
            "danger_before": danger[:, 0],
            "danger_after": danger[:, -1],
        }
    )
