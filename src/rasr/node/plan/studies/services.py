"""Studies are asked for, worked out and kept here; scenarios are written.

A study is known by the digest of all that it depends on: asked for again while that holds, the kept one is given.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.core.plan.scenarios import BASE, MOST_SCENARIOS, Change, ScenariosRefusedError
from rasr.core.plan.solve import Progress
from rasr.node.assessment.bridge import load_assessment
from rasr.node.assessment.models import Run
from rasr.node.jobs import services as work
from rasr.node.jobs.kept import keep_once, to_bytes
from rasr.node.jobs.models import Job
from rasr.node.jobs.patience import patiently
from rasr.node.jobs.queries import under_way
from rasr.node.people import rights, trail
from rasr.node.people.models import User
from rasr.node.plan import services as plans
from rasr.node.plan.models import Scenario, Study, StudyTable
from rasr.node.plan.queries import fresh_assessment
from rasr.node.plan.studies.asking import Answer, Asked, answer
from rasr.node.records import bridge as records
from rasr.node.web import messages

KIND, RIGHT = "study", "plan"
MOST_CHANGES = 50
"""Of one scenario."""


def start(*, actor: User, asked: Asked) -> Job | Study:
    """The kept study of the register as it is, else a job that works it out. Raises PermissionDenied without ``plan``.

    Asked for twice, it is worked out once.
    """
    rights.require(actor, RIGHT)
    assessed = fresh_assessment(records.digest_now())
    kept = _known(assessed, asked) if assessed else None
    told = {"asked": asked.told()}
    job = under_way(actor, KIND)
    running = job if job and job.parameters == told else None
    return kept or running or work.enqueue(actor=actor, kind=KIND, parameters=told)


def work_out(*, actor: User, asked: Asked, progress: Progress) -> Study:
    """Assess the register where that is due, plan it as often as the study needs, and keep what that answers.

    progress: told the stage and its share; what it raises ends the work, and nothing is kept. Raises PermissionDenied;
    Refused: see ``asking.answer``.
    """
    rights.require(actor, RIGHT)
    progress("reading", 0.0)
    region, run = plans.assessed(actor, progress)
    kept = _known(run, asked)
    if kept:
        return kept
    began_s = monotonic()
    try:
        found = answer(asked, region, load_assessment(run, region), progress)
    except ScenariosRefusedError as refused:
        faults = " ".join(messages.say(fault) for fault in refused.faults)
        raise Refused(refused.code, faults=faults) from None
    progress("writing", 1.0)
    duration_s = monotonic() - began_s
    return patiently(lambda: keep(actor=actor, asked=asked, found=found, assessment_run=run, duration_s=duration_s))


def keep(*, actor: User, asked: Asked, found: Answer, assessment_run: Run, duration_s: float | None) -> Study:
    """Keep a study with every table, all or nothing; where the same was kept already, that one is given.

    Raises PermissionDenied without the right ``plan``.
    """
    rights.require(actor, RIGHT)
    study = Study(
        digest=plans.digest_of(assessment_run, asked),
        inputs_digest=assessment_run.inputs_digest,
        assessment=assessment_run,
        register_version=assessment_run.register_version,
        rule_edition=assessment_run.rule_edition,
        version=assessment_run.version,
        actor=actor,
        duration_s=duration_s,
        kind=asked.kind,
        asked=asked.told(),
        verdicts=[[code, dict(numbers)] for code, numbers in found.verdicts],
    )

    def keep_all() -> None:
        StudyTable.objects.bulk_create(
            StudyTable(run=study, name=name, rows=frame.height, parquet=to_bytes(frame))
            for name, frame in found.frames.items()
        )
        told = {"kind": asked.kind.value, "assessment": assessment_run.pk, "digest": study.digest}
        trail.record(actor=actor, act="study.keep", table=Study._meta.db_table, row_id=study.pk, after=told)

    return keep_once(study, keep_all)


def _known(run: Run, asked: Asked) -> Study | None:
    return Study.objects.filter(digest=plans.digest_of(run, asked)).first()


def make_scenario(*, actor: User, name: str, copied: UUID | None = None) -> Scenario:
    """Write a scenario down, with the changes of another one where it is a copy.

    Raises PermissionDenied; Scenario.DoesNotExist; Refused: scenario_name (it is taken), too_many_scenarios.
    """
    rights.require(actor, RIGHT)
    with transaction.atomic():
        changes = Scenario.objects.get(pk=copied).changes if copied else []
        count = Scenario.objects.count() + 1
        if count > MOST_SCENARIOS:
            raise Refused("too_many_scenarios", count=count, limit=MOST_SCENARIOS)
        if name == BASE or Scenario.objects.filter(name=name).exists():
            raise Refused("scenario_name", name=name)
        made = Scenario.objects.create(name=name, changes=changes, written_by=actor)
        _trail(actor, "scenario.make", made)
    return made


def add_change(*, actor: User, scenario_id: UUID, change: Change) -> Scenario:
    """Let something more happen in a scenario. Raises as ``make_scenario``; Refused: too_many_changes."""
    told = {"kind": change.kind, "target": change.target, "from_period": change.from_period, "factor": change.factor}

    def added(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(changes) >= MOST_CHANGES:
            raise Refused("too_many_changes", limit=MOST_CHANGES)
        number = 1 + max((each["number"] for each in changes), default=0)
        return [*changes, {"number": number, **told}]

    return _rewritten(actor, scenario_id, added)


def drop_change(*, actor: User, scenario_id: UUID, number: int) -> Scenario:
    """Take a change out of a scenario; one that is not there any more stays so. Raises as ``make_scenario``."""
    return _rewritten(actor, scenario_id, lambda changes: [each for each in changes if each["number"] != number])


def _rewritten(
    actor: User, scenario_id: UUID, write: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> Scenario:
    rights.require(actor, RIGHT)
    with transaction.atomic():
        found = Scenario.objects.select_for_update().get(pk=scenario_id)
        before, found.changes = found.changes, write(found.changes)
        if found.changes != before:
            found.save(update_fields=["changes"])
            _trail(actor, "scenario.change", found, before)
    return found


def remove_scenario(*, actor: User, scenario_id: UUID) -> None:
    """Forget a scenario; studies that compared it keep what they found. Raises as ``make_scenario``."""
    rights.require(actor, RIGHT)
    with transaction.atomic():
        found = Scenario.objects.select_for_update().get(pk=scenario_id)
        _trail(actor, "scenario.remove", found)
        found.delete()


def _trail(actor: User, act: str, scenario: Scenario, before: list[dict[str, Any]] | None = None) -> None:
    trail.record(
        actor=actor,
        act=act,
        table=Scenario._meta.db_table,
        row_id=scenario.pk,
        before=None if before is None else {"changes": before},
        after={"name": scenario.name, "changes": scenario.changes},
    )
