"""Lists of items, and of weapons that are held as so many pieces; what they can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.core.records import names
from rasr.node.places import queries as places
from rasr.node.records.filters import ALL
from rasr.node.records.lots.tables import Choice
from rasr.node.records.models import Custody, Item, LegalStatus, Origin, PlaceKind, SerialState
from rasr.node.records.tables import UNBROKEN, WIDE, Named, Quantity, Text
from rasr.node.web import columns
from rasr.node.web.words import ByWords, rows_holding


class Where(Choice):
    """What kind of place an item is in; its store where that is in scope (annotated as seen_store)."""

    def render(self, value: str, record: Item | None = None) -> str:
        """The store, or the kind of place."""
        seen = getattr(record, "seen_store", None)
        return str(seen) if seen else super().render(value)


class ItemTable(tables.Table):
    """Items."""

    serial = Text(
        accessor="serial",
        linkify=("records:item", [tables.A("item_id")]),
        verbose_name=_("Serial number"),
        empty_values=(),
        attrs=UNBROKEN,
    )
    state = Choice(SerialState.choices, accessor="serial_state", verbose_name=_("Can it be read"))
    article = Named("at__batch__article_id", accessor="at__batch__article__name", verbose_name=_("Article"), attrs=WIDE)
    where = Where(PlaceKind.choices, accessor="at__place__kind", verbose_name=_("Where"), attrs=UNBROKEN)
    store = Text(accessor="seen_store", verbose_name=_("Store"), visible=False)
    origin = Choice(Origin.choices, accessor="origin", verbose_name=pgettext_lazy("of an item", "Origin"))
    legal = Choice(LegalStatus.choices, accessor="legal_status", verbose_name=_("Legal status"))
    hold = columns.YesNo(accessor="legal_hold", verbose_name=_("Legal hold"))
    case = Text(accessor="case_number", verbose_name=_("Case number"))
    custody = Choice(Custody.choices, accessor="custody", verbose_name=_("Custody"))

    class Meta:
        order_by = "serial"
        empty_text = _("No item matches. Change or clear the filters.")

    def render_serial(self, value: str, record: Item) -> str:
        """As it is marked; where nothing can be read, why, and the end of its id."""
        return value or f"{record.get_serial_state_display()} · {record}"


class PiecesTable(tables.Table):
    """Weapons that are held as so many pieces."""

    record = Text(
        accessor="batch__stock_id",
        linkify=("records:itemise", [tables.A("batch_id"), tables.A("store_id")]),
        verbose_name=_("Record"),
        attrs=UNBROKEN,
    )
    article = Named("batch__article_id", accessor="batch__article__name", verbose_name=_("Article"), attrs=WIDE)
    store = Named("store__site__name", accessor="store_id", verbose_name=_("Store"))
    quantity = Quantity("whole", accessor="quantity", verbose_name=_("Quantity"))

    class Meta:
        order_by = "store"
        empty_text = _("Nothing here: every weapon that you judge is an item already.")


class ItemFilter(ByWords):
    """Filters of items. A serial number is found whatever letters that look alike it is written in."""

    looked_in = ("serial", "marks", "case_number", "at__batch__article__name", "at__batch__article__article_id")

    serial = filters.CharFilter(label=_("Serial number"), method="by_serial", max_length=100)
    site = filters.ChoiceFilter(label=_("Site"), field_name="at__place__store__site_id", empty_label=ALL)
    origin = filters.ChoiceFilter(label=pgettext_lazy("of an item", "Origin"), choices=Origin.choices, empty_label=ALL)
    legal_status = filters.ChoiceFilter(label=_("Legal status"), choices=LegalStatus.choices, empty_label=ALL)
    custody = filters.ChoiceFilter(label=_("Custody"), choices=Custody.choices, empty_label=ALL)
    hold = filters.ChoiceFilter(
        label=_("Legal hold"),
        field_name="legal_hold",
        choices=[("True", _("Yes")), ("False", _("No"))],
        empty_label=ALL,
    )
    serial_state = filters.ChoiceFilter(label=_("Can it be read"), choices=SerialState.choices, empty_label=ALL)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        sites = places.sites_named(self.request.user)
        named_sites = [(site.site_id, f"{site.name} ({site.site_id})") for site in sites]
        self.filters["site"].extra["choices"] = sorted(named_sites, key=lambda pair: pair[1])

    def by_words(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """By words, or by a serial number that looks like what is asked for."""
        found = rows_holding(rows, words, self.looked_in)
        mark = names.mark(words)
        return rows.filter(Q(pk__in=found.values("pk")) | Q(normalised__contains=mark)) if mark else found

    def by_serial(self, rows: QuerySet[Any], _name: str, serial: str) -> QuerySet[Any]:
        """Whose number looks like this one, or has it in it; nothing for what has no sign that can be marked."""
        mark = names.mark(serial)
        return rows.filter(normalised__contains=mark) if mark else rows.none()


class PiecesFilter(ByWords):
    """Filters of weapons held as pieces."""

    looked_in = ("batch__stock_id", "batch__article__name", "store__store_id", "store__site__name")
