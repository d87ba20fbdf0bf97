"""Pages of contaminated areas: the list, one of them, what is written down of it, the tables that leave the node."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.assessment.hotspots import agreeing, outward, queries, services
from rasr.node.assessment.hotspots import forms as ours
from rasr.node.assessment.hotspots.tables import HEADINGS, HotspotFilter, HotspotTable
from rasr.node.assessment.models import (
    ClearanceProgress,
    ClearanceTask,
    Fate,
    Hotspot,
    HotspotItem,
    HotspotState,
    TaskState,
)
from rasr.node.assessment.surroundings.geofiles import Around
from rasr.node.assessment.surroundings.pages import Mapped
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.lots.pages import ActPage, NewPage, WhyForm
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.said import Said

ABOVE = ("assessment:hotspot-list", _("Hotspots"))
TITLES: dict[str, str | Promise] = {
    "areas": _("Contaminated areas, for mine action"),
    "activities": _("Activities, for mine action"),
    "released": _("Released land, for mine action"),
    "devices": _("Devices, for mine action"),
    "checks": _("Quality checks, for mine action"),
}


class Hotspots(Righted, Sorted):
    """Contaminated areas in scope."""

    right = queries.VIEW
    name = "hotspots"
    page_title = _("Hotspots")
    export_name = "hotspots"
    intro = _("Contaminated areas, from the first report until a second person agrees that they are handed over.")
    table_class = HotspotTable
    filterset_class = HotspotFilter
    template_name = "assessment/hotspots/list.html"

    def queryset(self) -> QuerySet[Hotspot]:
        """Those in scope, with what was released so far."""
        rows = ClearanceProgress.objects.filter(task__hotspot=OuterRef("pk")).order_by().values("task__hotspot")
        done = Subquery(rows.annotate(sum=Sum("area_m2")).values("sum"))
        return queries.hotspots(self.request.user).annotate(released_m2=Coalesce(done, 0))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        manages = may(self.request.user, queries.MANAGE)
        return super().get_context_data(**kwargs, manages=manages, tables=TITLES)


class Data(Mapped):
    """A table as mine-action programmes ask for it."""

    right = queries.VIEW
    headings = HEADINGS
    languages = dict.fromkeys(outward.CODED, "en")
    template_name = "assessment/hotspots/data.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list, or a file."""
        self.wanted = kwargs["subject"]
        if self.wanted not in outward.TABLES:
            raise Http404
        self.name = self.export_name = f"hotspots-{self.wanted}"
        self.page_title = TITLES[self.wanted]
        self.radius = "radius_m" if self.wanted == "areas" else ""
        return super().get(request, *args, **kwargs)

    def frame(self) -> pl.DataFrame:
        """The rows in scope."""
        return outward.TABLES[self.wanted](actor_of(self.request)).sort("hotspot", maintain_order=True)

    def outlines(self, rows: pl.DataFrame, /) -> Around | None:
        """Perimeters, where they are known."""
        return outward.outlines(rows) if self.wanted == "areas" else None

    def link(self, row: Any) -> str | None:
        """To the page of the area."""
        return reverse("assessment:hotspot", args=[row["hotspot_id"]])


@require_GET
def hotspot(request: HttpRequest, hotspot_id: UUID) -> HttpResponse:
    """One area: its extent, what lies there, what is done, what was checked."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.hotspot(actor, hotspot_id)
    except Hotspot.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, found.site.mark)
    tasks = queries.released(found)
    enclosed = queries.enclosed_m2(found)
    context = {
        "page_title": found.name,
        "hotspot": found,
        "enclosed_m2": None if enclosed is None else round(enclosed),
        "items": found.items.all(),
        "remains": Fate.REMAINS,
        "tasks": tasks,
        "released_m2": sum(one.area_m2 for one in tasks),
        "completed": TaskState.COMPLETED,
        "manages": queries.worked_on(actor).filter(pk=found.pk).exists(),
        "waiting": queries.waiting(actor, found),
    }
    return render(request, "assessment/hotspots/hotspot.html", context)


class HotspotPage(ActPage):
    """A form of one area, for who manages it."""

    right, above = queries.MANAGE, ABOVE

    def found(self, actor: User, /, **ids: Any) -> Any:
        """One that the actor manages and that was not handed over."""
        return queries.worked_on(actor).get(pk=ids["hotspot_id"])

    def back(self, found: Any, /) -> str:
        """Its page."""
        return reverse("assessment:hotspot", args=[found.pk])


class Enter(NewPage, HotspotPage):
    """Enter a contaminated area."""

    title = _("Enter a contaminated area")

    def form(self, actor: User, _found: None, /) -> ours.EnterForm:
        """At sites that the actor manages."""
        return ours.EnterForm(self.sent(), actor=actor)

    def act(self, actor: User, _found: None, form: ours.EnterForm, /) -> HttpResponse:
        """Put it down."""
        site_id = form.cleaned_data["site"].pk
        made = services.enter(actor=actor, site_id=site_id, facts=form.facts(), why=form.why())
        self.done(_now("Kept."))
        return redirect("assessment:hotspot", made.pk)


class Change(HotspotPage):
    """Put facts right."""

    title = _("Facts of the area")

    def form(self, _actor: User, found: Hotspot, /) -> ours.ChangeForm:
        """As they are."""
        return ours.ChangeForm(self.sent(), found=found)

    def act(self, actor: User, found: Hotspot, form: ours.ChangeForm, /) -> HttpResponse:
        """Keep them."""
        services.change(actor=actor, hotspot_id=found.pk, facts=form.facts(), why=form.why())
        self.done(_now("Kept."))
        return redirect(self.back(found))


class AddItem(HotspotPage):
    """Add what is suspected."""

    title = _("Add a suspected item")

    def form(self, _actor: User, _found: Hotspot, /) -> ours.ItemForm:
        """What is known of it."""
        return ours.ItemForm(self.sent())

    def act(self, actor: User, found: Hotspot, form: forms.Form, /) -> HttpResponse:
        """Keep it."""
        services.add_item(actor=actor, hotspot_id=found.pk, facts=form.cleaned_data)
        self.done(_now("Kept."))
        return redirect(self.back(found))


class AddTask(HotspotPage):
    """Add work on the ground."""

    title = _("Add a clearance task")

    def form(self, _actor: User, _found: Hotspot, /) -> ours.TaskForm:
        """Who does what."""
        return ours.TaskForm(self.sent())

    def act(self, actor: User, found: Hotspot, form: forms.Form, /) -> HttpResponse:
        """Keep it."""
        services.add_task(actor=actor, hotspot_id=found.pk, facts=form.cleaned_data)
        self.done(_now("Kept."))
        return redirect(self.back(found))


class HandOver(HotspotPage):
    """Ask a second person to agree to the hand-over."""

    title, button = _("Hand over a cleared area"), _("Ask for the hand-over")

    def form(self, _actor: User, _found: Hotspot, /) -> ours.HandOverForm:
        """To whom, and since when."""
        return ours.HandOverForm(self.sent())

    def act(self, actor: User, found: Hotspot, form: ours.HandOverForm, /) -> HttpResponse:
        """Ask."""
        given, why = form.cleaned_data, form.why()
        about = {"on": given["on"], "to": given["to"], "reason": Said(why.text, why.language)}
        asked = agreeing.ask(actor=actor, session=trail.session(), hotspot_id=found.pk, **about)
        self.done(_now("Asked for. It is handed over when a second person agrees."))
        return redirect("people:approval", approval_id=asked.pk)


class SettleItem(HotspotPage):
    """Say what became of an item."""

    title = _("What became of it")

    def found(self, actor: User, /, **ids: Any) -> HotspotItem:
        """One in an area that the actor manages."""
        rows = queries.items(actor, queries.MANAGE).exclude(hotspot__state=HotspotState.HANDED_OVER)
        return rows.get(pk=ids["hotspot_item_id"])

    def back(self, found: HotspotItem, /) -> str:
        """The page of the area."""
        return super().back(found.hotspot)

    def form(self, _actor: User, found: HotspotItem, /) -> WhyForm:
        """As it stands."""
        first = {"fate": found.fate, "fate_on": found.fate_on, "disposal": found.disposal}
        return ours.SettleForm(self.sent(), initial=first)

    def act(self, actor: User, found: HotspotItem, form: ours.SettleForm, /) -> HttpResponse:
        """Keep it."""
        services.settle_item(actor=actor, item_id=found.pk, facts=form.facts(), why=form.why())
        self.done(_now("Kept."))
        return redirect(self.back(found))


class TaskPage(HotspotPage):
    """A form of one task."""

    def found(self, actor: User, /, **ids: Any) -> ClearanceTask:
        """One in an area that the actor manages."""
        rows = queries.tasks(actor, queries.MANAGE).exclude(hotspot__state=HotspotState.HANDED_OVER)
        return rows.get(pk=ids["task_id"])

    def back(self, found: ClearanceTask, /) -> str:
        """The page of the area."""
        return super().back(found.hotspot)


class ReleaseLand(TaskPage):
    """Write down land that was released."""

    title = _("Released land")

    def form(self, _actor: User, _found: ClearanceTask, /) -> ours.ReleaseForm:
        """How much, and how."""
        return ours.ReleaseForm(self.sent())

    def act(self, actor: User, found: ClearanceTask, form: forms.Form, /) -> HttpResponse:
        """Keep it."""
        facts = dict(form.cleaned_data)
        completes = facts.pop("completes")
        services.release(actor=actor, task_id=found.pk, facts=facts, completes=completes)
        self.done(_now("Kept."))
        return redirect(self.back(found))


class Check(TaskPage):
    """Write down a quality check."""

    title = _("Quality check")

    def form(self, _actor: User, _found: ClearanceTask, /) -> ours.CheckForm:
        """What was found."""
        return ours.CheckForm(self.sent())

    def act(self, actor: User, found: ClearanceTask, form: forms.Form, /) -> HttpResponse:
        """Keep it."""
        services.check(actor=actor, task_id=found.pk, facts=form.cleaned_data)
        self.done(_now("Kept."))
        return redirect(self.back(found))
