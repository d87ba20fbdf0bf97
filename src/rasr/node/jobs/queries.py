"""Jobs, as far as somebody may see them: their own; an administrator all, but of others' not what they are about."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, TextField, Value, When
from django.utils import timezone

from rasr.node.jobs.choices import LOST_AFTER, OPEN
from rasr.node.jobs.models import Job, State
from rasr.node.people.histories import uuid_of
from rasr.node.people.models import User
from rasr.node.people.rights import may

SUBJECT = ("title", "parameters", "result", "refused_numbers")
"""What tells of the stock: for whoever asked for the job only."""


def jobs(actor: User | AnonymousUser) -> QuerySet[Job]:
    """The jobs of somebody, newest first; for who has manage_node everybody's.

    Each has ``own`` (whether it is theirs) and ``subject`` (its title, empty where it is not). The other columns of
    ``SUBJECT`` are not read.
    """
    mine = Q(actor_id=actor.pk)
    return (
        _seen(actor)
        .select_related("actor")
        .defer(*SUBJECT)
        .annotate(
            own=Case(When(mine, then=Value(True)), default=Value(False), output_field=BooleanField()),
            subject=Case(When(mine, then=F("title")), default=Value(""), output_field=TextField()),
        )
    )


def _seen(actor: User | AnonymousUser) -> QuerySet[Job]:
    return Job.objects.all() if may(actor, "manage_node") else Job.objects.filter(actor_id=actor.pk)


def job(actor: User | AnonymousUser, job_id: UUID) -> Job:
    """One job with all it is about, if it is the actor's own. Raises Job.DoesNotExist for one that is not to be seen.

    Of another's job the columns of ``SUBJECT`` are empty.
    """
    found = jobs(actor).get(pk=job_id)
    if owned(found):
        found.refresh_from_db(fields=list(SUBJECT))
    else:
        found.title, found.parameters, found.result, found.refused_numbers = "", {}, {}, {}
    return found


def told_of(actor: User, row_id: str) -> str | None:
    """What a job is of, as its history is headed; None where the actor does not see it."""
    found = jobs(actor).filter(pk=uuid_of(row_id)).first()
    return str(getattr(found, "subject", "")) if found else None


def under_way(actor: User | AnonymousUser, kind: str) -> Job | None:
    """The actor's newest job of this kind that waits or runs."""
    return Job.objects.filter(actor_id=actor.pk, kind=kind, state__in=OPEN).first()


def state_counts(actor: User | AnonymousUser) -> dict[str, int]:
    """How many of the jobs that the actor sees are in each state."""
    seen = _seen(actor).order_by().values("state").annotate(number=Count("pk"))
    return dict.fromkeys(State.values, 0) | {row["state"]: row["number"] for row in seen}


def silent(found: Job) -> bool:
    """Whether a job runs and its worker has not been heard of for a minute."""
    return found.state == State.RUNNING and (
        found.heartbeat_at is None or timezone.now() - found.heartbeat_at > LOST_AFTER
    )


def owned(found: Job) -> bool:
    """Whether a job of ``jobs`` or ``job`` is the actor's own."""
    return bool(getattr(found, "own", False))
