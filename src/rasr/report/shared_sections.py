"""Sections that both reports have: the worst stores, the methods, what the figures stand on, the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rasr.core.report.worst import Reason, WorstStore, ten_worst
from rasr.report.charts import Caption, LogScale, range_mark
from rasr.report.maps import STEPS, Spot, draw, steps
from rasr.report.page import Block, Cell, Entry, Facts, Figure, Head, Prose, Ranking, Section, Table
from rasr.report.scribe import Scribe

if TYPE_CHECKING:
    from rasr.core.assessment.assess import Assessment

RULE_LANGUAGE = "en"
"""Language of the sources and notes in the rule data."""
UNSURE = ("assumed", "not_verified")


def worst_section(assessment: Assessment, scribe: Scribe) -> Section:
    """The ten worst stores with their reasons."""
    worst = ten_worst(assessment)
    scale = LogScale.over([value for store in worst for value in (store.low, store.fatalities_per_year, store.high)])
    entries = [_entry(store, scale, scribe) for store in worst]
    note = scribe.t("worst_note", low=_power(scale.first_power, scribe), high=_power(scale.last_power, scribe))
    blocks: list[Block] = [Ranking(entries, note)] if entries else [Prose([scribe.t("worst_none")])]
    return Section("worst", scribe.t("worst_title"), blocks)


def _power(power: int, scribe: Scribe) -> str:
    return scribe.numerals.danger(10.0**power)


def _entry(store: WorstStore, scale: LogScale, scribe: Scribe) -> Entry:
    return Entry(
        rank=store.rank,
        name=store.store_id,
        place=f"{scribe.site(store.site_id)}, {scribe.jurisdiction(store.jurisdiction_id)}",
        figure=scribe.numerals.danger(store.fatalities_per_year),
        interval=scribe.numerals.interval(store.low, store.high),
        mark=range_mark(store.low, store.fatalities_per_year, store.high, scale),
        share=scribe.t("worst_share", pct=scribe.numerals.percent(store.share)),
        reasons=[reason_told(reason, scribe) for reason in store.reasons],
    )


def reason_told(reason: Reason, scribe: Scribe) -> str:
    """The sentence of a reason."""
    return scribe.say(f"reason_{reason.code}", reason.numbers)


def map_figure(spots: Sequence[Spot], title: str, scribe: Scribe, *, planned: bool) -> Figure:
    """The map with its key, how exact it is, and what its shapes do not mean."""
    caption = Caption("map", title, scribe.t("map_description_plan" if planned else "map_description"))
    legend = _steps_told(max((spot.danger for spot in spots), default=0.0), scribe)
    if planned:
        legend += [("before", scribe.t("map_before")), ("works", scribe.t("map_line"))]
    notes = [scribe.positions_told(), scribe.t("map_disclaimer")]
    return Figure(draw(caption, spots, scribe.place_names()), title, legend, notes, scribe.t("map_key"))


def _steps_told(largest: float, scribe: Scribe) -> list[tuple[str, str]]:
    """The key of the colours: what each begins with, most dangerous first."""
    written = [scribe.numerals.danger(start) for start in steps(largest)]
    more = [(f"step-{step}", scribe.t("map_step", value=written[step])) for step in range(STEPS - 1, 0, -1)]
    return [*more, ("step-0", scribe.t("map_step_least", value=written[1]))] if largest > 0 else []


def methods_section(assessment: Assessment, scribe: Scribe) -> Section:
    """Which methods, in which edition, and how sure of them this program is."""
    unsure = assessment.methods.filter(assessment.methods["status"].is_in(UNSURE)).height
    heads = ["method", "edition", "status", "source", "note"]
    rows = [
        [
            Cell(row["method"].replace("_", " "), lang=RULE_LANGUAGE),
            Cell(row["edition"] or "", lang=RULE_LANGUAGE),
            scribe.status(row["status"]),
            Cell(row["source"] or "", tone="wide", lang=RULE_LANGUAGE),
            Cell(row["note"] or "", tone="wide", lang=RULE_LANGUAGE),
        ]
        for row in assessment.methods.iter_rows(named=True)
    ]
    counted = scribe.t("methods_counted", unsure=str(unsure), total=str(assessment.methods.height))
    table = Table(scribe.t("methods_caption"), [Head(scribe.t(f"head_{name}"), numeric=False) for name in heads], rows)
    return Section("methods", scribe.t("methods_title"), [Prose([counted, scribe.t("methods_note")]), table])


def blind_paragraphs(assessment: Assessment, scribe: Scribe) -> list[str]:
    """What the figures cannot see."""
    blind = assessment.blind
    if blind.mass_share is None or blind.neq_share is None:
        return [scribe.t("blind_not_given")]
    numbers = {
        "records": float(blind.records),
        "without_mass": float(blind.records_without_mass),
        "without_neq": float(blind.records_without_neq),
        "mass_share": blind.mass_share,
        "neq_share": blind.neq_share,
    }
    return [scribe.say("blind_records", numbers), scribe.t("blind_meaning")]


def provenance(facts: Sequence[tuple[str, str, bool]], scribe: Scribe) -> Section:
    """What the figures stand on: facts as (key of the text, value, whether it is a code)."""
    told = [(scribe.t(key), value, code) for key, value, code in facts]
    blocks: list[Block] = [Prose([scribe.t("provenance_note"), scribe.positions_told()]), Facts(told)]
    return Section("provenance", scribe.t("provenance_title"), blocks)
