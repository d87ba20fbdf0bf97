"""Whether a place ever held less than nothing, at the times at which things took effect.

>>> shortfall([(1, 5), (2, -3), (3, -2)])
>>> shortfall([(1, 5), (2, -3), (2, -3)])
(2, -1)
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

Time = TypeVar("Time")


def shortfall(changes: Iterable[tuple[Time, int]]) -> tuple[Time, int] | None:
    """The first time at which the balance is below zero, and the balance then; None where it never is.

    changes: time and change of the balance (pieces or grams), ordered by time. What has the same time happens at once.
    """
    balance = 0
    for time, together in groupby(changes, key=itemgetter(0)):
        balance += sum(change for _, change in together)
        if balance < 0:
            return time, balance
    return None
