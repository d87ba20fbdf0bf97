"""Danger of explosion of each store: expected fatalities per event and per year, with an interval and their parts.

Fatalities per year = events per year (``likelihood``) x fatalities per event (``consequence``, summed over the
persons near). The interval of the product runs from low x low to high x high. Several levels of stock can be worked
out at once, which is how the danger curves come about; the last level is the stock as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.consequence import fatality_shares, tnt_factor
from rasr.core.assessment.explosives.likelihood import events_per_year
from rasr.core.assessment.explosives.neighbours import RELATIONS, Exposures, kinds, pairs_within
from rasr.core.basis.executor import Executor
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Danger:
    """Danger of n stores at m levels of stock; the first axis is low, central, high.

    events_per_year, fatalities_per_event, fatalities_per_year: (3, n, m). by_relation: central fatalities per event at
    the last level, (n, 3) in the order of ``RELATIONS``. without_persons: exposed sites within reach of the airblast
    whose number of persons is not fully known, (n,).
    """

    events_per_year: FloatArray
    fatalities_per_event: FloatArray
    fatalities_per_year: FloatArray
    by_relation: FloatArray
    without_persons: IntArray


def store_danger(
    points_m: FloatArray,
    exposures: Exposures,
    event_neq_kg: FloatArray,
    frequency_method: str,
    executor: Executor,
    progress: Callable[[float], None],
) -> Danger:
    """Danger of stores at these points (n, 3), with event_neq_kg (n, m) rising to the stock as it is.

    progress is told the share of the stores that is done. Refused('unknown_rule') for an unknown frequency method.
    """
    stores, levels = event_neq_kg.shape
    events = np.stack([events_per_year(level, frequency_method) for level in event_neq_kg.T], axis=-1)
    per_event = np.zeros((3, stores, levels))
    by_relation = np.zeros((stores, len(RELATIONS)))
    without = np.zeros(stores, np.int64)
    for done in executor.map(fatalities_of_block, _blocks(points_m, exposures, event_neq_kg * tnt_factor())):
        here = slice(done.first, done.last)
        per_event[:, here] = done.per_event
        by_relation[here] = done.by_relation
        without[here] = done.without_persons
        progress(done.last / stores)
    return Danger(events, per_event, events * per_event, by_relation, without)


@dataclass(frozen=True)
class Block:
    """Some stores with the exposed sites in their reach, as a task for an executor: arrays of one length by pair."""

    first: int
    last: int
    tnt_kg: FloatArray
    owner: IntArray
    distance_m: FloatArray
    kind: NDArray[np.int8]
    relation: NDArray[np.int8]
    persons: FloatArray
    without_persons: NDArray[np.bool_]
    kinds: tuple[str, ...]
    edition: str


@dataclass(frozen=True)
class BlockFatalities:
    """Fatalities per event of the stores of one block: per_event (3, n, m), by_relation (n, 3)."""

    first: int
    last: int
    per_event: FloatArray
    by_relation: FloatArray
    without_persons: IntArray


def fatalities_of_block(block: Block) -> BlockFatalities:
    """Fatalities per event of one block: the sum over pairs of persons x share that dies."""
    assert block.edition == loader.edition(), "this worker stands on other rule data"
    stores, levels = block.tnt_kg.shape
    per_event = np.zeros((3, stores, levels))
    by_relation = np.zeros((stores, len(RELATIONS)))
    now = block.tnt_kg[:, -1]
    for number, kind in enumerate(block.kinds):
        chosen = np.flatnonzero((block.kind == number) & (block.persons > 0))
        owner, distance, persons = block.owner[chosen], block.distance_m[chosen], block.persons[chosen]
        killed = fatality_shares(kind, now[owner], distance) * persons
        killed_now = _sum_by(owner, killed, stores)
        per_event[:, :, -1] += killed_now
        for which in range(len(RELATIONS)):
            of_relation = np.where(block.relation[chosen] == which, killed[1], 0.0)
            by_relation[:, which] += np.bincount(owner, of_relation, stores)
        for level in range(levels - 1):
            tnt = block.tnt_kg[:, level]
            moved = np.flatnonzero((tnt != now)[owner])
            killed_then = fatality_shares(kind, tnt[owner[moved]], distance[moved]) * persons[moved]
            per_event[:, :, level] += np.where(tnt == now, killed_now, _sum_by(owner[moved], killed_then, stores))
    without = np.bincount(block.owner[block.without_persons], minlength=stores)
    return BlockFatalities(block.first, block.last, per_event, by_relation, without)


def _sum_by(owner: IntArray, values: FloatArray, stores: int) -> FloatArray:
    return np.stack([np.bincount(owner, row, stores) for row in values])


def _blocks(points_m: FloatArray, exposures: Exposures, tnt_kg: FloatArray) -> Iterator[Block]:
    reach_m = airblast.limits("incident_pressure")[1] * np.cbrt(tnt_kg.max(axis=1, initial=0.0))
    for pairs in pairs_within(exposures, points_m, reach_m):
        stores = points_m[pairs.first : pairs.last]
        distance = np.linalg.norm(exposures.points_m[pairs.exposure] - stores[pairs.owner], axis=1)
        yield Block(
            pairs.first,
            pairs.last,
            tnt_kg[pairs.first : pairs.last],
            pairs.owner,
            distance,
            exposures.kind[pairs.exposure],
            exposures.relation[pairs.exposure],
            exposures.persons[pairs.exposure],
            exposures.without_persons[pairs.exposure],
            kinds(),
            loader.edition(),
        )
