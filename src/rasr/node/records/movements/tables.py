"""The list of movements, and what it can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places
from rasr.node.places.models import Store
from rasr.node.records.models import Movement, MovementKind, MovementLine
from rasr.node.records.movements.queries import touching
from rasr.node.records.tables import UNBROKEN, Day, Text
from rasr.node.web.words import ByWords, rows_holding

ALL = _("All")


class MovementTable(tables.Table):
    """Movements, the latest recorded first."""

    voucher = Text(
        accessor="voucher",
        linkify=("records:movement", [tables.A("pk")]),
        verbose_name=_("Voucher"),
        empty_values=(),
        attrs=UNBROKEN,
    )
    kind = tables.Column(accessor="kind", verbose_name=_("Movement"))
    effective = Day(accessor="effective_at", verbose_name=_("Took effect"))
    recorded = Day(accessor="recorded_at", verbose_name=_("Recorded"))
    site = Text(accessor="site__name", verbose_name=_("Site"))
    by = Text(accessor="actor__username", verbose_name=_("By"))
    reason = Text(accessor="reason", verbose_name=_("Reason"))

    def render_voucher(self, value: str) -> str:
        """Its number; what a load brought has none."""
        return value or str(_("no number"))

    class Meta:
        order_by = "-recorded"
        empty_text = _("No movement matches. Change or clear the filters.")


class MovementFilter(ByWords):
    """Filters of movements. The sites offered are those in scope."""

    kind = filters.ChoiceFilter(label=_("Movement"), choices=MovementKind.choices, empty_label=ALL)
    site = filters.ChoiceFilter(label=_("Site"), field_name="site_id", empty_label=ALL)
    store = filters.CharFilter(label=_("Store"), method="by_store", max_length=200)
    article = filters.CharFilter(label=_("Article"), method="by_article", max_length=200)
    since = filters.DateFilter(label=_("From day"), field_name="effective_at", lookup_expr="date__gte")
    until = filters.DateFilter(label=_("To day"), field_name="effective_at", lookup_expr="date__lte")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        sites = places.sites_named(self.request.user)
        self.filters["site"].extra["choices"] = [(one.pk, f"{one.name} ({one.pk})") for one in sites]
        for name in ("since", "until"):
            self.filters[name].extra["widget"] = _day()

    def by_words(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Rows with every word in the number, the reason, or what a line is about."""
        return rows_holding(rows, words, ("voucher", "reason"))

    def by_store(self, rows: QuerySet[Any], _name: str, store_id: str) -> QuerySet[Any]:
        """Rows with a line that touches a store in scope; of another store nobody learns by asking."""
        store = Store.objects.filter(scope_of(self.request.user).stores(), pk=store_id).order_by().values("pk")
        return self._with_line(rows, Q(from_place__store__in=store) | Q(to_place__store__in=store))

    def by_article(self, rows: QuerySet[Any], _name: str, article_id: str) -> QuerySet[Any]:
        """Rows with a line, of those that may be seen, of an article."""
        return self._with_line(rows, Q(batch__article=article_id))

    def _with_line(self, rows: QuerySet[Any], about: Q) -> QuerySet[Any]:
        lines = MovementLine.objects.filter(touching(scope_of(self.request.user)), about, movement=OuterRef("pk"))
        return rows.filter(Exists(lines))

    class Meta:
        model = Movement
        fields: tuple[str, ...] = ()


def _day() -> forms.DateInput:

    return forms.DateInput(attrs={"type": "date"})
