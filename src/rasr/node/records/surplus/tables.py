"""Lists of decisions on surplus, and of stock that can be declared; what they can be narrowed by."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.records.tables import UNBROKEN, UNKNOWN, WIDE, Day, Named, Quantity, Text
from rasr.node.web.words import ByWords


class DecisionTable(tables.Table):
    """Decisions of the nation that stock is surplus."""

    reference = Text(
        accessor="reference",
        linkify=("records:decision", [tables.A("declaration_id")]),
        verbose_name=_("Reference"),
        attrs=UNBROKEN,
    )
    decided = Day(accessor="decided_on", verbose_name=_("Decided on"))
    authority = Text(accessor="authority", verbose_name=_("Authority"))
    organisation = Named("organisation_id", accessor="organisation__name", verbose_name=_("Organisation"), attrs=WIDE)
    text = Text(accessor="text", verbose_name=_("Decision"), attrs=WIDE)

    class Meta:
        order_by = "-decided"
        empty_text = _("No decision matches.")


class DecisionFilter(ByWords):
    """Filters of decisions."""

    looked_in = ("reference", "authority", "organisation__name", "text")


class DeclarableTable(tables.Table):
    """Stock that can be declared surplus."""

    record = Text(
        accessor="batch__stock_id",
        linkify=("records:surplus-declare", [tables.A("declaration_id"), tables.A("pk")]),
        verbose_name=_("Record"),
        attrs=UNBROKEN,
    )
    article = Named("batch__article_id", accessor="batch__article__name", verbose_name=_("Article"), attrs=WIDE)
    lot = Text(accessor="batch__lot", verbose_name=_("Lot"), default=UNKNOWN, attrs=UNBROKEN)
    store = Named("store__site__name", accessor="store_id", verbose_name=_("Store"))
    stack = Text(accessor="stack", verbose_name=_("Stack"), default="–")
    quantity = Quantity("whole", accessor="quantity", verbose_name=_("Quantity"))
    other = Text(accessor="batch__declared_surplus_ref", verbose_name=_("Declared by"), default="–")

    class Meta:
        order_by = "store"
        empty_text = _("Nothing here that could be declared.")


class DeclarableFilter(ByWords):
    """Filters of stock."""

    looked_in = ("batch__stock_id", "batch__article__name", "batch__lot", "store_id")
