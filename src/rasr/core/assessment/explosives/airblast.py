"""Airblast after Kingery and Bulmash (1984): seven parameters of the wave at a distance from so much TNT.

The full polynomials for a charge on the ground (the default, as in the UN SaferGuard calculator) and in free air;
beside them the simplified ones of Swisdak (1994), as fitted in metric and as fitted in English units. Scaled distance
Z = R / W^(1/3), R in m and W in kg of TNT.
Coefficients, their limits of Z, source and status: ``reference/explosives/kb_coefficients.csv``. Nothing is
extrapolated: beyond the limits there is nan, or a refusal.

>>> wave = airblast(1000.0, [50.0, 100.0])
>>> [round(float(pressure), 1) for pressure in wave.incident_pressure_kpa]
[43.2, 14.8]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import S_PER_MS
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Outside = Literal["refuse", "clamp", "nan"]
Pressure = Literal["incident_pressure", "reflected_pressure"]
Parameter = Literal[
    "incident_pressure",
    "reflected_pressure",
    "incident_impulse",
    "reflected_impulse",
    "arrival_time",
    "positive_duration",
    "shock_velocity",
]
PARAMETERS: tuple[Parameter, ...] = get_args(Parameter)
NAMES = (
    "incident_pressure_kpa",
    "reflected_pressure_kpa",
    "incident_impulse_kpa_ms",
    "reflected_impulse_kpa_ms",
    "arrival_time_ms",
    "positive_duration_ms",
    "shock_velocity_m_s",
)
"""The parameters as ``Wave`` names them, in the same order."""
GROWS_WITH_CHARGE = frozenset({"incident_impulse", "reflected_impulse", "arrival_time", "positive_duration"})
"""Tabulated per kg^(1/3) of the charge."""
POINTS_PER_BLOCK = 16_384
"""So many points are worked out at a time: what is between input and output stays in the cache of one core."""

ROUNDING_SLACK = 1e-12
"""Relative: so that the pressure worked out at a limit of Z leads back to that limit."""


@dataclass(frozen=True)
class Curves:
    """Which coefficients: the set, and where the charge stands."""

    coefficient_set: str
    geometry: str


SURFACE_BURST = Curves("kingery_bulmash_1984_full", "hemispherical_surface_burst")
FREE_AIR = Curves("kingery_bulmash_1984_full", "spherical_free_air")
SWISDAK_SURFACE_BURST = Curves("swisdak_1994", "hemispherical_surface_burst")
SWISDAK_ENGLISH_SURFACE_BURST = Curves("swisdak_1994_english", "hemispherical_surface_burst")
METHODS = {
    "kingery-bulmash": "kingery_bulmash_1984_full",
    "swisdak": "swisdak_1994",
    "swisdak-english": "swisdak_1994_english",
}
GEOMETRIES = {"hemispherical": "hemispherical_surface_burst", "spherical": "spherical_free_air"}


@dataclass(frozen=True)
class Wave:
    """The seven parameters, arrays of the shape to which mass and distance broadcast; nan where one is not defined.

    outside: where at least one of the seven is nan. source, status: of the coefficients.
    """

    scaled_distance_m_per_kg13: FloatArray
    incident_pressure_kpa: FloatArray
    reflected_pressure_kpa: FloatArray
    incident_impulse_kpa_ms: FloatArray
    reflected_impulse_kpa_ms: FloatArray
    arrival_time_ms: FloatArray
    positive_duration_ms: FloatArray
    shock_velocity_m_s: FloatArray
    outside: BoolArray
    coefficient_set: str
    geometry: str
    source: str
    status: str


def airblast(
    mass_tnt_kg: ArrayLike,
    distance_m: ArrayLike,
    geometry: str = "hemispherical",
    method: str = "kingery-bulmash",
    outside: Literal["nan", "refuse"] = "nan",
) -> Wave:
    """All seven parameters, for arrays that broadcast.

    geometry: hemispherical (a charge on the ground) or spherical (in free air). method: one of ``METHODS``.
    outside: what happens where a parameter is not defined: ``nan`` there and ``Wave.outside`` set, or ``refuse``.
    Refused: unknown_rule; with ``refuse`` also not_above_zero and out_of_range.
    """
    curves = curves_of(geometry, method)
    found = _evaluate(PARAMETERS, mass_tnt_kg, distance_m, curves, outside)
    found[-1] /= S_PER_MS
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = scaled_distance(mass_tnt_kg, distance_m)
    ends = np.array([limits(parameter, curves) for parameter in PARAMETERS])
    within = (scaled >= ends[:, 0].max()) & (scaled <= ends[:, 1].min()) & (np.asarray(mass_tnt_kg) > 0)
    first = branches_of("incident_pressure", curves)[0]
    return Wave(
        scaled_distance_m_per_kg13=scaled,
        **dict(zip(NAMES, found, strict=True)),
        outside=np.asarray(~within),
        coefficient_set=curves.coefficient_set,
        geometry=curves.geometry,
        source=first.source,
        status=first.status,
    )


def curves_of(geometry: str = "hemispherical", method: str = "kingery-bulmash") -> Curves:
    """The coefficients by their everyday names. Refused('unknown_rule')."""
    for what, name, known in (("method of airblast", method, METHODS), ("geometry of airblast", geometry, GEOMETRIES)):
        if name not in known:
            raise Refused("unknown_rule", what=what, value=name, known=", ".join(known))
    return Curves(METHODS[method], GEOMETRIES[geometry])


def pressure_and_impulse(
    tnt_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> tuple[FloatArray, FloatArray]:
    """Side-on peak overpressure, kPa, and side-on impulse of the positive phase, Pa s (the same number as kPa ms).

    Here and below: mass of TNT and distance may be arrays that broadcast. outside says what happens beyond the limits
    of Z: ``refuse`` raises Refused('out_of_range'), ``clamp`` takes the nearest limit, ``nan`` gives nan. A mass that
    is not above 0 or a distance below 0 or without end is refused ('not_above_zero'), else gives nan.
    """
    pressure_kpa, impulse_pa_s = _evaluate(
        ("incident_pressure", "incident_impulse"), tnt_kg, distance_m, curves, outside
    )
    return pressure_kpa, impulse_pa_s


def incident_pressure_kpa(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Peak side-on overpressure, kPa."""
    return _evaluate(("incident_pressure",), mass_kg, distance_m, curves, outside)[0]


def incident_impulse_pa_s(
    mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves = SURFACE_BURST, outside: Outside = "refuse"
) -> FloatArray:
    """Side-on impulse of the positive phase, Pa s (the same number as kPa ms)."""
    return _evaluate(("incident_impulse",), mass_kg, distance_m, curves, outside)[0]


def distance_to_pressure_m(
    tnt_kg: ArrayLike,
    pressure_kpa: ArrayLike,
    curves: Curves = SURFACE_BURST,
    outside: Literal["refuse", "nan"] = "refuse",
    parameter: Pressure = "incident_pressure",
) -> FloatArray:
    """The greatest distance at which the pressure is still so high, m; beyond it, it is lower everywhere.

    Where two branches overlap at their join the farther distance holds; in a gap between them, the join itself.
    Refused, or nan: out_of_range for a pressure that is not reached within the limits of Z, not_above_zero.
    """
    mass, wanted = np.broadcast_arrays(np.asarray(tnt_kg, float), np.asarray(pressure_kpa, float))
    bad = ~((mass > 0) & np.isfinite(mass))
    z = scaled_distance_to_pressure(wanted, curves, outside, parameter)
    if bad.any() and outside == "refuse":
        raise Refused("not_above_zero", quantity="The mass in kg", value=float(mass[bad].flat[0]))
    return np.asarray(np.where(bad, np.nan, z * np.cbrt(mass)))


def scaled_distance_to_pressure(
    pressure_kpa: ArrayLike,
    curves: Curves = SURFACE_BURST,
    outside: Literal["refuse", "nan"] = "refuse",
    parameter: Pressure = "incident_pressure",
) -> FloatArray:
    """The greatest Z at which the pressure is still so high, m/kg^(1/3); see ``distance_to_pressure_m``."""
    wanted = np.asarray(pressure_kpa, float)
    branches = branches_of(parameter, curves)
    ends = [branch(np.log([branch.z_min, branch.z_max])) for branch in branches]
    highest, lowest = float(ends[0][0]), float(ends[-1][1])
    within = (wanted <= highest * (1.0 + ROUNDING_SLACK)) & (wanted >= lowest * (1.0 - ROUNDING_SLACK))
    if outside == "refuse" and not within.all():
        raise Refused(
            "out_of_range",
            quantity="The pressure",
            minimum=float(f"{lowest:.4g}"),
            maximum=float(f"{highest:.4g}"),
            unit="kPa",
            value=float(wanted[~within].flat[0]),
        )
    z = np.full(wanted.shape, np.nan)
    for branch, (at_start, at_end) in zip(reversed(branches), reversed(ends), strict=True):
        z[within & np.isnan(z) & (wanted <= at_end)] = branch.z_max
        here = within & np.isnan(z) & (wanted <= at_start)
        if here.any():
            z[here] = branch.z_of(wanted[here])
    z[within & np.isnan(z)] = branches[0].z_min
    return z


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
    return _evaluate((parameter,), 1.0, z, curves, outside)[0]


@dataclass(frozen=True)
class Branch:
    """One polynomial and its limits of Z: ln Y = sum of c_i U^i with U = u0 + u1 ln Z."""

    z_min: float
    z_max: float
    coefficients: tuple[float, ...]
    u0: float
    u1: float
    source: str
    status: str

    def __call__(self, log_z: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """The parameter at ln Z, by Horner's rule in place; out: where to write it."""
        u = np.multiply(log_z, self.u1)
        u += self.u0
        total = np.multiply(u, self.coefficients[-1], out=out)
        for coefficient in self.coefficients[-2:0:-1]:
            total += coefficient
            total *= u
        total += self.coefficients[0]
        return np.exp(total, out=total)

    def z_of(self, value: FloatArray) -> FloatArray:
        """Z at which a parameter that falls all along the branch has this value, which lies between its ends."""

        def above(log_z: FloatArray, aim: FloatArray) -> FloatArray:
            return np.asarray(np.log(self(log_z)) - aim)

        ends = np.log([self.z_min, self.z_max])
        find_root: Any = elementwise.find_root  # its stubs know of no arguments
        found = find_root(above, tuple(ends), args=(np.log(value),))
        # by rounding the value may lie beyond that at an end: then it is the end
        at_start, at_end = self(ends)
        nearer_end = np.where(value * value > at_start * at_end, self.z_min, self.z_max)
        return np.asarray(np.where(found.success, np.clip(np.exp(found.x), self.z_min, self.z_max), nearer_end), float)


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
        # U is in log10 Z and Y a power of ten, or both natural: one form holds both
        base = float(np.log(10.0)) if row["form"] == "power_of_ten" else 1.0
        branch = Branch(
            z_min=float(row["z_min"]),
            z_max=float(row["z_max"]),
            coefficients=tuple(base * float(row[f"c{i}"]) for i in range(15) if row.get(f"c{i}")),
            u0=float(row["u0"]),
            u1=float(row["u1"]) / base,
            source=row["source"],
            status=row["status"],
        )
        found[key] = tuple(sorted((*found.get(key, ()), branch), key=lambda each: each.z_min))
    return found


def _evaluate(
    parameters: Sequence[Parameter], mass_kg: ArrayLike, distance_m: ArrayLike, curves: Curves, outside: Outside
) -> list[FloatArray]:
    """The parameters in their order, block by block: one cube root and one logarithm for all of them."""
    tables = [branches_of(parameter, curves) for parameter in parameters]
    grows = [parameter in GROWS_WITH_CHARGE for parameter in parameters]
    nditer: Any = np.nditer  # its stubs know only one operand
    blocks = nditer(
        [np.asarray(mass_kg, float), np.asarray(distance_m, float), *(None for _ in tables)],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=[["readonly"], ["readonly"], *(["writeonly", "allocate"] for _ in tables)],
        op_dtypes=[np.float64] * (2 + len(tables)),
        buffersize=POINTS_PER_BLOCK,
    )
    with blocks, np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if blocks.itersize:
            for mass, distance, *values in blocks:
                cube_root = np.cbrt(mass)
                z = distance / cube_root
                possible = _possible(mass, distance, z, refuse=outside == "refuse")
                log_z = np.log(z)
                for branches, grow, value in zip(tables, grows, values, strict=True):
                    _write_block(value, branches, z, log_z, outside)
                    if grow:
                        value *= cube_root
                    if possible is not None:
                        value[~possible] = np.nan
        return [np.asarray(each) for each in blocks.operands[2:]]


def _possible(mass_kg: FloatArray, distance_m: FloatArray, z: FloatArray, *, refuse: bool) -> BoolArray | None:
    """Where mass and distance are quantities at all; None: everywhere. Refused('not_above_zero') if asked."""
    # a sum of what is positive and finite is so too, and anything else shows in it
    if z.min() >= 0 and mass_kg.min() > 0 and np.isfinite(z.sum() + mass_kg.sum()):
        return None
    of_mass, of_distance = (mass_kg > 0) & np.isfinite(mass_kg), (distance_m >= 0) & np.isfinite(distance_m)
    if refuse:
        known = ("The mass in kg", of_mass, mass_kg), ("The distance in m", of_distance, distance_m)
        for quantity, good, given in known:
            if not good.all():
                raise Refused("not_above_zero", quantity=quantity, value=float(given[~good][0]))
    return of_mass & of_distance


def _write_block(
    value: FloatArray, branches: Sequence[Branch], z: FloatArray, log_z: FloatArray, outside: Outside
) -> None:
    """Write one parameter at every point of a block, by whichever branch holds there."""
    nearest, farthest = z.min(), z.max()
    z_min, z_max = branches[0].z_min, branches[-1].z_max
    beyond = None
    if not (nearest >= z_min and farthest <= z_max):
        beyond = ~((z >= z_min) & (z <= z_max))
        if outside == "refuse":
            raise _beyond(float(z[beyond][0]), branches)
        log_z = np.clip(log_z, np.log(z_min), np.log(z_max))
    held = branches
    if beyond is None:  # at a join the nearer branch holds, as in the tables of Swisdak
        held = [b for b in branches if nearest <= b.z_max and (farthest > b.z_min or b is branches[0])]
    if len(held) <= 1:
        held[0](log_z, out=value)
    else:
        which = sum((z > branch.z_min for branch in held[1:]), np.zeros(z.shape, np.int8))
        points = [np.flatnonzero(which == number) for number in range(len(held))]
        most = int(np.argmax([here.size for here in points]))
        held[most](log_z, out=value)  # everywhere, which costs less than picking its points
        for number, here in enumerate(points):
            if number != most:
                value[here] = held[number](log_z[here])
    if beyond is not None and outside == "nan":
        value[beyond] = np.nan


def _beyond(scaled: float, branches: Sequence[Branch]) -> Refused:
    return Refused(
        "out_of_range",
        quantity="The scaled distance Z",
        minimum=branches[0].z_min,
        maximum=branches[-1].z_max,
        unit="m/kg^(1/3)",
        value=float(f"{scaled:.4g}"),
    )
