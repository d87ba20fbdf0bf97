"""How many die in an event as a function of the quantity that goes up, for many stores at once.

Around each store the persons are gathered by kind of exposed site in rings of distance (``gathered``), each shared
between the two rings next to it, which is the same as reading the share that dies as a line between the rings. Who
dies at every ring and at every quantity is worked out once per rule edition; a store's response is then one product
of matrices. Between quantities it is read along a monotone cubic of the logarithm of the quantity, and it is scaled
to the exact figure for the stock as it is; elsewhere it is within half a per cent of the exact sum. So a danger curve,
a tonne less or a thousand draws cost next to nothing.

>>> float(RING_M[0]), float(QUANTITY_KG[0])
(0.5, 0.1)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.sparse import csr_array

from rasr.core.assessment.explosives.consequence import harm
from rasr.core.assessment.explosives.neighbours import kinds
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
RING_STEP = 0.025
RING_M = 0.5 * np.exp(RING_STEP * np.arange(470))
"""Distances at which persons are gathered, m: every 2.5 per cent from 0.5 m to 62 km."""
QUANTITY_KG = 0.1 * np.exp(0.1 * np.arange(209))
"""Quantities at which a response is worked out, kg of TNT: every 10.5 per cent from 0.1 kg to 10^8 kg."""
TIMES = ("day", "night")
STORES_AT_ONCE = 500
NOBODY = 1e-12
"""Fatalities per event that count as none: the slopes of so little run over."""


@dataclass(frozen=True)
class Response:
    """Fatalities per event of n stores: table (3, 2, n, quantities), low, central, high, by day and by night.

    scale (3, 2, n): the exact figure for the stock as it is over that of the table.
    """

    table: FloatArray
    scale: FloatArray

    def at(self, tnt_kg: FloatArray) -> FloatArray:
        """Fatalities per event at quantities (3, n, m) of the low, central and high case: (3, 2, n, m), by time."""
        found = np.empty((*self.table.shape[:3], tnt_kg.shape[2]))
        for here in _some(self.table.shape[2]):
            found[:, :, here] = self._read(here, tnt_kg[:, here]) * self.scale[:, :, here, None]
        return found

    def _read(self, here: slice, tnt_kg: FloatArray) -> FloatArray:
        wanted = tnt_kg[tnt_kg > 0]
        if not wanted.size:
            return np.zeros((3, len(TIMES), *tnt_kg.shape[1:]))
        # Only the quantities asked for, and two more at each end so that the slopes are those of the whole table.
        first, last = np.searchsorted(QUANTITY_KG, [wanted.min(), wanted.max()])
        part = slice(max(int(first) - 3, 0), min(int(last) + 3, len(QUANTITY_KG)))
        start = np.log(QUANTITY_KG[part])
        log_kg = np.clip(np.log(np.maximum(tnt_kg, QUANTITY_KG[0])), start[0], start[-1])
        piece = np.clip(np.searchsorted(start, log_kg, side="right") - 1, 0, len(start) - 2)
        along = (log_kg - start[piece])[:, None]
        cubic = PchipInterpolator(start, self.table[:, :, here, part], axis=3).c  # (4, pieces, 3, 2, n)
        cubic = np.moveaxis(cubic, 1, -1)  # (4, 3, 2, n, pieces)
        value = np.zeros((3, len(TIMES), *tnt_kg.shape[1:]))
        for coefficient in cubic:
            value *= along
            value += np.take_along_axis(coefficient, np.broadcast_to(piece[:, None], value.shape), axis=3)
        below = np.minimum(tnt_kg / QUANTITY_KG[0], 1.0)[:, None]  # a straight line to nothing under the least
        return np.asarray(np.maximum(value * below, 0.0))

    def scaled_to(self, now: FloatArray, tnt_kg: FloatArray) -> Response:
        """The same response with its scale such that at the quantities (3, n) it gives now (3, 2, n)."""
        plain = replace(self, scale=np.ones_like(self.scale))
        read = plain.at(tnt_kg[:, :, None])[..., 0]
        known = (now > NOBODY) & (read > NOBODY)
        return replace(self, scale=np.where(known, now / np.where(known, read, 1.0), 1.0))


def gathered(
    owner: IntArray, kind: NDArray[np.int8], distance_m: FloatArray, persons: FloatArray, stores: int
) -> FloatArray:
    """Persons by store, kind and ring, (stores, kinds x rings), of pairs given as arrays of one length."""
    rings = len(RING_M)
    place = np.log(np.clip(distance_m, RING_M[0], RING_M[-1]) / RING_M[0]) / RING_STEP
    ring = np.minimum(place.astype(np.int64), rings - 2)
    outer = place - ring
    cell = (owner * len(kinds()) + kind) * rings + ring
    size = stores * len(kinds()) * rings
    total = np.bincount(cell, persons * (1.0 - outer), size) + np.bincount(cell + 1, persons * outer, size)
    return np.asarray(total.reshape(stores, -1), float)


def responses(day: FloatArray, night: FloatArray) -> FloatArray:
    """Fatalities per event (3, 2, stores, quantities) of persons ``gathered`` by day and by night."""
    shares = _shares(loader.edition())
    stores = len(day)
    # Sparse: few rings hold anybody, and the sum does not hang on the number of threads, as that of a library may.
    product = csr_array(np.concatenate([day, night])) @ shares
    product[product < NOBODY] = 0.0
    return np.moveaxis(product.reshape(len(TIMES), stores, 3, len(QUANTITY_KG)), 2, 0)


def reach_of_harm(kind: int) -> float:
    """Greatest scaled distance, m/kg^(1/3), at which anybody at a site of this kind is hurt at any quantity."""
    return _reaches(loader.edition())[kind]


@cache
def _shares(_edition: str) -> FloatArray:
    """Share that dies at every kind and ring (rows), for low, central, high at every quantity (columns)."""
    kg, metres = np.meshgrid(QUANTITY_KG, RING_M)
    parts = [harm(kind, kg.ravel(), metres.ravel()).fatal.reshape(3, *kg.shape) for kind in kinds()]
    return np.concatenate([np.moveaxis(part, 0, 1).reshape(len(RING_M), -1) for part in parts])


@cache
def _reaches(_edition: str) -> tuple[float, ...]:
    kg, metres = np.meshgrid(QUANTITY_KG[::8], RING_M)
    z = (metres / np.cbrt(kg)).ravel()
    found = []
    for kind in kinds():
        hurt = harm(kind, kg.ravel(), metres.ravel())
        anybody = (hurt.fatal + hurt.major + hurt.minor).max(axis=0) > 1e-12
        found.append(float(z[anybody].max(initial=0.0)) * np.exp(2.0 * RING_STEP))  # to the ring after, and one more
    return tuple(found)


def _some(stores: int) -> Iterator[slice]:
    return (slice(first, min(first + STORES_AT_ONCE, stores)) for first in range(0, stores, STORES_AT_ONCE))
