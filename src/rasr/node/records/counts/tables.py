"""The list of counts."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.node.records.counts.services import UNFINISHED
from rasr.node.records.models import CountKind, CountState
from rasr.node.records.tables import UNBROKEN
from rasr.node.web.columns import Day, Figure
from rasr.node.web.words import ByWords


class CountTable(tables.Table):
    """Counts with how far they are."""

    store = tables.Column(
        accessor="store_id",
        linkify=("records:count", [tables.A("count_id")]),
        verbose_name=_("Store"),
        attrs=UNBROKEN,
    )
    site = tables.Column(accessor="store__site__name", verbose_name=_("Site"))
    kind = tables.Column(accessor="kind", verbose_name=_("Kind of count"))
    article = tables.Column(accessor="article__name", verbose_name=_("Only this article"), default="–")
    state = tables.Column(accessor="state", verbose_name=_("State"))
    lines = Figure("whole", accessor="line_count", verbose_name=_("Lines"))
    counted = Figure("whole", accessor="counted_count", verbose_name=_("Lines counted"))
    frozen = Day(accessor="frozen_at", verbose_name=_("Frozen"))
    due = Day(accessor="due_on", verbose_name=_("Due"))
    closed = Day(accessor="closed_at", verbose_name=_("Closed"), default="–")

    class Meta:
        order_by = "-frozen"
        empty_text = _("No store has been counted yet.")


class CountFilter(ByWords):
    """Filters of counts."""

    looked_in = ("store__store_id", "store__site__name", "article__name")

    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[("unfinished", _("Not finished")), *CountState.choices],
        method="by_state",
        empty_label=_("All"),
    )
    kind = filters.ChoiceFilter(label=_("Kind of count"), choices=CountKind.choices, empty_label=_("All"))

    def by_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those in a state, or in any that is not an end."""
        return rows.filter(state__in=UNFINISHED) if value == "unfinished" else rows.filter(state=value)
