"""Together: what each jurisdiction and every group can avert, what cooperation adds, and how to share it fairly.

The worth of a group is the expected fatalities over the horizon that its best plan averts. It is known as an interval:
from what its plan averts to what its bound leaves open. The union of the plans of its parts is a plan of a group too,
so that together is never worth less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from rasr.core.basis.executor import Executor, Serial
from rasr.core.basis.findings import Number, Refused
from rasr.core.plan.audit import audit, refuse_breaches
from rasr.core.plan.coalition import each_its_own_sites, lifted, lowered, part_of
from rasr.core.plan.curves import Floats
from rasr.core.plan.game import (
    NO,
    OPEN,
    ROUNDING,
    YES,
    best_split,
    by_size,
    closed,
    parts_high,
    shapley,
    shapley_range,
    steady_split,
)
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, Problem, danger_over_time, fatalities, left_share
from rasr.core.plan.solve import Progress, Task, no_clock, no_progress, solve

MOST_MEMBERS = 11
"""As many make 2,047 groups; one more doubles the work."""
Verdict = tuple[str, dict[str, Number]]


@dataclass(frozen=True)
class Worth:
    """A group's plan. nothing, plan, bound: expected fatalities over the horizon at the members' sites."""

    flow: Flow
    nothing: float
    plan: float
    bound: float
    status: str


@dataclass(frozen=True)
class Cooperation:
    """What groups can do and how to share it.

    coalitions: a row per group; members: a row per jurisdiction; leaving: the groups that a split does not give what
    they are worth, or may not; empty where none. verdicts: codes of ``reference/findings.csv`` with their numbers.
    """

    coalitions: pl.DataFrame
    members: pl.DataFrame
    leaving: pl.DataFrame
    verdicts: list[Verdict]


def worth_of(task: Task) -> Worth:
    """The best plan found for a group; the same in every process. Refused: plan_breaks_constraint."""
    problem = task.problem
    nothing = sum(fatalities(problem, Flow.nothing(problem)))
    if not len(problem.arcs.pool):
        return Worth(Flow.nothing(problem), nothing, nothing, nothing, "nothing_possible")
    found = solve(problem, task.options, start=None, clock=no_clock, progress=no_progress)
    refuse_breaches(audit(problem, found.flow))
    return Worth(found.flow, nothing, found.objective, found.bound, found.status)


def cooperate(
    problem: Problem,
    *,
    members: list[str] | None = None,
    executor: Executor | None = None,
    options: Options | None = None,
    progress: Progress = no_progress,
) -> Cooperation:
    """What each group of the members can do; members: jurisdictions, by default all.

    Refused: unknown_rule (no such jurisdiction), one_jurisdiction_only, too_many_jurisdictions.
    """
    names = _members(problem, members)
    worths = _worths(problem, names, executor or Serial(), options or Options(), progress)
    low, high = (np.zeros(1 << len(names)) for _ in range(2))
    for group, worth in worths.items():
        low[group], high[group] = worth.nothing - worth.plan, worth.nothing - worth.bound
    adds_up = each_its_own_sites(problem)
    if adds_up:
        low, high = closed(low, high)
    high = np.where(high - low <= ROUNDING * worths[len(low) - 1].nothing, low, high)  # the solver's dust
    fair = shapley(low)
    leaving = _leaving(names, low, high, fair)
    return Cooperation(
        _coalitions(names, worths, low, high),
        _by_member(problem, names, worths, (low, high), fair, adds_up=adds_up),
        leaving,
        _verdicts(names, low, high, leaving),
    )


def _members(problem: Problem, asked: list[str] | None) -> list[str]:
    known = problem.jurisdictions
    strange = [name for name in asked or [] if name not in known]
    if strange:
        raise Refused("unknown_rule", what="jurisdiction", value=strange[0], known=", ".join(known))
    names = [name for name in known if asked is None or name in asked]
    if len(names) < 2:
        raise Refused("one_jurisdiction_only", name=", ".join(names))
    if len(names) > MOST_MEMBERS:
        example = ",".join(names[:MOST_MEMBERS])
        raise Refused("too_many_jurisdictions", count=len(names), limit=MOST_MEMBERS, example=example)
    return names


def _worths(
    problem: Problem, names: list[str], executor: Executor, options: Options, progress: Progress
) -> dict[int, Worth]:
    """The plan of each group, by size; where its parts can do more by themselves, the union of their plans."""
    sizes = by_size(len(names))
    groups = [group for size in reversed(sizes) for group in size]  # the longest work first
    tasks = (Task(part_of(problem, _mask(problem, names, group)).problem, options) for group in groups)
    found: dict[int, Worth] = {}
    for group, worth in zip(groups, executor.map(worth_of, tasks), strict=True):
        found[group] = worth
        progress("groups", len(found) / len(groups))
    worths: dict[int, Worth] = {}
    low = np.zeros(1 << len(names))
    for group in (group for size in sizes for group in size):
        worths[group] = found[group]
        if group.bit_count() > 1:
            apart, side = best_split(low, group)
            if apart > found[group].nothing - found[group].plan:
                sides = {one: worths[one].flow for one in (side, group ^ side)}
                worths[group] = _union(problem, names, group, sides, found[group])
        low[group] = worths[group].nothing - worths[group].plan
    return worths


def _union(problem: Problem, names: list[str], group: int, sides: dict[int, Flow], own: Worth) -> Worth:
    """The better of a group's own plan and the union of its parts' plans. Refused: plan_breaks_constraint."""
    part = part_of(problem, _mask(problem, names, group))
    parts = [(part_of(problem, _mask(problem, names, side)), flow) for side, flow in sides.items()]
    plan = lowered(part, [lifted(side, problem, flow) for side, flow in parts])
    refuse_breaches(audit(part.problem, plan))
    reached = sum(fatalities(part.problem, plan))
    return own if reached >= own.plan else replace(own, flow=plan, plan=reached, bound=min(own.bound, reached))


def _mask(problem: Problem, names: list[str], group: int) -> np.ndarray:
    inside = [name for place, name in enumerate(names) if group >> place & 1]
    return np.isin(problem.jurisdictions, inside)


def _named(names: list[str], group: int) -> str:
    return "+".join(name for place, name in enumerate(names) if group >> place & 1)


def _slack(low: Floats) -> float:
    return ROUNDING * float(low[-1])


def _coalitions(names: list[str], worths: dict[int, Worth], low: Floats, high: Floats) -> pl.DataFrame:
    groups = np.array(list(worths))
    alone = 1 << np.arange(len(names))
    inside = (groups[:, None] & alone) > 0
    apart_low = np.array([best_split(low, group)[0] if group.bit_count() > 1 else 0.0 for group in worths])
    better = low[groups] > parts_high(high)[groups] + _slack(low)
    equal = high[groups] <= apart_low + _slack(low)
    told = np.where(better, YES, np.where(equal, NO, OPEN)).astype(object)
    told[inside.sum(axis=1) == 1] = None
    found = list(worths.values())
    return pl.DataFrame(
        {
            "coalition": [_named(names, group) for group in worths],
            "members": inside.sum(axis=1),
            "averted_low": low[groups],
            "averted_high": high[groups],
            "gain_low": np.maximum(low[groups] - inside @ high[alone], 0.0),
            "gain_high": np.maximum(high[groups] - inside @ low[alone], 0.0),
            "better_than_parts": pl.Series(told.tolist(), dtype=pl.String),
            "fatalities": [worth.plan for worth in found],
            "fatalities_bound": [worth.bound for worth in found],
            "mass_kg": [float(worth.flow.shipped_kg.sum()) for worth in found],
            "cost_eur": [float(worth.flow.paid_eur.sum()) for worth in found],
            "status": [worth.status for worth in found],
        }
    )


def _by_member(
    problem: Problem,
    names: list[str],
    worths: dict[int, Worth],
    interval: tuple[Floats, Floats],
    fair: Floats,
    *,
    adds_up: bool,
) -> pl.DataFrame:
    low, high = interval
    alone = 1 << np.arange(len(names))
    least, most = shapley_range(low, high, adds_up=adds_up)
    return pl.DataFrame(
        {
            "jurisdiction_id": names,
            "alone_low": low[alone],
            "alone_high": high[alone],
            "fair_share": fair,
            "fair_low": least,
            "fair_high": most,
            "steady_share": steady_split(low, float(low[-1]), fair).shares,
            "at_home": _at_home(problem, names, worths[len(low) - 1]),
        }
    )


def _at_home(problem: Problem, names: list[str], worth: Worth) -> list[float]:
    """What the plan of all averts at the sites of each; transport and processing are nobody's home."""
    part = part_of(problem, _mask(problem, names, (1 << len(names)) - 1)).problem
    danger = danger_over_time(part, left_share(part, worth.flow))
    averted = (danger[:, :1] - danger) @ part.periods.weights_years(part.discount_per_year)
    owner = np.full(len(part.origins.ids), -1)
    owner[part.pools.origin] = part.pools.jurisdiction
    return [float(averted[owner == part.jurisdictions.index(name)].sum()) for name in names]


def _leaving(names: list[str], low: Floats, high: Floats, fair: Floats) -> pl.DataFrame:
    """Groups to which the fair split gives less than they are worth, or may give less; the surest first."""
    groups = np.arange(1, len(low) - 1)
    share = ((groups[:, None] >> np.arange(len(names))) & 1) @ fair
    missing, at_most = low[groups] - share, high[groups] - share
    wanting = np.nonzero(at_most > _slack(low))[0]
    order = wanting[np.lexsort((groups[wanting], -at_most[wanting], -missing[wanting]))]
    return pl.DataFrame(
        {
            "coalition": [_named(names, int(group)) for group in groups[order]],
            "fair_share": share[order],
            "averted_low": low[groups[order]],
            "averted_high": high[groups[order]],
            "missing_low": missing[order],
            "missing_high": at_most[order],
            "leaves": [YES if missing[index] > _slack(low) else OPEN for index in order],
        },
        schema_overrides={"coalition": pl.String, "leaves": pl.String},
    )


def _verdicts(names: list[str], low: Floats, high: Floats, leaving: pl.DataFrame) -> list[Verdict]:
    alone = 1 << np.arange(len(names))
    gain = max(low[-1] - high[alone].sum(), 0.0), max(high[-1] - low[alone].sum(), 0.0)
    told: list[Verdict] = [
        (
            "cooperation_gain",
            {
                "averted_low": _short(low[-1]),
                "averted_high": _short(high[-1]),
                "gain_low": _short(gain[0]),
                "gain_high": _short(gain[1]),
            },
        )
    ]
    sure = leaving.filter(pl.col("leaves") == YES)
    if len(sure):
        told.append(("fair_split_left", {"group": sure["coalition"][0], "missing": _short(sure["missing_low"][0])}))
    elif len(leaving):
        told.append(("fair_split_open", {"count": len(leaving), "group": leaving["coalition"][0]}))
    else:
        told.append(("fair_split_holds", {}))
    return [*told, _core_verdict(names, low, high)]


def _core_verdict(names: list[str], low: Floats, high: Floats) -> Verdict:
    """Whether some split keeps every group: surely, surely not, or not to be told from the intervals."""
    flat = np.zeros(len(names))
    if not steady_split(high, float(low[-1]), flat).groups:
        return "core_holds", {}
    best = steady_split(low, float(high[-1]), flat)
    if not best.groups:
        return "core_open", {}
    groups = ", ".join(_named(names, group) for group in best.groups)
    return "core_empty", {"groups": groups, "missing": _short(best.missing)}


def _short(figure: float) -> float:
    return float(f"{figure:.3g}")
