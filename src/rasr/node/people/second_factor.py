"""A second factor for every account: who needs one and has none is led to where it is set up.

A session counts only with the factor that was shown in it: once somebody has one, a session that began with the
password alone ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed, authenticator_used
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from rasr.node.people.models import User
from rasr.node.web import headers

SHOWN = "rasr.factor"
"""Where the session says whose factor was shown in it."""
FIRST = "rasr.first_factor"
"""And that it is the first, set up there."""
OPEN = frozenset({
    "people:account", "people:settings", "account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_view_recovery_codes",
})  # fmt: skip
"""Addresses open to who has no second factor yet and needs one, beside those that are open to everybody."""


class SecondFactor:
    """After it is known who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_view: Any) -> HttpResponse | None:
        """To where a factor is set up, or to sign in with the one there is; None where nothing stands in the way."""
        if not getattr(view, "login_required", True) or not isinstance(request.user, User):
            return None
        if has_factor(request.user):
            if request.session.get(SHOWN) == request.user.pk:
                return None
            logout(request)
            headers.keep_stored(request)
            messages.info(request, _("Sign in again, with your second factor."))
            return _to(request, reverse("people:sign-in"))
        match = request.resolver_match
        if not settings.NODE.needs_second_factor or (match is not None and match.view_name in OPEN):
            return None
        return _to(request, reverse("mfa_index"))


def has_factor(user: User | AnonymousUser) -> bool:
    """Whether somebody has an app or a passkey; recovery codes alone are none."""
    if not isinstance(user, User):
        return False
    known = getattr(user, "has_factor", None)  # see backends.Backend
    return factors(user) > 0 if known is None else bool(known)


def factors(user: User) -> int:
    """How many apps and passkeys somebody has now."""
    return rows(user).count()


def rows(user: User | OuterRef) -> QuerySet[Authenticator]:
    """Apps and passkeys of somebody; recovery codes are none."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return found.exclude(type=Authenticator.Type.RECOVERY_CODES)


def is_last(authenticator: Authenticator) -> bool:
    """Whether somebody who needs a factor would have none without this one."""
    return settings.NODE.needs_second_factor and factors(authenticator.user) < 2


def is_first(request: HttpRequest) -> bool:
    """Whether somebody has no factor, or set up the first one in this session."""
    return not has_factor(request.user) or request.session.get(FIRST) is True


def forget(user: User) -> int:
    """Take away every factor of somebody and end all their sessions; gives how many factors there were.

    In the caller's transaction; who may do it, and the entry on the trail, are the caller's.
    """
    gone = factors(user)
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    return gone


def set_up(request: HttpRequest, user: User) -> None:
    """Note in the session that somebody has just set up a factor there; all their others end."""
    end_sessions(user, but=request.session.session_key)
    request.session[FIRST] = factors(user) == 1
    show(request, user)


def end_sessions(user: User, but: str | None = None) -> int:
    """End the sessions of somebody, except the one of this key; gives how many."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=but or ""))
    for session in sessions:
        session.end()
    return len(sessions)


def show(request: HttpRequest, user: User) -> None:
    """Note in the session that the factor of somebody was shown in it."""
    request.session[SHOWN] = user.pk
    user.__dict__["has_factor"] = True  # as backends.Backend would read it now


def _to(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _used(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    show(request, user)


def _removed(*, request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Who sits at another machine signs in anew once what protects the account has changed."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        end_sessions(user, but=request.session.session_key)


authenticator_used.connect(_used, dispatch_uid="rasr.second_factor.used")
authenticator_removed.connect(_removed, dispatch_uid="rasr.second_factor.removed")
