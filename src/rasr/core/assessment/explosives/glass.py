"""What broken windows do to people indoors, as far as it is documented: given the share of panes that break.

Figures and their marks: ``reference/explosives/glass.csv``, from a public transcription of DDESB TP-14 Rev 4 step 9a.
How many panes break under a blast needs tables that are not at hand: that share is asked of the caller (a survey, a
national table) and never guessed, so glass is not part of ``consequence``. This is not TP-14.

>>> [round(float(share), 4) for share in glass_shares(0.1, 100.0, 0.5, 8.0)]
[0.0062, 0.1854, 1.0]
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]


class GlassShares(NamedTuple):
    """Shares of the persons in a building that glass kills, hurts at least gravely, and hurts at all."""

    fatal: FloatArray
    major: FloatArray
    minor: FloatArray


def glass_shares(
    glass_share: ArrayLike, floor_m2: ArrayLike, broken_share: ArrayLike, scaled_distance_m_per_kg13: ArrayLike
) -> GlassShares:
    """Shares hurt by glass; arrays broadcast.

    glass_share: of the walls, 0 to 1. floor_m2: floor of the building. broken_share: of the panes, 0 to 1.
    Refused('out_of_range') for a share that is none, 'not_above_zero' for a floor or a distance that is none.
    """
    figure = _figures(loader.edition())
    _hold_share("The share of glass in the walls", glass_share)
    _hold_share("The share of panes that break", broken_share)
    _hold_above_zero("The scaled distance", scaled_distance_m_per_kg13)
    in_reach = hazard_floor_share(floor_m2) * np.asarray(glass_share, float)
    fatal = np.minimum(in_reach, 1.0) * np.asarray(broken_share, float) / figure["major_per_fatal"]
    fatal = fatal * crowding_factor(scaled_distance_m_per_kg13)
    more = (1.0, figure["major_per_fatal"], figure["minor_per_fatal"])
    return GlassShares(*(np.minimum(fatal * times, 1.0) for times in more))


def hazard_floor_share(floor_m2: ArrayLike) -> FloatArray:
    """Floor in which glass of a wholly glazed wall hurts, over all of the floor; it may be more than 1.

    Depth x (sqrt(A a) + sqrt(A / a)) / A, with the floor A and its aspect a.
    """
    _hold_above_zero("The floor in m2", floor_m2)
    figure, floor = _figures(loader.edition()), np.asarray(floor_m2, float)
    sides_m = np.sqrt(floor * figure["plan_aspect"]) + np.sqrt(floor / figure["plan_aspect"])
    return np.asarray(figure["hazard_depth"] * sides_m / floor)


def crowding_factor(scaled_distance_m_per_kg13: ArrayLike) -> FloatArray:
    """How much worse glass is at a short scaled distance: a falling line between its two ends."""
    figure, z = _figures(loader.edition()), np.asarray(scaled_distance_m_per_kg13, float)
    line = figure["crowding_intercept"] - figure["crowding_slope"] * z
    return np.clip(line, figure["crowding_least"], figure["crowding_most"])


def _hold_share(quantity: str, share: ArrayLike) -> None:
    values = np.atleast_1d(np.asarray(share, float))
    wrong = values[~((values >= 0.0) & (values <= 1.0))]
    if wrong.size:
        raise Refused("out_of_range", quantity=quantity, minimum=0, maximum=1, unit="", value=float(wrong[0]))


def _hold_above_zero(quantity: str, value: ArrayLike) -> None:
    values = np.atleast_1d(np.asarray(value, float))
    wrong = values[~((values > 0.0) & (values < np.inf))]
    if wrong.size:
        raise Refused("not_above_zero", quantity=quantity, value=float(wrong[0]))


@cache
def _figures(_edition: str) -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in loader.rows("explosives/glass.csv")}
