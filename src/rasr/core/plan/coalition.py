"""What a group of jurisdictions can do together without the others: their stock, their lines, their money.

Of a fund for several, a group has its members' equal shares and may spend them on any of them. Pools of others at the
same site stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from rasr.core.plan.curves import Curves, Floats, Ints, pad, resample
from rasr.core.plan.problem import Arcs, Flow, Gates, Limits, Lines, Origins, Pools, Problem, Purses, Rates
from rasr.core.plan.works import Works

Mask = np.ndarray
Rows = TypeVar("Rows", Pools, Lines, Rates, Arcs, Gates, Works)


@dataclass(frozen=True)
class Part:
    """The problem of a group, and where its arcs, rates, gates and purses stand in the problem it was cut from."""

    problem: Problem
    arcs: Ints
    rates: Ints
    gates: Ints
    purses: Ints


def part_of(problem: Problem, members: Mask) -> Part:
    """The problem of a group. members: (jurisdictions,) who is in it."""
    pools, lines, rates, arcs, gates = problem.pools, problem.lines, problem.rates, problem.arcs, problem.gates
    own_pools = _of(pools.jurisdiction, members)
    own_lines = _of(lines.jurisdiction, members)
    own_rates = own_lines[rates.line]
    own_arcs = own_pools[arcs.pool] & own_lines[arcs.line]
    own_gates = np.zeros(len(gates.ids), dtype=bool)
    for gate in (lines.gate[own_lines], arcs.gate[own_arcs]):
        own_gates[gate[gate >= 0]] = True
    own_works = members[gates.payer[problem.works.gate]]
    own_gates[problem.works.gate[own_works]] = True
    own_origins = np.zeros(len(problem.origins.ids), dtype=bool)
    own_origins[pools.origin[own_pools]] = True
    own_purses = members[problem.purses.jurisdiction]
    purses, limits = _money(problem, members, own_purses)
    pool, line, origin, gate = (_renumber(own) for own in (own_pools, own_lines, own_origins, own_gates))
    cut = replace(
        problem,
        pools=_cut(pools, own_pools, origin=origin),
        origins=_origins(problem, own_pools, own_origins),
        lines=_cut(lines, own_lines, gate=gate),
        rates=_cut(rates, own_rates, line=line),
        arcs=_cut(arcs, own_arcs, pool=pool, line=line, gate=gate),
        gates=_cut(gates, own_gates),
        works=_cut(problem.works, own_works, gate=gate, origin=origin),
        purses=purses,
        limits=limits,
        outload_kg_per_day=problem.outload_kg_per_day[own_origins],
        arcs_possible=int(own_arcs.sum()),
    )
    return Part(cut, *(np.nonzero(own)[0] for own in (own_arcs, own_rates, own_gates, own_purses)))


def lifted(part: Part, whole: Problem, flow: Flow) -> Flow:
    """A group's plan as a plan of the problem it was cut from, in which all others do nothing."""
    plan = Flow.nothing(whole)
    plan.shipped_kg[part.arcs], plan.processed_kg[part.rates] = flow.shipped_kg, flow.processed_kg
    plan.open[part.gates], plan.paid_eur[part.purses] = flow.open, flow.paid_eur
    return plan


def lowered(part: Part, plans: list[Flow]) -> Flow:
    """Plans of the whole problem, of groups with no member in common, as one plan of the group they make up."""
    shipped, processed, opened, paid = (
        np.sum([getattr(plan, name) for plan in plans], axis=0)
        for name in ("shipped_kg", "processed_kg", "open", "paid_eur")
    )
    return Flow(shipped[part.arcs], processed[part.rates], np.minimum(opened[part.gates], 1.0), paid[part.purses])


def each_its_own_sites(problem: Problem) -> bool:
    """Whether no site holds stock of two jurisdictions: only then what two groups avert adds up."""
    pairs = np.unique(np.stack([problem.pools.origin, problem.pools.jurisdiction]), axis=1)
    return bool(len(np.unique(pairs[0])) == pairs.shape[1])


def _cut(rows: Rows, own: Mask, **numbers: Ints) -> Rows:
    """The rows that are the group's own. numbers: the new number of each old one, for columns that point elsewhere."""
    kept: dict[str, Any] = {}
    for column in fields(rows):
        values = getattr(rows, column.name)
        kept[column.name] = _named(values, own) if isinstance(values, list) else values[own]
    return replace(rows, **kept | {name: new[kept[name]] for name, new in numbers.items()})


def _of(jurisdiction: Ints, members: Mask) -> Mask:
    return np.asarray(members[jurisdiction] & (jurisdiction >= 0))


def _named(names: list[str], own: Mask) -> list[str]:
    return [name for name, mine in zip(names, own, strict=True) if mine]


def _renumber(own: Mask) -> Ints:
    """New number of each entry, -1 where it is left out; the last entry is what -1 stands for."""
    return np.append(np.where(own, np.cumsum(own) - 1, -1), -1).astype(np.int64)


def _origins(problem: Problem, own_pools: Mask, own_origins: Mask) -> Origins:
    """The group's origins; where others have stock too, theirs is part of what stays."""
    origins, pools = problem.origins, problem.pools
    planned = np.zeros(len(origins.ids))
    np.add.at(planned, pools.origin[own_pools], pools.neq_kg[own_pools])
    base = origins.base_neq_kg + origins.planned_neq_kg - planned
    own = np.nonzero(own_origins)[0]
    shared = origins.planned_neq_kg[own] - planned[own] > 1e-9 * origins.planned_neq_kg[own]
    whole = origins.curves
    curves: Curves = Curves(whole.share[own], whole.fatalities_per_year[own], whole.low[own], whole.high[own])
    if shared.any():
        curves = pad([_curve(origins, int(index), base[index], planned[index]) for index in own])
    else:
        base, planned = origins.base_neq_kg, origins.planned_neq_kg  # to the last bit
    return Origins(_named(origins.ids, own_origins), origins.jurisdiction[own], base[own], planned[own], curves)


def _curve(origins: Origins, index: int, base_neq_kg: float, planned_neq_kg: float) -> Floats:
    curves = origins.curves
    neq_kg = origins.base_neq_kg[index] + curves.share[index] * origins.planned_neq_kg[index]
    rows = curves.fatalities_per_year[index], curves.low[index], curves.high[index]
    return resample(base_neq_kg, planned_neq_kg, np.array([neq_kg, *rows]))


def _money(problem: Problem, members: Mask, own: Mask) -> tuple[Purses, Limits]:
    """Purses of the members; of each limit they have the share of its payees that they are."""
    purses, limits = problem.purses, problem.limits
    payees = np.unique(np.stack([purses.limit, purses.jurisdiction]), axis=1)
    count = np.bincount(payees[0], minlength=len(limits.amount_eur))
    ours = np.bincount(payees[0][members[payees[1]]], minlength=len(limits.amount_eur))
    used = ours > 0
    number = _renumber(used)
    share = ours[used] / count[used]
    cut = Purses(
        purses.fund[own], purses.jurisdiction[own], purses.activity[own], number[purses.limit[own]], purses.open[own]
    )
    return cut, Limits(limits.amount_eur[used] * share, limits.carry_over[used], limits.open[used])
