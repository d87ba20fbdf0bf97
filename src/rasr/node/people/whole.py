"""Pages of a library whose writes are to go with their entry on the trail, or not at all.

path("account/password/", in_one(account.password_change), name="account_change_password")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

SAFE = ("GET", "HEAD", "OPTIONS")


@contextmanager
def one(request: HttpRequest) -> Iterator[None]:
    """One transaction. Where it fails, the browser too is known by what it was known by before."""
    session, key = type(request.session), request.session.session_key
    try:
        with transaction.atomic():
            yield
    except Exception:
        request.session = session(key)  # what was put into the other one is kept nowhere
        raise


def in_one(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view in one transaction; looking at a page needs none. What allauth raises as an answer is one."""

    @wraps(view)
    def within(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE:
            return view(request, *args, **kwargs)
        with one(request):
            try:
                return view(request, *args, **kwargs)
            except ImmediateHttpResponse as answer:
                found: HttpResponseBase = answer.response
                return found

    return within
