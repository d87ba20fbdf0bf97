"""The table of runs."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.web.columns import Day, Figure, Interval


class Standing(tables.Column):
    """Whether the inputs of a run have moved on."""

    def render(self, value: bool) -> str:
        """In words."""
        return str(_("Out of date") if value else _("Up to date"))


class RunTable(tables.Table):
    """Runs, the latest first."""

    as_of = Day(verbose_name=_("As of"), linkify=("assessment:run", {"run_id": tables.A("run_id")}))
    fatalities_per_year = Interval("low", "high", verbose_name=_("Expected fatalities per year"))
    stores = Figure(verbose_name=_("Stores"))
    sites = Figure(verbose_name=_("Sites"))
    stale = Standing(verbose_name=_("Figures"))
    made_at = Day(verbose_name=_("Made"))
    actor = tables.Column(verbose_name=_("By"), accessor="actor__username")
    rule_edition = tables.Column(verbose_name=_("Rule data"))
    version = tables.Column(verbose_name=_("Program"))

    class Meta:
        order_by = ("-made_at",)
