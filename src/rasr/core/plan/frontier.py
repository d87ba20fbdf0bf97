"""Danger against money: the plan at rising budgets, each with its interval, and the knees where more money buys less.

Every fund is scaled alike. Each plan starts from that of the budget before, which it may always keep; and what no plan
of a larger budget can reach, none of a smaller one can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.plan.audit import audit, refuse_breaches
from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.game import NO, OPEN, YES
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, Problem, danger_over_time, fatalities, left_share
from rasr.core.plan.solve import Clock, Found, NoPlanError, Progress, no_clock, no_progress, solve

BUDGETS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Shares of the funds that are tried by default."""
KNEE = 2.0
"""A knee is where a euro more buys less than half of what a euro bought before."""


@dataclass(frozen=True)
class Point:
    """A budget and what its plan reaches; found is None where the deadlines cannot be met with it."""

    share: float
    budget_eur: float
    found: Found | None


def frontier(
    problem: Problem,
    *,
    budgets: tuple[float, ...] = BUDGETS,
    options: Options | None = None,
    clock: Clock = no_clock,
    progress: Progress = no_progress,
) -> pl.DataFrame:
    """A row per budget: budget_share, budget_eur, cost_eur, fatalities, fatalities_bound, averted_low, averted_high,
    averted_per_million_eur (against the point before), danger_after, mass_kg, knee, status.

    Refused: out_of_range (a budget below 0), plan_breaks_constraint.
    """
    if any(not 0 <= share < np.inf for share in budgets):
        raise Refused("out_of_range", quantity="budget_share", minimum=0, maximum="", unit="", value=min(budgets))
    points: list[Point] = []
    for number, share in enumerate(sorted(set(budgets))):
        progress("budgets", number / len(budgets))
        scaled = with_budget(problem, share)
        start = next((point.found.flow for point in reversed(points) if point.found), None)
        points.append(Point(share, budget_eur(scaled), _solved(scaled, options or Options(), start, clock)))
    return _table(problem, points)


def with_budget(problem: Problem, share: float) -> Problem:
    """The problem with every fund scaled."""
    return replace(problem, limits=replace(problem.limits, amount_eur=problem.limits.amount_eur * share))


def budget_eur(problem: Problem) -> float:
    """All that can be spent within the horizon: what lapses, in each of its periods."""
    limits = problem.limits
    times = np.where(limits.carry_over, limits.open.any(axis=1), limits.open.sum(axis=1))
    return float(limits.amount_eur @ times)


def _solved(problem: Problem, options: Options, start: Flow | None, clock: Clock) -> Found | None:
    try:
        found = solve(problem, options, start=start, clock=clock, progress=no_progress)
    except NoPlanError:
        return None
    refuse_breaches(audit(problem, found.flow))
    return found


def _table(problem: Problem, points: list[Point]) -> pl.DataFrame:
    nothing = sum(fatalities(problem, Flow.nothing(problem)))
    reached = np.array([point.found.objective if point.found else np.nan for point in points])
    bound = np.array([point.found.bound if point.found else -np.inf for point in points])
    bound = np.maximum.accumulate(bound[::-1])[::-1]
    low, high = nothing - reached, nothing - bound
    money = np.array([point.budget_eur for point in points])
    flows = [point.found.flow if point.found else None for point in points]
    step = np.diff(money, prepend=np.nan)
    gain = np.diff(low, prepend=np.nan)
    per_million = np.where(step > 0, gain / np.where(step > 0, step, 1.0) * 1e6, np.nan)
    return pl.DataFrame(
        {
            "budget_share": [point.share for point in points],
            "budget_eur": money,
            "cost_eur": [None if flow is None else float(flow.paid_eur.sum()) for flow in flows],
            "fatalities": reached,
            "fatalities_bound": np.where(np.isfinite(bound), bound, np.nan),
            "averted_low": low,
            "averted_high": np.where(np.isfinite(high), high, np.nan),
            "averted_per_million_eur": per_million,
            "danger_after": [None if flow is None else _danger_after(problem, flow) for flow in flows],
            "mass_kg": [None if flow is None else float(flow.shipped_kg.sum()) for flow in flows],
            "knee": knees(money, low, high),
            "status": [point.found.status if point.found else "no_plan_exists" for point in points],
        },
        schema_overrides={"knee": pl.String},
    ).fill_nan(None)


def _danger_after(problem: Problem, flow: Flow) -> float:
    return float(danger_over_time(problem, left_share(problem, flow))[:, -1].sum())


def knees(money: Floats, low: Floats, high: Floats) -> list[str]:
    """For each point: yes where the curve of what is averted bends down by a factor of ``KNEE`` or more and does so
    wherever the truth lies within the intervals; not_distinguishable where only the plans say so; else no.

    The points before and after are the next corners of the least concave curve over all points and over nothing done
    for no money.
    """
    told = [NO] * len(money)
    there = np.nonzero(np.isfinite(low))[0]
    x, least, most = (np.append(0.0, values[there]) for values in (money, low, high))
    corners = _corners(x, least)
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        run = x[here] - x[before], x[after] - x[here]
        earlier, later = (least[here] - least[before]) / run[0], (least[after] - least[here]) / run[1]
        if earlier < KNEE * later or earlier <= 0:
            continue
        surely = (least[here] - most[before]) / run[0] > (most[after] - least[here]) / run[1]
        told[there[here - 1]] = YES if surely else OPEN
    return told


def _corners(x: Floats, y: Floats) -> Ints:
    """Indices of the corners of the least concave curve over the points; x does not fall."""
    kept: list[int] = []
    for index in range(len(x)):
        while kept and x[index] <= x[kept[-1]]:
            if y[index] <= y[kept[-1]]:
                break
            kept.pop()
        else:
            while len(kept) > 1 and _below(x, y, kept[-2], kept[-1], index):
                kept.pop()
            kept.append(index)
    return np.array(kept, dtype=np.int64)


def _below(x: Floats, y: Floats, first: int, middle: int, last: int) -> bool:
    rise, run = y[last] - y[first], x[last] - x[first]
    return bool((y[middle] - y[first]) * run <= rise * (x[middle] - x[first]))
