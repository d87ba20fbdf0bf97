"""Airblast after Kingery and Bulmash (1984): seven parameters of the wave at a distance from so much TNT.

The full polynomials for a charge on the ground (the default, as in the UN SaferGuard calculator) and in free air;
beside them the simplified ones of Swisdak (1994). Scaled distance Z = R / W^(1/3), R in m and W in kg of TNT.
Coefficients, their limits of Z, source and status: ``reference/explosives/kb_coefficients.csv``.

>>> round(float(incident_pressure_kpa(1000.0, 100.0)), 1)
14.8
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import S_PER_MS
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
Outside = Literal["refuse", "clamp", "nan"]
Parameter = Literal[
    "incident_pressure",
    "reflected_pressure",
    "incident_impulse",
    "reflected_impulse",
    "arrival_time",
    "positive_duration",
    "shock_velocity",
]


@dataclass(frozen=True)
class Curves:
    """Which coefficients: the set, and where the charge stands."""

    coefficient_set: str
    geometry: str


SURFACE_BURST = Curves("kingery_bulmash_1984_full", "hemispherical_surface_burst")
FREE_AIR = Curves("kingery_bulmash_1984_full", "spherical_free_air")
SWISDAK_SURFACE_BURST = Curves("swisdak_1994", "hemispherical_surface_burst")


def incident_pressure_kpa(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Peak side-on overpressure, kPa.

    Here and below: mass_kg of TNT and distance_m may be arrays that broadcast. outside says what happens beyond the
    limits of Z: ``refuse`` raises Refused('out_of_range'), ``clamp`` takes the nearest limit, ``nan`` gives nan.
    """
    return at_scaled_distance("incident_pressure", scaled_distance(mass_kg, distance_m), curves, outside)


def reflected_pressure_kpa(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Peak overpressure on a wall that faces the blast, kPa."""
    return at_scaled_distance("reflected_pressure", scaled_distance(mass_kg, distance_m), curves, outside)


def incident_impulse_pa_s(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Side-on impulse of the positive phase, Pa s (the same number as kPa ms)."""
    return np.cbrt(mass_kg) * at_scaled_distance(
        "incident_impulse", scaled_distance(mass_kg, distance_m), curves, outside
    )


def reflected_impulse_pa_s(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Impulse of the positive phase on a wall that faces the blast, Pa s."""
    return np.cbrt(mass_kg) * at_scaled_distance(
        "reflected_impulse", scaled_distance(mass_kg, distance_m), curves, outside
    )


def arrival_time_s(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Time from the explosion until the front arrives, s."""
    scaled_ms = at_scaled_distance("arrival_time", scaled_distance(mass_kg, distance_m), curves, outside)
    return S_PER_MS * np.cbrt(mass_kg) * scaled_ms


def positive_duration_s(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Duration of the positive phase, s."""
    scaled_ms = at_scaled_distance("positive_duration", scaled_distance(mass_kg, distance_m), curves, outside)
    return S_PER_MS * np.cbrt(mass_kg) * scaled_ms


def shock_velocity_m_per_s(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Speed of the front, m/s."""
    return at_scaled_distance("shock_velocity", scaled_distance(mass_kg, distance_m), curves, outside) / S_PER_MS


@dataclass(frozen=True)
class Blast:
    """The seven parameters at one distance; None where a parameter's own limits of Z are passed."""

    mass_kg: float
    distance_m: float
    scaled_distance_m_per_kg13: float
    incident_pressure_kpa: float | None
    reflected_pressure_kpa: float | None
    incident_impulse_pa_s: float | None
    reflected_impulse_pa_s: float | None
    arrival_time_s: float | None
    positive_duration_s: float | None
    shock_velocity_m_per_s: float | None
    coefficient_set: str
    geometry: str
    source: str
    status: str


def blast(mass_kg: float, distance_m: float, curves: Curves = SURFACE_BURST) -> Blast:
    """All seven parameters of one case. Refused('out_of_range') where none of them is defined."""
    for quantity, value in (("The mass in kg", mass_kg), ("The distance in m", distance_m)):
        if not 0.0 < value < np.inf:
            raise Refused("not_above_zero", quantity=quantity, value=value)
    scaled = float(scaled_distance(mass_kg, distance_m))
    branches = branches_of("incident_pressure", curves)
    if not branches[0].z_min <= scaled <= branches[-1].z_max:
        raise _beyond(scaled, branches)

    def of(function: Callable[[float, float, Curves, Outside], FloatArray]) -> float | None:
        found = float(function(mass_kg, distance_m, curves, "nan"))
        return None if np.isnan(found) else found

    return Blast(
        mass_kg,
        distance_m,
        scaled,
        of(incident_pressure_kpa),
        of(reflected_pressure_kpa),
        of(incident_impulse_pa_s),
        of(reflected_impulse_pa_s),
        of(arrival_time_s),
        of(positive_duration_s),
        of(shock_velocity_m_per_s),
        curves.coefficient_set,
        curves.geometry,
        branches[0].source,
        branches[0].status,
    )


def scaled_distance(mass_kg: ArrayLike, distance_m: ArrayLike) -> FloatArray:
    """Z = R / W^(1/3), m/kg^(1/3)."""
    return np.asarray(np.asarray(distance_m, float) / np.cbrt(np.asarray(mass_kg, float)))


def limits(parameter: Parameter, curves: Curves = SURFACE_BURST) -> tuple[float, float]:
    """Least and greatest Z at which the parameter is defined."""
    branches = branches_of(parameter, curves)
    return branches[0].z_min, branches[-1].z_max


def at_scaled_distance(
    parameter: Parameter, z: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """The parameter at Z, as tabulated: kPa, m/ms; impulse and times per kg^(1/3), in kPa ms and ms."""
    branches = branches_of(parameter, curves)
    scaled = np.asarray(z, float)
    z_min, z_max = branches[0].z_min, branches[-1].z_max
    beyond = ~((scaled >= z_min) & (scaled <= z_max))
    if beyond.any() and outside == "refuse":
        raise _beyond(float(scaled[beyond].flat[0]), branches)
    log_z = np.log(np.clip(scaled, z_min, z_max))
    value = _evaluate(branches, log_z)
    return np.where(beyond, np.nan, value) if outside == "nan" else value


@dataclass(frozen=True)
class Branch:
    """One polynomial and its limits of Z: Y = base^(sum of c_i U^i) with U = u0 + u1 log_base(Z)."""

    z_min: float
    z_max: float
    exponent: tuple[float, ...]
    u0: float
    u1: float
    log_base: float
    source: str
    status: str

    def __call__(self, log_z: FloatArray) -> FloatArray:
        """The parameter at ln Z, by Horner's rule."""
        u = self.u0 + (self.u1 / self.log_base) * log_z
        total = np.full_like(u, self.exponent[-1])
        for coefficient in self.exponent[-2::-1]:
            total *= u
            total += coefficient
        total *= self.log_base
        return np.exp(total, out=total)


def branches_of(parameter: Parameter, curves: Curves) -> Sequence[Branch]:
    """The branches of a parameter, from small to large Z. Refused('unknown_rule') where there are none."""
    known = _branches(loader.edition())
    key = (curves.coefficient_set, curves.geometry, parameter)
    if key not in known:
        names = ", ".join(sorted({f"{one} {two}" for one, two, _ in known}))
        value = f"{curves.coefficient_set} {curves.geometry}"
        raise Refused("unknown_rule", what="set of airblast coefficients", value=value, known=names)
    return known[key]


@cache
def _branches(_edition: str) -> dict[tuple[str, str, str], tuple[Branch, ...]]:
    found: dict[tuple[str, str, str], tuple[Branch, ...]] = {}
    for row in loader.rows("explosives/kb_coefficients.csv"):
        key = (row["set"], row["geometry"], row["parameter"])
        branch = Branch(
            z_min=float(row["z_min"]),
            z_max=float(row["z_max"]),
            exponent=tuple(float(row[f"c{i}"]) for i in range(15) if row.get(f"c{i}")),
            u0=float(row["u0"]),
            u1=float(row["u1"]),
            log_base=np.log(10.0) if row["form"] == "power_of_ten" else 1.0,
            source=row["source"],
            status=row["status"],
        )
        found[key] = tuple(sorted((*found.get(key, ()), branch), key=lambda each: each.z_min))
    return found


def _evaluate(branches: Sequence[Branch], log_z: FloatArray) -> FloatArray:
    if len(branches) == 1:
        return branches[0](log_z)
    which = np.searchsorted([np.log(branch.z_min) for branch in branches[1:]], log_z, side="right")
    value = np.empty_like(log_z)
    for number, branch in enumerate(branches):
        here = which == number
        value[here] = branch(log_z[here])
    return value


def _beyond(scaled: float, branches: Sequence[Branch]) -> Refused:
    return Refused(
        "out_of_range",
        quantity="The scaled distance Z",
        minimum=branches[0].z_min,
        maximum=branches[-1].z_max,
        unit="m/kg^(1/3)",
        value=float(f"{scaled:.4g}"),
    )
