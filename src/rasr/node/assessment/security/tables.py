"""The list of sites, and when each was assessed."""

from __future__ import annotations

from datetime import date, timedelta

import django_tables2 as tables
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rasr.node.records.tables import WIDE, Code, Day, Named, Text
from rasr.node.web.words import ByWords


class Due(Day):
    """The day by which a site is due again, from the day of its last visit."""

    def render(self, value: date) -> str:
        """That day later by the interval of the node."""
        return str(super().render(value + timedelta(days=settings.NODE.reassess_days)))


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
    assessed_on = Day(accessor="assessed_on", verbose_name=_("Assessed"))
    due_on = Due(accessor="assessed_on", verbose_name=_("Due again"), orderable=False)

    class Meta:
        order_by = ("organisation", "name")
        empty_text = _("There is no site here that can be assessed.")


class SiteFilter(ByWords):
    """Filters of sites."""

    looked_in = ("name", "organisation__name")
