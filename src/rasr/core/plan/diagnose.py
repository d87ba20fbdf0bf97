"""When no plan exists: what conflicts. Only deadlines force anything, so each conflict is a deadline and what it lacks.

A second programme may break capacity, loading limits and budgets at a price, and breaks as little as it can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasr.core.basis.findings import Number
from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.highs import Programme
from rasr.core.plan.model import Model, Rows
from rasr.core.plan.problem import ACTIVITIES, Problem

PRICES = {"costs_paid": 1.0, "line_neq": 1e2, "site_outload": 1e2, "technique_time": 1e4}
"""Price of breaking one unit of a constraint: missing money is named before missing machines."""
SHOWN = 5
AMPLE = 1e9
"""Bound of what shall not bind, in the unit of its column; assumed."""
BROKEN = 1e-6
"""A constraint broken by less holds: the solver's tolerance."""


@dataclass(frozen=True)
class Conflict:
    """One thing the deadlines lack: a code of ``reference/findings.csv`` and what its sentence names."""

    code: str
    numbers: dict[str, Number]


def diagnose(problem: Problem) -> list[Conflict]:
    """What conflicts, the heaviest first; at most five."""
    hopeless = unreachable(problem)
    if len(hopeless):
        return [Conflict("conflict_no_line", {"pool": problem.pools.ids[index]}) for index in hopeless[:SHOWN]]
    model = Model(problem)
    families = model.rows()
    breakable = [family for family in families if family.name in PRICES]
    first = np.cumsum([model.count] + [family.count for family in breakable])
    loosened = [relaxed(family, start) for family, start in zip(breakable, first, strict=False)]
    price = np.concatenate([np.full(family.count, PRICES[family.name]) for family in breakable])
    upper = model.upper.copy()
    # a machine that may be overworked is not bound by its capacity
    upper[model.processed[model.processed >= 0]] = AMPLE
    programme = Programme(
        np.concatenate([np.zeros(model.count), price]),
        np.concatenate([model.lower, np.zeros(len(price))]),
        np.concatenate([upper, np.full(len(price), AMPLE)]),
        [family for family in families if family.name not in PRICES] + loosened,
    )
    answer = programme.solve("ipm")
    if answer.status == "optimal" and answer.columns[model.count :].max(initial=0.0) <= BROKEN:
        answer = programme.solve_whole(model.gate.ravel())  # only what opens in full conflicts
    if answer.status != "optimal":
        return [Conflict("conflict_other", {})]
    broken = answer.columns[model.count :]
    where = [(family, row) for family in breakable for row in range(family.count)]
    order = np.argsort(-broken * price, kind="stable")[:SHOWN]
    chosen = [(*where[index], float(broken[index])) for index in order if broken[index] > BROKEN]
    if not chosen:
        return [Conflict("conflict_other", {})]
    return [_named(problem, family, row, amount) for family, row, amount in chosen]


def unreachable(problem: Problem) -> Ints:
    """Pools with a deadline that no open arc serves in time."""
    in_time = np.arange(problem.count)[None] <= problem.pools.deadline[problem.arcs.pool][:, None]
    served = np.unique(problem.arcs.pool[(problem.arcs.open & in_time).any(axis=1)])
    return np.setdiff1d(np.nonzero(problem.pools.deadline >= 0)[0], served)


def relaxed(family: Rows, start: int) -> Rows:
    """The rows with one more column each, from ``start``, that takes up what is too much."""
    number = np.arange(family.count, dtype=np.int64)
    value: Floats = np.concatenate([family.value, -np.ones(family.count)])
    row, column = np.concatenate([family.row, number]), np.concatenate([family.column, start + number])
    return Rows(row, column, value, family.lower, family.upper, family.name, family.key, family.shape)


def _named(problem: Problem, family: Rows, row: int, amount: float) -> Conflict:
    return Conflict(f"conflict_{family.name}", place_of(problem, family, row) | {"amount": round(amount, 2)})


def place_of(problem: Problem, family: Rows, row: int) -> dict[str, Number]:
    """What the sentence of a row names: its period, and whose or where it is."""
    place = [int(part) for part in np.unravel_index(family.key[row], family.shape)]
    numbers: dict[str, Number] = {"period": place[-1] + 1}
    if family.name == "costs_paid":
        numbers |= {"jurisdiction": problem.jurisdictions[place[0]], "activity": ACTIVITIES[place[1]]}
    elif family.name == "site_outload":
        numbers["site"] = problem.origins.ids[place[0]]
    else:
        numbers["line"] = problem.lines.ids[place[0]]
    return numbers
