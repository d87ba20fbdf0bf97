"""What an explosion does to people: the share that dies at a distance, low, central and high.

People in the open and on roads: the TNO probits for lung, whole body and skull under the airblast (own model on
published equations; it is not TP-14 and must not be called so). People in buildings: besides those, an editable table
of the share that dies as the building fails (``reference/explosives/building_lethality.csv``, assumed for this
edition). Fragments, debris, glass and fire are not modelled. Inside the least scaled distance of the airblast
everyone dies; beyond the greatest nobody does.

>>> low, central, high = fatality_shares("inhabited_building", 10_000.0, [100.0, 600.0])
>>> [round(float(share), 3) for share in central]
[0.173, 0.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from rasr.core.assessment.explosives import airblast
from rasr.core.basis.units import KPA_PER_PA
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
ESTIMATES = ("low", "central", "high")


def fatality_shares(kind: str, mass_kg: ArrayLike, distance_m: ArrayLike) -> FloatArray:
    """Share of the persons at an exposed site of this kind that dies, 0 to 1.

    mass_kg (of TNT) and distance_m broadcast to n; the result has the shape (3, n): low, central, high. The probits
    have no interval of their own, so for people in the open the three are the same.
    """
    mass, distance = np.broadcast_arrays(np.atleast_1d(mass_kg).astype(float), np.atleast_1d(distance_m).astype(float))
    z_min, z_max = airblast.limits("incident_pressure")
    cube_root = np.cbrt(mass)
    shares = np.zeros((3, mass.size))
    shares[:, (mass > 0) & (distance < z_min * cube_root)] = 1.0
    felt = (mass > 0) & (distance >= z_min * cube_root) & (distance <= z_max * cube_root)
    if felt.any():
        shares[:, felt] = _felt_shares(kind, cube_root[felt], distance[felt])
    return shares


def blast_share(pressure_kpa: FloatArray, impulse_pa_s: FloatArray, *, indoors: bool) -> FloatArray:
    """Share that dies by lung damage, by being thrown as a whole, or by a blow to the skull: 1 - (1-p)(1-p)(1-p).

    pressure_kpa: side-on. The pressure on a person is side-on plus dynamic in the open, reflected in a building.
    """
    constants = _constants(loader.edition())
    ambient_pa = constants["ambient_pressure"]
    side_on_pa = pressure_kpa / KPA_PER_PA
    on_person_pa = _reflected_pa(side_on_pa, ambient_pa) if indoors else _frontal_pa(side_on_pa, ambient_pa)
    surviving = np.ones_like(on_person_pa)
    for probit in _probits(loader.edition()):
        surviving *= ndtr(-probit.z(on_person_pa, impulse_pa_s, ambient_pa, constants["body_mass"]))
    return 1.0 - surviving


def building_shares(kind: str, pressure_kpa: FloatArray) -> FloatArray:
    """Share that dies as the building fails, shape (3, n): linear in the logarithm of the side-on pressure.

    Zero below the first pressure of the table and for kinds that are no building; constant above the last.
    """
    table = _lethality(loader.edition()).get(kind)
    if table is None:
        return np.zeros((3, pressure_kpa.size))
    log_pressure = np.log(pressure_kpa)
    return np.stack([np.interp(log_pressure, table[0], column, left=0.0) for column in table[1:]])


@dataclass(frozen=True)
class Probit:
    """One way to die: the standard normal deviate z = slope ln s, s falling with pressure and impulse."""

    form: str
    slope: float
    pressure_term: float
    impulse_term: float

    def z(self, pressure_pa: FloatArray, impulse_pa_s: FloatArray, ambient_pa: float, body_kg: float) -> FloatArray:
        """Deviate of the share that dies; pressure on the person, side-on impulse."""
        if self.form == "scaled_by_body":
            by_pressure = self.pressure_term * ambient_pa / pressure_pa
            by_impulse = self.impulse_term * np.sqrt(ambient_pa) * np.cbrt(body_kg) / impulse_pa_s
        else:
            assert self.form == "pressure_and_product", self.form
            by_pressure = self.pressure_term / pressure_pa
            by_impulse = self.impulse_term / (pressure_pa * impulse_pa_s)
        return np.asarray(self.slope * np.log(by_pressure + by_impulse))


def _felt_shares(kind: str, cube_root: FloatArray, distance_m: FloatArray) -> FloatArray:
    z = distance_m / cube_root
    pressure_kpa = airblast.at_scaled_distance("incident_pressure", z, outside="clamp")
    impulse_pa_s = cube_root * airblast.at_scaled_distance("incident_impulse", z, outside="clamp")
    by_blast = blast_share(pressure_kpa, impulse_pa_s, indoors=kind in _lethality(loader.edition()))
    return 1.0 - (1.0 - by_blast) * (1.0 - building_shares(kind, pressure_kpa))


def _frontal_pa(side_on_pa: FloatArray, ambient_pa: float) -> FloatArray:
    """Side-on plus dynamic pressure, P + 5 P² / (2 (P + 7 P0))."""
    return side_on_pa + 2.5 * side_on_pa**2 / (side_on_pa + 7.0 * ambient_pa)


def _reflected_pa(side_on_pa: FloatArray, ambient_pa: float) -> FloatArray:
    """Pressure at a wall, 2 P (7 P0 + 4 P) / (7 P0 + P)."""
    return 2.0 * side_on_pa * (7.0 * ambient_pa + 4.0 * side_on_pa) / (7.0 * ambient_pa + side_on_pa)


@cache
def _constants(_edition: str) -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in loader.rows("explosives/constants.csv")}


def tnt_factor() -> float:
    """kg of TNT for one kg of net explosive quantity."""
    return _constants(loader.edition())["tnt_factor"]


@cache
def _probits(_edition: str) -> tuple[Probit, ...]:
    return tuple(
        Probit(row["form"], float(row["probit_slope"]), float(row["pressure_term"]), float(row["impulse_term"]))
        for row in loader.rows("explosives/probits.csv")
    )


@cache
def _lethality(_edition: str) -> dict[str, tuple[FloatArray, ...]]:
    tables: dict[str, list[list[float]]] = {}
    for row in loader.rows("explosives/building_lethality.csv"):
        values = [np.log(float(row["pressure_kpa"])), *(float(row[estimate]) for estimate in ESTIMATES)]
        tables.setdefault(row["exposure_kind"], []).append(values)
    return {kind: tuple(np.array(values).T) for kind, values in tables.items()}
