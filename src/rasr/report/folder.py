"""Writes the report of an assessment or of a plan into a folder: report.html, map.geojson and tables.

>>> sorted(SUBJECTS)
['assessment', 'plan']
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rasr.core.basis.findings import Refused
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.core.report.planned import origin_danger
from rasr.report.assessment_page import assessment_page
from rasr.report.disclosure import Disclosure
from rasr.report.html import render
from rasr.report.maps import write_geojson
from rasr.report.plan_page import plan_page
from rasr.report.scribe import Scribe
from rasr.report.tables import write_tables

if TYPE_CHECKING:
    from rasr.core.assessment.assess import Assessment

SUBJECTS = ("assessment", "plan")
MAPPED = (
    "stores",
    "mass_kg",
    "neq_kg",
    "fatalities_per_year",
    "fatalities_per_year_low",
    "fatalities_per_year_high",
)
"""Figures of a site that go into map.geojson."""


def write(
    result: Assessment | Plan,
    out: str | Path,
    *,
    region: Region | None = None,
    assessment: Assessment | None = None,
    alone: Plan | None = None,
    exact: bool = False,
    language: str = "en",
    mark: str = "",
) -> list[Path]:
    """Writes everything into the folder ``out``, made if it is not there, and gives the paths, report.html first.

    region, assessment, alone: by default those attached to the result. The assessment, of the same region, gives the
    report of a plan its worst stores and methods; alone, the plans of each jurisdiction alone, stand beside the joint
    one. exact: positions as recorded, else snapped to the setting position_grid_deg. language: en, bcms, bg, mk, ro,
    sq or sl. mark: the word of its class mark; it stands at both ends of the page, on every printed sheet, and at the
    end of every file's name. Raises Refused for an unknown language or grid, and where no region is known.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    region = region or result.region
    if region is None:
        raise Refused("bad_option", option="region", reason="nothing is attached to this result; give the region")
    disclosure = Disclosure.of(region, exact=exact)
    scribe = Scribe(region, disclosure, language)
    if isinstance(result, Plan):
        page = plan_page(result, scribe, assessment=assessment or result.assessment, alone=alone or result.alone)
        sites = _planned_sites(result, scribe)
    else:
        page = assessment_page(result, scribe)
        sites = _assessed_sites(result, scribe)
    report, geojson = out / file_name("report.html", mark), out / file_name("map.geojson", mark)
    report.write_text(render(page, scribe.texts, mark), encoding="utf-8")
    write_geojson(geojson, sites, disclosure)
    frames = {f"{name}{file_tail(mark)}": frame for name, frame in frames_of(result).items()}
    return [report, geojson, *write_tables(frames, out / "tables", disclosure)]


def file_name(name: str, mark: str) -> str:
    """The name of a file that carries a class mark: report-restricted.html; without one as it is."""
    return f"{Path(name).stem}{file_tail(mark)}{Path(name).suffix}"


def file_tail(mark: str) -> str:
    """What file names end with for the word of a class mark: -restricted. Letters of every script stay."""
    told = re.sub(r"[^\w.]+", "-", mark).strip("-.")
    return f"-{told}" if told else ""


def frames_of(result: Assessment | Plan) -> dict[str, pl.DataFrame]:
    """Every frame of a result by its name; those of the risk as ``risk_stores``, ``risk_totals`` and so on."""
    values = {item.name: getattr(result, item.name) for item in fields(result)}
    if (risk := values.get("risk")) is not None:
        values |= {f"risk_{item.name}": getattr(risk, item.name) for item in fields(risk)}
    return {name: value for name, value in values.items() if isinstance(value, pl.DataFrame)}


def _named(site_id: str, jurisdiction_id: str | None, scribe: Scribe) -> dict[str, Any]:
    return {"site_id": site_id, "name": scribe.site(site_id), "jurisdiction": scribe.jurisdiction(jurisdiction_id)}


def _assessed_sites(assessment: Assessment, scribe: Scribe) -> list[dict[str, Any]]:
    kept = ("latitude_deg", "longitude_deg", *MAPPED)
    return [
        _named(row["site_id"], row["jurisdiction_id"], scribe) | {name: row[name] for name in kept}
        for row in assessment.sites.iter_rows(named=True)
    ]


def _planned_sites(plan: Plan, scribe: Scribe) -> list[dict[str, Any]]:
    sites = {row["site_id"]: row for row in scribe.region.table("sites").iter_rows(named=True)}
    return [
        _named(row["origin_id"], row["jurisdiction_id"], scribe)
        | {name: sites[row["origin_id"]][name] for name in ("latitude_deg", "longitude_deg")}
        | {"fatalities_per_year_before": row["before"], "fatalities_per_year_after": row["after"]}
        for row in origin_danger(plan).iter_rows(named=True)
        if row["origin_id"] in sites
    ]
