"""The pictures of a plan as plain data for charts: danger, use of lines, flows, money, together or alone.

Pure functions over a plan: what a picture shows adds up to the plan's own tables. Masses in t, money in thousand EUR.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import polars as pl
from django.utils.translation import gettext as _

from rasr.core.basis.units import tonne_from_kg
from rasr.core.plan.problem import ACTIVITIES
from rasr.core.plan.result import Plan
from rasr.core.report.planned import (
    comparison,
    danger_series,
    flow_matrix,
    line_use,
    months_shown,
    spending_figures,
)
from rasr.report.scribe import Scribe

Data = dict[str, Any]
Measure = Literal["danger_after", "mass_kg", "cost_eur"]
MOST_FUNDS = 6
"""Funds with a colour of their own; the others share one."""


def danger(plan: Plan, scribe: Scribe) -> Data:
    """Expected fatalities per year at the start and at the end of each period: with the plan, without it, alone."""
    joint = danger_series(plan)
    series = [
        {"name": scribe.t("with_plan"), "values": joint["with_plan"].to_list()},
        {"name": scribe.t("without_plan"), "values": joint["without_plan"].to_list()},
    ]
    if plan.alone:
        own = danger_series(plan.alone)
        series.append({"name": scribe.t("each_alone"), "values": own["with_plan"].to_list()})
    return {"periods": months_shown(plan.periods), "series": series, "unit": scribe.t("unit_fatalities_per_year")}


def danger_interval(plan: Plan, scribe: Scribe) -> Data:
    """The danger with the plan and its interval, in a picture of its own: it is so wide that it would flatten lines."""
    joint = danger_series(plan)
    series = {
        "name": scribe.t("with_plan"),
        "values": joint["with_plan"].to_list(),
        "low": joint["low"].to_list(),
        "high": joint["high"].to_list(),
    }
    return {"periods": months_shown(plan.periods), "series": [series], "unit": scribe.t("unit_fatalities_per_year")}


def gantt(plan: Plan, scribe: Scribe) -> Data:
    """What each line works in each period, the busiest line first; what the plan opens has a colour of its own.

    Bars: row by its place from 0, the period by its label, value in t.
    """
    labels = months_shown(plan.periods)[1:]
    use = line_use(plan)
    lines = use["line_id"].unique(maintain_order=True).to_list()
    place = {line_id: number for number, line_id in enumerate(lines)}
    opened = plan.openings.filter(pl.col("kind") == "line")
    opens = set(opened["id"])
    bars = [
        {
            "row": place[line_id],
            "start": labels[period - 1],
            "end": labels[period - 1],
            "label": _("line opened by the plan") if line_id in opens else _("existing line"),
            "value": tonne_from_kg(mass_kg),
        }
        for line_id, period, mass_kg in use.iter_rows()
    ]
    rows = [scribe.line(line_id) for line_id in lines]
    return {"rows": rows, "bars": bars, "categories": labels, "unit": scribe.t("unit_tonne")}


def sankey(plan: Plan, scribe: Scribe) -> Data:
    """Tonnes from each jurisdiction to each: senders and receivers each in the order of the capitals."""
    senders, receivers, flows = flow_matrix(plan, scribe.region.table("jurisdictions"))
    start = {name: f"{scribe.jurisdiction(name)} →" for name in senders}
    end = {name: f"→ {scribe.jurisdiction(name)}" for name in receivers}
    links = [
        {"source": start[sender], "target": end[receiver], "value": tonne_from_kg(mass_kg)}
        for sender, receiver, mass_kg in flows.select(
            "from_jurisdiction_id", "to_jurisdiction_id", "mass_kg"
        ).iter_rows()
        if sender in start and receiver in end
    ]
    nodes = [{"name": name} for name in (*start.values(), *end.values())]
    return {"nodes": nodes, "links": links, "unit": scribe.t("unit_tonne")}


def spending(plan: Plan, scribe: Scribe, by: Literal["fund_id", "activity"]) -> Data:
    """Thousand EUR by period, parted by fund (the largest first, the smallest together) or by activity."""
    labels = months_shown(plan.periods)[1:]
    amounts: dict[str, list[float]] = {}
    for key, period, amount_eur in spending_figures(plan, by).iter_rows():
        amounts.setdefault(key, [0.0] * len(labels))[period - 1] += amount_eur / 1000
    if by == "activity":
        told = [(scribe.texts.label("activity", key), amounts[key]) for key in ACTIVITIES if key in amounts]
    else:
        order = sorted(amounts, key=lambda key: (-sum(amounts[key]), key))
        own = order if len(order) <= MOST_FUNDS else order[: MOST_FUNDS - 1]
        told = [(scribe.fund(key), amounts[key]) for key in own]
        if rest := order[len(own) :]:
            together = [sum(values) for values in zip(*(amounts[key] for key in rest), strict=True)]
            told.append((scribe.t("other_funds"), together))
    return {
        "categories": labels,
        "series": [{"name": name, "values": values} for name, values in told],
        "unit": scribe.t("head_thousand_eur"),
        "stacked": True,
    }


def compare(plan: Plan, scribe: Scribe, measure: Measure) -> Data:
    """Together and alone by jurisdiction in the order of the capitals: danger at the end, tonnes, or thousand EUR.

    The plan must have the plans alone beside it.
    """
    assert plan.alone is not None
    rows = comparison(plan, plan.alone, scribe.region.table("jurisdictions"))
    scales: dict[Measure, tuple[Callable[[float], float], str]] = {
        "danger_after": (float, scribe.t("unit_fatalities_per_year")),
        "mass_kg": (tonne_from_kg, scribe.t("unit_tonne")),
        "cost_eur": (lambda amount_eur: amount_eur / 1000, scribe.t("head_thousand_eur")),
    }
    scale, unit = scales[measure]
    columns = [(scribe.t("joint"), measure), (scribe.t("each_alone"), f"{measure}_alone")]
    if measure == "danger_after":
        columns.insert(0, (_("before the plan"), "danger_before"))
    return {
        "categories": [scribe.jurisdiction(name) for name in rows["jurisdiction_id"]],
        "series": [{"name": name, "values": [scale(v or 0.0) for v in rows[column]]} for name, column in columns],
        "unit": unit,
    }
