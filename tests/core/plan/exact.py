"""The planning problem once more, as a mixed integer programme with binaries for the segments of the danger curves.

It shares no code with the planner's model and is exact for curves of any shape, so it gives the true optimum of small
problems to compare with. Masses in tonnes, money in thousands of euro.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from rasr.core.plan.problem import OPENING, PROCESSING, SECURITY, TRANSPORT, Problem

Term = tuple[int, float]


@dataclass
class Programme:
    """Columns and rows as they come."""

    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    rows: list[tuple[list[Term], float, float]] = field(default_factory=list)

    def column(self, upper: float, cost: float = 0.0, whole: bool = False) -> int:
        self.upper.append(upper)
        self.cost.append(cost)
        self.whole.append(int(whole))
        return len(self.upper) - 1

    def row(self, terms: Iterable[Term], low: float, high: float) -> None:
        self.rows.append((list(terms), low, high))

    def solve(self, scale: float) -> tuple[float, float]:
        """Bound and value."""
        matrix = sp.lil_array((len(self.rows), len(self.upper)))
        for number, (terms, _, _) in enumerate(self.rows):
            for column, value in terms:
                matrix[number, column] += value
        found = milp(
            np.array(self.cost) * scale,
            integrality=np.array(self.whole),
            bounds=Bounds(0.0, np.array(self.upper)),
            constraints=LinearConstraint(matrix.tocsr(), [row[1] for row in self.rows], [row[2] for row in self.rows]),
            options={"mip_rel_gap": 1e-6},
        )
        assert found.success, found.message
        return found.mip_dual_bound / scale, found.fun / scale


def optimum(problem: Problem) -> tuple[float, float]:
    """The least expected fatalities over the horizon: a proven lower bound, and the value of a plan that reaches it."""
    made = Programme()
    weights = problem.periods.weights_years(problem.discount_per_year)
    curve = problem.origins.curves.fatalities_per_year
    shipped = _shipping(problem, made)
    gates = _gates(problem, made, shipped)
    done = _processing(problem, made, shipped, gates)
    _paying(problem, made, shipped, done, gates)
    _danger(problem, made, shipped, weights)
    start = float(curve[:, -1].sum() * weights[0]) + _works(problem, made, shipped, gates, weights)
    bound, value = made.solve(1e3 / float(curve[:, -1].sum() * weights.sum()))
    return bound + start, value + start


def _shipping(problem: Problem, made: Programme) -> dict[tuple[int, int], int]:
    pools, arcs = problem.pools, problem.arcs
    mass_tonne = pools.mass_kg / 1000.0
    shipped = {
        (arc, period): made.column(
            mass_tonne[arcs.pool[arc]] if arcs.open[arc, period] else 0.0,
            problem.transport_fatalities_per_tonne_km * arcs.distance_km[arc],
        )
        for arc in range(len(arcs.pool))
        for period in range(problem.count)
    }
    for pool, mass in enumerate(mass_tonne):
        leaving = [(key, column) for key, column in shipped.items() if arcs.pool[key[0]] == pool]
        made.row([(column, 1.0) for _, column in leaving], 0.0, mass)
        if pools.deadline[pool] >= 0:
            made.row([(column, 1.0) for key, column in leaving if key[1] <= pools.deadline[pool]], mass, mass)
    for period in range(problem.count):
        for site, limit in enumerate(problem.outload_kg_per_day):
            if np.isfinite(limit):
                leaving = [c for (a, t), c in shipped.items() if t == period and pools.origin[arcs.pool[a]] == site]
                made.row([(column, 1.0) for column in leaving], 0.0, limit * problem.working_days / 1000.0)
        for line, limit in enumerate(problem.lines.neq_limit_kg_per_day):
            if np.isfinite(limit):
                share = pools.all_neq_kg / pools.mass_kg
                made.row(
                    [(c, share[arcs.pool[a]]) for (a, t), c in shipped.items() if t == period and arcs.line[a] == line],
                    0.0,
                    limit * problem.working_days / 1000.0,
                )
    return shipped


def _gates(problem: Problem, made: Programme, shipped: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    gates = {}
    for gate in range(len(problem.gates.ids)):
        for period in range(problem.count):
            may = bool(problem.gates.window[gate, : period + 1].any())
            gates[gate, period] = made.column(float(may), whole=True)
            if period:
                made.row([(gates[gate, period], 1.0), (gates[gate, period - 1], -1.0)], 0.0, np.inf)
    for (arc, period), column in shipped.items():
        for gate in (problem.arcs.gate[arc], problem.lines.gate[problem.arcs.line[arc]]):
            if gate >= 0:
                made.row([(column, 1.0), (gates[gate, period], -made.upper[column])], -np.inf, 0.0)
    return gates


def _processing(
    problem: Problem, made: Programme, shipped: dict[tuple[int, int], int], gates: dict[tuple[int, int], int]
) -> dict[tuple[int, int, int], int]:
    arcs, pools, rates = problem.arcs, problem.pools, problem.rates
    done, arrived, worked = {}, defaultdict(list), defaultdict(list)
    for (arc, period), column in shipped.items():
        pool = arcs.pool[arc]
        arrived[arcs.line[arc], pools.family[pool], pools.jurisdiction[pool], period].append((column, 1.0))
    for rate in range(len(rates.line)):
        capacity_tonne = rates.capacity_kg_per_day[rate] * problem.working_days / 1000.0
        for owner in range(len(problem.jurisdictions)):
            for period in range(problem.count):
                column = made.column(capacity_tonne, problem.processing_fatalities_per_tonne)
                done[rate, owner, period] = column
                arrived[rates.line[rate], rates.family[rate], owner, period].append((column, -1.0))
                worked[rates.line[rate], rates.technique[rate], period].append((column, 1.0 / capacity_tonne))
    for terms in arrived.values():
        made.row(terms, 0.0, 0.0)
    for (line, _, period), terms in worked.items():
        gate = problem.lines.gate[line]
        if gate >= 0:
            made.row([*terms, (gates[gate, period], -1.0)], -np.inf, 0.0)
        else:
            made.row(terms, 0.0, 1.0)
    return done


def _paying(
    problem: Problem,
    made: Programme,
    shipped: dict[tuple[int, int], int],
    done: dict[tuple[int, int, int], int],
    gates: dict[tuple[int, int], int],
) -> None:
    due, drawn = defaultdict(list), defaultdict(list)
    arcs, rates, purses, limits = problem.arcs, problem.rates, problem.purses, problem.limits
    for (arc, period), column in shipped.items():
        payer = problem.pools.jurisdiction[arcs.pool[arc]]
        due[payer, TRANSPORT, period].append((column, arcs.cost_eur_per_tonne[arc] / 1000.0))
    for (rate, owner, period), column in done.items():
        due[owner, PROCESSING, period].append((column, rates.cost_eur_per_tonne[rate] / 1000.0))
    for (gate, period), column in gates.items():
        payer, opening = problem.gates.payer[gate], problem.gates.opening_cost_eur[gate] / 1000.0
        fixed = problem.gates.fixed_eur_per_year[gate] * problem.periods.years / 1000.0
        paid_as = SECURITY if problem.gates.kind[gate] == "work" else OPENING
        due[payer, paid_as, period].append((column, opening + fixed * problem.gates.window[gate, period]))
        if period + 1 < problem.count:
            due[payer, paid_as, period + 1].append((column, -opening))
    for purse in range(len(purses.fund)):
        limit = purses.limit[purse]
        for period in range(problem.count):
            column = made.column(limits.amount_eur[limit] / 1000.0 if purses.open[purse, period] else 0.0)
            due[purses.jurisdiction[purse], purses.activity[purse], period].append((column, -1.0))
            drawn[limit, 0 if limits.carry_over[limit] else period].append((column, 1.0))
    for terms in due.values():
        made.row(terms, 0.0, 0.0)
    for (limit, _), terms in drawn.items():
        made.row(terms, 0.0, limits.amount_eur[limit] / 1000.0)


def _danger(problem: Problem, made: Programme, shipped: dict[tuple[int, int], int], weights: np.ndarray) -> None:
    """Share left = sum over segments k of kink[k] b[k] + d[k], one b is 1, d[k] <= length[k] b[k]; danger likewise."""
    pools, curves = problem.pools, problem.origins.curves
    for site, planned_kg in enumerate(problem.origins.planned_neq_kg):
        for period in range(problem.count):
            terms, chosen = [], []
            for k in np.nonzero(np.diff(curves.share[site]) > 0)[0]:
                x, y = curves.share[site, k : k + 2], curves.fatalities_per_year[site, k : k + 2]
                weight = weights[period + 1]
                segment = made.column(1.0, weight * y[0], whole=True)
                part = made.column(x[1] - x[0], weight * (y[1] - y[0]) / (x[1] - x[0]))
                made.row([(part, 1.0), (segment, x[0] - x[1])], -np.inf, 0.0)
                terms += [(segment, x[0]), (part, 1.0)]
                chosen.append((segment, 1.0))
            made.row(chosen, 1.0, 1.0)
            if planned_kg > 0:
                gone = [
                    (column, pools.neq_kg[pool] / planned_kg / (pools.mass_kg[pool] / 1000.0))
                    for (arc, then), column in shipped.items()
                    if then <= period and pools.origin[pool := problem.arcs.pool[arc]] == site
                ]
                made.row([*terms, *gone], 1.0, 1.0)


def _works(
    problem: Problem,
    made: Programme,
    shipped: dict[tuple[int, int], int],
    gates: dict[tuple[int, int], int],
    weights: np.ndarray,
) -> float:
    """What works remove, each while done and needed, one at a site; gives what they leave if none is done."""
    pools, works, offered = problem.pools, problem.works, defaultdict[int, list[int]](list)
    for number, (gate, site, origin) in enumerate(zip(works.gate, works.site, works.origin, strict=True)):
        offered[int(site)].append(number)
        whole_kg, part = float(pools.mass_kg[pools.origin == origin].sum()), float(works.planned_share[number])
        for period in range(problem.count):
            removed = made.column(1.0, -works.fatalities_per_year[number] * weights[period + 1])
            made.row([(removed, 1.0), (gates[gate, period], -1.0)], -np.inf, 0.0)
            gone = [
                (column, part * 1000.0 / whole_kg)
                for (arc, then), column in shipped.items()
                if then <= period and pools.origin[problem.arcs.pool[arc]] == origin
            ]
            made.row([(removed, 1.0), *gone], -np.inf, 1.0)
    for numbers in offered.values():
        made.row([(gates[works.gate[number], problem.count - 1], 1.0) for number in numbers], 0.0, 1.0)
    most = [max(float(works.fatalities_per_year[number]) for number in numbers) for numbers in offered.values()]
    return sum(most) * float(weights.sum())
