"""Accidents that happened: the yield that a published damage radius implies, beside the yield that was published.

The radius within which buildings were destroyed or damaged is where the pressure fell to a tier; with the airblast of
a charge on the ground that gives the TNT it takes. Published figures: ``reference/explosives/accident_cases.csv``;
which pressure a word for damage means is assumed: ``accident_damage.csv``. Where no pressure is known for a word the
case is not covered. A check of the model against what happened, whatever it shows; nothing is fitted to it.

>>> low_kg, high_kg = implied_yield_kg("destroyed", 800.0) or (0.0, 0.0)
>>> low_kg < 2_900_000 < high_kg
True
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from rasr.core.assessment.explosives import airblast
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

CASES, DAMAGE = "explosives/accident_cases.csv", "explosives/accident_damage.csv"
Interval = tuple[float, float]


@dataclass(frozen=True)
class Compared:
    """One published damage radius of an accident beside the published yields; None: not covered.

    implied_kg: TNT from the least to the greatest pressure that the word for the damage may mean. published_kg: every
    published interval, kg of TNT, side by side. agrees: whether any of them meets the implied one; None where either
    is missing.
    """

    case: str
    place: str
    date: str
    damage: str
    radius_m: float
    implied_kg: Interval | None
    published_kg: tuple[Interval, ...]
    agrees: bool | None
    note: str


def implied_yield_kg(damage: str, radius_m: float) -> Interval | None:
    """TNT on the ground that makes this damage out to the radius, low and high; None: no pressure is known for it.

    Refused: unknown_rule for another word, not_above_zero for the radius, out_of_range for a pressure of the table
    beyond the airblast.
    """
    if not 0.0 < radius_m < np.inf:
        raise Refused("not_above_zero", quantity="The radius in m", value=radius_m)
    pressures_kpa = _pressures_kpa(damage)
    if pressures_kpa is None:
        return None
    low, high = (radius_m / airblast.scaled_distance_to_pressure(pressures_kpa)) ** 3
    return float(low), float(high)


def expected_radius_m(damage: str, tnt_kg: float) -> Interval | None:
    """How far the damage would reach from so much TNT, near and far; None: no pressure is known for it.

    Refused: unknown_rule, not_above_zero, out_of_range.
    """
    pressures_kpa = _pressures_kpa(damage)
    if pressures_kpa is None:
        return None
    far, near = airblast.distance_to_pressure_m(tnt_kg, pressures_kpa)
    return float(near), float(far)


def compared() -> tuple[Compared, ...]:
    """Every published damage radius, in the order of the table."""
    rows = loader.rows(CASES)
    found = []
    for row in rows:
        if row["figure"] != "damage_radius":
            continue
        radius_m = float(row["radius_m"])
        implied_kg = implied_yield_kg(row["damage"], radius_m)
        published_kg = tuple(
            (float(each["yield_from_kg"]), float(each["yield_to_kg"]))
            for each in rows
            if each["case"] == row["case"] and each["figure"] == "published_yield"
        )
        agrees = None
        if implied_kg and published_kg:
            agrees = any(low <= implied_kg[1] and high >= implied_kg[0] for low, high in published_kg)
        told = row["case"], row["place"], row["date"], row["damage"], radius_m
        found.append(Compared(*told, implied_kg, published_kg, agrees, row["note"]))
    return tuple(found)


def _pressures_kpa(damage: str) -> Interval | None:
    known = _damage(loader.edition())
    if damage not in known:
        raise Refused("unknown_rule", what="word for damage", value=damage, known=", ".join(known))
    return known[damage]


@cache
def _damage(_edition: str) -> dict[str, Interval | None]:
    return {
        row["damage"]: (float(row["pressure_from_kpa"]), float(row["pressure_to_kpa"]))
        if row["pressure_from_kpa"]
        else None
        for row in loader.rows(DAMAGE)
    }
