"""Pages of surveys: the list, one of them, drawn by hand, put in force, compared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import Survey
from rasr.node.assessment.surroundings import pages, queries, services
from rasr.node.assessment.surroundings.forms import CompareForm, CutForm, DrawForm, Points, TakeForm
from rasr.node.assessment.surroundings.standing import standing
from rasr.node.assessment.surroundings.tables import HEADINGS, SurveyFilter, SurveyTable, changes_named
from rasr.node.jobs import services as work
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.lots.pages import ActPage, NewPage
from rasr.node.records.queries import table_counts
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.figures import write
from rasr.node.web.framedata import holding
from rasr.node.web.messages import say

ABOVE = ("assessment:surveys", _("Surveys"))
POSITION = {"latitude_deg": pl.Float64(), "longitude_deg": pl.Float64()}
"""Columns of a list that is also a file for maps, where there is nothing to list."""


class Surveys(Righted, Sorted):
    """Every survey of what stands around the stores."""

    right = queries.RIGHT
    name = export_name = "surveys"
    page_title = _("Surveys")
    intro = _("Who and what stands around the stores, as it was surveyed on a day. One survey is in force.")
    table_class = SurveyTable
    filterset_class = SurveyFilter
    template_name = "assessment/surroundings/surveys.html"

    def queryset(self) -> QuerySet[Survey]:
        """All of them."""
        return queries.surveys(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the one in force, and what may be done."""
        asks = may(self.request.user, services.RIGHT)
        return super().get_context_data(**kwargs, in_force=queries.in_force(self.request.user), keeps=asks)


@require_GET
def survey(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """A survey: what it is, what one should know of it, and where it lies."""
    actor = actor_of(request)
    found = _survey(actor, survey_id)
    marks.shows_all_seen(request)
    last = queries.in_force(actor)
    context = {
        "page_title": found.title,
        "survey": found,
        "in_force": last if last and last.survey.pk == found.pk else None,
        "most": queries.MOST_DRAWN,
        "too_large": found.rows > services.MOST_IN_FORCE,
        "keeps": may(actor, services.RIGHT),
        "enforces": may(actor, services.ENFORCE),
    }
    return render(request, "assessment/surroundings/survey.html", context)


@require_GET
def map_data(request: HttpRequest, survey_id: UUID) -> JsonResponse:
    """The stores and the exposed sites nearest to them, for the map of a survey."""
    actor = actor_of(request)
    found = _survey(actor, survey_id)
    marks.shows_all_seen(request)
    points = pages.points_drawn(queries.drawn(actor, found))
    return JsonResponse(
        {"sites": pages.stores_drawn(standing().stores), "points": points, "rings": [], "texts": pages.texts()}
    )


class Rows(pages.Mapped):
    """The rows of a survey."""

    export_name = "exposures"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Each survey is remembered by its own name."""
        super().setup(request, *args, **kwargs)
        self.name = f"survey-{kwargs['survey_id']}"

    def frame(self) -> pl.DataFrame:
        """All of them."""
        actor = actor_of(self.request)
        found = _survey(actor, self.kwargs["survey_id"])
        self.page_title = found.title
        return queries.frame(actor, found)


class Take(NewPage):
    """Keep the exposures of the register as a survey."""

    right = services.RIGHT
    title, above = _("Survey from the register"), ABOVE

    def told(self, actor: User, _found: None, /) -> list[str]:
        """How many there are."""
        rows = write("whole", table_counts(actor)["exposures"])
        return [_now("The register has %(rows)s exposed sites.") % {"rows": rows}]

    def form(self, _actor: User, _found: None, /) -> TakeForm:
        """Of today."""
        return TakeForm(self.sent(), initial={"surveyed_on": timezone.localdate()})

    def act(self, actor: User, _found: None, form: TakeForm, /) -> HttpResponse:
        """Keep it."""
        made = services.take(actor=actor, **form.cleaned_data)
        self.done(_now("The survey is kept."))
        return redirect("assessment:survey", made.pk)


class OfSurvey(ActPage):
    """What is done with a survey."""

    above = ABOVE

    def found(self, actor: User, /, **ids: Any) -> Survey:
        """The survey."""
        return queries.surveys(actor).get(pk=ids["survey_id"])

    def back(self, found: Survey, /) -> str:
        """Its page."""
        return reverse("assessment:survey", args=[found.pk])


class Cut(OfSurvey):
    """Keep what stands round the stores."""

    right = services.RIGHT
    title = _("Cut to what stands round the stores")

    def form(self, _actor: User, found: Survey, /) -> CutForm:
        """Under another name."""
        return CutForm(self.sent(), initial={"title": found.title})

    def act(self, actor: User, found: Survey, form: CutForm, /) -> HttpResponse:
        """Keep it."""
        made = services.cut(actor=actor, survey=found, **form.cleaned_data)
        self.done(_now("The survey is kept."))
        return redirect("assessment:survey", made.pk)


class Enforce(OfSurvey):
    """Make a survey the exposures of the register."""

    right = services.ENFORCE
    title, button = _("Put in force"), _("Put in force")

    def told(self, actor: User, found: Survey, /) -> list[str]:
        """What it replaces."""
        numbers = {"new": write("whole", found.rows), "old": write("whole", table_counts(actor)["exposures"])}
        return [
            _now("The %(old)s exposed sites of the register are replaced by the %(new)s of this survey.") % numbers,
            _now("Kept assessments become out of date. What is replaced stays only if it was kept as a survey."),
        ]

    def form(self, _actor: User, _found: Survey, /) -> forms.Form:
        """Nothing is asked."""
        return forms.Form(self.sent())

    def act(self, actor: User, found: Survey, _form: forms.Form, /) -> HttpResponse:
        """Ask for the job."""
        if found.rows > services.MOST_IN_FORCE:
            raise Refused("survey_too_large", rows=found.rows, limit=services.MOST_IN_FORCE)
        job = work.enqueue(actor=actor, kind=services.KIND, parameters={"survey_id": str(found.pk)}, title=found.title)
        return redirect("jobs:job", job.pk)


@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    """Exposed sites drawn by hand, on top of a survey."""
    actor = actor_of(request)
    require(actor, services.RIGHT)
    marks.shows_all_seen(request)
    offered = queries.surveys(actor).filter(rows__lte=services.MOST_IN_FORCE)
    if request.method == "GET":
        start = {"surveyed_on": timezone.localdate(), "base": _based_on(request, offered)}
        return _draw_page(request, DrawForm(initial=start, surveys=offered), Points(prefix="points"))
    form, points = DrawForm(request.POST, surveys=offered), Points(request.POST, prefix="points")
    if not points.management_form.is_valid():
        form.add_error(None, _now("The points did not arrive. Enter them again."))
        points = Points(prefix="points")
    if not form.is_valid() or not points.is_valid():
        none_crafted(form)
        return _draw_page(request, form, points, 400)
    given = dict(form.cleaned_data)
    rows = [each.cleaned_data for each in points if each.cleaned_data]
    drawn = pl.DataFrame(rows, schema_overrides=dict.fromkeys(("persons_day", "persons_night"), pl.Float64))
    if drawn.height:
        drawn = drawn.with_columns(pl.col("relation").replace("", None))
    try:
        made = services.draw(actor=actor, drawn=drawn, **given)
    except Refused as fault:
        form.add_error(None, say(fault))
        return _draw_page(request, form, points, 400)
    messages.success(request, _now("The survey is kept."))
    return redirect("assessment:survey", made.pk)


def _based_on(request: HttpRequest, offered: QuerySet[Survey]) -> Survey | None:
    """The survey that was asked for, else the one in force, else none."""
    wanted = request.GET.get("from")
    try:
        asked = offered.filter(pk=UUID(wanted)).first() if wanted else None
    except ValueError as fault:
        raise Http404 from fault
    if wanted and asked is None:
        raise Http404
    return asked or offered.filter(in_force_at__isnull=False).order_by("-in_force_at").first()


def _draw_page(request: HttpRequest, form: DrawForm, points: Any, status: int = 200) -> HttpResponse:
    chosen = form["base"].value()
    base = getattr(chosen, "pk", chosen)
    around = reverse("assessment:survey-map", args=[base]) if base else reverse("assessment:survey-around")
    context = {"page_title": _now("Draw a survey"), "form": form, "points": points, "around": around}
    return render(request, "assessment/surroundings/draw.html", context, status=status)


class Compare(pages.Mapped):
    """What came nearer to a store between two surveys."""

    name = export_name = "encroachment"
    page_title = _("What came nearer")
    intro = _(
        "What is new, moved, of another kind or with more persons in the later survey, and stands nearer to a store"
        " than its rule asks for, or where no rule is known."
    )
    template_name = "assessment/surroundings/compare.html"
    shown = (
        *("exposure_id", "kind", "change", "store_id", "hazard_division", "distance_m", "required_m", "shortfall_m"),
        *("persons_before", "persons_after", "neq_kg", "function", "rule_set", "status"),
    )
    headings = HEADINGS | {"exposure_id": _("Exposed site")}

    def filtered(self) -> tuple[pl.DataFrame, CompareForm]:
        """The rows of the two surveys that were chosen, else of the two latest."""
        offered = queries.surveys(self.request.user)
        later, earlier = [*offered[:2], None, None][:2]
        form = CompareForm(self.request.GET or None, surveys=offered, initial={"earlier": earlier, "later": later})
        given = form.cleaned_data if form.is_bound and form.is_valid() else {}
        self.earlier, self.later = given.get("earlier") or earlier, given.get("later") or later
        same_place_m = given.get("same_place_m") or 0.0
        if self.earlier is None or self.later is None:
            return pl.DataFrame(schema={**dict.fromkeys(self.shown, pl.String()), **POSITION}), form
        found = queries.nearer(self.request.user, self.earlier, self.later, same_place_m)
        places = queries.frame(self.request.user, self.later).select("exposure_id", "latitude_deg", "longitude_deg")
        placed = found.join(places, on="exposure_id", how="left", maintain_order="left")
        return holding(changes_named(placed), given.get("q", "")), form

    def link(self, row: Any) -> str | None:
        """To the store."""
        return reverse("desk:store", args=[row["store_id"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the surveys."""
        return super().get_context_data(**kwargs, earlier=self.earlier, later=self.later)


def _survey(actor: User, survey_id: UUID) -> Survey:
    found = queries.surveys(actor).filter(pk=survey_id).first()
    if found is None:
        raise Http404
    return found
