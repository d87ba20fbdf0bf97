"""TNT equivalence: how much TNT gives the same peak pressure, or the same impulse, as so much of another explosive.

Factors by explosive after IATG 01.80 clause 7.2, with source and status: ``reference/explosives/tnt_equivalence.csv``.
A factor that is not in the table is not covered: nothing stands in for it unless the caller names an assumed one.

>>> round(float(tnt_kg("Composition B", 1000.0)))
1110
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.constants import constant
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
Effect = Literal["pressure", "impulse"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)


@dataclass(frozen=True)
class Equivalent:
    """One explosive: kg of TNT for a kg of it, by effect; an effect without a published factor is not in ``factors``.

    pressure_from_kpa, pressure_to_kpa: side-on pressures between which the factors are said to hold; None: not said.
    """

    explosive: str
    factors: Mapping[Effect, float]
    pressure_from_kpa: float | None
    pressure_to_kpa: float | None
    source: str
    status: str
    note: str


def tnt_kg(explosive: str, mass_kg: ArrayLike, effect: Effect = "pressure") -> FloatArray:
    """The mass of TNT with the same effect as the mass of an explosive, of the shape of ``mass_kg``.

    Refused: unknown_rule (an explosive that the table lacks), not_available (a factor that it lacks), not_above_zero.
    """
    mass = np.asarray(mass_kg, float)
    bad = ~((mass > 0) & np.isfinite(mass))
    if bad.any():
        raise Refused("not_above_zero", quantity="The mass in kg", value=float(mass[bad].flat[0]))
    found = equivalent(explosive)
    if effect not in found.factors:
        what = f"The TNT equivalence of {found.explosive} by {effect}"
        raise Refused("not_available", what=what, reason=found.note)
    return np.asarray(mass * found.factors[effect])


def equivalent(explosive: str) -> Equivalent:
    """The row of an explosive, its name in capital or small letters. Refused('unknown_rule')."""
    known = equivalents()
    key = _key(explosive)
    if key not in known:
        names = ", ".join(each.explosive for each in known.values())
        raise Refused("unknown_rule", what="explosive with a TNT equivalence", value=explosive, known=names)
    return known[key]


def equivalents() -> Mapping[str, Equivalent]:
    """Every explosive of the table, by its name in small letters."""
    return _equivalents(loader.edition())


def yields(fillings: pl.DataFrame, assumed_factor: float | None = None) -> pl.DataFrame:
    """What mixed stores yield: the TNT of each filling, summed by store and effect.

    fillings: store_id, explosive, neq_kg, a row for each lot or filling; an explosive that is null is unknown, a
    neq_kg that is null adds nothing. assumed_factor: kg of TNT for a kg of what is not covered; None leaves it out.
    The result, in the order in which the stores come: store_id, neq_kg, and for each effect <effect>_tnt_kg and
    <effect>_not_covered_kg, the part of neq_kg without a published factor.
    """
    neq = pl.col("neq_kg")
    keyed = fillings.with_columns(neq.cast(pl.Float64).fill_null(0.0))
    for effect in EFFECTS:
        factor = factor_of("explosive", effect)
        keyed = keyed.with_columns(
            (neq * factor.fill_null(assumed_factor or 0.0)).alias(f"{effect}_tnt_kg"),
            pl.when(factor.is_null()).then(neq).otherwise(0.0).alias(f"{effect}_not_covered_kg"),
        )
    columns = [f"{effect}_{part}_kg" for effect in EFFECTS for part in ("tnt", "not_covered")]
    return keyed.group_by("store_id", maintain_order=True).agg(pl.col("neq_kg", *columns).sum())


def factor_of(column: str, effect: Effect = "pressure") -> pl.Expr:
    """kg of TNT for a kg of the explosive that a column names, by effect; null where the table does not cover it."""
    factors = {key: each.factors[effect] for key, each in equivalents().items() if effect in each.factors}
    plain = pl.col(column).cast(pl.String).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return plain.replace_strict(factors, default=None, return_dtype=pl.Float64)


def factor(explosive: str | None) -> float:
    """kg of TNT for a kg of an explosive by pressure, or of what stands in for it where it is not covered or None."""
    known = equivalents().get(_key(explosive or ""))
    return known.factors.get("pressure", tnt_factor()) if known else tnt_factor()


def greatest_factor() -> float:
    """The greatest of all factors by pressure, and of what stands in for those that are not covered."""
    return max(tnt_factor(), *(each.factors.get("pressure", 0.0) for each in equivalents().values()))


def tnt_factor() -> float:
    """kg of TNT for one kg of net explosive quantity of an explosive that is not known or not in the table."""
    return constant("tnt_factor")


def _key(explosive: str) -> str:
    return " ".join(explosive.lower().split())


@cache
def _equivalents(_edition: str) -> dict[str, Equivalent]:
    found = {}
    for row in loader.rows("explosives/tnt_equivalence.csv"):
        found[_key(row["explosive"])] = Equivalent(
            explosive=row["explosive"],
            factors={effect: float(row[f"{effect}_factor"]) for effect in EFFECTS if row[f"{effect}_factor"]},
            pressure_from_kpa=float(row["pressure_from_kpa"]) if row["pressure_from_kpa"] else None,
            pressure_to_kpa=float(row["pressure_to_kpa"]) if row["pressure_to_kpa"] else None,
            source=row["source"],
            status=row["status"],
            note=row["note"],
        )
    return found
