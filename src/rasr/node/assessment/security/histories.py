"""The history of a visit, on the trail, and what is due: for who may see the visit, and for nobody else."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import queries
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.events import due


def tell_all() -> None:
    """Name it; called once, when the node starts."""
    parts = ("answer", "settle", "finish", "open", "withdraw", "merge", "photograph-add", "hand-out")
    about = {"page": "assessment:security-visit", "argument": "visit_id"}
    tell(SecurityVisit, _("Security visit"), _visit, parts=[f"assessment:security-{part}" for part in parts], **about)
    named = _("Security visit"), _("Assess again how it is secured: {what}")
    due.also("security", named, "assessment:security-list", queries.due_for)


def _visit(actor: User, row_id: str) -> str | None:
    found = queries.visits(actor).filter(pk=uuid_of(row_id)).first()
    return f"{found.site.name}, {date_format(found.visited_on, 'DATE_FORMAT')}" if found else None
