"""What the node keeps of people: cookies, records with their purpose and time, and all there is of one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rasr.node.people.models import Approval, Entry, Grant, Invitation, User

Text = str | Promise
FORM = "rasr-own-data-1"
"""What kind of file the own data is, so that a program that reads it can tell."""
OF_THE_PERSON = User._meta.db_table


@dataclass(frozen=True)
class Cookie:
    """A cookie by the name that a browser shows, what it is for, and how long it stays."""

    name: str
    purpose: Text
    stays: Text


@dataclass(frozen=True)
class Kept:
    """A kind of personal data: what, why, for how long, and who sees it."""

    what: Text
    why: Text
    until: Text
    seen_by: Text


def cookies() -> list[Cookie]:
    """Every cookie that the node sets, each strictly necessary."""
    return [
        Cookie(
            settings.SESSION_COOKIE_NAME,
            _("Tells that you are signed in, and keeps the language that you chose before. It holds a random number."),
            _stays(settings.SESSION_COOKIE_AGE // 3600),
        ),
        Cookie(
            settings.CSRF_COOKIE_NAME,
            _("Proves that a form was sent from a page of this node, so that no other site can act in your name."),
            _("one year; it says nothing about you"),
        ),
    ]  # fmt: skip


def _stays(hours: int) -> str:
    told = ngettext(
        "%(hours)d hour at most, and until you sign out", "%(hours)d hours at most, and until you sign out", hours
    )
    return told % {"hours": hours}


def kept() -> list[Kept]:
    """What is kept of people here, and why."""
    erased = _("until your account is erased")
    managers = _("those who manage people where you have a role, and auditors")
    return [
        Kept(
            _("Name, user name, e-mail address if given, language"),
            _("to know who acts here and to speak to you"),
            erased,
            managers,
        ),
        Kept(
            _("Sex and kind of organisation, if recorded"),
            _("for figures of people by role, which the field must report; nobody has to say"),
            erased,
            managers,
        ),
        Kept(
            _("Password, in a form from which it cannot be read back, and what your second factor is checked against"),
            _("so that nobody else can act in your name"),
            erased,
            _("nobody"),
        ),
        Kept(_("Roles and the places they hold in"), _("to show you what is yours to see"), erased, managers),
        Kept(
            _("Sessions: when, from which address, with which browser"),
            _("so that you can see and end them"),
            _("until the session ends"),
            _("you"),
        ),
        Kept(
            _("The trail: what you did, when, and why, under a pseudonym"),
            _("to prove who did what with weapons and ammunition"),
            _("as long as the register; after an erasure the pseudonym leads to nobody"),
            _("you and auditors"),
        ),
        Kept(
            _("Invitations and requests for a second person, with their reasons"),
            _("to prove who let whom in, and why"),
            _("as long as the register; your name and address are taken out when your account is erased"),
            _("who asked, who decides, and auditors"),
        ),
    ]


def own_data(user: User) -> dict[str, Any]:
    """Everything the node keeps of a person, for themselves. What they did to the stock is the register's, not theirs:
    of it only that they did it.
    """
    return {
        "form": FORM,
        "made_at": timezone.now(),
        "node": settings.NODE.name,
        "account": {
            "user_name": user.username,
            "name": user.get_full_name(),
            "e_mail_address": user.email,
            "sex": user.sex,
            "institution": user.institution,
            "language": user.language,
            "appearance": user.theme,
            "pseudonym": user.pseudonym,
            "made_at": user.date_joined,
            "last_sign_in": user.last_login,
            "open": user.is_active,
        },
        "e_mail_addresses": _rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "second_factors": _rows(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"),
        "roles": _rows(
            Grant.objects.filter(user=user), "role", "organisation_id", "site_id", "store_id", "since"
        ),
        "sessions": _rows(
            UserSession.objects.filter(user=user), "created_at", "last_seen_at", "ip", "user_agent"
        ),
        "invitations": _rows(
            Invitation.objects.filter(Q(used_by=user) | Q(invited_by=user, used_by=None)),
            "name", "email", "role", "language", "made_at", "expires_at", "used_at", "withdrawn_at",
        ),
        "requests": _rows(
            Approval.objects.filter(Q(asked_by=user) | Q(person=user)),
            "kind", "state", "reason", "reason_language", "asked_at", "decided_at", "decision_reason",
        ),
        "decisions": _rows(
            Approval.objects.filter(decided_by=user),
            "kind", "state", "decision_reason", "decision_reason_language", "decided_at",
        ),
        "trail": _trail(user),
        "work": _work(user),
    }  # fmt: skip


def _trail(user: User) -> list[dict[str, Any]]:
    """What they did; and what was done to their account, by whom is not theirs to know."""
    columns = ("at", "act", "outcome", "table", "row_id", "reason", "reason_language", "session")
    own = Q(actor=user.pseudonym)
    about = Q(table=OF_THE_PERSON, row_id=str(user.pk))
    rows = Entry.objects.filter(own | about).order_by("at", "entry_id").values_list("actor", *columns)
    return [
        {"by": "you" if actor == user.pseudonym else "somebody else", **dict(zip(columns, values, strict=True))}
        for actor, *values in rows.iterator()
    ]


def _work(user: User) -> dict[str, int]:
    """How many rows of other tables name the person, by table: uploads, jobs, movements, results."""
    counts = {}
    for model in apps.get_models():
        if model.__module__.startswith("rasr.node") and model._meta.app_label != User._meta.app_label:
            names = [field.name for field in model._meta.fields if field.related_model is User]
            if names:
                named = Q(*((name, user) for name in names), _connector=Q.OR)
                counts[model._meta.db_table] = model._default_manager.filter(named).count()
    return counts


def _rows(rows: QuerySet[Model], *columns: str) -> list[dict[str, Any]]:
    return [dict(row) for row in rows.order_by("pk").values(*columns)]
