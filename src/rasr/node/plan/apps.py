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
        from rasr.node.people.approvals.registry import KINDS
        from rasr.node.plan import deciding, queries
        from rasr.node.plan.models import PlanDecision, PlanRun, Scenario, Study
        from rasr.node.plan.studies import queries as studies

        page = {"page": "plan:run", "argument": "run_id", "parts": ("plan:table", "plan:hold-fast", "plan:approve")}
        histories.tell(PlanRun, _("Plan"), queries.told_of, **page)
        page = {"page": "plan:decisions", "parts": ("plan:take-back",)}
        histories.tell(PlanDecision, _("Decision on a plan"), queries.decision_told, **page)
        histories.tell(
            Study, _("Study"), studies.study_told, page="plan:study", argument="run_id", parts=("plan:study-table",)
        )
        changing = ("plan:scenario-add", "plan:scenario-drop", "plan:scenario-remove")
        histories.tell(
            Scenario, _("Scenario"), studies.scenario_told, page="plan:scenario", argument="scenario_id", parts=changing
        )
        assert deciding.KIND in KINDS
