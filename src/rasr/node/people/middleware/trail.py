"""The trail around every request: what services do not write themselves. No trail, no answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from rasr.node.people import looks, trail

Answer = Callable[[HttpRequest], HttpResponseBase]


class Trail:
    """Entries made for a request carry its number and session; refusals, files and looks are entered here.

    Stands inside ``DatabaseGone``, so that an answer that cannot be written down becomes 503.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, once it stands on the trail. Raises NoTrailError."""
        number = str(request.META.get("rasr.request_id", ""))
        with trail.asked(number, trail.session_digest(request.session.session_key)) as asked:
            response = self.get_response(request)
            try:
                looks.note(request, response, asked.entries)
            except DatabaseError as fault:
                response.close()
                raise trail.NoTrailError("the trail cannot be written") from fault
        return response
