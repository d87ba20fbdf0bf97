"""Does a job: claims it, calls its handler in the name of who asked, keeps what came of it.

However the handler ends, the job ends with a state: done, cancelled, or failed with a code of ``findings.csv``. Only
a worker that is killed leaves it running; ``services.sweep_lost`` finds that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from rasr.core.basis.findings import Refused
from rasr.node.jobs.choices import FAULT, LOST, NOT_ALLOWED
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.patience import patiently
from rasr.node.jobs.registry import CancelledError, Work, handler_of
from rasr.node.jobs.watch import LOOK_S, Watch
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.web.plain import plain

ENDS = {State.DONE: trail.DONE, State.FAILED: trail.FAILED, State.CANCELLED: trail.DONE}
"""How a job ended, as the outcome of the act on the trail."""
log = logging.getLogger("rasr.jobs")


@dataclass(frozen=True)
class Outcome:
    """How a job ended. code, numbers: of a failed one."""

    state: State
    result: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


def run(job_id: UUID, look_s: float = LOOK_S) -> None:
    """Do a waiting job; one in any other state is left alone. look_s: between two looks of its watch."""
    if not patiently(lambda: _claim(job_id)):
        return
    job = patiently(lambda: Job.objects.select_related("actor").get(pk=job_id))
    outcome = Outcome(State.FAILED, code=LOST)
    with trail.asked(job_id.hex):
        try:
            with Watch(job_id, look_s) as watch:
                outcome = _outcome(job, watch)
        finally:
            # Also where the worker is told to stop at once, in the middle of the handler.
            patiently(lambda: _end(job, outcome))


def work_off() -> int:
    """Do every waiting job here and now, oldest first; gives their number. For a program without a worker."""
    done = 0
    while (job := Job.objects.filter(state=State.WAITING).order_by("asked_at", "pk").first()) is not None:
        run(job.pk)
        done += 1
    return done


def _claim(job_id: UUID) -> bool:
    now = timezone.now()
    waiting = Job.objects.filter(pk=job_id, state=State.WAITING)
    return waiting.update(state=State.RUNNING, started_at=now, heartbeat_at=now) == 1


def _outcome(job: Job, watch: Watch) -> Outcome:
    work = Work(job.pk, job.actor, job.parameters, watch.tell)
    fields = {"job": str(job.pk), "kind": job.kind}
    try:
        # What a handler writes for people, it writes in the language of who asked.
        with translation.override(job.actor.language or settings.LANGUAGE_CODE):
            return Outcome(State.DONE, plain(handler_of(job.kind)(work)))
    except CancelledError:
        return Outcome(State.CANCELLED)
    except Refused as refused:
        return Outcome(State.FAILED, code=refused.code, numbers=plain(refused.numbers))
    except PermissionDenied:
        return Outcome(State.FAILED, code=NOT_ALLOWED)
    except Exception:  # whatever it is, the job has to end and say so
        log.exception("a job failed by a fault of the program", extra={"fields": fields})
        return Outcome(State.FAILED, code=FAULT, numbers={"job": str(job.pk)})


def note_end(actor: User | None, job_id: UUID, state: State, code: str = "") -> None:
    """Enter on the trail how a job ended. actor: None where the node gave it up."""
    trail.record(
        actor=actor,
        act="job.end",
        table=Job._meta.db_table,
        row_id=job_id,
        after={"state": state, **({"code": code} if code else {})},
        outcome=ENDS[state],
    )


def _end(job: Job, outcome: Outcome) -> None:
    """Keep how it ended. One given up as lost whose worker is there after all ends as it truly did."""
    ended = {
        "state": outcome.state,
        "result": outcome.result,
        "refused_code": outcome.code,
        "refused_numbers": outcome.numbers,
        "ended_at": timezone.now(),
    }
    if outcome.state == State.DONE:
        ended |= {"stage": "done", "share": 1.0}
    this = Job.objects.filter(pk=job.pk)
    with transaction.atomic():
        changed = this.filter(state=State.RUNNING).update(**ended)
        if changed or this.filter(state=State.FAILED, refused_code=LOST).update(**ended):
            note_end(job.actor, job.pk, outcome.state, outcome.code)
