"""The list of licences, and what it can be narrowed by."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.records.tables import UNBROKEN, WIDE, Day, Named, Text
from rasr.node.web.words import ByWords


class Limits(tables.Column):
    """Division and limit, one after the other."""

    def render(self, value: dict[str, float]) -> str:
        """Such as: 1.1: 500; 1.3: 2000."""
        return "; ".join(f"{division}: {kg:g}" for division, kg in sorted(value.items()))

    def value(self, value: dict[str, float]) -> str:
        """The same in a file."""
        return self.render(value)


class LicenceTable(tables.Table):
    """Licences as they were signed, the latest first."""

    store = Text(
        accessor="store_id",
        linkify=("assessment:licence-form", [tables.A("form_id")]),
        verbose_name=_("Store"),
        attrs=UNBROKEN,
    )
    number = tables.Column(accessor="number", verbose_name=_("No."))
    site = Named("store__site_id", accessor="store__site__name", verbose_name=_("Site"), attrs=WIDE)
    limits = Limits(accessor="limits", verbose_name=_("Limits, kg NEQ"), orderable=False)
    until = Day(accessor="valid_until", verbose_name=_("Valid until"))
    signed = Day(accessor="signed_at", verbose_name=_("Signed"))
    rule_edition = Text(accessor="rule_edition", verbose_name=_("Rule edition"))

    class Meta:
        order_by = "-signed"
        empty_text = _("No licence was signed here.")


class LicenceFilter(ByWords):
    """Filters of licences."""

    looked_in = ("store_id", "store__site__name", "conditions", "document")
