"""The jobs of surveys: reading a file, putting a survey in force."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from rasr.node.assessment.models import SurveyFileState
from rasr.node.assessment.surroundings import sending, services
from rasr.node.assessment.surroundings.files import Mapping
from rasr.node.jobs.registry import Work, handler


@handler(sending.KIND)
def read_survey(work: Work) -> dict[str, Any]:
    """Read a file and keep the survey, or its faults. parameters: file_id, mapping (``files.Mapping``)."""
    file_id, mapping = work.parameters["file_id"], Mapping(**work.parameters["mapping"])
    found = sending.bring_in(actor=work.actor, file_id=file_id, mapping=mapping, progress=work.progress)
    if found.state == SurveyFileState.KEPT:
        return {"url": reverse("assessment:survey", args=[found.survey_id])}
    return {"url": reverse("assessment:survey-file", args=[file_id]), "faults": found.faults}


@handler(services.KIND)
def enforce_survey(work: Work) -> dict[str, Any]:
    """Put a survey in force. parameters: survey_id."""
    survey_id = work.parameters["survey_id"]
    loaded = services.put_in_force(actor=work.actor, survey_id=survey_id, progress=work.progress)
    return {"url": reverse("assessment:survey", args=[survey_id]), "version": loaded.version}
