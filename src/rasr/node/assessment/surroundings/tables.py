"""Lists of surveys and of answers, and the headings of their tables."""

from __future__ import annotations

from collections.abc import Mapping

import django_tables2 as tables
import polars as pl
from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.surroundings.forms import LABELS
from rasr.node.records.tables import UNBROKEN, WIDE, Code, Day, Text
from rasr.node.web.columns import Figure
from rasr.node.web.lists import Text as Words
from rasr.node.web.words import ByWords

HEADINGS: dict[str, Words] = {
    **LABELS,
    "latitude_deg": _("Latitude, degrees"),
    "longitude_deg": _("Longitude, degrees"),
    "change": _("Change"),
    "persons_before": _("Persons before"),
    "persons_after": _("Persons now"),
    "store_id": _("Store"),
    "site_id": _("Site"),
    "hazard_division": _("Hazard division"),
    "neq_kg": _("Net explosive quantity, kg"),
    "distance_m": _("Distance, m"),
    "required_m": _("Required distance, m"),
    "shortfall_m": _("Too near by, m"),
    "limit_kg": _("Would limit the store to, kg"),
    "function": _("Distance function"),
    "rule_set": _("Rule set"),
    "clause": _("Clause"),
    "status": _("Status"),
    "construction": _("Construction"),
    "activity": _("What is done in it"),
    "barricaded": _("Barricaded"),
    "exposure_kind": _("Kind of exposed site"),
    "nearest_m": _("Nearest, m"),
    "exposures_inside": _("Exposed sites inside"),
    "persons_inside": _("Persons inside"),
    "fatalities_per_year": _("Expected fatalities per year"),
    "fatalities_per_year_low": _("Expected fatalities per year, low"),
    "fatalities_per_year_high": _("Expected fatalities per year, high"),
    "front_bearing_deg": _("Bearing of the front, °"),
    "lightning_protected": _("Lightning protection"),
    "row": _("Row"),
    "column": _("Column"),
    "value": _("Value"),
    "sentence": _("What is wrong"),
}
GROUPS: Mapping[str, str] = {
    "kind": "kind",
    "exposure_kind": "kind",
    "relation": "relation",
    "construction": "construction",
    "activity": "activity",
    "status": "status",
}
KINDS: Mapping[str, str] = {
    "distance_m": "meters",
    "required_m": "meters",
    "shortfall_m": "meters",
    "nearest_m": "meters",
    "neq_kg": "whole",
    "limit_kg": "whole",
    "persons_day": "significant:3",
    "latitude_deg": "significant:7",
    "longitude_deg": "significant:7",
    **dict.fromkeys(("fatalities_per_year", "fatalities_per_year_low", "fatalities_per_year_high"), "danger"),
}
CHANGES: Mapping[str, Words] = {
    "new": _("new"),
    "moved": _("moved"),
    "other_kind": _("of another kind"),
    "more_persons": _("more persons"),
}


def changes_named(frame: pl.DataFrame) -> pl.DataFrame:
    """With the changes in words."""
    return frame.with_columns(pl.col("change").replace({code: str(name) for code, name in CHANGES.items()}))


class SurveyTable(tables.Table):
    """Surveys, the latest first."""

    title = Text(linkify=("assessment:survey", [tables.A("survey_id")]), verbose_name=_("Name"), attrs=WIDE)
    surveyed = Day(accessor="surveyed_on", verbose_name=_("Surveyed on"))
    rows = Figure(accessor="rows", verbose_name=_("Exposed sites"))
    way = Text(accessor="way", verbose_name=_("How it came to be"))
    source = Text(accessor="source", verbose_name=_("From"), attrs=WIDE, default="–")
    force = Day(accessor="in_force_at", verbose_name=_("In force since"), default="–")
    actor = tables.Column(accessor="actor__username", verbose_name=_("Kept by"))
    made = Day(accessor="made_at", verbose_name=_("Kept"))

    class Meta:
        order_by = "-surveyed"
        empty_text = _("No survey yet.")


class SurveyFilter(ByWords):
    """Filters of surveys."""

    looked_in = ("title", "source")


class EnquiryTable(tables.Table):
    """Answers on building, the latest first."""

    about = Text(
        linkify=("assessment:survey-answer", [tables.A("enquiry_id")]), verbose_name=_("What it is about"), attrs=WIDE
    )
    kind = Code("kind", accessor="kind", verbose_name=_("Kind"))
    answer = Text(accessor="answer", verbose_name=_("May it be built"), attrs=UNBROKEN)
    latitude = Figure("significant:7", accessor="latitude_deg", verbose_name=_("Latitude, degrees"))
    longitude = Figure("significant:7", accessor="longitude_deg", verbose_name=_("Longitude, degrees"))
    actor = tables.Column(accessor="actor__username", verbose_name=_("Asked by"))
    asked = Day(accessor="asked_at", verbose_name=_("Asked"))

    class Meta:
        order_by = "-asked"
        empty_text = _("Nothing was asked yet.")


class EnquiryFilter(ByWords):
    """Filters of answers."""

    looked_in = ("about",)
