"""Finding a plan and proving how good it is: cuts at the root, roundings of the gates, and re-linearised danger.

The order of work: (1) solve the programme with the danger of each origin replaced by its convex envelope over the
pools, adding cuts until they no longer move the bound; (2) for each rounding of the gates, linearise the true
concave danger at the current plan and solve again until it no longer falls; (3) with the best of them, spend the
least money that keeps the danger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
import polars as pl

from rasr.core.plan.certificate import SCHEMA, certified, proof_of
from rasr.core.plan.curves import Floats
from rasr.core.plan.cuts import danger_cuts, gate_cuts
from rasr.core.plan.envelope import whole_danger
from rasr.core.plan.highs import Answer, Programme
from rasr.core.plan.model import INF, Model, Rows, Terms
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, Problem, fatalities, left_share, origin_share
from rasr.core.plan.settle import settle
from rasr.core.plan.works import one_each

Clock = Callable[[], float]
Progress = Callable[[str, float], None]
SCALE = 1e6
"""Objective of the programme where nothing is done; keeps its numbers far from the solver's tolerances."""
STEADY = 1e-5
"""A share of the objective below which a step of the descent counts as no progress."""
STEADY_BOUND = 4e-3
"""A share of the bound below which a round of cuts counts as no progress."""
THRIFT = 1e-4
"""The share of the fatalities that may be given up for a plan that costs less."""
LEAST_FLOW = 1e-3
"""A gate through which less than this share of all that is shipped goes is tried shut."""
ROUNDINGS = (0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.05, 0.02, 0.6, 0.7)
"""A gate is opened where the programme opens it to more than this share."""
LINEARISATIONS = 4
MOST_TWICE = 60
"""Works up to which they are chosen from two starts: with 240 the second took 117 s and moved the gap by nothing."""
WORKS_GAP = 1e-4
"""Share of the objective that the choice of works may leave."""


def no_clock() -> float:
    """No time passes: what is found depends on nothing but what was asked."""
    return 0.0


def no_progress(_: str, __: float) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Task:
    """A problem to plan and how long it is worked on, as it is handed to another process."""

    problem: Problem
    options: Options


class NoPlanError(Exception):
    """The constraints cannot all be met; ``diagnose`` says which conflict."""


@dataclass(frozen=True)
class Found:
    """A plan with its proof. bound, objective: expected fatalities over the horizon.

    status: within_gap, rounds_done (the bound no longer moved) or stopped_by_clock. proof: see ``certificate``.
    prices: (rows of the model,) fatalities per unit of each row, with the plan's gates held and the danger's tangent at
    the plan; None where the solver gave none. asked: the problem that was solved, whose rows these are.
    """

    flow: Flow
    objective: float
    bound: float
    status: str
    rounds: int
    proof: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    prices: Floats | None = None
    asked: Problem | None = None


def total_fatalities(problem: Problem, flow: Flow) -> float:
    """Expected fatalities over the horizon, from what is left, transport and processing."""
    return sum(fatalities(problem, flow))


def solve(problem: Problem, options: Options, *, start: Flow | None, clock: Clock, progress: Progress) -> Found:
    """The best plan found, never worse than ``start``. Raises NoPlanError where no plan exists."""
    model = Model(problem)
    if not model.count:  # nothing endangers anyone, is due or can be opened or paid
        nothing = Flow.nothing(problem)
        return Found(nothing, (reached := total_fatalities(problem, nothing)), reached, "within_gap", 0)
    search = _Search(model, options, clock, clock() + options.seconds)
    progress("bound", 0.1)
    columns, proof, rounds = search.root(start)
    bound = certified(problem, proof, model)
    search.consider(start)
    share = origin_share(problem, left_share(problem, model.flow(columns)))
    tries = _roundings(model, columns, start)
    for number, gates in enumerate(tries):
        progress("roundings", 0.6 + 0.3 * number / len(tries))
        if search.has_plan and (search.close_enough(bound) or search.late()):
            break
        search.improve(gates, share)
    if not search.has_plan:
        search.improve(search.some_gates(share), share)
    if problem.works.count:  # most of the danger may be out of reach, and then any plan is close enough
        search.choose_works()
    progress("cost", 0.9)
    search.spend_least(start)
    objective = search.objective
    status = "stopped_by_clock" if search.late() else "within_gap" if search.close_enough(bound) else "rounds_done"
    return Found(search.best, objective, min(bound, objective), status, rounds, proof, search.prices(), problem)


def _roundings(model: Model, values: Floats, start: Flow | None) -> list[Floats]:
    """(gates, periods) of 0 and 1 to try, without repeats; what the start opened is among them."""
    gates = np.where(model.gate >= 0, values[model.gate], 0.0)
    tries = [one_each(model.problem, (gates >= threshold).astype(np.float64), gates) for threshold in ROUNDINGS]
    if start is not None:
        both = np.maximum(tries[0], start.open)
        tries += [one_each(model.problem, both, gates), start.open]
    tries.append(np.zeros_like(gates))
    unique: list[Floats] = []
    for candidate in tries:
        if not any(np.array_equal(candidate, known) for known in unique):
            unique.append(candidate)
    return unique


class _Search:
    """The best plan so far and the moves to a better one, on a programme of the model's own rows."""

    def __init__(self, model: Model, options: Options, clock: Clock, until: float) -> None:
        self.model, self.options, self.clock, self.until = model, options, clock, until
        self.scale = SCALE / (float(model.weight.sum()) or 1.0)
        self.programme = Programme(model.fatalities * self.scale, model.lower, model.upper, model.rows())
        self.model_rows = self.programme.row_count
        self._first_basis: highspy.HighsBasis | None = None
        self._best_basis: highspy.HighsBasis | None = None
        self.best = Flow.nothing(model.problem)
        self.objective = INF
        if not (model.problem.pools.deadline >= 0).any() and not model.problem.held.names:
            self.consider(self.best)

    def late(self) -> bool:
        """Whether the safety net has ended the search."""
        return self.clock() > self.until

    @property
    def has_plan(self) -> bool:
        """Whether any plan has been found."""
        return bool(np.isfinite(self.objective))

    def close_enough(self, bound: float) -> bool:
        """Whether what could still be gained is less than the gap asked for."""
        return self.has_plan and self.objective - bound <= self.options.gap * self.objective

    def consider(self, flow: Flow | None) -> bool:
        """Keep the plan if it is better than the best so far."""
        if flow is None:
            return False
        objective = total_fatalities(self.model.problem, flow)
        if objective >= self.objective:
            return False
        self.best, self.objective = flow, objective
        return True

    def root(self, start: Flow | None) -> tuple[Floats, pl.DataFrame, int]:
        """The programme without roundings: its columns, the proof of its bound, and how many rounds of cuts it took.

        The first cuts sort the pools by what it costs to remove them and, of a start, by what it leaves of them. Where
        the solver gives up, or the safety net ends it, the last bound proved stands.
        """
        model = self.model
        programme = Programme(model.fatalities * self.scale, model.lower, model.upper, model.rows())
        programme.add(whole_danger(model))
        dear = np.broadcast_to(_removal_cost(model)[:, None], model.left.shape)
        programme.add(danger_cuts(model, dear, None))
        if start is not None:
            programme.add(danger_cuts(model, left_share(model.problem, start), None))
        answer = self._solve(programme, "ipm")
        if answer.status == "infeasible" and not self.has_plan:
            raise NoPlanError  # without deadlines doing nothing is a plan, whatever the solver makes of the figures
        columns, bound, rounds = np.where(np.isfinite(model.upper), model.upper, 0.0), -INF, 0
        families: list[Rows] = []
        duals = np.zeros(0)
        centre, value, offset = columns[model.left], -INF, (model.constant - model.unavoidable) * self.scale
        while answer.status == "optimal":
            columns, gain, value = answer.columns, answer.value + offset - value, answer.value + offset
            if (proven := programme.certified_bound()) > bound:
                bound, families, duals = proven, list(programme.families), programme.row_dual
            left = columns[model.left]
            centre = (centre + left) / 2.0 if rounds else left
            # Cuts at a point between the solution and the middle of those before it reach deeper.
            new = [danger_cuts(model, order, columns) for order in (left, (left + centre) / 2.0)]
            new.append(gate_cuts(model, columns))
            steady = gain < STEADY_BOUND * value or not any(rows.count for rows in new)
            if steady or rounds >= self.options.rounds or self.late():
                break
            for rows in new:
                programme.add(rows)
            answer, rounds = self._solve(programme, "dual"), rounds + 1
        return columns, proof_of(model, families, duals / self.scale), rounds

    def _solve(self, programme: Programme, method: str) -> Answer:
        return programme.solve(method, max(self.until - self.clock(), 1.0))

    def improve(self, gates: Floats, share: Floats, basis: highspy.HighsBasis | None = None) -> None:
        """With the gates fixed, follow the danger downhill from the shares left; keep the best plan met.

        basis: of an earlier solve to go on from; by default that of the first solve, whose costs are the same.
        """
        self._fix(gates)
        before = INF
        basis = basis or self._first_basis
        for step in range(LINEARISATIONS):
            self.programme.set_cost(self._linearised(share) * self.scale)
            if step == 0 and basis is not None:
                self.programme.resume(basis)
            answer = self._solve(self.programme, "ipm" if basis is None else "dual" if step == 0 else "primal")
            if answer.status != "optimal":
                return
            basis = self.programme.basis()
            self._first_basis = self._first_basis or basis
            flow = settle(self.model.problem, self.model.flow(answer.columns))
            if self.consider(flow):
                self._best_basis = basis
            objective = total_fatalities(self.model.problem, flow)
            if before - objective <= STEADY * objective or self.late():
                return
            before = objective
            share = origin_share(self.model.problem, left_share(self.model.problem, flow))

    def some_gates(self, share: Floats) -> Floats:
        """Gates of a plan that meets every deadline, for where no rounding does; raises NoPlanError if none can."""
        columns = self.model.gate.ravel()
        self.programme.set_bounds(columns, np.zeros(len(columns)), self.model.upper[columns])
        self.programme.set_cost(self._linearised(share) * self.scale)
        answer = self.programme.solve_whole(columns)
        if answer.status != "optimal":
            raise NoPlanError
        return np.round(answer.columns[self.model.gate])

    def choose_works(self) -> None:
        """With lines and corridors as in the best plan, choose the security works exactly, and go on from there.

        Twice, unless there are many: with the tangent of the danger at the best plan, and where all is left. At a plan
        that empties a site a work there is worth nothing, so the first start alone can miss that leaving the stock and
        locking it is better.
        """
        problem = self.model.problem
        self._choose_works(origin_share(problem, left_share(problem, self.best)))
        if problem.works.count <= MOST_TWICE:
            self._choose_works(np.ones((len(problem.origins.ids), problem.count)))

    def _choose_works(self, share: Floats) -> None:
        problem, columns = self.model.problem, self.model.gate[self.model.problem.works.gate].ravel()
        gates = first_used(problem, self.best, 0.0)
        self._fix(gates)
        self.programme.set_bounds(columns, np.zeros(len(columns)), self.model.upper[columns])
        self.programme.set_cost(self._linearised(share) * self.scale)
        answer = self.programme.solve_whole(columns, WORKS_GAP)
        if answer.status == "optimal":
            gates[problem.works.gate] = np.round(answer.columns[self.model.gate[problem.works.gate]])
            self.improve(gates, share)

    def spend_least(self, start: Flow | None) -> None:
        """Close gates that hardly anything went through, then spend as little as keeps the danger of the best plan.

        start: the plan the search started from; it may not become worse than that, and does not cost more if as good.
        """
        problem, programme = self.model.problem, self.programme
        most = INF if start is None else total_fatalities(problem, start)
        share = origin_share(problem, left_share(problem, self.best))
        self.improve(first_used(problem, self.best, 0.0), share, self._best_basis)  # what shut gates cost is free now
        share = origin_share(problem, left_share(problem, self.best))
        allowed = min(self.objective * (1.0 + THRIFT), max(most, self.objective))
        for least_share in (LEAST_FLOW, 0.0):
            self._fix(first_used(problem, self.best, least_share))
            linear = self._linearised(share) * self.scale
            programme.set_cost(linear)
            if self._best_basis is not None:
                programme.resume(self._best_basis)
            answer = self._solve(programme, "dual" if self._best_basis is not None else "ipm")
            if answer.status != "optimal":
                continue
            reached = total_fatalities(problem, settle(problem, self.model.flow(answer.columns)))
            if reached <= allowed:
                break
        if answer.status != "optimal":
            return
        # Half of what is allowed, so that no rounding leads beyond it.
        spare = min(STEADY * abs(answer.value), max(allowed - reached, 0.0) * self.scale / 2.0)
        keep = Terms("keep_danger", np.array([-INF]), np.array([answer.value + spare]))
        keep.add(np.zeros(1, dtype=np.int64), np.nonzero(linear)[0], linear[np.nonzero(linear)[0]])
        programme.add(keep.done())
        programme.set_cost(self.model.money())
        answer = self._solve(programme, "primal")
        if answer.status != "optimal":
            return
        plans = [settle(problem, self.model.flow(answer.columns)), *([] if start is None else [start])]
        for plan in plans:
            if total_fatalities(problem, plan) <= allowed and plan.paid_eur.sum() < self.best.paid_eur.sum():
                self.best, self.objective = plan, total_fatalities(problem, plan)

    def prices(self) -> Floats | None:
        """Row duals of the model's rows in expected fatalities per unit, at the best plan; see ``Found``."""
        programme, problem = self.programme, self.model.problem
        programme.free_rows(self.model_rows)
        self._fix(self.best.open)
        share = origin_share(problem, left_share(problem, self.best))
        programme.set_cost(self._linearised(share) * self.scale)
        answer = self._solve(programme, "primal")
        return programme.row_dual[: self.model_rows] / self.scale if answer.status == "optimal" else None

    def _fix(self, gates: Floats) -> None:
        columns = self.model.gate.ravel()
        values = np.minimum(gates.ravel(), self.model.upper[columns])
        self.programme.set_bounds(columns, values, values)

    def _linearised(self, share: Floats) -> Floats:
        return linearised(self.model, share)


def linearised(model: Model, share: Floats) -> Floats:
    """Cost of the columns with the concave danger replaced by its tangent at the shares left, (origins, periods)."""
    problem = model.problem
    cost = model.fatalities.copy()
    cost[model.concave[model.concave >= 0]] = 0.0
    index = np.broadcast_to(np.arange(len(share))[:, None], share.shape)
    slope = problem.origins.curves.left_slope(index, share, model.parts[0]) * model.weight
    planned_kg = problem.origins.planned_neq_kg[problem.pools.origin]
    neq_share = problem.pools.neq_kg / np.where(planned_kg > 0, planned_kg, 1.0)
    there = model.left >= 0
    cost[model.left[there]] = (slope[problem.pools.origin] * neq_share[:, None])[there]
    return cost


def _removal_cost(model: Model) -> Floats:
    """(pools,) euro per kg NEQ by the cheapest way; pools with none come last in the order of removal."""
    problem, arcs, rates = model.problem, model.problem.arcs, model.problem.rates
    work = np.full((len(problem.lines.ids), len(problem.families)), INF)
    np.minimum.at(work, (rates.line, rates.family), rates.cost_eur_per_tonne)
    cheapest = np.full(len(problem.pools.ids), INF)
    np.minimum.at(cheapest, arcs.pool, arcs.cost_eur_per_tonne + work[arcs.line, problem.pools.family[arcs.pool]])
    per_neq = cheapest * problem.pools.mass_kg / np.maximum(problem.pools.neq_kg, 1e-9)
    return np.asarray(np.where(np.isfinite(per_neq), per_neq, 1e30))


def first_used(problem: Problem, flow: Flow, least_share: float) -> Floats:
    """(gates, periods) open from the first period in which something goes through.

    Gates through which no more than ``least_share`` of all that is shipped goes stay shut; works stay as they are.
    """
    through = np.zeros((len(problem.gates.ids), problem.count))
    of_line, of_corridor = problem.lines.gate[problem.arcs.line], problem.arcs.gate
    for gate in (of_line, of_corridor):
        np.add.at(through, gate[gate >= 0], flow.shipped_kg[gate >= 0])
    worth = through.sum(axis=1, keepdims=True) > least_share * flow.shipped_kg.sum()
    opened: Floats = (np.logical_or.accumulate(through > 0, axis=1) & worth).astype(np.float64)
    opened[problem.works.gate] = flow.open[problem.works.gate]
    return opened
