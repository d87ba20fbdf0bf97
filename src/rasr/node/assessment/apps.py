"""The app assessment."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    """Runs of the danger assessment, kept and shown."""

    name = "rasr.node.assessment"
    label = "assessment"

    def ready(self) -> None:
        """Its runs have a history on the trail."""
        from rasr.node.assessment import queries
        from rasr.node.assessment.models import Run
        from rasr.node.people import histories  # models are there only now

        page = {"page": "assessment:run", "argument": "run_id", "parts": ("assessment:table",)}
        histories.tell(Run, _("Assessment"), queries.told_of, **page)
