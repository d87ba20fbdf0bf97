"""From a solver's answer to a plan in whole kilograms' worth: dust is swept out and every sum is made to hold."""

from __future__ import annotations

import numpy as np

from rasr.core.plan.curves import Floats
from rasr.core.plan.problem import Flow, Problem, costs_eur

DUST_KG = 0.5
"""Shipments below this are the solver's tolerance, not a plan."""


def settle(problem: Problem, flow: Flow) -> Flow:
    """The plan without dust: processing follows what arrives, payments follow what it costs."""
    shipped = np.where(flow.shipped_kg < DUST_KG, 0.0, flow.shipped_kg)
    sent = np.zeros(len(problem.pools.ids))
    np.add.at(sent, problem.arcs.pool, shipped.sum(axis=1))
    over = np.maximum(sent / problem.pools.mass_kg, 1.0)
    shipped = shipped / over[problem.arcs.pool][:, None]
    processed = _follow(problem, flow.processed_kg, shipped)
    settled = Flow(shipped, processed, flow.open, flow.paid_eur)
    return Flow(shipped, processed, flow.open, _pay(problem, settled))


def _follow(problem: Problem, processed_kg: Floats, shipped_kg: Floats) -> Floats:
    """What each rate processes, in the old proportions, so that it adds up to what arrives."""
    arcs, rates, pools = problem.arcs, problem.rates, problem.pools
    shape = (len(problem.lines.ids), len(problem.families), len(problem.jurisdictions), problem.count)
    arrived, done, ways = np.zeros(shape), np.zeros(shape), np.zeros(shape[:2])
    np.add.at(arrived, (arcs.line, pools.family[arcs.pool], pools.jurisdiction[arcs.pool]), shipped_kg)
    np.add.at(done, (rates.line, rates.family), processed_kg)
    np.add.at(ways, (rates.line, rates.family), 1.0)
    here = rates.line, rates.family
    part = np.where(
        done[here] > 0, processed_kg / np.where(done[here] > 0, done[here], 1.0), 1.0 / ways[here][:, None, None]
    )
    return np.asarray(part * arrived[here])


def _pay(problem: Problem, flow: Flow) -> Floats:
    """What each purse pays, in the old proportions, so that it adds up to what the plan costs."""
    purses = problem.purses
    cost = costs_eur(problem, flow)
    paid = np.zeros_like(cost)
    here = purses.jurisdiction, purses.activity
    np.add.at(paid, here, flow.paid_eur)
    factor = np.where(paid > 0, cost / np.where(paid > 0, paid, 1.0), 0.0)
    return np.asarray(flow.paid_eur * factor[here])
