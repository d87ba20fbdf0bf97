"""What places hold, and how a line changes it.

How a line acts on a holding, which is absent, a number, or unknown (None):

- so many out of a number leave the rest; out of what is unknown they leave what is unknown;
- None is all there is, nobody knows how many: it leaves nothing, and makes unknown what it comes to;
- where nothing is left the holding is gone, but after a count (``count_adjustment``) it stays, at 0;
- what comes in says how the quantity is known, and so does every count; where two ways meet it is not known how.

An unknown quantity becomes known by a count in two lines: all there is to ``unexplained``, then so many back.

>>> one, two = Spot.store("S1"), Spot.store("S2")
>>> held = {("batch", one): Held(5, "book")}
>>> act(held, "transfer", "batch", 2, "counted", one, two)
>>> held["batch", one].quantity, held["batch", two].quantity
(3, 2)
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.kinds import COUNT
from rasr.core.records.ledger.places import Spot

MOST = 2**53 - 1
"""Pieces or grams of a batch in one place: more is a slip of the pen, and no column or spreadsheet holds it."""
Key = tuple[Any, Spot]
"""Batch and place."""


class Held(NamedTuple):
    """What a place holds of a batch. quantity: None is unknown. basis: how it is known."""

    quantity: int | None
    basis: str | None


Holdings = dict[Key, Held]


def act(
    held: Holdings, kind: str, batch: Any, quantity: int | None, basis: str | None, origin: Spot, target: Spot
) -> None:
    """One line: quantity of a batch from a place to a place.

    Raises Refused: holding_negative, quantity_wanted, quantity_out_of_range.
    """
    count = kind == COUNT
    if origin.is_bounded:
        there = held.get((batch, origin))
        left = _left(there, batch, quantity, origin)
        if left == 0 and not count:
            del held[batch, origin]
        else:
            assert there is not None
            held[batch, origin] = Held(left, basis if count else there.basis)
    if target.is_bounded:
        there = held.get((batch, target))
        if there is None:
            held[batch, target] = Held(quantity, basis)
            return
        total = None if there.quantity is None or quantity is None else there.quantity + quantity
        if total is not None and total > MOST:
            raise Refused("quantity_out_of_range", most=MOST)
        agree = count or there.quantity == 0 or there.basis == basis
        held[batch, target] = Held(total, basis if agree else None)


def _left(there: Held | None, batch: Any, quantity: int | None, origin: Spot) -> int | None:
    if there is None:
        raise Refused("holding_negative", record=str(batch), store=str(origin), held=0, wanted=quantity or 0)
    if quantity is None:
        if there.quantity is not None:
            raise Refused("quantity_wanted", record=str(batch), store=str(origin), held=there.quantity)
        return 0
    if there.quantity is None:
        return None
    if quantity > there.quantity:
        raise Refused("holding_negative", record=str(batch), store=str(origin), held=there.quantity, wanted=quantity)
    return there.quantity - quantity
