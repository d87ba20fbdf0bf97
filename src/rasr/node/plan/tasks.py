"""The job that works out a plan."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from rasr.node.jobs.registry import Work, handler
from rasr.node.plan import services


@handler(services.KIND)
def plan(work: Work) -> dict[str, Any]:
    """Plan the register with the options asked for; the result says where the plan is to be seen."""
    options = services.options_of(work.parameters["options"])
    run = services.work_out(actor=work.actor, options=options, progress=work.progress)
    return {"run_id": str(run.run_id), "url": reverse("plan:run", args=[run.run_id])}
