"""What somebody may see of lots: those of which something lies, or ever lay, in one of their stores."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from rasr.core.hazard.divisions import NOT_APPLICABLE
from rasr.core.records import names
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.records.models import (
    Batch,
    Constraint,
    ConstraintKind,
    Holding,
    Lot,
    MovementLine,
    SurveillanceTest,
)
from rasr.node.records.queries import Actor, articles, stock

VIEW, JUDGE = "view_register", "judge_stock"
MOST_STORES = 12
"""Stores that a page of a lot leads to at once."""


def lots(actor: Actor, right: str = VIEW) -> QuerySet[Lot]:
    """Lots of which something lies, or ever lay, in a store in scope; all for who has every place in scope."""
    rows = Lot.objects.select_related("article")
    if not may(actor, right):
        return rows.none()
    scope = scope_of(actor, right)
    if scope.everything:
        return rows
    moved = MovementLine.objects.filter(scope.stores("from_place__store__") | scope.stores("to_place__store__"))
    batches = Batch.objects.filter(Exists(moved.filter(batch=OuterRef("pk"))))
    return rows.filter(Exists(batches.filter(lot_record=OuterRef("pk"))))


def lot(actor: Actor, lot_id: UUID, right: str = VIEW) -> Lot:
    """One lot. Raises Lot.DoesNotExist, also for what is out of scope."""
    return lots(actor, right).get(pk=lot_id)


def listed(actor: Actor) -> QuerySet[Any]:
    """``lots`` with held: pieces or grams in stores in scope, None unknown; is_banned; verdict: of the latest test."""
    tests = SurveillanceTest.objects.filter(lot=OuterRef("pk")).order_by("-tested_on", "-recorded_at")
    return lots(actor).annotate(
        held=_held(actor),
        is_banned=Exists(_of_lot(OuterRef("pk"), OuterRef("article")).filter(kind=ConstraintKind.BAN, lifted_on=None)),
        verdict=Subquery(tests.values("verdict")[:1]),
    )


def _held(actor: Actor) -> Case:
    here = Holding.objects.filter(scope_of(actor).stores("store__"), batch__lot_record=OuterRef("pk"))
    total = here.order_by().values("batch__lot_record").annotate(total=Sum("quantity")).values("total")
    return Case(
        When(Exists(here.filter(quantity=None)), then=Value(None, output_field=BigIntegerField())),
        default=Coalesce(Subquery(total), 0, output_field=BigIntegerField()),
        output_field=BigIntegerField(),
    )


def lot_holdings(actor: Actor, lot: Lot) -> QuerySet[Holding]:
    """Where a lot lies, in scope, what is left of it."""
    return stock(actor).filter(batch__lot_record=lot).exclude(quantity=0)


def constraints_on(lot: Lot) -> QuerySet[Constraint]:
    """Bans and constraints of a lot and of its whole article, those in force first."""
    rows = _of_lot(lot.pk, lot.article_id).select_related("imposed_by", "lifted_by")
    return rows.order_by(Case(When(lifted_on=None, then=0), default=1), "-imposed_on")


def _of_lot(lot_id: Any, article_id: Any) -> QuerySet[Constraint]:
    return Constraint.objects.filter(Q(lot=lot_id) | Q(lot=None, article=article_id))


def constraints(actor: Actor, right: str = VIEW) -> QuerySet[Constraint]:
    """Bans and constraints: of whole articles, which are everybody's, and of lots in scope.

    To judge the former somebody must judge every place.
    """
    rows = Constraint.objects.select_related("article", "lot", "imposed_by")
    if not may(actor, right):
        return rows.none()
    if scope_of(actor, right).everything:
        return rows
    of_lots = Q(lot__in=lots(actor, right).values("pk"))
    return rows.filter(of_lots | Q(lot=None)) if right == VIEW else rows.filter(of_lots)


def constraint(actor: Actor, constraint_id: UUID, right: str = VIEW) -> Constraint:
    """One of them. Raises Constraint.DoesNotExist."""
    return constraints(actor, right).get(pk=constraint_id)


def bannable(actor: Actor, article_id: str) -> Any:
    """The article that somebody may ban as a whole. Raises Article.DoesNotExist."""
    rows = articles(actor)
    allowed = may(actor, JUDGE) and scope_of(actor, JUDGE).everything
    return (rows if allowed else rows.none()).get(pk=article_id)


def tests_of(lot: Lot) -> QuerySet[SurveillanceTest]:
    """The tests of a lot, the latest first."""
    return lot.tests.select_related("recorded_by").order_by("-tested_on", "-recorded_at")


def unnamed(actor: Actor) -> QuerySet[Holding]:
    """Ammunition in stores where somebody judges stock, of which no lot is recorded."""
    rows = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__"), batch__lot_record=None)
    rows = rows.exclude(batch__article__hazard_division=NOT_APPLICABLE).exclude(quantity=0)
    rows = rows if may(actor, JUDGE) else rows.none()
    return rows.select_related("batch__article", "store__site").order_by("position")


def as_text(actor: Actor, lot: Lot) -> int:
    """Records of stock, where somebody judges it, that bear the number of a lot only as a text: no ban finds them."""
    rows = _as_text(actor, lot)
    written = rows.values_list("batch__lot", flat=True).distinct()
    texts = [one for one in written if one and names.mark(one) == lot.normalised]
    return rows.filter(batch__lot__in=texts).count() if texts else 0


def judged_in(actor: Actor, lot: Lot) -> list[str]:
    """Stores in which something of a lot lies and somebody judges it; the first few."""
    rows = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__"), batch__lot_record=lot).exclude(quantity=0)
    found = rows.order_by("store_id").values_list("store_id", flat=True).distinct()
    return [one for one in found[:MOST_STORES] if one] if may(actor, JUDGE) else []


def _as_text(actor: Actor, lot: Lot) -> QuerySet[Holding]:
    rows = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__"), batch__lot_record=None).exclude(quantity=0)
    rows = rows.filter(batch__article=lot.article_id).exclude(batch__lot=None).exclude(batch__lot="").order_by()
    return rows if may(actor, JUDGE) else rows.none()


def judged_batch(actor: Actor, batch_id: UUID) -> Batch:
    """A batch that lies in a store where somebody judges stock. Raises Batch.DoesNotExist."""
    held = Holding.objects.filter(scope_of(actor, JUDGE).stores("store__"), batch=OuterRef("pk"))
    rows = Batch.objects.select_related("article", "lot_record").filter(Exists(held))
    return (rows if may(actor, JUDGE) else rows.none()).get(pk=batch_id)
