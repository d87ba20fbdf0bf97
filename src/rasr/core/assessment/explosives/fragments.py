"""How far fragments endanger people: the hazardous-fragment distance, and the danger areas of disposal by detonation.

Danger areas by all-up weight (the mass of the munition as it is, AUW): ``reference/explosives/danger_areas.csv``, as
sourced. The hazardous density and the area of a person: ``reference/explosives/constants.csv``. How many hazardous
fragments (79 J or more) an article throws is not known here: the caller says it, from a trial or a table.

>>> float(danger_area_m("bare_explosive", 1000.0))
1301.0
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.constants import constant
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
FILE = "explosives/danger_areas.csv"
ROUNDING_SLACK = 1e-9
"""Relative: so that 130 x 1000^(1/3) m is 1300 m and not 1299 m by a last binary digit."""


def danger_area_m(rule: str, all_up_weight_kg: ArrayLike) -> FloatArray:
    """Radius of the danger area when so much is destroyed by detonation in the open, in whole metres.

    k AUW^(1/n), cut to whole metres, and the metre that the published tool adds.
    Refused: unknown_rule, not_above_zero.
    """
    row = danger_area_row(rule)
    auw = _above_zero("The all-up weight in kg", all_up_weight_kg)
    exact = float(row["k_m"]) * auw ** float(Fraction(row["exponent"]))
    return np.floor(exact * (1.0 + ROUNDING_SLACK)) + float(row["added_m"])


def danger_area_row(rule: str) -> dict[str, str]:
    """The row of the table that a rule is, with its source, status and note. Refused('unknown_rule')."""
    known = {row["rule"]: row for row in loader.rows(FILE)}
    if rule not in known:
        raise Refused("unknown_rule", what="danger area", value=rule, known=", ".join(sorted(known)))
    return known[rule]


def hazardous_fragment_distance_m(fragments: ArrayLike) -> FloatArray:
    """Where so many hazardous fragments, thrown evenly to all sides, thin out to the hazardous density.

    HFD = sqrt(A N / (4 pi)), with one fragment on A = 55.7 m2. Refused('not_above_zero').
    """
    thrown = _above_zero("The number of hazardous fragments", fragments)
    return np.sqrt(constant("hazardous_fragment_area") * thrown / (4.0 * np.pi))


def hit_share(fragments: ArrayLike, distance_m: ArrayLike) -> FloatArray:
    """Share of people in the open at this distance that at least one of so many hazardous fragments hits.

    1 - exp(-a N / (4 pi R^2)), a the area of a person: fragments fall apart from one another, and evenly.
    Refused('not_above_zero').
    """
    thrown = _above_zero("The number of hazardous fragments", fragments)
    far_m = _above_zero("The distance in m", distance_m)
    return -np.expm1(-constant("person_area") * thrown / (4.0 * np.pi * far_m**2))


def _above_zero(quantity: str, value: ArrayLike) -> FloatArray:
    values = np.asarray(value, float)
    wrong = values[~((values > 0.0) & (values < np.inf))]
    if wrong.size:
        raise Refused("not_above_zero", quantity=quantity, value=float(wrong.flat[0]))
    return values
