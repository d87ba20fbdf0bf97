"""What a sheet expects: what lay there when it was frozen, and what came and went until it was counted.

A sheet is frozen at a position of the ledger. The lines behind it act on what the sheet holds by the law of the ledger
itself (``core.records.ledger.balances``). What is kept piece by piece is expected anywhere in its store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from rasr.core.records.ledger.balances import Held, Holdings, act
from rasr.core.records.ledger.places import STORE, UNEXPLAINED, Spot
from rasr.node.records.models import Count, CountLine, MovementLine

ELSEWHERE = Spot(UNEXPLAINED)
"""Every place that is not in the store of the sheet: what is there does not matter."""


@dataclass
class Standing:
    """What lies in a store at a position of the ledger. items: to each its batch and where in the store it lies.

    gone: items that were there and are not any more.
    """

    held: Holdings = field(default_factory=dict)
    items: dict[UUID, tuple[UUID, Spot]] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)

    def of(self, line: CountLine) -> int | None:
        """How many of a line of a sheet there must be; None where nobody knows."""
        if line.item_id is not None:
            return int(line.item_id in self.items)
        held = self.held.get((line.batch_id, spot_of(line)))
        return 0 if held is None else held.quantity


@dataclass(frozen=True)
class Difference:
    """A line whose figure is not what was expected. expected: None where nobody knew; moved: what came less what went
    since the sheet was frozen, None where that cannot be said.
    """

    line: CountLine
    expected: int | None
    moved: int | None

    @property
    def is_first(self) -> bool:
        """Whether nothing is missing or over: nobody knew how many there were."""
        return self.expected is None

    @property
    def by(self) -> int | None:
        """How many too many, or too few (negative); None where nobody knew."""
        return None if self.expected is None or self.line.found is None else self.line.found - self.expected


def frozen(lines: Iterable[CountLine]) -> Standing:
    """What a sheet expected when it was frozen."""
    made = Standing()
    for line in lines:
        if line.batch_id is None:
            continue
        if line.item_id is None:
            made.held[line.batch_id, spot_of(line)] = Held(line.expected, None)
        elif line.expected:
            made.items[line.item_id] = (line.batch_id, spot_of(line))
    return made


def moved_on(standing: Standing, count: Count, since_line: int, until_line: int | None = None) -> Standing:
    """Let act what moved in the store of a count behind one position of the ledger and up to another (None: now)."""
    here = Q(from_place__store=count.store_id) | Q(to_place__store=count.store_id)
    lines = MovementLine.objects.filter(here, pk__gt=since_line)
    if until_line is not None:
        lines = lines.filter(pk__lte=until_line)
    if count.article_id is not None:
        lines = lines.filter(batch__article=count.article_id)
    names = (
        *("movement__kind", "batch_id", "item_id", "quantity"),
        *("from_place__store_id", "from_place__ref", "to_place__store_id", "to_place__ref"),
    )
    for kind, batch, item, quantity, origin, stack, target, other_stack in lines.order_by("pk").values_list(*names):
        here_from = Spot.store(origin, stack) if origin == count.store_id else ELSEWHERE
        here_to = Spot.store(target, other_stack) if target == count.store_id else ELSEWHERE
        if item is None:
            act(standing.held, kind, batch, quantity, None, here_from, here_to)
        elif here_to == ELSEWHERE:
            standing.items.pop(item, None)
            standing.gone.add(item)
        else:
            standing.items[item] = (batch, here_to)
            standing.gone.discard(item)
    return standing


def expected_at(count: Count, lines: Iterable[CountLine], until_line: int | None) -> Standing:
    """What a sheet expects at a later position of the ledger (None: now)."""
    return moved_on(frozen(lines), count, count.frozen_line, until_line)


def differences(count: Count, lines: Iterable[CountLine]) -> list[Difference]:
    """The lines of a sheet that were counted otherwise than expected, at the position at which it was handed in.

    What was found and stands on no record is one: nothing was expected of it.
    """
    lines = list(lines)
    standing = expected_at(count, lines, count.counted_line)
    found = []
    for line in lines:
        expected = 0 if line.batch_id is None else standing.of(line)
        if line.found is not None and line.found != expected:
            before = line.expected if line.batch_id is not None else 0
            moved = None if expected is None or before is None else expected - before
            found.append(Difference(line, expected, moved))
    return found


def came_meanwhile(lines: Iterable[CountLine], standing: Standing) -> list[tuple[UUID, UUID | None, Spot]]:
    """What lies there now and stands on no line of the sheet: batch, item (None: by number) and place."""
    lines = list(lines)
    known = {(line.batch_id, spot_of(line)) for line in lines if line.item_id is None}
    items = {line.item_id for line in lines if line.batch_id is not None}
    new: list[tuple[UUID, UUID | None, Spot]] = [
        (batch, None, spot)
        for (batch, spot), held in standing.held.items()
        if (batch, spot) not in known and held.quantity != 0
    ]
    return new + [(batch, item, spot) for item, (batch, spot) in standing.items.items() if item not in items]


def spot_of(line: CountLine) -> Spot:
    """Where a line of a sheet lies; ``place`` must have been read with it."""
    return Spot(STORE, line.place.store_id, line.place.ref)
