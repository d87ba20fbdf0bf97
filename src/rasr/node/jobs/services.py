"""Asking for long work, cancelling it, and finding what a dead worker left behind."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rasr.node.jobs import queries
from rasr.node.jobs.choices import LOST, LOST_AFTER
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.registry import handler_of
from rasr.node.jobs.running import note_end
from rasr.node.jobs.tasks import run_job
from rasr.node.people import trail
from rasr.node.people.models import User

SECOND_LOOK_S = 2.0
"""A heartbeat held up by a long transaction is written within this, once the transaction has ended."""
TASKS_KEPT = timedelta(days=1)


def enqueue(*, actor: User, kind: str, parameters: Mapping[str, Any], title: str = "") -> Job:
    """Ask for a job; a worker does it in the name of ``actor``. Whoever calls this has checked the right to it.

    title: what of, in the user's own words (a file name), or empty. parameters: JSON. Job and task are written in one
    transaction, so that neither is ever there without the other.
    """
    handler_of(kind)
    with transaction.atomic():
        job = Job.objects.create(kind=kind, title=title, actor=actor, parameters=dict(parameters))
        run_job.enqueue(str(job.pk))
        asked = {"kind": kind, "title": title, **job.parameters}
        trail.record(actor=actor, act="job.ask", table=Job._meta.db_table, row_id=job.pk, after=asked)
    return job


def cancel(*, actor: User, job_id: UUID) -> Job:
    """Cancel a job: a waiting one at once, a running one when it next tells its progress; an ended one stays.

    Raises Job.DoesNotExist for a job that the actor may not see.
    """
    job = queries.job(actor, job_id)
    mine = Job.objects.filter(pk=job_id)
    now = timezone.now()
    with transaction.atomic():
        changed = mine.filter(state=State.WAITING).update(state=State.CANCELLED, cancel_asked=True, ended_at=now)
        changed = changed or mine.filter(state=State.RUNNING, cancel_asked=False).update(cancel_asked=True)
        if changed:
            trail.record(actor=actor, act="job.cancel", table=Job._meta.db_table, row_id=job_id)
    job.refresh_from_db(fields=["state", "cancel_asked", "ended_at"])
    return job


def sweep_lost(now: datetime | None = None, *, second_look_s: float = SECOND_LOOK_S) -> int:
    """Give up jobs whose worker has not been heard of for a minute; gives their number. Those that wait stay.

    Each is looked at twice: where a long transaction held up its heartbeat, that is written in between.
    """
    before = (now or timezone.now()) - LOST_AFTER
    silent = dict(_running().filter(heartbeat_at__lt=before).values_list("pk", "heartbeat_at"))
    if not silent:
        return 0
    time.sleep(second_look_s)
    lost = [job_id for job_id, heard_at in silent.items() if _give_up(job_id, heard_at)]
    for job_id in lost:
        DBTaskResult.objects.running().filter(args_kwargs__args__0=str(job_id)).delete()
    return len(lost)


def prune(now: datetime | None = None) -> int:
    """Forget the tasks of jobs that ended more than a day ago; the jobs stay. Gives the number of tasks."""
    before = (now or timezone.now()) - TASKS_KEPT
    deleted, _ = DBTaskResult.objects.finished().filter(finished_at__lt=before).delete()
    return deleted


def _running() -> Any:
    return Job.objects.filter(state=State.RUNNING)


def _give_up(job_id: UUID, heard_at: datetime) -> bool:
    still = _running().filter(pk=job_id, heartbeat_at=heard_at)
    with transaction.atomic():
        lost = bool(still.update(state=State.FAILED, refused_code=LOST, refused_numbers={}, ended_at=timezone.now()))
        if lost:
            with trail.asked(job_id.hex):
                note_end(None, job_id, State.FAILED, LOST)
    return lost
