"""The history of a candidate site, on the trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.candidates import queries
from rasr.node.assessment.models import CandidateSite
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User


def tell_all() -> None:
    """Name it; called once, when the node starts."""
    page, parts = "assessment:candidate", ("assessment:candidate-withdraw",)
    tell(CandidateSite, _("Candidate site"), _candidate, page=page, argument="candidate_id", parts=parts)


def _candidate(actor: User, row_id: str) -> str | None:
    found = queries.candidates(actor).filter(pk=uuid_of(row_id)).first()
    return found.name if found else None
