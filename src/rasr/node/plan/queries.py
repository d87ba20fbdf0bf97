"""What may be read of plans, and by whom: who has the right ``view_runs`` sees every plan of the node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from uuid import UUID

import polars as pl
from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.formats import date_format

from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.core.report.places import by_capital
from rasr.node.assessment import queries as assessments
from rasr.node.assessment.freshness import in_force, marked
from rasr.node.assessment.models import Run
from rasr.node.people import rights
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.histories import uuid_of
from rasr.node.people.models import Approval, User
from rasr.node.places.contract import ContractRow, frame_of
from rasr.node.places.models import Jurisdiction, Site
from rasr.node.plan import bridge
from rasr.node.plan.models import PlanApproval, PlanDecision, PlanRun
from rasr.node.plan.queue import LEFT, left_over
from rasr.node.records.models import Fund, Line
from rasr.node.records.queries import register

Actor = User | AnonymousUser
APPROVAL = "approve_plan"
"""Kind of the approval of a plan."""
NAMED: dict[str, type[ContractRow]] = {"jurisdictions": Jurisdiction, "sites": Site, "lines": Line, "funds": Fund}
"""Tables whose rows a plan names."""
STEPS: dict[str, pl.DataType] = {
    **dict.fromkeys(("origin_id", "jurisdiction_id", "line_id", "site_id"), pl.String()),
    "period": pl.Int64(),
    **dict.fromkeys(("mass_kg", "cost_eur", "removed", "removed_per_million_eur"), pl.Float64()),
    **dict.fromkeys(("families", "techniques", "fund_ids"), pl.List(pl.String())),
}
"""Columns of ``first_steps``."""


def runs(actor: Actor) -> QuerySet[PlanRun]:
    """Every plan, the latest first, ``marked``.

    Raises PermissionDenied without the right ``view_runs``.
    """
    rights.require(actor, "view_runs")
    return marked(PlanRun.objects.select_related("actor", "assessment"))


def latest(actor: Actor) -> PlanRun | None:
    """The latest plan, with ``stale``; None also for who may not see results of the whole node."""
    return runs(actor).first() if rights.may(actor, "view_runs") else None


def told_of(actor: User, row_id: str) -> str | None:
    """What a plan is called, as its history is headed; None where the actor does not see it."""
    found = PlanRun.objects.filter(run_id=uuid_of(row_id)).first() if rights.may(actor, "view_runs") else None
    return date_format(found.made_at, "SHORT_DATE_FORMAT") if found else None


def run(actor: Actor, run_id: UUID | str) -> PlanRun | None:
    """One plan."""
    return runs(actor).filter(run_id=run_id).first()


def table(actor: Actor, run: PlanRun, which: str, name: str) -> pl.DataFrame | None:
    """One table of a plan (or ``left_over``'s), joint or alone; None where there is no such table."""
    _require(actor)
    if name != LEFT:
        return bridge.load_table(run, which, name)
    shipments = bridge.load_table(run, which, "shipments")
    return None if shipments is None else left_over(shipments, pools(actor, run))


def first_steps(actor: Actor, run: PlanRun, n: int) -> pl.DataFrame:
    """The first ``n`` things to do: the columns of ``queue.first_things``, and site_id: where the line stands."""
    _require(actor)
    steps = run.first[:n]
    sites = dict(Line.objects.filter(pk__in={step["line_id"] for step in steps}).values_list("pk", "site_id"))
    return pl.DataFrame([step | {"site_id": sites.get(step["line_id"])} for step in steps], schema=STEPS)


def of_site(actor: Actor, run: PlanRun, site_id: str) -> pl.DataFrame:
    """What the joint plan ships from a site: line_id, period, starts_on, mass_kg, cost_eur, in order of the periods."""
    _require(actor)
    made = _plan(run.pk)
    here = pools(actor, run).filter(pl.col("origin_id") == site_id).select("pool_id")
    return (
        made.shipments.join(here, on="pool_id", how="semi")
        .group_by("line_id", "period")
        .agg(pl.col("mass_kg").sum(), pl.col("cost_eur").sum())
        .join(made.periods.select("period", "starts_on"), on="period", how="left")
        .select("line_id", "period", "starts_on", "mass_kg", "cost_eur")
        .sort("period", "line_id")
    )


def table_names(actor: Actor, run: PlanRun) -> list[tuple[str, str, int]]:
    """Every table of a plan: which plan, name, rows."""
    _require(actor)
    return list(run.tables.order_by("-plan", "pk").values_list("plan", "name", "rows"))


def plan(actor: Actor, run: PlanRun) -> Plan:
    """The plan with its tables, the plans alone, and the assessment it was made from."""
    _require(actor)
    return replace(_plan(run.pk), assessment=assessments.assessment(actor, run.assessment))


@lru_cache(maxsize=4)
def _plan(run_id: UUID) -> Plan:
    """A kept plan never changes, and most pages ask for the latest: it stays unpacked."""
    return bridge.load_plan(PlanRun.objects.get(pk=run_id))


def pools(actor: Actor, run: PlanRun) -> pl.DataFrame:
    """The pools the plan was made from."""
    found = assessments.table(actor, run.assessment, "pools")
    assert found is not None, "every assessment keeps its pools"
    return found


def named(actor: Actor) -> Region:
    """What a plan names: jurisdictions in the order of their capitals, sites, lines and funds; all else is empty."""
    _require(actor)
    frames = {name: frame_of(model._default_manager.all()) for name, model in NAMED.items()}
    return Region.from_frames(frames | {"jurisdictions": by_capital(frames["jurisdictions"])})


@dataclass(frozen=True)
class About:
    """What asking for a plan will take. empty: there is no stock. assess_first: the assessment is not of this register.

    minutes: what the last plan took, rounded up; None where there is none.
    """

    empty: bool
    assess_first: bool
    minutes: int | None


def about(actor: Actor) -> About:
    """What asking for a plan now will take."""
    _require(actor)
    now = register()
    last_s = PlanRun.objects.values_list("duration_s", flat=True).first()
    minutes = None if last_s is None else max(1, ceil(last_s / 60))
    return About(now.empty, fresh_assessment(now.digest) is None, minutes)


def fresh_assessment(inputs_digest: str) -> Run | None:
    """The latest assessment of these records with the rule data and the program in force."""
    return Run.objects.filter(**in_force(inputs_digest)).first()


def _require(actor: Actor) -> None:
    rights.require(actor, "view_runs")


def decisions(actor: Actor) -> QuerySet[PlanDecision]:
    """What was decided by hand, that which was taken back too; with site_name and line_name (of the line's site).

    Raises PermissionDenied without the right ``view_runs``.
    """
    _require(actor)
    site = Site.objects.filter(pk=OuterRef("origin_id")).values("name")[:1]
    line = Line.objects.filter(pk=OuterRef("line_id")).values("site__name")[:1]
    rows = PlanDecision.objects.select_related("decided_by", "taken_back_by")
    return rows.annotate(site_name=Subquery(site), line_name=Subquery(line))


def decisions_in_force() -> QuerySet[PlanDecision]:
    """What was decided by hand and not taken back."""
    return PlanDecision.objects.filter(taken_back_at=None).order_by("pk")


def decision_told(actor: User, row_id: str) -> str | None:
    """How a decision is called, as its history is headed; None where the actor does not see it."""
    found = PlanDecision.objects.filter(pk=uuid_of(row_id)).first() if rights.may(actor, "view_runs") else None
    return str(found) if found else None


def approval(actor: Actor, run: PlanRun) -> PlanApproval | None:
    """That a plan was approved, and by whom; None where it was not."""
    _require(actor)
    return PlanApproval.objects.select_related("approved_by").filter(run=run).first()


def approval_asked(actor: Actor, run: PlanRun) -> Approval | None:
    """The approval of a plan that waits for a second person, if somebody may see that."""
    asked = approvals.visible(actor).filter(kind=APPROVAL, state=ApprovalState.ASKED)
    return asked.filter(payload__run_id=str(run.pk)).first()
