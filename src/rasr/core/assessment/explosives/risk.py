"""Danger of explosion of each store: who is killed and hurt, per event and per year, with an interval and its parts.

Fatalities per year = events per year (``likelihood``) x fatalities per event (``consequence``, summed over the
persons near). The interval of the product runs from low x low to high x high. Besides: major and minor injuries, by
day and by night, workers apart from the public, and the individual risk at every exposed site, which is the yearly
chance of death of a person who is always there. Stores are worked out in blocks of pairs of store and exposed site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.consequence import Harm, harm
from rasr.core.assessment.explosives.neighbours import RELATIONS, Exposures, kinds, pairs_within
from rasr.core.assessment.explosives.response import (
    QUANTITY_KG,
    TIMES,
    Response,
    gathered,
    reach_of_harm,
    responses,
)
from rasr.core.basis.executor import Executor
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LOW, CENTRAL, HIGH = range(3)


@dataclass(frozen=True)
class Danger:
    """Danger of n stores with the stock as it is; the first axis is low, central, high.

    tnt_kg, events_per_year, fatalities_per_event, major_per_event, minor_per_event: (3, n). by_time: fatalities per
    event by day and by night, (3, n, 2). by_relation: fatalities per event in the order of ``RELATIONS``, (3, n, 3).
    individual_per_year: chance of death at each exposed site from all stores, (3, exposures). worst_exposure: the
    exposed site of each relation at which a store kills the greatest share, (n, 3); -1: none. without_persons: exposed
    sites within reach of the airblast whose number of persons is not fully known, (n,). response: what other
    quantities would do.
    """

    tnt_kg: FloatArray
    events_per_year: FloatArray
    fatalities_per_event: FloatArray
    major_per_event: FloatArray
    minor_per_event: FloatArray
    by_time: FloatArray
    by_relation: FloatArray
    individual_per_year: FloatArray
    worst_exposure: IntArray
    without_persons: IntArray
    day_fraction: float
    response: Response

    @property
    def fatalities_per_year(self) -> FloatArray:
        """Expected fatalities per year, (3, n)."""
        return self.events_per_year * self.fatalities_per_event

    @property
    def worst_individual_per_year(self) -> FloatArray:
        """Individual risk, from all stores, at each store's worst exposed site of each relation, (3, n, 3)."""
        if not self.individual_per_year.shape[1]:
            return np.zeros((3, *self.worst_exposure.shape))
        return np.where(self.worst_exposure >= 0, self.individual_per_year[:, self.worst_exposure], 0.0)

    def fatalities_at(self, tnt_kg: FloatArray) -> FloatArray:
        """Fatalities per event, mean over day and night, at other quantities (3, n, m) of TNT: (3, n, m)."""
        day, night = np.moveaxis(self.response.at(tnt_kg), 1, 0)
        return np.asarray(self.day_fraction * day + (1.0 - self.day_fraction) * night)


def store_danger(
    points_m: FloatArray,
    exposures: Exposures,
    tnt_kg: FloatArray,
    events_per_year: FloatArray,
    executor: Executor,
    progress: Callable[[float], None],
) -> Danger:
    """Danger of stores at these points (n, 3), where tnt_kg (3, n) goes up so often (3, n): low, central, high.

    progress is told the share of the stores that is done.
    """
    stores, related = points_m.shape[0], len(RELATIONS)
    toll = np.zeros((3, 3, stores))
    by_time, by_relation = (np.zeros((3, stores, width)) for width in (len(TIMES), related))
    worst = np.full((stores, related), -1)
    individual = np.zeros((3, len(exposures.persons)))
    without = np.zeros(stores, np.int64)
    table = np.zeros((3, len(TIMES), stores, len(QUANTITY_KG)))
    for done in executor.map(harm_of_block, _blocks(points_m, exposures, tnt_kg)):
        here = slice(done.first, done.last)
        toll[:, :, here] = done.toll
        by_time[:, here], by_relation[:, here] = done.by_time, done.by_relation
        worst[here], without[here] = done.worst_exposure, done.without_persons
        table[:, :, here] = done.table
        for number in range(3):
            chance = events_per_year[number, here][done.owner] * done.shares[number]
            np.add.at(individual[number], done.exposure, chance)
        progress(done.last / stores)
    response = Response(table, np.ones(table.shape[:3])).scaled_to(np.moveaxis(by_time, 2, 1), tnt_kg)
    return Danger(
        tnt_kg,
        events_per_year,
        toll[0],
        toll[1],
        toll[2],
        by_time,
        by_relation,
        individual,
        worst,
        without,
        exposures.day_fraction,
        response,
    )


@dataclass(frozen=True)
class Block:
    """Some stores with the exposed sites in their reach, as a task for an executor: arrays of one length by pair."""

    first: int
    last: int
    tnt_kg: FloatArray
    owner: IntArray
    exposure: IntArray
    distance_m: FloatArray
    kind: NDArray[np.int8]
    relation: NDArray[np.int8]
    persons_day: FloatArray
    persons_night: FloatArray
    without_persons: NDArray[np.bool_]
    day_fraction: float
    edition: str


@dataclass(frozen=True)
class BlockHarm:
    """Harm of the stores of one block per event, as in ``Danger``.

    toll: fatal, major, minor, each (3, n). table: ``response.responses``. owner, exposure, shares (3, pairs): share
    that dies at each exposed site where anybody does.
    """

    first: int
    last: int
    toll: FloatArray
    by_time: FloatArray
    by_relation: FloatArray
    worst_exposure: IntArray
    without_persons: IntArray
    table: FloatArray
    owner: IntArray
    exposure: IntArray
    shares: FloatArray


def harm_of_block(block: Block) -> BlockHarm:
    """Harm of one block: the sums over its pairs of persons x share that dies or is hurt."""
    assert block.edition == loader.edition(), "this worker stands on other rule data"
    stores, related = block.tnt_kg.shape[1], len(RELATIONS)
    toll = np.zeros((3, 3, stores))
    by_time, by_relation = np.zeros((3, stores, len(TIMES))), np.zeros((3, stores, related))
    parts: list[tuple[IntArray, FloatArray]] = []
    reach_m = np.cbrt(block.tnt_kg.max(axis=0, initial=0.0))
    for number, kind in enumerate(kinds()):
        near = block.distance_m <= reach_of_harm(number) * reach_m[block.owner]
        chosen = np.flatnonzero((block.kind == number) & near)
        owner = block.owner[chosen]
        day, night = block.persons_day[chosen], block.persons_night[chosen]
        mean = block.day_fraction * day + (1.0 - block.day_fraction) * night
        relation = owner * related + block.relation[chosen]
        hurt = _harm(kind, block.tnt_kg, owner, block.distance_m[chosen])
        for estimate in range(3):
            fatal = hurt.fatal[estimate]
            by_time[estimate, :, 0] += np.bincount(owner, fatal * day, stores)
            by_time[estimate, :, 1] += np.bincount(owner, fatal * night, stores)
            killed = np.bincount(relation, fatal * mean, stores * related).reshape(stores, related)
            by_relation[estimate] += killed
            toll[0, estimate] += killed.sum(axis=1)
            toll[1, estimate] += np.bincount(owner, hurt.major[estimate] * mean, stores)
            toll[2, estimate] += np.bincount(owner, hurt.minor[estimate] * mean, stores)
        parts.append((chosen, hurt.fatal))
    pairs = np.concatenate([chosen for chosen, _ in parts])
    shares = np.concatenate([share for _, share in parts], axis=1)
    struck = np.flatnonzero(shares[HIGH])
    pairs, shares = pairs[struck], shares[:, struck]
    around = (block.owner, block.kind, block.distance_m)
    table = responses(*(gathered(*around, each, stores) for each in (block.persons_day, block.persons_night)))
    return BlockHarm(
        block.first,
        block.last,
        toll,
        by_time,
        by_relation,
        _worst(block, pairs, shares[CENTRAL]),
        np.bincount(block.owner[block.without_persons], minlength=stores),
        table,
        block.owner[pairs],
        block.exposure[pairs],
        shares,
    )


def _worst(block: Block, pairs: IntArray, share: FloatArray) -> IntArray:
    """The exposed site at which the share of these pairs is greatest, by store and relation, (n, 3); -1: none."""
    stores, related = block.tnt_kg.shape[1], len(RELATIONS)
    place = block.owner[pairs] * related + block.relation[pairs]
    greatest = np.zeros(stores * related)
    np.maximum.at(greatest, place, share)
    at = np.flatnonzero((share == greatest[place]) & (share > 0))
    worst = np.full(stores * related, -1)
    worst[place[at]] = block.exposure[pairs[at]]
    return worst.reshape(stores, related)


def _harm(kind: str, tnt_kg: FloatArray, owner: IntArray, distance_m: FloatArray) -> Harm:
    """Harm at each pair; the low and the high case are worked out again where less or more goes up in them."""
    central = tnt_kg[CENTRAL]
    hurt = harm(kind, central[owner], distance_m)
    for estimate in (LOW, HIGH):
        again = np.flatnonzero((tnt_kg[estimate] != central)[owner])
        if not len(again):
            continue
        other = harm(kind, tnt_kg[estimate][owner[again]], distance_m[again])
        for mine, theirs in ((hurt.fatal, other.fatal), (hurt.major, other.major), (hurt.minor, other.minor)):
            mine[estimate, again] = theirs[estimate]
    return hurt


def _blocks(points_m: FloatArray, exposures: Exposures, tnt_kg: FloatArray) -> Iterator[Block]:
    reach_m = airblast.limits("incident_pressure")[1] * np.cbrt(tnt_kg.max(axis=0, initial=0.0))
    for pairs in pairs_within(exposures, points_m, reach_m):
        stores = points_m[pairs.first : pairs.last]
        distance = np.linalg.norm(exposures.points_m[pairs.exposure] - stores[pairs.owner], axis=1)
        yield Block(
            pairs.first,
            pairs.last,
            tnt_kg[:, pairs.first : pairs.last],
            pairs.owner,
            pairs.exposure,
            distance,
            exposures.kind[pairs.exposure],
            exposures.relation[pairs.exposure],
            exposures.persons_day[pairs.exposure],
            exposures.persons_night[pairs.exposure],
            exposures.without_persons[pairs.exposure],
            exposures.day_fraction,
            loader.edition(),
        )
