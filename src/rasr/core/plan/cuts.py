"""Cuts that close the gap at the root: what every plan obeys and the linear programme does not see by itself.

*Polymatroid cuts.* The concave part of an origin's danger is a concave function of a sum over its pools, hence a
submodular function of the set of pools left; its convex envelope is known (Lovasz, Edmonds): for any order of the
pools, theta >= sum of (F(A_i) - F(A_(i-1))) r_i, with A_i the NEQ share of the first i. The most violated one
sorts the pools by what is left of them.

*Linking cuts.* What has gone through a gate by period t is no more than the pool, and nothing unless it is open:
sum up to t of y <= min(S, what the line can take by then) g[i,t], pool by pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.curves import Curves, Floats, Ints
from rasr.core.plan.model import INF, Model, Rows, Terms

VIOLATED_SHARE = 1e-7
"""A polymatroid cut is worth adding if it moves the objective by more than this share of it."""
VIOLATED_GATE = 0.005
"""A linking cut is worth adding if it is broken by more than this share of its right-hand side."""


@dataclass(frozen=True)
class _Order:
    """Pools of dangerous origins, sorted within each origin; start: whether an entry is the first of its origin."""

    pool: Ints
    origin: Ints
    low: Floats
    high: Floats


def _ordered(model: Model, first: Floats) -> _Order:
    """Pools by origin, those with the largest ``first`` in front, with the NEQ share before and after each."""
    problem = model.problem
    pools = np.nonzero(model.dangerous[problem.pools.origin] & (problem.pools.neq_kg > 0))[0]
    pools = pools[np.lexsort((pools, -first[pools], problem.pools.origin[pools]))]
    origin = problem.pools.origin[pools]
    share = problem.pools.neq_kg[pools] / problem.origins.planned_neq_kg[origin]
    running = np.cumsum(share)
    begins = np.concatenate([[True], origin[1:] != origin[:-1]]) if len(origin) else np.zeros(0, dtype=bool)
    before = np.repeat((running - share)[begins], np.diff(np.append(np.nonzero(begins)[0], len(origin))))
    return _Order(pools, origin, running - share - before, running - before)


def _rise(model: Model, order: _Order) -> Floats:
    """F(A_i) - F(A_(i-1)) of the concave part, for each entry of an order."""
    curves: Curves = model.problem.origins.curves
    concave = model.parts[0]
    return np.asarray(curves.at(order.origin, order.high, concave) - curves.at(order.origin, order.low, concave))


def danger_cuts(model: Model, orders: Floats, values: Floats | None) -> Rows:
    """Polymatroid cuts for every origin and period.

    orders: (pools, periods), the larger the earlier in the order. values: columns of the current solution, to give
    only cuts it breaks; None gives all.
    """
    problem = model.problem
    row = np.arange(len(problem.origins.ids) * problem.count, dtype=np.int64).reshape(-1, problem.count)
    terms = Terms("danger_cut", np.zeros(row.shape), np.full(row.shape, INF))
    total = float(model.weight.sum()) or 1.0
    for period in range(problem.count):
        order = _ordered(model, orders[:, period])
        rise = _rise(model, order)
        wanted = model.dangerous.copy()
        if values is not None:
            height = np.zeros(len(problem.origins.ids))
            np.add.at(height, order.origin, rise * values[model.left[order.pool, period]])
            theta = np.where(wanted, values[model.concave[:, period]], 0.0)
            wanted &= (height - theta) * model.weight[:, period] > VIOLATED_SHARE * total
        kept = wanted[order.origin]
        terms.add(row[order.origin[kept], period], model.left[order.pool[kept], period], -rise[kept])
        there = np.nonzero(wanted)[0]
        terms.add(row[there, period], model.concave[there, period], 1.0)
    return terms.done()


def gate_cuts(model: Model, values: Floats) -> Rows:
    """Linking cuts that the current solution breaks."""
    problem, arcs = model.problem, model.problem.arcs
    of_line = problem.lines.gate[arcs.line]
    arc = np.concatenate([np.nonzero(of_line >= 0)[0], np.nonzero(arcs.gate >= 0)[0]])
    gate = np.concatenate([of_line[of_line >= 0], arcs.gate[arcs.gate >= 0]])
    if not len(arc):
        return Terms("gate_cut", np.zeros(0), np.zeros(0)).done()
    pairs, pair = np.unique(np.stack([arcs.pool[arc], gate]), axis=1, return_inverse=True)
    pair = pair.ravel()
    by_then = np.zeros((pairs.shape[1], problem.count))
    shipped = np.where(model.shipped >= 0, values[model.shipped], 0.0)
    np.add.at(by_then, pair, np.cumsum(shipped, axis=1)[arc])
    bound = _reach_tonne(model, pairs, arc, pair)
    broken = by_then - bound * values[model.gate[pairs[1]]] > VIOLATED_GATE * bound
    number = np.where(broken, np.cumsum(broken).reshape(broken.shape) - 1, -1)
    terms = Terms("gate_cut", np.full(int(broken.sum()), -INF), np.zeros(int(broken.sum())))
    for period in range(problem.count):
        for earlier in range(period + 1):
            terms.add(number[pair, period], model.shipped[arc, earlier], 1.0)
        terms.add(number[:, period], model.gate[pairs[1], period], -bound[:, period])
    return terms.done()


def _reach_tonne(model: Model, pairs: Ints, arc: Ints, pair: Ints) -> Floats:
    """(pairs, periods) most of a pool that can have gone through a gate by the end of a period, in tonnes."""
    problem, arcs, rates = model.problem, model.problem.arcs, model.problem.rates
    daily = np.zeros((len(problem.lines.ids), len(problem.families)))
    np.add.at(daily, (rates.line, rates.family), rates.capacity_kg_per_day)
    period_tonne = daily[arcs.line, problem.pools.family[arcs.pool]] * problem.working_days / KG_PER_TONNE
    reach = np.zeros((pairs.shape[1], problem.count))
    np.add.at(reach, pair, np.cumsum(arcs.open[arc] * period_tonne[arc][:, None], axis=1))
    return np.asarray(np.minimum(reach, problem.pools.mass_kg[pairs[0]][:, None] / KG_PER_TONNE))
