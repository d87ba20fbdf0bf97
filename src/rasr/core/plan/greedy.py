"""What a planner does with a spreadsheet: most danger per euro first, the cheapest way, while money lasts.

Stock with a deadline goes first. Corridors are opened when they are first needed and there is money; proposed lines
either never or all as soon as they may be: the better of the two is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.curves import Floats
from rasr.core.plan.problem import PROCESSING, TRANSPORT, Flow, Problem, fatalities

LEAST_KG = 1.0
"""Less is not sent."""
HALVINGS = 20
"""How finely what can be paid for is found: to a millionth of what could be sent."""


class Way(NamedTuple):
    """A pool's arc with a rate of its line."""

    eur_per_kg: float
    arc: int
    rate: int


def greedy_plan(problem: Problem) -> Flow:
    """The better of the two greedy plans by expected fatalities. Deadlines may be missed."""
    plans = [_Spreadsheet(problem).filled(lines_open=lines_open) for lines_open in (False, True)]
    return min(plans, key=lambda plan: sum(fatalities(problem, plan)))


@dataclass
class _Purse:
    """What is left of the money, and who may be asked for it."""

    problem: Problem
    left_eur: Floats

    @classmethod
    def full(cls, problem: Problem) -> _Purse:
        """left_eur: (limits, periods); one with carry-over keeps its amount in the first period's place."""
        return cls(problem, np.where(problem.limits.open, problem.limits.amount_eur[:, None], 0.0))

    def pay(self, due: list[tuple[int, int, int, float]], paid_eur: Floats) -> bool:
        """Pay all of it (jurisdiction, activity, period, EUR) or nothing; what lapses is spent first."""
        left, purses, limits = self.left_eur.copy(), self.problem.purses, self.problem.limits
        drawn: list[tuple[int, int, float]] = []
        for jurisdiction, activity, period, amount_eur in due:
            may = (purses.jurisdiction == jurisdiction) & (purses.activity == activity) & purses.open[:, period]
            asked = np.nonzero(may)[0]
            rest_eur = amount_eur
            for purse in asked[np.argsort(limits.carry_over[purses.limit[asked]], kind="stable")]:
                limit = purses.limit[purse]
                here = slice(None) if limits.carry_over[limit] else slice(period, period + 1)
                part_eur = min(rest_eur, left[limit, here].max())
                left[limit, here] -= part_eur
                rest_eur -= part_eur
                drawn.append((int(purse), period, float(part_eur)))
                if rest_eur <= 0:
                    break
            if rest_eur > 1e-9 * amount_eur:
                return False
        self.left_eur = left
        for purse, period, part_eur in drawn:
            paid_eur[purse, period] += part_eur
        return True


class _Spreadsheet:
    """The plan as it is filled in, and what is left of stock, machine time, loading and money."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.plan, self.purse = problem, Flow.nothing(problem), _Purse.full(problem)
        self.stock_kg = problem.pools.mass_kg.copy()
        lines, origins = len(problem.lines.ids), len(problem.origins.ids)
        self.days = np.full((lines, len(problem.techniques), problem.count), problem.working_days)
        limit = problem.lines.neq_limit_kg_per_day * problem.working_days
        self.line_neq_kg = np.repeat(limit[:, None], problem.count, axis=1).reshape(lines, problem.count)
        load = problem.outload_kg_per_day * problem.working_days
        self.outload_kg = np.repeat(load[:, None], problem.count, axis=1).reshape(origins, problem.count)
        self.ways = self._ways()

    def _ways(self) -> list[list[Way]]:
        """For each pool, where it may go and how, the cheapest first."""
        arcs, rates, pools = self.problem.arcs, self.problem.rates, self.problem.pools
        found: list[list[Way]] = [[] for _ in pools.ids]
        by_line: dict[tuple[int, int], list[int]] = {}
        for rate, key in enumerate(zip(rates.line.tolist(), rates.family.tolist(), strict=True)):
            by_line.setdefault(key, []).append(rate)
        for arc, (pool, line) in enumerate(zip(arcs.pool.tolist(), arcs.line.tolist(), strict=True)):
            for rate in by_line.get((line, int(pools.family[pool])), []):
                price = arcs.cost_eur_per_tonne[arc] + rates.cost_eur_per_tonne[rate]
                found[pool].append(Way(float(price) / KG_PER_TONNE, arc, rate))
        return [sorted(ways) for ways in found]

    def order(self) -> list[int]:
        """Pools with a deadline, the soonest first; then sites by danger per euro, in each the most NEQ per euro."""
        pools, curves = self.problem.pools, self.problem.origins.curves.fatalities_per_year
        cost_eur = np.array(
            [ways[0].eur_per_kg * mass if ways else 0.0 for ways, mass in zip(self.ways, pools.mass_kg, strict=True)]
        )
        site_eur = np.bincount(pools.origin, cost_eur, len(curves))
        removable = curves[:, -1] - curves[:, 0]
        worth = removable[pools.origin] / np.maximum(site_eur[pools.origin], 1.0)
        density = pools.neq_kg / np.maximum(cost_eur, 1.0)
        due = np.where(pools.deadline >= 0, pools.deadline, self.problem.count)
        order = np.lexsort((-density, pools.origin, -worth, due))
        wanted = (removable[pools.origin] > 0) & (pools.neq_kg > 0) | (pools.deadline >= 0)
        self.worth = np.where(pools.deadline >= 0, np.inf, worth)
        return [int(pool) for pool in order if wanted[pool] and self.ways[pool]]

    def works(self) -> list[tuple[float, int]]:
        """Security works by danger per euro, the most first."""
        works, gates = self.problem.works, self.problem.gates
        worth = works.fatalities_per_year / np.maximum(gates.opening_cost_eur[works.gate], 1.0)
        return sorted(((float(each), number) for number, each in enumerate(worth) if each > 0), reverse=True)

    def _do_works(self, waiting: list[tuple[float, int]], least: float, period: int) -> None:
        """Do the works that are worth at least so much per euro, where the site has none and there is money."""
        works, opened = self.problem.works, self.plan.open
        while waiting and waiting[0][0] >= least:
            _, number = waiting.pop(0)
            if not opened[works.gate[works.site == works.site[number]]].any():
                self._opened(int(works.gate[number]), period)

    def filled(self, *, lines_open: bool) -> Flow:
        """The plan, period by period."""
        order = self.order()
        for period in range(self.problem.count):
            if lines_open:
                for gate, kind in enumerate(self.problem.gates.kind):
                    if kind == "line":
                        self._opened(gate, period)
            waiting = self.works()
            for pool in order:
                self._do_works(waiting, self.worth[pool], period)
                for way in self.ways[pool]:
                    if self.stock_kg[pool] < LEAST_KG:
                        break
                    self._send(pool, way, period)
            self._do_works(waiting, 0.0, period)
        return self.plan

    def _opened(self, gate: int, period: int) -> bool:
        """Whether the gate is open in the period, opened now if it may be and there is money until the end."""
        gates, plan = self.problem.gates, self.plan
        if gate < 0 or plan.open[gate, period]:
            return True
        if not gates.window[gate, : period + 1].any():
            return False
        fixed_eur = gates.fixed_eur_per_year[gate] * self.problem.periods.years * gates.window[gate]
        activity = int(gates.activity[gate])
        due = [(int(gates.payer[gate]), activity, period, float(gates.opening_cost_eur[gate] + fixed_eur[period]))]
        due += [
            (int(gates.payer[gate]), activity, later, float(fixed_eur[later]))
            for later in range(period + 1, self.problem.count)
        ]
        if not self.purse.pay([part for part in due if part[3] > 0], plan.paid_eur):
            return False
        plan.open[gate, period:] = 1.0
        return True

    def _send(self, pool: int, way: Way, period: int) -> None:
        """Send and process as much of a pool this way as stock, machine, limits and money allow."""
        problem, arcs, rates, pools = self.problem, self.problem.arcs, self.problem.rates, self.problem.pools
        line, technique = int(rates.line[way.rate]), int(rates.technique[way.rate])
        line_gate, origin = int(problem.lines.gate[line]), int(pools.origin[pool])
        if not arcs.open[way.arc, period] or (line_gate >= 0 and not self.plan.open[line_gate, period]):
            return
        density = pools.all_neq_kg[pool] / pools.mass_kg[pool]
        room_kg = self.line_neq_kg[line, period] / density if density > 0 else np.inf
        machine_kg = self.days[line, technique, period] * rates.capacity_kg_per_day[way.rate]
        mass_kg = float(min(self.stock_kg[pool], machine_kg, self.outload_kg[origin, period], room_kg))
        if mass_kg < LEAST_KG or not self._opened(int(arcs.gate[way.arc]), period):
            return
        mass_kg = self._paid_for(pool, way, period, mass_kg)
        self.plan.shipped_kg[way.arc, period] += mass_kg
        self.plan.processed_kg[way.rate, pools.jurisdiction[pool], period] += mass_kg
        self.stock_kg[pool] -= mass_kg
        self.days[line, technique, period] -= mass_kg / rates.capacity_kg_per_day[way.rate]
        self.outload_kg[origin, period] -= mass_kg
        self.line_neq_kg[line, period] -= mass_kg * density

    def _paid_for(self, pool: int, way: Way, period: int, mass_kg: float) -> float:
        """How much of it there is money for, paid."""
        owner = int(self.problem.pools.jurisdiction[pool])
        haul = float(self.problem.arcs.cost_eur_per_tonne[way.arc]) / KG_PER_TONNE
        work = float(self.problem.rates.cost_eur_per_tonne[way.rate]) / KG_PER_TONNE
        done_kg, step_kg = 0.0, mass_kg
        for _ in range(HALVINGS):
            due = [(owner, TRANSPORT, period, step_kg * haul), (owner, PROCESSING, period, step_kg * work)]
            if self.purse.pay([part for part in due if part[3] > 0], self.plan.paid_eur):
                done_kg += step_kg
                if done_kg >= mass_kg:
                    break
            step_kg /= 2.0
            if step_kg < LEAST_KG:
                break
        return done_kg
