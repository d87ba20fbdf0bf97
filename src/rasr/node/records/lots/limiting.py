"""Bans and constraints: imposed on a lot by who judges some of it, lifted by who judges all of it.

On a whole article both are for who judges stock of the whole node. Every one keeps who imposed and who lifted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.records.lots import queries
from rasr.node.records.lots.told import Why, days_before_today
from rasr.node.records.models import Constraint, ConstraintKind, Holding

TABLE = Constraint._meta.db_table


@dataclass(frozen=True)
class Limit:
    """What is not allowed, and why. reference: of the order; imposed_on: None is today."""

    kind: str
    text: str
    reason: str
    reference: str = ""
    imposed_on: date | None = None


def impose(*, actor: User, limit: Limit, lot_id: UUID | None = None, article_id: str = "") -> Constraint:
    """Impose a ban or a constraint on a lot, or on a whole article.

    Raises PermissionDenied, Lot.DoesNotExist, Article.DoesNotExist; Refused: reason_wanted, day_in_future.
    """
    require(actor, queries.JUDGE)
    imposed_on = limit.imposed_on or timezone.localdate()
    days_before_today(imposed_on)
    if not limit.reason.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        if lot_id is not None:
            lot = queries.lot(actor, lot_id, queries.JUDGE)
            article_id = lot.article_id
        else:
            article_id = queries.bannable(actor, article_id).pk
        made = Constraint.objects.create(
            kind=ConstraintKind(limit.kind),
            article_id=article_id,
            lot_id=lot_id,
            text=limit.text,
            reason=limit.reason,
            reference=limit.reference,
            imposed_on=imposed_on,
            imposed_by=actor,
        )
        after = {"kind": made.kind, "article": article_id, "lot": lot_id, "text": limit.text, "on": imposed_on}
        trail.record(
            actor=actor,
            act="constraint.impose",
            table=TABLE,
            row_id=made.pk,
            reason=limit.reason,
            after=after,
        )
    return made


def lift(*, actor: User, constraint_id: UUID, why: Why, lifted_on: date | None = None) -> Constraint:
    """Lift one that is in force.

    Raises PermissionDenied, Constraint.DoesNotExist; Refused: reason_wanted, day_in_future, lifted_already,
    lifted_before, lot_also_elsewhere where some of the lot lies outside of what the actor judges.
    """
    require(actor, queries.JUDGE)
    lifted_on = lifted_on or timezone.localdate()
    days_before_today(lifted_on)
    with transaction.atomic():
        queries.constraint(actor, constraint_id, queries.JUDGE)
        found = Constraint.objects.select_for_update().get(pk=constraint_id)
        if found.lifted_on is not None:
            raise Refused("lifted_already")
        if lifted_on < found.imposed_on:
            raise Refused("lifted_before", day=found.imposed_on.isoformat())
        if not why.text.strip():
            raise Refused("reason_wanted")
        _all_of_it(actor, found)
        found.lifted_on, found.lifted_by, found.lifted_reason = lifted_on, actor, why.text
        found.save(update_fields=["lifted_on", "lifted_by", "lifted_reason"])
        before: dict[str, Any] = {"lifted_on": None}
        trail.record(
            actor=actor,
            act="constraint.lift",
            table=TABLE,
            row_id=found.pk,
            reason=why.text,
            reason_language=why.language,
            before=before,
            after={"lifted_on": lifted_on},
        )
    return found


def _all_of_it(actor: User, found: Constraint) -> None:
    scope = scope_of(actor, queries.JUDGE)
    if scope.everything:
        return
    held = Holding.objects.filter(batch__lot_record=found.lot_id).exclude(quantity=0)
    if held.exclude(scope.stores("store__")).exists():
        assert found.lot is not None
        raise Refused("lot_also_elsewhere", number=found.lot.number)
