"""The only place where a physical unit is converted: SI inside, everything else at the edges.

>>> round(kg_from_tonne(1.5))
1500
"""

from __future__ import annotations

KG_PER_TONNE = 1000.0
KG_PER_GRAM = 0.001
M_PER_KM = 1000.0
KPA_PER_PA = 0.001
S_PER_MS = 0.001
MONTHS_PER_YEAR = 12
EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth, m (IUGG R1)."""


def kg_from_tonne(mass_tonne: float) -> float:
    """Mass in kg of a mass in tonnes."""
    return mass_tonne * KG_PER_TONNE


def tonne_from_kg(mass_kg: float) -> float:
    """Mass in tonnes of a mass in kg."""
    return mass_kg / KG_PER_TONNE
