"""Photographs, and a visit away from the network: the page on the phone, what it asks for and sends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import phones, photographs, queries, sealed, services
from rasr.node.assessment.security.forms import PhotographForm
from rasr.node.assessment.security.pages import secured, sentences, to_question
from rasr.node.assessment.security.services import Given
from rasr.node.people import devices
from rasr.node.people.looks import refuses
from rasr.node.records import receiving
from rasr.node.records.catalogue.picture_views import AddPage, receive
from rasr.node.records.catalogue.pictures import MOST_MB, MOST_PIXELS
from rasr.node.records.views import actor_of
from rasr.node.web import marks
from rasr.node.web.messages import say
from rasr.node.web.nofiles import takes_files

UPLOAD_MB = 8
"""Of sealed answers: some thousand with long notes."""


@require_GET
@secured(queries.VIEW)
def photograph(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """A photograph itself; a browser keeps no copy."""
    _found, content = queries.photograph(actor_of(request), photo_id)
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    answer["Content-Disposition"] = f'inline; filename="{photo_id}.jpg"'
    return answer


@takes_files
@csrf_exempt  # reading the token reads the file; ``receive`` asks for it once the limit stands in front
@require_http_methods(["GET", "POST"])
@secured(queries.ASSESS)
def add_photograph(request: HttpRequest, visit_id: UUID, question_id: str) -> HttpResponseBase:
    """Add a photograph to a question about the site, or about the store that the address names."""
    found = queries.visit(actor_of(request), visit_id, queries.ASSESS)
    if question_id not in queries.set_of(found).by_id:
        raise SecurityVisit.DoesNotExist(visit_id)
    key = request.GET.get("store") or None, question_id
    actor = actor_of(request)

    def keep(given: dict[str, Any]) -> None:
        kept = photographs.add(actor=actor, visit_id=found.pk, file=given["file"].file)
        answer = Given(question_id, None, key[0], photographs=(str(kept.pk),))
        services.keep(actor=actor, visit_id=found.pk, given=[answer])

    limit = receiving.limited(request, most_mb=MOST_MB) if request.method == "POST" else None
    back = to_question(found.pk, key).url
    page = AddPage(found.site.name, back, keep, marks.shows_confidential, PhotographForm)
    return receive(request, page, limit)


@require_POST
@secured(queries.ASSESS)
def hand_out(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Let this phone fill in the visit."""
    device = devices.told(request.headers.get("User-Agent", ""))
    try:
        made = phones.hand_out(actor=actor_of(request), visit_id=visit_id, device=device)
    except Refused:
        return redirect("assessment:security-visit", visit_id)
    return redirect("assessment:security-away", made.pk)


@require_GET
@secured(queries.ASSESS)
def away(request: HttpRequest, phone_id: UUID) -> HttpResponseBase:
    """The page on the phone, which is put aside: nothing of the visit stands in it."""
    try:
        found = phones.phone(actor_of(request), phone_id)
    except Refused as fault:
        context = {"page_title": _("Security visit"), "faults": [say(fault)]}
        return refuses(render(request, "assessment/security/unreadable.html", context, status=409))
    context = {
        "page_title": _("Visit without a network"),
        "phone": found,
        "sheet": reverse("assessment:security-sheet", args=[found.pk]),
        "associated": f"{sealed.PHONE} {found.pk}",
        "most_mb": MOST_MB,
        "too_large": say(_too_large(MOST_MB)),
    }
    return render(request, "assessment/security/away.html", context)


@require_GET
@secured(queries.ASSESS)
def sheet(request: HttpRequest, phone_id: UUID) -> HttpResponseBase:
    """What the page asks for while there is a network: the visit, and the key of this phone."""
    try:
        found = phones.phone(actor_of(request), phone_id)
        told = phones.sheet(found)
    except Refused as fault:
        return _refused(fault)
    told["key"] = sealed.key_of_phone(found.pk).hex()
    told["token"] = get_token(request)
    return _told(told)


@takes_files
@csrf_exempt  # as above: ``_taken`` asks for the token
@require_POST
@secured(queries.ASSESS)
def upload(request: HttpRequest, phone_id: UUID) -> HttpResponseBase:
    """Take the answers of a phone."""
    return _taken(request, phone_id, None, receiving.limited(request, most_mb=UPLOAD_MB))


@takes_files
@csrf_exempt  # as above
@require_POST
@secured(queries.ASSESS)
def upload_photograph(request: HttpRequest, phone_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """Take a photograph of a phone."""
    return _taken(request, phone_id, photo_id, receiving.limited(request, most_mb=MOST_MB))


@csrf_protect
def _taken(request: HttpRequest, phone_id: UUID, photo_id: UUID | None, limit: receiving.Limit) -> HttpResponseBase:
    sent_file = request.FILES.get("content")
    try:
        if limit.exceeded:
            raise _too_large(limit.most_bytes // 1_000_000)
        actor, content = actor_of(request), sent_file.read() if sent_file is not None else b""
        if photo_id is not None:
            phones.take_photograph(actor=actor, phone_id=phone_id, photo_id=photo_id, content=content)
            return _told({"state": "taken"}, 201)
        taken = phones.take(actor=actor, phone_id=phone_id, content=content)
    except Refused as fault:
        return _refused(fault)
    told = {"state": "exists" if taken.exists else "taken", "changed": taken.changed, "left": taken.left}
    return _told(told, 200 if taken.exists else 201)


def _too_large(limit_mb: int) -> Refused:
    return Refused("picture_too_large", limit_mb=limit_mb, pixels=MOST_PIXELS)


def _refused(fault: Refused) -> HttpResponse:
    """Why nothing was taken or given, in sentences; of answers every fault."""
    return refuses(_told({"state": fault.code, "faults": sentences(fault)}, 409))


def _told(content: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(content, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@secured(queries.ASSESS)
def revoke(request: HttpRequest, phone_id: UUID) -> HttpResponseBase:
    """Take nothing from a phone any more."""
    found = phones.revoke(actor=actor_of(request), phone_id=phone_id, session=request.session.session_key)
    return redirect("assessment:security-visit", found.visit_id)
