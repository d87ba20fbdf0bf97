"""The histories of licences and emergency cards, on the trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.licences import queries
from rasr.node.assessment.models import EmergencyCard, LicenceForm
from rasr.node.people.histories import tell, uuid_of
from rasr.node.people.models import User
from rasr.node.places import queries as places


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    page, parts = "assessment:licence-form", ("assessment:licence-pdf",)
    tell(LicenceForm, _("Licence"), _form, page=page, argument="form_id", parts=parts)
    others = ("contacts", "distances", "address", "pdf")
    of_card = tuple(f"assessment:licence-card-{one}" for one in others)
    tell(EmergencyCard, _("Emergency card"), _card, page="assessment:licence-card", argument="store_id", parts=of_card)


def _form(actor: User, row_id: str) -> str | None:
    found = queries.forms(actor).filter(pk=uuid_of(row_id)).first()
    return str(found) if found else None


def _card(actor: User, row_id: str) -> str | None:
    return row_id if places.stores(actor).filter(pk=row_id, emergency_card__isnull=False).exists() else None
