"""What becomes of what is held, line by line, before anything is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from rasr.core.records.ledger.balances import Held
from rasr.core.records.ledger.places import Spot
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.write import LinesRefused, State

ONE, TWO = UUID(int=1), UUID(int=2)
ITEM, OTHER = UUID(int=11), UUID(int=12)
S1, S2 = Spot.store("S1"), Spot.store("S2")
ACQUIRED, CONVERTED = Spot("acquired"), Spot("converted")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def state() -> State:
    """Five of one in S1, and an item of two in S2, since noon."""
    held = {(ONE, S1): Held(5, "book"), (TWO, S2): Held(1, None)}
    return State(held, {(ONE, S1): NOON, (TWO, S2): NOON}, {ITEM: (TWO, S2)})


def moved(*lines: LineDraft, at: datetime = NOON + HOUR, kind: str = "transfer") -> MovementDraft:
    """A movement of these lines."""
    return MovementDraft(UUID(int=99), kind, at, "", lines)


def refusals(found: State, movement: MovementDraft) -> list[tuple[int, str]]:
    """Which lines are refused, and why."""
    with pytest.raises(LinesRefused) as caught:
        found.follow(movement)
    first = caught.value.lines[0][1]
    assert (caught.value.code, caught.value.numbers) == (first.code, first.numbers)
    return [(position, fault.code) for position, fault in caught.value.lines]


def test_what_was_stays_as_it_was() -> None:
    found = state()
    found.follow(moved(LineDraft(ONE, 2, "counted", S1, S2), LineDraft(TWO, 1, None, S2, S1, ITEM)))
    before = state()
    assert (found.before, found.latest_before, found.items_before) == (before.before, before.latest, before.items)
    assert found.after == {(ONE, S1): Held(3, "book"), (ONE, S2): Held(2, "counted"), (TWO, S1): Held(1, None)}
    assert found.items == {ITEM: (TWO, S1)}
    assert found.latest == {
        (ONE, S1): NOON + HOUR,
        (ONE, S2): NOON + HOUR,
        (TWO, S2): NOON + HOUR,
        (TWO, S1): NOON + HOUR,
    }
    assert found.back_dated == set()


def test_movements_follow_each_other() -> None:
    found = state()
    found.follow(moved(LineDraft(ONE, 5, None, S1, S2)))
    found.follow(moved(LineDraft(ONE, 5, None, S2, S1), at=NOON + 2 * HOUR))
    assert found.after[ONE, S1].quantity == 5
    assert (ONE, S2) not in found.after
    assert found.latest[ONE, S1] == found.latest[ONE, S2] == NOON + 2 * HOUR


def test_only_what_leaves_before_the_latest_line_is_back_dated() -> None:
    for at, expected in ((NOON - HOUR, {(ONE, S1)}), (NOON, set()), (NOON + HOUR, set())):
        found = state()
        found.follow(moved(LineDraft(ONE, 1, None, S1, S2), at=at))
        assert found.back_dated == expected
        assert found.latest[ONE, S1] == max(at, NOON)
        assert found.latest[ONE, S2] == at
    found = state()
    found.follow(moved(LineDraft(ONE, 1, None, ACQUIRED, S1), at=NOON - HOUR))
    assert found.back_dated == set()
    assert found.latest == state().latest


def test_every_line_that_cannot_be_is_told() -> None:
    lines = (
        LineDraft(ONE, 6, None, S1, S2),
        LineDraft(ONE, 1, None, S1, S2),
        LineDraft(ONE, None, None, S1, S2),
        LineDraft(TWO, 1, None, S1, S2, ITEM),
        LineDraft(TWO, 1, None, S2, S1, ITEM),
    )
    found = [(0, "holding_negative"), (2, "quantity_wanted"), (3, "item_elsewhere")]
    assert refusals(state(), moved(*lines)) == found


@pytest.mark.parametrize(
    ("batch", "item", "here", "told"),
    [
        (TWO, ITEM, S1, "S2"),
        (ONE, ITEM, S2, "S2"),
        (TWO, ITEM, ACQUIRED, "S2"),
        (TWO, ITEM, Spot.store("S2", "stack 1"), "S2"),
        (TWO, OTHER, S2, "-"),
    ],
)
def test_an_item_leaves_from_where_it_is(batch: UUID, item: UUID, here: Spot, told: str) -> None:
    found = state()
    with pytest.raises(LinesRefused) as caught:
        found.follow(moved(LineDraft(batch, 1, None, here, Spot("lost"), item)))
    assert caught.value.code == "item_elsewhere"
    assert caught.value.numbers == {"item": str(item), "place": str(here), "found": told}
    assert found.items == state().items


def test_an_item_comes_in_once_and_becomes_one_of_another_batch() -> None:
    found = state()
    found.follow(moved(LineDraft(TWO, 1, None, ACQUIRED, S1, OTHER)))
    found.follow(moved(LineDraft(TWO, 1, None, S2, CONVERTED, ITEM), LineDraft(ONE, 1, None, CONVERTED, S2, ITEM)))
    assert found.items == {ITEM: (ONE, S2), OTHER: (TWO, S1)}
    assert refusals(found, moved(LineDraft(TWO, 1, None, ACQUIRED, S1, OTHER))) == [(0, "item_elsewhere")]
