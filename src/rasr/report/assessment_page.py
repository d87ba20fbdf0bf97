"""The report of an assessment: the answer first, then where, why, and how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasr.core.report.places import (
    distance_figures,
    exclusion_figures,
    jurisdiction_figures,
    site_figures,
    totals,
)
from rasr.core.report.worst import ten_worst
from rasr.report.charts import LogScale, range_mark
from rasr.report.maps import Spot
from rasr.report.page import Answer, Cell, Page, Prose, Section, Table, Tile, Tiles
from rasr.report.scribe import Scribe
from rasr.report.shared_sections import blind_paragraphs, map_figure, methods_section, provenance, worst_section

if TYPE_CHECKING:
    from rasr.core.assessment.assess import Assessment

MOST_SITES_SHOWN = 150
"""Rows of the table of sites; the whole table is among the files."""


def assessment_page(assessment: Assessment, scribe: Scribe) -> Page:
    """The whole page."""
    sections = [
        answer_section(assessment, scribe),
        map_section(assessment, scribe),
        worst_section(assessment, scribe),
        jurisdictions_section(assessment, scribe),
        sites_section(assessment, scribe),
        distances_section(assessment, scribe),
        unseen_section(assessment, scribe),
        methods_section(assessment, scribe),
        provenance(facts(assessment), scribe),
    ]
    subtitle = scribe.t("assessment_subtitle", as_of=assessment.as_of.isoformat())
    return Page(scribe.t("assessment_title"), subtitle, sections, scribe.footnotes())


def answer_section(assessment: Assessment, scribe: Scribe) -> Section:
    """How dangerous, how sure, where most of it lies."""
    all_of_it, numerals = totals(assessment), scribe.numerals
    danger = all_of_it["fatalities_per_year"]
    sentences = [years_told(danger, scribe), _where(assessment, danger, scribe), scribe.t("answer_interval_note")]
    answer = Answer(
        figure=numerals.danger(danger),
        unit=scribe.t("unit_fatalities_per_year"),
        interval=numerals.interval(all_of_it["fatalities_per_year_low"], all_of_it["fatalities_per_year_high"]),
        sentences=[sentence for sentence in sentences if sentence],
    )
    return Section("answer", scribe.t("answer_title"), [answer, _tiles(assessment, all_of_it, scribe)])


def years_told(danger: float, scribe: Scribe) -> str:
    """A small danger as years per death; nothing where there is a death a year or more, or none at all."""
    return scribe.t("answer_years", years=scribe.numerals.significant(1 / danger, 2)) if 0 < danger < 1 else ""


def _where(assessment: Assessment, danger: float, scribe: Scribe) -> str:
    worst = ten_worst(assessment)
    if not worst:
        return ""
    part = sum(store.fatalities_per_year for store in worst) / danger
    return scribe.t("answer_where", count=str(len(worst)), pct=scribe.numerals.percent(part))


def _tiles(assessment: Assessment, all_of_it: dict[str, float], scribe: Scribe) -> Tiles:
    numerals, blind = scribe.numerals, assessment.blind
    short = f"{numerals.whole(all_of_it['stores_short'])} / {numerals.whole(all_of_it['stores'])}"
    return Tiles(
        [
            Tile(numerals.tonnes(all_of_it["mass_kg"]), scribe.t("unit_tonne"), scribe.t("tile_mass")),
            Tile(numerals.tonnes(all_of_it["neq_kg"]), scribe.t("unit_tonne"), scribe.t("tile_neq")),
            Tile(numerals.whole(all_of_it["sites"]), "", scribe.t("tile_sites")),
            Tile(short, "", scribe.t("tile_short")),
            Tile(numerals.percent(blind.neq_share), "%", scribe.t("tile_blind")),
        ]
    )


def map_section(assessment: Assessment, scribe: Scribe) -> Section:
    """Where the danger lies."""
    return Section(
        "map",
        scribe.t("map_title"),
        [map_figure(spots(assessment, scribe), scribe.t("map_caption"), scribe, planned=False)],
    )


def spots(assessment: Assessment, scribe: Scribe) -> list[Spot]:
    """The sites with a store, at positions that may be told, with the ranks of their worst stores."""
    ranks: dict[str, list[int]] = {}
    for store in ten_worst(assessment):
        ranks.setdefault(store.site_id, []).append(store.rank)
    found = []
    for row in assessment.sites.iter_rows(named=True):
        latitude_deg, longitude_deg = scribe.disclosure.position(row["latitude_deg"], row["longitude_deg"])
        danger = row["fatalities_per_year"] or 0.0
        name = scribe.site(row["site_id"])
        about = f"{name}: {scribe.numerals.danger(danger)} {scribe.t('unit_fatalities_per_year')}"
        spot_ranks = tuple(ranks.get(row["site_id"], ()))
        found.append(Spot(row["site_id"], name, latitude_deg, longitude_deg, danger, ranks=spot_ranks, about=about))
    return found


def _scale(rows: list[dict[str, Any]]) -> LogScale:
    names = ("fatalities_per_year", "fatalities_per_year_low", "fatalities_per_year_high")
    return LogScale.over([row[name] for row in rows for name in names])


def _place_cells(row: dict[str, Any], scale: LogScale | None, scribe: Scribe) -> list[Cell]:
    low, value, high = (row[f"fatalities_per_year{end}"] for end in ("_low", "", "_high"))
    return [
        scribe.tonnes(row["neq_kg"]),
        scribe.danger(value),
        scribe.interval(low, high, range_mark(low, value, high, scale) if scale else None),
        scribe.whole(row["stores_short"]),
        scribe.percent(row["records_without_neq"] / row["records"] if row["records"] else None),
    ]


def jurisdictions_section(assessment: Assessment, scribe: Scribe) -> Section:
    """One row per jurisdiction, in order of capital."""
    rows = list(jurisdiction_figures(assessment, scribe.region.table("jurisdictions")).iter_rows(named=True))
    scale = _scale(rows)
    heads = [
        scribe.head("head_jurisdiction", numeric=False),
        *(
            scribe.head(f"head_{name}")
            for name in ("sites", "stores", "tonnes", "neq", "danger", "interval", "short", "blind")
        ),
    ]
    cells = [
        [
            Cell(scribe.jurisdiction(row["jurisdiction_id"]), note=scribe.capital(row["jurisdiction_id"])),
            scribe.whole(row["sites"]),
            scribe.whole(row["stores"]),
            scribe.tonnes(row["mass_kg"]),
            *_place_cells(row, scale, scribe),
        ]
        for row in rows
    ]
    everything = totals(assessment)
    foot = [
        Cell(scribe.t("all")),
        scribe.whole(everything["sites"]),
        scribe.whole(everything["stores"]),
        scribe.tonnes(everything["mass_kg"]),
        *_place_cells(everything, None, scribe),
    ]
    table = Table(scribe.t("jurisdictions_caption"), heads, cells, foot, note=_scale_told(scale, scribe))
    return Section("jurisdictions", scribe.t("jurisdictions_title"), [table])


def _scale_told(scale: LogScale, scribe: Scribe) -> str:
    ends = {"low": 10.0**scale.first_power, "high": 10.0**scale.last_power}
    return scribe.t("jurisdictions_note", **{end: scribe.numerals.danger(value) for end, value in ends.items()})


def sites_section(assessment: Assessment, scribe: Scribe) -> Section:
    """The sites, worst first."""
    rows = list(site_figures(assessment).iter_rows(named=True))
    shown = rows[:MOST_SITES_SHOWN]
    scale = _scale(shown)
    heads = [
        scribe.head("head_site", numeric=False),
        scribe.head("head_jurisdiction", numeric=False),
        *(scribe.head(f"head_{name}") for name in ("stores", "neq", "danger", "interval", "short", "blind")),
    ]
    cells = [
        [
            Cell(scribe.site(row["site_id"]), note=row["site_id"]),
            Cell(scribe.jurisdiction(row["jurisdiction_id"])),
            scribe.whole(row["stores"]),
            *_place_cells(row, scale, scribe),
        ]
        for row in shown
    ]
    note = scribe.t("rows_shown", shown=str(len(shown)), total=scribe.numerals.whole(len(rows)))
    table = Table(scribe.t("sites_caption"), heads, cells, folded=True, note=note)
    return Section("sites", scribe.t("sites_title"), [table])


def distances_section(assessment: Assessment, scribe: Scribe) -> Section:
    """Where required distances are not kept."""
    names = ("stores", "not_kept", "exposures_inside", "persons_inside")
    heads = [
        scribe.head("head_exposure", numeric=False),
        scribe.head("head_function", numeric=False),
        *(scribe.head(f"head_{name}") for name in names),
        scribe.head("head_status", numeric=False),
    ]
    cells = [
        [
            Cell(scribe.texts.label("exposure", row["exposure_kind"])),
            Cell(row["function"] or ""),
            scribe.whole(row["stores"]),
            scribe.whole(row["stores_short"]),
            scribe.whole(row["exposures_inside"]),
            scribe.whole(row["persons_inside"]),
            scribe.status(row["status"]),
        ]
        for row in distance_figures(assessment).iter_rows(named=True)
    ]
    table = Table(scribe.t("distances_caption"), heads, cells, note=scribe.t("distances_note"))
    return Section("distances", scribe.t("distances_title"), [table])


def unseen_section(assessment: Assessment, scribe: Scribe) -> Section:
    """What the figures cannot see, and what no plan may touch."""
    not_modelled = {"neq_not_modelled_kg": totals(assessment)["neq_not_modelled_kg"]}
    prose = Prose([*blind_paragraphs(assessment, scribe), scribe.say("not_modelled_told", not_modelled)])
    heads = [
        scribe.head("head_reason", numeric=False),
        *(scribe.head(f"head_{name}") for name in ("records", "tonnes", "neq")),
    ]
    cells = [
        [
            Cell(scribe.texts.label("excluded", row["reason"])),
            scribe.whole(row["records"]),
            scribe.tonnes(row["mass_kg"]),
            scribe.tonnes(row["neq_kg"]),
        ]
        for row in exclusion_figures(assessment).iter_rows(named=True)
    ]
    table = Table(scribe.t("excluded_caption"), heads, cells, note=scribe.t("excluded_note"))
    return Section("unseen", scribe.t("unseen_title"), [prose, table])


def facts(assessment: Assessment) -> list[tuple[str, str, bool]]:
    """What the assessment stands on."""
    return [
        ("fact_as_of", assessment.as_of.isoformat(), False),
        ("fact_digest", assessment.inputs_digest, True),
        ("fact_rules", assessment.rule_edition, True),
        ("fact_version", assessment.version, True),
    ]
