"""Stores, exposed sites and distances to take along: as tables, and as files for other people's maps."""

from __future__ import annotations

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.assessment.surroundings import outward, pages, queries
from rasr.node.people.rights import may, require
from rasr.node.records.views import actor_of
from rasr.node.web import marks


@require_GET
def maps(request: HttpRequest) -> HttpResponse:
    """What can be taken along."""
    actor = actor_of(request)
    require(actor, outward.RIGHT)
    marks.shows_all_seen(request)
    context = {"page_title": _now("Files for maps"), "sees_all": may(actor, queries.RIGHT)}
    return render(request, "assessment/surroundings/maps.html", context)


class StoresOut(pages.Mapped):
    """Stores in scope, with the figures of the latest assessment."""

    right = outward.RIGHT
    name = "maps-stores"
    export_name = "stores"
    page_title = _("Stores, for maps")

    def frame(self) -> pl.DataFrame:
        """As points."""
        return outward.stores(actor_of(self.request))


class ExposuresOut(pages.Mapped):
    """The exposed sites of the register."""

    name = "maps-exposures"
    export_name = "exposures"
    page_title = _("Exposed sites, for maps")

    def frame(self) -> pl.DataFrame:
        """As points."""
        return outward.exposures(actor_of(self.request))


class DistancesOut(pages.Mapped):
    """Required distances of the stores in scope, by the latest assessment."""

    right = outward.RIGHT
    name = "maps-distances"
    export_name = "distances"
    page_title = _("Distances, for maps")
    intro = _("One ring for each store and kind of exposed site, as the latest assessment asks for it.")
    radius = "required_m"

    def frame(self) -> pl.DataFrame:
        """As rings."""
        return outward.distances(actor_of(self.request))
