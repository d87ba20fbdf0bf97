"""A region's plan: what goes where, when, processed how and paid by whom, so that the fewest are expected to die.

The joint plan starts from the union of what each jurisdiction can do alone, so it is never worse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import numpy as np
import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import digest_bytes, digest_tables
from rasr.core.plan.audit import audit, audit_bound, audit_tables, refuse_breaches
from rasr.core.plan.build import build_problem
from rasr.core.plan.conflict import smallest
from rasr.core.plan.diagnose import diagnose, unreachable
from rasr.core.plan.explain import explained
from rasr.core.plan.greedy import greedy_plan
from rasr.core.plan.holds import changes, price
from rasr.core.plan.options import Options
from rasr.core.plan.problem import (
    Flow,
    Problem,
    costs_eur,
    danger_over_time,
    fatalities,
    gate_costs_eur,
    left_share,
    without_deadlines,
)
from rasr.core.plan.result import Plan
from rasr.core.plan.solve import Clock, Found, NoPlanError, Progress, no_clock, no_progress, solve
from rasr.core.plan.tables import plan_tables
from rasr.core.plan.together import in_joint
from rasr.core.records.region import Region
from rasr.core.reference import loader

SEED = 0
"""The solver's seed; nothing in the plan is drawn at random."""


class Danger(Protocol):
    """What the plan may know of the stock: the pools and the danger curves, and what they were made from."""

    @property
    def pools(self) -> pl.DataFrame:
        """The table pools."""
        ...

    @property
    def danger_curves(self) -> pl.DataFrame:
        """The table danger_curves."""
        ...

    @property
    def rule_edition(self) -> str:
        """Edition of the rule data it was made with."""
        ...

    @property
    def version(self) -> str:
        """Version of the program it was made with."""
        ...

    @property
    def blind(self) -> Any:
        """Shares of records without mass and without NEQ (``mass_share``, ``neq_share``)."""
        ...


@dataclass(frozen=True)
class Both:
    """The joint plan, and the union of the plans of each jurisdiction alone."""

    joint: Plan
    alone: Plan


def plan_alone(
    region: Region,
    danger: Danger,
    *,
    as_of: date,
    options: Options | None = None,
    clock: Clock = no_clock,
    progress: Progress = no_progress,
) -> Plan:
    """What each jurisdiction can do with its own lines and money and an equal share of shared money.

    Refused: see ``build_problem``; no_plan_exists with what conflicts; plan_breaks_constraint.
    """
    options, began = options or Options(), clock()
    problem, found = _alone(region, danger, as_of, options, clock, progress)
    made = {"inputs_digest": _inputs_digest(region, danger, as_of, options), "seconds": clock() - began, "alone": True}
    return _result(problem, found, danger, made, may_miss=True)


def plan_both(
    region: Region,
    danger: Danger,
    *,
    as_of: date,
    options: Options | None = None,
    clock: Clock = no_clock,
    progress: Progress = no_progress,
) -> Both:
    """The joint plan and the plan alone it starts from; the joint objective is never higher.

    Where alone a deadline is missed that the joint plan must meet, the joint plan starts from nothing. What was decided
    by hand holds for the joint plan; its summary then says what that costs (``by_hand``: see ``holds.price``) beside
    the best plan without it, which is worked out first. Refused is raised for the joint plan only.
    """
    options, began = options or Options(), clock()
    if options.holds:
        return _held(region, danger, as_of, options, clock, progress)
    joint = build_problem(region, danger.pools, danger.danger_curves, as_of=as_of, options=options)
    relaxed, found_alone = _alone(region, danger, as_of, options, clock, lambda step, done: progress(step, done / 3))
    union = in_joint(relaxed, joint, found_alone.flow)
    asked = _within_reach(joint) if options.partial else joint
    start = None if audit(asked, union) else union
    found = _solve(asked, options, start, clock, lambda step, done: progress(step, (1 + 2 * done) / 3))
    made = {"inputs_digest": _inputs_digest(region, danger, as_of, options), "seconds": clock() - began}
    alone = _result(relaxed, found_alone, danger, made | {"alone": True}, may_miss=True)
    beside = {"alone": False, "greedy": _greedy(joint, found)}
    return Both(_result(joint, found, danger, made | beside, may_miss=options.partial), alone)


def _greedy(problem: Problem, found: Found) -> dict[str, float]:
    """What a spreadsheet's plan by danger per euro reaches, and the share by which the plan averts more than it."""
    plan = greedy_plan(problem)
    breaches = audit(problem, plan)
    refuse_breaches([breach for breach in breaches if breach.constraint != "deadline"])
    nothing, reached = (sum(fatalities(problem, flow)) for flow in (Flow.nothing(problem), plan))
    return {
        "objective_fatalities": reached,
        "cost_eur": float(costs_eur(problem, plan).sum()),
        "averts_more_share": (nothing - found.objective) / (nothing - reached) - 1.0 if nothing > reached else 0.0,
        "deadlines_missed": len(breaches),
    }


def _held(region: Region, danger: Danger, as_of: date, options: Options, clock: Clock, progress: Progress) -> Both:
    """The plans with what was decided by hand, and its price beside the best plan without it."""
    began = clock()
    held = build_problem(region, danger.pools, danger.danger_curves, as_of=as_of, options=options)
    asked: dict[str, Any] = {"as_of": as_of, "options": replace(options, holds=()), "clock": clock}
    free = plan_both(region, danger, **asked, progress=lambda step, done: progress(step, done / 2))
    problem = _within_reach(held) if options.partial else held
    found = _solve(problem, options, None, clock, lambda step, done: progress(step, (1 + done) / 2))
    made = {"inputs_digest": _inputs_digest(region, danger, as_of, options), "seconds": clock() - began, "alone": False}
    plan = _result(held, found, danger, made, may_miss=options.partial)
    told = plan.summary | {"by_hand": price(free.joint, plan)}
    return Both(replace(plan, summary=told, changes=changes(free.joint, plan)), free.alone)


def _inputs_digest(region: Region, danger: Danger, as_of: date, options: Options) -> str:
    """Digest of all that the plan depends on: the same digest, the same plan."""
    derived = digest_tables({"pools": danger.pools, "danger_curves": danger.danger_curves})
    parts = (region.digest(), derived, as_of.isoformat(), repr(options), loader.edition(), danger.version)
    return digest_bytes(part.encode() for part in parts)


def _alone(
    region: Region, danger: Danger, as_of: date, options: Options, clock: Clock, progress: Progress
) -> tuple[Problem, Found]:
    """Deadlines that a jurisdiction cannot meet alone are set aside: the comparison shows them as missed."""
    own = replace(options, alone=True, partial=True, holds=())
    problem = build_problem(region, danger.pools, danger.danger_curves, as_of=as_of, options=own)
    try:
        return problem, solve(_within_reach(problem), own, start=None, clock=clock, progress=progress)
    except NoPlanError:
        free = without_deadlines(problem)
        return problem, solve(free, own, start=None, clock=clock, progress=progress)


def _within_reach(problem: Problem) -> Problem:
    """The problem without the deadlines that no line can meet whatever is paid; its plan shows them as missed."""
    return without_deadlines(problem, np.isin(np.arange(len(problem.pools.ids)), unreachable(problem)))


def _solve(problem: Problem, options: Options, start: Flow | None, clock: Clock, progress: Progress) -> Found:
    try:
        return solve(problem, options, start=start, clock=clock, progress=progress)
    except NoPlanError:
        every = (*diagnose(problem), *smallest(problem))
        conflicts = [loader.say(conflict.code, conflict.numbers) for conflict in every]
        raise Refused("no_plan_exists", conflicts="; ".join(conflicts)) from None


def _result(problem: Problem, found: Found, danger: Danger, made: dict[str, Any], *, may_miss: bool) -> Plan:
    """The audited plan with its tables.

    made: what the summary says besides of how it was made. may_miss: a deadline missed is listed, not refused.
    """
    flow = found.flow
    breaches = audit(problem, flow)
    refuse_breaches([breach for breach in breaches if not (may_miss and breach.constraint == "deadline")])
    refuse_breaches(audit_bound(problem, found.proof, found.bound, found.objective))
    missed = [breach.place for breach in breaches if breach.constraint == "deadline"]
    summary = _summary(problem, found, danger) | made | {"deadlines_missed": missed}
    frames: dict[str, Any] = plan_tables(problem, flow) | explained(found.asked or problem, flow, found.prices)
    frames["certificate"] = found.proof
    plan = Plan(summary, **frames)
    refuse_breaches(audit_tables(flow, plan))
    return plan


def _summary(problem: Problem, found: Found, danger: Danger) -> dict[str, Any]:
    flow, curves = found.flow, problem.origins.curves
    left = left_share(problem, flow)
    rates = {name: danger_over_time(problem, left, values).sum(axis=0) for name, values in
             (("", curves.fatalities_per_year), ("_low", curves.low), ("_high", curves.high))}  # fmt: skip
    nothing = sum(fatalities(problem, Flow.nothing(problem)))
    staying, transport, processing, diverted = fatalities(problem, flow)
    works = {"diversion": diverted} if problem.works.count else {}
    done = problem.works.gate[flow.open[problem.works.gate].any(axis=1)]
    told = {
        "offered": problem.works.count,
        "done": len(done),
        "cost_eur": float(gate_costs_eur(problem, flow.open)[done].sum()),
    }
    gap = (found.objective - found.bound) / found.objective if found.objective > 0 else 0.0
    avoidable = nothing - found.bound
    return {
        "status": found.status,
        "objective_fatalities": found.objective,
        "objective_parts": {"left": staying, "transport": transport, "processing": processing, **works},
        "objective_doing_nothing": nothing,
        "bound": found.bound,
        "gap": gap,
        "gap_of_avoidable": (found.objective - found.bound) / avoidable if avoidable > 0 else 0.0,
        **{f"danger_before{suffix}": float(values[0]) for suffix, values in rates.items()},
        **{f"danger_after{suffix}": float(values[-1]) for suffix, values in rates.items()},
        "danger_over_time": [float(value) for value in rates[""]],
        "mass_planned_kg": float(problem.pools.mass_kg.sum()),
        "mass_destroyed_kg": float(flow.shipped_kg.sum()),
        "cost_eur": float(costs_eur(problem, flow).sum()),
        "blind_share": {"mass": danger.blind.mass_share, "neq": danger.blind.neq_share},
        "starts_on": problem.periods.starts_on.isoformat(),
        "periods": problem.count,
        "period_months": problem.periods.months,
        "pools": len(problem.pools.ids),
        "lines": len(problem.lines.ids),
        "arcs_offered": len(problem.arcs.pool),
        "arcs_possible": problem.arcs_possible,
        "rounds": found.rounds,
        "rule_edition": danger.rule_edition,
        "version": danger.version,
        "seed": SEED,
        **({"works": told} if works else {}),
    }
