"""What moving one tonne is worth and what it takes, by arc and period, read off the prices of the last programme.

The price of a row is what the plan's fatalities would fall by if the row had one unit more. For a tonne that the plan
moves, worth = own danger + the prices of what it uses up; for one that it leaves, worth is no more than that, so the
largest price says what binds. Prices hold for a little more or less, with what is opened as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.curves import Floats
from rasr.core.plan.model import MONEY, Model, Rows
from rasr.core.plan.problem import ACTIVITIES, PROCESSING, TRANSPORT

BOUNDED = ("technique_time", "fund_limit")
"""Families whose rows limit what the bound of one of their columns limits too; each column is in one of their rows."""
SCARCE = ("money", "line", "line_neq", "loading", "opening")
"""What a tonne may have to compete for."""


@dataclass(frozen=True)
class Ways:
    """Expected fatalities per tonne, each (arcs, periods).

    there: whether the arc may be used then. worth: averted for good by moving a tonne then. own: by hauling and
    processing it. by_hand: what a decision by hand that demands it adds to its worth. prices: by name of ``SCARCE``;
    opening: of a line or corridor that the plan leaves shut.
    """

    there: np.ndarray
    worth: Floats
    own: Floats
    by_hand: Floats
    prices: dict[str, Floats]

    @property
    def taken(self) -> Floats:
        """Own danger and every price together."""
        return np.asarray(self.own + sum(self.prices.values()))


class Prices:
    """The prices of a model's rows, by family and place; 0 where there is no row.

    objective: (columns,) of the programme that the duals are of. Where one column takes all that a row allows, the
    solver may price the column's own bound instead; the row is given that price.
    """

    def __init__(self, model: Model, duals: Floats, objective: Floats) -> None:
        self.families: dict[str, tuple[Rows, Floats]] = {}
        self.objective = objective
        first = 0
        for rows in model.rows():
            self.families[rows.name] = rows, duals[first : first + rows.count]
            first += rows.count
        reduced = self.reduced()
        for name in BOUNDED:
            if name in self.families:
                rows, prices = self.families[name]
                to_row = np.where(rows.value > 0, np.minimum(reduced[rows.column], 0.0) / rows.value, 0.0)
                moved = np.zeros(rows.count)
                np.minimum.at(moved, rows.row, to_row)
                self.families[name] = rows, prices + moved

    def reduced(self) -> Floats:
        """(columns,) what one unit more of each column costs beside all that it uses, at the prices of the rows."""
        rest = self.objective.copy()
        for rows, duals in self.families.values():
            np.subtract.at(rest, rows.column, rows.value * duals[rows.row])
        return rest

    def grid(self, name: str, shape: tuple[int, ...]) -> Floats:
        """(shape) row duals of a family in its own grid, as the solver signs them: negative for what is limited."""
        flat = np.full(int(np.prod(shape)), -0.0)  # so that turning the sign gives 0
        if name in self.families:
            rows, duals = self.families[name]
            flat[rows.key] = duals
        return flat.reshape(shape)


def ways(model: Model, prices: Prices, opened: Floats) -> Ways:
    """What every arc is worth and takes in every period. opened: (gates, periods) of the plan."""
    problem = model.problem
    arcs, pools, lines = problem.arcs, problem.pools, problem.lines
    count = problem.count
    owner, family = pools.jurisdiction[arcs.pool], pools.family[arcs.pool]
    mass_tonne = pools.mass_kg[arcs.pool] / KG_PER_TONNE
    left = prices.grid("stock_left", (len(pools.ids), count))
    paying = -prices.grid("costs_paid", (len(problem.jurisdictions), len(ACTIVITIES), count))
    work_money, work_time = _cheapest_work(model, prices, paying)
    at_line = arcs.line, family, owner
    shut_line = (lines.gate[arcs.line] >= 0)[:, None] & (opened[lines.gate[arcs.line]] < 0.5) if len(opened) else False
    time = work_time[at_line]
    corridor = -prices.grid("corridor_open", (len(problem.gates.ids), count))
    crossing = np.where((arcs.gate >= 0)[:, None], corridor[arcs.gate], 0.0) if len(corridor) else np.zeros(time.shape)
    density = (pools.all_neq_kg / pools.mass_kg)[arcs.pool]
    haul_eur = arcs.cost_eur_per_tonne / MONEY
    haul_own = arcs.distance_km * problem.transport_fatalities_per_tonne_km
    neq = -prices.grid("line_neq", (len(lines.ids), count))[arcs.line] * density[:, None]
    loading = -prices.grid("site_outload", (len(problem.origins.ids), count))[pools.origin[arcs.pool]]
    return Ways(
        there=np.asarray(model.shipped >= 0),
        worth=left[arcs.pool] / mass_tonne[:, None],
        by_hand=_by_hand(model, prices),
        own=np.repeat((haul_own + problem.processing_fatalities_per_tonne)[:, None], count, axis=1),
        prices={
            "money": haul_eur[:, None] * paying[owner, TRANSPORT] + work_money[at_line],
            "line": np.where(shut_line, 0.0, time),
            "line_neq": neq,
            "loading": loading,
            "opening": crossing + np.where(shut_line, time, 0.0),
        },
    )


def _by_hand(model: Model, prices: Prices) -> Floats:
    held, demanded = model.problem.held, np.zeros(model.shipped.shape)
    price = prices.grid("held_by_hand", (len(held.names),))[held.hold]
    in_time = np.arange(model.problem.count)[None] <= held.last[held.hold][:, None]
    np.add.at(demanded, held.arc, np.where(in_time, np.maximum(price, 0.0)[:, None], 0.0))
    return demanded


def _cheapest_work(model: Model, prices: Prices, paying: Floats) -> tuple[Floats, Floats]:
    """(lines, families, jurisdictions, periods) money and machine time of the technique that takes least.

    paying: (jurisdictions, activities, periods) price of a thousand euro.
    """
    problem, rates = model.problem, model.problem.rates
    shape = (len(problem.lines.ids), len(problem.families), len(problem.jurisdictions), problem.count)
    machine = -prices.grid("technique_time", (shape[0], len(problem.techniques), shape[3]))
    hours = KG_PER_TONNE / (rates.capacity_kg_per_day * problem.working_days)
    time = machine[rates.line, rates.technique] * hours[:, None]
    money = rates.cost_eur_per_tonne[:, None, None] / MONEY * paying[None, :, PROCESSING]
    least, of_money, of_time = np.full(shape, np.inf), np.zeros(shape), np.zeros(shape)
    for rate, (line, family) in enumerate(zip(rates.line, rates.family, strict=True)):
        total = money[rate] + time[rate][None]
        better = total < least[line, family]
        least[line, family] = np.where(better, total, least[line, family])
        of_money[line, family] = np.where(better, money[rate], of_money[line, family])
        of_time[line, family] = np.where(better, time[rate][None], of_time[line, family])
    return of_money, of_time


def pull(model: Model, prices: Prices) -> Floats:
    """(pools, periods) of a tonne's worth, the part that is there only because its deadline must be met."""
    due = (model.problem.pools.deadline >= 0)[:, None] & (model.upper[model.left] == 0) & (model.left >= 0)
    reduced = prices.reduced()
    forced = np.where(due, np.maximum(-reduced[model.left], 0.0), 0.0)
    later = np.cumsum(forced[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(later / (model.problem.pools.mass_kg / KG_PER_TONNE)[:, None])
