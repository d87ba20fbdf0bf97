"""The job that assesses the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from rasr.node.assessment import services
from rasr.node.jobs.registry import Work, handler


@handler(services.KIND)
def assess(work: Work) -> dict[str, Any]:
    """Assess the register as it is when the job begins. parameters: as_of, the day; register_version, when asked."""
    as_of = date.fromisoformat(work.parameters["as_of"])
    run = services.work_out(actor=work.actor, as_of=as_of, progress=work.progress)
    return {"url": reverse("assessment:run", args=[run.pk]), "run_id": str(run.pk)}
