"""What the pages of this room have in common: maps as data, and lists that are also taken along as files for maps."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from rasr.node.assessment.surroundings import geofiles
from rasr.node.assessment.surroundings.tables import GROUPS, HEADINGS, KINDS
from rasr.node.records.views import Righted
from rasr.node.web import codes, figures, marks
from rasr.node.web.lists import FramePage

Json = dict[str, Any]


class ForMaps(FramePage):
    """A list over a frame, also as GeoJSON and GeoPackage. radius: the column of rings, none: points."""

    radius = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list, or a file."""
        wanted = request.GET.get("export")
        for known in geofiles.FORMS:
            if wanted == known:
                marks.shows_all_seen(request)
                rows, _form = self.filtered()
                name = self.export_name or self.name
                placed = self.placed(rows)
                return geofiles.response(placed, name, known, marks.shown(request), self.radius, self.outlines)
        return super().get(request, *args, **kwargs)

    def placed(self, rows: pl.DataFrame, /) -> pl.DataFrame:
        """The rows with latitude_deg and longitude_deg. Raises Http404 where they have no place."""
        return rows

    def outlines(self, _rows: pl.DataFrame, /) -> geofiles.Around | None:
        """The perimeters or ways of rows; None where they have none."""
        return None


class Mapped(Righted, ForMaps):
    """Such a list of stores and what stands round them."""

    right = "view_runs"
    template_name = "assessment/surroundings/mapped.html"
    headings, groups, kinds = HEADINGS, GROUPS, KINDS

    def link(self, row: Any) -> str | None:
        """To the store of the row."""
        return reverse("desk:store", args=[row["store_id"]]) if row.get("store_id") else None


def stores_drawn(stores: pl.DataFrame) -> list[Json]:
    """Stores as a map takes them."""
    return [
        {
            "id": row["store_id"],
            "name": row["store_id"],
            "lat": row["latitude_deg"],
            "lon": row["longitude_deg"],
            "danger": None,
            "url": reverse("desk:store", args=[row["store_id"]]),
        }
        for row in stores.iter_rows(named=True)
    ]


def points_drawn(exposures: pl.DataFrame) -> list[Json]:
    """Exposed sites as a map takes them."""
    told = _("{id}; persons by day {day}, by night {night}")
    return [
        {
            "lat": row["latitude_deg"],
            "lon": row["longitude_deg"],
            "name": str(codes.name("kind", row["kind"])),
            "kind": "outside",
            "detail": told.format(
                id=row["exposure_id"],
                day=figures.write("significant:3", row["persons_day"]),
                night=figures.write("significant:3", row["persons_night"]),
            ),
        }
        for row in exposures.iter_rows(named=True)
    ]


def texts() -> dict[str, str]:
    """Words of a map of stores and what stands round them."""
    return {"site": _("Store"), "place": _("Exposed")}
