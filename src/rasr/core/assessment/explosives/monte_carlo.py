"""How sure we are: the danger drawn many times over likelihood, yield, exposure and lethality.

Each of the four lies in a triangle between low, central and high: of the tables of likelihood and lethality, of what
goes up alone or with neighbours, and of the factors in ``reference/explosives/uncertainty.csv`` (assumed, editable).
Part of each doubt is common to all stores (a wrong frequency is wrong everywhere), part a store's own. A store's
draws hang on the seed and its id alone: the same in any order, on any executor, with any number of workers.

>>> triangle(np.array([0.0, 0.5, 1.0])).tolist()
[-1.0, 0.0, 1.0]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rasr.core.assessment.explosives.frequency_number import AT_LEAST
from rasr.core.assessment.explosives.response import Response
from rasr.core.assessment.explosives.risk import Danger
from rasr.core.basis.executor import Executor
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FILE = "explosives/uncertainty.csv"
DOUBTS = ("likelihood", "yield", "exposure", "lethality")
PERCENTILES = (5.0, 50.0, 95.0)
WORST = 10
STORES_PER_TASK = 100


@dataclass(frozen=True)
class Uncertainty:
    """What the draws say. Three columns are the 5th, 50th and 95th percentile.

    fatalities_per_year: (n, 3) by store. mean: (n,). among_worst: probability that the store is one of the ten worst,
    (n,). by_group, mean_by_group: the same sums for the groups of stores given, (g, 3) and (g,). exceedance: F-N
    curves of the groups at ``AT_LEAST``, (g, numbers, 3).
    """

    mean: FloatArray
    fatalities_per_year: FloatArray
    among_worst: FloatArray
    mean_by_group: FloatArray
    by_group: FloatArray
    exceedance: FloatArray
    draws: int
    seed: int


def simulate(
    store_ids: Sequence[str], danger: Danger, groups: Sequence[IntArray], *, draws: int, seed: int, executor: Executor
) -> Uncertainty:
    """Draw the danger of all stores so many times. groups: places of the stores that are summed, each a group."""
    drawn = np.zeros((len(store_ids), draws), np.float32)
    member = np.zeros((len(groups), len(store_ids)), bool)
    for number, places in enumerate(groups):
        member[number, places] = True
    above = np.zeros((len(groups), len(AT_LEAST), draws), np.float32)
    total = np.zeros((len(groups), draws))
    for done in executor.map(draw, _tasks(store_ids, danger, member, draws, seed)):
        drawn[done.places] = done.fatalities_per_year
        above[done.groups] += done.exceedance
        total[done.groups] += done.by_group
    return Uncertainty(
        drawn.mean(axis=1, dtype=float),
        _percentiles(drawn),
        among_worst(drawn, WORST),
        total.mean(axis=1),
        _percentiles(total),
        _percentiles(above),
        draws,
        seed,
    )


def among_worst(drawn: NDArray[np.floating], worst: int) -> FloatArray:
    """Share of the draws (n, draws) in which each store is one of so many worst; without danger it never is."""
    stores = len(drawn)
    if stores <= worst:
        return np.asarray((drawn > 0).mean(axis=1), float) if stores else np.zeros(0)
    first = np.argpartition(drawn, stores - worst, axis=0)[stores - worst :]
    counted = np.zeros(drawn.shape, bool)
    np.put_along_axis(counted, first, values=True, axis=0)
    return np.asarray((counted & (drawn > 0)).mean(axis=1), float)


@dataclass(frozen=True)
class Task:
    """Some stores, at these places, as a task for an executor; arrays as in ``Danger``."""

    places: IntArray
    store_ids: tuple[str, ...]
    tnt_kg: FloatArray
    events_per_year: FloatArray
    response: Response
    day_fraction: float
    member: NDArray[np.bool_]
    draws: int
    seed: int
    edition: str


@dataclass(frozen=True)
class Drawn:
    """Draws of one task: fatalities_per_year (n, draws), by_group (g, draws), exceedance (g, numbers, draws).

    places: of its stores. groups: places of the groups that have any of them, g of all.
    """

    places: IntArray
    groups: IntArray
    fatalities_per_year: FloatArray
    by_group: FloatArray
    exceedance: FloatArray


def draw(task: Task) -> Drawn:
    """The draws of some stores."""
    assert task.edition == loader.edition(), "this worker stands on other rule data"
    doubts = {row.doubt: row for row in _doubts(loader.edition())}
    likelihood, goes_up, exposure, lethality = _deviates(task, [doubts[doubt].common_share for doubt in DOUBTS])
    events = _between(task.events_per_year[:, :, None], likelihood, logarithmic=True)
    scale = np.array([doubts["yield"].low, doubts["yield"].central, doubts["yield"].high])[:, None, None]
    tnt_kg = _between(task.tnt_kg[:, :, None] * scale, goes_up, logarithmic=False)
    per_event = task.response.at(np.broadcast_to(tnt_kg, (3, *tnt_kg.shape)))
    killed = _between(per_event, lethality[None], logarithmic=False)  # (2, n, draws)
    there = np.array([doubts["exposure"].low, doubts["exposure"].central, doubts["exposure"].high])
    killed = killed * _between(there[:, None, None], exposure, logarithmic=False)
    shares = np.array([task.day_fraction, 1.0 - task.day_fraction])
    yearly = events * np.tensordot(shares, killed, axes=1)
    groups = np.flatnonzero(task.member.any(axis=1))
    member = task.member[groups]
    by_group = np.array([yearly[chosen].sum(axis=0) for chosen in member]).reshape(-1, task.draws)
    return Drawn(task.places, groups, yearly, by_group, _exceedances(member, killed, events, shares))


def _exceedances(member: NDArray[np.bool_], killed: FloatArray, events: FloatArray, shares: FloatArray) -> FloatArray:
    """Events per year with at least ``AT_LEAST`` fatalities of each group, (g, numbers, draws)."""
    found = np.zeros((len(member), len(AT_LEAST), events.shape[1]))
    for number, least in enumerate(AT_LEAST):
        reached = killed >= least
        some = reached.any(axis=(0, 2))
        if not some.any():
            break
        frequency = events[some] * (shares[0] * reached[0, some] + shares[1] * reached[1, some])
        found[:, number] = member[:, some].astype(float) @ frequency
    return found


def triangle(chance: FloatArray) -> FloatArray:
    """Quantile of the symmetric triangle between -1 and 1."""
    below = np.sqrt(2.0 * np.minimum(chance, 0.5)) - 1.0
    above = 1.0 - np.sqrt(2.0 * np.minimum(1.0 - chance, 0.5))
    return np.where(chance < 0.5, below, above)


def _between(ends: FloatArray, deviate: FloatArray, *, logarithmic: bool) -> FloatArray:
    """Low at -1, central at 0, high at 1, a straight line between (of the logarithm where all are above 0)."""
    low, central, high = ends
    plain = central + np.maximum(deviate, 0.0) * (high - central) + np.minimum(deviate, 0.0) * (central - low)
    if not logarithmic:
        return np.asarray(plain)
    known = (low > 0) & (central > 0) & (high > 0)
    logs = [np.log(np.where(known, end, 1.0)) for end in (low, central, high)]
    curved = _between(np.stack(logs), deviate, logarithmic=False)
    return np.asarray(np.where(known, np.exp(curved), plain))


def _deviates(task: Task, common_shares: Sequence[float]) -> FloatArray:
    """Triangular deviates (doubts, n, draws), correlated between stores by the common share of each doubt."""
    shape = (len(DOUBTS), task.draws)
    common = np.random.default_rng(np.random.SeedSequence(task.seed, spawn_key=(0,))).standard_normal(shape)
    own = np.stack(
        [np.random.default_rng(_seed_of(task.seed, store)).standard_normal(shape) for store in task.store_ids], axis=1
    )
    share = np.array(common_shares)[:, None, None]
    return triangle(ndtr(np.sqrt(share) * common[:, None] + np.sqrt(1.0 - share) * own))


def _seed_of(seed: int, store_id: str) -> np.random.SeedSequence:
    """The sequence of one store, spawned by its id, so that other stores change nothing in it."""
    words = np.frombuffer(blake2b(store_id.encode(), digest_size=16).digest(), "<u4")
    return np.random.SeedSequence(seed, spawn_key=(1, *map(int, words)))


@dataclass(frozen=True)
class Doubt:
    """One row of the table; factors are 1 where the ends come from another table."""

    doubt: str
    low: float
    central: float
    high: float
    common_share: float


@cache
def _doubts(_edition: str) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(row["doubt"], *(float(row[name] or 1.0) for name in ("low", "central", "high", "common_share")))
        for row in loader.rows(FILE)
    )


def _tasks(
    store_ids: Sequence[str], danger: Danger, member: NDArray[np.bool_], draws: int, seed: int
) -> Iterator[Task]:
    """Tasks of the stores that have anybody near; the others kill nobody however they are drawn."""
    table, scale = danger.response.table, danger.response.scale
    peopled = np.flatnonzero((danger.tnt_kg[2] > 0) & (table.max(axis=(0, 1, 3), initial=0.0) > 0))
    for first in range(0, len(peopled), STORES_PER_TASK):
        places = peopled[first : first + STORES_PER_TASK]
        yield Task(
            places,
            tuple(store_ids[place] for place in places),
            danger.tnt_kg[:, places],
            danger.events_per_year[:, places],
            Response(table[:, :, places], scale[:, :, places]),
            danger.day_fraction,
            member[:, places],
            draws,
            seed,
            loader.edition(),
        )


def _percentiles(drawn: NDArray[np.floating]) -> FloatArray:
    """The percentiles over the last axis, as a last axis of three."""
    if not drawn.size:
        return np.zeros((*drawn.shape[:-1], len(PERCENTILES)))
    return np.asarray(np.moveaxis(np.percentile(drawn, PERCENTILES, axis=-1), 0, -1), float)
