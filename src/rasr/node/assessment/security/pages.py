"""What the pages of security visits share: every one is confidential, so that each look stands on the trail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import bridge, queries, shown
from rasr.node.assessment.security.services import FaultyAnswersError
from rasr.node.people.rights import may, require
from rasr.node.places.models import Store
from rasr.node.records.views import actor_of
from rasr.node.web import marks
from rasr.node.web.messages import say

MOST_FAULTS = 50
Page = Callable[..., HttpResponseBase]


def secured(right: str) -> Callable[[Page], Page]:
    """A page for who has a right; what is out of scope, or is not there, is not found."""

    def around(view: Page) -> Page:
        @wraps(view)
        def within(request: HttpRequest, *given: Any, **ids: Any) -> HttpResponseBase:
            require(actor_of(request), right)
            marks.shows_confidential(request)
            try:
                return view(request, *given, **ids)
            except ObjectDoesNotExist as gone:
                raise Http404 from gone

        return within

    return around


def to_question(visit_id: UUID, key: tuple[str | None, str]) -> HttpResponseRedirect:
    """Back to where a question stands on the page of a visit."""
    asked = f"?{urlencode({'store': key[0]})}" if key[0] else ""
    return HttpResponseRedirect(f"{reverse('assessment:security-visit', args=[visit_id])}{asked}#{key[1]}")


def visit_page(
    request: HttpRequest, visit_id: UUID, store_id: str | None, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a visit. faults: why nothing was kept, in sentences. Raises DoesNotExist."""
    actor = actor_of(request)
    visit = queries.visit(actor, visit_id)
    stores = list(Store.objects.filter(site_id=visit.site_id, closed=False).order_by("pk").values_list("pk", flat=True))
    if store_id is not None and store_id not in stores:
        raise Store.DoesNotExist(store_id)
    body = bridge.opened(visit)
    works = may(actor, queries.ASSESS) and queries.visits(actor, queries.ASSESS).filter(pk=visit.pk).exists()
    context = {
        "page_title": visit.site.name,
        "visit": visit,
        "set_name": shown.set_name(visit),
        "headings": shown.headings(visit, body, store_id),
        "store_id": store_id or "",
        "stores": stores,
        "changed": shown.changed(actor, visit),
        "conflicts": [(store or "", question) for store, question in bridge.conflicts(body)],
        "settled": list(shown.settled(body)),
        "faults": faults or [],
        "works": works,
        "answers_taken": works and queries.is_open(visit),
        "others": _others(request, visit) if works and queries.is_open(visit) else [],
        "phones": list(queries.phones(actor, visit.pk)) if works else [],
    }
    return render(request, "assessment/security/visit.html", context, status=status)


def _others(request: HttpRequest, visit: SecurityVisit) -> list[SecurityVisit]:
    """Half-filled visits to the same site that this one may take over."""
    rows = queries.visits(actor_of(request), queries.ASSESS).filter(finished_at=None, withdrawn_at=None)
    same = rows.filter(site_id=visit.site_id, set_id=visit.set_id, set_version__lte=visit.set_version)
    return list(same.exclude(pk=visit.pk))


def sentences(fault: Refused) -> list[str]:
    """What is wrong; of answers every fault, with its question."""
    if not isinstance(fault, FaultyAnswersError):
        return [say(fault)]
    return [f"{question}: {say(one)}" for question, one in fault.found[:MOST_FAULTS]]


def sent(form: Any) -> Any:
    """A form that is valid. Raises BadRequest for one that no page of ours sends."""
    if not form.is_valid():
        raise BadRequest
    return form
