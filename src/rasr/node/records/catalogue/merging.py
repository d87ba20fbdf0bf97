"""Two articles that are one: the stock of the one becomes stock of the other, by a movement; and back again.

The article that is given up stays in the catalogue, closed, and names the one that it was found to be; every one of
its batches stays too, so that the merge can be undone: what still lies in the batches that it made goes back.

Stock that is in somebody's hands goes, and what was lost or stolen, which may come back; what was destroyed, sold or
used up stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import CONVERTED, IN_TRANSIT, LOST, ON_ISSUE, STOLEN, STORE, Spot
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.records.catalogue import services
from rasr.node.records.catalogue.carrying import Carrier
from rasr.node.records.ledger import write
from rasr.node.records.ledger.drafts import BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.ledger.posting import post
from rasr.node.records.lots.services import RECLASSIFICATION, as_draft
from rasr.node.records.lots.told import Why
from rasr.node.records.models import (
    Article,
    Batch,
    Constraint,
    ConstraintKind,
    Holding,
    ItemPosition,
    Movement,
    MovementLine,
    Requirement,
)

JUDGE = "judge_stock"
GOES = (STORE, IN_TRANSIT, ON_ISSUE, LOST, STOLEN)
"""Kinds of places from which stock goes with a merge."""


@dataclass(frozen=True)
class Merged:
    """What a merge, or its undoing, did. records: holdings that it moved; pieces: what they held, None unknown."""

    article: Article
    records: int
    pieces: int | None


def merge(*, actor: User, article_id: str, into_id: str, movement_id: UUID, why: Why) -> Merged:
    """Make all stock of an article stock of another, and close the one. The same again does nothing.

    Raises PermissionDenied, Article.DoesNotExist; Refused: merge_into_itself, merge_units_differ, merge_required,
    merge_banned, movement_posted, reason_wanted, and what ``post`` refuses.
    """
    _everywhere(actor)
    with transaction.atomic():
        return join(actor, "article.merge", article_id, into_id, movement_id, why)


def join(actor: User, act: str, article_id: str, into_id: str, movement_id: UUID, why: Why) -> Merged:
    """Merge, without asking for the rights on the catalogue. Inside a transaction. Raises as ``merge``."""
    register = write.lock_register()
    gone = Article.objects.select_for_update().get(pk=article_id)
    if gone.closed and gone.merged_into_id == into_id:
        return Merged(gone, 0, 0)
    kept = Article.objects.select_for_update().get(pk=into_id, closed=False)
    if gone.closed:
        raise Article.DoesNotExist
    services.given(why)
    _may_be_one(gone, kept)
    held = _held(Batch.objects.filter(article=gone))
    carry = Carrier(actor, kept, why)
    batches = {one.batch_id: one.batch for one in held}
    drafts = {batch_id: _as_article(batch, kept, carry) for batch_id, batch in batches.items()}
    # from here on it counts as the other, so that the conversion balances piece by piece
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    to = {batch_id: draft.batch_id for batch_id, draft in drafts.items()}
    _convert(actor, movement_id, held, to, why, new=tuple(drafts.values()))
    gone.closed = True
    gone.save(update_fields=["closed"])
    after = {"merged_into": kept.pk, "movement": movement_id if held else None, "records": len(held)}
    services.record(actor, act, gone, why, {"merged_into": None}, after)
    if not held:
        write.moved_on(register)
    return Merged(kept, len(held), _sum(held))


def undo(*, actor: User, article_id: str, movement_id: UUID, why: Why) -> Merged:
    """Open an article again that was merged: what still lies in the batches that the merge made is its stock again.

    The same again does nothing. Raises PermissionDenied, Article.DoesNotExist; Refused: not_merged, reason_wanted, and
    what ``post`` refuses.
    """
    _everywhere(actor)
    with transaction.atomic():
        register = write.lock_register()
        gone = Article.objects.select_for_update().get(pk=article_id)
        if Movement.objects.filter(pk=movement_id).exists():
            return Merged(gone, 0, 0)
        if not gone.closed or gone.merged_into is None:
            raise Refused("not_merged", article=gone.name)
        services.given(why)
        kept = gone.merged_into
        gone.closed = False
        gone.save(update_fields=["closed"])
        _same_bans(kept, gone)
        back = _made_from(gone, kept)
        made = _held(Batch.objects.filter(pk__in=_out_lines(gone, kept).values("batch")))
        held = [one for one in made if one.batch_id in back]
        carry = Carrier(actor, gone, why)
        for one in held:
            carry.to(one.batch.lot_record, back[one.batch_id].lot_record)
        _convert(actor, movement_id, held, {made: old.pk for made, old in back.items()}, why)
        gone.merged_into = None
        gone.save(update_fields=["merged_into"])
        after = {"merged_into": None, "movement": movement_id if held else None, "records": len(held)}
        services.record(actor, "article.undo", gone, why, {"merged_into": kept.pk}, after)
        if not held:
            write.moved_on(register)
    return Merged(gone, len(held), _sum(held))


def _everywhere(actor: User) -> None:
    """The stock of every place becomes something else: for who judges all of it and may change the catalogue."""
    require(actor, services.RIGHT)
    require(actor, JUDGE)
    if not scope_of(actor, JUDGE).everything:
        raise PermissionDenied(JUDGE)


def _may_be_one(gone: Article, kept: Article) -> None:
    if gone.pk == kept.pk:
        raise Refused("merge_into_itself")
    if gone.unit != kept.unit:
        raise Refused("merge_units_differ", one=gone.name, other=kept.name)
    if Requirement.objects.filter(article=gone).exists():
        raise Refused("merge_required", article=gone.name)
    _same_bans(gone, kept)


def _same_bans(one: Article, other: Article) -> None:
    """A ban on a whole article would be lost where stock becomes another one that is not banned."""
    bans = Constraint.objects.filter(kind=ConstraintKind.BAN, lot=None, lifted_on=None)
    if bans.filter(article=one).exists() and not bans.filter(article=other).exists():
        raise Refused("merge_banned", one=one.name, other=other.name)


def _held(batches: QuerySet[Batch]) -> list[Holding]:
    """What of these batches goes, in the order of the register."""
    rows = Holding.everywhere.filter(batch__in=batches.order_by().values("pk"), place__kind__in=GOES)
    return list(rows.select_related("batch__lot_record", "place").order_by("position", "pk"))


def _as_article(batch: Batch, article: Article, carry: Carrier) -> BatchDraft:
    lot_id = carry.lot_of(batch.lot_record)
    return replace(as_draft(batch), batch_id=uuid7(), article_id=article.pk, lot_record_id=lot_id)


def _convert(
    actor: User,
    movement_id: UUID,
    held: Sequence[Holding],
    to: Mapping[UUID, UUID],
    why: Why,
    new: tuple[BatchDraft, ...] = (),
) -> None:
    """Post one movement by which all of this becomes as much of other batches, where it is. Nothing for nothing."""
    into: list[LineDraft] = []
    out_of: list[LineDraft] = []
    for one, quantity, item_id in _pieces(held):
        spot, basis = Spot(one.place.kind, one.place.store_id, one.place.ref), one.quantity_basis
        into.append(LineDraft(one.batch_id, quantity, basis, spot, Spot(CONVERTED), item_id))
        out_of.append(LineDraft(to[one.batch_id], quantity, basis, Spot(CONVERTED), spot, item_id))
    if not into:
        return
    lines, named = tuple(into + out_of), {line.batch_id for line in out_of}
    batches = tuple(draft for draft in new if draft.batch_id in named)
    draft = MovementDraft(movement_id, RECLASSIFICATION, timezone.now(), why.text, lines, batches=batches)
    if post(actor=actor, movement=replace(draft, reason_language=why.language)) != "created":
        raise Refused("movement_posted")


def _pieces(held: Sequence[Holding]) -> Iterator[tuple[Holding, int | None, UUID | None]]:
    """The lines of what goes: a holding each, item by item where each piece is recorded."""
    by_place: dict[tuple[UUID, int], list[UUID]] = defaultdict(list)
    for some in in_parts({one.batch_id for one in held if one.batch.itemised}):
        rows = ItemPosition.objects.filter(batch__in=some).order_by("item_id")
        for batch_id, place_id, item_id in rows.values_list("batch_id", "place_id", "item_id"):
            by_place[batch_id, place_id].append(item_id)
    for one in held:
        if one.batch.itemised:
            yield from ((one, 1, item_id) for item_id in by_place[one.batch_id, one.place_id])
        else:
            yield one, one.quantity, None


def _in_lines(gone: Article) -> QuerySet[MovementLine]:
    went = MovementLine.objects.filter(batch__article=gone, to_place__kind=CONVERTED)
    return went.filter(movement__kind=RECLASSIFICATION)


def _out_lines(gone: Article, kept: Article) -> QuerySet[MovementLine]:
    merges = _in_lines(gone).order_by().values("movement")
    return MovementLine.objects.filter(movement__in=merges, batch__article=kept, from_place__kind=CONVERTED)


def _made_from(gone: Article, kept: Article) -> dict[UUID, Batch]:
    """Batches that merges of the one into the other made, each with the batch that it was made from.

    A merge has as many lines out of ``converted`` as into it, in the same order; other conversions are left alone.
    """
    into: dict[UUID, list[Batch]] = defaultdict(list)
    out_of: dict[UUID, list[UUID]] = defaultdict(list)
    for line in _in_lines(gone).select_related("batch__lot_record").order_by("movement", "position"):
        into[line.movement_id].append(line.batch)
    made = _out_lines(gone, kept).order_by("movement", "position")
    for movement_id, batch_id in made.values_list("movement_id", "batch_id"):
        out_of[movement_id].append(batch_id)
    return {
        batch_id: old
        for movement_id, batches in out_of.items()
        if len(batches) == len(into[movement_id])
        for batch_id, old in zip(batches, into[movement_id], strict=True)
    }


def _sum(held: Iterable[Holding]) -> int | None:
    total = 0
    for one in held:
        if one.quantity is None:
            return None
        total += one.quantity
    return total
