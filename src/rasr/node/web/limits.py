"""How much one may ask for in a minute: forms sent, and files sent or fetched. Beyond it the answer is 429.

Counted for each user, and for each address of who is not signed in, in the cache that all processes share. The numbers
are settings of the node (``writes_per_minute``, ``files_per_minute``). Guessing of passwords and codes has narrower
limits of its own, and pages that are only looked at have none: each is bounded in rows.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Literal

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from rasr.node.web.nofiles import TAKES
from rasr.node.web.views import too_many

Kind = Literal["write", "file"]
WINDOW_S = 60
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
FILES = (".xlsx", ".csv", ".pdf", ".zip")
"""Endings of addresses that give a file; lists give one where ``export`` is asked for."""


class Limits:
    """Counts requests that change something or move files, before their view does any work. After signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponse | None:
        """429 where too much was asked for in this minute."""
        kind, who = kind_of(request, view), who_of(request)
        if kind is None or who is None:
            return None
        now_s = int(time.time())
        if counted(kind, who, now_s // WINDOW_S) <= most(kind):
            return None
        return too_many(request, wait_s=WINDOW_S - now_s % WINDOW_S)


def most(kind: Kind) -> int:
    """Requests of this kind that are answered in a minute."""
    node = settings.NODE
    return node.writes_per_minute if kind == "write" else node.files_per_minute


def kind_of(request: HttpRequest, view: Callable[..., Any]) -> Kind | None:
    """What is counted of a request; None for looking at a page."""
    if request.method in SAFE:
        return "file" if "export" in request.GET or request.path.endswith(FILES) else None
    return "file" if getattr(view, TAKES, False) else "write"


def who_of(request: HttpRequest) -> str | None:
    """The user, else the address; None for this machine itself, as which everybody comes where TLS ends in front."""
    if (user := getattr(request, "user", None)) is not None and user.is_authenticated:
        return f"user {user.pk}"
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        here = ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:  # no address: a socket of this machine
        here = True
    return None if here else f"address {address}"


def counted(kind: Kind, who: str, minute: int) -> int:
    """How many there were in this minute, with this one. Two at the very same time may count as one."""
    key = f"web:limits:{sha256(f'{kind} {who} {minute}'.encode()).hexdigest()}"
    if cache.add(key, 1, timeout=2 * WINDOW_S):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # thrown out of a full cache between the two
        return 1
