"""Why the plan is as it is: each line of it, each stock it leaves, and the price of what is scarce.

What a line of the plan averts is read off the true curves: the fall of its origin's danger in its period, shared out by
explosive quantity over what leaves the origin then, for the rest of the horizon. These add up to all that the plan
averts. Why, why now and what binds come from the prices of the last programme (``ways``). Codes:
``reference/plan_reasons.csv``.

>>> sentences()["first"]
'It cannot be done sooner: it is in the first period.'
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.curves import Floats
from rasr.core.plan.model import MONEY, Model
from rasr.core.plan.problem import (
    ACTIVITIES,
    SECURITY,
    Flow,
    Problem,
    danger_over_time,
    gate_costs_eur,
    left_share,
    origin_share,
)
from rasr.core.plan.settle import DUST_KG
from rasr.core.plan.solve import linearised
from rasr.core.plan.ways import SCARCE, Prices, Ways, pull, ways
from rasr.core.plan.works import stays
from rasr.core.reference import loader

SLIGHT = 1e-6
"""A share of the greatest worth of a tonne below which a price is the solver's tolerance."""
EURO_PER_MILLION = 1e6
REASONS = {
    "period": pl.Int64,
    "pool_id": pl.String,
    "line_id": pl.String,
    "mass_kg": pl.Float64,
    "removed_per_year": pl.Float64,
    "averted": pl.Float64,
    "endangered": pl.Float64,
    "cost_eur": pl.Float64,
    "averted_per_million_eur": pl.Float64,
    "why": pl.String,
    "why_now": pl.String,
}
REMAINING = {
    "pool_id": pl.String,
    "left_kg": pl.Float64,
    "binds": pl.String,
    "line_id": pl.String,
    "period": pl.Int64,
    "worth_per_tonne": pl.Float64,
    "own_per_tonne": pl.Float64,
    **{f"{name}_per_tonne": pl.Float64 for name in SCARCE},
}
PRICES = {
    "what": pl.String,
    "id": pl.String,
    "detail": pl.String,
    "period": pl.Int64,
    "unit": pl.String,
    "averted_per_unit": pl.Float64,
}


def sentences() -> dict[str, str]:
    """Every code of a reason with its English sentence."""
    return {row["reason"]: row["sentence"] for row in loader.rows("plan_reasons.csv")}


def explained(problem: Problem, flow: Flow, duals: Floats | None) -> dict[str, pl.DataFrame]:
    """The tables reasons, remaining and prices of ``result.Plan``.

    duals: ``Found.prices``; None: only what a line averts and costs is known, and no prices.
    """
    if duals is None:
        lines = _figures(problem, flow) | {"why": None, "why_now": None}
        return {
            "reasons": _reasons(problem, flow, lines, None),
            "remaining": pl.DataFrame(schema=REMAINING),
            "prices": pl.DataFrame(schema=PRICES),
        }
    model = Model(problem)
    share = origin_share(problem, left_share(problem, flow))
    prices = Prices(model, duals, linearised(model, share))
    found = ways(model, prices, flow.open)
    pulled = pull(model, prices)
    lines = _figures(problem, flow) | _whys(problem, flow, found, pulled)
    return {
        "reasons": _reasons(problem, flow, lines, prices),
        "remaining": _remaining(model, flow, found),
        "prices": _prices(problem, prices),
    }


def averted(problem: Problem, flow: Flow) -> tuple[Floats, Floats]:
    """(arcs, periods) fatalities per year removed at the origin, and expected fatalities averted over the horizon."""
    arcs, pools = problem.arcs, problem.pools
    danger = danger_over_time(problem, left_share(problem, flow))
    fall = danger[:, :-1] - danger[:, 1:]
    neq_kg = flow.shipped_kg * (pools.neq_kg / pools.mass_kg)[arcs.pool][:, None]
    leaving = np.zeros_like(fall)
    np.add.at(leaving, pools.origin[arcs.pool], neq_kg)
    each = np.where(leaving > 0, fall / np.where(leaving > 0, leaving, 1.0), 0.0)
    removed = neq_kg * each[pools.origin[arcs.pool]]
    years = problem.periods.weights_years(problem.discount_per_year)[1:]
    return removed, removed * np.cumsum(years[::-1])[::-1]


def _figures(problem: Problem, flow: Flow) -> dict[str, Any]:
    """What each line of the plan removes, averts, endangers and costs, in the order of ``np.nonzero``."""
    at = np.nonzero(flow.shipped_kg > 0)
    arc = at[0]
    removed, saved = averted(problem, flow)
    tonnes = flow.shipped_kg[at] / KG_PER_TONNE
    own = problem.arcs.distance_km[arc] * problem.transport_fatalities_per_tonne_km
    cost_eur = tonnes * (problem.arcs.cost_eur_per_tonne[arc] + _work_eur_per_tonne(problem, flow)[at])
    gained, paid = saved[at], np.where(cost_eur > 0, cost_eur, 1.0)
    return {
        "removed_per_year": removed[at],
        "averted": gained,
        "endangered": tonnes * (own + problem.processing_fatalities_per_tonne),
        "cost_eur": cost_eur,
        "averted_per_million_eur": np.where(cost_eur > 0, gained / paid * EURO_PER_MILLION, np.nan),
    }


def _work_eur_per_tonne(problem: Problem, flow: Flow) -> Floats:
    """(arcs, periods) mean price at which the line works the arc's family and owner in the period."""
    rates, arcs, pools = problem.rates, problem.arcs, problem.pools
    shape = (len(problem.lines.ids), len(problem.families), len(problem.jurisdictions), problem.count)
    mass_kg, paid_eur = np.zeros(shape), np.zeros(shape)
    np.add.at(mass_kg, (rates.line, rates.family), flow.processed_kg)
    np.add.at(paid_eur, (rates.line, rates.family), flow.processed_kg * rates.cost_eur_per_tonne[:, None, None])
    mean = np.where(mass_kg > 0, paid_eur / np.where(mass_kg > 0, mass_kg, 1.0), 0.0)
    return np.asarray(mean[arcs.line, pools.family[arcs.pool], pools.jurisdiction[arcs.pool]])


def _whys(problem: Problem, flow: Flow, found: Ways, pulled: Floats) -> dict[str, list[str]]:
    """Why each line of the plan is in it, and why not a period sooner."""
    slight = SLIGHT * float(found.worth.max(initial=0.0))
    why, why_now = [], []
    pool_of = problem.arcs.pool
    for arc, period in zip(*np.nonzero(flow.shipped_kg > 0), strict=True):
        forced = pulled[pool_of[arc], period]
        due = forced > slight and found.worth[arc, period] - forced < found.taken[arc, period] - slight
        demanded = found.by_hand[arc, period] > slight
        most = f"most_per_{_scarcest(found, arc, period, slight)}"
        why.append("by_hand" if demanded else "due" if due else most)
        why_now.append(_why_not_sooner(problem, flow, found, int(arc), int(period), slight))
    return {"why": why, "why_now": why_now}


def _scarcest(found: Ways, arc: int, period: int, slight: float) -> str:
    """What the arc competes for most in the period; nothing where no price is more than slight."""
    price, name = max((found.prices[name][arc, period], -place) for place, name in enumerate(SCARCE))
    return SCARCE[-name] if price > slight else "nothing"


def _why_not_sooner(problem: Problem, flow: Flow, found: Ways, arc: int, period: int, slight: float) -> str:
    if period == 0:
        return "first"
    before = period - 1
    if not problem.arcs.open[arc, before]:
        return "not_allowed_sooner"
    gates = [gate for gate in (problem.lines.gate[problem.arcs.line[arc]], problem.arcs.gate[arc]) if gate >= 0]
    if any(flow.open[gate, before] < flow.open[gate, period] for gate in gates):
        return "not_opened_sooner"
    scarce = _scarcest(found, arc, before, slight)
    return "as_good_sooner" if scarce == "nothing" else f"{scarce}_taken_sooner"


def _reasons(problem: Problem, flow: Flow, columns: dict[str, Any], prices: Prices | None) -> pl.DataFrame:
    arc, period = np.nonzero(flow.shipped_kg > 0)
    named = {
        "period": period + 1,
        "pool_id": [problem.pools.ids[pool] for pool in problem.arcs.pool[arc]],
        "line_id": [problem.lines.ids[line] for line in problem.arcs.line[arc]],
        "mass_kg": flow.shipped_kg[arc, period],
    }
    table = pl.DataFrame(named | columns, schema_overrides=REASONS).select(
        pl.col(name).cast(dtype) for name, dtype in REASONS.items()
    )
    table = pl.concat([table, _works(problem, flow, prices)])
    return table.with_columns(pl.col("averted_per_million_eur").fill_nan(None)).sort("period", "pool_id", "line_id")


def _works(problem: Problem, flow: Flow, prices: Prices | None) -> pl.DataFrame:
    """The security works that are done, as lines of the plan: line_id is the work, and nothing is moved."""
    works = problem.works
    years = problem.periods.weights_years(problem.discount_per_year)[1:]
    cost_eur = gate_costs_eur(problem, flow.open).sum(axis=1)
    opened = flow.open[works.gate]
    averted_by = (works.fatalities_per_year[:, None] * opened * stays(problem, left_share(problem, flow))) @ years
    rows = []
    for work in np.nonzero(opened.any(axis=1))[0]:
        gate, period, saved = works.gate[work], int(opened[work].argmax()), float(averted_by[work])
        paid_eur, removed = float(cost_eur[gate]), float(works.fatalities_per_year[work])
        by_million = saved / paid_eur * EURO_PER_MILLION if paid_eur > 0 else None
        named = (period + 1, None, problem.gates.ids[gate], 0.0)
        why = (None, None) if prices is None else _why_work(problem, prices, int(problem.gates.payer[gate]), period)
        rows.append((*named, removed, saved, 0.0, paid_eur, by_million, *why))
    return pl.DataFrame(rows, schema=REASONS, orient="row")


def _why_work(problem: Problem, prices: Prices, payer: int, period: int) -> tuple[str, str]:
    """Why a work is done, and why not a period sooner: whether the money that may pay for it is short then."""
    paying = -prices.grid("costs_paid", (len(problem.jurisdictions), len(ACTIVITIES), problem.count))
    short = paying[payer, SECURITY] > SLIGHT * paying.max(initial=0.0)
    why = "most_per_money" if short[period] else "money_to_spare"
    if period == 0:
        return why, "first"
    return why, "money_taken_sooner" if short[period - 1] else "as_good_sooner"


def _remaining(model: Model, flow: Flow, found: Ways) -> pl.DataFrame:
    """What binds for each pool of which something is left, and the way that comes nearest to being worth it."""
    problem = model.problem
    left_kg = left_share(problem, flow)[:, -1] * problem.pools.mass_kg
    short = np.where(found.there, found.taken - found.worth, np.inf)
    slight = SLIGHT * float(found.worth.max(initial=0.0))
    rows = []
    for pool in np.nonzero(left_kg > DUST_KG)[0]:
        row: dict[str, Any] = {"pool_id": problem.pools.ids[pool], "left_kg": left_kg[pool]}
        mine = np.nonzero(problem.arcs.pool == pool)[0]
        if not (model.left[pool] >= 0).any():
            row["binds"] = "no_danger"
        elif not len(mine):
            row["binds"] = "no_permit" if problem.pools.family[pool] in problem.rates.family else "no_line"
        elif not found.there[mine].any():
            row["binds"] = "closed"
        else:
            # ties go to the latest period: what could still be done once the rest is
            place = np.unravel_index(np.argmin(short[mine][:, ::-1]), short[mine].shape)
            arc, period = mine[place[0]], problem.count - 1 - int(place[1])
            row |= {
                "binds": _binds(problem, found, arc, period, slight),
                "line_id": problem.lines.ids[problem.arcs.line[arc]],
                "period": period + 1,
                "worth_per_tonne": found.worth[arc, period],
                "own_per_tonne": found.own[arc, period],
                **{f"{name}_per_tonne": _above(found.prices[name][arc, period], slight) for name in SCARCE},
            }
        rows.append(row)
    return pl.DataFrame(rows, schema=REMAINING).sort("pool_id")


def _above(price: float, slight: float) -> float:
    """The price; none where it is the solver's tolerance."""
    return price if price > slight else 0.0


def _binds(problem: Problem, found: Ways, arc: int, period: int, slight: float) -> str:
    if found.worth[arc, period] <= found.own[arc, period] + slight:
        return "not_worth"
    scarce = _scarcest(found, arc, period, slight)
    if scarce == "line" and not problem.arcs.open[arc].all():
        return "time"
    return "slight" if scarce == "nothing" else scarce


def _prices(problem: Problem, prices: Prices) -> pl.DataFrame:
    """What one unit more of each scarce thing would avert over the horizon, the most first within a kind."""
    count, lines = problem.count, problem.lines.ids
    grids: list[tuple[str, str, float, str, list[tuple[str, str]]]] = [
        ("fund", "million EUR", EURO_PER_MILLION / MONEY, "fund_limit", _payers(problem)),
        ("money", "million EUR", EURO_PER_MILLION / MONEY, "costs_paid",
         [(owner, activity) for owner in problem.jurisdictions for activity in ACTIVITIES]),
        ("line", "working day", 1.0 / problem.working_days, "technique_time",
         [(line, technique) for line in lines for technique in problem.techniques]),
        ("line_neq", "t", 1.0, "line_neq", [(line, "") for line in lines]),
        ("loading", "t", 1.0, "site_outload", [(origin, "") for origin in problem.origins.ids]),
    ]  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for what, unit, factor, name, names in grids:
        grid = -prices.grid(name, (len(names), count))
        for place, period in zip(*np.nonzero(grid > SLIGHT * grid.max(initial=0.0)), strict=True):
            # money that may be carried over has one price for the whole horizon
            whole = what == "fund" and bool(problem.limits.carry_over[place])
            when = None if whole else int(period) + 1
            rows.append((what, *names[place], when, unit, float(grid[place, period] * factor)))
    table = pl.DataFrame(rows, schema=PRICES, orient="row")
    order = pl.col("what").cast(pl.Enum([what for what, *_ in grids]))
    return table.sort(
        order, "averted_per_unit", "id", "detail", "period", descending=[False, True, False, False, False]
    )


def _payers(problem: Problem) -> list[tuple[str, str]]:
    """(fund, jurisdictions) of each limit of money."""
    purses = problem.purses
    named = []
    for limit in range(len(problem.limits.amount_eur)):
        of_limit = np.nonzero(purses.limit == limit)[0]
        fund = problem.funds[purses.fund[of_limit[0]]] if len(of_limit) else ""
        places = sorted({problem.jurisdictions[place] for place in purses.jurisdiction[of_limit]})
        named.append((fund, " ".join(places)))
    return named
