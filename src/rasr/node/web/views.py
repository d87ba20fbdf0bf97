"""What is said where no page can be shown. Each is drawn without the database: it may be what is wrong."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token


def _say(request: HttpRequest, status: int) -> HttpResponse:
    told = {"request_id": request.META.get("rasr.request_id", "")}
    return HttpResponse(render_to_string(f"{status}.html", told), status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 where more was sent than the node takes."""
    return _say(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


@requires_csrf_token
def forbidden(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """403."""
    return _say(request, 403)


@requires_csrf_token
def not_found(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """404."""
    return _say(request, 404)


def too_many(request: HttpRequest, *, wait_s: int) -> HttpResponse:
    """429: more was asked for than ``limits`` allows. wait_s: seconds until it is open again."""
    answer = _say(request, 429)
    answer["Retry-After"] = str(wait_s)
    return answer


@requires_csrf_token
def fault(request: HttpRequest) -> HttpResponse:
    """500. The reason stands in the log, under the number of the request."""
    return _say(request, 500)
