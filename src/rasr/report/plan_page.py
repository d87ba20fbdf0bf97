"""The report of a plan: what it does in one sentence, what to do first, and what it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rasr.core.plan.result import Plan
from rasr.core.report.planned import comparison, danger_series, first_steps, interval_at, months_shown, origin_danger
from rasr.core.report.worst import ten_worst
from rasr.report.assessment_page import years_told
from rasr.report.charts import Caption, LogScale, Series, bar_mark, line_chart
from rasr.report.maps import Spot
from rasr.report.page import Answer, Block, Cell, Figure, Page, Prose, Section, Table, Tile, Tiles
from rasr.report.plan_money import flows_section, lines_section, spending_section
from rasr.report.scribe import Scribe
from rasr.report.shared_sections import map_figure, methods_section, provenance, worst_section

if TYPE_CHECKING:
    from rasr.core.assessment.assess import Assessment


def plan_page(plan: Plan, scribe: Scribe, *, assessment: Assessment | None, alone: Plan | None) -> Page:
    """The whole page; what needs the assessment, or the plans of each alone, is left out without them."""
    labels = months_shown(plan.periods)
    sections = [
        answer_section(plan, labels, scribe),
        first_section(plan, pools_of(scribe, assessment), labels, scribe),
        danger_section(plan, labels, scribe),
        map_section(plan, assessment, scribe),
        alone_section(plan, alone, scribe) if alone else None,
        jurisdictions_section(plan, scribe),
        flows_section(plan, scribe),
        spending_section(plan, labels[1:], scribe),
        lines_section(plan, labels[1:], scribe),
        worst_section(assessment, scribe) if assessment else None,
        methods_section(assessment, scribe) if assessment else None,
        provenance(facts(plan, scribe), scribe),
    ]
    first, last = labels[0], labels[-1]
    title = scribe.t("plan_alone_title" if plan.summary.get("alone") else "plan_title")
    told = [section for section in sections if section]
    return Page(title, scribe.t("plan_subtitle", first=first, last=last), told, scribe.footnotes())


def pools_of(scribe: Scribe, assessment: Assessment | None) -> pl.DataFrame:
    """The pools the plan moved: those of the region where given, else those of the assessment."""
    given = scribe.region.table("pools")
    return assessment.pools if assessment and given.is_empty() else given


def answer_section(plan: Plan, labels: list[str], scribe: Scribe) -> Section:
    """What the plan does, in one sentence, with how far it may be from the best plan."""
    numerals, summary = scribe.numerals, plan.summary
    before, after = interval_at(plan, end=False), interval_at(plan, end=True)
    blind = summary["blind_share"]["neq"]
    sentence = scribe.t(
        "plan_sentence",
        first=labels[0],
        last=labels[-1],
        tonnes=numerals.tonnes(summary["mass_destroyed_kg"]),
        cost=numerals.rounded(summary["cost_eur"]),
        before=numerals.danger(before["value"]),
        after=numerals.danger(after["value"]),
    )
    fall = 1 - after["value"] / before["value"] if before["value"] else 0.0
    answer = Answer(
        figure=f"{numerals.danger(before['value'])} → {numerals.danger(after['value'])}",
        unit=scribe.t("unit_fatalities_per_year"),
        interval=" → ".join(numerals.interval(at["low"], at["high"]) for at in (before, after)),
        sentences=[sentence, *_years(before["value"], after["value"], scribe), scribe.t("answer_interval_note")],
    )
    tiles = [
        Tile(numerals.tonnes(summary["mass_destroyed_kg"]), scribe.t("unit_tonne"), scribe.t("tile_destroyed")),
        Tile(numerals.thousands(summary["cost_eur"]), "", scribe.t("tile_cost")),
        Tile(numerals.percent(fall), "%", scribe.t("tile_fall")),
        Tile(numerals.percent(summary["gap"]), "%", scribe.t("tile_gap")),
        Tile(numerals.percent(blind), "%", scribe.t("tile_blind")),
    ]
    return Section("answer", scribe.t("answer_title"), [answer, Tiles(tiles), Prose(_solved(plan, scribe), "quiet")])


def _years(before: float, after: float, scribe: Scribe) -> list[str]:
    return (
        [years_told(before, scribe), scribe.t("answer_years_after", years=scribe.numerals.significant(1 / after, 2))]
        if (0 < after < before < 1)
        else []
    )


def _solved(plan: Plan, scribe: Scribe) -> list[str]:
    """How good the plan is, what its fatalities come from, and which deadlines it misses."""
    summary, numerals = plan.summary, scribe.numerals
    parts = {name: numerals.significant(value, 3) for name, value in summary["objective_parts"].items()}
    told = [
        scribe.t(
            "plan_solved",
            status=scribe.texts.label("solved", str(summary["status"])),
            objective=numerals.significant(summary["objective_fatalities"], 3),
            bound=numerals.significant(summary["bound"], 3),
            gap=numerals.percent(summary["gap"]),
        ),
        scribe.t("plan_parts", nothing=numerals.significant(summary["objective_doing_nothing"], 3), **parts),
        scribe.t("plan_assumed"),
    ]
    missed = summary.get("deadlines_missed") or []
    return [*told, scribe.t("plan_missed", count=str(len(missed)))] if missed else told


def first_section(plan: Plan, pools: pl.DataFrame, labels: list[str], scribe: Scribe) -> Section:
    """What to do first, largest removal of danger first."""
    steps = first_steps(plan, pools)
    longest = max([float(value) for value in steps["removed"]], default=0.0)
    heads = [
        scribe.head("head_order"),
        scribe.head("head_from", numeric=False),
        scribe.head("head_to_line", numeric=False),
        *(scribe.head(f"head_{name}") for name in ("by", "tonnes", "transport_eur", "removed", "mark_plain")),
    ]
    rows = [
        [
            scribe.whole(number),
            Cell(scribe.site(row["origin_id"]), note=scribe.jurisdiction(row["jurisdiction_id"])),
            Cell(scribe.line(row["line_id"])),
            Cell(labels[row["period"]], numeric=True),
            scribe.tonnes(row["mass_kg"]),
            scribe.thousands(row["cost_eur"]),
            scribe.danger(row["removed"]),
            Cell(bar_mark(max(row["removed"], 0.0) / longest if longest > 0 else 0.0), tone="drawn"),
        ]
        for number, row in enumerate(steps.iter_rows(named=True), 1)
    ]
    table = Table(scribe.t("first_caption"), heads, rows, note=scribe.t("first_note"))
    blocks: list[Block] = [table] if rows else [Prose([scribe.t("first_none")])]
    return Section("first", scribe.t("first_title"), blocks)


def danger_section(plan: Plan, labels: list[str], scribe: Scribe) -> Section:
    """Danger over time, with the plan and without."""
    series = danger_series(plan)
    names = [scribe.t("without_plan"), scribe.t("with_plan")]
    lines = [
        Series(names[0], series["without_plan"].to_list(), "series-2"),
        Series(names[1], series["with_plan"].to_list(), "series-1", series["low"].to_list(), series["high"].to_list()),
    ]
    shown = [labels[period] for period in series["period"]]
    caption = Caption("danger", scribe.t("danger_caption"), scribe.t("danger_description"))
    chart = Figure(
        line_chart(caption, shown, lines, scribe.numerals.danger),
        caption.title,
        [("line-key series-2", names[0]), ("line-key series-1", names[1])],
        [scribe.t("danger_note")],
    )
    heads = [
        scribe.head("head_end_of", numeric=False),
        *(scribe.head(f"head_{name}") for name in ("with_plan", "interval", "without_plan", "interval")),
    ]
    rows = [
        [
            Cell(label),
            scribe.danger(row["with_plan"]),
            scribe.interval(row["low"], row["high"]),
            scribe.danger(row["without_plan"]),
            scribe.interval(row["without_low"], row["without_high"]),
        ]
        for label, row in zip(shown, series.iter_rows(named=True), strict=True)
    ]
    return Section(
        "danger", scribe.t("danger_title"), [chart, Table(scribe.t("danger_table"), heads, rows, folded=True)]
    )


def map_section(plan: Plan, assessment: Assessment | None, scribe: Scribe) -> Section:
    """Where danger goes away, and the lines that do it."""
    figure = map_figure(spots(plan, assessment, scribe), scribe.t("map_caption_plan"), scribe, planned=True)
    return Section("map", scribe.t("map_title"), [figure])


def spots(plan: Plan, assessment: Assessment | None, scribe: Scribe) -> list[Spot]:
    """Origins with a known position, and the lines that process anything."""
    ranks: dict[str, list[int]] = {}
    for store in ten_worst(assessment) if assessment else []:
        ranks.setdefault(store.site_id, []).append(store.rank)
    told = places_told(scribe)
    found = []
    for row in origin_danger(plan).iter_rows(named=True):
        if row["origin_id"] in told:
            name = scribe.site(row["origin_id"])
            change = f"{scribe.numerals.danger(row['before'])} → {scribe.numerals.danger(row['after'])}"
            about = f"{name}: {change} {scribe.t('unit_fatalities_per_year')}"
            at = told[row["origin_id"]]
            place_ranks = tuple(ranks.get(row["origin_id"], ()))
            found.append(Spot(row["origin_id"], name, *at, row["before"], row["after"], place_ranks, about=about))
    lines = scribe.region.table("lines").filter(pl.col("line_id").is_in(plan.processing["line_id"].unique().to_list()))
    for line_id, site_id in lines.select("line_id", "site_id").iter_rows():
        if site_id in told:
            found.append(Spot(line_id, line_id, *told[site_id], 0.0, is_line=True, about=scribe.line(line_id)))
    return found


def places_told(scribe: Scribe) -> dict[str, tuple[float, float]]:
    """Positions, as they may be told, of sites, of stores (their site's), and of origins known from the pools only."""
    columns = ("latitude_deg", "longitude_deg")
    pools = scribe.region.table("pools").drop_nulls(columns).select(pl.col("origin_id").alias("id"), *columns)
    exact = pl.concat([scribe.disclosure.places, pools]).unique("id", keep="first", maintain_order=True)
    return {
        row["id"]: scribe.disclosure.position(row[columns[0]], row[columns[1]]) for row in exact.iter_rows(named=True)
    }


def _before_after(row: dict[str, Any], scale: LogScale | None, scribe: Scribe) -> list[Cell]:
    before, after = row["danger_before"], row["danger_after"]
    fall = 1 - after / before if before else None
    mark = scribe.mark(after, after, before, scale) if scale else Cell("")
    return [scribe.danger(before), scribe.danger(after), scribe.percent(fall), mark]


def jurisdictions_section(plan: Plan, scribe: Scribe) -> Section:
    """What the plan does for each jurisdiction, in order of capital."""
    rows = list(comparison(plan, plan, scribe.region.table("jurisdictions")).iter_rows(named=True))
    scale = LogScale.over([row[name] for row in rows for name in ("danger_before", "danger_after")])
    names = ("tonnes_destroyed", "thousand_eur", "before", "after", "fall", "mark_fall")
    heads = [scribe.head("head_jurisdiction", numeric=False), *(scribe.head(f"head_{name}") for name in names)]
    cells = [
        [
            Cell(scribe.jurisdiction(row["jurisdiction_id"]), note=scribe.capital(row["jurisdiction_id"])),
            scribe.tonnes(row["mass_kg"]),
            scribe.thousands(row["cost_eur"]),
            *_before_after(row, scale, scribe),
        ]
        for row in rows
    ]
    sums = plan.by_jurisdiction.select(pl.col("mass_kg", "cost_eur", "danger_before", "danger_after").sum())
    everything = sums.row(0, named=True)
    foot = [
        Cell(scribe.t("all")),
        scribe.tonnes(everything["mass_kg"]),
        scribe.thousands(everything["cost_eur"]),
        *_before_after(everything, None, scribe),
    ]
    table = Table(scribe.t("plan_jurisdictions_caption"), heads, cells, foot, note=scribe.t("capital_note"))
    return Section("jurisdictions", scribe.t("jurisdictions_title"), [table])


def alone_section(plan: Plan, alone: Plan, scribe: Scribe) -> Section:
    """The joint plan beside each jurisdiction alone."""
    return Section(
        "alone",
        scribe.t("alone_title"),
        [Prose([scribe.t("alone_meaning")]), _alone_summary(plan, alone, scribe), _alone_table(plan, alone, scribe)],
    )


def _alone_summary(plan: Plan, alone: Plan, scribe: Scribe) -> Table:
    names = ("tonnes_destroyed", "thousand_eur", "before", "after", "objective", "gap")
    heads = [scribe.head("head_plan", numeric=False), *(scribe.head(f"head_{name}") for name in names)]
    rows = [
        [
            Cell(scribe.t(key)),
            scribe.tonnes(summary["mass_destroyed_kg"]),
            scribe.thousands(summary["cost_eur"]),
            scribe.danger(summary["danger_before"]),
            scribe.danger(summary["danger_after"]),
            Cell(scribe.numerals.significant(summary["objective_fatalities"], 3), numeric=True),
            scribe.percent(summary.get("gap")),
        ]
        for key, summary in (("joint", plan.summary), ("each_alone", alone.summary))
    ]
    return Table(scribe.t("alone_summary_caption"), heads, rows, note=scribe.t("alone_note"))


def _alone_table(plan: Plan, alone: Plan, scribe: Scribe) -> Table:
    names = ("tonnes_joint", "tonnes_alone", "eur_joint", "eur_alone", "before", "after_joint", "after_alone")
    heads = [scribe.head("head_jurisdiction", numeric=False), *(scribe.head(f"head_{name}") for name in names)]
    rows = [
        [
            Cell(scribe.jurisdiction(row["jurisdiction_id"]), note=scribe.capital(row["jurisdiction_id"])),
            scribe.tonnes(row["mass_kg"]),
            scribe.tonnes(row["mass_kg_alone"]),
            scribe.thousands(row["cost_eur"]),
            scribe.thousands(row["cost_eur_alone"]),
            scribe.danger(row["danger_before"]),
            scribe.danger(row["danger_after"]),
            scribe.danger(row["danger_after_alone"]),
        ]
        for row in comparison(plan, alone, scribe.region.table("jurisdictions")).iter_rows(named=True)
    ]
    return Table(scribe.t("alone_table_caption"), heads, rows)


def facts(plan: Plan, scribe: Scribe) -> list[tuple[str, str, bool]]:
    """What the plan stands on; what its summary does not say is left out."""
    summary = plan.summary
    written = [
        ("fact_status", scribe.texts.label("solved", str(summary["status"])), False),
        ("fact_digest", summary.get("inputs_digest"), True),
        ("fact_rules", summary.get("rule_edition"), True),
        ("fact_version", summary.get("version"), True),
        ("fact_seed", summary.get("seed"), True),
    ]
    return [(key, str(value), code) for key, value, code in written if value is not None]
