"""Pages of safeguarding: may something of this kind be built at this point, and what was answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SiteAnswer, SiteEnquiry
from rasr.node.assessment.surroundings import pages, queries, services
from rasr.node.assessment.surroundings.forms import AskForm
from rasr.node.assessment.surroundings.standing import standing
from rasr.node.assessment.surroundings.tables import EnquiryFilter, EnquiryTable
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import codes, marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.figures import write
from rasr.node.web.messages import say

SHOWN = 100
"""Stores on the page of an answer; all of them have a list."""


class Enquiries(Righted, Sorted):
    """What was asked, and the answers."""

    right = queries.RIGHT
    name = export_name = "safeguarding"
    page_title = _("Safeguarding")
    intro = _("Whether something may be built near the stores. Every answer is kept as it was on the day.")
    table_class = EnquiryTable
    filterset_class = EnquiryFilter
    template_name = "assessment/surroundings/enquiries.html"

    def queryset(self) -> QuerySet[SiteEnquiry]:
        """All of them."""
        return queries.enquiries(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether one may ask."""
        return super().get_context_data(**kwargs, asks=may(self.request.user, services.RIGHT))


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask, by a point on the map or by its coordinates."""
    actor = actor_of(request)
    require(actor, services.RIGHT)
    marks.shows_all_seen(request)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _ask_page(request, form)
    if not form.is_valid():
        none_crafted(form)
        return _ask_page(request, form, 400)
    try:
        made = services.ask(actor=actor, **form.cleaned_data)
    except Refused as fault:
        form.add_error(None, say(fault))
        return _ask_page(request, form, 400)
    return redirect("assessment:survey-answer", made.pk)


def _ask_page(request: HttpRequest, form: AskForm, status: int = 200) -> HttpResponse:
    context = {
        "page_title": _now("May it be built here?"),
        "form": form,
        "around": reverse("assessment:survey-around"),
    }
    return render(request, "assessment/surroundings/ask.html", context, status=status)


@require_GET
def around(request: HttpRequest) -> JsonResponse:
    """Every store, for the map on which a point is chosen."""
    require(actor_of(request), queries.RIGHT)
    marks.shows_all_seen(request)
    stores = pages.stores_drawn(standing().stores)
    return JsonResponse({"sites": stores, "points": [], "rings": [], "texts": pages.texts()})


@require_GET
def answer(request: HttpRequest, enquiry_id: UUID) -> HttpResponse:
    """An answer: yes, no or unverified, with the stores that bind."""
    actor = actor_of(request)
    found = _enquiry(actor, enquiry_id)
    marks.shows_all_seen(request)
    stores = queries.bound(actor, found)
    short = pl.col("shortfall_m").fill_null(0.0) > 0
    context = {
        "page_title": found.about,
        "enquiry": found,
        "answers": SiteAnswer,
        "binding": stores.filter(short).height,
        "without": stores.filter(pl.col("required_m").is_null()).height,
        "rows": stores.sort(short, descending=True, maintain_order=True).head(SHOWN).to_dicts(),
        "all": stores.height,
        "asks": may(actor, services.RIGHT),
    }
    return render(request, "assessment/surroundings/answer.html", context)


class Bound(pages.Mapped):
    """The stores within reach of an answer."""

    page_title = _("Stores within reach")
    export_name = "safeguarding-stores"
    radius = "required_m"
    shown = (
        *("store_id", "hazard_division", "neq_kg", "distance_m", "required_m", "shortfall_m", "limit_kg"),
        *("function", "rule_set", "status"),
    )

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Each answer is remembered by its own name."""
        super().setup(request, *args, **kwargs)
        self.name = f"safeguarding-{kwargs['enquiry_id']}"

    def frame(self) -> pl.DataFrame:
        """With their positions as they are now."""
        actor = actor_of(self.request)
        found = _enquiry(actor, self.kwargs["enquiry_id"])
        back = reverse("assessment:survey-answer", args=[found.pk])
        self.pretitle = format_html('<a href="{}">{}</a>', back, found.about)
        places = standing().stores.select("store_id", "latitude_deg", "longitude_deg")
        return queries.bound(actor, found).join(places, on="store_id", how="left", maintain_order="left")


@require_GET
def answer_map(request: HttpRequest, enquiry_id: UUID) -> JsonResponse:
    """The point, the stores within reach, and the distance that each asks for."""
    actor = actor_of(request)
    found = _enquiry(actor, enquiry_id)
    marks.shows_all_seen(request)
    bound = queries.bound(actor, found)
    stores = standing().stores.filter(pl.col("store_id").is_in(bound["store_id"].to_list()))
    point = {
        "lat": found.latitude_deg,
        "lon": found.longitude_deg,
        "name": found.about,
        "kind": "inside" if found.answer != SiteAnswer.YES else "outside",
        "detail": str(codes.name("kind", found.kind)),
    }
    data = {"sites": pages.stores_drawn(stores), "points": [point], "rings": _rings(bound, stores)}
    return JsonResponse(data | {"texts": pages.texts()})


def _rings(bound: pl.DataFrame, stores: pl.DataFrame) -> list[pages.Json]:
    """The greatest distance that each store asks for."""
    greatest = bound.drop_nulls("required_m").group_by("store_id").agg(pl.col("required_m").max())
    told = _now("{store}: {distance} m")
    return [
        {
            "lat": row["latitude_deg"],
            "lon": row["longitude_deg"],
            "radius_m": row["required_m"],
            "label": told.format(store=row["store_id"], distance=write("meters", row["required_m"])),
        }
        for row in stores.join(greatest, on="store_id").iter_rows(named=True)
    ]


def _enquiry(actor: User, enquiry_id: UUID) -> SiteEnquiry:
    found = queries.enquiries(actor).filter(pk=enquiry_id).first()
    if found is None:
        raise Http404
    return found
