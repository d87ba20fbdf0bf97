"""The list of approvals and its filters."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.node.people.approvals.queries import asker, title
from rasr.node.people.approvals.registry import KINDS
from rasr.node.people.approvals.told import called
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.web.columns import Day

MINE, DECIDED = "mine", "decided"


class Person(tables.Column):
    """How somebody is called."""

    empty_values = ()

    def render(self, value: User | None) -> str:
        """The name."""
        return called(value) if value is not None else "–"


class ApprovalTable(tables.Table):
    """Approvals, the newest first."""

    what = tables.Column(
        accessor="shown",
        verbose_name=_("What"),
        orderable=False,
        linkify=("people:approval", {"approval_id": tables.A("pk")}),
    )
    state = tables.Column(verbose_name=_("State"))
    asked_by = tables.Column(verbose_name=_("Asked by"), order_by="asked_by__username", empty_values=())
    asked_at = Day(verbose_name=_("Asked"))
    expires_at = Day(verbose_name=_("Expires"))
    decided_by = Person(verbose_name=_("Decided by"), order_by="decided_by__username")
    decided_at = Day(verbose_name=_("Decided"))

    class Meta:
        order_by = ("-asked_at",)
        empty_text = _("Nothing was asked for, or nothing matches the filter.")

    def render_what(self, record: Approval) -> str:
        """In one line."""
        return title(record)

    def render_asked_by(self, record: Approval) -> str:
        """How they are called."""
        return asker(record)

    def render_state(self, record: Approval) -> str:
        """Its name."""
        return record.get_state_display()


class ApprovalFilter(filters.FilterSet):
    """State, kind, and whose."""

    state = filters.ChoiceFilter(label=_("State"), choices=ApprovalState.choices, empty_label=_("All"))
    kind = filters.ChoiceFilter(
        label=_("Kind"), choices=lambda: [(kind.code, kind.name) for kind in KINDS.values()], empty_label=_("All")
    )
    whose = filters.ChoiceFilter(
        label=_("Whose"),
        method="by_whose",
        choices=((MINE, _("What I asked for")), (DECIDED, _("What I decided"))),
        empty_label=_("All"),
    )

    class Meta:
        model = Approval
        fields: ClassVar = ["state", "kind", "whose"]

    def by_whose(self, rows: QuerySet[Approval], _name: str, value: str) -> QuerySet[Approval]:
        """What the reader asked for, or decided."""
        me: Any = self.request.user
        return rows.filter(Q(asked_by=me) if value == MINE else Q(decided_by=me))
