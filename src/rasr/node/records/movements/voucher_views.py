"""The page of a movement with its voucher: lines, signatures, the PDF, and asking to put it right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.events.queries import incidents
from rasr.node.records.ledger.breaching import TO_REPORT
from rasr.node.records.models import Movement, Signature, SignatureRole
from rasr.node.records.movements import queries, services, vouchers
from rasr.node.records.movements.forms import ReasonForm
from rasr.node.records.views import actor_of
from rasr.node.web import exports, marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.messages import say

SHOWN = 500
"""Lines of a movement on one page of the screen."""


class SignForm(forms.Form):
    """As what somebody signs."""

    role = forms.ChoiceField(choices=SignatureRole.choices)


@require_safe
def movement(request: HttpRequest, movement_id: UUID) -> HttpResponse:
    """A movement: what moved, from where to where, who signed."""
    return _page(request, _found(request, movement_id))


@require_GET
def voucher(request: HttpRequest, movement_id: UUID) -> HttpResponse:
    """The voucher as PDF."""
    found = _found(request, movement_id)
    rows = queries.rows_of(request.user, movement_id)
    lines = queries.seen(request.user, rows[: vouchers.MOST_LINES])
    left = rows.count() - len(lines)
    mark = marks.shown(request)
    address = request.build_absolute_uri(f"/{request.path.strip('/').rpartition('/')[0]}/")
    printed = "" if mark is None else marks.word(mark)
    content = vouchers.pdf(found, lines, list(found.signatures.select_related("user")), address, printed, left)
    answer = HttpResponse(content, content_type="application/pdf")
    stem = "voucher-" + (found.voucher or found.pk.hex[:8]).replace("/", "-")
    return exports.kept_file(answer, exports.file_name(stem, "pdf", mark), ("voucher", len(lines), "pdf"))


@require_POST
def sign(request: HttpRequest, movement_id: UUID) -> HttpResponse:
    """Put one's name to it."""
    form = SignForm(request.POST)
    none_crafted(form)
    found = _found(request, movement_id)
    if not form.is_valid():
        return _page(request, found, status=400)
    try:
        services.sign(
            actor=actor_of(request), session=trail.session(), movement_id=movement_id, role=form.cleaned_data["role"]
        )
    except Refused as fault:
        return _page(request, found, told=say(fault), status=400)
    messages.success(request, _now("Signed."))
    return redirect("records:movement", movement_id=movement_id)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, movement_id: UUID) -> HttpResponse:
    """Ask a second person to turn a movement round."""
    actor = actor_of(request)
    require(actor, "judge_stock")
    found = _found(request, movement_id)
    if not services.may_correct(actor, found):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.ask_correction(
                actor=actor, session=trail.session(), movement_id=movement_id, reason=form.said_of("reason")
            )
        except ObjectDoesNotExist as gone:
            raise Http404 from gone
        except Refused as fault:
            form.add_error(None, say(fault))
        else:
            messages.success(request, _now("Asked for. It is recorded when a second person has agreed."))
            return redirect("people:approval", approval_id=asked.pk)
    context = {"found": found, "form": form, **_lines(request, movement_id)}
    return render(request, "records/movements/correct.html", context, status=400 if form.errors else 200)


def _found(request: HttpRequest, movement_id: UUID) -> Movement:
    require(actor_of(request), "view_register")
    marks.shows_all_seen(request)
    try:
        return queries.movement(request.user, movement_id)
    except Movement.DoesNotExist as gone:
        raise Http404 from gone


def _page(request: HttpRequest, found: Movement, told: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    signed: dict[str, Signature] = {one.role: one for one in found.signatures.select_related("user")}
    mine = any(one.user_id == actor.pk for one in signed.values())
    signs = not mine and services.may_sign(actor, found.pk)
    context: dict[str, Any] = {
        "found": found,
        **_lines(request, found.pk),
        "corrected_by": getattr(found, "corrected_by", None),
        "signatures": [(role, name, signed.get(role)) for role, name in SignatureRole.choices],
        "signs": signs,
        "corrects": services.may_correct(actor, found),
        "report": _report(actor, found),
        "told": told,
    }
    return render(request, "records/movements/movement.html", context, status=status)


def _lines(request: HttpRequest, movement_id: UUID) -> dict[str, Any]:
    """One page of the lines; of no more than these anything is read."""
    page = Paginator(queries.rows_of(request.user, movement_id), SHOWN).get_page(request.GET.get("page"))
    return {"lines": queries.seen(request.user, page.object_list), "page": page}


def _report(actor: User, found: Movement) -> str:
    """The page of the report of a loss, or where to write it; empty where there is none to see or to write."""
    if found.kind not in TO_REPORT:
        return ""
    if incidents(actor).filter(pk=found.pk).exists():
        return reverse("records:incident", args=(found.pk,))
    return f"{reverse('records:incident-new')}?of={found.pk}" if may(actor, "keep_stock") else ""
