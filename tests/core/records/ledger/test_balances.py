"""How lines change what places hold: the table of the module, every row of it, and whatever comes after another."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.balances import MOST, Held, Holdings, act
from rasr.core.records.ledger.places import UNBOUNDED, Spot

ONE, TWO = Spot.store("S1"), Spot.store("S1", "stack 2")
ACQUIRED, UNEXPLAINED = Spot("acquired"), Spot("unexplained")
COUNT, MOVE = "count_adjustment", "transfer"
HELD = Held(5, "book")
UNKNOWN = Held(None, "book")
LEAVES: list[tuple[str, Held, int | None, Held | None]] = [
    (MOVE, HELD, 2, Held(3, "book")),
    (MOVE, HELD, 5, None),
    (MOVE, HELD, 0, HELD),
    (MOVE, UNKNOWN, 2, UNKNOWN),
    (MOVE, UNKNOWN, None, None),
    (MOVE, Held(0, "book"), 0, None),
    (COUNT, HELD, 2, Held(3, "counted")),
    (COUNT, HELD, 5, Held(0, "counted")),
    (COUNT, UNKNOWN, None, Held(0, "counted")),
    (COUNT, UNKNOWN, 2, Held(None, "counted")),
]
COMES: list[tuple[str, Held | None, int | None, Held]] = [
    (MOVE, None, 2, Held(2, "counted")),
    (MOVE, None, 0, Held(0, "counted")),
    (MOVE, None, None, Held(None, "counted")),
    (MOVE, HELD, 2, Held(7, None)),
    (MOVE, Held(5, "counted"), 2, Held(7, "counted")),
    (MOVE, Held(0, "book"), 2, Held(2, "counted")),
    (MOVE, HELD, None, Held(None, None)),
    (MOVE, UNKNOWN, 2, Held(None, None)),
    (MOVE, Held(None, "counted"), 2, Held(None, "counted")),
    (COUNT, HELD, 2, Held(7, "counted")),
    (COUNT, UNKNOWN, 2, Held(None, "counted")),
    (MOVE, Held(MOST - 2, "counted"), 2, Held(MOST, "counted")),
]


@pytest.mark.parametrize(("kind", "before", "quantity", "after"), LEAVES)
def test_what_leaves(kind: str, before: Held, quantity: int | None, after: Held | None) -> None:
    held: Holdings = {("batch", ONE): before, ("other", ONE): HELD}
    act(held, kind, "batch", quantity, "counted", ONE, UNEXPLAINED)
    assert held == {("other", ONE): HELD} | ({} if after is None else {("batch", ONE): after})


@pytest.mark.parametrize(("kind", "before", "quantity", "after"), COMES)
def test_what_comes(kind: str, before: Held | None, quantity: int | None, after: Held) -> None:
    held: Holdings = {} if before is None else {("batch", TWO): before}
    act(held, kind, "batch", quantity, "counted", UNEXPLAINED, TWO)
    assert held == {("batch", TWO): after}


REFUSED: list[tuple[Held | None, int | None, str, dict[str, Any]]] = [
    (None, 2, "holding_negative", {"record": "batch", "store": "S1", "held": 0, "wanted": 2}),
    (None, None, "holding_negative", {"record": "batch", "store": "S1", "held": 0, "wanted": 0}),
    (HELD, 6, "holding_negative", {"record": "batch", "store": "S1", "held": 5, "wanted": 6}),
    (HELD, None, "quantity_wanted", {"record": "batch", "store": "S1", "held": 5}),
    (Held(0, None), None, "quantity_wanted", {"record": "batch", "store": "S1", "held": 0}),
]


@pytest.mark.parametrize(("before", "quantity", "code", "numbers"), REFUSED)
@pytest.mark.parametrize("kind", [MOVE, COUNT])
def test_what_cannot_leave(kind: str, before: Held | None, quantity: Any, code: str, numbers: dict[str, Any]) -> None:
    held: Holdings = {} if before is None else {("batch", ONE): before}
    was = dict(held)
    with pytest.raises(Refused) as caught:
        act(held, kind, "batch", quantity, None, ONE, TWO)
    assert (caught.value.code, caught.value.numbers) == (code, numbers)
    assert held == was


def test_no_place_holds_more_than_can_be_written_down() -> None:
    held: Holdings = {("batch", TWO): Held(MOST, None)}
    with pytest.raises(Refused) as caught:
        act(held, MOVE, "batch", 1, None, ACQUIRED, TWO)
    assert (caught.value.code, caught.value.numbers) == ("quantity_out_of_range", {"most": MOST})


@pytest.mark.parametrize("kind", sorted(UNBOUNDED))
def test_what_is_not_bounded_is_not_kept(kind: str) -> None:
    held: Holdings = {}
    act(held, MOVE, "batch", 7, None, Spot(kind), Spot(kind))
    assert held == {}


SPOTS = st.sampled_from([ONE, TWO, ACQUIRED, UNEXPLAINED, Spot("lost")])


@given(st.lists(st.tuples(SPOTS, SPOTS, st.integers(0, 9)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_of_known_numbers_nothing_is_lost_or_negative(lines: list[tuple[Spot, Spot, int]]) -> None:
    held: Holdings = {}
    balance = Counter[Spot]()
    for here, there, quantity in lines:
        if here.is_bounded and balance[here] < quantity:
            with pytest.raises(Refused, match="holding_negative"):
                act(held, MOVE, "batch", quantity, None, here, there)
        elif ("batch", here) in held or not here.is_bounded:
            act(held, MOVE, "batch", quantity, None, here, there)
            balance[here] -= quantity
            balance[there] += quantity
        assert sum(balance.values()) == 0
        kept = {spot: one.quantity for (_, spot), one in held.items() if one.quantity}
        assert kept == {spot: many for spot, many in balance.items() if many and spot.is_bounded}
