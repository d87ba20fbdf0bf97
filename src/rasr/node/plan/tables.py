"""The list of plans."""

from __future__ import annotations

from typing import ClassVar

import django_tables2 as tables
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from rasr.node.plan.models import PlanRun
from rasr.node.web.columns import Code, Day, Figure


class PlanRunTable(tables.Table):
    """Plans, the latest first."""

    made_at = Day(verbose_name=_("Made"), linkify=("plan:run", {"run_id": A("pk")}))
    stale = tables.Column(verbose_name=_("Freshness"), orderable=False)
    actor = tables.Column(verbose_name=_("By"), orderable=False)
    mass_destroyed_kg = Figure("tonnes", verbose_name=_("Destroyed, t"))
    cost_eur = Figure("thousands", verbose_name=_("Cost, thousand EUR"))
    before = Figure(
        "danger", accessor="summary__danger_before", verbose_name=_("Danger before, per year"), orderable=False
    )
    after = Figure(
        "danger", accessor="summary__danger_after", verbose_name=_("Danger after, per year"), orderable=False
    )
    gap = Figure("percent", verbose_name=_("Gap, %"))
    status = Code("solved", verbose_name=_("Status"), orderable=False)

    class Meta:
        model = PlanRun
        fields: ClassVar[list[str]] = []
        empty_text = _("There is no plan yet.")

    def render_stale(self, value: bool) -> str:
        """A mark, so that nobody takes an old plan for the plan."""
        style, text = ("stale", STALE) if value else ("good", FRESH)
        return format_html('<span class="badge badge-{}">{}</span>', style, text)

    def value_stale(self, value: bool) -> str:
        """The same in words."""
        return str(STALE if value else FRESH)


STALE: Promise = _("out of date")
FRESH: Promise = _("up to date")
