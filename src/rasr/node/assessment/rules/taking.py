"""The ways in for rules: a page for a cell, one for a function, the form, and withdrawing; each asks somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from rasr.core.basis.findings import Finding, Refused
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import queries, services, sheets, typed
from rasr.node.assessment.rules.forms import CellForm, FunctionForm, MixingForm, SheetForm, WithdrawForm
from rasr.node.assessment.rules.services import RIGHT, FaultyRulesError
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import receiving
from rasr.node.records.lots.pages import ActPage
from rasr.node.records.views import actor_of
from rasr.node.web import exports
from rasr.node.web.crafted import none_crafted
from rasr.node.web.messages import say, say_code
from rasr.node.web.nofiles import takes_files
from rasr.node.web.said import Said

ABOVE = ("assessment:rules", _("Rules in force"))
FAULTS_SHOWN = 200
Typing = CellForm | FunctionForm | MixingForm
ASKED = _("Asked for. It holds once a second person has agreed.")


class RuleAct(ActPage):
    """A page for who types rules: they hold for the whole node."""

    right = RIGHT
    above = ABOVE
    button = _("Ask for a second person")

    def again(self, actor: User, form: Any) -> HttpResponse:
        """The form with what is wrong."""
        return self._page(actor, None, form, 400)

    def back(self, _found: Any, /) -> str:
        """The rules."""
        return reverse("assessment:rules")

    def told(self, _actor: User, _found: Any, /) -> list[str]:
        """What happens then."""
        return [
            _now("Type only what stands in the official document in front of you."),
            _now("Nothing of it holds before a second person has agreed, and not before its day."),
        ]


class NewCell(RuleAct):
    """Type a cell."""

    title = _("Enter a cell")

    def found(self, actor: User, /, **_ids: Any) -> None:
        """Nothing yet. Raises PermissionDenied for who may not."""
        services.require_officer(actor)

    def name(self, _found: None, /) -> str:
        """What will be."""
        return _now("New")

    def form(self, _actor: User, _found: None, /) -> CellForm:
        """Empty, or as it was sent."""
        return CellForm(self.sent(), book=services.book())

    def act(self, actor: User, _found: None, form: CellForm, /) -> HttpResponse:
        """Ask for it; the form again with every fault."""
        return _ask(self, actor, form)


class NewFunction(RuleAct):
    """Type a distance function."""

    title = _("Enter a distance function")
    template_name: ClassVar[str] = "assessment/rules/new_function.html"

    def found(self, actor: User, /, **_ids: Any) -> None:
        """Nothing yet. Raises PermissionDenied for who may not."""
        services.require_officer(actor)

    def name(self, _found: None, /) -> str:
        """What will be."""
        return _now("New")

    def form(self, _actor: User, _found: None, /) -> FunctionForm:
        """Empty, or as it was sent."""
        return FunctionForm(self.sent())

    def act(self, actor: User, _found: None, form: FunctionForm, /) -> HttpResponse:
        """Ask for it; the form again with every fault."""
        return _ask(self, actor, form)


class NewMixing(RuleAct):
    """Type what the document says of a pair of compatibility groups; the address may name the pair."""

    title = _("Enter a decision on mixing")

    def found(self, actor: User, /, **_ids: Any) -> None:
        """Nothing yet. Raises PermissionDenied for who may not."""
        services.require_officer(actor)

    def name(self, _found: None, /) -> str:
        """What will be."""
        return _now("New")

    def back(self, _found: None, /) -> str:
        """The matrix."""
        return reverse("assessment:rules-mixing")

    def form(self, _actor: User, _found: None, /) -> MixingForm:
        """Of the pair that is asked for, or as it was sent."""
        named = {name: self.request.GET[name] for name in ("group_1", "group_2") if name in self.request.GET}
        return MixingForm(self.sent(), initial=named)

    def act(self, actor: User, _found: None, form: MixingForm, /) -> HttpResponse:
        """Ask for it; the form again with every fault."""
        return _ask(self, actor, form)


class Withdraw(RuleAct):
    """Ask for an entry to be withdrawn."""

    title = _("Withdraw a rule")

    def found(self, actor: User, /, **ids: Any) -> RuleEntry:
        """The entry, if it was not withdrawn. Raises PermissionDenied, ObjectDoesNotExist."""
        services.require_officer(actor)
        return queries.entries(actor).get(pk=ids["entry_id"], withdrawn_at=None)

    def name(self, found: RuleEntry, /) -> str:
        """Which."""
        return queries.name_of(found)

    def back(self, found: RuleEntry, /) -> str:
        """Its page."""
        return reverse("assessment:rules-entry", args=[found.pk])

    def told(self, _actor: User, _found: RuleEntry, /) -> list[str]:
        """What happens then."""
        return [_now("It holds until a second person has agreed. What it replaced holds again then.")]

    def form(self, _actor: User, _found: RuleEntry, /) -> WithdrawForm:
        """Why."""
        return WithdrawForm(self.sent())

    def act(self, actor: User, found: RuleEntry, form: WithdrawForm, /) -> HttpResponse:
        """Ask for it."""
        why = form.why()
        said = Said(why.text, why.language)
        asked = services.ask_to_withdraw(actor=actor, session=trail.session(), entry_id=found.pk, reason=said)
        self.done(ASKED)
        return redirect("people:approval", asked.pk)


def _ask(page: RuleAct, actor: User, form: Typing) -> HttpResponse:
    """Ask for what was typed. Raises Refused; of what is wrong every fault goes to its field."""
    entries, found = typed.entries(form.lines())
    why = form.why()
    try:
        if found:
            raise FaultyRulesError(found)
        asked = services.ask_to_enter(
            actor=actor,
            session=trail.session(),
            sheet_id=form.cleaned_data["sheet_id"],
            entries=entries,
            reason=Said(why.text, why.language),
        )
    except FaultyRulesError as faulty:
        for fault in faulty.found:
            form.add_error(_field_of(fault, form), say(fault))
        return page.again(actor, form)
    page.done(ASKED)
    return redirect("people:approval", asked.pk)


def _field_of(fault: Finding, form: Typing) -> str | None:
    named = (fault.column, f"{fault.column}_{(fault.row or 1) - 1}")
    return next((name for name in named if name in form.fields), None)


# The form.


@require_GET
def blank(request: HttpRequest) -> HttpResponseBase:
    """The blank form; it holds no records."""
    require(actor_of(request), queries.VIEW)
    answer = HttpResponse(sheets.blank(), content_type=exports.XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{sheets.FORM}"'
    return answer


@takes_files
@csrf_exempt  # reading the token reads the file; ``_receive`` asks for it once the limit stands in front
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest) -> HttpResponseBase:
    """The page to send a filled form from, and the way in for it."""
    actor = actor_of(request)
    services.require_officer(actor)
    return _receive(request, receiving.limited(request, sheets.MOST_MB) if request.method == "POST" else None)


@csrf_protect
def _receive(request: HttpRequest, limit: receiving.Limit | None) -> HttpResponseBase:
    if limit is None:
        return _page(request, SheetForm())
    given = SheetForm(request.POST, request.FILES)
    if limit.exceeded:
        text = _now("The file is larger than {limit} MB. Nothing was kept.").format(limit=sheets.MOST_MB)
        return _page(request, SheetForm(), 413, fault=text)
    if not given.is_valid():
        none_crafted(given)
        return _page(request, given, 400)
    file = given.cleaned_data["file"]
    try:
        lines, found = sheets.read(Path(file.temporary_file_path()))
        entries, more = typed.entries(lines)
        if found or more:
            raise FaultyRulesError([*found, *more])
        asked = services.ask_to_enter(
            actor=actor_of(request),
            session=trail.session(),
            sheet_id=given.cleaned_data["sheet_id"],
            entries=entries,
            reason=given.said_of("reason"),
        )
    except FaultyRulesError as faulty:
        return _page(request, given, 400, found=faulty.found)
    except Refused as refused:
        named = {**refused.numbers, "path": file.name} if "path" in refused.numbers else refused.numbers
        return _page(request, given, 400, fault=say_code(refused.code, named))
    messages.success(request, str(ASKED))
    return redirect("people:approval", asked.pk)


def _page(
    request: HttpRequest, given: SheetForm, status: int = 200, *, fault: str = "", found: list[Finding] | None = None
) -> HttpResponse:
    listed = found or []
    context = {
        "page_title": _now("Send a filled form"),
        "form": given,
        "fault": fault,
        "found": listed[:FAULTS_SHOWN],
        "total": len(listed),
        "limit_mb": sheets.MOST_MB,
    }
    return render(request, "assessment/rules/form.html", context, status=status)
