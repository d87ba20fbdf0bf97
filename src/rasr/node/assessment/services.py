"""Assessments are asked for, worked out and kept here.

An assessment is known by the digest of all that it depends on: asked for again while that holds, the kept one is given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from time import monotonic

from rasr.core.assessment.assess import Assessment, assess
from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import digest_bytes
from rasr.core.records.region import Region
from rasr.facade import day_of
from rasr.node.assessment.bridge import facts_of, keep_assessment
from rasr.node.assessment.models import Run
from rasr.node.assessment.rules import services as rules
from rasr.node.jobs import queries as jobs
from rasr.node.jobs import services as work
from rasr.node.jobs.kept import keep_once
from rasr.node.jobs.models import Job
from rasr.node.jobs.patience import patiently
from rasr.node.jobs.registry import untold
from rasr.node.people import rights, trail
from rasr.node.people.models import User
from rasr.node.records import bridge as records
from rasr.node.records.queries import register

KIND = "assess"
Progress = Callable[[str, float], None]


def digest_of(inputs_digest: str, as_of: date, rule_edition: str, program: str) -> str:
    """The digest of all that an assessment depends on: records, day, rule data, program."""
    parts = (KIND, inputs_digest, as_of.isoformat(), rule_edition, program)
    return digest_bytes(part.encode() for part in parts)


def today() -> date:
    """The day of an assessment made now: the setting starts_on of the register or, where that is empty, today."""
    return day_of(Region.from_frames({"settings": records.read_table(records.rows_of("settings"))}))


def start(*, actor: User) -> Job | Run:
    """The kept run of the register as it is, else a job that works it out; one that the actor asked for already.

    Raises PermissionDenied without the right ``assess``; Refused('empty_register') where there is nothing to assess.
    """
    rights.require(actor, "assess")
    state = register()
    if state.empty:
        raise Refused("empty_register")
    as_of = today()
    known = _known(records.digest_now(), as_of)
    if known:
        return known
    parameters = {"as_of": as_of.isoformat(), "register_version": state.version}
    under_way = jobs.under_way(actor, KIND)
    if under_way and under_way.parameters == parameters:
        return under_way
    return work.enqueue(actor=actor, kind=KIND, parameters=parameters)


def work_out(*, actor: User, as_of: date, progress: Progress = untold) -> Run:
    """Assess the register as it is now and keep the run; the kept run where nothing has changed.

    progress: told the stage and its share; what it raises ends the work, and nothing is kept.
    Raises PermissionDenied without the right ``assess``.
    """
    rights.require(actor, "assess")
    progress("reading", 0.0)
    version_read, region = _read()
    records.keep_digest(version_read, region.digest())
    known = _known(region.digest(), as_of)
    if known:
        return known
    began_s = monotonic()
    book, edition = rules.book_and_edition()
    found = assess(region, as_of=as_of, progress=progress, book=book, rule_edition=edition)
    duration_s = monotonic() - began_s
    progress("writing", 0.0)
    return patiently(lambda: keep(actor=actor, assessment=found, register_version=version_read, duration_s=duration_s))


def keep(*, actor: User, assessment: Assessment, register_version: int, duration_s: float | None) -> Run:
    """Keep an assessment of the register, all of it or nothing; where it is kept already, that run is given.

    Raises PermissionDenied without the right ``assess``.
    """
    rights.require(actor, "assess")
    facts = facts_of(assessment)
    digest = digest_of(facts["inputs_digest"], facts["as_of"], facts["rule_edition"], facts["version"])
    run = Run(digest=digest, register_version=register_version, actor=actor, duration_s=duration_s, **facts)

    def keep_all() -> None:
        keep_assessment(run, assessment)
        stands_on = {"as_of": run.as_of, "register_version": register_version, "digest": run.digest}
        trail.record(actor=actor, act="assessment.keep", table=Run._meta.db_table, row_id=run.pk, after=stands_on)

    return keep_once(run, keep_all)


def _known(inputs_digest: str, as_of: date) -> Run | None:
    return Run.objects.filter(digest=digest_of(inputs_digest, as_of, rules.edition(), version("rasr"))).first()


def _read() -> tuple[int, Region]:
    """The register with its version; read again where it was changed in between."""
    while True:
        before = register().version
        region = records.load_region()
        if register().version == before:
            return before, region
