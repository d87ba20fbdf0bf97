"""Surveys, their files and answers on building have a history on the trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import SiteEnquiry, Survey, SurveyFile
from rasr.node.assessment.surroundings import queries, sending
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.people.rights import may


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    parts = tuple(f"assessment:survey-{part}" for part in ("rows", "map", "enforce", "cut"))
    about = {"page": "assessment:survey", "argument": "survey_id", "parts": parts}
    tell(Survey, _("Survey"), queries.survey_told, **about)
    parts = ("assessment:survey-bound", "assessment:survey-answer-map")
    about = {"page": "assessment:survey-answer", "argument": "enquiry_id", "parts": parts}
    tell(SiteEnquiry, _("Answer on building"), queries.enquiry_told, **about)
    parts = ("assessment:survey-faults", "assessment:survey-drop")
    about = {"page": "assessment:survey-file", "argument": "file_id", "parts": parts}
    tell(SurveyFile, _("File of a survey"), _file_told, **about)


def _file_told(actor: User, row_id: str) -> str | None:
    if not may(actor, sending.RIGHT):
        return None
    found = sending.sent(actor=actor).filter(pk=uuid_of(row_id)).first()
    return found.name if found else None
