"""Lists of sites and of stores."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rasr.node.desk.names import starred
from rasr.node.web import codes, columns


def unknown_last(rows: QuerySet[Any], field: str, *, is_descending: bool) -> QuerySet[Any]:
    """Sorted by a field, what is unknown at the end in both directions and on both databases."""
    key = F(field)
    return rows.order_by(key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True), "pk")


def site_page(record: Any) -> str | None:
    """The page of a store's site; none where only the store is in scope."""
    return reverse("desk:site", args=[record.site_id]) if record.site_seen else None


WIDE = {"class": "table cards-when-narrow tight"}
ID = {"td": {"class": "desk-id"}}


class Known(columns.Figure):
    """A figure of the assessment; ``accessor`` is its name."""

    def order(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        """What is unknown last."""
        return unknown_last(queryset, str(self.accessor), is_descending=is_descending), True


class KnownInterval(columns.Interval):
    """A figure of the assessment with its interval."""

    def order(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        """What is unknown last."""
        return unknown_last(queryset, str(self.accessor), is_descending=is_descending), True


class Under(tables.Column):
    """A text with another in small below it, found at ``under``; exported alone."""

    def __init__(self, under: str, *, group: str = "", **given: Any) -> None:
        super().__init__(**given)
        self.under, self.group = tables.A(under), group

    def render(self, value: Any, record: Any = None) -> SafeString:
        """Both."""
        below = self.under.resolve(record, quiet=True)
        told = codes.name(self.group, below) if self.group else below
        return format_html('{} <span class="desk-under">{}</span>', self.text(value), told)

    def value(self, value: Any) -> str:
        """The text alone."""
        return self.text(value)

    def text(self, value: Any) -> str:
        """How the text itself is written."""
        return str(value)


class Jurisdiction(Under):
    """The name of a jurisdiction, with the asterisk of Kosovo*, and of an organisation below."""

    def text(self, value: Any) -> str:
        """With the asterisk."""
        return starred(str(value))


class Danger(tables.Table):
    """The columns that both lists have, from the latest assessment."""

    mass = Known("tonnes", accessor="mass_kg", verbose_name=_("Mass, t"))
    neq = Known("whole", accessor="neq_kg", verbose_name=_("NEQ, kg"))
    danger = KnownInterval(
        "fatalities_per_year_low",
        "fatalities_per_year_high",
        accessor="fatalities_per_year",
        verbose_name=_("Expected fatalities per year"),
    )
    required = Known("meters", accessor="required_ibd_m", verbose_name=_("Required to houses, m"))
    nearest = Known("meters", accessor="nearest_inhabited_m", verbose_name=_("Nearest house, m"))
    licence = Known("percent", accessor="licence_share", verbose_name=_("Of licence, %"))
    blind = Known("percent", accessor="neq_blind_share", verbose_name=_("Blind, %"))


class StoreTable(Danger):
    """Stores, the most dangerous first. What is not visible stands below another text, and goes into exports."""

    store = Under(
        "construction",
        group="construction",
        accessor="store_id",
        attrs=ID,
        linkify=("desk:store", {"store_id": tables.A("store_id")}),
        verbose_name=_("Store"),
    )
    site = tables.Column(accessor="site__name", linkify=site_page, verbose_name=_("Site"))
    jurisdiction = Jurisdiction(
        "site__organisation__name", accessor="site__organisation__jurisdiction__name", verbose_name=_("Jurisdiction")
    )
    organisation = tables.Column(accessor="site__organisation__name", verbose_name=_("Organisation"), visible=False)
    construction = columns.Code("construction", accessor="construction", verbose_name=_("Construction"), visible=False)
    mark = columns.Mark(accessor="site__mark", verbose_name=_("Class mark"), visible=False)

    class Meta:
        sequence: ClassVar = ("store", "site", "jurisdiction", "organisation", "construction", "mark", "...")
        attrs: ClassVar = WIDE
        order_by = "-danger"
        empty_text = _("No store matches. Change or clear the filters.")


class SiteTable(Danger):
    """Sites, the most dangerous first. What is not visible stands below another text, and goes into exports."""

    site = Under(
        "kind",
        group="kind",
        accessor="name",
        linkify=("desk:site", {"site_id": tables.A("site_id")}),
        verbose_name=_("Site"),
    )
    jurisdiction = Jurisdiction(
        "organisation__name", accessor="organisation__jurisdiction__name", verbose_name=_("Jurisdiction")
    )
    organisation = tables.Column(accessor="organisation__name", verbose_name=_("Organisation"), visible=False)
    kind = columns.Code("kind", accessor="kind", verbose_name=_("Kind"), visible=False)
    mark = columns.Mark(accessor="mark", verbose_name=_("Class mark"))
    stores = Known("whole", accessor="stores_count", verbose_name=_("Stores"))

    class Meta:
        sequence: ClassVar = ("site", "jurisdiction", "organisation", "kind", "mark", "stores", "...")
        attrs: ClassVar = WIDE
        order_by = "-danger"
        empty_text = _("No site matches. Change or clear the filters.")
