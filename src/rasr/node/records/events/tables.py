"""Lists of incidents, inspections, actions and of the climate of stores; what they can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.node.records.lots.tables import Choice
from rasr.node.records.models import (
    Action,
    Activity,
    Breach,
    Incident,
    IncidentKind,
    IncidentState,
    Inspection,
    InspectionKind,
    InspectionResult,
    Movement,
)
from rasr.node.records.tables import UNBROKEN, UNKNOWN, WIDE, Day, Figure, Text
from rasr.node.web import columns
from rasr.node.web.words import ByWords

ALL = _("All")
OUTSIDE = _("outside of a store")
FOLLOWS = [
    (Incident._meta.db_table, _("Incident")),
    (Inspection._meta.db_table, _("Inspection")),
    (Breach._meta.db_table, _("Broken rule")),
    (Movement._meta.db_table, _("Movement")),
]
"""What an action follows from."""


class IncidentTable(tables.Table):
    """Incidents."""

    kind = Choice(
        IncidentKind.choices,
        accessor="kind",
        linkify=("records:incident", [tables.A("pk")]),
        verbose_name=_("Kind"),
    )
    site = Text(accessor="site__name", verbose_name=_("Site"))
    store = Text(accessor="store_id", verbose_name=_("Store"), default=OUTSIDE, attrs=UNBROKEN)
    happened = Day(accessor="happened_at", verbose_name=_("When"), default=UNKNOWN)
    activity = Choice(Activity.choices, accessor="activity", verbose_name=_("What was being done"))
    what = Text(accessor="what", verbose_name=_("What happened"), attrs=WIDE)
    hurt = columns.YesNo(accessor="hurt", verbose_name=_("People hurt"))
    state = Choice(IncidentState.choices, accessor="state", verbose_name=_("State"))
    reported = Day(accessor="reported_at", verbose_name=_("Reported"))

    class Meta:
        order_by = "-reported"
        empty_text = _("No incident matches. Change or clear the filters.")


class InspectionTable(tables.Table):
    """Inspections."""

    kind = Choice(
        InspectionKind.choices,
        accessor="kind",
        linkify=("records:inspection", [tables.A("pk")]),
        verbose_name=_("Kind"),
    )
    site = Text(accessor="site__name", verbose_name=_("Site"))
    store = Text(accessor="store_id", verbose_name=_("Store"), default=OUTSIDE, attrs=UNBROKEN)
    done = Day(accessor="done_on", verbose_name=_("Done on"))
    by = Text(accessor="done_by", verbose_name=_("Inspector"))
    result = Choice(InspectionResult.choices, accessor="result", verbose_name=_("Result"))
    next = Day(accessor="next_on", verbose_name=pgettext_lazy("time", "Next"), default="–")

    class Meta:
        order_by = "-done"
        empty_text = _("No inspection matches. Change or clear the filters.")


class ActionTable(tables.Table):
    """What is to be done, and what was."""

    text = Text(
        accessor="text",
        linkify=("records:action", [tables.A("pk")]),
        verbose_name=_("What is to be done"),
        attrs=WIDE,
    )
    follows = Choice(FOLLOWS, accessor="table", verbose_name=_("Follows from"))
    site = Text(accessor="site__name", verbose_name=_("Site"))
    store = Text(accessor="store_id", verbose_name=_("Store"), default=OUTSIDE, attrs=UNBROKEN)
    responsible = Text(accessor="responsible", verbose_name=_("Who does it"), default="–")
    due = Day(accessor="due_on", verbose_name=_("Due"))
    done = Day(accessor="done_on", verbose_name=_("Done on"), default=_("open"))

    class Meta:
        order_by = "due"
        empty_text = _("No action matches. Change or clear the filters.")

    def render_text(self, record: Action) -> str:
        """In the language of its reader."""
        return record.said


class ClimateTable(tables.Table):
    """Stores with their latest reading."""

    store = Text(
        accessor="store_id",
        linkify=("records:climate", [tables.A("store_id")]),
        verbose_name=_("Store"),
    )
    site = Text(accessor="site__name", verbose_name=_("Site"))
    measured = Day(accessor="measured_at", verbose_name=_("Measured"), default=_("never"))
    temperature = Figure("significant:3", accessor="temperature_c", verbose_name=_("Temperature, °C"))
    humidity = Figure("significant:3", accessor="humidity_pct", verbose_name=_("Relative humidity, %"))

    class Meta:
        order_by = "store"
        empty_text = _("No store matches. Change or clear the filters.")


class IncidentFilter(ByWords):
    """Filters of incidents."""

    looked_in = ("what", "where", "store__store_id", "site__name", "article__name", "cause_reported", "cause_found")

    kind = filters.ChoiceFilter(label=_("Kind"), choices=IncidentKind.choices, empty_label=ALL)
    state = filters.ChoiceFilter(label=_("State"), choices=IncidentState.choices, empty_label=ALL)


class InspectionFilter(ByWords):
    """Filters of inspections."""

    looked_in = ("text", "done_by", "store__store_id", "site__name")

    kind = filters.ChoiceFilter(label=_("Kind"), choices=InspectionKind.choices, empty_label=ALL)
    result = filters.ChoiceFilter(label=_("Result"), choices=InspectionResult.choices, empty_label=ALL)


class ActionFilter(ByWords):
    """Filters of actions."""

    looked_in = ("text", "responsible", "done_text", "store__store_id", "site__name")

    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("Open")), ("late", _("Late")), ("done", _("Done"))],
        method="by_state",
        empty_label=ALL,
    )
    follows = filters.ChoiceFilter(label=_("Follows from"), field_name="table", choices=FOLLOWS, empty_label=ALL)

    def by_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those still to be done, of which the day has passed, or that are done."""
        if value == "late":
            return rows.filter(done_on=None, due_on__lt=timezone.localdate())
        return rows.filter(done_on__isnull=value == "open")


class ClimateFilter(ByWords):
    """Filters of stores."""

    looked_in = ("store_id", "site__name")
