"""Plans are asked for, worked out and kept here.

A plan is known by the digest of all that it depends on: asked for again while that holds, the kept one is given.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from time import monotonic
from typing import Any

import numpy as np

from rasr import __version__
from rasr.core.assessment.assess import Assessment
from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import digest_bytes
from rasr.core.plan.build import build_problem
from rasr.core.plan.conflict import smallest
from rasr.core.plan.diagnose import diagnose, unreachable
from rasr.core.plan.holds import Hold, HoldsRefusedError
from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_both
from rasr.core.plan.result import Plan
from rasr.core.plan.solve import Progress
from rasr.core.plan.works import Work
from rasr.core.records.region import Region
from rasr.facade import day_of
from rasr.node.assessment import services as assessments
from rasr.node.assessment.bridge import load_assessment
from rasr.node.assessment.models import Run
from rasr.node.jobs import services as work
from rasr.node.jobs.kept import keep_once
from rasr.node.jobs.models import Job
from rasr.node.jobs.patience import patiently
from rasr.node.jobs.queries import under_way
from rasr.node.people import rights, trail
from rasr.node.people.models import User
from rasr.node.plan.bridge import keep_plan
from rasr.node.plan.deciding import holds_in_force
from rasr.node.plan.models import PlanRun
from rasr.node.plan.queries import fresh_assessment
from rasr.node.plan.queue import first_things
from rasr.node.records import bridge as records
from rasr.node.web import messages

KIND = "plan"
USUAL = Options()
"""What is asked for where nobody decides otherwise."""
ASSESSED = 0.1
"""Share of the work that an assessment is, where the plan has to begin with one."""


def digest_of(run: Run, asked: object) -> str:
    """The digest of all that a plan or a study depends on: records, day, what was asked, rule data, program.

    run: the assessment that it stands on. asked: its options, which their ``repr`` tells whole.
    """
    parts = (run.inputs_digest, run.as_of.isoformat(), repr(asked), run.rule_edition, __version__)
    return digest_bytes(part.encode() for part in parts)


def start(*, actor: User, options: Options, without: bool = False) -> Job | PlanRun:
    """The kept plan of the register as it is, else a job that works it out, after an assessment where that is due.

    It keeps to what was decided by hand and holds now. without: that is left aside. Raises PermissionDenied without the
    right ``plan``.
    """
    rights.require(actor, "plan")
    options = options if without else replace(options, holds=holds_in_force())
    assessed = fresh_assessment(records.digest_now())
    kept = known(actor=actor, assessment_run=assessed, options=options) if assessed else None
    return kept or _under_way(actor, options) or work.enqueue(actor=actor, kind=KIND, parameters=_asked(options))


def _under_way(actor: User, options: Options) -> Job | None:
    """The actor's own job that works out just this, so that asking twice does not work twice."""
    job = under_way(actor, KIND)
    return job if job and job.parameters == _asked(options) else None


def _asked(options: Options) -> dict[str, Any]:
    return {"options": told_options(options)}


def known(*, actor: User, assessment_run: Run, options: Options = USUAL) -> PlanRun | None:
    """The kept plan that stands on an assessment, None where there is none. Raises PermissionDenied likewise."""
    rights.require(actor, "plan")
    digest = digest_of(assessment_run, options)
    return PlanRun.objects.filter(digest=digest).first()


def work_out(*, actor: User, options: Options, progress: Progress) -> PlanRun:
    """Assess the register where that is due, plan it, and keep the plan; the kept plan where nothing has changed.

    progress: told the stage and its share; what it raises ends the work, and nothing is kept. Refused: see
    ``core.plan.planner.plan_both``.
    """
    rights.require(actor, "plan")
    progress("reading", 0.0)
    region, run = assessed(actor, progress)
    kept = known(actor=actor, assessment_run=run, options=options)
    if kept:
        return kept
    began_s = monotonic()
    assessment = load_assessment(run, region)
    try:
        both = plan_both(
            region,
            assessment,
            as_of=run.as_of,
            options=options,
            clock=monotonic,
            progress=lambda stage, share: progress(stage, ASSESSED + (1 - ASSESSED) * share),
        )
    except Refused as refused:
        raise _told(refused, region, assessment, options) from None
    progress("writing", 1.0)
    made = replace(both.joint, region=region, assessment=assessment)
    duration_s = monotonic() - began_s
    return patiently(
        lambda: keep(
            actor=actor,
            plan=made,
            alone=both.alone,
            assessment_run=run,
            register_version=run.register_version,
            options=options,
            duration_s=duration_s,
        )
    )


def keep(
    *,
    actor: User,
    plan: Plan,
    assessment_run: Run,
    register_version: int,
    duration_s: float | None,
    alone: Plan | None = None,
    options: Options = USUAL,
) -> PlanRun:
    """Keep a plan with every table, all or nothing; where the same was kept already, that one is given.

    alone: the plans of each jurisdiction alone; None: those attached to the plan. duration_s: None: not measured.
    Raises PermissionDenied without the right ``plan``.
    """
    rights.require(actor, "plan")
    beside = alone or plan.alone
    assessment = plan.assessment or load_assessment(assessment_run)
    run = PlanRun(
        digest=digest_of(assessment_run, options),
        inputs_digest=assessment_run.inputs_digest,
        assessment=assessment_run,
        register_version=register_version,
        options=told_options(options),
        actor=actor,
        duration_s=duration_s,
        rule_edition=plan.summary["rule_edition"],
        version=plan.summary["version"],
        status=plan.summary["status"],
        gap=plan.summary["gap"],
        mass_destroyed_kg=plan.summary["mass_destroyed_kg"],
        cost_eur=plan.summary["cost_eur"],
        summary=plan.summary,
        alone_summary=beside.summary if beside else None,
        first=first_things(plan, assessment.pools),
    )

    def keep_all() -> None:
        keep_plan(run, plan, beside)
        stands_on = {"assessment": assessment_run.pk, "register_version": register_version, "digest": run.digest}
        trail.record(actor=actor, act="plan.keep", table=PlanRun._meta.db_table, row_id=run.pk, after=stands_on)

    return keep_once(run, keep_all)


def assessed(actor: User, progress: Progress) -> tuple[Region, Run]:
    """The region and an assessment of the very same records; read again while the register moves on meanwhile."""
    while True:
        region = records.load_region()
        digest = region.digest()
        run = fresh_assessment(digest) or assessments.work_out(
            actor=actor, as_of=day_of(region), progress=lambda stage, share: progress(stage, ASSESSED * share)
        )
        if run.inputs_digest == digest:
            return region, run


def _told(refused: Refused, region: Region, assessment: Assessment, options: Options) -> Refused:
    """The refusal with what conflicts in the language in force: the core names it in English, within one sentence."""
    if isinstance(refused, HoldsRefusedError):
        faults = (messages.say_code(fault.code, fault.numbers) for fault in refused.faults)
        return Refused("holds_cannot_be", faults="; ".join(faults))
    if refused.code != "no_plan_exists":
        return refused
    problem = build_problem(region, assessment.pools, assessment.danger_curves, as_of=assessment.as_of, options=options)
    if options.partial:  # as the planner does: what no line can meet is not what conflicts
        out_of_reach = np.isin(np.arange(len(problem.pools.ids)), unreachable(problem))
        deadlines = np.where(out_of_reach, -1, problem.pools.deadline)
        problem = replace(problem, pools=replace(problem.pools, deadline=deadlines))
    conflicts = [
        messages.say_code(conflict.code, conflict.numbers) for conflict in (*diagnose(problem), *smallest(problem))
    ]
    return Refused("no_plan_exists", conflicts="; ".join(conflicts))


def options_of(asked: dict[str, Any]) -> Options:
    """The options, of what a job or a run keeps of them."""
    holds = tuple(Hold(**hold | {"by": _day(hold["by"])}) for hold in asked.get("holds", ()))
    works = tuple(Work(**work) for work in asked.get("works", ()))
    return Options(**asked | {"holds": holds, "works": works})


def told_options(options: Options) -> dict[str, Any]:
    """The options as JSON can hold them; see ``options_of``."""
    holds = [asdict(hold) | {"by": hold.by.isoformat() if hold.by else None} for hold in options.holds]
    return asdict(options) | {"holds": holds, "works": [asdict(work) for work in options.works]}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
