"""The table of invitations."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.node.people import invitations
from rasr.node.people.models import Invitation
from rasr.node.people.place import name_of
from rasr.node.web.columns import Day

STATES: dict[invitations.State, str | Promise] = {
    "open": pgettext_lazy("invitation", "Open"),
    "used": pgettext_lazy("invitation", "Used"),
    "withdrawn": pgettext_lazy("invitation", "Withdrawn"),
    "expired": pgettext_lazy("invitation", "Expired"),
}
"""State of an invitation to its name."""


class InvitationTable(tables.Table):
    """Invitations, newest first."""

    name = tables.Column(verbose_name=_("For"), linkify=("people:invitation", {"invitation_id": tables.A("pk")}))
    state = tables.Column(verbose_name=_("State"), empty_values=(), orderable=False)
    role = tables.Column(verbose_name=_("Role asked for"))
    place = tables.Column(verbose_name=_("Where"), empty_values=(), orderable=False)
    invited_by = tables.Column(verbose_name=_("Invited by"), accessor="invited_by__username")
    made_at = Day(verbose_name=_("Made"))
    expires_at = Day(verbose_name=_("Expires"))

    class Meta:
        order_by = ("-made_at",)
        empty_text = _("Nobody was invited yet.")

    def render_state(self, record: Invitation) -> str:
        """Open, used, withdrawn or expired."""
        return str(STATES[invitations.state(record)])

    def render_place(self, record: Invitation) -> str:
        """Where the role is to hold."""
        return name_of(record) if record.role else "–"

    def value_place(self, record: Invitation) -> str:
        """The same; empty where no role is asked for."""
        return name_of(record) if record.role else ""
