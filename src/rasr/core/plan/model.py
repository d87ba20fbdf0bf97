"""The plan as a linear programme: its variables, and one function per constraint family.

Masses are in tonnes and money in thousands of euro, so that the solver sees numbers of like size. Variables, in
this order: shipped y (arc, period), processed z (rate, jurisdiction of origin, period), gate g (gate, period), paid f
(purse, period), left r (pool, period), share left x, danger of the concave part theta and of the convex part phi
(origin, period), secured b (work, period). Pools that neither endanger anyone, nor have a deadline, nor were decided
on by hand have no variables: nothing moves them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.problem import ACTIVITIES, PROCESSING, SECURITY, TRANSPORT, Flow, Problem

MONEY = 1000.0
"""Euro in one unit of money of the programme."""
INF = np.inf


@dataclass(frozen=True)
class Rows:
    """Constraint rows in coordinate form: sum of value x column within lower and upper.

    key: number of each row in the family's own grid, of the given shape (line, technique, period, ...).
    """

    row: Ints
    column: Ints
    value: Floats
    lower: Floats
    upper: Floats
    name: str
    key: Ints
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.lower)


@dataclass
class Terms:
    """Collects the terms of the rows of one constraint family."""

    name: str
    lower: Floats
    upper: Floats
    rows: list[Ints] = field(default_factory=lambda: [np.zeros(0, dtype=np.int64)])
    columns: list[Ints] = field(default_factory=lambda: [np.zeros(0, dtype=np.int64)])
    values: list[Floats] = field(default_factory=lambda: [np.zeros(0)])

    def add(self, row: Ints, column: Ints, value: Floats | float) -> None:
        """Add value x column to the rows; the three broadcast against each other; a negative column or row is none."""
        shape = np.broadcast_shapes(np.shape(row), np.shape(column), np.shape(value))
        flat = [np.broadcast_to(part, shape).ravel() for part in (row, column, value)]
        there = (flat[0] >= 0) & (flat[1] >= 0) & (flat[2] != 0)
        self.rows.append(flat[0][there])
        self.columns.append(flat[1][there])
        self.values.append(flat[2][there].astype(np.float64))

    def done(self) -> Rows:
        """The rows that have a term."""
        key, row = np.unique(np.concatenate(self.rows), return_inverse=True)
        column, value = np.concatenate(self.columns), np.concatenate(self.values)
        lower, upper = self.lower.ravel()[key], self.upper.ravel()[key]
        return Rows(row, column, value, lower, upper, self.name, key, self.lower.shape)


class Model:
    """Columns of the programme with their bounds and fatalities, and the rows every plan must meet."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.count = 0
        periods = problem.count
        self.dangerous = self.removable > 0
        moved = self.dangerous[problem.pools.origin] & (problem.pools.neq_kg > 0) | (problem.pools.deadline >= 0)
        moved[problem.arcs.pool[problem.held.arc]] = True
        self.shipped = self._columns(problem.arcs.open & moved[problem.arcs.pool][:, None])
        self.processed = self._columns(self._processing_allowed())
        self.gate = self._columns(np.ones((len(problem.gates.ids), periods), dtype=bool))
        self.paid = self._columns(problem.purses.open)
        self.left = self._columns(np.repeat(moved[:, None], periods, axis=1))
        shape = np.repeat(self.dangerous[:, None], periods, axis=1)
        self.concave = self._columns(shape)
        bent = shape & (np.abs(self.parts[1]).max(axis=1) > 0)[:, None]
        self.share = self._columns(bent)
        self.convex = self._columns(bent)
        self.secured = self._columns(np.ones((problem.works.count, periods), dtype=bool))
        self.lower, self.upper = self._bounds()
        self.fatalities = self._fatalities()

    def _columns(self, wanted: np.ndarray) -> Ints:
        """Number the wanted entries; -1 for the others."""
        flat = wanted.ravel()
        numbers = np.where(flat, self.count + np.cumsum(flat) - 1, -1).reshape(wanted.shape)
        self.count += int(flat.sum())
        return numbers.astype(np.int64)

    @cached_property
    def parts(self) -> tuple[Floats, Floats]:
        """Concave and convex part of each origin's curve, as shares of what can be removed there."""
        concave, convex = self.problem.origins.curves.split()
        scale = np.where(self.removable > 0, self.removable, 1.0)[:, None]
        return concave / scale, convex / scale

    @cached_property
    def removable(self) -> Floats:
        """(origins,) fatalities per year that emptying the origin's pools would remove."""
        curve = self.problem.origins.curves.fatalities_per_year
        return np.asarray(curve[:, -1] - curve[:, 0])

    @cached_property
    def weight(self) -> Floats:
        """(origins, periods) expected fatalities over the horizon per unit of an origin's removable danger."""
        years = self.problem.periods.weights_years(self.problem.discount_per_year)[1:]
        return self.removable[:, None] * years[None, :]

    @cached_property
    def unavoidable(self) -> float:
        """Expected fatalities over the horizon that no plan changes: the start, and what stays whatever is done.

        Where emptying removes nothing, what stays is the least of the curve, so that the bound holds if it falls.
        """
        years = self.problem.periods.weights_years(self.problem.discount_per_year)
        curve = self.problem.origins.curves.fatalities_per_year
        least = np.where(self.removable > 0, curve[:, 0], curve.min(axis=1))
        offered = self.problem.works.offered_per_year * years[0]
        return float((curve[:, -1] * years[0]).sum() + (least * years[1:].sum()).sum() + offered)

    @cached_property
    def constant(self) -> float:
        """Expected fatalities over the horizon that the costs of the columns leave out; works have negative costs."""
        years = self.problem.periods.weights_years(self.problem.discount_per_year)
        return self.unavoidable + float(self.problem.works.offered_per_year * years[1:].sum())

    def _processing_allowed(self) -> np.ndarray:
        """(rates, jurisdictions, periods) where some arc can bring stock of that origin, family and period."""
        problem, arcs, pools, rates = self.problem, self.problem.arcs, self.problem.pools, self.problem.rates
        shape = (len(problem.lines.ids), len(problem.families), len(problem.jurisdictions), problem.count)
        brought = np.zeros(shape, dtype=bool)
        moved = self.shipped >= 0
        np.logical_or.at(brought, (arcs.line, pools.family[arcs.pool], pools.jurisdiction[arcs.pool]), moved)
        return np.asarray(brought[rates.line, rates.family])

    def _bounds(self) -> tuple[Floats, Floats]:
        problem = self.problem
        lower, upper = np.zeros(self.count), np.full(self.count, INF)
        mass_tonne = problem.pools.mass_kg / KG_PER_TONNE
        _set(upper, self.shipped, mass_tonne[problem.arcs.pool][:, None])
        capacity_tonne = problem.rates.capacity_kg_per_day * problem.working_days / KG_PER_TONNE
        _set(upper, self.processed, capacity_tonne[:, None, None])
        opened = np.logical_or.accumulate(problem.gates.window, axis=1)
        _set(upper, self.gate, opened.astype(np.float64))
        _set(upper, self.gate[problem.works.gate], payable(problem).astype(np.float64))
        _set(upper, self.paid, problem.limits.amount_eur[problem.purses.limit][:, None] / MONEY)
        due = (problem.pools.deadline >= 0)[:, None] & (np.arange(problem.count) >= problem.pools.deadline[:, None])
        _set(upper, self.left, np.where(due, 0.0, 1.0))
        _set(upper, self.share, 1.0)
        _set(upper, self.secured, 1.0)
        concave, convex = self.parts
        _set(lower, self.concave, concave.min(axis=1)[:, None])
        _set(upper, self.concave, np.maximum(concave.max(axis=1), 0.0)[:, None])
        _set(lower, self.convex, np.minimum(convex.min(axis=1), 0.0)[:, None])
        _set(upper, self.convex, np.maximum(convex.max(axis=1), 0.0)[:, None])
        return lower, upper

    def _fatalities(self) -> Floats:
        problem = self.problem
        cost = np.zeros(self.count)
        haul = problem.arcs.distance_km * problem.transport_fatalities_per_tonne_km
        _set(cost, self.shipped, haul[:, None])
        _set(cost, self.processed, problem.processing_fatalities_per_tonne)
        _set(cost, self.concave, self.weight)
        _set(cost, self.convex, self.weight)
        years = problem.periods.weights_years(problem.discount_per_year)[1:]
        _set(cost, self.secured, -problem.works.fatalities_per_year[:, None] * years)
        return cost

    def money(self) -> Floats:
        """(columns,) cost of each column in thousands of euro: what is paid."""
        cost = np.zeros(self.count)
        _set(cost, self.paid, 1.0)
        return cost

    def rows(self) -> list[Rows]:
        """Every constraint family of the programme."""
        return [rows for family in FAMILIES if (rows := family(self)).count]

    def flow(self, values: Floats) -> Flow:
        """The plan that the values of the columns stand for."""

        def read(columns: Ints, scale: float) -> Floats:
            return np.where(columns >= 0, np.maximum(values[columns], 0.0) * scale, 0.0)

        return Flow(
            shipped_kg=read(self.shipped, KG_PER_TONNE),
            processed_kg=read(self.processed, KG_PER_TONNE),
            open=np.round(read(self.gate, 1.0)),
            paid_eur=read(self.paid, MONEY),
        )


def payable(problem: Problem) -> np.ndarray:
    """(works, periods) whether all money that may be paid for it in some period so far is enough to do the work."""
    works, gates, purses, limits = problem.works, problem.gates, problem.purses, problem.limits
    most_eur = np.zeros((len(problem.jurisdictions), problem.count))
    pairs = np.unique(np.stack([purses.jurisdiction, purses.limit])[:, purses.activity == SECURITY], axis=1)
    np.add.at(most_eur, pairs[0], (limits.amount_eur[:, None] * limits.open)[pairs[1]])
    enough = most_eur[gates.payer[works.gate]] >= gates.opening_cost_eur[works.gate][:, None]
    return np.asarray(np.logical_or.accumulate(enough, axis=1))


def _set(target: Floats, columns: Ints, values: Floats | float) -> None:
    there = columns >= 0
    target[columns[there]] = np.broadcast_to(values, columns.shape)[there]


def _grid(*shape: int) -> Ints:
    return np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)


def stock_left(model: Model) -> Rows:
    """What is left of a pool is what was left before less what is shipped:
    r[p,t] - r[p,t-1] + sum over arcs a of p of y[a,t] / S[p] = 0, with r[p,-1] = 1."""
    problem = model.problem
    row = _grid(len(problem.pools.ids), problem.count)
    right = np.zeros(row.shape)
    right[:, 0] = 1.0
    terms = Terms("stock_left", right, right)
    terms.add(row, model.left, 1.0)
    terms.add(row[:, 1:], model.left[:, :-1], -1.0)
    mass_tonne = problem.pools.mass_kg[problem.arcs.pool] / KG_PER_TONNE
    terms.add(row[problem.arcs.pool], model.shipped, 1.0 / mass_tonne[:, None])
    return terms.done()


def line_balance(model: Model) -> Rows:
    """What arrives at a line is processed there in the same period:
    sum of y[a,t] over arcs of line l, family c, origin k = sum over techniques q of z[l,q,c,k,t]."""
    problem, pools, arcs, rates = model.problem, model.problem.pools, model.problem.arcs, model.problem.rates
    row = _grid(len(problem.lines.ids), len(problem.families), len(problem.jurisdictions), problem.count)
    zero = np.zeros(row.shape)
    terms = Terms("line_balance", zero, zero)
    terms.add(row[arcs.line, pools.family[arcs.pool], pools.jurisdiction[arcs.pool]], model.shipped, 1.0)
    terms.add(row[rates.line, rates.family], model.processed, -1.0)
    return terms.done()


def technique_time(model: Model) -> Rows:
    """A technique of a line cannot work longer than the period has days, and only where the line is open:
    sum over families c and origins k of z[l,q,c,k,t] / (capacity[l,q,c] x days) <= g[l,t] (1 for an existing line)."""
    problem, rates = model.problem, model.problem.rates
    row = _grid(len(problem.lines.ids), len(problem.techniques), problem.count)
    gate = problem.lines.gate
    upper = np.where((gate < 0)[:, None, None], 1.0, 0.0) * np.ones(row.shape)
    terms = Terms("technique_time", np.full(row.shape, -INF), upper)
    time = KG_PER_TONNE / (rates.capacity_kg_per_day * problem.working_days)
    terms.add(row[rates.line, rates.technique][:, None, :], model.processed, time[:, None, None])
    works = np.zeros((len(problem.lines.ids), len(problem.techniques)), dtype=bool)
    works[rates.line, rates.technique] = True
    line, technique = np.nonzero(works & (gate >= 0)[:, None])
    if len(line):
        terms.add(row[line, technique], model.gate[gate[line]], -1.0)
    return terms.done()


def line_neq(model: Model) -> Rows:
    """A line takes in no more net explosive quantity than its limit per working day allows:
    sum of y[a,t] x NEQ per tonne <= limit[l] x days."""
    problem, arcs = model.problem, model.problem.arcs
    row = np.where(
        np.isfinite(problem.lines.neq_limit_kg_per_day)[:, None], _grid(len(problem.lines.ids), problem.count), -1
    )
    limit_tonne = problem.lines.neq_limit_kg_per_day * problem.working_days / KG_PER_TONNE
    terms = Terms("line_neq", np.full(row.shape, -INF), limit_tonne[:, None] * np.ones(row.shape))
    density = (problem.pools.all_neq_kg / problem.pools.mass_kg)[arcs.pool]
    terms.add(row[arcs.line], model.shipped, density[:, None])
    return terms.done()


def site_outload(model: Model) -> Rows:
    """A site sends off no more than it can load: sum of y[a,t] over arcs leaving s <= outload[s] x days."""
    problem, arcs = model.problem, model.problem.arcs
    row = np.where(np.isfinite(problem.outload_kg_per_day)[:, None], _grid(len(problem.origins.ids), problem.count), -1)
    limit_tonne = problem.outload_kg_per_day * problem.working_days / KG_PER_TONNE
    terms = Terms("site_outload", np.full(row.shape, -INF), limit_tonne[:, None] * np.ones(row.shape))
    terms.add(row[problem.pools.origin[arcs.pool]], model.shipped, 1.0)
    return terms.done()


def held_by_hand(model: Model) -> Rows:
    """What was decided by hand is sent in time: sum of y[a,u] over its arcs and the periods u <= t[h] >= mass[h]."""
    held = model.problem.held
    row = np.arange(len(held.names), dtype=np.int64)
    least_tonne = held.least_kg / KG_PER_TONNE
    terms = Terms("held_by_hand", least_tonne, np.full(len(least_tonne), INF))
    in_time = np.arange(model.problem.count)[None] <= held.last[held.hold][:, None]
    terms.add(row[held.hold][:, None], np.where(in_time, model.shipped[held.arc], -1), 1.0)
    return terms.done()


def gates_stay_open(model: Model) -> Rows:
    """What has been opened stays open: g[i,t-1] <= g[i,t]."""
    row = _grid(len(model.problem.gates.ids), max(model.problem.count - 1, 0))
    terms = Terms("gates_stay_open", np.full(row.shape, -INF), np.zeros(row.shape))
    terms.add(row, model.gate[:, :-1], 1.0)
    terms.add(row, model.gate[:, 1:], -1.0)
    return terms.done()


def corridor_open(model: Model) -> Rows:
    """Nothing crosses a corridor that is not open: sum of y[a,t] over its arcs <= M g[i,t], M the mass of its pools."""
    problem, arcs = model.problem, model.problem.arcs
    row = _grid(len(problem.gates.ids), problem.count)
    terms = Terms("corridor_open", np.full(row.shape, -INF), np.zeros(row.shape))
    mass_tonne = np.zeros(len(problem.gates.ids))
    paid = arcs.gate >= 0
    pair = np.unique(np.stack([arcs.gate[paid], arcs.pool[paid]]), axis=1)
    np.add.at(mass_tonne, pair[0], problem.pools.mass_kg[pair[1]] / KG_PER_TONNE)
    terms.add(row[arcs.gate[paid]], model.shipped[paid], 1.0)
    terms.add(row, model.gate, -mass_tonne[:, None])
    return terms.done()


def costs_paid(model: Model) -> Rows:
    """Every cost is paid by a fund that may pay it, in its period:
    cost[k,activity,t] = sum of f over the purses of k and activity."""
    problem, arcs, rates, gates = model.problem, model.problem.arcs, model.problem.rates, model.problem.gates
    row = _grid(len(problem.jurisdictions), len(ACTIVITIES), problem.count)
    zero = np.zeros(row.shape)
    terms = Terms("costs_paid", zero, zero)
    haul = arcs.cost_eur_per_tonne / MONEY
    terms.add(row[problem.pools.jurisdiction[arcs.pool], TRANSPORT], model.shipped, haul[:, None])
    work = rates.cost_eur_per_tonne / MONEY
    terms.add(row[:, PROCESSING][None], model.processed, work[:, None, None])
    opening, fixed = gates.opening_cost_eur / MONEY, gates.fixed_eur_per_year * problem.periods.years / MONEY
    payer = row[gates.payer, gates.activity]
    terms.add(payer, model.gate, opening[:, None] + fixed[:, None] * gates.window)
    terms.add(payer[:, 1:], model.gate[:, :-1], -opening[:, None])
    terms.add(row[problem.purses.jurisdiction, problem.purses.activity], model.paid, -1.0)
    return terms.done()


def fund_limit(model: Model) -> Rows:
    """A fund pays no more than it has: with carry-over sum over purses and periods of f <= amount, without it
    sum over purses of f in each period <= the part of that period."""
    problem, purses, limits = model.problem, model.problem.purses, model.problem.limits
    row = _grid(len(limits.amount_eur), problem.count)
    row = np.where(limits.carry_over[:, None], row[:, :1], row)
    upper = np.repeat(limits.amount_eur[:, None] / MONEY, problem.count, axis=1)
    terms = Terms("fund_limit", np.full(row.shape, -INF), upper)
    terms.add(row[purses.limit], model.paid, 1.0)
    return terms.done()


def share_left(model: Model) -> Rows:
    """The share left at an origin is that of its pools, by NEQ: x[s,t] = sum over its pools of NEQ share x r[p,t]."""
    problem, pools = model.problem, model.problem.pools
    row = np.where(model.share >= 0, _grid(len(problem.origins.ids), problem.count), -1)
    zero = np.zeros(row.shape)
    terms = Terms("share_left", zero, zero)
    terms.add(row, model.share, 1.0)
    planned_kg = problem.origins.planned_neq_kg[pools.origin]
    neq_share = pools.neq_kg / np.where(planned_kg > 0, planned_kg, 1.0)
    terms.add(row[pools.origin], model.left, -neq_share[:, None])
    return terms.done()


def convex_danger(model: Model) -> Rows:
    """The convex part of an origin's danger lies on or above each of its lines:
    phi[s,t] >= value + slope x (x[s,t] - kink)."""
    problem = model.problem
    share, convex = problem.origins.curves.share, model.parts[1]
    run = np.diff(share, axis=1)
    slope = np.where(run > 1e-12, np.diff(convex, axis=1) / np.where(run > 1e-12, run, 1.0), 0.0)
    wanted = (run > 1e-12) & (model.convex[:, :1] >= 0)
    wanted[:, 1:] &= np.abs(np.diff(slope, axis=1)) > 1e-12
    wanted[:, 0] &= slope[:, 0] != 0  # phi >= 0 is a bound already
    origin, segment = np.nonzero(wanted)
    row = _grid(len(origin), problem.count)
    intercept = convex[origin, segment] - slope[origin, segment] * share[origin, segment]
    terms = Terms("convex_danger", np.repeat(intercept[:, None], problem.count, axis=1), np.full(row.shape, INF))
    terms.add(row, model.convex[origin], 1.0)
    terms.add(row, model.share[origin], -slope[origin, segment][:, None])
    return terms.done()


def work_done(model: Model) -> Rows:
    """A work removes nothing before it is done: b[w,t] <= g[w,t]."""
    row = _grid(model.problem.works.count, model.problem.count)
    terms = Terms("work_done", np.full(row.shape, -INF), np.zeros(row.shape))
    terms.add(row, model.secured, 1.0)
    terms.add(row, model.gate[model.problem.works.gate], -1.0)
    return terms.done()


def work_needed(model: Model) -> Rows:
    """A work removes no more than there is: b[w,t] <= 1 - p + p x mass left, p the share of it that may be planned,
    mass left = sum over the site's pools of mass share x r[p,t]."""
    problem, pools, works = model.problem, model.problem.pools, model.problem.works
    row = _grid(works.count, problem.count)
    of_work, pool = np.nonzero(works.origin[:, None] == pools.origin[None])
    mass_kg = np.bincount(pools.origin, pools.mass_kg, len(problem.origins.ids))
    share = works.planned_share[of_work] * pools.mass_kg[pool] / mass_kg[pools.origin[pool]]
    may_leave = model.left[pool, 0] >= 0  # the others stay
    upper = np.ones(row.shape)
    np.subtract.at(upper, of_work[may_leave], share[may_leave][:, None])
    terms = Terms("work_needed", np.full(row.shape, -INF), upper)
    terms.add(row, model.secured, 1.0)
    terms.add(row[of_work], model.left[pool], -share[:, None])
    return terms.done()


def one_work_a_site(model: Model) -> Rows:
    """Of the works offered for a site no more than one is done: sum over its works of g[w,t] <= 1."""
    works = model.problem.works
    row = _grid(int(works.site.max(initial=-1)) + 1, model.problem.count)
    terms = Terms("one_work_a_site", np.full(row.shape, -INF), np.ones(row.shape))
    terms.add(row[works.site], model.gate[works.gate], 1.0)
    return terms.done()


FAMILIES = (
    stock_left,
    line_balance,
    technique_time,
    line_neq,
    site_outload,
    held_by_hand,
    gates_stay_open,
    corridor_open,
    costs_paid,
    fund_limit,
    share_left,
    convex_danger,
    work_done,
    work_needed,
    one_work_a_site,
)
"""Every constraint family; one function each, one row each in ``docs/guide/planning.md``."""
