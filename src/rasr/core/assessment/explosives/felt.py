"""Which exposed sites feel an explosion, and how: too near for the airblast to be defined, felt, or beyond it.

>>> blast = felt(1000.0, [0.5, 100.0, 1000.0])
>>> blast.near.tolist(), blast.felt.tolist(), [round(float(each), 1) for each in blast.pressure_kpa]
([0], [1], [14.8])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives import airblast
from rasr.core.basis.findings import Refused

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Felt:
    """The blast at n exposed sites: the places (of n) that are too near, those that feel it, and what these feel.

    pressure_kpa, impulse_pa_s: side-on, of one length with felt. What is in neither feels nothing.
    """

    n: int
    near: IntArray
    felt: IntArray
    pressure_kpa: FloatArray
    impulse_pa_s: FloatArray


def felt(tnt_kg: ArrayLike, distance_m: ArrayLike) -> Felt:
    """The blast of so much TNT at these distances, which broadcast to n. A mass of 0 or less: nothing explodes.

    Refused('out_of_range') for a mass or a distance that is no number.
    """
    mass_kg, far_m = np.broadcast_arrays(np.atleast_1d(tnt_kg).astype(float), np.atleast_1d(distance_m).astype(float))
    for quantity, unit, values in (("The mass", "kg", mass_kg), ("The distance", "m", far_m)):
        if np.isnan(values).any():
            raise Refused("out_of_range", quantity=quantity, minimum=0, maximum=np.inf, unit=unit, value=np.nan)
    z_min, z_max = airblast.limits("incident_pressure")
    explodes, cube_root = mass_kg > 0, np.cbrt(np.maximum(mass_kg, 0.0))
    too_near = far_m < z_min * cube_root
    reached = np.flatnonzero(explodes & ~too_near & (far_m <= z_max * cube_root))
    pressure_kpa, impulse_pa_s = airblast.pressure_and_impulse(mass_kg[reached], far_m[reached], outside="clamp")
    return Felt(mass_kg.size, np.flatnonzero(explodes & too_near), reached, pressure_kpa, impulse_pa_s)
