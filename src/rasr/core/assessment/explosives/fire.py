"""How far the fire of hazard division 1.3 endangers people: the thermal distance functions (TD), and who is inside.

Which function serves which exposed site is rule data (``distances``); where no row says so, the answer is not covered.
Beside it stand the least and the greatest of the published functions for exposed sites other than stores
(``reference/explosives/fire.csv``): inside the least all of them ask for more room, beyond the greatest none does. What
share of those inside dies or is burnt is not published in what is at hand: they are counted, not killed.

>>> fire_bounds_m([8_000.0]).round(1).tolist()
[[64.0], [128.0]]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.distances import serving_functions
from rasr.core.assessment.explosives.rule_sets import RuleBook, shipped
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
FILE = "explosives/fire.csv"
RULES, DIVISION = "aastp-1", "1.3"
OF_FIRE = ("thermal", "any")


@dataclass(frozen=True)
class FireReach:
    """Distances within which the fire endangers an exposed site of one kind, with what they stand on.

    distance_m: (n,), 0 where nothing of the division is held, nan above the function's limits.
    """

    kind: str
    distance_m: FloatArray
    function: str
    source: str
    status: str


def fire_reach(
    kind: str, neq_kg: ArrayLike, division: str = DIVISION, rules: str = RULES, book: RuleBook | None = None
) -> FireReach:
    """The reach of the fire of so much of division 1.3 (net explosive quantity) to an exposed site of this kind.

    division: 1.3, 1.3.1 or 1.3.2. book: the shipped rule sets unless given. Refused: not_available where no thermal
    function is known to serve that kind, unknown_rule for rules that are not there.
    """
    serving = [
        row
        for row in serving_functions(rules, division, kind, book)
        if row["effect"] in OF_FIRE and row["quantity"] == "NEQ"
    ]
    if not serving:
        what = f"A distance for {kind} from the fire of hazard division {division}"
        reason = "no source at hand says which thermal function serves it"
        raise Refused("not_available", what=what, reason=reason)
    reaches = [function_reach_m(row["function"], neq_kg, book) for row in serving]
    farthest = int(np.argmax([np.nan_to_num(reach, nan=np.inf).sum() for reach in reaches]))
    row = serving[farthest]
    return FireReach(kind, reaches[farthest], row["function"], row["source"], row["status"])


def fire_bounds_m(neq_kg: ArrayLike) -> FloatArray:
    """Least and greatest reach of the published thermal functions, (2, n); as ``function_reach_m``."""
    reaches = np.stack([function_reach_m(row["function"], neq_kg) for row in loader.rows(FILE)])
    return np.stack([reaches.min(axis=0), reaches.max(axis=0)])


def function_reach_m(name: str, neq_kg: ArrayLike, book: RuleBook | None = None) -> FloatArray:
    """Reach of a thermal function, (n,), not rounded: 0 where nothing is held, its least below its limits, nan above.

    Refused: unknown_rule for a function, out_of_range for a quantity that is no number.
    """
    neq = np.atleast_1d(np.asarray(neq_kg, float))
    if np.isnan(neq).any():
        raise Refused("out_of_range", quantity="The NEQ", minimum=0, maximum=np.inf, unit="kg", value=float("nan"))
    thermal = (book or shipped()).function(name)
    reach = thermal.exact_distance_m(np.maximum(neq, thermal.least_kg), "nan")
    return np.where(neq > 0, reach, 0.0)


def persons_endangered(neq_kg: float, distance_m: ArrayLike, persons: ArrayLike) -> FloatArray:
    """Persons inside the least, and inside the greatest, of the published thermal functions: (2,).

    distance_m, persons: (n,). Above the limits of a function all count: how far is safe is not known there.
    """
    far_m, present = np.atleast_1d(np.asarray(distance_m, float)), np.asarray(persons, float)
    return np.array([present[~(far_m >= reach)].sum() for reach in fire_bounds_m(neq_kg)[:, 0]])
