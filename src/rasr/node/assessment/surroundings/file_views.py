"""Pages of files that become surveys: send one, say which column is which, see every fault."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from rasr.core.basis.findings import Finding, Refused
from rasr.node.assessment.models import SurveyFile
from rasr.node.assessment.surroundings import sending
from rasr.node.assessment.surroundings.files import MOST_ROWS
from rasr.node.assessment.surroundings.forms import FileForm, MappingForm
from rasr.node.assessment.surroundings.tables import HEADINGS
from rasr.node.jobs import queries as jobs
from rasr.node.jobs import services as work
from rasr.node.jobs.choices import OPEN
from rasr.node.people.rights import require
from rasr.node.records import receiving
from rasr.node.records.views import Righted, actor_of
from rasr.node.web import marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.lists import FramePage
from rasr.node.web.messages import say
from rasr.node.web.nofiles import takes_files

SHOWN = 50
"""Faults on the page of a file; all of them have a list."""
FAULTS = ("row", "column", "value", "sentence")


@takes_files
@csrf_exempt  # reading the token reads the file; ``_receive`` asks for it once the limit stands in front
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The page to send a file from, and the way in for it."""
    require(actor_of(request), sending.RIGHT)
    return _receive(request, receiving.limited(request) if request.method == "POST" else None)


@csrf_protect
def _receive(request: HttpRequest, limit: receiving.Limit | None) -> HttpResponseBase:
    if limit is None:
        return _new_page(request, FileForm(initial={"surveyed_on": timezone.localdate()}))
    form = FileForm(request.POST, request.FILES)
    if limit.exceeded:
        form = FileForm(initial={"surveyed_on": timezone.localdate()})
        return _new_page(request, form, 413, _too_large())
    if not form.is_valid():
        return _new_page(request, form, 400)
    given = form.cleaned_data
    try:
        kept = sending.receive(
            actor=actor_of(request),
            file=given["file"],
            name=given["file"].name,
            title=given["title"],
            surveyed_on=given["surveyed_on"],
        )
    except Refused as refused:
        return _new_page(request, form, 400, say(refused))
    return redirect("assessment:survey-file", kept.pk)


def _too_large() -> str:
    limit = {"limit": receiving.limit_mb()}
    return _now("The file is larger than %(limit)s MB, the most that this node takes. Nothing was kept.") % limit


def _new_page(request: HttpRequest, form: FileForm, status: int = 200, fault: str = "") -> HttpResponse:
    context = {
        "page_title": _now("Send a survey"),
        "form": form,
        "fault": fault,
        "limit_mb": receiving.limit_mb(),
        "most_rows": MOST_ROWS,
        "waiting": sending.waiting(actor=actor_of(request)),
    }
    return render(request, "assessment/surroundings/send.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A file: what it holds, which column is which, and what is wrong with it."""
    actor = actor_of(request)
    found = _found(request, file_id)
    if request.method == "GET":
        return _file_page(request, found, MappingForm(file=found))
    if found.state not in sending.OPEN:
        return redirect("assessment:survey-file", file_id)
    form = MappingForm(request.POST, file=found)
    if not form.is_valid():
        none_crafted(form)
        return _file_page(request, found, form, 400)
    job = _job_of(request, found)
    if job is None:
        parameters = {"file_id": str(found.pk), "mapping": asdict(form.mapping())}
        job = work.enqueue(actor=actor, kind=sending.KIND, parameters=parameters, title=found.title)
    return redirect("jobs:job", job.pk)


def _file_page(request: HttpRequest, found: SurveyFile, form: MappingForm, status: int = 200) -> HttpResponse:
    _shows_sent(request)
    context = {
        "page_title": found.title,
        "file": found,
        "open": found.state in sending.OPEN,
        "job": _job_of(request, found),
        "form": form,
        "findings": [Finding(**one) for one in found.findings[:SHOWN]],
        "shown": SHOWN,
    }
    return render(request, "assessment/surroundings/file.html", context, status=status)


@require_POST
def drop(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Drop a file."""
    found = _found(request, file_id)
    try:
        sending.discard(actor=actor_of(request), file_id=file_id)
    except Refused as refused:
        messages.error(request, say(refused))
        return redirect("assessment:survey-file", file_id)
    messages.success(request, _now("%(name)s is dropped and deleted.") % {"name": found.name})
    return redirect("assessment:surveys")


class Faults(Righted, FramePage):
    """Every fault of a file."""

    right = sending.RIGHT
    export_name = "survey-faults"
    page_title = _("What is wrong with the file")
    headings = HEADINGS
    shown = FAULTS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Each file's are remembered by its own name."""
        self.file = _found(request, kwargs["file_id"])
        self.name = f"survey-faults-{self.file.pk}"
        address = reverse("assessment:survey-file", args=[self.file.pk])
        self.pretitle = format_html('<a href="{}">{}</a>', address, self.file.title)
        _shows_sent(request)
        return super().get(request, *args, **kwargs)

    def frame(self) -> pl.DataFrame:
        """With a sentence for each."""
        told = [Finding(**one) for one in self.file.findings]
        rows = [(one.row, one.column, one.value, say(one)) for one in told]
        schema = {"row": pl.Int64, "column": pl.String, "value": pl.String, "sentence": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")


def _found(request: HttpRequest, file_id: UUID) -> SurveyFile:
    """The file; 404 for one that is not there, or somebody else's."""
    found = sending.sent(actor=actor_of(request)).select_related("survey").filter(pk=file_id).first()
    if found is None:
        raise Http404
    return found


def _job_of(request: HttpRequest, found: SurveyFile) -> Any:
    mine = jobs.jobs(request.user).filter(parameters__file_id=str(found.pk), state__in=OPEN)
    return mine.first()


def _shows_sent(request: HttpRequest) -> None:
    """A file that was sent in has no mark of its own yet."""
    marks.shows_all_seen(request)
    marks.shows(request, marks.LEAST_UNKNOWN)
