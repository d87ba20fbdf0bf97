"""What of an answer goes on the trail: attempts that were refused, files taken along, looks at what is confidential.

An auditor reads everything, so every look of one is an entry. What a page asks for by itself again and again
(``no_look``) is none. Who is not signed in may ask for anything as often as they like: of them one entry a minute for
each address, page and answer, so that nobody fills the disk from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch

from rasr.node.people import histories, trail
from rasr.node.people.choices import Outcome, Role
from rasr.node.people.models import User
from rasr.node.people.rights import grants_of
from rasr.node.web.exports import RESPONSE_TELLS
from rasr.node.web.limits import SAFE
from rasr.node.web.marks import RESPONSE_HAS, Mark

REFUSALS = frozenset({400, 403, 404, 405, 413, 429})
TOO_MANY = 429
ONCE_S = 60
LONGEST_ID, LONGEST_QUERY = 200, 500
"""Signs of an id in an address, and of what stands behind the address, that are kept; what is longer is cut."""
NO_LOOK, ONLY_ASKS, REFUSES = "rasr_no_look", "rasr_only_asks", "rasr_refuses"
View = TypeVar("View", bound=Callable[..., Any])


def no_look(view: View) -> View:
    """Marks a view that shows no records, or is asked for by the page itself again and again."""
    setattr(view, NO_LOOK, True)
    return view


def only_asks(view: View) -> View:
    """Marks a view that works something out from what is sent, shows it and keeps nothing: that is a look.

    Where it cannot, and says why, it marks its answer by ``refuses``.
    """
    setattr(view, ONLY_ASKS, True)
    return view


def refuses(response: HttpResponse) -> HttpResponse:
    """Marks an answer that says why something cannot be."""
    setattr(response, REFUSES, True)
    return response


def note(request: HttpRequest, response: HttpResponseBase, entries: int) -> None:
    """Enter what has to be of this answer. entries: made for this request so far. Raises DatabaseError."""
    match, status = request.resolver_match, response.status_code
    if match is None:
        return  # there is no such address
    mark = int(getattr(response, RESPONSE_HAS, 0))
    if status in REFUSALS or getattr(response, REFUSES, False):
        _refused(request, match, status)
    elif (taken := getattr(response, RESPONSE_TELLS, None)) is not None:
        name, rows, form = taken
        _enter(request, match, "export.make", {"name": name, "rows": rows, "form": form, "mark": mark})
    elif status == 200 and _was_sent(request, match) and not entries and _is_page(response):
        _refused(request, match, status)  # what was sent is shown again: the form refused it
    elif status == 200 and (mark >= Mark.CONFIDENTIAL or _audits(request, match)) and not _is_no_look(match):
        _enter(request, match, "page.look", {"mark": mark})


def _refused(request: HttpRequest, match: ResolverMatch, status: int) -> None:
    signed_in = isinstance(request.user, User)
    if signed_in and status != TOO_MANY:
        _enter(request, match, "request.refuse", {"status": status}, Outcome.REFUSED)
        return
    who = f"user {request.user.pk}" if signed_in else f"address {request.META.get('REMOTE_ADDR', '')}"
    key = sha256(f"{who} {match.view_name} {status}".encode()).hexdigest()
    if cache.add(f"people:refused:{key}", 1, timeout=ONCE_S):
        _enter(request, match, "request.refuse", {"status": status}, Outcome.REFUSED)


def _enter(
    request: HttpRequest, match: ResolverMatch, act: str, told: dict[str, Any], outcome: str = Outcome.DONE
) -> None:
    """An entry with the name of the page, the ids in its address, and what was asked of it."""
    ids = {name: str(value)[:LONGEST_ID] for name, value in match.kwargs.items()}
    asked = {"page": match.view_name, "method": request.method, **told, **({"ids": ids} if ids else {})}
    query = request.META.get("QUERY_STRING", "")
    if query and isinstance(request.user, User):
        asked["query"] = query[:LONGEST_QUERY]
    table, row_id = histories.shown_by(match.view_name, ids)
    trail.record(actor=request.user, act=act, table=table, row_id=row_id, after=asked, outcome=outcome)


def _audits(request: HttpRequest, match: ResolverMatch) -> bool:
    """Whether an auditor looks at a page of ours that is not public; what allauth shows is the user's own account."""
    if not match.app_names or not getattr(match.func, "login_required", True):
        return False
    return any(grant.role == Role.AUDITOR for grant in grants_of(request.user))


def _is_no_look(match: ResolverMatch) -> bool:
    return bool(getattr(match.func, NO_LOOK, False))


def _was_sent(request: HttpRequest, match: ResolverMatch) -> bool:
    """Whether something was sent that is to be done."""
    return request.method not in SAFE and not getattr(match.func, ONLY_ASKS, False)


def _is_page(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")
