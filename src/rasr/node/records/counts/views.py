"""Pages of counts: the list, a new one, the sheet, and each step from the first figure to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.rights import may, require
from rasr.node.records import receiving
from rasr.node.records.counts import adjusting, queries, services, signed
from rasr.node.records.counts.forms import (
    ExtraForm,
    FindingsForm,
    HandInForm,
    OpenForm,
    ReportForm,
    ScanForm,
    SheetForm,
    WhyForm,
)
from rasr.node.records.counts.services import COUNTING, RIGHT, UNFINISHED
from rasr.node.records.counts.tables import CountFilter, CountTable
from rasr.node.records.models import Count, CountLine, CountState
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.messages import say
from rasr.node.web.nofiles import takes_files

SHOWN = 50
MOST_DIFFERENT = 200
"""Lines of a sheet on one page."""


class Counts(Righted, Sorted):
    """Counts of the stores in scope."""

    name = "counts"
    page_title = gettext_lazy("Counts")
    export_name = "counts"
    table_class = CountTable
    filterset_class = CountFilter
    template_name = "records/counts/counts.html"

    def queryset(self) -> QuerySet[Count]:
        """Those in scope."""
        return queries.counts(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need, and the stock validity."""
        actor = actor_of(self.request)
        more = {"keeps": may(actor, RIGHT), "validity": queries.validity(actor)}
        return super().get_context_data(**kwargs, **more)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a count."""
    actor = actor_of(request)
    require(actor, RIGHT)
    marks.shows_all_seen(request)
    form = OpenForm(request.POST or None, actor=actor, initial={"store": request.GET.get("store", "")[:200]})
    status = 200
    if request.method == "POST":
        none_crafted(form)
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.open_count(
                    actor=actor,
                    store_id=given["store"],
                    kind=given["kind"],
                    due_on=given["due_on"],
                    blind=given["blind"],
                    article_id=given["article"] or None,
                    handed_to=given["handed_to"],
                )
            except Refused as fault:
                form.add_error(None, say(fault))
            else:
                return redirect("records:count", made.pk)
    context = {"page_title": _("New count"), "form": form}
    return render(request, "records/counts/new.html", context, status=status)


@require_GET
def count(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """The sheet, and what can be done next."""
    return _page(request, _found(request, count_id))


def _page(request: HttpRequest, found: Count, sheet: SheetForm | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    counting = found.state in COUNTING
    keeps = queries.may_keep(actor, found)
    lines = _lines(found, left_only=request.GET.get("lines") == "left")
    page = Paginator(lines, SHOWN).get_page(request.GET.get("page"))
    different = queries.differences(found)
    context: dict[str, Any] = {
        "page_title": _("Count of %(store)s") % {"store": found.store_id},
        "count": found,
        "counting": counting,
        "keeps": keeps,
        "writes": keeps and counting,
        "recount": found.state == CountState.RECOUNT,
        "states": CountState,
        "unfinished": found.state in UNFINISHED,
        "shows_expected": queries.shows_expected(found),
        "sheet": sheet or SheetForm(lines=page.object_list),
        "page": page,
        "left_only": request.GET.get("lines") == "left",
        "different": queries.with_lines(found, different[:MOST_DIFFERENT]),
        "more_different": max(0, len(different) - MOST_DIFFERENT),
        "adjustable": any(one.line.batch_id is not None for one in different),
        "waits": queries.adjustment_waits(actor, found) if found.state == CountState.INVESTIGATION else None,
        "scan_form": ScanForm(),
        "extra_form": ExtraForm(),
        "report_form": ReportForm(),
        "findings_form": FindingsForm(initial={"findings": found.findings}),
        "why_form": WhyForm(),
        "file_form": HandInForm(),
    }
    return render(request, "records/counts/count.html", context, status=status)


def _lines(found: Count, *, left_only: bool) -> QuerySet[CountLine]:
    """What a sheet shows: all of it; counted again is only what differed, and what has no figure."""
    lines = queries.lines(found)
    if left_only:
        return lines.filter(found=None)
    if found.state == CountState.RECOUNT:
        return lines.filter(Q(first_found__isnull=False) | Q(found=None))
    return lines


@require_POST
def enter(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Keep the figures of a page of the sheet."""
    found = _kept(request, count_id)
    sent = [int(name.removeprefix("found-")) for name in request.POST if name.removeprefix("found-").isdecimal()]
    lines = list(queries.lines(found).filter(position__in=sent[: 4 * SHOWN]))
    form = SheetForm(request.POST, lines=lines)
    none_crafted(form)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    return _done(
        request,
        count_id,
        lambda: services.enter(actor=actor_of(request), count_id=count_id, found=form.found()),
        lambda number: ngettext("{count} line written down.", "{count} lines written down.", number).format(
            count=number
        ),
    )


@require_POST
def scan(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Mark what was scanned or typed."""
    _kept(request, count_id)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return _back(request, count_id, form)
    try:
        done = services.scan(actor=actor_of(request), count_id=count_id, text=form.cleaned_data["code"])
    except Refused as fault:
        messages.error(request, say(fault))
    else:
        tell = messages.success if done.code == "marked" else messages.warning
        tell(request, _told(done))
    return redirect("records:count", count_id)


def _told(done: services.Scanned) -> str:
    texts = {
        "marked": _("Line {line}: there."),
        "again": _("Line {line} was scanned before. Nothing has changed."),
        "quantity_wanted": _("Line {line}: write how many there are."),
        "not_here": _("The register has this item in another place. It stands on the sheet now as line {line}."),
    }
    return texts[done.code].format(line=done.line.position)


@require_POST
def extra(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Write down what stands on no line."""
    _kept(request, count_id)
    form = ExtraForm(request.POST)
    if not form.is_valid():
        return _back(request, count_id, form)
    given = {"found": form.cleaned_data["number"], "note": form.cleaned_data["what"]}
    return _done(
        request,
        count_id,
        lambda: services.add_found(actor=actor_of(request), count_id=count_id, **given),
        lambda line: _("It stands on the sheet as line {line}.").format(line=line.position),
    )


@require_POST
def finish(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Hand the sheet in."""
    _kept(request, count_id)
    texts = {
        CountState.CLOSED: _("Everything agrees. The count is closed."),
        CountState.RECOUNT: _("Some lines differ from what was expected. Count them again."),
        CountState.COUNTED: _("Some lines differ from what the register holds. Report them."),
    }
    return _done(
        request,
        count_id,
        lambda: services.finish(actor=actor_of(request), count_id=count_id),
        lambda done: texts[CountState(done.state)],
    )


@require_POST
def report(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Report the differences."""
    _kept(request, count_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _back(request, count_id, form)
    return _done(
        request,
        count_id,
        lambda: services.report(actor=actor_of(request), count_id=count_id, due_on=form.cleaned_data["due_on"]),
        lambda _done: _("The differences are reported."),
    )


@require_POST
def investigate(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Write down what the investigation found."""
    _kept(request, count_id)
    form = FindingsForm(request.POST)
    if not form.is_valid():
        return _back(request, count_id, form)
    findings = form.cleaned_data["findings"]
    return _done(
        request,
        count_id,
        lambda: services.investigate(actor=actor_of(request), count_id=count_id, findings=findings),
        lambda _done: _("Written down."),
    )


@require_POST
def settle(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Ask the second person for the adjusting movement, or close."""
    _kept(request, count_id)
    form = WhyForm(request.POST)
    none_crafted(form)
    if not form.is_valid():
        return _back(request, count_id, form)
    reason = form.said_of("reason")
    return _done(
        request,
        count_id,
        lambda: adjusting.settle(actor=actor_of(request), session=trail.session(), count_id=count_id, reason=reason),
        lambda asked: _("The count is closed.") if asked is None else _("The second person is asked."),
    )


@require_POST
def drop(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """Give the count up."""
    _kept(request, count_id)
    form = WhyForm(request.POST)
    none_crafted(form)
    if not form.is_valid():
        return _back(request, count_id, form)
    reason = form.cleaned_data["reason"]
    return _done(
        request,
        count_id,
        lambda: services.drop(actor=actor_of(request), count_id=count_id, reason=reason),
        lambda _done: _("The count is dropped."),
    )


@takes_files
@csrf_exempt  # reading the token reads the file; ``_receive`` asks for it once the limit stands in front
@require_POST
def hand_in(request: HttpRequest, count_id: UUID) -> HttpResponseBase:
    """Take the signed file of a sheet that was counted without a network."""
    _kept(request, count_id)
    return _receive(request, count_id, receiving.limited(request))


@csrf_protect
def _receive(request: HttpRequest, count_id: UUID, limit: receiving.Limit) -> HttpResponse:
    form = HandInForm(request.POST, request.FILES)
    if limit.exceeded or not form.is_valid() or form.cleaned_data["file"].size > signed.MOST_BYTES:
        messages.error(request, say(Refused("count_file_unreadable")))
        return redirect("records:count", count_id)
    content = form.cleaned_data["file"].read()
    return _done(
        request,
        count_id,
        lambda: signed.hand_in(actor=actor_of(request), count_id=count_id, content=content),
        lambda done: _handed_in(request, done),
    )


def _handed_in(request: HttpRequest, done: signed.HandedIn) -> str:
    if done.kept:
        text = _("These lines were counted otherwise by somebody else, or later: those figures stay: {lines}.")
        messages.warning(request, text.format(lines=", ".join(map(str, done.kept))))
    if done.unknown:
        text = _("Nobody knows these codes: {codes}.")
        messages.warning(request, text.format(codes=", ".join(done.unknown)))
    number = done.changed + done.extras
    return ngettext("{count} line taken from the file.", "{count} lines taken from the file.", number).format(
        count=number
    )


def _kept(request: HttpRequest, count_id: UUID) -> Count:
    """The count, for who keeps stock there; 404 else. Raises PermissionDenied for who keeps none."""
    require(actor_of(request), RIGHT)
    found = _found(request, count_id)
    if not queries.may_keep(request.user, found):
        raise Http404
    return found


def _found(request: HttpRequest, count_id: UUID) -> Count:
    """The count, for who may see it; 404 else."""
    require(actor_of(request), "view_register")
    try:
        found = queries.count(request.user, count_id)
    except Count.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, found.store.site.mark)
    return found


def _done(request: HttpRequest, count_id: UUID, act: Callable[[], Any], told: Callable[[Any], str]) -> HttpResponse:
    """Do it, say what was done or why not, and go back to the sheet."""
    try:
        done = act()
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    except Refused as fault:
        messages.error(request, say(fault))
    else:
        messages.success(request, told(done))
    return redirect("records:count", count_id)


def _back(request: HttpRequest, count_id: UUID, form: forms.Form) -> HttpResponse:
    """To the sheet again, with what is wrong with a form."""
    for name, faults in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, " ".join(filter(None, [f"{label}:" if label else "", *map(str, faults)])))
    return redirect("records:count", count_id)
