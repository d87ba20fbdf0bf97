"""The job that assesses the register, and those of surveys."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from rasr.node.assessment import services
from rasr.node.assessment.surroundings.tasks import enforce_survey, read_survey
from rasr.node.jobs.registry import Work, handler

__all__ = ["assess", "enforce_survey", "read_survey"]


@handler(services.KIND)
def assess(work: Work) -> dict[str, Any]:
    """Assess the register as it is when the job begins. parameters: as_of, the day; register_version, when asked."""
    as_of = date.fromisoformat(work.parameters["as_of"])
    run = services.work_out(actor=work.actor, as_of=as_of, progress=work.progress)
    return {"url": reverse("assessment:run", args=[run.pk]), "run_id": str(run.pk)}
