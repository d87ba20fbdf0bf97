"""Plans drawn at random that obey stock, permits, capacity and gates; money, which no cut looks at, they leave out."""

from __future__ import annotations

import numpy as np

from rasr.core.plan.curves import Floats
from rasr.core.plan.model import Model
from rasr.core.plan.problem import Flow, Problem, left_share, origin_share
from rasr.core.plan.works import one_each, stays


def draw_plan(problem: Problem, draw: np.random.Generator) -> Flow:
    """Gates open in a random period or never; each arc ships a random part of what stock and machine time allow."""
    plan = Flow.nothing(problem)
    arcs, rates, lines = problem.arcs, problem.rates, problem.lines
    opens = draw.integers(0, problem.count + 1, len(problem.gates.ids))
    plan.open[:] = np.arange(problem.count) >= opens[:, None]
    plan.open[:] *= np.logical_or.accumulate(problem.gates.window, axis=1)
    plan.open[:] = one_each(problem, plan.open, plan.open)
    left_kg = problem.pools.mass_kg.copy()
    eager = draw.random()
    for period in range(problem.count):
        free_days = np.full((len(lines.ids), len(problem.techniques)), problem.working_days)
        for arc in draw.permutation(len(arcs.pool)):
            pool, line = arcs.pool[arc], arcs.line[arc]
            shut = [gate for gate in (lines.gate[line], arcs.gate[arc]) if gate >= 0 and not plan.open[gate, period]]
            if shut or not arcs.open[arc, period] or draw.random() > eager:
                continue
            for rate in np.nonzero((rates.line == line) & (rates.family == problem.pools.family[pool]))[0]:
                technique, capacity_kg_per_day = rates.technique[rate], rates.capacity_kg_per_day[rate]
                most_kg = min(left_kg[pool], free_days[line, technique] * capacity_kg_per_day)
                mass_kg = most_kg * draw.choice([0.3, 1.0, 1.0])
                plan.shipped_kg[arc, period] += mass_kg
                plan.processed_kg[rate, problem.pools.jurisdiction[pool], period] += mass_kg
                free_days[line, technique] -= mass_kg / capacity_kg_per_day
                left_kg[pool] -= mass_kg
    return plan


def columns_of(model: Model, plan: Flow) -> Floats:
    """The values of the programme's columns that stand for the plan, with its true danger."""
    problem = model.problem
    values = np.zeros(model.count)
    left = left_share(problem, plan)
    share = origin_share(problem, left)
    origin = np.broadcast_to(np.arange(len(share))[:, None], share.shape)
    concave, convex = (problem.origins.curves.at(origin, share, part) for part in model.parts)
    for columns, figures in (
        (model.shipped, plan.shipped_kg / 1000.0),
        (model.processed, plan.processed_kg / 1000.0),
        (model.gate, plan.open),
        (model.paid, plan.paid_eur / 1000.0),
        (model.left, left),
        (model.share, share),
        (model.concave, concave),
        (model.convex, convex),
        (model.secured, plan.open[problem.works.gate] * stays(problem, left)),
    ):
        values[columns[columns >= 0]] = figures[columns >= 0]
    return values
