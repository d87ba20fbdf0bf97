"""What the page of a study and of a scenario shows, in the reader's language: panels of pictures, sentences, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rasr.core.plan.game import NO, YES
from rasr.core.plan.scenarios import ALL
from rasr.core.report.places import by_capital
from rasr.node.plan.models import Study, StudyKind
from rasr.node.plan.pages import CARDS, Panel, Picture, named_site
from rasr.node.web import codes, figures, messages
from rasr.report.page import Cell, Facts, Head, Prose, Table
from rasr.report.scribe import Scribe

Frames = dict[str, pl.DataFrame]
LONGEST = 15
"""Rows of a table on the page; the kept table has them all."""
MOST_SIDE_BY_SIDE = 6
"""Scenarios whose first year stands side by side on the page."""


def panels(study: Study, frames: Frames, scribe: Scribe, pools: pl.DataFrame) -> list[Panel]:
    """Every part of the page of a study, in order. pools: that it planned."""
    made = {
        StudyKind.TOGETHER: lambda: _together(study, frames, scribe),
        StudyKind.FRONTIER: lambda: [_frontier(frames["frontier"], scribe)],
        StudyKind.SCENARIOS: lambda: _scenarios(study, frames, scribe),
        StudyKind.FIRST_YEAR: lambda: [_first_year(study, frames["first_year"], scribe, pools)],
    }[StudyKind(study.kind)]()
    return [*made, _provenance(study, scribe)]


def change(each: dict[str, Any], scribe: Scribe, periods: dict[int, str]) -> str:
    """One change of a scenario, as a sentence. periods: from 1, how each is told."""
    of, first = each["target"], periods.get(each["from_period"], str(each["from_period"]))
    if each["kind"] == "line_closes":
        return _("Line %(line)s is closed from period %(period)s.") % {"line": scribe.line(of), "period": first}
    if each["kind"] == "donor_out":
        return _("%(fund)s pays nothing from period %(period)s.") % {"fund": _fund(of, scribe), "period": first}
    if each["kind"] == "licence_blown":
        told = {"site": scribe.site(of), "period": first}
        return _("%(site)s must be empty by the end of period %(period)s.") % told
    if each["kind"] == "budget":
        told = {"fund": _fund(of, scribe), "factor": f"{each['factor']:g}".replace(".", scribe.numerals.decimal_mark)}
        return _("%(fund)s: %(factor)s times the money.") % told
    return _("%(border)s: shut from period %(period)s.") % {"border": border(of, scribe), "period": first}


def border(code: str, scribe: Scribe) -> str:
    """``AL>ME`` or ``AL``, by the names of the jurisdictions."""
    start, _arrow, end = code.partition(">")
    if not end:
        return _("All borders of %(name)s") % {"name": scribe.jurisdiction(start)}
    return f"{scribe.jurisdiction(start)} → {scribe.jurisdiction(end)}"


def _fund(code: str, scribe: Scribe) -> str:
    return _("All money") if code == ALL else scribe.fund(code)


def _group(code: str, scribe: Scribe) -> str:
    """``AL+ME``, by the names of the jurisdictions."""
    return " + ".join(scribe.jurisdiction(name) for name in code.split("+"))


def _said(verdicts: Iterable[tuple[str, dict[str, Any]]], scribe: Scribe) -> list[str]:
    """Verdicts as sentences, with groups by their names and figures as people read them."""

    def shown(name: str, value: Any) -> Any:
        if name in ("group", "groups"):
            return ", ".join(_group(code, scribe) for code in str(value).split(", "))
        return scribe.numerals.danger(value) if isinstance(value, float) else value

    return [messages.say_code(code, {name: shown(name, v) for name, v in told.items()}) for code, told in verdicts]


def _verdict(code: str | None) -> Cell:
    return Cell(str(codes.name("verdict", code)))


def _part(rows: Sequence[Any]) -> tuple[Sequence[Any], str]:
    """The first rows of a long table, and the sentence that there are more."""
    more = len(rows) - LONGEST
    told = ngettext("%(count)s more row is in the table.", "%(count)s more rows are in the table.", max(more, 0))
    return rows[:LONGEST], told % {"count": more} if more > 0 else ""


def _together(study: Study, frames: Frames, scribe: Scribe) -> list[Panel]:
    members, groups = frames["fair_split"], frames["coalitions"]
    capitals = by_capital(scribe.region.table("jurisdictions")).select("jurisdiction_id")
    ordered = capitals.join(members, on="jurisdiction_id", how="inner", maintain_order="left")
    unit = _("expected fatalities over the horizon")
    series = {_("by itself"): "alone_low", _("fair share"): "fair_share", _("at its own sites"): "at_home"}
    picture = Picture(
        "compare",
        "together-data",
        _("What is averted: by itself, and its share of what all avert together"),
        {
            "categories": [scribe.jurisdiction(name) for name in ordered["jurisdiction_id"]],
            "series": [{"name": name, "values": ordered[column].to_list()} for name, column in series.items()],
            "unit": unit,
        },
    )
    everyone = groups.row(groups.height - 1, named=True)
    return [
        Panel(
            "together",
            _("Alone or together"),
            [
                Prose(_said([(code, told) for code, told in study.verdicts], scribe)),
                _shares(ordered, everyone, scribe),
                Prose(
                    [
                        _(
                            "Each interval runs from what a plan averts to what no plan can exceed. To make so many "
                            "plans, stock of one site and family is taken together, periods are taken together to "
                            "years, and deadlines are set aside."
                        )
                    ],
                    "quiet",
                ),
            ],
            [picture],
        ),
        Panel("with-whom", _("Who with whom"), [_adds(ordered, groups, scribe), _pairs(groups, scribe)]),
        Panel("leaving", _("Who would rather leave"), [_leaving(frames["leaving"], scribe)]),
    ]


def _shares(ordered: pl.DataFrame, everyone: dict[str, Any], scribe: Scribe) -> Table:
    heads = [
        scribe.head("head_jurisdiction", numeric=False),
        Head(_("By itself")),
        Head(_("Fair share")),
        Head(_("Between")),
        Head(_("Steady share")),
        Head(_("At its own sites")),
    ]
    rows = [
        [
            Cell(scribe.jurisdiction(row["jurisdiction_id"])),
            scribe.interval(row["alone_low"], row["alone_high"]),
            scribe.danger(row["fair_share"]),
            scribe.interval(row["fair_low"], row["fair_high"]),
            scribe.danger(row["steady_share"]),
            scribe.danger(row["at_home"]),
        ]
        for row in ordered.iter_rows(named=True)
    ]
    sums = {name: scribe.danger(float(ordered[name].sum())) for name in ("fair_share", "steady_share", "at_home")}
    rows.append(
        [
            Cell(_("Together")),
            scribe.interval(everyone["averted_low"], everyone["averted_high"]),
            sums["fair_share"],
            Cell(""),
            sums["steady_share"],
            sums["at_home"],
        ]
    )
    note = _(
        "Fair share: what each adds, on average over all orders in which they could join (Shapley). Steady share: the "
        "split nearest to it that leaves the group worst off as well off as can be."
    )
    return Table(_("What is averted, expected fatalities over the horizon"), heads, rows, note=note, css=CARDS)


def _adds(ordered: pl.DataFrame, groups: pl.DataFrame, scribe: Scribe) -> Table:
    """What each adds to all the others: between the worth of all and of all without it."""
    worth = {frozenset(row["coalition"].split("+")): row for row in groups.iter_rows(named=True)}
    names = set(ordered["jurisdiction_id"])
    everyone = worth[frozenset(names)]
    rows = []
    for name in ordered["jurisdiction_id"]:
        rest = worth[frozenset(names - {name})]
        low = max(everyone["averted_low"] - rest["averted_high"], 0.0)
        high = max(everyone["averted_high"] - rest["averted_low"], 0.0)
        rows.append([Cell(scribe.jurisdiction(name)), scribe.interval(low, high)])
    heads = [scribe.head("head_jurisdiction", numeric=False), Head(_("Averted more"))]
    return Table(_("What each adds to all the others"), heads, rows)


def _pairs(groups: pl.DataFrame, scribe: Scribe) -> Table:
    """Two of them together, the largest sure gain first."""
    order = groups.filter(pl.col("members") == 2).sort(
        "gain_low", "gain_high", "coalition", descending=[True, True, False]
    )
    heads = [Head(_("Two together"), numeric=False), Head(_("Gain")), Head(_("Better than apart"), numeric=False)]
    rows = [
        [
            Cell(_group(row["coalition"], scribe)),
            scribe.interval(row["gain_low"], row["gain_high"]),
            _verdict(row["better_than_parts"]),
        ]
        for row in order.iter_rows(named=True)
    ]
    shown, note = _part(rows)
    return Table(_("What two avert together more than apart"), heads, shown, note=note, css=CARDS)


def _leaving(leaving: pl.DataFrame, scribe: Scribe) -> Table | Prose:
    if leaving.is_empty():
        return Prose([_("No group averts more by itself than the fair split gives it.")])
    heads = [
        Head(_("Group"), numeric=False),
        Head(_("By itself")),
        Head(_("Fair share")),
        Head(_("Missing")),
        Head(_("Would rather leave"), numeric=False),
    ]
    rows = [
        [
            Cell(_group(row["coalition"], scribe)),
            scribe.interval(row["averted_low"], row["averted_high"]),
            scribe.danger(row["fair_share"]),
            scribe.interval(max(row["missing_low"], 0.0), row["missing_high"]),
            _verdict(row["leaves"]),
        ]
        for row in leaving.iter_rows(named=True)
    ]
    shown, note = _part(rows)
    return Table(
        _("Groups to which the fair split gives less than they avert by themselves"), heads, shown, note=note, css=CARDS
    )


def _frontier(frame: pl.DataFrame, scribe: Scribe) -> Panel:
    there = frame.drop_nulls("averted_low")
    money = [amount / 1000 for amount in there["budget_eur"]]
    bound = there["averted_high"].fill_null(strategy="backward").fill_null(there["averted_low"])
    data = {
        "categories": [_("%(share)s %% of the funds") % {"share": _percent(share)} for share in there["budget_share"]],
        "points": list(zip(money, there["averted_low"], strict=True)),
        "above": list(zip(money, bound, strict=True)),
        "joined": True,
        "x": _("Money, thousand EUR"),
        "y": _("Averted, expected fatalities over the horizon"),
    }
    title = _("What is averted by a plan, and above it what no plan can exceed (dashed)")
    heads = [
        Head(_("Of the funds, %")),
        Head(_("Money, thousand EUR")),
        Head(_("Averted")),
        Head(_("Averted by a million EUR more")),
        Head(_("Danger at the end, per year")),
        scribe.head("head_tonnes"),
        Head(_("Knee"), numeric=False),
    ]
    rows = [
        [
            scribe.percent(row["budget_share"]),
            scribe.thousands(row["budget_eur"]),
            scribe.interval(row["averted_low"], row["averted_high"]),
            scribe.danger(row["averted_per_million_eur"]),
            scribe.danger(row["danger_after"]),
            scribe.tonnes(row["mass_kg"]),
            Cell("–") if row["knee"] == NO else _verdict(row["knee"]),
        ]
        for row in frame.iter_rows(named=True)
    ]
    codes_of = {YES: "frontier_knee"}
    verdicts = [
        (codes_of.get(row["knee"], "frontier_knee_open"), {"budget": scribe.numerals.rounded(row["budget_eur"])})
        for row in frame.filter(pl.col("knee") != NO).iter_rows(named=True)
    ]
    told = _said(verdicts, scribe) or [_("No budget tried stands out: money buys evenly less and less.")]
    note = _("Every fund is taken in the same proportion. A knee is where a euro more buys less than half as much.")
    table = Table(_("Danger against money"), heads, rows, note=note, css=CARDS)
    return Panel(
        "frontier", _("Danger against money"), [Prose(told), table], [Picture("scatter", "frontier-data", title, data)]
    )


def _percent(share: float) -> str:
    return figures.write("percent", share)


def _named(scenario: str) -> str:
    return str(codes.name("scenario", scenario))


def _scenarios(study: Study, frames: Frames, scribe: Scribe) -> list[Panel]:
    frame = frames["scenarios"]
    names = [_named(name) for name in frame["scenario"]]
    picture = Picture(
        "compare",
        "scenarios-data",
        _("Expected fatalities over the horizon that stay"),
        {
            "categories": names,
            "series": [
                {"name": _("with the plan"), "values": frame["fatalities"].to_list()},
                {"name": _("no plan is below"), "values": frame["fatalities_bound"].to_list()},
            ],
            "unit": _("expected fatalities over the horizon"),
        },
    )
    heads = [
        Head(_("Scenario"), numeric=False),
        Head(_("Stays, expected fatalities")),
        Head(_("More than as it is")),
        Head(_("Different"), numeric=False),
        scribe.head("head_tonnes"),
        scribe.head("head_thousand_eur"),
        Head(_("Deadlines missed")),
        Head(_("First year changed, %")),
    ]
    rows = [
        [
            Cell(name),
            scribe.interval(row["fatalities_bound"], row["fatalities"]),
            scribe.interval(row["worse_low"], row["worse_high"]) if row["different"] else Cell("–", numeric=True),
            _verdict(row["different"]),
            scribe.tonnes(row["mass_kg"]),
            scribe.thousands(row["cost_eur"]),
            scribe.whole(row["deadlines_missed"]),
            scribe.percent(row["first_year_changed_share"]),
        ]
        for name, row in zip(names, frame.iter_rows(named=True), strict=True)
    ]
    note = _("What has no line or no money stays. A deadline that cannot be met is set aside, and counted as missed.")
    table = Table(_("Scenarios side by side"), heads, rows, note=note, css=CARDS)
    return [
        Panel("scenarios", _("Scenarios side by side"), [table], [picture]),
        _what_happens(study, scribe),
        _queues(frame, frames["scenario_queues"], scribe),
    ]


def _what_happens(study: Study, scribe: Scribe) -> Panel:
    heads = [Head(_("Scenario"), numeric=False), Head(_("What happens"), numeric=False)]
    rows = [
        [Cell(name if place == 0 else ""), Cell(change(each, scribe, {}))]
        for name, changes in study.asked["scenarios"]
        for place, each in enumerate(changes)
    ]
    return Panel("changes", _("What happens in each"), [Table(_("Changes by scenario"), heads, rows)])


def _queues(frame: pl.DataFrame, queues: pl.DataFrame, scribe: Scribe) -> Panel:
    """Tonnes that each line is sent in the first year, scenario beside scenario."""
    title = _("The first year of each scenario")
    names = frame["scenario"].to_list()[:MOST_SIDE_BY_SIDE]
    sums = queues.group_by("scenario", "line_id").agg(pl.col("mass_kg").sum())
    sent = {(scenario, line): mass_kg for scenario, line, mass_kg in sums.iter_rows()}
    lines = sorted({line for scenario, line in sent if scenario in names})
    heads = [scribe.head("head_to_line", numeric=False), *(Head(_named(name)) for name in names)]
    rows = [
        [Cell(scribe.line(line)), *(scribe.tonnes(sent.get((name, line), 0.0)) for name in names)] for line in lines
    ]
    more = frame.height - len(names)
    told = ngettext("%(count)s more scenario is in the table.", "%(count)s more scenarios are in the table.", more)
    note = told % {"count": more} if more else ""
    return Panel("first-year", title, [Table(_("Sent to each line in the first year, t"), heads, rows, note=note)])


def _first_year(study: Study, frame: pl.DataFrame, scribe: Scribe, pools: pl.DataFrame) -> Panel:
    counts = dict(frame["standing"].value_counts().iter_rows())
    told = _(
        "Of %(draws)s draws of the danger of each site within its interval, %(sure)s pools are in the first year in at "
        "least nine of ten, %(open)s in some, and %(out)s in at most one of ten."
    ) % {
        "draws": study.asked["draws"],
        "sure": counts.get("in", 0),
        "open": counts.get("open", 0),
        "out": counts.get("out", 0),
    }
    families = dict(pools.select("pool_id", "family").iter_rows())
    heads = [
        scribe.head("head_from", numeric=False),
        Head(_("First year"), numeric=False),
        Head(_("Of the draws, %")),
        Head(_("By the plan, t")),
        Head(_("Least of the draws, t")),
        Head(_("Most of the draws, t")),
    ]
    rows = [
        [
            Cell(
                named_site(row["origin_id"], scribe),
                note=str(codes.name("family", families.get(row["pool_id"]))),
            ),
            Cell(str(codes.name("standing", row["standing"]))),
            scribe.percent(row["in_queue_share"]),
            scribe.tonnes(row["central_kg"]),
            scribe.tonnes(row["least_kg"]),
            scribe.tonnes(row["most_kg"]),
        ]
        for row in frame.iter_rows(named=True)
    ]
    shown, more = _part(rows)
    shape = _("The shape of the draws is assumed: a triangle with its top at the central value.")
    table = Table(
        _("Pools by how sure they are, the surest first"), heads, shown, note=f"{more} {shape}".strip(), css=CARDS
    )
    return Panel("first-year", _("How sure the first year is"), [Prose([told]), table])


def _provenance(study: Study, scribe: Scribe) -> Panel:
    facts = [
        (scribe.t("fact_as_of"), study.assessment.as_of.isoformat(), False),
        (_("Rule data"), study.rule_edition, True),
        (_("Program"), study.version, True),
        (_("Digest of the records"), study.inputs_digest, True),
    ]
    if study.kind == StudyKind.FIRST_YEAR:
        facts.append((_("Seed"), str(study.asked["seed"]), False))
    told = _("What was decided by hand is left aside. What has no line or no money stays.")
    return Panel("provenance", scribe.t("provenance_title"), [Prose([told]), Facts(facts)])
