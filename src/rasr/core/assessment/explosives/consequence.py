"""What an explosion does to people at exposed sites: the shares that die or are hurt, low, central and high.

People in the open and on roads: ``injuries`` under the airblast (own model on published equations; it is not TP-14 and
must not be called so). People in buildings: besides those, an editable table of the share that dies, or is hurt, as the
building fails (``reference/explosives/building_lethality.csv``, assumed for this edition, deaths alone). Fragments,
debris, glass and fire are not in these shares. Inside the least scaled distance of the airblast everyone dies; beyond
the greatest nobody is hurt.

>>> low, central, high = fatality_shares("inhabited_building", 10_000.0, [100.0, 600.0])
>>> [round(float(share), 3) for share in central]
[0.173, 0.0]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.felt import felt
from rasr.core.assessment.explosives.injuries import AtLeast, blast_shares, fatal_share
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
ESTIMATES = ("low", "central", "high")
SEVERITIES = ("fatal", "major", "minor")
"""From grave to light."""


@dataclass(frozen=True)
class Harm:
    """Shares of the persons at n exposed sites that die, are gravely hurt, or lightly: each (3, n), rows ``ESTIMATES``.

    Each person counts once, as what is worst for them. So where more die fewer are left to be hurt: the low and high of
    the injured are the least and the most of the three estimates, and only the central ones add up to a whole.
    """

    fatal: FloatArray
    major: FloatArray
    minor: FloatArray


def harm(kind: str, tnt_kg: ArrayLike, distance_m: ArrayLike) -> Harm:
    """Shares hurt at an exposed site of this kind; tnt_kg and distance_m broadcast to n.

    Refused('unknown_rule') for a kind that is none, 'out_of_range' for a mass or a distance that is no
    number. A mass of 0 or less is nothing held.
    """
    _hold_kind(kind)
    blast = felt(tnt_kg, distance_m)
    found = {severity: np.zeros((len(ESTIMATES), blast.n)) for severity in SEVERITIES}
    found["fatal"][:, blast.near] = 1.0
    if blast.felt.size:
        hurt = blast_shares(blast.pressure_kpa, blast.impulse_pa_s, indoors=_is_building(kind))
        for severity, shares in zip(SEVERITIES, _apart(kind, hurt, blast.pressure_kpa), strict=True):
            found[severity][:, blast.felt] = shares
    return Harm(**found)


def fatality_shares(kind: str, mass_kg: ArrayLike, distance_m: ArrayLike) -> FloatArray:
    """Share of the persons at an exposed site of this kind that dies, 0 to 1: ``harm`` without the injured.

    mass_kg (of TNT) and distance_m broadcast to n; the result has the shape (3, n): low, central, high. The probits
    have no interval of their own, so for people in the open the three are the same. Refused as ``harm``.
    """
    _hold_kind(kind)
    blast = felt(mass_kg, distance_m)
    shares = np.zeros((len(ESTIMATES), blast.n))
    shares[:, blast.near] = 1.0
    if blast.felt.size:
        by_blast = fatal_share(blast.pressure_kpa, blast.impulse_pa_s, indoors=_is_building(kind))
        shares[:, blast.felt] = _either(by_blast, building_shares(kind, blast.pressure_kpa))
    return shares


def building_shares(kind: str, pressure_kpa: FloatArray, severity: str = "fatal") -> FloatArray:
    """Share hurt at least so as the building fails, shape (3, n): linear in the logarithm of the side-on pressure.

    Zero below the first pressure of the table, for kinds that are no building, and where the table has no row of this
    severity; constant above the last.
    """
    table = _lethality(loader.edition()).get((kind, severity))
    shares = np.zeros((len(ESTIMATES), pressure_kpa.size))
    if table is not None:
        log_pressure = np.log(pressure_kpa)
        failing = np.flatnonzero(log_pressure >= table[0][0])
        for row, column in zip(shares, table[1:], strict=True):
            row[failing] = np.interp(log_pressure[failing], table[0], column)
    return shares


def casualties(hurt: Harm, persons: ArrayLike, group: ArrayLike, groups: int) -> FloatArray:
    """Expected persons that die, are gravely and are lightly hurt in one event, shape (3, 3, t, groups).

    Axes: ``SEVERITIES``, ``ESTIMATES``, time, group. persons: (t, n), such as by day and by night. group: (n,), the
    number (from 0) of the group each exposed site is counted in, such as workers or the public; a caller with many
    events counts them as groups too.
    """
    present, member = np.atleast_2d(np.asarray(persons, float)), np.asarray(group, np.int64)
    counts = np.empty((len(SEVERITIES), len(ESTIMATES), len(present), groups))
    for number, severity in enumerate(SEVERITIES):
        for estimate, share in enumerate(getattr(hurt, severity)):
            for time, here in enumerate(present):
                counts[number, estimate, time] = np.bincount(member, share * here, groups)
    return counts


def _hold_kind(kind: str) -> None:
    allowed = loader.contract("exposures").by_name["kind"].allowed
    if kind not in allowed:
        raise Refused("unknown_rule", what="kind of exposed site", value=kind, known=", ".join(allowed))


def _apart(kind: str, hurt: AtLeast, pressure_kpa: FloatArray) -> Iterator[FloatArray]:
    """Shares that die, are gravely and are lightly hurt, each person counted once, (3, n) each."""
    building = building_shares(kind, pressure_kpa)
    graver = _either(hurt.fatal, building)
    yield graver
    for severity, by_blast in (("major", hurt.major), ("minor", hurt.minor)):
        building = np.maximum(building, building_shares(kind, pressure_kpa, severity))
        at_least = _either(by_blast, building)
        share = at_least - graver
        yield np.stack([share.min(axis=0), share[1], share.max(axis=0)])
        graver = at_least


def _either(one: FloatArray, other: FloatArray) -> FloatArray:
    """Share hurt by either of two causes that act apart."""
    return 1.0 - (1.0 - one) * (1.0 - other)


def _is_building(kind: str) -> bool:
    return any(kind == each for each, _ in _lethality(loader.edition()))


@cache
def _lethality(_edition: str) -> dict[tuple[str, str], tuple[FloatArray, ...]]:
    """The table by kind of exposed site and severity: logarithm of kPa, then low, central and high."""
    tables: dict[tuple[str, str], list[list[float]]] = {}
    for row in loader.rows("explosives/building_lethality.csv"):
        values = [np.log(float(row["pressure_kpa"])), *(float(row[estimate]) for estimate in ESTIMATES)]
        tables.setdefault((row["exposure_kind"], row["injury"]), []).append(values)
    return {key: tuple(np.array(sorted(values)).T) for key, values in tables.items()}
