"""Home, sites and stores: parse, ask one query, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rasr.node.desk import charts, filters, tables, telling
from rasr.node.desk.queries import home as home_queries
from rasr.node.desk.queries import lists, surroundings
from rasr.node.desk.queries.site import site_picture
from rasr.node.desk.queries.store import store_picture
from rasr.node.people.classify_forms import ClassifyForm
from rasr.node.web import marks
from rasr.node.web.lists import ListPage


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How dangerous, where, and what is due."""
    marks.shows_all_seen(request)
    found = home_queries.home(request.user)
    whole = found.whole
    said = {
        "home": found,
        "years": telling.years(whole.run.fatalities_per_year) if whole and whole.run else "",
    }
    return render(request, "desk/home.html", said)


@require_safe
def map_data(request: HttpRequest) -> JsonResponse:
    """The sites in scope, for the map."""
    marks.shows_all_seen(request)
    return JsonResponse(home_queries.map_data(request.user))


class Assessed(ListPage):
    """A list of figures of the latest assessment, which says of what day they are."""

    template_name = "desk/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With ``standing``: which assessment the figures are from."""
        return super().get_context_data(**kwargs) | {"standing": lists.standing(self.request.user)}


class SiteList(Assessed):
    """Sites, the most dangerous first."""

    name = "sites"
    page_title = _("Sites")
    table_class = tables.SiteTable
    filterset_class = filters.SiteFilter

    def queryset(self) -> QuerySet[Any]:
        """Those in scope."""
        return lists.sites_listed(self.request.user)


class StoreList(Assessed):
    """Stores, the most dangerous first."""

    name = "stores"
    page_title = _("Stores")
    table_class = tables.StoreTable
    filterset_class = filters.StoreFilter

    def queryset(self) -> QuerySet[Any]:
        """Those in scope."""
        return lists.stores_with_sites(self.request.user)


@require_safe
def site(request: HttpRequest, site_id: str) -> HttpResponse:
    """One site."""
    found = _found(site_picture, request, site_id)
    marks.shows(request, found.site.mark)
    form = ClassifyForm(initial={"mark": found.site.mark}) if found.may_classify else None
    shown = {"picture": found, "curve": charts.curve(found.curve), "classify_form": form}
    return render(request, "desk/site.html", shown)


@require_safe
def store(request: HttpRequest, store_id: str) -> HttpResponse:
    """One store."""
    found = _found(store_picture, request, store_id)
    marks.shows(request, found.store.site.mark)
    years = telling.years(found.danger.fatalities_per_year) if found.danger else ""
    said = {"picture": found, "licence": charts.licence(found.limits), "years": years}
    return render(request, "desk/store.html", said)


@require_safe
def site_surroundings(request: HttpRequest, site_id: str) -> JsonResponse:
    """What lies around a site, for its map."""
    found = _found(surroundings.around_site, request, site_id)
    marks.shows(request, found["mark"])
    return JsonResponse(found)


def _found(query: Callable[[Any, str], Any], request: HttpRequest, key: str) -> Any:
    """What a query finds; what is out of scope is answered as what is not there."""
    try:
        return query(request.user, key)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
