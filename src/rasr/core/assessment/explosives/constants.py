"""Single figures that the methods stand on, each with unit, source and status: ``reference/explosives/constants.csv``.

>>> constant("body_mass")
70.0
"""

from __future__ import annotations

from functools import cache

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FILE = "explosives/constants.csv"


def constant(name: str) -> float:
    """The figure of this name, in the unit of its row. Refused('unknown_rule') where there is none."""
    known = _constants(loader.edition())
    if name not in known:
        raise Refused("unknown_rule", what="constant", value=name, known=", ".join(sorted(known)))
    return known[name]


@cache
def _constants(_edition: str) -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in loader.rows(FILE)}
