"""What if: a scenario is the region with a list of changes; scenarios are planned alike and compared side by side.

A table of changes has the columns scenario, change, target, from_period, factor. Changes: line_closes (a line),
donor_out (a donor or a fund), border_shuts (``AL>ME`` one way, or ``AL`` for all its borders), licence_blown (a site or
a store: the stock of the site must be gone by the end of the period), budget (a donor, a fund or ``all``, by factor).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from rasr.core.basis.executor import Executor, Serial
from rasr.core.basis.findings import Refused
from rasr.core.basis.units import MONTHS_PER_YEAR
from rasr.core.plan.audit import audit, refuse_breaches
from rasr.core.plan.build import build_problem
from rasr.core.plan.diagnose import unreachable
from rasr.core.plan.game import OPEN, YES
from rasr.core.plan.options import Options
from rasr.core.plan.periods import Periods
from rasr.core.plan.problem import Flow, Problem, danger_over_time, left_share, without_deadlines
from rasr.core.plan.solve import Found, NoPlanError, Progress, Task, no_clock, no_progress, solve
from rasr.core.records.region import Region
from rasr.core.reference import loader

COLUMNS = ("scenario", "change", "target", "from_period", "factor")
BASE = "as_it_is"
"""Name of the region without a change."""
ALL = "all"
MOST_SCENARIOS = 50
MOST_FAULTS = 20
"""That are told in one sentence."""


@dataclass(frozen=True)
class Change:
    """One change: its row in the table (1 is the first), what it is, whom it is of, from when and by how much."""

    row: int
    kind: str
    target: str
    from_period: int
    factor: float


@dataclass(frozen=True)
class Given:
    """A region and its stock, as a change finds or leaves them."""

    region: Region
    pools: pl.DataFrame
    as_of: date

    @property
    def periods(self) -> Periods:
        """The periods of the plan."""
        settings = self.region.settings
        return Periods(settings.starts_on or self.as_of, settings.period_months, settings.horizon_periods)


class ScenariosRefusedError(Refused):
    """Refused(scenarios_refused). faults: each of them, for who tells them in another language."""

    def __init__(self, faults: list[Refused]) -> None:
        told = [loader.say(fault.code, fault.numbers) for fault in faults[:MOST_FAULTS]]
        more = [f"({len(faults) - MOST_FAULTS} more.)"] if len(faults) > MOST_FAULTS else []
        super().__init__("scenarios_refused", faults=" ".join([*told, *more]))
        self.faults = faults


def read_changes(table: pl.DataFrame, periods: int) -> dict[str, list[Change]]:
    """Changes by scenario, in the order of the table. from_period: 1 where it is empty.

    Refused: scenario_column (one is missing), too_many_scenarios; scenarios_refused with every cell that does not fit.
    """
    for column in COLUMNS[:3]:
        if column not in table.columns:
            raise Refused("scenario_column", column=column, columns=", ".join(COLUMNS))
    found: dict[str, list[Change]] = {}
    faults: list[Refused] = []
    rows = table.select(pl.col(name).cast(pl.String) for name in COLUMNS if name in table.columns)
    for number, row in enumerate(rows.iter_rows(named=True), start=1):
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        first, factor = _number(cells["from_period"] or "1"), _number(cells["factor"])
        budget = cells["change"] == "budget"
        wrong = list(_wrong(cells, first, factor if budget else 1.0, periods))
        faults += [
            Refused("scenario_cell", row=number, column=name, value=cells[name], allowed=fits) for name, fits in wrong
        ]
        if not wrong:
            change = Change(number, cells["change"], cells["target"], int(first), factor if budget else 1.0)
            found.setdefault(cells["scenario"], []).append(change)
    if faults:
        raise ScenariosRefusedError(faults)
    if len(found) > MOST_SCENARIOS:
        raise Refused("too_many_scenarios", count=len(found), limit=MOST_SCENARIOS)
    return found


def _wrong(cells: dict[str, str], first: float, factor: float, periods: int) -> Iterable[tuple[str, str]]:
    """Columns whose cell does not fit, and what fits."""
    if not cells["scenario"] or cells["scenario"] == BASE:
        yield "scenario", f"a name, not {BASE}"
    if cells["change"] not in CHANGES:
        yield "change", ", ".join(CHANGES)
    if not (1 <= first <= periods and first == int(first)):
        yield "from_period", f"1-{periods}"
    if not 0 <= factor < np.inf:
        yield "factor", "0, 0.5, 2"


def _number(text: str) -> float:
    """The number of a cell, or none."""
    try:
        return float(text)
    except ValueError:
        return np.nan


def changed(given: Given, changes: list[Change]) -> Given:
    """The region with the changes made, one after the other. Refused: unknown_rule for an unknown target."""
    for change in changes:
        given = CHANGES[change.kind](given, change)
    return given


def _every_target(given: Given, changes: Iterable[list[Change]]) -> None:
    """Refused: scenarios_refused with every unknown target, and every period that the plan does not have."""
    faults, count = [], given.region.settings.horizon_periods
    for change in (change for own in changes for change in own):
        if not 1 <= change.from_period <= count:
            first, fits = change.from_period, f"1-{count}"
            faults.append(Refused("scenario_cell", row=change.row, column="from_period", value=first, allowed=fits))
            continue
        try:
            changed(given, [change])
        except Refused as fault:
            faults.append(fault)
    if faults:
        raise ScenariosRefusedError(faults)


def _known(what: str, change: Change, known: set[str]) -> None:
    if change.target not in known:
        names = ", ".join(sorted(known)[:20]) + (", ..." if len(known) > 20 else "")
        raise Refused("unknown_rule", what=what, value=change.target, known=names)


def _with(given: Given, name: str, table: pl.DataFrame) -> Given:
    return replace(given, region=replace(given.region, tables={**given.region.tables, name: table}))


def _eve(given: Given, change: Change) -> date:
    """The last day before the change."""
    return given.periods.begins_on[change.from_period - 1] - timedelta(1)


def _line_closes(given: Given, change: Change) -> Given:
    table = given.region.table("lines")
    _known("line", change, set(table["line_id"]))
    closes = pl.min_horizontal("closes_on", pl.lit(_eve(given, change)))
    here = pl.col("line_id") == change.target
    return _with(given, "lines", table.with_columns(closes_on=pl.when(here).then(closes).otherwise("closes_on")))


def _of_fund(given: Given, change: Change, *others: str) -> pl.Expr:
    table = given.region.table("funds")
    _known("fund or donor", change, {*table["fund_id"], *table["donor"].drop_nulls(), *others})
    named = (pl.col("fund_id") == change.target) | (pl.col("donor") == change.target).fill_null(False)
    return pl.lit(True) if change.target in others else named


def _donor_out(given: Given, change: Change) -> Given:
    """From the period on nothing is paid; what comes in equal parts keeps those of before."""
    here, table, periods = _of_fund(given, change), given.region.table("funds"), given.periods
    eve = _eve(given, change)
    amounts, ends = [], []
    for fund, hit in zip(table.iter_rows(named=True), table.select(here).to_series(), strict=True):
        amount, last = fund["amount"], fund["ends_on"]
        if hit and last > eve:
            first = periods.number(max(fund["starts_on"], periods.starts_on))
            if not fund["carry_over"]:
                amount *= max(change.from_period - 1 - first, 0) / max(1, periods.number(last) - first + 1)
            last = eve
        amounts.append(amount)
        ends.append(last)
    kept = table.with_columns(amount=pl.Series(amounts, dtype=pl.Float64), ends_on=pl.Series(ends, dtype=pl.Date))
    return _with(given, "funds", kept.filter(pl.col("ends_on") >= pl.col("starts_on")))


def _budget(given: Given, change: Change) -> Given:
    here, table = _of_fund(given, change, ALL), given.region.table("funds")
    amount = pl.when(here).then(pl.col("amount") * change.factor).otherwise("amount")
    return _with(given, "funds", table.with_columns(amount=amount))


def _border_shuts(given: Given, change: Change) -> Given:
    """What a permit allows ends the day before; a permit that had not begun by then is gone."""
    table, names = given.region.table("permits"), set(given.region.table("jurisdictions")["jurisdiction_id"])
    start, _, end = change.target.partition(">")
    for name in (start, end) if ">" in change.target else (start,):
        _known("jurisdiction", replace(change, target=name), names)
    leaves, enters = pl.col("from_jurisdiction_id"), pl.col("to_jurisdiction_id")
    here = (leaves == start) & (enters == end) if end else (leaves == start) | (enters == start)
    closes = pl.min_horizontal("valid_to", pl.lit(_eve(given, change)))
    cut = table.with_columns(valid_to=pl.when(here).then(closes).otherwise("valid_to"))
    return _with(given, "permits", cut.filter(pl.col("valid_from") <= pl.col("valid_to")))


def _licence_blown(given: Given, change: Change) -> Given:
    """Pools know their site and not their store, so all that may be planned of the site is due."""
    stores = dict(given.region.table("stores").select("store_id", "site_id").iter_rows())
    site = stores.get(change.target, change.target)
    _known("site or store", replace(change, target=site), set(given.pools["origin_id"]))
    due = pl.min_horizontal("destroy_by", pl.lit(given.periods.ends_on[change.from_period - 1]))
    here = pl.col("origin_id") == site
    pools = given.pools.with_columns(destroy_by=pl.when(here).then(due).otherwise("destroy_by"))
    return replace(given, pools=pools)


CHANGES: dict[str, Callable[[Given, Change], Given]] = {
    "line_closes": _line_closes,
    "donor_out": _donor_out,
    "border_shuts": _border_shuts,
    "licence_blown": _licence_blown,
    "budget": _budget,
}


@dataclass(frozen=True)
class Planned:
    """A plan of a scenario. missed: pools whose deadline it does not keep."""

    found: Found
    missed: list[str]


def planned(task: Task) -> Planned:
    """The plan of a problem; deadlines that cannot be met are set aside, and are told as missed."""
    problem = task.problem
    hopeless = np.isin(np.arange(len(problem.pools.ids)), unreachable(problem))
    for aside in (hopeless, None):
        asked = without_deadlines(problem, aside)
        try:
            found = solve(asked, task.options, start=None, clock=no_clock, progress=no_progress)
        except NoPlanError:
            continue
        breaches = audit(problem, found.flow)
        refuse_breaches([breach for breach in breaches if breach.constraint != "deadline"])
        return Planned(found, [breach.place for breach in breaches])
    raise Refused("no_plan_exists", conflicts="")


def first_year(problem: Problem, flow: Flow) -> np.ndarray:
    """(arcs,) kg sent in the periods of the first year, at least one."""
    count = max(MONTHS_PER_YEAR // problem.periods.months, 1)
    return np.asarray(flow.shipped_kg[:, :count].sum(axis=1))


@dataclass(frozen=True)
class Compared:
    """Scenarios side by side: a row per scenario, the first as it is; and what each sends in the first year."""

    scenarios: pl.DataFrame
    queues: pl.DataFrame


def compare(
    given: Given,
    danger_curves: pl.DataFrame,
    changes: dict[str, list[Change]],
    *,
    options: Options | None = None,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> Compared:
    """The region as it is and with each list of changes, planned alike: what has no line or no money stays.

    Refused: scenarios_refused (unknown targets), and as ``build_problem``.
    """
    _every_target(given, changes.values())
    options = replace(options or Options(), partial=True)
    cases = {BASE: given} | {name: changed(given, own) for name, own in changes.items()}
    problems = {
        name: build_problem(case.region, case.pools, danger_curves, as_of=case.as_of, options=options)
        for name, case in cases.items()
    }
    plans = (executor or Serial()).map(planned, [Task(problem, options) for problem in problems.values()])
    results: dict[str, Planned] = {}
    for name, plan in zip(problems, plans, strict=True):
        results[name] = plan
        progress("scenarios", len(results) / len(problems))
    queues = {name: _queue(problems[name], result.found.flow) for name, result in results.items()}
    rows = [_row(name, problems[name], results, queues) for name in results]
    told = [queue.with_columns(scenario=pl.lit(name)) for name, queue in queues.items()]
    return Compared(
        pl.DataFrame(rows, infer_schema_length=None), pl.concat(told).select("scenario", *queues[BASE].columns)
    )


def _queue(problem: Problem, flow: Flow) -> pl.DataFrame:
    sent_kg = first_year(problem, flow)
    arcs = np.nonzero(sent_kg > 0)[0]
    names = {"pool_id": problem.pools.ids, "line_id": problem.lines.ids}
    places = {"pool_id": problem.arcs.pool[arcs], "line_id": problem.arcs.line[arcs]}
    columns = {name: [names[name][index] for index in places[name]] for name in names}
    schema = {"pool_id": pl.String, "line_id": pl.String, "mass_kg": pl.Float64}
    return pl.DataFrame({**columns, "mass_kg": sent_kg[arcs]}, schema=schema).sort("pool_id", "line_id")


def _row(
    name: str, problem: Problem, results: dict[str, Planned], queues: dict[str, pl.DataFrame]
) -> dict[str, str | float | int]:
    found, base = results[name].found, results[BASE].found
    worse = found.bound - base.objective, found.objective - base.bound
    kept = queues[name].join(queues[BASE], on=["pool_id", "line_id"], suffix="_base")
    same_kg = float(kept.select(pl.min_horizontal("mass_kg", "mass_kg_base")).to_series().sum())
    most_kg = max(float(queues[name]["mass_kg"].sum()), float(queues[BASE]["mass_kg"].sum()))
    return {
        "scenario": name,
        "fatalities": found.objective,
        "fatalities_bound": found.bound,
        "worse_low": 0.0 if name == BASE else worse[0],
        "worse_high": 0.0 if name == BASE else worse[1],
        "different": "" if name == BASE else YES if worse[0] > 0 or worse[1] < 0 else OPEN,
        "danger_after": float(danger_over_time(problem, left_share(problem, found.flow))[:, -1].sum()),
        "mass_kg": float(found.flow.shipped_kg.sum()),
        "cost_eur": float(found.flow.paid_eur.sum()),
        "deadlines_missed": len(results[name].missed),
        "first_year_changed_share": 1.0 - same_kg / most_kg if most_kg > 0 else 0.0,
        "status": found.status,
    }
