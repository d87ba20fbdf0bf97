"""What the blast alone does to a body: the share that dies, and the shares hurt at least gravely or at least lightly.

Deaths: the TNO probits for lung, whole body and skull (``reference/explosives/probits.csv``). Injuries: lung and whole
body (``reference/explosives/injuries.csv``); grave injury of the skull is not covered, its curves are not at hand. Both
come from a public transcription whose division of pressures is mended here: TNO divides by the ambient pressure.
Who dies counts as hurt, who is gravely hurt counts as lightly hurt: the shares never fall from grave to light.
This is not TP-14 and must not be called so.

>>> hurt = blast_shares(np.array([55.0]), np.array([3000.0]), indoors=False)
>>> [round(float(share[0]), 3) for share in (hurt.fatal, hurt.major, hurt.minor)]
[0.0, 0.0, 0.209]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rasr.core.assessment.explosives.constants import constant
from rasr.core.basis.units import KPA_PER_PA
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
BY_BODY = "whole_body"
NOBODY_Z = -8.3
"""Deviate below which a normal share is 0 to the last digit of 1 minus it: nothing need be worked out there."""


@dataclass(frozen=True)
class AtLeast:
    """Shares of persons that are hurt at least so: fatal <= major <= minor, arrays of one shape."""

    fatal: FloatArray
    major: FloatArray
    minor: FloatArray


def blast_shares(pressure_kpa: FloatArray, impulse_pa_s: FloatArray, *, indoors: bool) -> AtLeast:
    """Shares hurt by blast. pressure_kpa and impulse_pa_s: side-on, one shape.

    The pressure on a person is side-on plus dynamic in the open, reflected in a building. The causes act apart from one
    another: the share hurt is 1 - (1 - p)(1 - p)(1 - p).
    """
    fatal, by_body = _fatal_shares(pressure_kpa, impulse_pa_s, indoors)
    spared, hurt = 1.0 - fatal, {"fatal": fatal}
    for severity in ("major", "minor"):
        by_lung, by_body = _hurt_shares(severity, pressure_kpa, by_body)
        spared = np.minimum(spared, (1.0 - by_lung) * (1.0 - by_body))
        hurt[severity] = 1.0 - spared
    return AtLeast(**hurt)


def fatal_share(pressure_kpa: FloatArray, impulse_pa_s: FloatArray, *, indoors: bool) -> FloatArray:
    """Share that dies by lung damage, by being thrown as a whole, or by a blow to the skull; otherwise as above."""
    return _fatal_shares(pressure_kpa, impulse_pa_s, indoors)[0]


@dataclass(frozen=True)
class Probit:
    """One way to die: the standard normal deviate z = slope ln s, s falling with pressure and impulse."""

    injury: str
    form: str
    slope: float
    quasi_static_term: float
    impulsive_term: float

    def s(self, pressure_pa: FloatArray, impulse_pa_s: FloatArray) -> FloatArray:
        """What the deviate is the logarithm of; pressure on the person, side-on impulse."""
        if self.form == "scaled_by_body":
            ambient_pa = constant("ambient_pressure")
            static = self.quasi_static_term * ambient_pa
            impulsive = self.impulsive_term * np.sqrt(ambient_pa) * np.cbrt(constant("body_mass"))
            return np.asarray(static / pressure_pa + impulsive / impulse_pa_s)
        assert self.form == "pressure_and_product", self.form
        return np.asarray((self.quasi_static_term + self.impulsive_term / impulse_pa_s) / pressure_pa)


def _fatal_shares(pressure_kpa: FloatArray, impulse_pa_s: FloatArray, indoors: bool) -> tuple[FloatArray, FloatArray]:
    """Share that dies in all, and by being thrown as a whole."""
    side_on_pa = pressure_kpa / KPA_PER_PA
    ambient_pa = constant("ambient_pressure")
    on_person_pa = _reflected_pa(side_on_pa, ambient_pa) if indoors else _frontal_pa(side_on_pa, ambient_pa)
    surviving, by_body = np.ones_like(on_person_pa), np.zeros_like(on_person_pa)
    for probit in _probits(loader.edition()):
        s = probit.s(on_person_pa, impulse_pa_s)
        felt = s < np.exp(NOBODY_Z / probit.slope)
        spared = ndtr(-probit.slope * np.log(s[felt]))
        surviving[felt] *= spared
        if probit.injury == BY_BODY:
            by_body[felt] = 1.0 - spared
    return 1.0 - surviving, by_body


def _hurt_shares(severity: str, pressure_kpa: FloatArray, graver_by_body: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share hurt so by the lung, and by being thrown, which follows from the graver share of the latter."""
    by_lung, by_body = np.zeros_like(pressure_kpa), graver_by_body
    for row in _injuries(loader.edition()):
        if row["severity"] != severity:
            continue
        if row["form"] == "linear_in_side_on":
            linear = float(row["slope_per_kpa"]) * pressure_kpa + float(row["intercept"])
            by_lung = np.clip(linear, 0.0, 1.0)
        else:
            assert row["form"] == "of_the_graver_share", row["form"]
            by_body = np.maximum(graver_by_body, -np.expm1(-float(row["rate"]) * graver_by_body))
    return by_lung, by_body


def _frontal_pa(side_on_pa: FloatArray, ambient_pa: float) -> FloatArray:
    """Side-on plus dynamic pressure, P + 5 P² / (2 (P + 7 P0))."""
    return side_on_pa + 2.5 * side_on_pa**2 / (side_on_pa + 7.0 * ambient_pa)


def _reflected_pa(side_on_pa: FloatArray, ambient_pa: float) -> FloatArray:
    """Pressure at a wall, 2 P (7 P0 + 4 P) / (7 P0 + P)."""
    return 2.0 * side_on_pa * (7.0 * ambient_pa + 4.0 * side_on_pa) / (7.0 * ambient_pa + side_on_pa)


@cache
def _probits(_edition: str) -> tuple[Probit, ...]:
    return tuple(
        Probit(
            row["injury"],
            row["form"],
            float(row["probit_slope"]),
            float(row["pressure_term"]),
            float(row["impulse_term"]),
        )
        for row in loader.rows("explosives/probits.csv")
    )


@cache
def _injuries(_edition: str) -> tuple[dict[str, str], ...]:
    return loader.rows("explosives/injuries.csv")
