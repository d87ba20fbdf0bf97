"""A count that was written down elsewhere: a sheet as of an earlier position of the ledger, with its figures on it.

From there it goes the way of every count (``services.finish`` and what follows).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import STORE
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.counts.expecting import Standing, moved_on
from rasr.node.records.counts.services import RIGHT, TABLE, UNFINISHED, Found
from rasr.node.records.ledger import write
from rasr.node.records.models import Batch, Count, CountKind, CountLine, Place
from rasr.node.web import rows


@dataclass(frozen=True)
class Sheet:
    """What somebody found in a store. source: where it is written.

    frozen_line, frozen_at: the position of the ledger to which the figures were compared, and when. found: by batch, in
    the whole store; None: no figure; a batch that is not named was not found. beside: what was found and is on no
    record of the store, each with a note that says what it is.
    """

    store_id: str
    frozen_line: int
    frozen_at: datetime
    found: Mapping[UUID, int | None]
    beside: Sequence[Found]
    source: str


def open_written(*, actor: User, sheet: Sheet, due_on: date) -> Count:
    """Open a count of a whole store with the figures of a sheet; what was expected is worked out from the ledger.

    Of a batch in several stacks each holds what is expected of it and the last one the rest. Of one kept piece by piece
    the figure says which pieces are there only where that is all or none: else they are left to be counted.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_due_passed, count_there, and count_store_emptied where
    all that lay there has left since.
    """
    require(actor, RIGHT)
    with transaction.atomic():
        register = write.lock_register()
        here = Store.objects.select_related("site").filter(scope_of(actor, RIGHT).stores(), closed=False)
        store = here.get(pk=sheet.store_id)
        if due_on < timezone.localdate():
            raise Refused("count_due_passed", day=due_on.isoformat())
        if Count.objects.filter(store=store, state__in=UNFINISHED).exists():
            raise Refused("count_there", store=store.pk)
        count = Count(
            kind=CountKind.FULL,
            store=store,
            blind=False,
            frozen_at=sheet.frozen_at,
            frozen_line=sheet.frozen_line,
            due_on=due_on,
            asked_by=actor,
        )
        then = moved_on(Standing(), count, 0, sheet.frozen_line)
        if not _is_empty(then) and _is_empty(moved_on(Standing(), count, 0, register.last_line)):
            raise Refused("count_store_emptied", store=store.pk)
        count.save(force_insert=True)
        lines = _lines(count, then, sheet)
        for position, line in enumerate(lines, 1):
            line.count, line.position, line.counted_by = count, position, actor
        CountLine.objects.bulk_create(lines, batch_size=1000)
        trail.record(
            actor=actor,
            act="count.open",
            table=TABLE,
            row_id=count.pk,
            reason=sheet.source,
            after={"kind": count.kind, "blind": False, "lines": len(lines), "due_on": due_on, "written": True},
            organisation_id=store.site.organisation_id,
            site_id=store.site_id,
        )
        return count


def _is_empty(standing: Standing) -> bool:
    return not standing.items and all(held.quantity == 0 for held in standing.held.values())


def _lines(count: Count, then: Standing, sheet: Sheet) -> list[CountLine]:
    """The lines: what has a number in each place, what is kept piece by piece, and what is on no record."""
    whole, _made = Place.objects.get_or_create(kind=STORE, store=count.store, ref="")
    places = {place.ref: place for place in Place.objects.filter(store=count.store_id)}
    numbers = [
        (batch, spot.ref, held.quantity)
        for (batch, spot), held in then.held.items()
        if held.quantity != 0 or sheet.found.get(batch, 0) != 0
    ]
    pieces = [(batch, spot.ref, item) for item, (batch, spot) in then.items.items()]
    named = _names({batch for batch, *_rest in (*numbers, *pieces)})
    numbers.sort(key=lambda row: (row[1], named[row[0]]))
    pieces.sort(key=lambda row: (row[1], named[row[0]], row[2]))
    stacks, count_of = Counter(row[0] for row in numbers), Counter(row[0] for row in pieces)
    left = dict(sheet.found)
    lines = []
    for batch, ref, expected in numbers:
        stacks[batch] -= 1
        found = _share(left.get(batch, 0), expected, is_last=not stacks[batch])
        left[batch] = None if found is None else (left.get(batch, 0) or 0) - found
        lines.append(CountLine(batch_id=batch, place=places[ref], expected=expected, found=found))
    for batch, ref, item in pieces:
        every = sheet.found.get(batch, 0)
        there = {count_of[batch]: 1, 0: 0}.get(-1 if every is None else every)
        lines.append(CountLine(batch_id=batch, item_id=item, place=places[ref], expected=1, found=there))
    return lines + [CountLine(place=whole, found=one.found, note=one.note) for one in sheet.beside]


def _share(left: int | None, expected: int | None, *, is_last: bool) -> int | None:
    """How many of what was found of a batch lie in one of its stacks; None where nobody can say."""
    if is_last or left is None:
        return left
    return None if expected is None else min(left, expected)


def _names(batches: set[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """By what each batch is put in order: article, lot, record."""
    if not batches:
        return {}
    found = rows.select(Batch, ("batch_id", "article__name", "lot", "stock_id"), {"batch_id": batches})
    return {batch: (article, lot or "", record) for batch, article, lot, record in found}
