"""The weights of the diversion index: own judgement, kept as data (``reference/security``), there to be replaced.

Only their proportions matter for a ranking: all of them times any factor leave it as it is.

>>> shipped().scaled(3.0).levels[1] == 3.0 * shipped().levels[1]
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

PRESSURES = ("base", "losses", "border")


@dataclass(frozen=True)
class Weights:
    """headings, levels: how much a question counts. pressures: of ``PRESSURES``. families: attractiveness of a piece.

    per_kg: attractiveness of a kilogram of what is weighed, by family; a family that is not there is not judged.
    """

    headings: Mapping[str, float]
    levels: Mapping[int, float]
    pressures: Mapping[str, float]
    families: Mapping[str, float]
    per_kg: Mapping[str, float]

    def scaled(self, factor: float) -> Weights:
        """All weights times a factor above 0."""

        def times(weights: Mapping[str, float]) -> dict[str, float]:
            return {name: factor * weight for name, weight in weights.items()}

        levels = {level: factor * weight for level, weight in self.levels.items()}
        return Weights(times(self.headings), levels, times(self.pressures), times(self.families), times(self.per_kg))


def shipped() -> Weights:
    """The weights of the rule data in force. Raises Refused: out_of_range for one below 0, or a sum of 0."""
    families = loader.rows("diversion.csv")
    found = Weights(
        {row["heading"]: float(row["weight"]) for row in loader.rows("security/headings.csv")},
        {int(row["level"]): float(row["weight"]) for row in loader.rows("security/levels.csv")},
        {name: constant(f"pressure_{name}_weight") for name in PRESSURES},
        {row["family"]: float(row["attractiveness"]) for row in families},
        {row["family"]: float(row["attractiveness_per_kg"]) for row in families if row["attractiveness_per_kg"]},
    )
    for group in (found.headings, found.levels, found.families, found.per_kg):
        for name, weight in group.items():
            _within(f"The weight of {name}", weight, 0.0, inf)
    for group in (found.headings, found.levels):
        _within("The sum of weights", sum(group.values()), 1e-9, inf)
    for row in families:
        _within(f"The mass of one of {row['family']}", float(row["mass_kg_each"]), 1e-9, inf)
    return found


def constant(name: str) -> float:
    """A figure of ``security/constants.csv``, in its unit there. Raises Refused: out_of_range."""
    row = next(row for row in loader.rows("security/constants.csv") if row["name"] == name)
    value = float(row["value"])
    _within(name, value, float(row["minimum"]), float(row["maximum"]) if row["maximum"] else inf)
    return value


def _within(quantity: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise Refused("out_of_range", quantity=quantity, minimum=least, maximum=most, unit="", value=value)
