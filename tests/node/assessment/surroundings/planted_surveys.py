"""A survey, a file of one and an answer for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from tests.node.assessment.surroundings.survey_files import csv, sent

from rasr.core.basis.findings import Finding
from rasr.node.assessment.models import SiteEnquiry, Survey, SurveyFile, SurveyFileState
from rasr.node.assessment.surroundings import sending, services
from rasr.node.assessment.surroundings.files import TABLE, Mapping
from rasr.node.people.models import User

DAY = date(2026, 1, 5)
TAKES: dict[str, Any] = {"title": "T", "surveyed_on": DAY.isoformat()}
CUTS: dict[str, Any] = {"title": "T", "within_km": "20000"}
ASKS: dict[str, Any] = {"about": "A", "kind": "workshop", "latitude_deg": "42.5", "longitude_deg": "20.5"}
DRAWS: dict[str, Any] = {
    **TAKES,
    "points-TOTAL_FORMS": "8",
    "points-INITIAL_FORMS": "0",
    **{f"points-0-{name}": value for name, value in ASKS.items() if name != "about"},
}
MAPS: dict[str, Any] = {"exposure_id": "id", "kind": "what", "y": "lat", "x": "lon", "crs": "4326"}
"""What the forms send when all is well."""
SENT: dict[str, tuple[str, dict[str, Any], str]] = {
    "take": ("survey.keep", TAKES, ""),
    "draw": ("survey.keep", DRAWS, ""),
    "cut": ("survey.keep", CUTS, "survey_id"),
    "enforce": ("job.ask", {}, "survey_id"),
    "ask": ("safeguarding.ask", ASKS, ""),
    "file": ("job.ask", MAPS, "file_id"),
    "drop": ("survey.discard", {}, "file_id"),
}
"""Name of a form to its acts, what it sends, and the id in its address."""


@dataclass(frozen=True)
class Planted:
    """Their ids."""

    survey_id: UUID
    enquiry_id: UUID


def plant(actor: User, says: str) -> Planted:
    """A survey of one exposed site, and an answer. Every text of them says ``says``."""
    point = {"kind": "workshop", "latitude_deg": 42.5, "longitude_deg": 20.5}
    about: dict[str, Any] = {"base": None, "drawn": pl.DataFrame([point]), "left_out": [], "surveyed_on": DAY}
    survey = services.draw(actor=actor, title=says, **about)
    Survey.objects.filter(pk=survey.pk).update(source=says, crs=says)
    enquiry = services.ask(actor=actor, about=says, **point)
    SiteEnquiry.objects.filter(pk=enquiry.pk).update(uncounted=[says])
    return Planted(survey.pk, enquiry.pk)


def file(actor: User, says: str) -> UUID:
    """A file of somebody with a fault, that waits to be read again.

    Its texts are written afterwards: of what is sent, the name stands on the trail, as that of an upload does.
    """
    given: dict[str, Any] = {"actor": actor, "file": sent(csv()), "surveyed_on": DAY}
    kept = sending.receive(name="x.csv", title="x", **given)
    finding = Finding("unknown_id", "error", TABLE, 1, says, says, {"target": says})
    SurveyFile.objects.filter(pk=kept.pk).update(
        name=f"{says}.csv",
        title=says,
        crs=says,
        columns=[*kept.columns, says],
        mapping=asdict(Mapping({"persons_day": says}, says)),
        state=SurveyFileState.FAULTY,
        findings=[asdict(finding)],
        faults=1,
    )
    return kept.pk
