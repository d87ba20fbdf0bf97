"""Pages of plans: the list with the form that asks for one, one plan, one table of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from rasr.node.assessment.surroundings import geofiles
from rasr.node.assessment.surroundings.pages import ForMaps
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.plan import geo, pages, queries, services
from rasr.node.plan.forms import PlanForm
from rasr.node.plan.headings import GROUPS, HEADINGS, KINDS, TABLES, WHICH
from rasr.node.plan.models import PlanRun
from rasr.node.plan.tables import PlanRunTable
from rasr.node.web import marks
from rasr.node.web.lists import ListPage


def actor_of(request: HttpRequest) -> User:
    """Who asks; nobody comes here without having signed in."""
    assert isinstance(request.user, User)
    return request.user


class Plans(ListPage):
    """Every plan, and the form that asks for a new one."""

    name = "plans"
    page_title = _("Plans")
    template_name = "plan/runs.html"
    table_class = PlanRunTable

    def queryset(self) -> QuerySet[PlanRun]:
        """Every plan, for who may see results of the whole node."""
        return queries.runs(actor_of(self.request)).defer("alone_summary", "first")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the form says besides."""
        return super().get_context_data(plan_form=PlanForm(), about=queries.about(actor_of(self.request)), **kwargs)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a plan: to the job that works it out, or to the plan where nothing has changed since."""
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, _now("This plan cannot be asked for: an option is not one of those offered."))
        return redirect("plan:runs")
    without = form.cleaned_data["without"]
    found = services.start(actor=actor_of(request), options=form.options(), without=without)
    if isinstance(found, PlanRun):
        messages.info(request, _now("Nothing has changed since this plan was made, so it is shown as it was kept."))
        return redirect("plan:run", run_id=found.run_id)
    return redirect("jobs:job", job_id=found.job_id)


@require_safe
def plan_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One plan, as a planner reads it."""
    actor = actor_of(request)
    run = _run(actor, run_id)
    marks.shows_all_seen(request)
    scribe = pages.scribe_of(queries.named(actor))
    made = pages.panels(queries.plan(actor, run), run, scribe, decides=may(actor, "plan"))
    return render(
        request,
        "plan/run.html",
        {
            "run": run,
            "panels": made,
            "tables": pages.tables(queries.table_names(actor, run)),
            "footnotes": scribe.footnotes()[1:],
            "approval": queries.approval(actor, run),
            "asked": queries.approval_asked(actor, run),
        },
    )


class PlanTablePage(ForMaps):
    """One table of a plan, whole: to sort, look through and take along, on a map too where its rows are of sites."""

    name = "plan-table"
    template_name = "plan/table.html"
    headings = HEADINGS
    kinds = KINDS
    groups = GROUPS
    languages = dict.fromkeys(("rows",), "en")

    @cached_property
    def run(self) -> PlanRun:
        """The plan. Raises Http404."""
        return _run(actor_of(self.request), self.kwargs["run_id"])

    def placed(self, rows: pl.DataFrame, /) -> pl.DataFrame:
        """With the positions of sites. Raises Http404 where the rows are of none."""
        if not geo.has_places(rows):
            raise Http404
        return geo.sited(actor_of(self.request), self.run, rows)

    def outlines(self, rows: pl.DataFrame, /) -> geofiles.Around | None:
        """The ways to lines."""
        return geo.ways(rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it can be put on a map."""
        return super().get_context_data(has_places=geo.has_places(kwargs["table"].data.data), **kwargs)

    def frame(self) -> pl.DataFrame:
        """The table as it was kept."""
        frame = queries.table(actor_of(self.request), self.run, self.kwargs["which"], self.kwargs["name"])
        if frame is None:
            raise Http404
        return frame


@require_safe
def plan_table(request: HttpRequest, run_id: UUID, which: str, name: str) -> HttpResponseBase:
    """A table of a plan; what was asked of each is remembered apart."""
    if name not in TABLES or which not in WHICH:
        raise Http404
    kept = f"plan-{which}-{name}"
    view = PlanTablePage.as_view(name=kept, export_name=kept, page_title=TABLES[name], pretitle=WHICH[which])
    return view(request, run_id=run_id, which=which, name=name)


def _run(actor: User, run_id: UUID) -> PlanRun:
    run = queries.run(actor, run_id)
    if run is None:
        raise Http404
    return run
