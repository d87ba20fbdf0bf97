"""What a group is worth, what a fair split is, and whether anybody would rather leave: games with intervals.

A group is a number whose bits are its members. ``low`` and ``high`` hold, for each of the 2^n groups, between what its
worth lies: what a plan shows, and what the bound allows.

>>> shapley(np.array([0.0, 0, 0, 1, 0, 1, 0, 1])).round(3).tolist()  # a left glove and two right ones
[0.667, 0.167, 0.167]
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import highspy
import numpy as np
import scipy.sparse as sp

from rasr.core.basis.highs import highs_with
from rasr.core.plan.curves import Floats, Ints

INF = np.inf
YES, OPEN, NO = "yes", "not_distinguishable", "no"
"""What intervals say of a question."""
ROUNDING = 1e-7
"""A share of the worth of all below which a difference is the solver's tolerance."""


def splits(group: int) -> list[int]:
    """One side of each way to cut a group in two: the side that holds its lowest member."""
    first = group & -group
    rest = group ^ first
    found, side = [], rest
    while side:
        side = (side - 1) & rest
        found.append(first | side)
    return found


def by_size(players: int) -> list[list[int]]:
    """Every group, by the number of its members, from one up."""
    groups = range(1, 1 << players)
    return [[group for group in groups if group.bit_count() == size] for size in range(1, players + 1)]


def best_split(worth: Floats, group: int) -> tuple[float, int]:
    """The most two parts of a group are worth, and one of them; the group itself must have two members."""
    sides = np.array(splits(group))
    sums = worth[sides] + worth[group ^ sides]
    best = int(sums.argmax())
    return float(sums[best]), int(sides[best])


def closed(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The intervals as far as they follow from each other where a union is never worth less than its parts.

    low[S] is at least low[A] + low[S - A]; high[S] at most high[T] - low[T - S] for every T that holds S.
    """
    players = (len(low) - 1).bit_length()
    low, high = low.copy(), high.copy()
    sizes = by_size(players)
    for groups in sizes[1:]:
        for group in groups:
            low[group] = max(low[group], best_split(low, group)[0])
    for groups in reversed(sizes[1:]):
        for group in groups:
            sides = np.array(splits(group))
            for side in (sides, group ^ sides):
                high[side] = np.minimum(high[side], high[group] - low[group ^ side])
    return low, np.maximum(high, low)


def parts_high(high: Floats) -> Floats:
    """(groups,) the most that any way to part a group could be worth; of one alone, nothing."""
    players = (len(high) - 1).bit_length()
    most, apart = high.copy(), np.zeros(len(high))
    for groups in by_size(players)[1:]:
        for group in groups:
            apart[group] = best_split(most, group)[0]
            most[group] = max(most[group], apart[group])
    return apart


def weights(players: int) -> Floats:
    """(size,) weight of the groups of a size that a player may join, in the Shapley value."""
    every = factorial(players)
    return np.array([factorial(size) * factorial(players - size - 1) / every for size in range(players)])


def _joins(players: int) -> tuple[Ints, Floats]:
    """(players, groups without the player) those groups, and their weights."""
    every = np.arange(1 << players)
    without = np.array([every[(every >> player) & 1 == 0] for player in range(players)])
    return without, weights(players)[np.bitwise_count(without)]


def shapley(worth: Floats) -> Floats:
    """(players,) Shapley's split: what each adds, on average over all orders of joining."""
    players = (len(worth) - 1).bit_length()
    without, weight = _joins(players)
    joined = without | (1 << np.arange(players))[:, None]
    return np.asarray((weight * (worth[joined] - worth[without])).sum(axis=1))


def shapley_range(low: Floats, high: Floats, *, adds_up: bool) -> tuple[Floats, Floats]:
    """(players,) between what Shapley's split lies, whatever the worths within their intervals.

    adds_up: a union is never worth less than its parts, so that nobody adds less than what it is worth alone.
    """
    players = (len(low) - 1).bit_length()
    without, weight = _joins(players)
    alone = 1 << np.arange(players)
    joined = without | alone[:, None]
    least, most = low[joined] - high[without], high[joined] - low[without]
    if adds_up:
        least = np.maximum(least, low[alone][:, None])
    return (weight * least).sum(axis=1), (weight * most).sum(axis=1)


@dataclass(frozen=True)
class Split:
    """A split of what all are worth. missing: what the group worst off lacks of its own worth; none below 0.

    groups: where something is missing, the groups (and weights) that prove that no split can do better.
    """

    shares: Floats
    missing: float
    groups: dict[int, float]


def steady_split(worth: Floats, total: float, wanted: Floats) -> Split:
    """The split of ``total`` that leaves the group worst off as well off as can be, and then is nearest to ``wanted``.

    Nearest by the sum of differences. Where nothing is missing it lies in the core: no group would rather leave.
    """
    players = len(wanted)
    groups = np.arange(1, (1 << players) - 1)
    member = ((groups[:, None] >> np.arange(players)) & 1).astype(np.float64)
    missing, dual = _least_missing(member, worth[groups], total)
    slack = ROUNDING * max(abs(total), float(np.abs(worth).max()))
    missing = missing if missing > slack else 0.0
    shares = _nearest(member, worth[groups] - missing - slack, total, wanted)
    proof = {int(group): float(weight) for group, weight in zip(groups, dual, strict=True) if weight > ROUNDING}
    return Split(shares, missing, proof if missing else {})


def _least_missing(member: Floats, worth: Floats, total: float) -> tuple[float, Floats]:
    """Least e with x(S) + e >= worth(S) for some x that adds up to the total; weights of the groups that bind."""
    count, players = member.shape
    scale = max(abs(total), float(np.abs(worth).max(initial=0.0))) or 1.0
    matrix = sp.csr_matrix(np.block([[member, np.ones((count, 1))], [np.ones((1, players)), np.zeros((1, 1))]]))
    cost = np.append(np.zeros(players), 1.0)
    free = np.full(players + 1, INF)
    sides = np.append(worth, total) / scale, np.append(np.full(count, INF), total / scale)
    solver = _solved(cost, (-free, free), matrix, sides)
    found = solver.getSolution()
    return float(found.col_value[players]) * scale, np.array(found.row_dual)[:count]


def _nearest(member: Floats, floor: Floats, total: float, wanted: Floats) -> Floats:
    """The x that adds up to the total, gives each group its floor, and has the least sum of |x - wanted|."""
    count, players = member.shape
    scale = max(abs(total), float(np.abs(floor).max(initial=0.0))) or 1.0
    unit, none = np.eye(players), np.zeros((count, players))
    matrix = sp.csr_matrix(
        np.block([[member, none], [np.ones((1, players)), np.zeros((1, players))], [unit, unit], [unit, -unit]])
    )
    cost = np.append(np.zeros(players), np.ones(players))
    lower = np.append(np.full(players, -INF), np.zeros(players))
    sides = (
        np.concatenate([floor, [total], wanted, np.full(players, -INF * 1.0)]) / scale,
        np.concatenate([np.full(count, INF), [total], np.full(players, INF), wanted]) / scale,
    )
    solver = _solved(cost, (lower, np.full(2 * players, INF)), matrix, sides)
    return np.array(solver.getSolution().col_value)[:players] * scale


def _solved(
    objective: Floats, bounds: tuple[Floats, Floats], matrix: sp.csr_matrix, sides: tuple[Floats, Floats]
) -> highspy.Highs:
    solver = highs_with(objective, bounds, matrix, sides, {"solver": "simplex"})
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, solver.getModelStatus()
    return solver
