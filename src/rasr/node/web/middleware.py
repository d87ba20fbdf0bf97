"""Around every page: its language, its class mark, that no browser keeps it, and that its address is a text."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from rasr.node.web import languages, marks
from rasr.report.texts import LANGUAGES

Answer = Callable[[HttpRequest], HttpResponseBase]


class NotKept:
    """Tells browsers to keep no page: who comes next to the same machine finds nothing, also with the button Back."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, marked; what says itself how it may be kept stays as it is."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class TextAddress:
    """Answers 404 where the address holds the character 0: no id does, and PostgreSQL takes it for a fault."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer. Raises Http404."""
        if "\0" in request.path:
            raise Http404
        return self.get_response(request)


class Marked:
    """Gives the answer the class mark of what its view said it shows."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with ``rasr_mark``."""
        return marks.marked(self.get_response(request), marks.shown(request))


class LanguageMiddleware:
    """Speaks the language of whoever asks: of the user, else of the session, else of the browser, else of the node."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in that language."""
        translation.activate(language_of(request))
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", languages.html_lang())
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def language_of(request: HttpRequest) -> str:
    """The language of a request, one of ``settings.LANGUAGES``."""
    asked = (_of_user(request), languages.asked_for(request.headers.get("Accept-Language", "")), settings.LANGUAGE_CODE)
    return next(code for code in asked if code)


def _of_user(request: HttpRequest) -> str:
    """What the user or the session says; empty while neither can be read, so that the page which says so is shown."""
    try:
        user = getattr(request, "user", None)
        session = getattr(request, "session", {})
        chosen = getattr(user, "language", "") or session.get(languages.SESSION_KEY, "")
    except (OperationalError, InterfaceError):
        return ""
    return chosen if chosen in LANGUAGES else ""
