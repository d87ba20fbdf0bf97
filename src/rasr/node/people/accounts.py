"""Sessions of accounts: which there are, their end, and what is cleared away after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from rasr.node.people import idle, trail
from rasr.node.people.models import User


def sessions_of(user: User, but: str | None = None) -> list[UserSession]:
    """The sessions in which somebody is signed in and has done something lately, the newest first.

    but: the key of one that is left out.
    """
    since = timezone.now() - timedelta(minutes=settings.NODE.idle_minutes, seconds=idle.STEP_S)
    rows = UserSession.objects.filter(user=user, last_seen_at__gte=since).exclude(session_key=but or "")
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return list(rows.filter(Exists(alive)).order_by("-created_at"))


def end(*, actor: User, rows: Sequence[UserSession]) -> int:
    """End sessions of the actor; gives how many."""
    with transaction.atomic():
        for row in rows:
            assert row.user_id == actor.pk
            trail.record(actor=actor, act="user.sessions", table=User._meta.db_table, row_id=actor.pk)
            row.end()
    return len(rows)


def sweep() -> None:
    """Delete sessions that are over, and what is listed of sessions that are gone. Called by the worker."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
