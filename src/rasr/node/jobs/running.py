"""Does a job: claims it, calls its handler in the name of who asked, keeps what came of it.

However the handler ends, the job ends with a state: done, cancelled, or failed with a code of ``findings.csv``. Only
a worker that is killed leaves it running; ``services.sweep_lost`` finds that.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation

from rasr.core.basis.findings import Refused
from rasr.node.jobs.choices import FAULT, LOST, NOT_ALLOWED
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.patience import patiently
from rasr.node.jobs.registry import CancelledError, Work, handler_of
from rasr.node.jobs.watch import LOOK_S, Watch

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
    try:
        with Watch(job_id, look_s) as watch:
            outcome = _outcome(job, watch)
    finally:
        # Also where the worker is told to stop at once, in the middle of the handler.
        patiently(lambda: _end(job_id, outcome))


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


def _end(job_id: UUID, outcome: Outcome) -> None:
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
    job = Job.objects.filter(pk=job_id)
    if not job.filter(state=State.RUNNING).update(**ended):
        job.filter(state=State.FAILED, refused_code=LOST).update(**ended)


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The value as JSON holds it: numbers that JSON does not know (infinity, not a number) as text."""
    told: dict[str, Any] = json.loads(json.dumps(_finite(dict(value)), cls=DjangoJSONEncoder))
    return told


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
