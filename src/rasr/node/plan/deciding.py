"""What a planner decides by hand: ways that are used or not, what is under way, and that a plan is to be carried out.

    decide(actor=planner, hold=Hold("N", "BURN", never=True), why=Why("The range is closed.", "en"))

A decision holds for every plan made after it, until it is taken back. One decision stands at a time for a way.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import tonne_from_kg
from rasr.core.plan.holds import Hold, as_planned
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import Approval, User
from rasr.node.people.place import NODE, Place
from rasr.node.people.rights import require
from rasr.node.plan import queries
from rasr.node.plan.models import PlanApproval, PlanDecision, PlanRun
from rasr.node.records.lots.told import Why
from rasr.node.web.said import Said

RIGHT, SECOND = "plan", "approve_stock"
KIND = queries.APPROVAL
TABLE = PlanDecision._meta.db_table


def decide(*, actor: User, hold: Hold, why: Why) -> PlanDecision:
    """Keep a decision. Raises PermissionDenied; Refused: plan_decision_stands, hold_mass."""
    require(actor, RIGHT)
    if not hold.never and not 0 < hold.at_least_kg < float("inf"):
        raise Refused(
            "hold_mass", hold=f"{hold.origin_id} > {hold.line_id}", mass_tonne=tonne_from_kg(hold.at_least_kg)
        )
    try:
        with transaction.atomic():
            return _keep(actor, hold, why)
    except IntegrityError:
        raise Refused("plan_decision_stands", origin=hold.origin_id, line=hold.line_id) from None


def hold_fast(*, actor: User, run: PlanRun, through: int, why: Why) -> int:
    """Decide that what a plan sends in its first periods stays so, since it is under way; how many decisions that is.

    through: the last of those periods, from 1. A way on which a decision stands keeps it. Raises PermissionDenied.
    """
    require(actor, RIGHT)
    wanted = {}
    for hold in as_planned(queries.plan(actor, run), queries.pools(actor, run), through):
        wanted[hold.origin_id, hold.line_id, hold.family or ""] = hold  # the last period of a way holds all of it
    with transaction.atomic():
        stand = set(queries.decisions_in_force().values_list("origin_id", "line_id", "family"))
        ways = {way[:2] for way in stand if not way[2]}  # a decision on every family is one on each
        new = [hold for way, hold in wanted.items() if way not in stand and way[:2] not in ways]
        for hold in new:
            _keep(actor, hold, why)
    return len(new)


def take_back(*, actor: User, decision_id: UUID, why: Why) -> PlanDecision:
    """Let a decision hold no more. Raises PermissionDenied; PlanDecision.DoesNotExist, also where it was taken back."""
    require(actor, RIGHT)
    with transaction.atomic():
        found = queries.decisions_in_force().select_for_update(of=("self",)).get(pk=decision_id)
        found.taken_back_by, found.taken_back_at = actor, timezone.now()
        found.taken_back_why, found.taken_back_why_language = why.text, why.language
        found.save(update_fields=["taken_back_by", "taken_back_at", "taken_back_why", "taken_back_why_language"])
        trail.record(
            actor=actor,
            act="plan.take_back",
            table=TABLE,
            row_id=found.pk,
            reason=why.text,
            reason_language=why.language,
        )
    return found


def holds_in_force() -> tuple[Hold, ...]:
    """Every decision that holds, as the core takes it, in the order in which they were made."""
    return tuple(
        Hold(
            row.origin_id,
            row.line_id,
            row.family or None,
            never=row.never,
            at_least_kg=row.at_least_kg or 0.0,
            by=row.by_day,
        )
        for row in queries.decisions_in_force()
    )


def _keep(actor: User, hold: Hold, why: Why) -> PlanDecision:
    made = PlanDecision.objects.create(
        origin_id=hold.origin_id,
        line_id=hold.line_id,
        family=hold.family or "",
        never=hold.never,
        at_least_kg=None if hold.never else hold.at_least_kg,
        by_day=None if hold.never else hold.by,
        reason=why.text,
        reason_language=why.language,
        decided_by=actor,
    )
    trail.record(
        actor=actor,
        act="plan.decide",
        table=TABLE,
        row_id=made.pk,
        after={"origin_id": made.origin_id, "line_id": made.line_id, "family": made.family, "never": made.never,
               "at_least_kg": made.at_least_kg, "by_day": made.by_day.isoformat() if made.by_day else None},
        reason=why.text,
        reason_language=why.language,
    )  # fmt: skip
    return made


def ask(*, actor: User, session: str, run: PlanRun, reason: Said | str) -> Approval:
    """Ask a second person to approve a plan. Raises PermissionDenied; Refused: plan_approved."""
    require(actor, RIGHT)
    return approvals.ask(actor=actor, session=session, kind=KIND, payload={"run_id": str(run.pk)}, reason=reason)


@approvable(KIND, name=_("Approve a plan"), asks=RIGHT, right=SECOND)
class ApprovePlan(OfNobody):
    """run_id: the plan."""

    def title(self, payload: Payload) -> Told:
        """Which plan."""
        run = PlanRun.objects.get(pk=payload["run_id"])
        return ours(_("Plan of {day}"), day=f"{run.made_at:%Y-%m-%d}")

    def describe(self, payload: Payload) -> list[Change]:
        """What it removes, destroys and costs. Raises PlanRun.DoesNotExist; Refused: plan_approved."""
        run = PlanRun.objects.get(pk=payload["run_id"])
        if PlanApproval.objects.filter(run=run).exists():
            raise Refused("plan_approved")
        told, missed = run.summary, run.summary.get("deadlines_missed") or []
        by_hand = len(run.options.get("holds") or [])
        return [
            Change(
                ours(_("Expected fatalities per year")),
                f"{told['danger_before']:.3g}",
                f"{told['danger_after']:.3g}",
            ),
            Change(ours(_("Destroyed, t")), "–", f"{tonne_from_kg(run.mass_destroyed_kg):.0f}"),
            Change(ours(_("Cost, thousand EUR")), "–", f"{run.cost_eur / 1000:.0f}"),
            *([Change(ours(_("Decided by hand")), "–", str(by_hand))] if by_hand else []),
            *([Change(ours(_("Deadlines missed")), "–", str(len(missed)))] if missed else []),
        ]

    def scope(self, payload: Payload) -> Place:
        """A plan is of the whole node. Raises PlanRun.DoesNotExist."""
        PlanRun.objects.get(pk=payload["run_id"])
        return NODE

    def do(self, actor: User | None, payload: Payload) -> None:
        """Keep that it is approved."""
        asked = Approval.objects.filter(kind=KIND, payload__run_id=payload["run_id"]).order_by("-asked_at").first()
        run = PlanRun.objects.get(pk=payload["run_id"])
        PlanApproval.objects.create(
            run=run, approved_by=actor, approved_at=timezone.now(), approval_id=asked.pk if asked else None
        )
        trail.record(actor=actor, act="plan.approve", table=PlanRun._meta.db_table, row_id=run.pk)
