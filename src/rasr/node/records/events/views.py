"""Pages of what is due and of incidents: the list, the report, one incident, and what is done about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import scope_of
from rasr.node.records.catalogue import pictures
from rasr.node.records.events import due, queries, services
from rasr.node.records.events.figures import beside
from rasr.node.records.events.forms import ActionForm, FiguresForm, FoundForm, ReportForm, lost
from rasr.node.records.events.revisions import revised
from rasr.node.records.events.tables import IncidentFilter, IncidentTable
from rasr.node.records.lots.pages import ActPage, NewPage, WhyForm
from rasr.node.records.models import Incident, IncidentState
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks

KEEP, JUDGE, VIEW = queries.KEEP, queries.JUDGE, queries.VIEW


@require_GET
def due_today(request: HttpRequest) -> HttpResponse:
    """The queue of who looks."""
    actor = actor_of(request)
    if not due.may_have_work(actor):
        raise PermissionDenied
    marks.shows_all_seen(request)
    found = due.due_for(actor)
    context = {
        "page_title": _now("Due today"),
        "now": [one for one in found if one.is_now],
        "soon": [one for one in found if not one.is_now],
        "days": due.AHEAD.days,
        "keeps": may(actor, KEEP),
        "views": may(actor, VIEW),
    }
    return render(request, "records/events/due.html", context)


class Incidents(Righted, Sorted):
    """Losses, thefts, accidents and near misses."""

    name = "incidents"
    page_title = _("Incidents")
    export_name = "incidents"
    table_class = IncidentTable
    filterset_class = IncidentFilter
    template_name = "records/events/incidents.html"

    def queryset(self) -> QuerySet[Any]:
        """Those of places in scope."""
        return queries.listed(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        return super().get_context_data(**kwargs, keeps=may(self.request.user, KEEP))


@require_GET
def incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """An incident: as it was reported, as it was found to be, who was hurt by which source, what is to be done."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        found = queries.incident(actor, incident_id)
    except Incident.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    judges = queries.incidents(actor, JUDGE).filter(pk=found.pk).exists()
    context = {
        "page_title": found.get_kind_display(),
        "incident": found,
        "open": found.state != IncidentState.CLOSED,
        "revised": revised(actor, found),
        "figures": beside(queries.figures_of(found)),
        "actions": list(queries.actions_of(found)),
        "pictures": pictures.of(Incident, found.pk),
        "keeps": queries.incidents(actor, KEEP).filter(pk=found.pk).exists(),
        "judges": judges,
        "bans_articles": judges and scope_of(actor, JUDGE).everything,
    }
    return render(request, "records/events/incident.html", context)


class ReportIncident(NewPage):
    """Report what happened."""

    template_name = "records/events/report.html"
    right = KEEP
    title, button = _("Report an incident"), _("Report it")
    above = ("records:incidents", _("Incidents"))

    def name(self, _found: None, /) -> str:
        """It has none yet."""
        return ""

    def form(self, actor: User, _found: None, /) -> ReportForm:
        """Of now, with what the ledger says already where it is about a loss that was recorded."""
        return ReportForm(self.sent(), actor=actor, initial=lost(actor, self.request.GET.get("of", "")))

    def told(self, _actor: User, _found: None, /) -> list[str]:
        """What is enough."""
        return [_now("Write what you know now. The rest can be filled in later; nothing that stands here is lost.")]

    def act(self, actor: User, _found: None, form: ReportForm, /) -> HttpResponse:
        """Keep it."""
        site_id, store_id = form.site_and_store()
        made = services.report(
            actor=actor,
            incident_id=form.cleaned_data["incident_id"],
            site_id=site_id,
            store_id=store_id,
            known=form.known(),
            hurt=form.hurt(),
        )
        self.done(_now("It is reported."))
        return redirect("records:incident", made.pk)


class OfIncident(ActPage):
    """What is done about one incident."""

    above = ("records:incidents", _("Incidents"))

    def found(self, actor: User, /, **ids: Any) -> Incident:
        """The incident, where the actor has the right of the page."""
        return queries.incident(actor, ids["incident_id"], self.right)

    def name(self, found: Incident, /) -> str:
        """What it is and where."""
        return f"{found.get_kind_display()}, {found.store_id or found.site.name}"

    def back(self, found: Incident, /) -> str:
        """Its page."""
        return reverse("records:incident", args=[found.pk])

    def go(self, found: Incident, sentence: str) -> HttpResponse:
        """Say that it is done, on its page."""
        self.done(sentence)
        return redirect(self.back(found))


class FillIn(OfIncident):
    """What was found since."""

    title = _("What was found")

    def form(self, _actor: User, found: Incident, /) -> FoundForm:
        """With what is recorded now."""
        return FoundForm(self.sent(), initial={name: getattr(found, name) for name in services.FOUND})

    def told(self, _actor: User, _found: Incident, /) -> list[str]:
        """What stays."""
        return [_now("What was said before stays on the page, beside what you write and its source.")]

    def act(self, actor: User, found: Incident, form: FoundForm, /) -> HttpResponse:
        """Keep it."""
        facts = {name: form.cleaned_data[name] for name in services.FOUND}
        services.complete(actor=actor, incident_id=found.pk, facts=facts, why=form.why())
        return self.go(found, _now("It is kept."))


class StateFigures(OfIncident):
    """Further figures on people hurt."""

    template_name = "records/events/figures.html"
    right = KEEP
    title = _("Figures on people hurt")

    def form(self, _actor: User, _found: Incident, /) -> FiguresForm:
        """Empty."""
        return FiguresForm(self.sent())

    def told(self, _actor: User, _found: Incident, /) -> list[str]:
        """What becomes of those before."""
        return [_now("They stand beside the earlier figures. None is replaced.")]

    def act(self, actor: User, found: Incident, form: FiguresForm, /) -> HttpResponse:
        """Keep them."""
        services.state_figures(actor=actor, incident_id=found.pk, hurt=form.hurt())
        return self.go(found, _now("It is kept."))


class PlanAction(OfIncident):
    """Something to be done after it."""

    right = KEEP
    title, button = _("What is to be done"), _("Add")

    def form(self, _actor: User, _found: Incident, /) -> ActionForm:
        """In two weeks."""
        return ActionForm(self.sent())

    def act(self, actor: User, found: Incident, form: ActionForm, /) -> HttpResponse:
        """Keep it."""
        services.plan_action(actor=actor, of=found, **form.cleaned_data)
        return self.go(found, _now("It is kept. It stands under what is due until it is done."))


class CloseIncident(OfIncident):
    """Nothing is left to do about it."""

    title, button = _("Close the incident"), _("Close it")

    def form(self, _actor: User, _found: Incident, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def told(self, _actor: User, found: Incident, /) -> list[str]:
        """What is missing."""
        return [] if found.cause_found else [_now("No cause is written down yet as it was found.")]

    def act(self, actor: User, found: Incident, form: WhyForm, /) -> HttpResponse:
        """Close it."""
        services.close(actor=actor, incident_id=found.pk, why=form.why())
        return self.go(found, _now("It is closed."))
