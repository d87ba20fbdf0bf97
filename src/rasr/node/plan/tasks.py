"""The jobs that work out a plan and a study."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from rasr.node.jobs.registry import Work, handler
from rasr.node.plan import services
from rasr.node.plan.studies import services as studies
from rasr.node.plan.studies.asking import asked_of


@handler(services.KIND)
def plan(work: Work) -> dict[str, Any]:
    """Plan the register with the options asked for; the result says where the plan is to be seen."""
    options = services.options_of(work.parameters["options"])
    run = services.work_out(actor=work.actor, options=options, progress=work.progress)
    return {"run_id": str(run.run_id), "url": reverse("plan:run", args=[run.run_id])}


@handler(studies.KIND)
def study(work: Work) -> dict[str, Any]:
    """Make the study that was asked for; the result says where it is to be seen."""
    made = studies.work_out(actor=work.actor, asked=asked_of(work.parameters["asked"]), progress=work.progress)
    return {"run_id": str(made.run_id), "url": reverse("plan:study", args=[made.run_id])}
