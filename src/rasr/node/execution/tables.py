"""Lists of campaigns and of the stock drafted for one; what they can be narrowed by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rasr.core.plan.audit import MASS_KG
from rasr.node.execution.models import CampaignState
from rasr.node.records.tables import EXACT, UNBROKEN, UNKNOWN, WIDE, Code, Day, Figure, Named, NamedLot, Text, unit_name
from rasr.node.web import figures
from rasr.node.web.words import ByWords

NOT_YET = _("not declared")


class CampaignTable(tables.Table):
    """Campaigns, the next first."""

    starts_on = Day(
        verbose_name=_("Starts on"), linkify=("execution:campaign", {"campaign_id": tables.A("pk")}), attrs=UNBROKEN
    )
    ends_on = Day(verbose_name=_("Ends on"))
    line = Named("line_name", accessor="line_id", verbose_name=_("Line"), attrs=WIDE)
    planned_kg = Figure("tonnes", verbose_name=_("Planned, t"))
    found_kg = Figure("tonnes", verbose_name=_("Found in the register, t"))
    undeclared = Figure("whole", verbose_name=_("Records not declared"))
    state = tables.Column(verbose_name=_("State"))
    made_at = Day(verbose_name=_("Made"))

    class Meta:
        order_by = ("starts_on", "line")
        empty_text = _("No campaign matches. Campaigns begin when an approved plan is handed over, on its page.")


class CampaignFilter(filters.FilterSet):
    """How far campaigns are."""

    state = filters.ChoiceFilter(label=_("State"), choices=CampaignState, empty_label=_("All"))


class DraftedTable(tables.Table):
    """The stock drafted for a campaign."""

    record = NamedLot("batch__lot", accessor="batch__stock_id", verbose_name=_("Record"), attrs=UNBROKEN)
    article = Text(
        accessor="batch__article__name",
        linkify=("records:article", {"article_id": tables.A("batch__article_id")}),
        verbose_name=_("Article"),
        attrs=WIDE,
    )
    store = Named(
        "store__site__name",
        accessor="store_id",
        linkify=("desk:store", {"store_id": tables.A("store_id")}),
        verbose_name=_("Store"),
        attrs=UNBROKEN,
    )
    quantity = Figure("whole", verbose_name=_("Quantity"))
    mass_kg = Figure(EXACT, verbose_name=_("Mass, kg"))
    condition = Code("condition", accessor="batch__condition", verbose_name=_("Condition"), default=UNKNOWN)
    held = Figure("whole", verbose_name=_("Lies there now"), default="0")
    declared = Text(
        accessor="batch__declared_surplus_ref", verbose_name=_("Declared surplus by"), default=NOT_YET, attrs=UNBROKEN
    )

    class Meta:
        order_by = ("store", "record")
        empty_text = _("None of its stock lies where you may see it, or none was found.")

    def render_quantity(self, value: int, record: Any) -> str:
        """With its unit."""
        return f"{figures.write('whole', value)} {unit_name(record.batch.article.unit, value)}"

    def render_held(self, value: int, record: Any) -> str:
        """Marked where it is less than what was drafted."""
        told = figures.write("whole", value)
        return told if value >= record.quantity else format_html('<span class="badge badge-stale">{}</span>', told)


class DraftedFilter(ByWords):
    """Words in what it is and where."""

    looked_in = ("batch__stock_id", "batch__article__name", "batch__lot", "store_id", "store__site__name")


def lacking(consignments: Iterable[Any], undeclared: int, *, opens_line: bool) -> list[str]:
    """What a draft lacks before it can be ordered, in sentences. consignments: as ``queries.consignments`` gives them.

    Whole units seldom weigh what was planned: up to the mass of one of them, nothing is missing.
    """
    short_kg = ((each.planned_kg - each.found_kg, each.unit_kg) for each in consignments)
    missing_kg = sum(short for short, unit in short_kg if short > max(unit, MASS_KG))
    told = []
    if opens_line:
        told.append(str(_("The plan opens this line: it is not there until then.")))
    if missing_kg:
        tonnes = figures.write("tonnes", missing_kg)
        told.append(str(_("%(tonnes)s t of what was planned were not found in the register.")) % {"tonnes": tonnes})
    if undeclared:
        text = ngettext(
            "%(count)s record is not declared surplus: until it is, none of it is destroyed.",
            "%(count)s records are not declared surplus: until they are, none of them is destroyed.",
            undeclared,
        )
        told.append(text % {"count": figures.write("whole", undeclared)})
    return told
