"""The proof of a plan's bound, as a table that is kept with the plan and can be added up again without the solver.

The table holds one multiplier for each row of the last linear programme that matters. Any multipliers give a bound
(weak duality): with d = cost - sum of multiplier x row, no plan is better than the sum of multiplier x side plus the
least that d can be within the bounds of the columns. So nothing of the solver has to be believed. Rows of the model
are written out anew from the problem. Of a cut only its multiplier and what it is of are kept, and it is derived anew
here: a danger cut from its order of pools, a linking cut from its pool, gate and period.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.envelope import whole_danger
from rasr.core.plan.model import Model, Rows
from rasr.core.plan.problem import Problem

SCHEMA = {"rows": pl.String, "key": pl.Int64, "period": pl.Int64, "pools": pl.String, "multiplier": pl.Float64}
"""rows: constraint family or kind of cut. key: row of the family; origin of a danger cut; gate of a linking cut.

period: of a cut, from 0. pools: numbers of pools, of a danger cut in its order; of a linking cut, its one pool.
"""
DANGER_CUT, GATE_CUT = "danger_cut", "gate_cut"


def proof_of(model: Model, families: list[Rows], duals: Floats) -> pl.DataFrame:
    """The certificate of row duals. families: every group of rows of the programme, in its order."""
    parts, first = [pl.DataFrame(schema=SCHEMA)], 0
    whose = _owners(model)
    for rows in families:
        dual = duals[first : first + rows.count]
        first += rows.count
        # a multiplier against an open side proves nothing
        used = np.nonzero(np.where(dual > 0, np.isfinite(rows.lower), np.isfinite(rows.upper)) & (dual != 0))[0]
        if rows.name in (DANGER_CUT, GATE_CUT):
            parts.append(_cuts(model, rows, dual, used, whose))
        else:
            parts.append(_frame(rows.name, rows.key[used], [None] * len(used), [None] * len(used), dual[used]))
    return pl.concat(parts)


def certified(problem: Problem, proof: pl.DataFrame, model: Model | None = None) -> float:
    """The bound that a certificate proves, in expected fatalities over the horizon.

    model: of the problem, where it is there already.
    Raises ValueError where the certificate names a row or cut that the problem does not have.
    """
    model = model or Model(problem)
    used, sides = np.zeros(model.count), 0.0
    families = [*model.rows(), whole_danger(model)]
    known = [*(rows.name for rows in families), DANGER_CUT, GATE_CUT]
    if not proof["rows"].is_in(known).all():
        raise ValueError(proof.filter(~pl.col("rows").is_in(known))["rows"][0])
    for rows in families:
        given = proof.filter(pl.col("rows") == rows.name)
        place = np.searchsorted(rows.key, given["key"].to_numpy())
        if (place >= rows.count).any() or not np.array_equal(rows.key[place], given["key"].to_numpy()):
            raise ValueError(rows.name)
        multiplier = np.zeros(rows.count)
        np.add.at(multiplier, place, given["multiplier"].to_numpy())
        side = np.where(multiplier > 0, rows.lower, rows.upper)
        multiplier = np.where(np.isfinite(side), multiplier, 0.0)
        sides += float(multiplier[multiplier != 0] @ side[multiplier != 0])
        np.add.at(used, rows.column, rows.value * multiplier[rows.row])
    _add_danger_cuts(model, proof.filter(pl.col("rows") == DANGER_CUT), used)
    _add_gate_cuts(model, proof.filter(pl.col("rows") == GATE_CUT), used)
    reduced = model.fatalities - used
    at_bound = np.where(reduced > 0, model.lower, model.upper)
    columns = reduced != 0
    return sides + float(reduced[columns] @ at_bound[columns]) + model.constant


def _owners(model: Model) -> tuple[Ints, Ints, Ints]:
    """(columns,) the pool, the origin or gate, and the period a column is of; -1 where it is of none."""
    pool, place, period = (np.full(model.count, -1, dtype=np.int64) for _ in range(3))
    number = np.arange(model.problem.count)
    for columns, target, index in (
        (model.left, pool, np.arange(len(model.left))),
        (model.shipped, pool, model.problem.arcs.pool),
        (model.concave, place, np.arange(len(model.concave))),
        (model.gate, place, np.arange(len(model.gate))),
    ):
        there = columns >= 0
        target[columns[there]] = np.broadcast_to(index[:, None], columns.shape)[there]
        period[columns[there]] = np.broadcast_to(number, columns.shape)[there]
    return pool, place, period


def _cuts(model: Model, rows: Rows, dual: Floats, used: Ints, whose: tuple[Ints, Ints, Ints]) -> pl.DataFrame:
    """The multipliers of cuts, with what each is derived from."""
    pool, place, period = whose
    problem = model.problem
    order = np.argsort(rows.row, kind="stable")
    bounds = np.searchsorted(rows.row[order], np.arange(rows.count + 1))
    keys, periods, pools = [], [], []
    for row in used:
        terms = order[bounds[row] : bounds[row + 1]]
        columns, values = rows.column[terms], rows.value[terms]
        main = columns[place[columns] >= 0][0]
        keys.append(int(place[main]))
        periods.append(int(period[main]))
        mine = pool[columns] >= 0
        if rows.name == GATE_CUT:
            pools.append(str(pool[columns[mine]][0]))
            continue
        # the curve is concave, so what a pool adds per share falls along the order that the cut was made from
        of, adds = pool[columns[mine]], -values[mine]
        share = problem.pools.neq_kg[of] / problem.origins.planned_neq_kg[keys[-1]]
        here = np.nonzero((problem.pools.origin == keys[-1]) & (problem.pools.neq_kg > 0))[0]
        without = here[~np.isin(here, of)]  # adds nothing: after those that add, before those that take away
        ranked = np.concatenate([of, without])
        slope = np.concatenate([adds / share, np.zeros(len(without))])
        pools.append(" ".join(str(each) for each in ranked[np.lexsort((ranked, -slope))]))
    return _frame(rows.name, np.array(keys, dtype=np.int64), periods, pools, dual[used])


def _frame(name: str, keys: Ints, periods: list[Any], pools: list[Any], multipliers: Floats) -> pl.DataFrame:
    columns = {"rows": [name] * len(keys), "key": keys, "period": periods, "pools": pools, "multiplier": multipliers}
    return pl.DataFrame(columns, schema=SCHEMA)


def _add_danger_cuts(model: Model, cuts: pl.DataFrame, used: Floats) -> None:
    """theta >= sum of (F(A_i) - F(A_(i-1))) r_i for any order of the pools of the origin, F the concave part."""
    problem, concave = model.problem, model.parts[0]
    for origin, period, order, multiplier in cuts.select("key", "period", "pools", "multiplier").iter_rows():
        pools = np.array(order.split(), dtype=np.int64)
        here = np.nonzero((problem.pools.origin == origin) & (problem.pools.neq_kg > 0))[0]
        if not model.dangerous[origin] or not np.array_equal(np.sort(pools), here) or multiplier < 0:
            raise ValueError(DANGER_CUT)
        share = np.concatenate([[0.0], np.cumsum(problem.pools.neq_kg[pools])])
        share /= problem.origins.planned_neq_kg[origin]
        height = np.interp(share, problem.origins.curves.share[origin], concave[origin])
        used[model.left[pools, period]] -= multiplier * np.diff(height)
        used[model.concave[origin, period]] += multiplier


def _add_gate_cuts(model: Model, cuts: pl.DataFrame, used: Floats) -> None:
    """sum up to t of y <= min(S, what its lines can take by then) g[i,t] for the arcs of a pool through a gate."""
    problem, arcs, rates = model.problem, model.problem.arcs, model.problem.rates
    for gate, period, of, multiplier in cuts.select("key", "period", "pools", "multiplier").iter_rows():
        pool = int(of)
        through = (arcs.gate == gate) | (problem.lines.gate[arcs.line] == gate)
        mine = np.nonzero((arcs.pool == pool) & through)[0]
        if not len(mine) or multiplier > 0:
            raise ValueError(GATE_CUT)
        reach_kg = 0.0
        for arc in mine:
            at_line = (rates.line == arcs.line[arc]) & (rates.family == problem.pools.family[pool])
            daily_kg = rates.capacity_kg_per_day[at_line].sum()
            reach_kg += daily_kg * problem.working_days * int(arcs.open[arc, : period + 1].sum())
        columns = model.shipped[mine, : period + 1]
        used[columns[columns >= 0]] += multiplier
        most_tonne = min(reach_kg, problem.pools.mass_kg[pool]) / KG_PER_TONNE
        used[model.gate[gate, period]] -= multiplier * most_tonne
