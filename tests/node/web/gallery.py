"""A node of nothing but the toolkit: lists, charts and a map of made-up figures, to be looked at and to be tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import django_filters as filters
import django_tables2 as tables
import polars as pl
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from rasr.node.people.models import User
from rasr.node.web import columns
from rasr.node.web.lists import FramePage, ListPage

NAMES = ["Крушевац", "Kičevo", "Ploče & Neum", "=1+1", "Târgu Mureș", "Gjirokastër", "Šentjur", "Veliko Tarnovo"]
FRAME = pl.DataFrame(
    {
        "store_id": [f"S-{number:03}" for number in range(160)],
        "name": [f"{NAMES[number % 8]} {number}" for number in range(160)],
        "neq_kg": [None if number % 17 == 0 else number * 731.5 for number in range(160)],
        "danger": [0.00004 * (number + 1) ** 1.7 for number in range(160)],
        "technique": ["melt_out" if number % 2 else "open_burning" for number in range(160)],
        "pieces": [number * 37 for number in range(160)],
        "kept": [number % 3 == 0 for number in range(160)],
    }
)


class UserTable(tables.Table):
    username = tables.Column("User")
    last_name = tables.Column("Name")
    number = columns.Figure("tonnes", verbose_name="Mass, t", accessor="id", empty_values=())
    joined = columns.Day(verbose_name="Joined", accessor="date_joined")
    theme = columns.Code("state", verbose_name="Theme")


class UserFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="username", lookup_expr="icontains", label="Search")
    theme = filters.ChoiceFilter(choices=[("auto", "As the device"), ("dark", "Dark")], label="Appearance")

    class Meta:
        model = User
        fields: ClassVar = []


class Users(ListPage):
    name = "users"
    page_title = "Users & others"
    table_class = UserTable
    filterset_class = UserFilter

    def queryset(self) -> QuerySet[User]:
        return User.objects.order_by("username")


class Stores(FramePage):
    name = "stores"
    page_title = "Stores by danger"
    pretitle = "Assessment of 22 November 2026"
    headings: ClassVar = {"store_id": "Store", "neq_kg": "NEQ, t", "danger": "Expected fatalities per year"}
    kinds: ClassVar = {"neq_kg": "tonnes", "danger": "danger"}
    groups: ClassVar = {"technique": "technique"}

    def frame(self) -> pl.DataFrame:
        return FRAME

    def link(self, row: Any) -> str | None:
        return f"/frame/?q={row['store_id']}"


PERIODS = [str(year) for year in range(2026, 2036)]
FALL = [1.9, 1.7, 1.42, 1.1, 0.8, 0.55, 0.4, 0.31, 0.25, 0.2]
JURISDICTIONS = ["Albania", "Bosnia and Herzegovina", "Kosovo*", "Montenegro", "North Macedonia", "Serbia"]
CHARTS: dict[str, Any] = {
    "danger_data": {
        "periods": PERIODS,
        "unit": "deaths per year",
        "series": [
            {"name": "Without the plan", "values": [1.9] * 10, "low": [0.6] * 10, "high": [4.1] * 10},
            {"name": "With the plan", "values": FALL, "low": [v / 3 for v in FALL], "high": [v * 2 for v in FALL]},
        ],
    },
    "bars_data": {
        "categories": PERIODS,
        "unit": "thousand EUR",
        "stacked": True,
        "series": [
            {"name": "Transport", "values": [120 + 9 * i for i in range(10)]},
            {"name": "Processing", "values": [800 - 30 * i for i in range(10)]},
            {"name": "Opening of lines", "values": [400, 0, 0, 200, 0, 0, 0, 0, 0, 0]},
        ],
    },
    "gantt_data": {
        "rows": ["Berane, disassembly", "Mjekës, melting out", "Kragujevac, open burning"],
        "categories": PERIODS,
        "unit": "t",
        "bars": [
            {"row": 0, "start": "2026", "end": "2028", "label": "Mortar", "value": 1234.5},
            {"row": 1, "start": "2027", "end": "2031", "label": "Large calibre", "value": 8120},
            {"row": 2, "start": "2030", "end": "2034", "label": "Mortar", "value": 90.2},
            {"row": 2, "start": "2027", "end": "2027", "label": "Mines", "value": 12},
        ],
    },
    "sankey_data": {
        "nodes": [{"name": name} for name in ("Albania →", "Kosovo* →", "Serbia →", "→ Albania", "→ Serbia")],
        "unit": "t",
        "links": [
            {"source": "Kosovo* →", "target": "→ Albania", "value": 820},
            {"source": "Albania →", "target": "→ Serbia", "value": 310},
            {"source": "Serbia →", "target": "→ Albania", "value": 120},
        ],
    },
    "compare_data": {
        "categories": JURISDICTIONS,
        "unit": "deaths per year",
        "series": [
            {"name": "Alone", "values": [0.3, 0.5, 0.12, 0.2, 0.31, 0.9]},
            {"name": "Joint", "values": [0.2, 0.3, 0.0002, 0.1, 0.21, 0.5]},
        ],
    },
    "empty_data": {"categories": [], "series": []},
}


def charts(request: HttpRequest) -> HttpResponse:
    page = engines["django"].from_string((Path(__file__).parent / "charts.html").read_text())
    return HttpResponse(page.render(CHARTS, request))


def site_map(_request: HttpRequest) -> JsonResponse:
    places = [(42.0, 21.4), (44.8, 20.5), (43.85, 18.4), (42.44, 19.26), (41.3, 19.8), (42.65, 21.15), (46.1, 14.8)]
    sites = [
        {
            "id": f"site-{at}",
            "name": NAMES[at],
            "lat": lat,
            "lon": lon,
            "danger": 0.9 / 4**at,
            "low": 0.2 / 4**at,
            "high": 2 / 4**at,
            "neq_kg": 120_000 / (at + 1),
            "url": f"/frame/?q={at}",
        }
        for at, (lat, lon) in enumerate(places)
    ]
    return JsonResponse({"sites": sites})


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("as wanted")


def elsewhere(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


# Names that the menu leads to, as the whole node has them.
MENU = {
    "desk": ["home", "sites", "stores"],
    "records": ["stock", "catalogue", "uploads"],
    "assessment": ["runs"],
    "plan": ["runs"],
    "jobs": ["jobs"],
}
urlpatterns = [
    *(
        path(f"{app}/", include(([path(f"{name}/", elsewhere, name=name) for name in names], app)))
        for app, names in MENU.items()
    ),
    path("", include("rasr.node.people.urls")),
    path("", include("rasr.node.people.account_urls")),
    path("desk/stores/users/", Users.as_view()),
    path("frame/", Stores.as_view()),
    path("charts/", charts),
    path("map.json", site_map),
    path("broken/", login_not_required(broken)),
]
handler400 = "rasr.node.web.views.bad_request"
handler403 = "rasr.node.web.views.forbidden"
handler404 = "rasr.node.web.views.not_found"
handler500 = "rasr.node.web.views.fault"
