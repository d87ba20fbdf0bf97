"""The history of a rule that was entered, on the trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import queries
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.people.rights import may


def tell_all() -> None:
    """Name it; called once, when the node starts."""
    page = {"page": "assessment:rules-entry", "argument": "entry_id", "parts": ("assessment:rules-withdraw",)}
    tell(RuleEntry, _("Rule entered here"), _rule, **page)


def _rule(actor: User, row_id: str) -> str | None:
    if not may(actor, queries.VIEW):
        return None
    found = queries.entries(actor).filter(pk=uuid_of(row_id)).first()
    return queries.name_of(found) if found else None
