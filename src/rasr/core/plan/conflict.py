"""When no plan exists: a smallest set of rules that cannot hold together, so that dropping any one of them would help.

Rules are deadlines, machine time, limits of lines, loading limits and what must be paid. Rules are first enforced only
where a plan that may break any of them at a price breaks them, until none is left (elastic filter, Chinneck 1997);
halving what was enforced then finds a set that conflicts and of which no part does (QuickXplain, Junker 2004).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.diagnose import AMPLE, BROKEN, PRICES, Conflict, place_of, relaxed, unreachable
from rasr.core.plan.highs import Answer, Programme
from rasr.core.plan.model import Model, Rows
from rasr.core.plan.problem import Problem

SHOWN = 12
"""Rules of a set that are named; the others are counted."""


def smallest(problem: Problem) -> list[Conflict]:
    """The rules of an irreducible set that conflicts, deadlines first; empty where they can all be met.

    Empty too where some pool has no way at all in time (``unreachable``): that is a conflict by itself.
    """
    if len(unreachable(problem)):
        return []
    rules = _Rules(Model(problem))
    for whole in (False, True):
        enforced = rules.enforced(whole=whole)
        if enforced == []:  # what was decided by hand cannot be, whatever else is given up
            return []
        if enforced is not None:
            found = sorted(_explained(rules, [], [], enforced, whole=whole))
            named = [rules.named(rule) for rule in found[:SHOWN]]
            more = len(found) - SHOWN
            return [*named, Conflict("rule_more", {"count": more})] if more > 0 else named
    return []


def _explained(
    rules: _Rules, background: Sequence[int], added: Sequence[int], candidates: Sequence[int], *, whole: bool
) -> list[int]:
    """Of the candidates, an irreducible set that conflicts with the background (which ``added`` has just joined)."""
    if added and not rules.hold(background, whole=whole):
        return []
    if len(candidates) == 1:
        return list(candidates)
    middle = len(candidates) // 2
    front, back = candidates[:middle], candidates[middle:]
    of_back = _explained(rules, [*background, *front], front, back, whole=whole)
    of_front = _explained(rules, [*background, *of_back], of_back, front, whole=whole)
    return [*of_front, *of_back]


class _Rules:
    """Every rule as a switch of one programme: a rule that is off may be broken at will."""

    def __init__(self, model: Model) -> None:
        self.model = model
        families = model.rows()
        self.breakable = [family for family in families if family.name in PRICES]
        first = np.cumsum([model.count] + [family.count for family in self.breakable])
        self.pools = np.nonzero(model.problem.pools.deadline >= 0)[0]
        self.spare = np.arange(model.count, int(first[-1]), dtype=np.int64)
        price = np.concatenate([np.full(family.count, PRICES[family.name]) for family in self.breakable])
        late = np.zeros(model.count)
        late[self.due(self.pools)] = 1.0
        self.cost = np.concatenate([late, price])
        upper = model.upper.copy()
        upper[model.processed[model.processed >= 0]] = AMPLE
        upper[self.due(self.pools)] = 1.0
        self.programme = Programme(
            self.cost,
            np.concatenate([model.lower, np.zeros(len(price))]),
            np.concatenate([upper, np.full(len(price), AMPLE)]),
            [family for family in families if family.name not in PRICES]
            + [relaxed(family, int(start)) for family, start in zip(self.breakable, first, strict=False)],
        )

    def due(self, pools: Ints) -> Ints:
        """Columns that must be 0 for the deadlines of the pools to be met."""
        problem = self.model.problem
        late = np.arange(problem.count)[None] >= problem.pools.deadline[pools][:, None]
        return np.asarray(self.model.left[pools][late])

    @property
    def count(self) -> int:
        """How many rules there are: deadlines, then rows."""
        return len(self.pools) + len(self.spare)

    def enforced(self, *, whole: bool) -> list[int] | None:
        """Rules that cannot hold together, the first to be broken first; None where all of them can."""
        on: list[int] = []
        while len(on) < self.count:
            answer = self._solve(on, whole=whole)
            if answer.status != "optimal":
                return on
            broken = [rule for rule in self._broken(answer.columns) if rule not in set(on)]
            if not broken:
                return None
            on += broken
        return on if self._solve(on, whole=whole).status != "optimal" else None

    def hold(self, rules: Sequence[int], *, whole: bool) -> bool:
        """Whether these rules can hold together."""
        return self._solve(rules, whole=whole).status == "optimal"

    def _solve(self, on: Sequence[int], *, whole: bool) -> Answer:
        held = np.zeros(self.count, dtype=bool)
        held[list(on)] = True
        deadlines, rows = held[: len(self.pools)], held[len(self.pools) :]
        for state in (True, False):
            columns = self.due(self.pools[deadlines == state])
            self._limit(columns, 0.0 if state else 1.0)
            self._limit(self.spare[rows == state], 0.0 if state else AMPLE)
        return self.programme.solve_whole(self.model.gate.ravel()) if whole else self.programme.solve("dual")

    def _limit(self, columns: Ints, most: float) -> None:
        self.programme.set_bounds(columns, np.zeros(len(columns)), np.full(len(columns), most))

    def _broken(self, columns: Floats) -> list[int]:
        late = [columns[self.due(self.pools[[index]])].max() for index in range(len(self.pools))]
        by = np.concatenate([np.array(late), columns[self.spare]])
        return [int(rule) for rule in np.nonzero(by > BROKEN)[0]]

    def named(self, rule: int) -> Conflict:
        """The rule as a code and what its sentence names."""
        problem = self.model.problem
        if rule < len(self.pools):
            pool = self.pools[rule]
            return Conflict(
                "rule_deadline",
                {"pool": problem.pools.ids[pool], "period": int(problem.pools.deadline[pool]) + 1},
            )
        family, row = self._row(rule - len(self.pools))
        return Conflict(f"rule_{family.name}", place_of(problem, family, row))

    def _row(self, number: int) -> tuple[Rows, int]:
        for family in self.breakable:
            if number < family.count:
                return family, number
            number -= family.count
        raise AssertionError(number)
