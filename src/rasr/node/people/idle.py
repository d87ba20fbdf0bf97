"""Ends a session in which nothing was done for a while, or that has lasted a day of work.

The session holds when it began and when somebody last did something, by the clock of the node. What a page asks for by
itself again and again is nothing that somebody did. Where the clock was set back, nobody knows how long it has been:
the session ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rasr.node.web import headers

BEGAN, SEEN = "rasr.began", "rasr.seen"
STEP_S = 30
"""How often it is written down that somebody did something: a session ends up to so much before its time."""
CLOCK_S = 60
"""How far a clock may be put right, backwards, without an end to every session."""
BY_ITSELF = frozenset({"jobs:job-progress", "records:count-worker", "assessment:security-worker"})
"""Addresses that pages, or browsers, ask for by themselves, again and again."""


class Idle:
    """Before anything asks who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Sign out where the time is over; else note that somebody is there."""
        if not request.user.is_authenticated:
            return
        now_s = int(time.time())
        if why := ended(request.session.get(BEGAN), request.session.get(SEEN), now_s):
            logout(request)
            headers.keep_stored(request)
            messages.info(request, why)
            return
        match = request.resolver_match
        if now_s - request.session[SEEN] >= STEP_S and match is not None and match.view_name not in BY_ITSELF:
            request.session[SEEN] = now_s
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def ended(began_s: object, seen_s: object, now_s: int) -> str:
    """Why a session is over, in words; empty while it is not. began_s, seen_s: as the session has them."""
    if not isinstance(began_s, int) or not isinstance(seen_s, int) or now_s < seen_s - CLOCK_S:
        return _("You were signed out. Sign in again.")
    minutes = settings.NODE.idle_minutes
    if now_s - seen_s >= 60 * minutes:
        return ngettext(
            "You were signed out: nothing was done for {count} minute.",
            "You were signed out: nothing was done for {count} minutes.",
            minutes,
        ).format(count=minutes)
    if now_s - began_s >= settings.SESSION_COOKIE_AGE:
        hours = settings.SESSION_COOKIE_AGE // 3600
        return ngettext(
            "You were signed out: a session lasts {count} hour.",
            "You were signed out: a session lasts {count} hours.",
            hours,
        ).format(count=hours)
    return ""


def age_s(request: HttpRequest) -> int:
    """How long ago, in seconds, this session began; ages for who is not signed in."""
    return int(time.time()) - int(request.session.get(BEGAN, 0))


def _begin(*, request: HttpRequest | None = None, **_signal: Any) -> None:
    if request is not None:
        request.session[BEGAN] = request.session[SEEN] = int(time.time())


user_logged_in.connect(_begin, dispatch_uid="rasr.idle")
