"""The app plan."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    """Plans: asked for, solved, kept, compared."""

    name = "rasr.node.plan"
    label = "plan"

    def ready(self) -> None:
        """Its runs have a history on the trail."""
        from rasr.node.people import histories  # models are there only now
        from rasr.node.plan import queries
        from rasr.node.plan.models import PlanRun

        page = {"page": "plan:run", "argument": "run_id", "parts": ("plan:table",)}
        histories.tell(PlanRun, _("Plan"), queries.told_of, **page)
