"""Counting away from the network, on paper, and labels: the page on the phone with its worker, PDFs, scans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.staticfiles import finders
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from rasr.node.people.rights import require
from rasr.node.places.models import Store
from rasr.node.records.counts import codes, printing, queries, signed
from rasr.node.records.counts.forms import MOST_LABELS, FindForm, LabelsForm
from rasr.node.records.counts.services import COUNTING
from rasr.node.records.models import Count
from rasr.node.records.views import actor_of
from rasr.node.web import exports, marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.headers import PERMISSIONS

PDF = "application/pdf"
CAMERA = PERMISSIONS.replace("camera=()", "camera=(self)")
VIEW = "view_register"


@require_GET
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker of the pages beneath: a worker may only serve what lies beneath its own address."""
    path = finders.find("records/away_worker.js")
    assert path is not None, "it is a file of this app"
    with open(path, encoding="utf-8") as file:
        answer = HttpResponse(file.read(), content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
def offline(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """The page that counts without a network."""
    found = _counted(request, count_id)
    if found.state not in COUNTING or not queries.may_keep(actor_of(request), found):
        return redirect("records:count", count_id)
    context = {
        "page_title": _("Count of %(store)s") % {"store": found.store_id},
        "count": found,
        "told": signed.sheet(actor=actor_of(request), count=found),
    }
    answer = render(request, "records/counts/offline.html", context)
    answer["Permissions-Policy"] = CAMERA
    return answer


@require_GET
def form(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """The sheet on paper; counted again are only the lines that have no figure."""
    found = _counted(request, count_id)
    rows = queries.lines(found)
    lines = list(rows.filter(found=None) if found.state in COUNTING else rows)
    address = request.build_absolute_uri(reverse("records:count", args=[found.pk]))
    made = printing.form(
        found, lines, shows_expected=queries.shows_expected(found), address=address, printed=_printed(request)
    )
    return _file(request, made, f"count-{found.store_id}", len(lines))


@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Choose which labels are to be printed."""
    actor = actor_of(request)
    require(actor, VIEW)
    marks.shows_all_seen(request)
    context = {"page_title": _("Labels"), "form": LabelsForm(actor=actor), "most": MOST_LABELS}
    return render(request, "records/counts/labels.html", context)


@require_GET
def labels_file(request: HttpRequest) -> HttpResponse:
    """Sheets of labels of a store."""
    actor = actor_of(request)
    require(actor, VIEW)
    chosen = LabelsForm(request.GET, actor=actor)
    none_crafted(chosen)
    if not chosen.is_valid():
        return redirect("records:labels")
    try:
        store = queries.store_of(actor, chosen.cleaned_data["store"])
    except Store.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, store.site.mark)
    made = queries.labels(store, chosen.cleaned_data["what"], MOST_LABELS)
    base = request.build_absolute_uri(reverse("records:scan"))
    return _file(request, printing.labels(made, base=base, printed=_printed(request)), f"labels-{store.pk}", len(made))


@require_GET
def scan(request: HttpRequest) -> HttpResponse:
    """Open what a label stands for: a scanner types its code here."""
    require(actor_of(request), VIEW)
    asked = FindForm(request.GET or None)
    unknown = ""
    if asked.is_bound and asked.is_valid():
        text = asked.cleaned_data["code"]
        if (given := codes.read(text)) is not None:
            return redirect("records:scanned", codes.code_of(*given))
        unknown = text
    context = {"page_title": _("Open a label"), "form": asked, "unknown": unknown}
    return render(request, "records/counts/scan.html", context)


@require_GET
def scanned(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """To the page of what was scanned. What is out of scope is not there."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        kind, row = queries.scanned(actor, code)
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    to: dict[str, Any] = {
        codes.PLACE: lambda: redirect("desk:store", row.store_id),
        codes.ITEM: lambda: redirect("records:item", row.pk),
        codes.BATCH: lambda: redirect("records:card", "batch", row.pk),
    }
    answer: HttpResponseRedirect = to[kind]()
    return answer


def _counted(request: HttpRequest, count_id: UUID) -> Count:
    require(actor_of(request), VIEW)
    try:
        found = queries.count(request.user, count_id)
    except Count.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, found.store.site.mark)
    return found


def _printed(request: HttpRequest) -> str:
    mark = marks.shown(request)
    return "" if mark is None else marks.word(mark)


def _file(request: HttpRequest, content: bytes, stem: str, rows: int) -> HttpResponse:
    name = exports.file_name(stem, "pdf", marks.shown(request))
    return exports.kept_file(HttpResponse(content, content_type=PDF), name, (stem, rows, "pdf"))
