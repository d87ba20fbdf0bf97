"""The list of contaminated areas, what it can be narrowed by, and the tables that leave the node."""

from __future__ import annotations

import django_filters as filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import AreaKind, HotspotState
from rasr.node.records.events.tables import ALL
from rasr.node.records.lots.tables import Choice
from rasr.node.records.tables import WIDE, Day, Figure, Text
from rasr.node.web.lists import Text as Words
from rasr.node.web.words import ByWords

HEADINGS: dict[str, Words] = {
    "hotspot_id": _("Id"),
    "hotspot": _("Area"),
    "site": _("Site"),
    "area_type": _("Kind of area"),
    "status": _("Status"),
    "latitude_deg": _("Latitude, degrees"),
    "longitude_deg": _("Longitude, degrees"),
    "radius_m": _("Radius, m"),
    "perimeter": _("Perimeter"),
    "area_m2": _("Area, m²"),
    "released_m2": _("Released, m²"),
    "device_categories": _("Categories of devices"),
    "activity": _("Activity"),
    "organisation": _("Implementing organisation"),
    "operational_method": _("Operational method"),
    "start_on": _("Start"),
    "end_on": _("End"),
    "release_type": _("How it was released"),
    "released_on": _("Day"),
    "depth_cm": _("Depth, cm"),
    "device_category": _("Category of device"),
    "device_model": _("Model"),
    "quantity": _("Pieces"),
    "evidence": _("How it is known"),
    "fate": _("What became of it"),
    "disposal_method": _("How it was destroyed or removed"),
    "checked_on": _("Day"),
    "inspector": _("Inspecting organisation"),
    "result": _("Result"),
    "nonconformity": _("What did not conform"),
    "measures_taken": _("Measures taken"),
}


class HotspotTable(tables.Table):
    """Contaminated areas."""

    name = Text(linkify=("assessment:hotspot", [tables.A("pk")]), verbose_name=_("Name"), attrs=WIDE)
    site = Text(accessor="site__name", verbose_name=_("Site"))
    kind = Choice(AreaKind.choices, accessor="kind", verbose_name=_("Kind of area"))
    state = Choice(HotspotState.choices, accessor="state", verbose_name=_("State"))
    area_m2 = Figure("whole", accessor="area_m2", verbose_name=_("Area as stated, m²"))
    released_m2 = Figure("whole", accessor="released_m2", verbose_name=_("Released, m²"))
    found = Day(accessor="found_on", verbose_name=_("First reported"))
    handed_over = Day(accessor="handed_over_on", verbose_name=_("Handed over"))

    class Meta:
        order_by = "name"
        empty_text = _("No contaminated area matches. Change or clear the filters.")


class HotspotFilter(ByWords):
    """Filters of contaminated areas."""

    looked_in = ("name", "source", "site__name", "site__site_id")

    state = filters.ChoiceFilter(label=_("State"), choices=HotspotState.choices, empty_label=ALL)
