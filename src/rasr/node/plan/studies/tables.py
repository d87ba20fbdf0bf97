"""Lists of studies and of scenarios; names of the tables of a study and of their columns."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from rasr.node.plan import headings
from rasr.node.plan.models import Scenario, Study
from rasr.node.plan.tables import PlanRunTable
from rasr.node.records.tables import WIDE
from rasr.node.web.columns import Day

TABLES: dict[str, Promise] = {
    "coalitions": _("Every group"),
    "fair_split": _("A fair split"),
    "leaving": _("Groups that might rather leave"),
    "frontier": _("Danger against money"),
    "scenarios": _("Scenarios side by side"),
    "scenario_queues": _("The first year of each scenario"),
    "first_year": _("How sure the first year is"),
}
"""Kept tables of studies."""
HEADINGS: dict[str, Promise] = {
    **headings.HEADINGS,
    "coalition": _("Group"),
    "members": _("Members"),
    "averted_low": _("Averted, at least"),
    "averted_high": _("Averted, at most"),
    "gain_low": _("Gain, at least"),
    "gain_high": _("Gain, at most"),
    "better_than_parts": _("Better than its parts"),
    "fatalities": _("Expected fatalities over the horizon"),
    "fatalities_bound": _("No plan is below"),
    "status": _("Status"),
    "alone_low": _("By itself, at least"),
    "alone_high": _("By itself, at most"),
    "fair_share": _("Fair share"),
    "fair_low": _("Fair share, at least"),
    "fair_high": _("Fair share, at most"),
    "steady_share": _("Steady share"),
    "at_home": _("At its own sites"),
    "missing_low": _("Missing, at least"),
    "missing_high": _("Missing, at most"),
    "leaves": _("Would rather leave"),
    "budget_share": _("Of the funds, %"),
    "budget_eur": _("Money, thousand EUR"),
    "averted_per_million_eur": _("Averted by a million EUR more"),
    "knee": _("Knee"),
    "scenario": _("Scenario"),
    "worse_low": _("More than as it is, at least"),
    "worse_high": _("More than as it is, at most"),
    "different": _("Different from as it is"),
    "deadlines_missed": _("Deadlines missed"),
    "first_year_changed_share": _("First year changed, %"),
    "central_kg": _("By the plan, t"),
    "mean_kg": _("Mean of the draws, t"),
    "least_kg": _("Least of the draws, t"),
    "most_kg": _("Most of the draws, t"),
    "in_queue_share": _("Of the draws, %"),
    "standing": _("Standing"),
}
DANGERS = (
    "averted_low averted_high gain_low gain_high fatalities fatalities_bound alone_low alone_high fair_share fair_low "
    "fair_high steady_share at_home missing_low missing_high averted_per_million_eur worse_low worse_high"
).split()
KINDS: dict[str, str] = {
    **headings.KINDS,
    **dict.fromkeys(DANGERS, "danger"),
    **dict.fromkeys(("central_kg", "mean_kg", "least_kg", "most_kg"), "tonnes"),
    **dict.fromkeys(("budget_share", "first_year_changed_share", "in_queue_share"), "percent"),
    "budget_eur": "thousands",
}
GROUPS: dict[str, str] = {
    **dict.fromkeys(("better_than_parts", "leaves", "knee", "different"), "verdict"),
    "standing": "standing",
    "scenario": "scenario",
    "status": "solved",
}


class StudyTable(tables.Table):
    """Studies, the latest first."""

    made_at = Day(verbose_name=_("Made"), linkify=("plan:study", {"run_id": A("pk")}))
    kind = tables.Column(verbose_name=_("What"))
    stale = tables.Column(verbose_name=_("Freshness"), orderable=False)
    actor = tables.Column(verbose_name=_("By"), orderable=False)

    render_stale = PlanRunTable.render_stale
    value_stale = PlanRunTable.value_stale

    class Meta:
        model = Study
        fields: ClassVar[list[str]] = []
        empty_text = _("There is no study yet.")


class ScenarioTable(tables.Table):
    """Scenarios, by name."""

    name = tables.Column(verbose_name=_("Name"), linkify=("plan:scenario", {"scenario_id": A("pk")}), attrs=WIDE)
    changes = tables.Column(verbose_name=_("Changes"), orderable=False)
    written_by = tables.Column(verbose_name=_("By"), orderable=False)
    written_at = Day(verbose_name=_("Written"))

    class Meta:
        model = Scenario
        fields: ClassVar[list[str]] = []
        order_by = "name"
        empty_text = _("There is no scenario yet.")

    def render_changes(self, value: list[Any]) -> str:
        """How many."""
        return str(len(value))

    def value_changes(self, value: list[Any]) -> int:
        """The bare number."""
        return len(value)
