"""What is done to lots: they are recorded, stock is put under them, their facts are mended, tests are taken down.

A batch never changes, so stock comes under a lot by a reclassification: out of one batch, into another of that lot.
Who judges stock that lies in a lot, or ever lay in it, judges the lot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records import names
from rasr.core.records.ledger.places import CONVERTED, Spot
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.posting import post
from rasr.node.records.ledger.write import lock_register
from rasr.node.records.lots import queries
from rasr.node.records.lots.told import Why, days_before_today, entered
from rasr.node.records.models import Batch, Holding, Lot, LotComponent, LotIdentity, Movement, SurveillanceTest

TABLE = Lot._meta.db_table
FACTS = ("maker", "country_made", "year_made", "shelf_life_until", "next_test_on", "notes")
"""Facts of a lot that can be mended. Number and identity have a form of their own."""
RECLASSIFICATION = "reclassification"


@dataclass(frozen=True)
class LotFacts:
    """A lot as it is marked. number: as it stands on the package; of a lost one, what the register calls it."""

    number: str
    identity: str = LotIdentity.KNOWN
    maker: str = ""
    country_made: str = ""
    year_made: int | None = None
    shelf_life_until: date | None = None


def find_or_make(*, actor: User, article_id: str, facts: LotFacts, sure: bool = False) -> Lot:
    """The lot of this article and number; made where there is none. For what comes in: it must be moved next.

    sure: another lot whose number looks like it is another lot all the same. Raises PermissionDenied; Refused:
    lot_looks_alike.
    """
    require(actor, "keep_stock")
    with transaction.atomic():
        return _find_or_make(actor, article_id, facts, Why(), sure=sure)


def name_lot(
    *, actor: User, batch_id: UUID, facts: LotFacts, why: Why, movement_id: UUID, sure: bool = False
) -> Lot | None:
    """Put all there is of a batch, where the actor judges stock, under a lot; None where that was done before.

    It is reclassified into a batch of that lot. Raises PermissionDenied, Batch.DoesNotExist; Refused: lot_looks_alike,
    lot_same, batch_by_items, batch_empty, and what ``post`` refuses.
    """
    require(actor, queries.JUDGE)
    with transaction.atomic():
        lock_register()  # one at a time, so that sending it twice at once does it once too
        if Movement.objects.filter(pk=movement_id).exists():
            return None
        batch = queries.judged_batch(actor, batch_id)
        lot = _find_or_make(actor, batch.article_id, facts, why, sure=sure)
        if batch.lot_record_id == lot.pk:
            raise Refused("lot_same", number=lot.number)
        here = scope_of(actor, queries.JUDGE).stores("store__")
        held = list(Holding.objects.filter(here, batch=batch).exclude(quantity=0).select_related("place"))
        if batch.itemised:
            raise Refused("batch_by_items", record=batch.stock_id)
        if not held:
            raise Refused("batch_empty", record=batch.stock_id)
        new = replace(as_draft(batch), batch_id=uuid7(), lot=lot.number, lot_record_id=lot.pk)
        spots = [(one, Spot(one.place.kind, one.place.store_id, one.place.ref)) for one in held]
        lines = [_line(batch.pk, one, spot, Spot(CONVERTED)) for one, spot in spots]
        lines += [_line(new.batch_id, one, Spot(CONVERTED), spot) for one, spot in spots]
        post(
            actor=actor,
            movement=MovementDraft(
                *(movement_id, RECLASSIFICATION, timezone.now(), why.text, tuple(lines)),
                batches=(new,),
                reason_language=why.language,
            ),
        )
        return lot


def as_draft(batch: Batch) -> BatchDraft:
    """A batch as it would be sent again."""
    columns = {name: getattr(batch, name) for name in BATCH_COLUMNS}
    return BatchDraft(**columns)


def change(*, actor: User, lot_id: UUID, facts: Mapping[str, Any], why: Why) -> Lot:
    """Mend facts of a lot: some of ``FACTS``. Raises PermissionDenied, Lot.DoesNotExist; Refused: reason_wanted."""
    require(actor, queries.JUDGE)
    assert set(facts) <= set(FACTS), facts
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        entered(actor, "lot.change", lot, dict(facts), why)
    return lot


def identify(*, actor: User, lot_id: UUID, number: str, identity: str, why: Why, sure: bool = False) -> Lot:
    """Another number for a lot, or another state of its identity: lost, provisional, known again.

    What it was called before stays on the trail, and in the batches that were made under it. Raises PermissionDenied,
    Lot.DoesNotExist; Refused: lot_exists, lot_looks_alike, reason_wanted.
    """
    require(actor, queries.JUDGE)
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        number = number.strip()
        others = Lot.objects.filter(article=lot.article_id).exclude(pk=lot.pk)
        if others.filter(number=number).exists():
            raise Refused("lot_exists", number=number, article=lot.article_id)
        if number != lot.number:
            _alike(actor, lot.article_id, number, but=lot.pk, sure=sure)
        facts = {"number": number, "normalised": names.mark(number), "identity": LotIdentity(identity).value}
        entered(actor, "lot.identify", lot, facts, why)
    return lot


def add_component(*, actor: User, lot_id: UUID, part: str, number: str) -> LotComponent:
    """Write down a lot that this one is made of; where exactly one lot that the actor sees has the number, that one.

    Raises PermissionDenied, Lot.DoesNotExist.
    """
    require(actor, queries.JUDGE)
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        alike = queries.lots(actor).filter(normalised=names.mark(number)).exclude(pk=lot.pk)[:2] if number else []
        found = list(alike)
        known = found[0] if len(found) == 1 else None
        made = LotComponent.objects.create(lot=lot, component=known, part=part, number=number)
        after = {"part": part, "number": number, "component": known and known.pk}
        trail.record(actor=actor, act="lot.component", table=TABLE, row_id=lot.pk, after=after)
    return made


def drop_component(*, actor: User, lot_id: UUID, component_id: int) -> None:
    """Take a component off that was written down by mistake. Raises as ``add_component``, LotComponent.DoesNotExist."""
    require(actor, queries.JUDGE)
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        gone = lot.components.get(pk=component_id)
        before = {"part": gone.part, "number": gone.number, "component": gone.component_id}
        gone.delete()
        trail.record(actor=actor, act="lot.component", table=TABLE, row_id=lot.pk, before=before)


@dataclass(frozen=True)
class LotResult:
    """A surveillance test. value: with its unit; None where the test gives no number."""

    tested_on: date
    method: str
    verdict: str
    value: float | None = None
    unit: str = ""
    laboratory: str = ""
    reference: str = ""
    next_on: date | None = None


def record_test(*, actor: User, lot_id: UUID, facts: LotResult) -> SurveillanceTest:
    """Take down a test; the latest one says when the lot is tested next.

    Raises PermissionDenied, Lot.DoesNotExist; Refused: day_in_future, next_test_before.
    """
    require(actor, queries.JUDGE)
    days_before_today(facts.tested_on)
    if facts.next_on is not None and facts.next_on <= facts.tested_on:
        raise Refused("next_test_before", day=facts.tested_on.isoformat())
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        latest = lot.tests.order_by("-tested_on").values_list("tested_on", flat=True).first()
        made = SurveillanceTest.objects.create(lot=lot, recorded_by=actor, **vars(facts))
        told = {name: value for name, value in vars(facts).items() if value not in (None, "")}
        before: dict[str, Any] | None = None
        if latest is None or latest <= facts.tested_on:
            before = {"next_test_on": lot.next_test_on}
            lot.next_test_on = facts.next_on
            lot.save(update_fields=["next_test_on", "changed_at"])
        trail.record(
            actor=actor, act="lot.test", table=TABLE, row_id=lot.pk, before=before, after={**told, "test": made.pk}
        )
    return made


def _locked(actor: User, lot_id: UUID) -> Lot:
    """A lot that somebody judges, locked. Raises Lot.DoesNotExist."""
    queries.lots(actor, queries.JUDGE).get(pk=lot_id)
    return Lot.objects.select_for_update().get(pk=lot_id)


def _find_or_make(actor: User, article_id: str, facts: LotFacts, why: Why, *, sure: bool) -> Lot:
    number = facts.number.strip()
    found = Lot.objects.filter(article=article_id, number=number).first()
    if found is not None:
        return found
    _alike(actor, article_id, number, sure=sure)
    given = {**vars(facts), "number": number}
    made, new = Lot.objects.get_or_create(
        article_id=article_id, number=number, defaults={**given, "normalised": names.mark(number)}
    )
    if not new:  # somebody was faster
        return made
    told = {name: value for name, value in given.items() if value not in (None, "")}
    trail.record(
        actor=actor,
        act="lot.make",
        table=TABLE,
        row_id=made.pk,
        reason=why.text,
        reason_language=why.language,
        after={"article": article_id, **told},
    )
    return made


def _alike(actor: User, article_id: str, number: str, *, sure: bool, but: UUID | None = None) -> None:
    """Raises Refused: lot_looks_alike, of lots that the actor sees."""
    if sure:
        return
    rows = queries.lots(actor).filter(article=article_id, normalised=names.mark(number))
    rows = rows.exclude(pk=but) if but else rows
    other = rows.exclude(number=number).values_list("number", flat=True).first()
    if other is not None:
        raise Refused("lot_looks_alike", number=number, other=other)


def _line(batch_id: UUID, held: Holding, here: Spot, there: Spot) -> LineDraft:
    return LineDraft(batch_id, held.quantity, held.quantity_basis, here, there)
