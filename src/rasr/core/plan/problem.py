"""The joint planning problem as arrays: pools, lines, arcs, gates and money, each with its index.

A *pool* is stock that may be planned, an *arc* a pool that may go to a line, a *rate* a line working one technique
on one family, a *gate* what must be opened before it is used (a proposed line, a corridor that costs, a security work)
and then stays open, a *purse* what one fund may pay for one jurisdiction and activity.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from rasr.core.plan.curves import Curves, Floats, Ints
from rasr.core.plan.holds import Held
from rasr.core.plan.periods import Periods
from rasr.core.plan.works import KIND, Works, diversion

ACTIVITIES = ("transport", "processing", "opening", "security")
TRANSPORT, PROCESSING, OPENING, SECURITY = range(4)


@dataclass(frozen=True)
class Pools:
    """Stock that may be planned, one entry a pool. deadline: last period (from 0), or -1.

    neq_kg: what takes part in the explosion the danger curve is of. all_neq_kg: all of it, for the limits of lines.
    """

    ids: list[str]
    jurisdiction: Ints
    origin: Ints
    family: Ints
    mass_kg: Floats
    neq_kg: Floats
    all_neq_kg: Floats
    deadline: Ints


@dataclass(frozen=True)
class Origins:
    """Places with a danger curve. jurisdiction -1: unknown. base_neq_kg: what stays whatever is planned."""

    ids: list[str]
    jurisdiction: Ints
    base_neq_kg: Floats
    planned_neq_kg: Floats
    curves: Curves


@dataclass(frozen=True)
class Lines:
    """Disposal lines. gate: index of the gate that opens the line, -1 for an existing one."""

    ids: list[str]
    jurisdiction: Ints
    gate: Ints
    neq_limit_kg_per_day: Floats


@dataclass(frozen=True)
class Rates:
    """What a line can do: one entry per line, technique and family. technique: index within the problem."""

    line: Ints
    technique: Ints
    family: Ints
    capacity_kg_per_day: Floats
    cost_eur_per_tonne: Floats


@dataclass(frozen=True)
class Arcs:
    """Pools that may go to lines. open: (arcs, periods). gate: index of the corridor's gate, -1 where it is free."""

    pool: Ints
    line: Ints
    distance_km: Floats
    cost_eur_per_tonne: Floats
    gate: Ints
    open: np.ndarray


@dataclass(frozen=True)
class Gates:
    """What must be opened once and then stays open.

    payer: jurisdiction. window: (gates, periods) when it can be used; it cannot open before, and costs nothing after.
    """

    kind: list[str]
    ids: list[str]
    payer: Ints
    opening_cost_eur: Floats
    fixed_eur_per_year: Floats
    window: np.ndarray

    @property
    def activity(self) -> Ints:
        """(gates,) what it is paid as."""
        return np.array([SECURITY if kind == KIND else OPENING for kind in self.kind], dtype=np.int64)


@dataclass(frozen=True)
class Purses:
    """What may be paid: one entry per fund, jurisdiction and activity. limit: index of the fund's limit."""

    fund: Ints
    jurisdiction: Ints
    activity: Ints
    limit: Ints
    open: np.ndarray


@dataclass(frozen=True)
class Limits:
    """Money limits. carry_over: the amount holds for the whole horizon, else an equal part for each open period."""

    amount_eur: Floats
    carry_over: np.ndarray
    open: np.ndarray


@dataclass(frozen=True)
class Problem:
    """All that the plan may know; what the solver, the audit and the tables read."""

    periods: Periods
    jurisdictions: list[str]
    families: list[str]
    techniques: list[str]
    funds: list[str]
    pools: Pools
    origins: Origins
    lines: Lines
    rates: Rates
    arcs: Arcs
    gates: Gates
    purses: Purses
    limits: Limits
    outload_kg_per_day: Floats
    working_days: float
    discount_per_year: float
    transport_fatalities_per_tonne_km: float
    processing_fatalities_per_tonne: float
    arcs_possible: int
    held: Held = field(default_factory=Held.nothing)
    works: Works = field(default_factory=Works.nothing)

    @property
    def count(self) -> int:
        """Number of periods."""
        return self.periods.count


@dataclass(frozen=True)
class Flow:
    """A plan as numbers, in the indices of its problem.

    shipped_kg: (arcs, periods). processed_kg: (rates, jurisdictions of origin, periods). open: (gates, periods) of
    0 or 1. paid_eur: (purses, periods).
    """

    shipped_kg: Floats
    processed_kg: Floats
    open: Floats
    paid_eur: Floats

    @classmethod
    def nothing(cls, problem: Problem) -> Flow:
        """The plan that does nothing."""
        periods = problem.count
        return cls(
            np.zeros((len(problem.arcs.pool), periods)),
            np.zeros((len(problem.rates.line), len(problem.jurisdictions), periods)),
            np.zeros((len(problem.gates.ids), periods)),
            np.zeros((len(problem.purses.fund), periods)),
        )


def without_deadlines(problem: Problem, of: np.ndarray | None = None) -> Problem:
    """The problem with deadlines set aside: of some pools (a mask), or of all."""
    free = np.full(len(problem.pools.ids), -1, dtype=np.int64)
    deadline = free if of is None else np.where(of, -1, problem.pools.deadline)
    return replace(problem, pools=replace(problem.pools, deadline=deadline))


def left_share(problem: Problem, flow: Flow) -> Floats:
    """(pools, periods) share of each pool left at the end of each period."""
    sent_kg = np.zeros((len(problem.pools.ids), problem.count))
    np.add.at(sent_kg, problem.arcs.pool, flow.shipped_kg)
    return np.asarray(1.0 - np.cumsum(sent_kg, axis=1) / problem.pools.mass_kg[:, None])


def origin_share(problem: Problem, left: Floats) -> Floats:
    """(origins, periods) share of the planned NEQ left at each origin; 0 where there is none."""
    neq_kg = np.zeros((len(problem.origins.ids), left.shape[1]))
    np.add.at(neq_kg, problem.pools.origin, left * problem.pools.neq_kg[:, None])
    planned_kg = problem.origins.planned_neq_kg[:, None]
    return np.asarray(np.where(planned_kg > 0, neq_kg / np.where(planned_kg > 0, planned_kg, 1.0), 0.0))


def danger_over_time(problem: Problem, left: Floats, values: Floats | None = None) -> Floats:
    """(origins, periods + 1) fatalities per year at the start and at the end of each period."""
    share = np.concatenate([np.ones((len(problem.origins.ids), 1)), origin_share(problem, left)], axis=1)
    index = np.broadcast_to(np.arange(len(share))[:, None], share.shape)
    return problem.origins.curves.at(index, share, values)


def fatalities(problem: Problem, flow: Flow) -> tuple[float, float, float, float]:
    """Expected fatalities over the horizon: from what is left, transport, processing, and diversion (see ``works``).

    Danger within a period is the mean of its two ends; see ``Periods.weights_years``.
    """
    weights = problem.periods.weights_years(problem.discount_per_year)
    share = left_share(problem, flow)
    left = float((danger_over_time(problem, share) * weights).sum())
    tonnes_km = float((flow.shipped_kg.sum(axis=1) * problem.arcs.distance_km).sum()) / 1000.0
    tonnes = float(flow.processed_kg.sum()) / 1000.0
    return (
        left,
        tonnes_km * problem.transport_fatalities_per_tonne_km,
        tonnes * problem.processing_fatalities_per_tonne,
        diversion(problem, flow, share) if problem.works.count else 0.0,
    )


def costs_eur(problem: Problem, flow: Flow) -> Floats:
    """(jurisdictions, activities, periods) what the plan costs whom, in euro."""
    cost = np.zeros((len(problem.jurisdictions), len(ACTIVITIES), problem.count))
    arcs, rates, gates = problem.arcs, problem.rates, problem.gates
    transport = flow.shipped_kg * arcs.cost_eur_per_tonne[:, None] / 1000.0
    np.add.at(cost[:, TRANSPORT], problem.pools.jurisdiction[arcs.pool], transport)
    processing = flow.processed_kg * rates.cost_eur_per_tonne[:, None, None] / 1000.0
    cost[:, PROCESSING] += processing.sum(axis=0)
    np.add.at(cost, (gates.payer, gates.activity), gate_costs_eur(problem, flow.open))
    return cost


def gate_costs_eur(problem: Problem, opened: Floats) -> Floats:
    """(gates, periods) what opening and keeping open costs."""
    gates = problem.gates
    step = np.diff(opened, axis=1, prepend=0.0)
    fixed_eur = gates.fixed_eur_per_year[:, None] * problem.periods.years * gates.window
    return np.asarray(step * gates.opening_cost_eur[:, None] + opened * fixed_eur)


def frame_of(columns: dict[str, Any], schema: dict[str, Any]) -> pl.DataFrame:
    """A frame of arrays with the schema given."""
    return pl.DataFrame(columns, schema=schema, strict=False)
