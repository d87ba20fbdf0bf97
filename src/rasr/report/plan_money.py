"""Flows, spending and the use of lines in the report of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rasr.core.basis.units import tonne_from_kg
from rasr.core.report.places import by_capital
from rasr.core.report.planned import flow_matrix, line_use, spending_figures
from rasr.report.charts import Caption, Series, bar_mark, stacked_bars
from rasr.report.page import Block, Cell, Figure, Head, Prose, Section, Table
from rasr.report.scribe import Scribe

if TYPE_CHECKING:
    from rasr.core.plan.result import Plan

HEAT_STEPS = 5
FLOW = ("from_jurisdiction_id", "to_jurisdiction_id", "mass_kg")
MOST_COLOURS = 6
"""Funds with a colour of their own; the others share one."""


def heat(value: float, largest: float) -> str:
    """Class of a heat cell, 0 (nothing) to 5."""
    return "" if value <= 0 else f"heat-{min(1 + int(HEAT_STEPS * value / largest), HEAT_STEPS)}"


def flows_section(plan: Plan, scribe: Scribe) -> Section:
    """Tonnes from each jurisdiction to each."""
    senders, receivers, flows = flow_matrix(plan, scribe.region.table("jurisdictions"))
    if flows.is_empty():
        return Section("flows", scribe.t("flows_title"), [Prose([scribe.t("flows_none")])])
    mass = {(sender, receiver): mass_kg for sender, receiver, mass_kg in flows.select(FLOW).iter_rows()}
    largest = max(mass.values())
    heads = [scribe.head("head_from_to", numeric=False), *(Head(scribe.jurisdiction(name)) for name in receivers)]
    rows = [
        [
            Cell(scribe.jurisdiction(sender)),
            *(
                _flow_cell(mass.get((sender, receiver), 0.0), largest, sender == receiver, scribe)
                for receiver in receivers
            ),
        ]
        for sender in senders
    ]
    matrix = Table(scribe.t("flows_caption"), heads, rows, note=scribe.t("flows_note"), css="matrix")
    return Section("flows", scribe.t("flows_title"), [matrix, _across(flows, scribe)])


def _flow_cell(mass_kg: float, largest_kg: float, at_home: bool, scribe: Scribe) -> Cell:
    tone = f"{heat(mass_kg, largest_kg)}{' home' if at_home else ''}".strip()
    return Cell(scribe.numerals.tonnes(mass_kg) if mass_kg else "", numeric=True, tone=tone)


def _across(flows: pl.DataFrame, scribe: Scribe) -> Block:
    """The flows over a border, largest first."""
    across = flows.filter(pl.col("from_jurisdiction_id") != pl.col("to_jurisdiction_id"))
    if across.is_empty():
        return Prose([scribe.t("flows_none_across")])
    largest = max(across["mass_kg"].to_list())
    heads = [
        scribe.head("head_from", numeric=False),
        scribe.head("head_to", numeric=False),
        *(scribe.head(f"head_{name}") for name in ("tonnes", "mark_plain", "transport_eur")),
    ]
    rows = [
        [
            Cell(scribe.jurisdiction(row["from_jurisdiction_id"])),
            Cell(scribe.jurisdiction(row["to_jurisdiction_id"])),
            scribe.tonnes(row["mass_kg"]),
            Cell(bar_mark(row["mass_kg"] / largest), tone="drawn"),
            scribe.thousands(row["cost_eur"]),
        ]
        for row in across.iter_rows(named=True)
    ]
    return Table(scribe.t("flows_across_caption"), heads, rows)


def spending_section(plan: Plan, labels: list[str], scribe: Scribe) -> Section:
    """Who pays for what and when."""
    if plan.spending.is_empty():
        return Section("spending", scribe.t("spending_title"), [Prose([scribe.t("spending_none")])])
    totals = (
        plan.spending.group_by("fund_id")
        .agg(pl.col("amount_eur").sum())
        .sort("amount_eur", "fund_id", descending=[True, False])
    )
    capitals = by_capital(scribe.region.table("jurisdictions"))["jurisdiction_id"].to_list()
    blocks: list[Block] = [_spending_chart(plan, totals["fund_id"].to_list(), labels, scribe)]
    activities = ["transport", "processing", "opening", "security"]
    for by, order, name in (
        ("fund_id", totals["fund_id"].to_list(), scribe.fund),
        ("activity", activities, lambda code: scribe.texts.label("activity", code)),
        ("jurisdiction_id", capitals, scribe.jurisdiction),
    ):
        amounts = _amounts(plan, by)
        known = [key for key in order if key in amounts]
        rest = [key for key in amounts if key not in order]
        blocks.append(_money_table(by, {name(key): amounts[key] for key in [*known, *rest]}, labels, scribe))
    return Section("spending", scribe.t("spending_title"), blocks)


def _amounts(plan: Plan, by: str) -> dict[str, dict[int, float]]:
    """Euro by value of the column and period."""
    amounts: dict[str, dict[int, float]] = {}
    for key, period, amount in spending_figures(plan, by).iter_rows():
        amounts.setdefault(key, {})[period] = amount
    return amounts


def _spending_chart(plan: Plan, funds: list[str], labels: list[str], scribe: Scribe) -> Figure:
    amounts = _amounts(plan, "fund_id")
    periods = range(1, len(labels) + 1)
    own = funds if len(funds) <= MOST_COLOURS else funds[: MOST_COLOURS - 1]
    groups = [(scribe.fund(fund), [fund]) for fund in own]
    if len(own) < len(funds):
        groups.append((scribe.t("other_funds"), funds[len(own) :]))
    series = [
        Series(
            name, [sum(amounts[fund].get(period, 0.0) for fund in members) / 1000 for period in periods], f"series-{i}"
        )
        for i, (name, members) in enumerate(groups, 1)
    ]
    caption = Caption("spending", scribe.t("spending_caption"), scribe.t("spending_description"))
    legend = [(f"box-key {part.css}", part.name) for part in series]
    return Figure(
        stacked_bars(caption, labels, series, lambda v: scribe.numerals.thousands(v * 1000)), caption.title, legend
    )


def _money_table(by: str, amounts: dict[str, dict[int, float]], labels: list[str], scribe: Scribe) -> Table:
    heads = [scribe.head(f"head_{by}", numeric=False), scribe.head("all"), *(Head(label) for label in labels)]
    periods = range(1, len(labels) + 1)
    rows = [
        [
            Cell(name),
            scribe.thousands(sum(parts.values())),
            *(scribe.thousands(parts[period]) if parts.get(period) else Cell("", numeric=True) for period in periods),
        ]
        for name, parts in amounts.items()
    ]
    sums = [sum(parts.get(period, 0.0) for parts in amounts.values()) for period in periods]
    foot = [Cell(scribe.t("all")), scribe.thousands(sum(sums)), *(scribe.thousands(amount) for amount in sums)]
    return Table(scribe.t(f"spending_by_{by}"), heads, rows, foot, folded=by != "activity")


def lines_section(plan: Plan, labels: list[str], scribe: Scribe) -> Section:
    """Which line works when, and when the plan opens one."""
    use: dict[str, dict[int, float]] = {}
    for line_id, period, mass_kg in line_use(plan).iter_rows():
        use.setdefault(line_id, {})[period] = mass_kg
    if not use:
        return Section("lines", scribe.t("lines_title"), [Prose([scribe.t("lines_none")])])
    largest = max(mass for masses in use.values() for mass in masses.values())
    opened = plan.openings.filter(pl.col("kind") == "line")
    opens = dict(opened.select("id", "period").iter_rows())
    heads = [scribe.head("head_line", numeric=False), scribe.head("all"), *(Head(label) for label in labels)]
    rows = [
        [
            Cell(
                scribe.line(line_id),
                note=scribe.t("opens_in", period=labels[opens[line_id] - 1]) if line_id in opens else "",
            ),
            scribe.tonnes(sum(masses.values())),
            *(_use_cell(masses.get(period, 0.0), largest, scribe) for period in range(1, len(labels) + 1)),
        ]
        for line_id, masses in use.items()
    ]
    told = scribe.t("lines_note", largest=scribe.numerals.whole(tonne_from_kg(largest)))
    return Section(
        "lines", scribe.t("lines_title"), [Table(scribe.t("lines_caption"), heads, rows, note=told, css="matrix")]
    )


def _use_cell(mass_kg: float, largest_kg: float, scribe: Scribe) -> Cell:
    text = scribe.numerals.tonnes(mass_kg) if mass_kg else ""
    return Cell(text, numeric=True, tone=heat(mass_kg, largest_kg))
