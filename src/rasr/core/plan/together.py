"""Together and alone: the union of what each jurisdiction can do by itself is where the joint plan starts from."""

from __future__ import annotations

import numpy as np

from rasr.core.plan.curves import Floats
from rasr.core.plan.problem import Flow, Problem


def in_joint(alone: Problem, joint: Problem, flow: Flow) -> Flow:
    """The union of the alone plans as a plan of the joint problem.

    Both problems are built from the same region, so pools, lines, rates and gates are the same; arcs are matched by
    pool and line, purses by fund, jurisdiction and activity (the shares of a shared fund fall together again).
    """
    arc = {pair: index for index, pair in enumerate(zip(joint.arcs.pool, joint.arcs.line, strict=True))}
    purse = {key: index for index, key in enumerate(_purse_keys(joint))}
    shipped = np.zeros((len(joint.arcs.pool), joint.count))
    shipped[[arc[pair] for pair in zip(alone.arcs.pool, alone.arcs.line, strict=True)]] = flow.shipped_kg
    paid = np.zeros((len(joint.purses.fund), joint.count))
    np.add.at(paid, [purse[key] for key in _purse_keys(alone)], flow.paid_eur)
    return Flow(shipped, flow.processed_kg, flow.open, paid)


def _purse_keys(problem: Problem) -> list[tuple[int, int, int]]:
    purses = problem.purses
    return list(zip(purses.fund.tolist(), purses.jurisdiction.tolist(), purses.activity.tolist(), strict=True))


def by_jurisdiction(problem: Problem, by_origin: Floats) -> Floats:
    """(jurisdictions, ...) sums of a figure by origin; origins of no known jurisdiction are left out."""
    totals = np.zeros((len(problem.jurisdictions), *by_origin.shape[1:]))
    known = problem.origins.jurisdiction >= 0
    np.add.at(totals, problem.origins.jurisdiction[known], by_origin[known])
    return totals
