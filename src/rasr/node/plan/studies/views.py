"""Pages of studies and scenarios: the lists, asking, writing, one study, one scenario."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rasr.core.plan.scenarios import ALL
from rasr.core.report.places import by_capital
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.plan import pages
from rasr.node.plan import queries as plans
from rasr.node.plan.models import Scenario, Study, StudyKind
from rasr.node.plan.studies import queries, services, told
from rasr.node.plan.studies.forms import CHANGES, ChangeForm, Choices, ScenarioForm, StudyForm
from rasr.node.plan.studies.tables import GROUPS, HEADINGS, KINDS, TABLES, ScenarioTable, StudyTable
from rasr.node.records.lots.pages import ActPage, NewPage
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.lists import FramePage
from rasr.report.scribe import Scribe

STUDIES = ("plan:studies", _("Studies"))
SCENARIOS = ("plan:scenarios", _("Scenarios"))
ABOUT: dict[str, Promise] = {
    StudyKind.TOGETHER: _(
        "A plan for every group of jurisdictions: what cooperation averts, a fair split, and whether a group would "
        "rather leave. Eight jurisdictions make 255 plans."
    ),
    StudyKind.FRONTIER: _("Plans with a tenth to twice the money, and where more money begins to buy less."),
    StudyKind.SCENARIOS: _("The register as it is, and as it would be if a line closed, a donor left, a border shut."),
    StudyKind.FIRST_YEAR: _(
        "Plans with the danger of each site drawn from its interval: what comes first all the same."
    ),
}


class Studies(Righted, Sorted):
    """Every study, and what can be asked."""

    name = "studies"
    right = queries.VIEW
    page_title = _("Studies")
    export_name = "studies"
    intro = _("Questions that one plan does not answer. Each is worked out from the register as it is, which stays so.")
    table_class = StudyTable
    template_name = "plan/studies/studies.html"

    def queryset(self) -> QuerySet[Study]:
        """All of them."""
        return queries.studies(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What can be asked."""
        kinds = [(kind.value, kind.label, ABOUT[kind]) for kind in StudyKind]
        asks = may(self.request.user, services.RIGHT) and not plans.about(self.request.user).empty
        return super().get_context_data(kinds=kinds, asks=asks, **kwargs)


class Ask(ActPage):
    """Ask for a study."""

    right, title, above, button = services.RIGHT, _("Ask for a study"), STUDIES, _("Work it out")

    def found(self, _actor: User, /, **ids: Any) -> StudyKind:
        """Of which kind. Raises Http404 for none that there is."""
        if ids["kind"] not in StudyKind.values:
            raise Http404
        return StudyKind(ids["kind"])

    def name(self, found: StudyKind, /) -> str:
        """What is asked."""
        return str(found.label)

    def told(self, actor: User, found: StudyKind, /) -> list[str]:
        """What it answers."""
        sentences = [str(ABOUT[found])]
        if found == StudyKind.SCENARIOS and not _written(actor):
            sentences.append(_now("No scenario with a change is written yet: write one first."))
        return sentences

    def back(self, _found: StudyKind, /) -> str:
        """The list."""
        return reverse("plan:studies")

    def form(self, actor: User, found: StudyKind, /) -> StudyForm:
        """What it needs to know."""
        scribe = pages.scribe_of(plans.named(actor))
        return StudyForm(self.sent(), kind=found, members=_jurisdictions(scribe), scenarios=_written(actor))

    def act(self, actor: User, _found: StudyKind, form: StudyForm, /) -> HttpResponse:
        """To the job, or to the study where nothing has changed since."""
        made = services.start(actor=actor, asked=form.asked())
        if isinstance(made, Study):
            messages.info(
                self.request, _now("Nothing has changed since this study was made, so it is shown as it was kept.")
            )
            return redirect("plan:study", run_id=made.run_id)
        return redirect("jobs:job", job_id=made.job_id)


def _written(actor: User) -> list[Scenario]:
    """Scenarios in which something happens."""
    return [one for one in queries.scenarios(actor) if one.changes]


def _jurisdictions(scribe: Scribe) -> Choices:
    ordered = by_capital(scribe.region.table("jurisdictions"))["jurisdiction_id"]
    return [(name, scribe.jurisdiction(name)) for name in ordered]


@require_safe
def study(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One study, as a planner reads it."""
    actor = actor_of(request)
    found = _study(actor, run_id)
    marks.shows_all_seen(request)
    scribe = pages.scribe_of(plans.named(actor))
    frames = queries.tables(actor, found)
    made = told.panels(found, frames, scribe, queries.pools(actor, found))
    tables = [(name, TABLES[name], frame.height) for name, frame in frames.items()]
    context = {"run": found, "panels": made, "tables": tables, "footnotes": scribe.footnotes()[1:]}
    return render(request, "plan/studies/study.html", context)


class StudyTablePage(FramePage):
    """One table of a study, whole."""

    name = "study-table"
    template_name = "plan/studies/table.html"
    headings = HEADINGS
    kinds = KINDS
    groups = GROUPS

    def frame(self) -> pl.DataFrame:
        """The table as it was kept."""
        actor = actor_of(self.request)
        frames = queries.tables(actor, _study(actor, self.kwargs["run_id"]))
        if self.kwargs["name"] not in frames:
            raise Http404
        return frames[self.kwargs["name"]]


@require_safe
def study_table(request: HttpRequest, run_id: UUID, name: str) -> HttpResponseBase:
    """A table of a study; what was asked of each is remembered apart."""
    if name not in TABLES:
        raise Http404
    kept = f"study-{name}"
    view = StudyTablePage.as_view(name=kept, export_name=kept, page_title=TABLES[name], pretitle=_("Studies"))
    return view(request, run_id=run_id, name=name)


def _study(actor: User, run_id: UUID) -> Study:
    found = queries.study(actor, run_id)
    if found is None:
        raise Http404
    return found


class Scenarios(Righted, Sorted):
    """Every scenario."""

    name = "scenarios"
    right = queries.VIEW
    page_title = _("Scenarios")
    pretitle = _("Studies")
    export_name = "scenarios"
    intro = _("What might happen. A scenario changes the register for a study only; the register stays as it is.")
    table_class = ScenarioTable
    template_name = "plan/studies/scenarios.html"

    def queryset(self) -> QuerySet[Scenario]:
        """All of them."""
        return queries.scenarios(self.request.user)


@require_safe
def scenario(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """One scenario: what happens in it, and what more can."""
    actor = actor_of(request)
    found = queries.scenarios(actor).filter(pk=scenario_id).first()
    if found is None:
        raise Http404
    marks.shows_all_seen(request)
    scribe, periods = pages.scribe_of(plans.named(actor)), dict(queries.periods(actor))
    context = {
        "page_title": found.name,
        "scenario": found,
        "changes": [(each["number"], told.change(each, scribe, periods)) for each in found.changes],
        "kinds": [(kind, name) for kind, (name, _of) in CHANGES.items()],
        "footnotes": scribe.footnotes()[1:],
    }
    return render(request, "plan/studies/scenario.html", context)


class NewScenario(NewPage):
    """Write a scenario."""

    right, title, above = services.RIGHT, _("New scenario"), SCENARIOS

    def form(self, actor: User, _found: None, /) -> ScenarioForm:
        """Empty, or with the one that is to be copied."""
        first = {"copied": self.request.GET.get("copy", "")}
        return ScenarioForm(self.sent(), scenarios=queries.scenarios(actor), initial=first)

    def act(self, actor: User, _found: None, form: forms.Form, /) -> HttpResponse:
        """Keep it; then what happens in it."""
        given = form.cleaned_data
        copied = UUID(given["copied"]) if given["copied"] else None
        made = services.make_scenario(actor=actor, name=given["name"], copied=copied)
        self.done(_now("The scenario is kept. Say now what happens in it."))
        return redirect("plan:scenario", made.pk)


class OfScenario(ActPage):
    """An act about a scenario."""

    right, above = services.RIGHT, SCENARIOS

    def found(self, actor: User, /, **ids: Any) -> Any:
        """The scenario."""
        self.ids = ids
        return queries.scenarios(actor).get(pk=ids["scenario_id"])

    def back(self, found: Any, /) -> str:
        """Its page."""
        return reverse("plan:scenario", args=[found.pk])

    def form(self, _actor: User, _found: Any, /) -> forms.Form:
        """Nothing is asked."""
        return forms.Form(self.sent())


class AddChange(OfScenario):
    """Let something happen in a scenario."""

    button = _("Add")

    def found(self, actor: User, /, **ids: Any) -> Scenario:
        """The scenario, where there is such a change. Raises Http404."""
        if ids["change"] not in CHANGES:
            raise Http404
        self.title = CHANGES[ids["change"]][0]
        found: Scenario = super().found(actor, **ids)
        return found

    def form(self, actor: User, _found: Scenario, /) -> ChangeForm:
        """To what it happens, and when."""
        kind = self.ids["change"]
        targets = _targets(kind, pages.scribe_of(plans.named(actor)))
        return ChangeForm(self.sent(), kind=kind, targets=targets, periods=queries.periods(actor))

    def act(self, actor: User, found: Scenario, form: ChangeForm, /) -> HttpResponse:
        """Add it."""
        services.add_change(actor=actor, scenario_id=found.pk, change=form.change())
        return redirect(self.back(found))


def _targets(kind: str, scribe: Scribe) -> Choices:
    """To what a kind of change can happen, by name."""
    region = scribe.region
    if kind == "line_closes":
        return _named((line, scribe.line(line)) for line in region.table("lines")["line_id"])
    if kind == "licence_blown":
        return _named((site, scribe.site(site)) for site in region.table("sites")["site_id"])
    if kind == "border_shuts":
        borders = [f"{start}>{end}" for start, end in queries.borders()]
        names = [name for name, _told in _jurisdictions(scribe)]
        return [(code, told.border(code, scribe)) for code in (*names, *borders)]
    funds = region.table("funds")
    donors = _named((donor, donor) for donor in funds["donor"].drop_nulls().unique())
    every = [(ALL, str(_("All money")))] if kind == "budget" else []
    return [*every, *donors, *_named((fund, scribe.fund(fund)) for fund in funds["fund_id"])]


def _named(pairs: Any) -> Choices:
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))


class DropChange(OfScenario):
    """Take a change out."""

    title = _("Take a change out")
    button = title

    def told(self, actor: User, found: Scenario, /) -> list[str]:
        """Which one."""
        scribe, periods = pages.scribe_of(plans.named(actor)), dict(queries.periods(actor))
        return [told.change(one, scribe, periods) for one in found.changes if one["number"] == self.ids["number"]]

    def act(self, actor: User, found: Scenario, _form: Any, /) -> HttpResponse:
        """Take it out."""
        services.drop_change(actor=actor, scenario_id=found.pk, number=self.ids["number"])
        return redirect(self.back(found))


class RemoveScenario(OfScenario):
    """Forget a scenario."""

    title = _("Remove the scenario")
    button = title

    def told(self, _actor: User, _found: Scenario, /) -> list[str]:
        """What stays."""
        return [_now("Studies that compared it keep what they found.")]

    def act(self, actor: User, found: Scenario, _form: Any, /) -> HttpResponse:
        """Remove it."""
        services.remove_scenario(actor=actor, scenario_id=found.pk)
        self.done(_now("Removed."))
        return redirect("plan:scenarios")
