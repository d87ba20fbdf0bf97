"""The list of upgrade projects, and what it can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import Upgrade, UpgradeState
from rasr.node.assessment.upgrades import costs, queries
from rasr.node.records.events.tables import ALL
from rasr.node.records.lots.tables import Choice
from rasr.node.records.tables import UNBROKEN, UNKNOWN, WIDE, Day, Text
from rasr.node.web.words import ByWords

UNREADABLE = _("cannot be read")


class Sums(Text):
    """Sums by currency beside each other; what is unknown is said."""

    empty_values = ()

    def __init__(self, part: str, **given: Any) -> None:
        super().__init__(orderable=False, **given)
        self.part = part

    def render(self, record: Upgrade) -> str:
        """Cost or money of a project."""
        try:
            found = queries.costs_of(record)
        except Refused:
            return str(UNREADABLE)
        written = costs.told(costs.sums(getattr(found, self.part)))
        missing = len(costs.unknown(found)) if self.part == costs.WORKS else 0
        return ", ".join(filter(None, [written, f"{_('unknown')}: {missing}" if missing else ""])) or "–"


class UpgradeTable(tables.Table):
    """Upgrade projects."""

    name = Text(
        accessor="name",
        linkify=("assessment:upgrade", [tables.A("pk")]),
        verbose_name=_("Name"),
        attrs=WIDE,
    )
    site = Text(accessor="site__name", verbose_name=_("Site"))
    store = Text(accessor="store_id", verbose_name=_("Store"), default=_("whole site"), attrs=UNBROKEN)
    state = Choice(UpgradeState.choices, accessor="state", verbose_name=_("State"))
    contractor = Text(accessor="contractor", verbose_name=_("Contractor"), default=UNKNOWN)
    start = Day(accessor="start_on", verbose_name=_("Start"))
    planned = Day(accessor="handover_planned_on", verbose_name=_("Planned handover"))
    handover = Day(accessor="handover_on", verbose_name=_("Handover"))
    works = Sums(costs.WORKS, accessor="works", verbose_name=_("Cost"))
    money = Sums(costs.MONEY, accessor="money", verbose_name=_("Money"))

    class Meta:
        order_by = "planned"
        empty_text = _("No project matches. Change or clear the filters.")


class UpgradeFilter(ByWords):
    """Filters of upgrade projects."""

    looked_in = ("name", "contractor", "upkeep_owner", "site__name", "store__store_id")

    state = filters.ChoiceFilter(
        label=_("State"), choices=[("late", _("Late")), *UpgradeState.choices], method="by_state", empty_label=ALL
    )

    def by_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Of one state, or past their planned handover."""
        return rows.filter(queries.overdue()) if value == "late" else rows.filter(state=value)
