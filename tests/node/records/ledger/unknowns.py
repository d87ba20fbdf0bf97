"""Batches of which it is not known how many there are, for the machine: the table of the room's page, written anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID

from uuid6 import uuid7

from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot

UNKNOWN = "caps"
"""The article that such batches are of, and no others."""
ACQUIRED, UNEXPLAINED, LOST = Spot("acquired"), Spot("unexplained"), Spot("lost")
MOST = 40
"""Batches that are moved at a time."""

Key = tuple[UUID, Spot]
Drafts = Callable[..., MovementDraft]
Said = tuple[MovementDraft, str | None, UUID | None]
"""A movement, why it will be refused (None: it will not), and who has agreed to it."""


class Unknowns:
    """What is held of batches whose numbers may be unknown. None: there is some, nobody knows how many."""

    def __init__(self) -> None:
        self.held: dict[Key, int | None] = {}
        self.batches: set[UUID] = set()
        self.latest: list[UUID] = []

    def draft(self, chance: Random, stores: Sequence[Spot], parties: Sequence[Spot], drafts: Drafts) -> Said:
        """Something that happens to one of them, and what is to come of it; if it is taken, it is done here."""
        there = [key for key in self.held if key[0] in self.latest and key[1] != LOST]
        if not there or chance.random() < 0.2:
            return self._came(chance.choice([None, None, 7]), chance.choice(stores), drafts)
        batch, here = key = chance.choice(there)
        if here in stores and chance.random() < 0.25:
            return self._counted(key, chance.randint(0, 9), drafts)
        kind, target = "return", chance.choice(stores)
        if here in stores:
            kind, target = chance.choice([("issue", chance.choice(parties)), ("loss", LOST), ("transfer", target)])
        if target == here:
            kind, target = "loss", LOST
        many = chance.choice([None, chance.randint(0, 9)])
        draft = drafts(kind, [LineDraft(batch, many, None, here, target)])
        code = self._why_not(key, many)
        if code is None:
            self._take(key, many)
            self._put((batch, target), many)
        return draft, code, None

    def _came(self, many: int | None, store: Spot, drafts: Drafts) -> Said:
        batch = BatchDraft(uuid7(), f"U{len(self.batches)}", UNKNOWN)
        self.batches.add(batch.batch_id)
        self.latest = [*self.latest, batch.batch_id][-MOST:]
        self._put((batch.batch_id, store), many)
        return drafts("receipt", [LineDraft(batch.batch_id, many, None, ACQUIRED, store)], [batch]), None, None

    def _counted(self, key: Key, many: int, drafts: Drafts) -> Said:
        """All there was to what nobody can explain, then so many back: also 0 is a record."""
        batch, here = key
        lines = [
            LineDraft(batch, self.held[key], "counted", here, UNEXPLAINED),
            LineDraft(batch, many, "counted", UNEXPLAINED, here),
        ]
        self.held[key] = many
        return drafts("count_adjustment", lines), None, uuid7()

    def _why_not(self, key: Key, many: int | None) -> str | None:
        held = self.held[key]
        if held is None:
            return None
        if many is None:
            return "quantity_wanted"
        return "holding_negative" if many > held else None

    def _take(self, key: Key, many: int | None) -> None:
        held = self.held[key]
        if many is None or many == held:
            del self.held[key]
        elif held is not None:
            self.held[key] = held - many

    def _put(self, key: Key, many: int | None) -> None:
        held = self.held.get(key, 0)
        self.held[key] = None if held is None or many is None else held + many
