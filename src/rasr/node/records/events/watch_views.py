"""Pages of what is looked at and followed up: inspections, temperature and humidity of stores, actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.places.models import Store
from rasr.node.records.events import queries, services
from rasr.node.records.events.forms import ActionForm, DoneForm, InspectionForm, ReadingForm
from rasr.node.records.events.tables import (
    ActionFilter,
    ActionTable,
    ClimateFilter,
    ClimateTable,
    InspectionFilter,
    InspectionTable,
)
from rasr.node.records.lots.pages import ActPage, NewPage
from rasr.node.records.models import Action, Breach, Climate, Incident, Inspection, Movement
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks

KEEP, JUDGE, VIEW = queries.KEEP, queries.JUDGE, queries.VIEW
DRAWN = 400
"""Readings in a chart: the latest."""
LISTED = 50


class Inspections(Righted, Sorted):
    """Inspections and tests of places."""

    name = "inspections"
    page_title = _("Inspections")
    export_name = "inspections"
    table_class = InspectionTable
    filterset_class = InspectionFilter
    template_name = "records/events/inspections.html"

    def queryset(self) -> QuerySet[Inspection]:
        """Those of places in scope."""
        return queries.inspections(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        return super().get_context_data(**kwargs, keeps=may(self.request.user, KEEP))


@require_GET
def inspection(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """An inspection: what was found, and what is to be done."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        found = queries.inspection(actor, inspection_id)
    except Inspection.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    context = {
        "page_title": found.get_kind_display(),
        "inspection": found,
        "actions": list(queries.actions_of(found)),
        "keeps": queries.inspections(actor, KEEP).filter(pk=found.pk).exists(),
        "due": found.next_on is not None and found.next_on <= timezone.localdate(),
        "place": f"store:{found.store_id}" if found.store_id else f"site:{found.site_id}",
    }
    return render(request, "records/events/inspection.html", context)


class PutDownInspection(NewPage):
    """Put down an inspection or a test."""

    template_name = "records/events/report.html"
    right = KEEP
    title = _("Put down an inspection")
    above = ("records:inspections", _("Inspections"))

    def name(self, _found: None, /) -> str:
        """It has none yet."""
        return ""

    def form(self, actor: User, _found: None, /) -> InspectionForm:
        """Of today; kind and place may come with the address."""
        given = {name: self.request.GET[name] for name in ("kind", "place") if name in self.request.GET}
        return InspectionForm(self.sent(), actor=actor, initial=given)

    def act(self, actor: User, _found: None, form: InspectionForm, /) -> HttpResponse:
        """Keep it."""
        site_id, store_id = form.site_and_store()
        key = form.cleaned_data["inspection_id"]
        facts = form.facts()
        made = services.inspect(actor=actor, inspection_id=key, site_id=site_id, store_id=store_id, facts=facts)
        self.done(_now("It is kept."))
        return redirect("records:inspection", made.pk)


class PlanCorrection(ActPage):
    """Something to be done after an inspection."""

    right = KEEP
    title, button = _("What is to be done"), _("Add")
    above = ("records:inspections", _("Inspections"))

    def found(self, actor: User, /, **ids: Any) -> Inspection:
        """The inspection, where the actor keeps stock."""
        return queries.inspection(actor, ids["inspection_id"], KEEP)

    def name(self, found: Inspection, /) -> str:
        """What it was and where."""
        return f"{found.get_kind_display()}, {found.store_id or found.site.name}"

    def back(self, found: Inspection, /) -> str:
        """Its page."""
        return reverse("records:inspection", args=[found.pk])

    def form(self, _actor: User, _found: Inspection, /) -> ActionForm:
        """In two weeks."""
        return ActionForm(self.sent())

    def act(self, actor: User, found: Inspection, form: ActionForm, /) -> HttpResponse:
        """Keep it."""
        services.plan_action(actor=actor, of=found, **form.cleaned_data)
        self.done(_now("It is kept. It stands under what is due until it is done."))
        return redirect(self.back(found))


# Actions.


class Actions(Righted, Sorted):
    """What is to be done, and what was."""

    name = "actions"
    page_title = _("Actions")
    export_name = "actions"
    table_class = ActionTable
    filterset_class = ActionFilter
    template_name = "records/events/actions.html"

    def queryset(self) -> QuerySet[Action]:
        """Those of places in scope."""
        return queries.actions(self.request.user)


@require_GET
def action(request: HttpRequest, action_id: UUID) -> HttpResponse:
    """An action: what, by when, after what, and whether it is done."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        found = queries.action(actor, action_id)
    except Action.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    reports = queries.to_report(found)
    context = {
        "page_title": _now("Action"),
        "action": found,
        "follows": follows(found, reports),
        "reports": reports,
        "by_itself": queries.ends_by_itself(found),
        "late": found.done_on is None and found.due_on < timezone.localdate(),
        "keeps": queries.actions(actor, KEEP).filter(pk=found.pk).exists(),
    }
    return render(request, "records/events/action.html", context)


def follows(found: Action, reports: UUID | None) -> tuple[str, str]:
    """What an action follows from: its name and its page, both empty for what has none.

    reports: the movement of which it asks to report what happened.
    """
    pages = {
        Incident._meta.db_table: (_now("Incident"), "records:incident", found.row_id),
        Inspection._meta.db_table: (_now("Inspection"), "records:inspection", found.row_id),
        Movement._meta.db_table: (_now("Movement"), "records:movement", found.row_id),
        Breach._meta.db_table: (_now("Broken rule"), "desk:store", found.store_id),
    }
    table = Movement._meta.db_table if reports else found.table
    name, page, key = pages.get(table, ("", "", None))
    return (name, reverse(page, args=[key])) if key else ("", "")


class FinishAction(ActPage):
    """Say that an action is done."""

    right = KEEP
    title, button = _("It is done"), _("Keep")
    above = ("records:actions", _("Actions"))

    def found(self, actor: User, /, **ids: Any) -> Action:
        """The action, where the actor keeps stock."""
        return queries.action(actor, ids["action_id"], KEEP)

    def name(self, found: Action, /) -> str:
        """What is to be done."""
        return found.said

    def back(self, found: Action, /) -> str:
        """Its page."""
        return reverse("records:action", args=[found.pk])

    def form(self, _actor: User, _found: Action, /) -> DoneForm:
        """Of today."""
        return DoneForm(self.sent())

    def act(self, actor: User, found: Action, form: DoneForm, /) -> HttpResponse:
        """Keep it."""
        services.finish_action(actor=actor, action_id=found.pk, **form.cleaned_data)
        self.done(_now("It is done."))
        return redirect(self.back(found))


# Temperature and humidity.


class Climates(Righted, Sorted):
    """Stores with their latest reading."""

    name = "climates"
    page_title = _("Temperature and humidity")
    template_name = "records/events/actions.html"
    export_name = "climate"
    intro = _("The latest reading of each store. Open a store to see how it goes on, and to put down a reading.")
    table_class = ClimateTable
    filterset_class = ClimateFilter

    def queryset(self) -> QuerySet[Any]:
        """Stores in scope."""
        return queries.measured(self.request.user)


@require_GET
def climate(request: HttpRequest, store_id: str) -> HttpResponse:
    """How temperature and humidity of a store go on."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        found = queries.store(actor, store_id)
    except Store.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    latest = list(queries.readings(actor, store_id)[:DRAWN])
    context = {
        "page_title": _now("Temperature and humidity of {store}").format(store=found.pk),
        "store": found,
        "charts": charts(latest[::-1]),
        "readings": latest[:LISTED],
        "drawn": DRAWN,
        "listed": LISTED,
        "keeps": queries.stores(actor).filter(pk=found.pk).exists(),
    }
    return render(request, "records/events/climate.html", context)


def charts(readings: list[Climate]) -> list[tuple[str, str, dict[str, Any]]]:
    """Id, title and data of a chart for each of the two of which there is a reading; the oldest first."""
    drawn = (
        ("temperature", _now("Temperature"), "°C", "temperature_c"),
        ("humidity", _now("Relative humidity"), "%", "humidity_pct"),
    )
    found = []
    for key, title, unit, name in drawn:
        known = [(one.measured_at, getattr(one, name)) for one in readings if getattr(one, name) is not None]
        if known:
            periods = [date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") for at, _value in known]
            values = [value for _at, value in known]
            data = {"periods": periods, "series": [{"name": title, "values": values}], "unit": unit}
            found.append((f"climate-{key}", title, {**data, "signed": min(values) < 0}))
    return found


class Measure(ActPage):
    """Put down a reading."""

    right = KEEP
    title = _("Put down a reading")
    above = ("records:climates", _("Temperature and humidity"))

    def found(self, actor: User, /, **ids: Any) -> Store:
        """The store, where the actor keeps stock."""
        return queries.stores(actor).get(pk=ids["store_id"])

    def back(self, found: Store, /) -> str:
        """Its readings."""
        return reverse("records:climate", args=[found.pk])

    def name(self, found: Store, /) -> str:
        """Its id."""
        return found.pk

    def form(self, _actor: User, _found: Store, /) -> ReadingForm:
        """Of now."""
        return ReadingForm(self.sent())

    def act(self, actor: User, found: Store, form: ReadingForm, /) -> HttpResponse:
        """Keep it."""
        services.measure(actor=actor, store_id=found.pk, **form.cleaned_data)
        self.done(_now("It is kept."))
        return redirect(self.back(found))
