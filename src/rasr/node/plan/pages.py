"""What the page of a plan shows, in order: panels of pictures and tables, written in the reader's language.

The tables are those of the offline report (``rasr.report``), so that both tell the same; pictures are drawn in the
browser from ``charts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.core.report.places import by_capital
from rasr.core.report.planned import months_shown
from rasr.node.plan import charts
from rasr.node.plan.headings import TABLES, WHICH
from rasr.node.plan.models import PlanRun
from rasr.node.plan.queue import LEFT, left_over, whys
from rasr.node.web import codes
from rasr.node.web.languages import current
from rasr.report.assessment_page import unseen_section
from rasr.report.disclosure import Disclosure
from rasr.report.page import Block, Cell, Facts, Head, Prose, Section, Table
from rasr.report.plan_money import flows_section, lines_section, spending_section
from rasr.report.plan_page import alone_section, answer_section, danger_section, facts, jurisdictions_section
from rasr.report.scribe import Scribe

QUEUE = "queue"
"""Style of a table whose rows become cards where the page is narrow."""
CARDS = "cards"
"""Style of any other table whose rows become cards."""
NARROW = "narrow"
"""Style of a table of two columns; two of them stand side by side."""
DRAWN = "drawn"
"""Tone of the cells that hold a mark of the offline report, which pages do without."""


@dataclass(frozen=True)
class Picture:
    """A chart: its kind, its place in the page, its title and its data."""

    kind: str
    ident: str
    title: str
    data: dict[str, Any]
    height: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of the page. exports: kept tables of the joint plan that hold what it shows."""

    ident: str
    title: str
    blocks: Sequence[Block]
    pictures: Sequence[Picture] = ()
    exports: Sequence[str] = ()


@dataclass(frozen=True)
class Kept:
    """A table that can be opened and taken along; rows: None where it is worked out when it is asked for."""

    which: str
    name: str
    title: str
    plan: str
    rows: int | None


def tables(kept: Iterable[tuple[str, str, int]]) -> list[Kept]:
    """Every table of a plan, joint before alone. kept: which plan, name, rows."""
    rows = {(which, name): count for which, name, count in kept}
    return [
        Kept(which, name, str(title), str(plan), rows.get((which, name)))
        for which, plan in WHICH.items()
        for name, title in TABLES.items()
        if (which, name) in rows or (name == LEFT and (which, "shipments") in rows)
    ]


def scribe_of(named: Region) -> Scribe:
    """Who writes the page: names from the register, texts and numbers in the language in force."""
    return Scribe(named, Disclosure(named.settings.position_grid_deg, exact=True), current())


def panels(plan: Plan, run: PlanRun, scribe: Scribe, *, decides: bool = False) -> list[Panel]:
    """Every part of the page of a plan, in order. plan: with its assessment. decides: whether the reader may."""
    labels = months_shown(plan.periods)
    return [
        _answer(plan, labels, scribe),
        _first(plan, run, labels, scribe, decides=decides),
        *([_by_hand(plan, run, scribe)] if run.options.get("holds") else []),
        _danger(plan, labels, scribe),
        _lines(plan, labels, scribe),
        _flows(plan, scribe),
        _spending(plan, labels, scribe),
        _alone(plan, scribe) if plan.alone else _jurisdictions(plan, scribe),
        _openings(plan, scribe),
        _left(plan, scribe),
        *([_scarce(plan, scribe, labels)] if plan.prices.width else []),
        _provenance(plan, run, scribe),
    ]


def _answer(plan: Plan, labels: list[str], scribe: Scribe) -> Panel:
    section = answer_section(plan, labels, scribe)
    missed = plan.summary.get("deadlines_missed") or []
    told = [Prose([_("Missed: %(pools)s") % {"pools": ", ".join(missed)}], "quiet")] if missed else []
    return Panel("answer", section.title, [*section.blocks, *told])


def _first(plan: Plan, run: PlanRun, labels: list[str], scribe: Scribe, *, decides: bool) -> Panel:
    """The queue: what to do first, what it removes and costs, how, and whose money there is."""
    assert plan.assessment is not None
    known = whys(plan, plan.assessment.pools)
    heads = [
        scribe.head("head_order"),
        scribe.head("head_from", numeric=False),
        scribe.head("head_to_line", numeric=False),
        scribe.head("head_by"),
        scribe.head("head_tonnes"),
        scribe.head("head_removed"),
        scribe.head("head_thousand_eur"),
        Head(_("Removed per million EUR")),
        Head(_("Paid from"), numeric=False),
        *([Head(_("By hand"), numeric=False)] if decides else []),
    ]
    rows = [
        [
            scribe.whole(number),
            Cell(named_site(step["origin_id"], scribe), note=scribe.jurisdiction(step["jurisdiction_id"])),
            Cell(scribe.line(step["line_id"]), note=_how(step)),
            Cell(labels[step["period"]], numeric=True),
            scribe.tonnes(step["mass_kg"]),
            scribe.danger(step["removed"]),
            scribe.thousands(step["cost_eur"]),
            scribe.danger(step["removed_per_million_eur"]),
            _payers(step["fund_ids"], scribe),
            *([_decide(step, scribe)] if decides else []),
        ]
        for number, step in enumerate(run.first, 1)
    ]
    note = " ".join(
        [
            scribe.t("first_note"),
            _("The cost is transport and processing, at the line's mean cost of the family in this plan."),
            _("Paid from: the fund that pays most for this jurisdiction in these periods."),
        ]
    )
    blocks: list[Block] = [Table(scribe.t("first_caption"), heads, rows, note=note, css=QUEUE)] if rows else []
    if rows and known:
        blocks.append(_reasons(run, known, scribe))
    return Panel("first", scribe.t("first_title"), blocks or [Prose([scribe.t("first_none")])], exports=["shipments"])


def named_site(origin_id: str, scribe: Scribe) -> str:
    """The name of a site, leading to its page; another origin (of pools that were given) is only named."""
    name = scribe.site(origin_id)
    if origin_id not in scribe.region.table("sites")["site_id"]:
        return name
    return format_html('<a href="{}">{}</a>', reverse("desk:site", args=[origin_id]), name)


def _reasons(run: PlanRun, known: dict[tuple[str, str], tuple[str, str]], scribe: Scribe) -> Table:
    """Of each of the first things, why it is in the plan, and why not a period sooner."""
    heads = [
        scribe.head("head_order"),
        scribe.head("head_from", numeric=False),
        scribe.head("head_to_line", numeric=False),
        Head(_("Why"), numeric=False),
        Head(_("Why not sooner"), numeric=False),
    ]
    rows = []
    for number, step in enumerate(run.first, 1):
        why, now = (
            codes.name("plan_reason", code) for code in known.get((step["origin_id"], step["line_id"]), ("", ""))
        )
        places = Cell(scribe.site(step["origin_id"])), Cell(scribe.line(step["line_id"]))
        rows.append([scribe.whole(number), *places, Cell(str(why)), Cell(str(now))])
    return Table(_("Why, and why not sooner"), heads, rows, css=CARDS, folded=True)


def _decide(step: dict[str, Any], scribe: Scribe) -> Cell:
    """Where to decide on the way of a step."""
    to = f"{reverse('plan:decide')}?{urlencode({'origin': step['origin_id'], 'line': step['line_id']})}"
    name = _("Decide on %(site)s to %(line)s") % {
        "site": scribe.site(step["origin_id"]),
        "line": scribe.line(step["line_id"]),
    }
    return Cell(format_html('<a href="{}" aria-label="{}">{}</a>', to, name, _("Decide")))


def _by_hand(plan: Plan, run: PlanRun, scribe: Scribe) -> Panel:
    """What was decided by hand when the plan was made, and what that costs beside the best plan without it."""
    heads = [
        scribe.head("head_from", numeric=False),
        scribe.head("head_to_line", numeric=False),
        Head(_("Family"), numeric=False),
        Head(_("At least, t")),
        Head(_("No later than"), numeric=False),
    ]
    rows = [
        [
            Cell(named_site(hold["origin_id"], scribe)),
            Cell(scribe.line(hold["line_id"])),
            Cell(str(codes.name("family", hold["family"])) if hold["family"] else _("Every family")),
            Cell(_("nothing")) if hold["never"] else scribe.tonnes(hold["at_least_kg"]),
            Cell(hold["by"] or "–"),
        ]
        for hold in run.options["holds"]
    ]
    told, write = plan.summary["by_hand"], scribe.numerals
    numbers = {
        "low": write.danger(told["fatalities_low"]),
        "high": write.danger(told["fatalities_high"]),
        "cost": write.thousands(told["cost_eur"]),
    }
    price = _(
        "Beside the best plan without these decisions they cost %(low)s to %(high)s expected fatalities over the "
        "horizon, and %(cost)s thousand EUR."
    )
    table = Table(_("Decided by hand"), heads, rows, folded=len(rows) > LONGEST_OPEN)
    return Panel(
        "by-hand", _("Decided by hand, and what it costs"), [Prose([price % numbers]), table], exports=["changes"]
    )


def _how(step: dict[str, Any]) -> str:
    """Which stock by which technique."""
    return f"{_listed('family', step['families'])}: {_listed('technique', step['techniques'])}"


def _payers(fund_ids: list[str], scribe: Scribe) -> Cell:
    """The largest payer by name, and how many more there are; the tables of spending name them all."""
    if not fund_ids:
        return Cell("–")
    more = len(fund_ids) - 1
    told = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more} if more else ""
    return Cell(scribe.fund(fund_ids[0]), note=told)


def _listed(group: str, names: Iterable[str]) -> str:
    return ", ".join(str(codes.name(group, name)) for name in names)


def _danger(plan: Plan, labels: list[str], scribe: Scribe) -> Panel:
    pictures = [
        Picture("danger", "danger-data", scribe.t("danger_caption"), charts.danger(plan, scribe)),
        Picture("danger", "interval-data", _("With the plan, and its interval"), charts.danger_interval(plan, scribe)),
    ]
    blocks: list[Block] = [*_tables(danger_section(plan, labels, scribe)), Prose([scribe.t("danger_note")], "quiet")]
    return Panel("danger", scribe.t("danger_title"), blocks, pictures, ["danger"])


def _lines(plan: Plan, labels: list[str], scribe: Scribe) -> Panel:
    section = lines_section(plan, labels[1:], scribe)
    if plan.processing.is_empty():
        return Panel("lines", section.title, section.blocks)
    picture = Picture("gantt", "lines-data", scribe.t("lines_caption"), charts.gantt(plan, scribe), "tall")
    return Panel("lines", section.title, _tables(section, folded=True), [picture], ["processing"])


def _flows(plan: Plan, scribe: Scribe) -> Panel:
    section = flows_section(plan, scribe)
    if plan.flows.is_empty():
        return Panel("flows", section.title, section.blocks)
    title = _("Tonnes shipped from each jurisdiction (left) to each (right)")
    picture = Picture("sankey", "flows-data", title, charts.sankey(plan, scribe), "tall")
    told: list[Block] = [block for block in section.blocks if isinstance(block, Prose)]
    note = Prose([scribe.t("capital_note")], "quiet")
    return Panel("flows", section.title, [*_tables(section, folded=True), *told, note], [picture], ["flows"])


def _spending(plan: Plan, labels: list[str], scribe: Scribe) -> Panel:
    section = spending_section(plan, labels[1:], scribe)
    if plan.spending.is_empty():
        return Panel("spending", section.title, section.blocks)
    pictures = [
        Picture("bars", "funds-data", scribe.t("spending_caption"), charts.spending(plan, scribe, "fund_id")),
        Picture(
            "bars",
            "activities-data",
            _("Spending by period and activity, thousand EUR"),
            charts.spending(plan, scribe, "activity"),
        ),
    ]
    return Panel("spending", section.title, _tables(section, folded=True), pictures, ["spending"])


def _alone(plan: Plan, scribe: Scribe) -> Panel:
    assert plan.alone is not None
    section = alone_section(plan, plan.alone, scribe)
    titles: dict[charts.Measure, str] = {
        "danger_after": _("Danger at the end, expected fatalities per year"),
        "mass_kg": _("Destroyed, t"),
        "cost_eur": _("Cost, thousand EUR"),
    }
    pictures = [
        Picture("compare", f"{measure}-data", title, charts.compare(plan, scribe, measure))
        for measure, title in titles.items()
    ]
    prose = [block for block in section.blocks if isinstance(block, Prose)]
    summary, *others = _tables(section)
    rest = [replace(table, folded=True) for table in others]
    note = Prose([scribe.t("capital_note")], "quiet")
    return Panel("alone", section.title, [*prose, summary, *rest, note], pictures, ["by_jurisdiction"])


def _jurisdictions(plan: Plan, scribe: Scribe) -> Panel:
    section = jurisdictions_section(plan, scribe)
    return Panel("jurisdictions", section.title, _tables(section), exports=["by_jurisdiction"])


def _openings(plan: Plan, scribe: Scribe) -> Panel:
    title = _("What the plan opens")
    heads = [
        Head(_("What"), numeric=False),
        scribe.head("head_jurisdiction", numeric=False),
        Head(_("From"), numeric=False),
        Head(_("Cost, thousand EUR")),
    ]
    starts = dict(plan.periods.select("period", "starts_on").iter_rows())
    rows = [
        [
            Cell(_opened(row, scribe)),
            Cell(scribe.jurisdiction(row["jurisdiction_id"])),
            Cell(f"{starts[row['period']]:%Y-%m}"),
            scribe.thousands(row["cost_eur"]),
        ]
        for row in plan.openings.sort("period", "kind", "id").iter_rows(named=True)
    ]
    if not rows:
        return Panel("openings", title, [Prose([_("The plan opens no line and no corridor.")])])
    foot = [Cell(scribe.t("all")), Cell(""), Cell(""), scribe.thousands(float(plan.openings["cost_eur"].sum()))]
    table = Table(_("Lines and corridors, the first opened first"), heads, rows, foot, folded=len(rows) > LONGEST_OPEN)
    return Panel("openings", title, [table], exports=["openings"])


LONGEST_OPEN = 15
"""Rows of a table that stands open; a longer one is folded."""


def _opened(row: dict[str, Any], scribe: Scribe) -> str:
    if row["kind"] == "line":
        return _("Line %(line)s") % {"line": scribe.line(row["id"])}
    if row["kind"] == "work":
        return _("Security works %(work)s") % {"work": row["id"]}
    sender, _arrow, receiver = row["id"].partition(">")
    names = {"sender": scribe.jurisdiction(sender), "receiver": scribe.jurisdiction(receiver)}
    return _("Corridor %(sender)s to %(receiver)s") % names


def _left(plan: Plan, scribe: Scribe) -> Panel:
    """What could be planned and stays, and what no plan may touch."""
    assert plan.assessment is not None
    left = left_over(plan.shipments, plan.assessment.pools)
    by_family = left.group_by("family").agg(pl.col("left_kg").sum()).sort("left_kg", "family", descending=[True, False])
    order = by_capital(scribe.region.table("jurisdictions"))["jurisdiction_id"].to_list()
    place = {name: number for number, name in enumerate(order)}
    owners = left.group_by("jurisdiction_id").agg(pl.col("left_kg").sum()).rows()
    owners.sort(key=lambda row: (place.get(row[0], len(place)), row[0] or ""))
    tonnes = scribe.head("head_tonnes")
    blocks: list[Block] = [
        Prose([_told_left(plan, left, scribe)]),
        Table(
            _("What may be planned and stays, by family"),
            [Head(_("Family"), numeric=False), tonnes],
            [[Cell(str(codes.name("family", name))), scribe.tonnes(mass_kg)] for name, mass_kg in by_family.rows()],
            css=NARROW,
        ),
        Table(
            _("What may be planned and stays, by jurisdiction"),
            [scribe.head("head_jurisdiction", numeric=False), tonnes],
            [[Cell(scribe.jurisdiction(name)), scribe.tonnes(mass_kg)] for name, mass_kg in owners],
            css=NARROW,
        ),
        *_tables(unseen_section(plan.assessment, scribe)),
    ]
    shown = [block for block in blocks if not isinstance(block, Table) or block.rows]
    return Panel("left", _("What stays, and what was not planned"), shown, exports=[LEFT])


def _told_left(plan: Plan, left: pl.DataFrame, scribe: Scribe) -> str:
    numbers = {
        "left": scribe.numerals.tonnes(float(left["left_kg"].sum())),
        "all": scribe.numerals.tonnes(plan.summary["mass_planned_kg"]),
    }
    return _("Of %(all)s t that may be planned, %(left)s t stay at the end of the plan.") % numbers


def _scarce(plan: Plan, scribe: Scribe, labels: list[str]) -> Panel:
    """What one more of each scarce thing would avert, and why what stays does."""
    heads = [
        Head(_("What"), numeric=False),
        Head(_("In the period to"), numeric=False),
        Head(_("One more"), numeric=False),
        Head(_("Averted by one more")),
    ]
    top = plan.prices.group_by("what", maintain_order=True).head(MOST_OF_A_KIND)
    rows = [
        [
            Cell(_scarce_thing(row, scribe), note=str(codes.name("scarce", row["what"]))),
            Cell(labels[row["period"]] if row["period"] else _("the whole plan")),
            Cell(str(codes.name("scarce_unit", row["unit"]))),
            scribe.danger(row["averted_per_unit"]),
        ]
        for row in top.iter_rows(named=True)
    ]
    note = _(
        "Expected fatalities over the horizon that one more would avert, with what the plan opens as it is. It holds "
        "for a little more or less. Of each kind the dearest are shown."
    )
    by_reason = plan.remaining.group_by("binds").agg(pl.col("left_kg").sum(), pl.len().alias("pools"))
    stays = [
        [Cell(str(codes.name("plan_reason", row["binds"]))), scribe.whole(row["pools"]), scribe.tonnes(row["left_kg"])]
        for row in by_reason.sort("left_kg", "binds", descending=[True, False]).iter_rows(named=True)
    ]
    why = [Head(_("Why it stays"), numeric=False), Head(_("Pools")), scribe.head("head_tonnes")]
    tables = [
        Table(
            _("What is scarce, the dearest first"), heads, rows, note=note, css=CARDS, folded=len(rows) > LONGEST_OPEN
        ),
        Table(_("Why something stays"), why, stays),
    ]
    shown: list[Block] = [table for table in tables if table.rows]
    told = shown or [Prose([_("Nothing is scarce: the plan leaves nothing that it would be better to move.")])]
    title, kept = _("What is scarce, and why something stays"), ["prices", "remaining", "reasons"]
    return Panel("scarce", title, told, exports=kept)


def _scarce_thing(row: dict[str, Any], scribe: Scribe) -> str:
    """What a price is of, by its name."""
    if row["what"] == "fund":
        return scribe.fund(row["id"])
    if row["what"] == "money":
        return f"{scribe.jurisdiction(row['id'])}, {codes.name('activity', row['detail'])}"
    if row["what"] == "loading":
        return scribe.site(row["id"])
    if not row["detail"]:
        return scribe.line(row["id"])
    return f"{scribe.line(row['id'])}, {codes.name('technique', row['detail'])}"


MOST_OF_A_KIND = 4
"""Prices of a kind on the page; the kept table has them all."""


def _provenance(plan: Plan, run: PlanRun, scribe: Scribe) -> Panel:
    told = [(scribe.t(key), value, code) for key, value, code in facts(plan, scribe)]
    told.insert(1, (scribe.t("fact_as_of"), run.assessment.as_of.isoformat(), False))
    blocks: list[Block] = [Prose([scribe.t("provenance_note")]), Facts(told)]
    return Panel("provenance", scribe.t("provenance_title"), blocks)


def _tables(section: Section, *, folded: bool | None = None) -> list[Table]:
    """The tables of a section of the report without their marks; folded: as said, else as they are."""
    found = [plain(block) for block in section.blocks if isinstance(block, Table)]
    return found if folded is None else [replace(table, folded=folded) for table in found]


def plain(table: Table) -> Table:
    """The table without the columns of drawn marks."""
    drawn = {place for row in table.rows for place, cell in enumerate(row) if cell.tone == DRAWN}

    def rest(cells: Sequence[Any]) -> list[Any]:
        return [cell for place, cell in enumerate(cells) if place not in drawn]

    return replace(table, heads=rest(table.heads), rows=[rest(row) for row in table.rows], foot=rest(table.foot))
