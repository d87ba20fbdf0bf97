"""What the page of a run says in the language in force: sections of the offline report, from the same sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from rasr.core.assessment.assess import Assessment
from rasr.core.records.region import Region
from rasr.core.report.worst import WorstStore
from rasr.node.assessment.headings import TABLES
from rasr.node.web.languages import current
from rasr.report import assessment_page
from rasr.report.disclosure import Disclosure
from rasr.report.page import Block, Cell, Head, Section, Table
from rasr.report.scribe import Scribe
from rasr.report.shared_sections import UNSURE, methods_section, reason_told

NO_GRID_DEG = 0.1
"""Not applied: who may see a run may see where its stores are."""


@dataclass(frozen=True)
class Worst:
    """One of the worst stores as it is shown. site: the name; share: of one."""

    store: WorstStore
    site: str
    jurisdiction: str
    reasons: Sequence[str]


def scribe_of(named: Region) -> Scribe:
    """Who writes in the language in force. named: the tables whose rows the figures name."""
    return Scribe(named, Disclosure(NO_GRID_DEG, exact=True), current())


def reasons(store: WorstStore, scribe: Scribe) -> list[str]:
    """Why a store is among the worst, one sentence each."""
    return [reason_told(reason, scribe) for reason in store.reasons]


def worst_told(stores: Sequence[WorstStore], scribe: Scribe) -> list[Worst]:
    """The worst stores with names and reasons."""
    return [
        Worst(store, scribe.site(store.site_id), scribe.jurisdiction(store.jurisdiction_id), reasons(store, scribe))
        for store in stores
    ]


def worst_frame(told: Sequence[Worst]) -> pl.DataFrame:
    """The worst stores as a table to take along; the reasons as sentences of the language in force."""
    numbers = ("neq_event_kg", "fatalities_per_year", "low", "high", "share")
    schema = {"rank": pl.Int64(), "store_id": pl.String(), "site_id": pl.String(), "jurisdiction_id": pl.String()}
    schema |= dict.fromkeys(numbers, pl.Float64()) | {"reasons": pl.String()}
    rows = [
        {name: getattr(one.store, name) for name in [*schema][:-1]} | {"reasons": " ".join(one.reasons)} for one in told
    ]
    return pl.DataFrame(rows, schema=schema)


@dataclass(frozen=True)
class Shown:
    """A section of the page: blocks of the report, a note below its table, and tables to take along (name, title)."""

    ident: str
    title: str
    blocks: Sequence[Block | Labelled]
    note: str = ""
    exports: Sequence[tuple[str, Any]] = ()


def sections(assessment: Assessment, scribe: Scribe) -> list[Shown]:
    """The sections of the report that the page has: the answer, jurisdictions, distances, what is unseen, methods."""
    return [
        _shown(assessment_page.answer_section(assessment, scribe)),
        _shown(assessment_page.jurisdictions_section(assessment, scribe), scribe.t("capital_note"), "by_jurisdiction"),
        _shown(
            assessment_page.distances_section(assessment, scribe),
            scribe.t("distances_note"),
            "distances_not_kept",
            "distances",
        ),
        _shown(
            assessment_page.unseen_section(assessment, scribe),
            scribe.t("excluded_note"),
            "exclusions_by_reason",
            "exclusions",
        ),
        _shown(methods_section(assessment, scribe), "", "methods"),
    ]


def _shown(section: Section, note: str = "", *tables: str) -> Shown:
    blocks = [_labelled(block) if isinstance(block, Table) else block for block in section.blocks]
    return Shown(section.ident, section.title, blocks, note, [(name, TABLES[name]) for name in tables])


@dataclass(frozen=True)
class Labelled:
    """A table of the report whose cells stand beside the head of their column, as a narrow screen shows them."""

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[tuple[str, Cell]]]
    kind: str = "table"


def _labelled(table: Table) -> Labelled:
    rows = [*table.rows, *([table.foot] if table.foot else [])]
    heads = [head.text for head in table.heads]
    return Labelled(table.caption, table.heads, [list(zip(heads, row, strict=True)) for row in rows])


def methods_counted(assessment: Assessment, scribe: Scribe) -> str:
    """How many of the methods are assumed or not verified, as the report says it."""
    unsure = assessment.methods["status"].is_in(UNSURE).sum()
    return scribe.t("methods_counted", unsure=str(unsure), total=str(assessment.methods.height))


def worst_site(assessment: Assessment) -> str | None:
    """The site with the most expected fatalities per year; None where none has any."""
    worst = assessment.sites.sort("fatalities_per_year", "site_id", descending=[True, False]).head(1)
    return worst["site_id"][0] if worst.height and worst["fatalities_per_year"][0] > 0 else None


def curve_data(curve: pl.DataFrame, scribe: Scribe, name: str, unit: str) -> dict[str, Any]:
    """A danger curve as the chart ``danger`` takes it. Its steps are the net explosive quantity left, in tonnes."""
    series = {"name": name} | {
        key: curve[column].to_list()
        for key, column in (("values", "fatalities_per_year"), ("low", "low"), ("high", "high"))
    }
    steps = [f"{scribe.numerals.tonnes(neq_kg)} t" for neq_kg in curve["neq_kg"]]
    return {"periods": steps, "series": [series], "unit": unit}
