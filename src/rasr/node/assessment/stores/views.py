"""Pages of the danger of a store: parse, ask one query, render. Each is a page, and the part of one for htmx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import polars as pl
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from rasr.core.basis.findings import Refused
from rasr.core.hazard.mixing import Mixing
from rasr.node.assessment.candidates import queries as candidates
from rasr.node.assessment.stores import mapping, queries
from rasr.node.assessment.stores import movement as movements
from rasr.node.assessment.stores.compared import Compared
from rasr.node.assessment.stores.figures import Figures, level_status
from rasr.node.assessment.stores.forms import WhatIfForm
from rasr.node.people.looks import only_asks, refuses
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.movements.views import page_of
from rasr.node.web import marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.lists import FramePage
from rasr.node.web.messages import say

SHORT_SHOWN = 8
HEADINGS = {
    "exposed_id": _("Exposed site"),
    "exposure_kind": _("Kind"),
    "is_store": _("A store"),
    "hazard_division": _("Hazard division"),
    "neq_kg": _("NEQ, kg"),
    "distance_m": _("Present, m"),
    "required_m": _("Required, m"),
    "shortfall_m": _("Too near by, m"),
    "function": _("Distance function"),
    "rule_set": _("Rule set"),
    "clause": _("Clause"),
    "status": _("Status"),
    "not_covered": _("Not covered"),
}
KINDS = {"neq_kg": "whole", "distance_m": "meters", "required_m": "meters", "shortfall_m": "meters"}
GROUPS = {"exposure_kind": "exposed", "status": "status"}
IN_ENGLISH = {"clause": "en"}


@require_safe
def danger(request: HttpRequest, store_id: str) -> HttpResponse:
    """The danger of a store, worked out anew."""
    found = _found(lambda: queries.live(request.user, store_id))
    marks.shows_all_seen(request)
    context = {
        "live": found,
        "figures": found.figures,
        "short": found.figures.short.head(SHORT_SHOWN).to_dicts(),
        "level_status": level_status(),
        "page_title": found.store.pk,
    }
    return _rendered(request, "danger", context)


@require_safe
def map_data(request: HttpRequest, store_id: str) -> JsonResponse:
    """What the map of a store shows, or of a what-if that the address asks for."""
    store = _found(lambda: queries.one(request.user, store_id))
    form = _form(request, store)
    change = form.change() if form.is_bound and form.is_valid() else None
    if change is None:
        found, before = queries.live(request.user, store_id).figures, None
    else:
        side = _found(lambda: queries.what_if(request.user, store, change)).sides[0]
        found, before = side.after, side.before
    marks.shows_all_seen(request)
    return JsonResponse(mapping.drawn(found, before) | {"mark": marks.shown(request)})


class Pairs(FramePage):
    """What stands nearer to a store than required, and the nearest of each kind, with the rule that asks."""

    name = "store-pairs"
    template_name = "assessment/stores/pairs.html"
    headings = HEADINGS
    kinds = KINDS
    groups = GROUPS
    languages = IN_ENGLISH

    def frame(self) -> pl.DataFrame:
        """The pairs; 404 for a store out of scope."""
        self.live: queries.Live = _found(lambda: queries.live(self.request.user, self.kwargs["store_id"]))
        self.page_title = _now("Distances of {store}").format(store=self.live.store.pk)
        self.export_name = f"pairs-{self.live.store.pk}"
        figures: Figures = self.live.figures
        return figures.pairs

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To the store of the row."""
        return reverse("desk:store", args=[row["exposed_id"]]) if row["is_store"] else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the store it is of."""
        return super().get_context_data(**kwargs) | {"store": self.live.store, "figures": self.live.figures}


@require_safe
def what_if(request: HttpRequest, store_id: str) -> HttpResponse:
    """A change of a store beside what is; nothing is kept."""
    store = _found(lambda: queries.one(request.user, store_id))
    marks.shows_all_seen(request)
    form = _form(request, store)
    none_crafted(form)
    compared: Compared | None = None
    together: list[Mixing] = []
    if form.is_bound and form.is_valid() and (change := form.change()) is not None:
        try:
            compared = queries.what_if(request.user, store, change)
            together = queries.put_together(compared, store, form.cleaned_data["group"])
        except Refused as fault:
            form.add_error(None, say(fault))
    context = {
        "store": store,
        "form": form,
        "compared": compared,
        "together": together,
        "query": request.GET.urlencode(),
        "page_title": _now("What if: {store}").format(store=store.pk),
    }
    return render(request, "assessment/stores/what_if.html", context, status=400 if form.errors else 200)


@require_safe
def movement(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """What a movement that waits for a second person would change in the danger of the stores it touches."""
    try:
        approval, drafted = _found(lambda: movements.asked_for(request.user, approval_id))
    except Refused as fault:
        return _rendered(request, "movement", {"fault": fault, "page_title": _now("What it changes in the danger")})
    marks.shows_all_seen(request)
    title = _now("What it changes in the danger")
    context = {"approval": approval, "drafted": drafted, "compared": drafted.compared, "page_title": title}
    return _rendered(request, "movement", context)


@only_asks
@require_POST
def drafted(request: HttpRequest, kind: str, store_id: str) -> HttpResponse:
    """What the movement of a form would change in the danger, before it is recorded; nothing is kept."""
    require(request.user, "view_register")
    page = page_of(request, kind, store_id)
    draft = page.draft()
    marks.shows_all_seen(request)
    context: dict[str, Any] = {"page_title": _now("What it changes in the danger"), "shape": page.shape}
    context |= {"store": page.store, "again": request.get_full_path()}
    if isinstance(draft, list):
        return refuses(_rendered(request, "draft", context | {"told": draft}))
    try:
        found = movements.effect(request.user, draft)
    except Refused as fault:
        return refuses(_rendered(request, "draft", context | {"fault": fault}))
    return _rendered(request, "draft", context | {"drafted": found, "compared": found.compared})


def _form(request: HttpRequest, store: Store) -> WhatIfForm:
    return WhatIfForm(
        request.GET or None,
        store=store,
        sites=queries.sites(request.user),
        candidates=list(candidates.offered(request.user)),
        everywhere=scope_of(request.user).everything,
        content=queries.content(request.user, store),
    )


def _rendered(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or the part of it for htmx."""
    in_part = request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
    template = "part" if in_part else "page"
    found = render(request, f"assessment/stores/{name}_{template}.html", context)
    found["Vary"] = "HX-Request"
    return found


def _found(query: Callable[[], Any]) -> Any:
    """What a query finds; what is out of scope is answered as what is not there."""
    try:
        return query()
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
