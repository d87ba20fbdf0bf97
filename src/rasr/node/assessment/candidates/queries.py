"""Candidate sites that somebody may see: those of organisations that are whole in their scope."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from rasr.node.assessment.models import CandidateSite
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.places.models import Organisation

Actor = User | AnonymousUser
VIEW, JUDGE = "view_register", "judge_stock"
KIND = "approve_candidate_site"


def candidates(actor: Actor, right: str = VIEW) -> QuerySet[CandidateSite]:
    """All of them, those that were withdrawn too."""
    if not isinstance(actor, User) or not may(actor, right):
        return CandidateSite.objects.none()
    rows = CandidateSite.objects.filter(of_organisations(scope_of(actor, right)))
    return rows.select_related("organisation", "proposed_by", "approved_by", "withdrawn_by")


def candidate(actor: Actor, candidate_id: UUID, right: str = VIEW) -> CandidateSite:
    """One of them. Raises CandidateSite.DoesNotExist, also for what is out of scope."""
    return candidates(actor, right).get(pk=candidate_id)


def offered(actor: Actor) -> QuerySet[CandidateSite]:
    """Those to which a store may be thought: approved and not withdrawn."""
    return candidates(actor).filter(withdrawn_at=None)


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Those for which somebody may propose one."""
    scope = scope_of(actor, JUDGE)
    here = Q() if scope.everything else Q(pk__in=scope.organisation_ids)
    return Organisation.objects.filter(here, closed=False).order_by("name", "pk")


def waiting(actor: Actor) -> QuerySet[Approval]:
    """Those proposed that wait for a second person, if somebody may see that."""
    return approvals.visible(actor).filter(kind=KIND, state=ApprovalState.ASKED).order_by("asked_at")


def of_organisations(scope: Scope) -> Q:
    """A filter to those of organisations that are whole in a scope."""
    return Q() if scope.everything else Q(organisation_id__in=scope.organisation_ids)
