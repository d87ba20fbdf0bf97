"""Signing in and out, passwords, addresses and second factors, on the trail: Django and allauth tell of them.

What was typed as a name and is none is not kept: it may be a password in the wrong field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from allauth.account import signals as of_account
from allauth.mfa import signals as of_mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.http import HttpRequest

from rasr.node.people import trail
from rasr.node.people.choices import Outcome
from rasr.node.people.models import User

TABLE = User._meta.db_table
REFUSED: Mapping[str, str] = {
    "password_reset_code_rejected": "code for a new password",
    "email_verification_code_rejected": "code for an address",
}
"""Signals of allauth for a wrong code, and what it was for."""
CHANGED: Mapping[str, str] = {
    "password_changed": "user.password",
    "password_set": "user.password",
    "password_reset": "user.password",
    "email_confirmed": "user.email",
    "email_removed": "user.email",
}
"""Signals of allauth for what was done to an account, and the act it is on the trail."""


def listen() -> None:
    """Enter all of it from now on; called once, when the node starts."""
    user_logged_in.connect(_signed_in, dispatch_uid="rasr.trail.in")
    user_logged_out.connect(_signed_out, dispatch_uid="rasr.trail.out")
    user_login_failed.connect(_wrong_password, dispatch_uid="rasr.trail.failed")
    of_mfa.authentication_failed.connect(_wrong_factor, dispatch_uid="rasr.trail.factor")
    for name, wrong in REFUSED.items():
        getattr(of_account, name).connect(_wrong(wrong), weak=False, dispatch_uid=f"rasr.trail.{name}")
    for name, act in CHANGED.items():
        getattr(of_account, name).connect(_changed(act, name), weak=False, dispatch_uid=f"rasr.trail.{name}")
    of_mfa.authenticator_used.connect(_factor_used, dispatch_uid="rasr.trail.authenticator_used")
    of_mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="rasr.trail.authenticator_removed")


def _signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    """The session has another key from here on, and so has the entry. Without an entry nobody is signed in."""
    number = str(request.META.get("rasr.request_id", ""))
    try:
        with trail.asked(number, trail.session_digest(request.session.session_key)):
            trail.record(actor=user, act="user.sign_in", table=TABLE, row_id=user.pk)
    except trail.NoTrailError:
        request.session.clear()  # what is kept of the session after this knows of nobody
        raise


def _signed_out(*, user: User | None, **_: Any) -> None:
    if user is not None:
        trail.record(actor=user, act="user.sign_out", table=TABLE, row_id=user.pk)


def _wrong_password(*, credentials: Mapping[str, Any], **_: Any) -> None:
    """A wrong password, or no such name. Only an account that was named stands on the trail."""
    names = [str(name) for name in (credentials.get("username"), credentials.get("email")) if name]
    either = [Q(username__iexact=name) | Q(email__iexact=name) for name in names]
    account = next((user for asked in either for user in User.objects.filter(asked)[:1]), None)
    _refused(account, "password" if account else "name")


def _wrong_factor(*, user: User, **_: Any) -> None:
    _refused(user, "second factor")


def _wrong(what: str) -> Callable[..., None]:
    def enter(*, user: User, **_: Any) -> None:
        _refused(user, what)

    return enter


def _refused(account: User | None, wrong: str) -> None:
    trail.record(
        actor=AnonymousUser(),
        act="user.sign_in",
        table=TABLE if account else "",
        row_id=account.pk if account else "",
        after={"wrong": wrong},
        outcome=Outcome.REFUSED,
    )


def _changed(act: str, name: str) -> Callable[..., None]:
    """An entry on the account. A signal of an address names the address, which knows whose it is."""

    def enter(*, user: User | None = None, email_address: Any = None, **_: Any) -> None:
        account = user or email_address.user
        trail.record(actor=account, act=act, table=TABLE, row_id=account.pk, after={"how": name})

    return enter


def _factor_used(*, user: User, authenticator: Authenticator, reauthenticated: bool, **_: Any) -> None:
    """At sign-in that is the entry; once more in a session it is one of its own: a recovery code is used up by it."""
    if reauthenticated:
        factor(user, "user.again", authenticator.type)


def _factor_removed(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    factor(user, "user.factor_remove", authenticator.type)


def factor(user: User, act: str, kind: str) -> None:
    """An entry of what was done to a second factor. What was added is told by our views, since allauth tells of it
    only when its transaction is over."""
    trail.record(actor=user, act=act, table=TABLE, row_id=user.pk, after={"kind": str(kind)})
