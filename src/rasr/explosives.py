"""The methods of explosives safety one by one, for Python users: one published method is one module.

>>> from rasr import explosives
>>> round(float(explosives.distances.inter_magazine_m(1000.0, True)), 3)
24.0
"""

from __future__ import annotations

from rasr.core.assessment.explosives import (
    accidents,
    ageing,
    airblast,
    building_damage,
    consequence,
    contours,
    distances,
    equivalence,
    fire,
    fragments,
    glass,
    licensing,
    likelihood,
    reaction,
    rule_sets,
    safeguarding,
    surroundings,
)

__all__ = [
    "accidents",
    "ageing",
    "airblast",
    "building_damage",
    "consequence",
    "contours",
    "distances",
    "equivalence",
    "fire",
    "fragments",
    "glass",
    "licensing",
    "likelihood",
    "reaction",
    "rule_sets",
    "safeguarding",
    "surroundings",
]
