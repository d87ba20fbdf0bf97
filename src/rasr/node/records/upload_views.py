"""Pages of uploads: send a workbook, see what was found, see what would change, load it or drop it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rasr.core.basis.findings import Finding, Refused
from rasr.node.jobs import queries as jobs
from rasr.node.jobs import services as work
from rasr.node.jobs.choices import OPEN
from rasr.node.people.rights import require
from rasr.node.records import bringing, queries, receiving, uploading
from rasr.node.records.choices import Loading, Outcome
from rasr.node.records.filters import UploadFilter
from rasr.node.records.forms import FindingsForm, LoadForm, UploadForm
from rasr.node.records.models import CountState, MovementKind, PlaceKind, Upload, UploadState
from rasr.node.records.preview import REPLACING, Preview, by_table, chosen
from rasr.node.records.tables import UploadTable
from rasr.node.records.views import Righted, Sorted, actor_of, file_response
from rasr.node.web import marks
from rasr.node.web.lists import FramePage, Text
from rasr.node.web.messages import say, say_code
from rasr.node.web.nofiles import takes_files

FINDINGS_SHOWN = 50


class Uploads(Righted, Sorted):
    """What was sent in."""

    right = uploading.RIGHT
    name = "uploads"
    page_title = gettext_lazy("Uploads")
    export_name = "uploads"
    table_class = UploadTable
    filterset_class = UploadFilter
    template_name = "records/uploads.html"

    def queryset(self) -> QuerySet[Upload]:
        """Those that may be seen."""
        _shows_sent(self.request)
        return uploading.uploads(actor=actor_of(self.request))


# Sending.


@takes_files
@csrf_exempt  # reading the token reads the file; ``_receive`` asks for it once the limit stands in front
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The page to send a workbook from, and the way in for it."""
    require(actor_of(request), uploading.RIGHT)
    return _receive(request, receiving.limited(request) if request.method == "POST" else None)


@csrf_protect
def _receive(request: HttpRequest, limit: receiving.Limit | None) -> HttpResponseBase:
    if limit is None:
        return _new_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if limit.exceeded:
        return _new_page(request, UploadForm(), status=413, fault=_too_large())
    if not form.is_valid():
        return _new_page(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        upload = uploading.receive(actor=actor_of(request), file=file, name=file.name)
    except Refused as refused:
        return _new_page(request, form, status=400, fault=say(refused))
    return _enqueue(request, upload, "check_upload")


def _too_large() -> str:
    return _("The file is larger than %(limit)s MB, the most that this node takes. Nothing was kept.") % {
        "limit": receiving.limit_mb()
    }


def _new_page(request: HttpRequest, form: UploadForm, status: int = 200, fault: str = "") -> HttpResponse:
    limit_mb = receiving.limit_mb()
    context = {
        "page_title": _("Send a workbook"),
        "form": form,
        "fault": fault,
        "limit_mb": limit_mb,
        "limit_bytes": limit_mb * uploading.MB,
        "too_large": _too_large(),
    }
    return render(request, "records/upload_new.html", context, status=status)


# One upload.


@never_cache
@require_GET
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How far an upload has come, and what can be done next."""
    return _page(request, _found(request, upload_id))


@require_GET
def annotated(request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
    """The user's own workbook with the findings in it."""
    found = _found(request, upload_id)
    _shows_sent(request)
    try:
        path = uploading.annotated_path(actor=actor_of(request), upload_id=upload_id)
        content = path.open("rb")
    except (Upload.DoesNotExist, FileNotFoundError) as gone:
        raise Http404 from gone
    stem = found.name.rpartition(".")[0] or found.name
    return file_response(request, content, f"{stem} checked")


@require_POST
def check(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Look at the workbook again: the register may have moved on."""
    found = _found(request, upload_id)
    if found.state not in uploading.OPEN:
        return redirect("records:upload", upload_id)
    return _enqueue(request, found, "check_upload")


@require_POST
def load(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Load the workbook, if what was ticked fits what it would change."""
    found = _found(request, upload_id)
    moved_on = _moved_on(found, queries.register())
    if found.state != UploadState.CHECKED or _errors(found):
        return redirect("records:upload", upload_id)
    if moved_on and request.POST.get("loading") in REPLACING:
        return redirect("records:upload", upload_id)
    form = LoadForm(request.POST, preview=Preview.of(found), moved_on=moved_on)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    given = {"loading": form.cleaned_data["loading"]}
    if given["loading"] == Loading.COUNT:
        given["due_on"] = form.cleaned_data["due_on"].isoformat()
    return _enqueue(request, found, "load_upload", **given)


@require_POST
def discard(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Drop the workbook and its copy."""
    found = _found(request, upload_id, uploading.discard)
    messages.success(
        request, _("%(name)s is discarded. Its file and the marked copy are deleted.") % {"name": found.name}
    )
    return redirect("records:uploads")


def _found(request: HttpRequest, upload_id: UUID, act: Callable[..., Upload] = uploading.upload) -> Upload:
    """What an act of ``uploading`` gives for an upload; 404 for one that is not there, or somebody else's."""
    try:
        return act(actor=actor_of(request), upload_id=upload_id)
    except Upload.DoesNotExist as gone:
        raise Http404 from gone


def _shows_sent(request: HttpRequest) -> None:
    """A workbook that was sent in has no mark of its own yet."""
    marks.shows_all_seen(request)
    marks.shows(request, marks.LEAST_UNKNOWN)


def _enqueue(request: HttpRequest, found: Upload, kind: str, **more: Any) -> HttpResponseRedirect:
    """Ask for the job, unless one for this upload waits or runs; then to its page."""
    actor = actor_of(request)
    parameters = {"upload_id": str(found.pk), **more}
    job = _job_of(request, found) or work.enqueue(actor=actor, kind=kind, parameters=parameters, title=found.name)
    return redirect("jobs:job", job.pk)


def _job_of(request: HttpRequest, found: Upload) -> Any:
    mine = jobs.jobs(request.user).filter(parameters__upload_id=str(found.pk), state__in=OPEN)
    return mine.first()


def _errors(found: Upload) -> int:
    return int(found.counts.get("error", 0))


def _moved_on(found: Upload, register: queries.RegisterState) -> bool:
    return found.register_version != register.version


def _page(request: HttpRequest, found: Upload, form: LoadForm | None = None, status: int = 200) -> HttpResponse:
    """The page of an upload; form: what was asked for and could not be done."""
    errors = _errors(found)
    _shows_sent(request)
    context: dict[str, Any] = {
        "page_title": found.name,
        "upload": found,
        "errors": errors,
        "job": _job_of(request, found),
        "total": sum(found.counts.values()),
        "kept": len(found.findings),
        "states": UploadState,
        **_findings(request, found),
    }
    if found.state == UploadState.REFUSED:
        context["refused"] = say_code(found.refused_code, found.refused_numbers)
    if found.state == UploadState.LOADED:
        context["posted"] = [_of_store(one) for one in found.differences.get("posted", ())]
    if found.state == UploadState.CHECKED and not errors:
        register, preview = queries.register(), Preview.of(found)
        moved_on = _moved_on(found, register)
        context |= {
            "preview": preview,
            "moved_on": moved_on,
            "offered": preview.offered(moved_on=moved_on),
            "ways": preview.told(moved_on=moved_on),
            "emptied": bringing.emptied(found) if moved_on else [],
            "register_empty": register.empty,
            "load_form": form or LoadForm(preview=preview, moved_on=moved_on),
            "whole": preview.unexplained(whole=True),
            "part": preview.unexplained(whole=False),
            "unexplained": preview.unexplained(whole=not preview.part_only),
        }
    return render(request, "records/upload.html", context, status=status)


def _of_store(told: dict[str, Any]) -> dict[str, Any]:
    """What became of the count of a store, with the sentence where it was refused."""
    if "code" in told:
        return {**told, "says": say_code(told["code"], told["numbers"])}
    return {**told, "says": CountState(told["state"]).label}


class Lines(Righted, FramePage):
    """Each line that a workbook would post, where it stands for one thing or another."""

    right = uploading.RIGHT
    name = export_name = "upload-lines"
    shown = (
        *("outcome", "kind", "stock_id", "store_id", "article_id", "lot"),
        *("quantity", "from_place", "to_place", "before", "after"),
    )
    headings: Mapping[str, Text] = {
        "outcome": gettext_lazy("What becomes of it"),
        "kind": gettext_lazy("Movement"),
        "stock_id": gettext_lazy("Record"),
        "store_id": gettext_lazy("Store"),
        "article_id": gettext_lazy("Article"),
        "lot": gettext_lazy("Lot"),
        "quantity": gettext_lazy("Quantity moved"),
        "from_place": gettext_lazy("From"),
        "to_place": gettext_lazy("To"),
        "before": gettext_lazy("In the register"),
        "after": gettext_lazy("In the workbook"),
    }
    languages: Mapping[str, str] = {"lot": "zxx"}
    """A lot is no word, whatever stands there."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page of one way, headed by it. Raises Http404 where it has no lines, or none any more."""
        try:
            about = {"actor": actor_of(request), "upload_id": kwargs["upload_id"]}
            self.lines = uploading.lines(**about, loading=kwargs["loading"])
        except Upload.DoesNotExist as gone:
            raise Http404 from gone
        _shows_sent(request)
        self.page_title = Loading(kwargs["loading"]).label
        self.pretitle = format_html(
            '<a href="{}">{}</a>', reverse("records:upload", args=[kwargs["upload_id"]]), _("Upload")
        )
        return super().get(request, *args, **kwargs)

    def frame(self) -> pl.DataFrame:
        """The lines, with the names of what stands in them as codes."""
        places = {code: str(name) for code, name in PlaceKind.choices}
        named = {"outcome": Outcome.choices, "kind": MovementKind.choices}
        told = [pl.col(name).replace({code: str(label) for code, label in some}) for name, some in named.items()]
        ends = [pl.col(name).replace(places) for name in ("from_place", "to_place")]
        return self.lines.select(self.shown).with_columns(*told, *ends)


def _findings(request: HttpRequest, found: Upload) -> dict[str, Any]:
    """The findings asked for, a page of them with sentences, and the form that asks."""
    tables = by_table(found.findings)
    asked = request.GET if request.method == "GET" else None
    form = FindingsForm(asked or None, tables=[row["table"] for row in tables if row["table"]])
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = chosen(found.findings, given.get("severity", ""), given.get("table", ""), given.get("q", ""))
    page = Paginator(rows, FINDINGS_SHOWN).get_page(request.GET.get("page"))
    return {
        "by_table": tables,
        "findings_form": form,
        "findings": [Finding(**kept) for kept in page.object_list],
        "findings_page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
    }
