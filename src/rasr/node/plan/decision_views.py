"""Pages of what is decided by hand: the list, deciding, taking back, holding fast; and the approval of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rasr.core.report.planned import months_shown
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.plan import deciding, pages, queries
from rasr.node.plan.forms import AT_LEAST, NEVER, DecideForm, ThroughForm, Ways
from rasr.node.plan.models import PlanDecision, PlanRun
from rasr.node.records.lots.pages import ActPage, WhyForm
from rasr.node.records.models import Line, LineRate
from rasr.node.records.tables import WIDE, Code, Day, Figure, Text
from rasr.node.records.views import Righted, Sorted
from rasr.node.web import codes
from rasr.node.web.said import Said

PLANS = ("plan:runs", _("Plans"))
LIST = ("plan:decisions", _("Decided by hand"))
HELD, BACK = _("holds"), _("taken back")


class DecisionTable(tables.Table):
    """What was decided by hand."""

    site = Text(accessor="site_name", default="–", verbose_name=_("Site"), attrs=WIDE)
    line = Text(accessor="line_id", verbose_name=_("Line"), attrs=WIDE)
    family = Code("family", accessor="family", default=_("Every family"), verbose_name=_("Family"))
    never = tables.Column(verbose_name=_("Decision"))
    at_least_kg = Figure("tonnes", default="–", verbose_name=_("At least, t"))
    by_day = Day(verbose_name=_("No later than"))
    reason = tables.Column(orderable=False, verbose_name=_("Reason"), attrs=WIDE)
    decided_by = tables.Column(orderable=False, verbose_name=_("Decided by"))
    decided_at = Day(verbose_name=_("Decided"))
    taken_back_at = tables.Column(verbose_name=_("State"), empty_values=(), linkify=False)

    class Meta:
        order_by = "-decided_at"
        empty_text = _("Nothing is decided by hand: plans are free.")

    def render_site(self, value: str | None, record: Any) -> str:
        """The name of the site, else its code."""
        return value or str(record.origin_id)

    def render_line(self, value: str, record: Any) -> str:
        """The line with the site it stands on."""
        return f"{value}, {record.line_name}" if record.line_name else value

    def render_never(self, value: bool) -> str:
        """What was decided."""
        return str(_("Nothing goes this way") if value else _("At least so much goes this way"))

    def render_taken_back_at(self, value: Any) -> str:
        """Whether it holds."""
        return str(BACK if value else HELD)


class DecisionFilter(filters.FilterSet):
    """Whether decisions hold."""

    state = filters.ChoiceFilter(
        label=_("State"), choices=(("holds", HELD), ("back", BACK)), method="by_state", empty_label=_("All")
    )

    def by_state(self, rows: QuerySet[PlanDecision], _name: str, state: str) -> QuerySet[PlanDecision]:
        """Those that hold, or those taken back."""
        return rows.filter(taken_back_at__isnull=state == "holds")


class Decisions(Righted, Sorted):
    """What was decided by hand."""

    name = "plan-decisions"
    right = "view_runs"
    page_title = _("Decided by hand")
    export_name = "plan-decisions"
    intro = _("Plans made from now on keep to these decisions until they are taken back, and tell what they cost.")
    table_class = DecisionTable
    filterset_class = DecisionFilter
    template_name = "plan/decisions.html"

    def queryset(self) -> QuerySet[PlanDecision]:
        """All of them."""
        return queries.decisions(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which can be taken back here."""
        made = super().get_context_data(**kwargs)
        decides = may(self.request.user, deciding.RIGHT)
        shown = [row.record for row in made["table"].page.object_list] if decides else []
        return made | {"decides": decides, "holding": [row for row in shown if row.taken_back_at is None]}


class Decide(ActPage):
    """Decide on a way."""

    right, title, above, button = deciding.RIGHT, _("Decide by hand"), LIST, _("Decide")

    def found(self, actor: User, /, **_ids: Any) -> Ways:
        """What can be decided on."""
        return _ways(actor)

    def name(self, _found: Ways, /) -> str:
        """What will be."""
        return _now("New")

    def told(self, _actor: User, _found: Ways, /) -> list[str]:
        """When it takes effect."""
        return [_now("It holds for plans made from now on. Make a plan to see what it costs.")]

    def back(self, _found: Ways, /) -> str:
        """The list."""
        return reverse("plan:decisions")

    def form(self, _actor: User, found: Ways, /) -> DecideForm:
        """With the way that was chosen in a plan."""
        asked = self.request.GET
        first = {name: asked.get(name, "") for name in ("origin", "line", "family")}
        first["decision"] = AT_LEAST if asked.get("decision") == AT_LEAST else NEVER
        return DecideForm(self.sent(), ways=found, initial=first)

    def act(self, actor: User, _found: Ways, form: DecideForm, /) -> HttpResponse:
        """Decide."""
        deciding.decide(actor=actor, hold=form.hold(), why=form.why())
        self.done(_now("Decided. Plans made from now on keep to it."))
        return redirect("plan:decisions")


class TakeBack(ActPage):
    """Take a decision back."""

    right, title, above, button = deciding.RIGHT, _("Take a decision back"), LIST, _("Take back")

    def found(self, _actor: User, /, **ids: Any) -> PlanDecision:
        """One that holds."""
        return queries.decisions_in_force().get(pk=ids["decision_id"])

    def back(self, _found: PlanDecision, /) -> str:
        """The list."""
        return reverse("plan:decisions")

    def form(self, _actor: User, _found: PlanDecision, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: PlanDecision, form: WhyForm, /) -> HttpResponse:
        """Take it back."""
        deciding.take_back(actor=actor, decision_id=found.pk, why=form.why())
        self.done(_now("It is taken back. Plans made from now on are free of it."))
        return redirect("plan:decisions")


class OfPlan(ActPage):
    """An act about a plan."""

    right, above = deciding.RIGHT, PLANS

    def found(self, actor: User, /, **ids: Any) -> PlanRun:
        """The plan."""
        return queries.runs(actor).get(pk=ids["run_id"])

    def name(self, found: PlanRun, /) -> str:
        """When it was made."""
        return f"{found.made_at:%Y-%m-%d}"

    def back(self, found: PlanRun, /) -> str:
        """Its page."""
        return reverse("plan:run", args=[found.pk])


class HoldFast(OfPlan):
    """Hold fast what a plan begins with, since it is under way."""

    title, button = _("Hold fast what is under way"), _("Hold fast")

    def told(self, _actor: User, _found: PlanRun, /) -> list[str]:
        """What it does."""
        return [
            _now("Each way that the plan uses until then becomes a decision: at least as much goes there, in time.")
        ]

    def form(self, actor: User, found: PlanRun, /) -> ThroughForm:
        """Up to which period."""
        plan = queries.plan(actor, found)
        return ThroughForm(self.sent(), periods=enumerate(months_shown(plan.periods)[1:], 1))

    def act(self, actor: User, found: PlanRun, form: ThroughForm, /) -> HttpResponse:
        """Make the decisions."""
        made = deciding.hold_fast(actor=actor, run=found, through=form.through(), why=form.why())
        told = ngettext("%(count)s decision was made.", "%(count)s decisions were made.", made)
        self.done(told % {"count": made})
        return redirect("plan:decisions")


class AskApproval(OfPlan):
    """Ask a second person to approve a plan."""

    title, button = _("Ask for the approval of the plan"), _("Ask for the approval")

    def form(self, _actor: User, _found: PlanRun, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: PlanRun, form: WhyForm, /) -> HttpResponse:
        """Ask."""
        why = form.why()
        reason = Said(why.text, why.language)
        asked = deciding.ask(actor=actor, session=trail.session(), run=found, reason=reason)
        self.done(_now("Asked for. The plan is approved when a second person has agreed."))
        return redirect("people:approval", approval_id=asked.pk)


def _ways(actor: User) -> Ways:
    """Every site and line by name, and the families that a line takes."""
    scribe = pages.scribe_of(queries.named(actor))
    sites = scribe.region.table("sites")["site_id"].to_list()
    families = LineRate.objects.values_list("family", flat=True).distinct()
    return Ways(
        _named((site, scribe.site(site)) for site in sites),
        _named((line, scribe.line(line)) for line in Line.objects.values_list("pk", flat=True)),
        _named((family, str(codes.name("family", family))) for family in families),
    )


def _named(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))
