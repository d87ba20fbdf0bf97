"""The list of candidate sites, and what it can be narrowed by."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.records.tables import WIDE, Day, Named, Text
from rasr.node.web.words import ByWords


class CandidateTable(tables.Table):
    """Candidate sites that were approved."""

    name = Text(
        accessor="name",
        linkify=("assessment:candidate", [tables.A("candidate_id")]),
        verbose_name=_("Name"),
        attrs=WIDE,
    )
    organisation = Named("organisation_id", accessor="organisation__name", verbose_name=_("Organisation"), attrs=WIDE)
    latitude_deg = tables.Column(accessor="latitude_deg", verbose_name=_("Latitude, °"))
    longitude_deg = tables.Column(accessor="longitude_deg", verbose_name=_("Longitude, °"))
    approved = Day(accessor="approved_at", verbose_name=_("Approved"))
    withdrawn = Day(accessor="withdrawn_at", verbose_name=_("Withdrawn"))

    class Meta:
        order_by = "name"
        empty_text = _("No candidate site was approved here.")


class CandidateFilter(ByWords):
    """Filters of candidate sites."""

    looked_in = ("name", "organisation__name", "note")
