"""The audit: adds a plan up again without the solver, and names every constraint it breaks.

It shares no code with the model: where the model has an inequality, this walks through the plan and does the sum.
Only the proof of the bound (``certificate``) takes its rows from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.plan.certificate import certified
from rasr.core.plan.problem import ACTIVITIES, OPENING, PROCESSING, SECURITY, TRANSPORT, Flow, Problem
from rasr.core.plan.result import Plan

RELATIVE = 1e-6
MASS_KG = 1.0
MONEY_EUR = 1.0
"""A breach smaller than a kilogram, a euro or a millionth is rounding."""
TINY = 1e-15
"""Expected fatalities too few to count."""


@dataclass(frozen=True)
class Breach:
    """A constraint that the plan breaks: its name, where, and by how much (kg, EUR or days)."""

    constraint: str
    place: str
    amount: float


def audit(problem: Problem, flow: Flow) -> list[Breach]:
    """Every breach of the plan; none for a plan that holds."""
    checks = (_sent, _closed_arcs, _line_balance, _technique_time, _line_limits, _held, _gates, _works, _payments,
              _funds)  # fmt: skip
    return [breach for check in checks for breach in check(problem, flow)]


def audit_bound(problem: Problem, proof: pl.DataFrame, bound: float, objective: float) -> list[Breach]:
    """Whether the stated bound is what its certificate proves, and the plan lies above it."""
    try:
        proven = certified(problem, proof)
    except ValueError as fault:
        return [Breach("certificate", str(fault), abs(bound))]
    slack = RELATIVE * abs(objective) + TINY
    return [*_over("bound", "certificate", bound, proven, slack), *_over("bound", "objective", bound, objective, slack)]


def audit_tables(flow: Flow, plan: Plan) -> list[Breach]:
    """Whether the tables of the plan add up to the plan."""
    stated = {
        "shipments.mass_kg": (plan.shipments["mass_kg"].sum(), flow.shipped_kg.sum()),
        "processing.mass_kg": (plan.processing["mass_kg"].sum(), flow.shipped_kg.sum()),
        "spending.amount_eur": (plan.spending["amount_eur"].sum(), flow.paid_eur.sum()),
        "summary.mass_destroyed_kg": (plan.summary["mass_destroyed_kg"], flow.shipped_kg.sum()),
        "summary.cost_eur": (plan.summary["cost_eur"], flow.paid_eur.sum()),
        "reasons.mass_kg": (plan.reasons["mass_kg"].sum(), flow.shipped_kg.sum()),
    }
    parts = (plan.shipments, plan.processing, plan.openings)
    pieces = {
        "costs of shipments, processing and openings": (
            sum(float(part["cost_eur"].sum()) for part in parts),
            float(plan.spending["amount_eur"].sum()),
        )
    }
    off = ((name, abs(a - b), max(abs(a), abs(b))) for name, (a, b) in {**stated, **pieces}.items())
    wrong = [Breach("tables_add_up", name, amount) for name, amount, size in off if amount > 1.0 + RELATIVE * size]
    return [*wrong, *_averted(plan)]


def _averted(plan: Plan) -> Iterator[Breach]:
    """Whether the lines of the plan avert, less what they endanger, what the plan as a whole averts."""
    whole = plan.summary["objective_doing_nothing"] - plan.summary["objective_fatalities"]
    lines = float((plan.reasons["averted"] - plan.reasons["endangered"]).sum())
    yield from _over("tables_add_up", "reasons.averted", abs(whole - lines), 0.0, RELATIVE * abs(whole) + TINY)


def refuse_breaches(breaches: list[Breach]) -> None:
    """Refused(plan_breaks_constraint) with the largest breach, if there is any."""
    if breaches:
        worst = max(breaches, key=lambda breach: breach.amount)
        raise Refused(
            "plan_breaks_constraint", constraint=worst.constraint, place=worst.place, amount=round(worst.amount, 3)
        )


def _over(name: str, place: str, value: float, limit: float, slack: float) -> Iterator[Breach]:
    if value > limit + slack + RELATIVE * abs(limit):
        yield Breach(name, place, value - limit)


def _sent(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """No pool sends off more than it holds, in no period less than nothing; deadlines are met."""
    for name, values in (("shipped", flow.shipped_kg), ("processed", flow.processed_kg), ("paid", flow.paid_eur)):
        if not np.all(values >= 0):  # what is not a number is not at least nothing either
            yield Breach("not_negative", name, float(-values.min()))
    pools = problem.pools
    sent_kg = np.zeros((len(pools.ids), problem.count))
    for arc, pool in enumerate(problem.arcs.pool):
        sent_kg[pool] += flow.shipped_kg[arc]
    for pool, name in enumerate(pools.ids):
        yield from _over("stock", name, sent_kg[pool].sum(), pools.mass_kg[pool], MASS_KG)
        deadline = pools.deadline[pool]
        if deadline >= 0:
            in_time = sent_kg[pool, : deadline + 1].sum()
            # One sweep of dust per arc and period may have gone from what the solver shipped.
            yield from _over("deadline", name, pools.mass_kg[pool] - in_time, 0.0, MASS_KG * problem.count)


def _closed_arcs(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """Nothing moves where there is no permit, or the line is closed."""
    for arc, period in zip(*np.nonzero((flow.shipped_kg > 0) & ~problem.arcs.open), strict=True):
        place = f"{problem.pools.ids[problem.arcs.pool[arc]]} > {problem.lines.ids[problem.arcs.line[arc]]}"
        yield Breach("permit_or_opening_times", place, float(flow.shipped_kg[arc, period]))


def _line_balance(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """What arrives is processed in the same period, by origin and family."""
    arrived: dict[tuple[int, int, int], np.ndarray] = {}
    for arc, (pool, line) in enumerate(zip(problem.arcs.pool, problem.arcs.line, strict=True)):
        key = int(line), int(problem.pools.family[pool]), int(problem.pools.jurisdiction[pool])
        arrived[key] = arrived.get(key, np.zeros(problem.count)) + flow.shipped_kg[arc]
    done: dict[tuple[int, int, int], np.ndarray] = {}
    for rate, (line, family) in enumerate(zip(problem.rates.line, problem.rates.family, strict=True)):
        for origin in range(len(problem.jurisdictions)):
            key = int(line), int(family), origin
            done[key] = done.get(key, np.zeros(problem.count)) + flow.processed_kg[rate, origin]
    nothing = np.zeros(problem.count)
    for key in {*arrived, *done}:
        difference = float(np.abs(arrived.get(key, nothing) - done.get(key, nothing)).max())
        place = f"{problem.lines.ids[key[0]]}, {problem.families[key[1]]}"
        yield from _over("line_balance", place, difference, 0.0, MASS_KG)


def _technique_time(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """No technique works more days than the period has, nor on a line that is not open."""
    rates = problem.rates
    days = flow.processed_kg.sum(axis=1) / rates.capacity_kg_per_day[:, None]
    for line, technique in sorted(set(zip(rates.line.tolist(), rates.technique.tolist(), strict=True))):
        worked = days[(rates.line == line) & (rates.technique == technique)].sum(axis=0)
        gate = problem.lines.gate[line]
        opened = flow.open[gate] if gate >= 0 else np.ones(problem.count)
        place = f"{problem.lines.ids[line]}, {problem.techniques[technique]}"
        for period in range(problem.count):
            yield from _over("technique_time", place, worked[period], problem.working_days * opened[period], 1e-3)


def _line_limits(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """Lines keep their explosive limits, sites their loading limits."""
    neq = (problem.pools.all_neq_kg / problem.pools.mass_kg)[problem.arcs.pool]
    for line, limit in enumerate(problem.lines.neq_limit_kg_per_day):
        if np.isfinite(limit):
            taken = (flow.shipped_kg * neq[:, None])[problem.arcs.line == line].sum(axis=0).max(initial=0.0)
            yield from _over("line_neq", problem.lines.ids[line], taken, limit * problem.working_days, MASS_KG)
    for origin, limit in enumerate(problem.outload_kg_per_day):
        if np.isfinite(limit):
            leaves = problem.pools.origin[problem.arcs.pool] == origin
            loaded = flow.shipped_kg[leaves].sum(axis=0).max(initial=0.0)
            yield from _over("site_outload", problem.origins.ids[origin], loaded, limit * problem.working_days, MASS_KG)


def _held(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """What was decided by hand is sent in time."""
    for number, name in enumerate(problem.held.names):
        arcs = problem.held.arc[problem.held.hold == number]
        sent = float(flow.shipped_kg[arcs, : problem.held.last[number] + 1].sum())
        slack = MASS_KG * len(arcs) * problem.count  # a sweep of dust per arc and period, as with deadlines
        yield from _over("held_by_hand", name, problem.held.least_kg[number] - sent, 0.0, slack)


def _gates(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """Gates are open or shut, open no earlier than they may, stay open, and nothing crosses a shut corridor."""
    for gate, name in enumerate(problem.gates.ids):
        opened = flow.open[gate]
        if not np.isin(opened, (0.0, 1.0)).all():
            yield Breach("gate_whole", name, float(np.abs(opened - np.round(opened)).max()))
        if (np.diff(opened) < 0).any():
            yield Breach("gate_stays_open", name, 1.0)
        may = np.maximum.accumulate(problem.gates.window[gate])
        if (opened > may).any():
            yield Breach("gate_window", name, 1.0)
        crossing = flow.shipped_kg[problem.arcs.gate == gate].sum(axis=0)
        yield from _over("corridor_open", name, float((crossing * (1.0 - opened)).sum()), 0.0, MASS_KG)


def _works(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """No site has more than one of the works that were offered for it."""
    done: dict[int, list[str]] = {}
    for gate, site in zip(problem.works.gate, problem.works.site, strict=True):
        if flow.open[gate].any():
            done.setdefault(int(site), []).append(problem.gates.ids[gate])
    for names in done.values():
        yield from _over("one_work_a_site", ", ".join(names), len(names), 1.0, 0.0)


def _payments(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """Each cost is paid in full, in its period, for the jurisdiction and activity it falls on."""
    due = np.zeros((len(problem.jurisdictions), len(ACTIVITIES), problem.count))
    for arc, pool in enumerate(problem.arcs.pool):
        price = problem.arcs.cost_eur_per_tonne[arc] / KG_PER_TONNE
        due[problem.pools.jurisdiction[pool], TRANSPORT] += flow.shipped_kg[arc] * price
    for rate, price in enumerate(problem.rates.cost_eur_per_tonne):
        due[:, PROCESSING] += flow.processed_kg[rate] * price / KG_PER_TONNE
    for gate, payer in enumerate(problem.gates.payer):
        activity = SECURITY if problem.gates.kind[gate] == "work" else OPENING
        was = 0.0
        for period in range(problem.count):
            now = flow.open[gate, period]
            fixed = problem.gates.fixed_eur_per_year[gate] * problem.periods.years * problem.gates.window[gate, period]
            due[payer, activity, period] += (now - was) * problem.gates.opening_cost_eur[gate] + now * fixed
            was = now
    paid = np.zeros_like(due)
    for purse, payments in enumerate(flow.paid_eur):
        paid[problem.purses.jurisdiction[purse], problem.purses.activity[purse]] += payments
    for place in zip(*np.nonzero(np.abs(due - paid) > MONEY_EUR + RELATIVE * np.abs(due)), strict=True):
        name = f"{problem.jurisdictions[place[0]]}, {ACTIVITIES[place[1]]}, period {place[2] + 1}"
        yield Breach("costs_paid", name, float(abs(due - paid)[place]))


def _funds(problem: Problem, flow: Flow) -> Iterator[Breach]:
    """No fund pays more than it has, nor outside its life."""
    outside = np.where(problem.purses.open, 0.0, flow.paid_eur)
    if outside.sum() > MONEY_EUR:
        yield Breach("fund_life", "a fund outside its life", float(outside.sum()))
    for limit, amount in enumerate(problem.limits.amount_eur):
        purses = problem.purses.limit == limit
        spent = flow.paid_eur[purses].sum(axis=0)
        most = spent.sum() if problem.limits.carry_over[limit] else spent.max(initial=0.0)
        name = problem.funds[problem.purses.fund[purses][0]] if purses.any() else str(limit)
        yield from _over("fund_limit", name, float(most), float(amount), MONEY_EUR)
