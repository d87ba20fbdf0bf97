"""The language of a request: of the user, else of the session, else of the browser, else of the node."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from rasr.node.web import languages
from rasr.report.texts import LANGUAGES


class LanguageMiddleware:
    """Speaks the language of whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
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
