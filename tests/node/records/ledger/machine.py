"""A machine that does to the ledger, by chance, what people do to stock, and knows by itself what must come of it.

It keeps its own account, written apart from the ledger: plain numbers, and for each place every change with its time.
Operations are told beforehand to be taken or refused; ``Machine.check`` holds everything against the database.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from tests.node.records.ledger.unknowns import UNKNOWN, Key, Unknowns
from tests.node.records.small_register import ROWS, region
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.records.models import Holding, Item, ItemPosition, Movement, MovementLine, Party, Register
from rasr.node.records.services import (
    BatchDraft,
    LineDraft,
    MovementDraft,
    Spot,
    correction_of,
    post,
    post_all,
    recompute_holdings,
)

ACQUIRED, CONVERTED, UNEXPLAINED = Spot("acquired"), Spot("converted"), Spot("unexplained")
GONE = {"loss": Spot("lost"), "theft": Spot("stolen"), "expenditure": Spot("expended"), "write_off": UNEXPLAINED}
FREE = frozenset({ACQUIRED, CONVERTED, UNEXPLAINED})
"""Places whose balance is not bounded."""
HARMLESS = {"hazard_division": "not_applicable", "compatibility_group": "not_applicable"}
ARTICLES = [
    {"article_id": "rifles", "name": "Rifle", "family": "small_arms", "unit": "piece", "mass_kg_each": 3.9, **HARMLESS},
    {"article_id": "crates", "name": "Crate", "family": "small_arms", "unit": "piece", "mass_kg_each": 7.3, **HARMLESS},
    {"article_id": "scrap", "name": "Scrap", "family": "small_arms", "unit": "gram", **HARMLESS},
    {"article_id": UNKNOWN, "name": "Caps", "family": "small_arms", "unit": "piece", **HARMLESS},
]
GRAMS = {"rifles": 3900, "crates": 7300, "scrap": 1}
TOGETHER = 200
"""Movements that are posted at once, at most."""
MOST_ALIVE = 400
"""Batches that are moved at a time; older ones rest."""
MOST_THINGS = 60
"""Items that are moved at a time."""


def where() -> Region:
    """Two sites of one organisation, three stores, four articles without explosive; one record, nobody touches it."""
    sites = [{**site, "organisation_id": "AL-MOD"} for site in ROWS["sites"]]
    return region({"R": "S1 rifles 1"}, articles=ARTICLES, licences=ROWS["licences"], sites=sites)


class Machine:
    """Random operations from one seed. The register holds ``where`` and nothing else."""

    def __init__(self, actor: User, seed: int, together: int = TOGETHER) -> None:
        self.actor, self.chance, self.together = actor, Random(seed), together
        self.done, self.refused = 0, Counter[str]()
        self.held = Counter[Key]()
        self.changes: dict[Key, list[tuple[datetime, int]]] = defaultdict(list)
        self.article: dict[UUID, str] = {}
        self.items: dict[UUID, Key] = {}
        self.since: dict[UUID, datetime] = {}
        self.things: list[UUID] = []
        self.unknown = Unknowns()
        self.alive: list[UUID] = []
        self.lines = 0
        self.now = timezone.now() - timedelta(days=60)
        self.stores = [Spot.store("S1"), Spot.store("S1", "stack 1"), Spot.store("S2"), Spot.store("S3")]
        parties = [Party.objects.create(kind="unit", name=f"Unit {site}", site_id=site) for site in "AB"]
        self.parties = [Spot("on_issue", ref=party.pk.hex) for party in parties]
        self.transits: list[Spot] = []
        self.sent: list[Spot] = []
        self.posted: list[UUID] = []
        first = Holding.objects.get()
        key = (first.batch_id, Spot.store("S1"))
        self.held[key], self.article[first.batch_id], self.lines = 1, "rifles", 1

    def run(self, operations: int) -> None:
        """So many operations more; an operation is a movement that is posted or refused."""
        end = self.done + operations
        while self.done < end:
            if self.chance.random() < 0.05 or not self.alive:
                self._receive_items()
            self._several(min(self.chance.randint(1, self.together), end - self.done))
            for odd in (self._too_much, self._in_the_past, self._again, self._undone, self._item_too_early):
                if self.done < end and self.chance.random() < 0.3:
                    odd()
            for _ in range(self.chance.randint(0, 3)):
                if self.done < end:
                    self._of_unknown()

    def _several(self, many: int) -> None:
        """A few movements that must all be taken, in one go; some kinds only when a second person has agreed."""
        agreed = self.chance.random() < 0.3
        kinds: list[Callable[[], MovementDraft | None]] = [
            *(self._receipt, self._transfer, self._transfer, self._issue, self._returned, self._despatch),
            *(self._arrival, self._converted, self._split, self._leaves("loss"), self._leaves("expenditure")),
            *(self._leaves("theft"), self._recovery, self._discrepancy, self._item, self._item),
        ]
        if agreed:
            kinds += [self._leaves("write_off"), self._count, self._count]
        made = []
        while len(made) < many:
            draft = self.chance.choice(kinds)()
            if draft is not None:
                self._act(draft)
                made.append(draft)
        answers = post_all(actor=self.actor, movements=made, agreed=uuid7() if agreed else None)
        assert answers == ["created"] * many
        self.done += many
        self.posted = [one.movement_id for one in made][-5:]
        self.transits, self.sent = [*self.transits, *self.sent][-20:], []
        self._rest(self.alive[:-MOST_ALIVE])

    def _rest(self, old: Iterable[UUID]) -> None:
        """These are moved no more: what is told of their past is forgotten, and that nothing of them is somewhere."""
        resting = set(old)
        if resting:
            self.alive = [batch for batch in self.alive if batch not in resting]
            for key in [key for key in self.changes if key[0] in resting]:
                del self.changes[key]
                if not self.held[key]:
                    del self.held[key]

    def _draft(self, kind: str, lines: Iterable[LineDraft], batches: Iterable[BatchDraft] = ()) -> MovementDraft:
        self.now += timedelta(milliseconds=self.chance.randint(0, 5000))
        return MovementDraft(uuid7(), kind, self.now, "by chance", tuple(lines), batches=tuple(batches))

    def _act(self, movement: MovementDraft) -> None:
        """What the movement does, in the machine's own account."""
        for line in movement.lines:
            assert line.quantity is not None
            for spot, change in ((line.from_place, -line.quantity), (line.to_place, line.quantity)):
                key = (line.batch_id, spot)
                self.held[key] += change
                self.changes[key].append((movement.effective_at, change))
                assert spot in FREE or self.held[key] >= 0
            if line.item_id is not None:
                self.items[line.item_id] = (line.batch_id, line.to_place)
                self.since[line.item_id] = movement.effective_at
        self.lines += len(movement.lines)
        for batch in movement.batches:
            self.article[batch.batch_id] = batch.article_id
            if not batch.itemised:
                self.alive.append(batch.batch_id)

    def _new(self, article: str, itemised: bool = False) -> BatchDraft:
        return BatchDraft(uuid7(), f"R{len(self.article)}", article, condition="A", itemised=itemised)

    def _some(self, spots: Iterable[Spot], article: str | None = None) -> tuple[UUID, Spot, int] | None:
        """A batch that lies in one of these places, and how many of it."""
        spots = list(spots)
        for _ in range(6 if spots and self.alive else 0):
            batch, spot = self.chance.choice(self.alive), self.chance.choice(spots)
            here = self.held[batch, spot]
            if here > 0 and article in (None, self.article[batch]):
                return batch, spot, self.chance.randint(1, here)
        return None

    def _move(self, kind: str, origins: Iterable[Spot], target: Spot) -> MovementDraft | None:
        found = self._some(spot for spot in origins if spot != target)
        return found and self._draft(kind, [LineDraft(found[0], found[2], "counted", found[1], target)])

    def _receipt(self) -> MovementDraft:
        batches = [
            self._new(self.chance.choice(["rifles", "crates", "scrap"])) for _ in range(self.chance.randint(1, 4))
        ]
        lines = [
            LineDraft(one.batch_id, self.chance.randint(1, 50), "counted", ACQUIRED, self.chance.choice(self.stores))
            for one in batches
        ]
        return self._draft(self.chance.choice(["receipt", "find"]), lines, batches)

    def _receive_items(self) -> None:
        batch = self._new("rifles", itemised=True)
        items = [Item(article_id="rifles", serial=f"{batch.stock_id}-{number}") for number in range(3)]
        Item.objects.bulk_create(items)
        here = self.chance.choice(self.stores)
        lines = [LineDraft(batch.batch_id, 1, "counted", ACQUIRED, here, one.pk) for one in items]
        made = self._draft("receipt", lines, [batch])
        there = next(spot for spot in self.stores if spot != here)
        onward = self._draft("transfer", [LineDraft(batch.batch_id, 1, "counted", here, there, items[0].pk)])
        wrong = self._draft("transfer", [LineDraft(batch.batch_id, 1, "counted", here, there, items[0].pk)])
        for draft in (made, onward):
            assert post(actor=self.actor, movement=draft) == "created"
            self._act(draft)
            self.done += 1
        self._refuse(wrong, "item_elsewhere")
        self.things = [*self.things, *(one.pk for one in items)][-MOST_THINGS:]

    def _item(self) -> MovementDraft | None:
        """One of the latest items goes where it can go from where it is, or becomes one of another batch."""
        if not self.things:
            return None
        item = self.chance.choice(self.things)
        batch, here = self.items[item]
        store = self.chance.choice(self.stores)
        if here.store_id is not None and self.chance.random() < 0.2:
            made = self._new("rifles", itemised=True)
            lines = [
                LineDraft(batch, 1, "counted", here, CONVERTED, item),
                LineDraft(made.batch_id, 1, "counted", CONVERTED, here, item),
            ]
            return self._draft("reclassification", lines, [made])
        ways = {"on_issue": ("return", store), "lost": ("recovery", store)}
        if here.store_id is not None:
            options = [("issue", self.chance.choice(self.parties)), ("transfer", store), ("loss", GONE["loss"])]
            kind, there = self.chance.choice(options)
        elif here.kind in ways:
            kind, there = ways[here.kind]
        else:
            return None
        return None if here == there else self._draft(kind, [LineDraft(batch, 1, "counted", here, there, item)])

    def _item_too_early(self) -> None:
        """An item leaves a place at a time when it was not there yet, or at one when it was."""
        items = [one for one in self.things if self.items[one][1].store_id is not None]
        if not items:
            return
        item = self.chance.choice(items)
        batch, here = self.items[item]
        there = next(one for one in self.stores if one != here)
        line = LineDraft(batch, 1, "counted", here, there, item)
        early = self.chance.random() < 0.5
        at = self.since[item] + timedelta(milliseconds=-1 if early else 0)
        draft = MovementDraft(uuid7(), "transfer", at, "found in the book", (line,))
        if early:
            self._refuse(draft, "holding_negative_then", "item_then_elsewhere")
            return
        assert post(actor=self.actor, movement=draft) == "created"
        self._act(draft)
        self.done += 1

    def _transfer(self) -> MovementDraft | None:
        return self._move("transfer", self.stores, self.chance.choice(self.stores))

    def _issue(self) -> MovementDraft | None:
        return self._move("issue", self.stores, self.chance.choice(self.parties))

    def _returned(self) -> MovementDraft | None:
        return self._move("return", self.parties, self.chance.choice(self.stores))

    def _despatch(self) -> MovementDraft | None:
        found = self._some(self.stores)
        if found is None:
            return None
        draft = self._draft("despatch", [])
        transit = Spot("in_transit", ref=draft.movement_id.hex)
        self.sent.append(transit)
        line = LineDraft(found[0], found[2], "counted", found[1], transit)
        bound_for = self.chance.choice(self.stores).store_id
        return replace(draft, lines=(line,), destination_id=bound_for)

    def _arrival(self) -> MovementDraft | None:
        return self._move("arrival", self.transits, self.chance.choice(self.stores))

    def _discrepancy(self) -> MovementDraft | None:
        """Less arrived than was sent, or more."""
        if self.chance.random() < 0.5:
            return self._move("discrepancy", self.transits, UNEXPLAINED)
        found = self._some(self.stores)
        return found and self._draft("discrepancy", [LineDraft(found[0], 1, "counted", UNEXPLAINED, found[1])])

    def _leaves(self, kind: str) -> Callable[[], MovementDraft | None]:
        return lambda: self._move(kind, self.stores, GONE[kind])

    def _recovery(self) -> MovementDraft | None:
        return self._move("recovery", [GONE["loss"], GONE["theft"]], self.chance.choice(self.stores))

    def _count(self) -> MovementDraft | None:
        """A count finds fewer, or more: the difference comes from what nobody can explain."""
        if self.chance.random() < 0.5:
            return self._move("count_adjustment", self.stores, UNEXPLAINED)
        found = self._some(self.stores)
        return found and self._draft("count_adjustment", [LineDraft(found[0], 1, "counted", UNEXPLAINED, found[1])])

    def _split(self) -> MovementDraft | None:
        """A part of a batch becomes another batch of the same article."""
        found = self._some(self.stores)
        if found is None:
            return None
        batch, spot, many = found
        made = self._new(self.article[batch])
        return self._through(batch, spot, many, made, many, "reclassification")

    def _converted(self) -> MovementDraft | None:
        """Crates become scrap of the same mass."""
        found = self._some(self.stores, "crates")
        if found is None:
            return None
        batch, spot, many = found
        return self._through(batch, spot, many, self._new("scrap"), many * GRAMS["crates"], "conversion")

    def _through(self, batch: UUID, spot: Spot, many: int, made: BatchDraft, as_many: int, kind: str) -> MovementDraft:
        lines = [
            LineDraft(batch, many, "counted", spot, CONVERTED),
            LineDraft(made.batch_id, as_many, "counted", CONVERTED, spot),
        ]
        return self._draft(kind, lines, [made])

    def _too_much(self) -> None:
        found = self._some(self.stores)
        if found is not None:
            batch, spot, _ = found
            more = self.held[batch, spot] + 1
            there = next(one for one in self.stores if one != spot)
            self._refuse(self._draft("transfer", [LineDraft(batch, more, None, spot, there)]), "holding_negative")

    def _in_the_past(self) -> None:
        """Something leaves at a time that is gone: taken if it was there then and at every time since."""
        found = self._some(self.stores)
        if found is None:
            return
        batch, spot, many = found
        there = next(one for one in self.stores if one != spot)
        at = self.chance.choice(self.changes[batch, spot])[0] + timedelta(milliseconds=self.chance.randint(-5000, 5000))
        at = min(at, self.now)
        line = LineDraft(batch, many, "counted", spot, there)
        draft = MovementDraft(uuid7(), "transfer", at, "found in the book", (line,))
        balance, worst, times = 0, 0, defaultdict(int, {at: -many})
        for time, change in self.changes[batch, spot]:
            times[time] += change
        for _, change in sorted(times.items()):
            balance += change
            worst = min(worst, balance)
        if worst < 0:
            self._refuse(draft, "holding_negative_then")
            return
        assert post(actor=self.actor, movement=draft) == "created"
        self._act(draft)
        self.done += 1

    def _again(self) -> None:
        """The answer was lost, so it is sent again; nothing happens. The same id with another reason is told."""
        found = self._some(self.stores)
        if found is None:
            return
        there = next(one for one in self.stores if one != found[1])
        draft = self._draft("transfer", [LineDraft(found[0], found[2], None, found[1], there)])
        other = MovementDraft(draft.movement_id, draft.kind, draft.effective_at, "another", draft.lines)
        answers = post_all(actor=self.actor, movements=[draft, draft, other])
        assert answers == ["created", "exists", "exists_different"]
        self._act(draft)
        assert post(actor=self.actor, movement=draft) == "exists"
        self.done += 4

    def _undone(self) -> None:
        """One of the last movements is turned round, if what it brought is still there."""
        if not self.posted:
            return
        known = Movement.objects.get(pk=self.posted.pop())
        draft = correction_of(known, movement_id=uuid7(), reason="a mistake")
        # in the time of the machine: that of the clock would be later than all that follows
        self.now += timedelta(milliseconds=1)
        draft = replace(draft, effective_at=self.now)
        code = self._why_not(draft)
        if code is not None:
            self._refuse(draft, code, agreed=uuid7())
            return
        assert post(actor=self.actor, movement=draft, agreed=uuid7()) == "created"
        self._act(draft)
        self.done += 1

    def _why_not(self, draft: MovementDraft) -> str | None:
        """Why a movement cannot be at the latest time: its first line for which there is not enough, or no item."""
        then, items = Counter[Key](), dict[UUID, Key]()
        for line in draft.lines:
            here, there = (line.batch_id, line.from_place), (line.batch_id, line.to_place)
            if line.item_id is not None:
                at = items.get(line.item_id, self.items[line.item_id])
                if at[1] != line.from_place or (at != here and line.from_place not in FREE):
                    return "item_elsewhere"
                items[line.item_id] = there
            then[here] -= line.quantity or 0
            then[there] += line.quantity or 0
            if line.from_place not in FREE and self.held[here] + then[here] < 0:
                return "holding_negative"
        return None

    def _of_unknown(self) -> None:
        """Something of which nobody knows how many there are: by the table of the room's page."""
        draft, code, agreed = self.unknown.draft(self.chance, self.stores, self.parties, self._draft)
        if code is not None:
            self._refuse(draft, code)
            return
        assert post(actor=self.actor, movement=draft, agreed=agreed) == "created"
        self.lines += len(draft.lines)
        self.done += 1

    def _refuse(self, draft: MovementDraft, *codes: str, agreed: UUID | None = None) -> None:
        before = Register.objects.get().version
        with pytest.raises(Refused) as caught:
            post(actor=self.actor, movement=draft, agreed=agreed)
        assert caught.value.code in codes, caught.value
        assert Register.objects.get().version == before
        self.refused[caught.value.code] += 1
        self.done += 1

    def compare(self) -> dict[Key, int]:
        """What places hold, where the items are and how many lines there are, against the machine's own account."""
        names = ("batch_id", "place__kind", "place__store_id", "place__ref", "quantity")
        there = {(batch, Spot(*spot)): many for batch, *spot, many in Holding.everywhere.values_list(*names)}
        unknown = {key: many for key, many in there.items() if key[0] in self.unknown.batches}
        assert unknown == self.unknown.held
        kept = {key: many for key, many in there.items() if many and key not in unknown}
        wanted = {key: many for key, many in self.held.items() if many and key[1] not in FREE}
        assert kept == wanted
        at = ItemPosition.objects.values_list("item_id", "batch_id", "place__kind", "place__store_id", "place__ref")
        assert {item: (batch, Spot(*spot)) for item, batch, *spot in at} == self.items
        assert MovementLine.objects.count() == self.lines == Register.objects.get().last_line
        return kept

    def check(self) -> None:
        """Everything that must hold of the ledger, against the machine's own account and by itself."""
        self._sums(self.compare())
        assert recompute_holdings() == []
        assert negative_at_any_time() == []
        assert items_astray_at_any_time() == []

    def _sums(self, kept: dict[Key, int]) -> None:
        """The sum over all places of each article changes by acquisition and conversion, mass by acquisition alone."""
        everywhere, came = Counter[str](), Counter[str]()
        for (batch, _), many in kept.items():
            everywhere[self.article[batch]] += many
        lines = MovementLine.objects.values_list("batch__article_id", "quantity", "from_place__kind", "to_place__kind")
        lines = lines.exclude(batch__article=UNKNOWN)
        acquired_g = 0
        for article, many, origin, target in lines.iterator(5000):
            for kind, sign in ((origin, 1), (target, -1)):
                if kind in ("acquired", "converted"):
                    came[article] += sign * many
                if kind == "acquired":
                    acquired_g += sign * many * GRAMS[article]
                if kind == "unexplained":
                    everywhere[article] -= sign * many
        assert +everywhere == +came
        assert sum(many * GRAMS[article] for article, many in everywhere.items()) == acquired_g


NEGATIVE = """
SELECT batch_id, place_id, MIN(balance) FROM (
    SELECT batch_id, place_id, SUM(change) OVER (PARTITION BY batch_id, place_id ORDER BY effective_at) AS balance
    FROM (
        SELECT line.batch_id, line.to_place_id AS place_id, line.quantity AS change, movement.effective_at
        FROM records_movementline line JOIN records_movement movement USING (movement_id)
        UNION ALL
        SELECT line.batch_id, line.from_place_id, -line.quantity, movement.effective_at
        FROM records_movementline line JOIN records_movement movement USING (movement_id)
    ) AS changes
) AS balances
JOIN records_place place ON place.id = place_id
WHERE place.kind NOT IN ('acquired', 'converted', 'unexplained')
AND batch_id NOT IN (SELECT batch_id FROM records_movementline WHERE quantity IS NULL)
GROUP BY batch_id, place_id HAVING MIN(balance) < 0
"""


def negative_at_any_time() -> list[tuple[object, ...]]:
    """Batches and places that held less than nothing at some time: worked out by the database, from lines alone.

    Of a batch whose number was ever unknown nothing can be said.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEGATIVE)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


ASTRAY = """
SELECT item_id, line_id FROM (
    SELECT line.item_id, line.line_id, line.from_place_id,
        LAG(line.to_place_id) OVER (PARTITION BY line.item_id ORDER BY movement.effective_at, line.line_id) AS was
    FROM records_movementline line JOIN records_movement movement USING (movement_id)
    WHERE line.item_id IS NOT NULL
) AS steps
WHERE was <> from_place_id
"""


def items_astray_at_any_time() -> list[tuple[object, ...]]:
    """Items that left a place where they were not, by the times of the movements: worked out by the database."""
    with connection.cursor() as cursor:
        cursor.execute(ASTRAY)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found
