"""Pages of assessments: the runs, one run, its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from rasr.core.basis.findings import Refused
from rasr.node.assessment import queries, services, societal, telling
from rasr.node.assessment.bridge import RISK_TABLES
from rasr.node.assessment.headings import GROUPS, HEADINGS, IN_ENGLISH, TABLES, kinds_of
from rasr.node.assessment.models import Run
from rasr.node.assessment.tables import RunTable
from rasr.node.people.models import User
from rasr.node.web import marks
from rasr.node.web.lists import FramePage, ListPage
from rasr.node.web.messages import say
from rasr.report.scribe import Scribe


class Runs(ListPage):
    """The runs, the latest first."""

    name = "assessments"
    template_name = "assessment/runs.html"
    page_title = gettext_lazy("Assessments")
    intro = gettext_lazy("An assessment says how dangerous the stock is, where, and why.")
    table_class = RunTable

    def queryset(self) -> QuerySet[Run]:
        """Every run."""
        return queries.runs(self.request.user)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Assess the register as it is; where nothing has changed, show the kept run."""
    assert isinstance(request.user, User)
    try:
        found = services.start(actor=request.user)
    except Refused as refused:
        messages.error(request, say(refused))
        return redirect("assessment:runs")
    if isinstance(found, Run):
        messages.info(request, _("Nothing has changed since this assessment was made."))
        return redirect("assessment:run", run_id=found.pk)
    return redirect("jobs:job", job_id=found.pk)


@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run, as its reader asks: how dangerous, where, why, how sure."""
    found = _run(request, run_id)
    marks.shows_all_seen(request)
    assessment = queries.assessment(request.user, found)
    scribe = telling.scribe_of(queries.named(request.user))
    context = {
        "run": found,
        "sections": telling.sections(assessment, scribe),
        "worst": telling.worst_told(queries.worst(request.user, found), scribe),
        "tables": [(name, TABLES[name], rows) for name, rows in queries.table_names(request.user, found)],
        "counted": telling.methods_counted(assessment, scribe),
        "worst_table": TABLES["worst"],
        "curve_table": TABLES["danger_curves"],
        "footnotes": [note for note in scribe.footnotes() if note != scribe.t("footnote_kosovo")],
        "societal": _societal(request, found),
        "societal_tables": [(name, TABLES[name]) for name in RISK_TABLES],
        **_curve(request, found, telling.worst_site(assessment), scribe),
    }
    return render(request, "assessment/run.html", context)


def _societal(request: HttpRequest, found: Run) -> societal.Societal | None:
    """How often so many die; None where the run kept no risk."""
    curves, criteria = (queries.table(request.user, found, name) for name in ("frequency_number", "risk_criteria"))
    return None if curves is None or criteria is None else societal.told(curves, criteria)


def _curve(request: HttpRequest, found: Run, site_id: str | None, scribe: Scribe) -> dict[str, Any]:
    """The danger curve of the worst site; nothing where no site has a danger."""
    if site_id is None:
        return {}
    curve, name = queries.curve_of(request.user, found, site_id), scribe.site(site_id)
    unit = scribe.t("unit_fatalities_per_year")
    return {"site_id": site_id, "site": name, "curve": telling.curve_data(curve, scribe, name, unit)}


class TablePage(FramePage):
    """One table of a run."""

    name = "assessment-table"
    template_name = "assessment/table.html"
    headings = HEADINGS
    groups = GROUPS
    languages = IN_ENGLISH

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the table; each is remembered by its own name."""
        super().setup(request, *args, **kwargs)
        self.table_name = kwargs["name"]
        self.name = f"assessment-{self.table_name}"
        self.page_title = TABLES.get(self.table_name, self.table_name)

    def frame(self) -> pl.DataFrame:
        """The table; 404 where there is none of this name."""
        self.run = _run(self.request, self.kwargs["run_id"])
        user = self.request.user
        if self.table_name == "worst":
            scribe = telling.scribe_of(queries.named(user))
            found: pl.DataFrame | None = telling.worst_frame(telling.worst_told(queries.worst(user, self.run), scribe))
        else:
            found = queries.table(user, self.run, self.table_name)
        if found is None:
            raise Http404
        self.kinds = kinds_of(found.columns)
        return found

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To the store or site of the row."""
        if row.get("store_id"):
            return reverse("desk:store", args=[row["store_id"]])
        return reverse("desk:site", args=[row["site_id"]]) if row.get("site_id") else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the run it is of."""
        return super().get_context_data(**kwargs) | {"run": self.run}


def _run(request: HttpRequest, run_id: UUID) -> Run:
    found = queries.run(request.user, run_id)
    if found is None:
        raise Http404
    return found
