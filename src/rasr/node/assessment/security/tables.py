"""The list of sites, and when each was assessed."""

from __future__ import annotations

from datetime import date

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from rasr.node.records.tables import WIDE, Code, Day, Named, Text
from rasr.node.web.words import ByWords


class Due(Day):
    """The day by which a site is due again."""

    def render(self, value: date) -> str:
        """As people read it, and whether it has come."""
        shown = str(super().render(value))
        return f"{shown} · {_now('to be assessed')}" if value <= timezone.localdate() else shown


class SiteTable(tables.Table):
    """Sites, by organisation: none is ranked by how it is secured."""

    name = Text(
        accessor="name",
        linkify=("assessment:security-site", [tables.A("site_id")]),
        verbose_name=_("Site"),
        attrs=WIDE,
    )
    organisation = Named("organisation_id", accessor="organisation__name", verbose_name=_("Organisation"), attrs=WIDE)
    kind = Code("kind", accessor="kind", verbose_name=_("Kind"))
    assessed_on = Day(accessor="assessed_on", verbose_name=_("Assessed"), default=_("never"))
    due_on = Due(accessor="due_on", verbose_name=_("Due again"), default=_("now"))

    class Meta:
        order_by = ("organisation", "name")
        empty_text = _("There is no site here that can be assessed.")


class SiteFilter(ByWords):
    """Filters of sites."""

    looked_in = ("name", "organisation__name")
