"""Around every request: a line in the log, and an honest page while the database is gone."""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

Answer = Callable[[HttpRequest], HttpResponseBase]
GONE = (OperationalError, InterfaceError)
"""What Django raises where the database cannot be reached or has hung up."""
RETRY_AFTER_S = 10
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
log = logging.getLogger("rasr.request")


class RequestLog:
    """One line per request: id, method, name of the route, status, duration; nothing of what stands in the path.

    The id is also the header X-Request-ID of the answer, so that a user can read it out to whoever keeps the log.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and log."""
        started_s = time.perf_counter()
        number = uuid.uuid4().hex
        request.META["rasr.request_id"] = number
        response = self.get_response(request)
        response["X-Request-ID"] = number
        match = request.resolver_match
        fields = {
            "request_id": number,
            "method": request.method if request.method in METHODS else "other",
            "route": match.view_name if match else "",
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - started_s) * 1000, 1),
        }
        level = logging.ERROR if response.status_code >= 500 else logging.INFO
        log.log(level, "request", extra={"fields": fields})
        return response


class DatabaseGone:
    """Answers 503 where the database cannot be reached, whether a view, a template or another middleware found out.

    Django turns what an inner middleware raises into a page of its own before it gets here, hence the mark that is left
    on the request when the fault is noticed.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say that the database is gone."""
        try:
            response = self.get_response(request)
        except GONE:
            return gone(request)
        return gone(request) if response.status_code == 500 and "rasr.database_gone" in request.META else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Of a view that met the fault."""
        if not isinstance(exception, GONE):
            return None
        logging.getLogger("rasr.database").error("the database cannot be reached", exc_info=exception)
        return gone(request)


def gone(request: HttpRequest) -> HttpResponse:
    """The page for while the database is gone; needs neither database nor session."""
    for connection in connections.all(initialized_only=True):
        # a connection in the middle of a transaction stays: whoever began it ends it
        if not connection.in_atomic_block:
            connection.close()
    page = render_to_string("503.html", {"request_id": request.META.get("rasr.request_id", "")})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})


def _mark(request: HttpRequest | None = None, **_: Any) -> None:
    """Note on the request that it met the fault; called while the exception is being handled."""
    if request is not None and isinstance(sys.exc_info()[1], GONE):
        request.META["rasr.database_gone"] = True


got_request_exception.connect(_mark, dispatch_uid="rasr.database_gone")
