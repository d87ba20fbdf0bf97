"""The app assessment."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    """Runs of the danger assessment, kept and shown."""

    name = "rasr.node.assessment"
    label = "assessment"

    def ready(self) -> None:
        """Its runs have a history on the trail; what authorities decided of mixing is told to the records."""
        from rasr.node.assessment import queries
        from rasr.node.assessment.candidates import histories as of_candidates
        from rasr.node.assessment.candidates import services as candidates
        from rasr.node.assessment.hotspots import agreeing as hotspots
        from rasr.node.assessment.hotspots import histories as of_hotspots
        from rasr.node.assessment.licences import distances, giving
        from rasr.node.assessment.licences import histories as of_licences
        from rasr.node.assessment.models import Run
        from rasr.node.assessment.rules import acting, services
        from rasr.node.assessment.rules import histories as of_rules
        from rasr.node.assessment.security import histories as of_security
        from rasr.node.assessment.surroundings import histories as of_surveys
        from rasr.node.assessment.upgrades import agreeing
        from rasr.node.assessment.upgrades import histories as of_upgrades
        from rasr.node.people import histories  # models are there only now
        from rasr.node.people.approvals.registry import KINDS
        from rasr.node.records import mixing

        page = {"page": "assessment:run", "argument": "run_id", "parts": ("assessment:table",)}
        histories.tell(Run, _("Assessment"), queries.told_of, **page)
        of_candidates.tell_all()
        mixing.decided_by(services.matrix)
        of_hotspots.tell_all()
        of_licences.tell_all()
        of_rules.tell_all()
        of_security.tell_all()
        of_surveys.tell_all()
        of_upgrades.tell_all()
        assert set(acting.ACTS) <= set(KINDS)
        ours = {giving.KIND, distances.KIND, candidates.KIND, agreeing.KIND, agreeing.HANDOVER, hotspots.KIND}
        assert ours <= set(KINDS)
