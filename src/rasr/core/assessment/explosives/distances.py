"""Quantity distances after AASTP-1: how far an exposed site must lie from so much net explosive quantity (NEQ).

The distance functions stand in ``reference/explosives/qd_functions.csv`` (one row per branch: D = scale (k0 + k1 g +
k2 g²), where g is ln Q, Q, or (Q - shift)^exponent), rounded up to whole metres. Which function serves which exposed
site stands in ``qd_exposures.csv``. The matrix of potential explosion sites and exposed sites of AASTP-1 Annex 1-A is
not at hand and is not applied: what is missing is refused as not available, never guessed.

>>> required_distance("aastp1", "1.1", 1000.0, "inhabited_building").distance_m
222
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
Outside = Literal["refuse", "nan"]
ROUNDING_SLACK = 1e-9
"""Relative: so that 8 x 1000^(1/3) m is 80 m and not 81 m by a last binary digit."""
STATUSES = ("verified", "secondary", "assumed", "not_verified")
"""From firm to weak."""
MATRIX_NOTE = (
    "By distance function alone: the matrix of potential explosion sites and exposed sites is not applied, "
    "nor any least distance for fragments and debris."
)


@dataclass(frozen=True)
class RequiredDistance:
    """A distance with what it stands on."""

    distance_m: int
    function: str
    quantity: str
    edition: str
    status: str
    note: str


def required_distance(
    rules: str,
    hd: str,
    neq_kg: float,
    exposure: str,
    pes: str | None = None,
    mce_kg: float | None = None,
    barricaded: bool | None = None,
) -> RequiredDistance:
    """The distance that these rules ask for between so much of a hazard division and an exposed site.

    The larger of the distances by NEQ and by maximum credible event, where both apply. pes and barricaded are only
    named in the note, as no cell of the matrix is applied. Refused: unknown_rule (rules, exposure or pes unknown),
    not_available (no function known for this case), out_of_range (quantity beyond the function's limits).
    """
    _known_names(rules, hd, exposure, pes)
    serving = serving_functions(rules, hd, exposure)
    if not serving:
        what = f"A distance for {exposure} from hazard division {hd} by {rules}"
        raise Refused("not_available", what=what, reason=_why_missing(rules, hd, exposure))
    quantities = {"NEQ": neq_kg, "MCE": mce_kg}
    for name, quantity in quantities.items():
        if quantity is not None and not 0.0 < quantity < np.inf:
            raise Refused("not_above_zero", quantity=f"The {name} in kg", value=quantity)
    found = [
        (int(distance_m(row["function"], quantity)), row)
        for row in serving
        if (quantity := quantities[row["quantity"]]) is not None
    ]
    distance, row = max(found, key=lambda each: each[0])
    notes = [*(each["note"] for _, each in found if each["note"]), *_omissions(serving, mce_kg, pes, barricaded)]
    status = max((each["status"] for _, each in found), key=STATUSES.index)
    return RequiredDistance(distance, row["function"], row["quantity"], row["edition"], status, " ".join(notes))


def serving_functions(rules: str, hd: str, exposure: str) -> list[dict[str, str]]:
    """The rows of ``qd_exposures.csv`` for a hazard division and a kind of exposed site; none: not available."""
    wanted = {"rules": rules, "hazard_division": hd, "exposure_kind": exposure}
    return [row for row in loader.rows("explosives/qd_exposures.csv") if wanted.items() <= row.items()]


def distance_m(function: str, quantity_kg: ArrayLike, outside: Outside = "refuse") -> FloatArray:
    """Distance of a function, rounded up to whole metres, for an array of quantities (NEQ or MCE), kg.

    outside: ``refuse`` raises Refused('out_of_range') beyond the limits of the function, ``nan`` gives nan there.
    Refused('not_available') in a gap between two branches, Refused('unknown_rule') for an unknown function.
    """
    exact = exact_distance_m(function, quantity_kg, outside)
    return np.ceil(exact * (1.0 - ROUNDING_SLACK))


def exact_distance_m(function: str, quantity_kg: ArrayLike, outside: Outside = "refuse") -> FloatArray:
    """Distance of a function before rounding; otherwise as ``distance_m``."""
    branches = branches_of(function)
    quantity = np.asarray(quantity_kg, float)
    distance = np.full(quantity.shape, np.nan)
    for branch in branches:
        here = branch.holds(quantity)
        distance[here] = branch.distance_m(quantity[here])
    if outside == "refuse" and np.isnan(distance).any():
        raise _beyond(function, branches, float(quantity[np.isnan(distance)].flat[0]))
    return distance


@dataclass(frozen=True)
class Branch:
    """One branch of a distance function and its limits of quantity."""

    q_min_kg: float
    q_min_included: bool
    q_max_kg: float
    q_max_included: bool
    form: str
    scale: float
    k0: float
    k1: float
    k2: float
    exponent: float
    shift_kg: float

    def holds(self, quantity_kg: FloatArray) -> NDArray[np.bool_]:
        """Where this branch is the one in force."""
        above = quantity_kg >= self.q_min_kg if self.q_min_included else quantity_kg > self.q_min_kg
        below = quantity_kg <= self.q_max_kg if self.q_max_included else quantity_kg < self.q_max_kg
        return np.asarray(above & below)

    def distance_m(self, quantity_kg: FloatArray) -> FloatArray:
        """The branch's expression, not rounded."""
        term = self._term(quantity_kg)
        return self.scale * (self.k0 + self.k1 * term + self.k2 * term**2)

    def _term(self, quantity_kg: FloatArray) -> FloatArray:
        if self.form == "power":
            return np.asarray((quantity_kg - self.shift_kg) ** self.exponent)
        if self.form == "log_quadratic":
            return np.log(quantity_kg)
        assert self.form in ("linear", "constant"), self.form
        return quantity_kg


def branches_of(function: str) -> Sequence[Branch]:
    """The branches of a distance function, from small to large quantity."""
    known = _functions(loader.edition())
    if function not in known:
        raise Refused("unknown_rule", what="distance function", value=function, known=", ".join(sorted(known)))
    return known[function]


@cache
def _functions(_edition: str) -> dict[str, tuple[Branch, ...]]:
    found: dict[str, tuple[Branch, ...]] = {}
    for row in loader.rows("explosives/qd_functions.csv"):
        branch = Branch(
            float(row["q_min_kg"]),
            row["q_min_included"] == "yes",
            float(row["q_max_kg"]),
            row["q_max_included"] == "yes",
            row["form"],
            float(Fraction(row["scale"])),
            float(row["k0"]),
            float(row["k1"]),
            float(row["k2"]),
            float(Fraction(row["exponent"] or "1")),
            float(row["shift_kg"] or "0"),
        )
        found[row["function"]] = (*found.get(row["function"], ()), branch)
    return found


def _beyond(function: str, branches: Sequence[Branch], quantity_kg: float) -> Refused:
    first, last = branches[0].q_min_kg, branches[-1].q_max_kg
    if first < quantity_kg < last:
        what = f"{function} at {quantity_kg:g} kg"
        return Refused("not_available", what=what, reason="the published branches leave a gap there")
    named = f"The quantity of {function}"
    return Refused("out_of_range", quantity=named, minimum=first, maximum=last, unit="kg", value=quantity_kg)


def _known_names(rules: str, hd: str, exposure: str, pes: str | None) -> None:
    asked = (
        ("rule set", rules, tuple(sorted({row["rules"] for row in loader.rows("explosives/qd_exposures.csv")}))),
        ("hazard division", hd, loader.contract("articles").by_name["hazard_division"].allowed),
        ("kind of exposed site", exposure, loader.contract("exposures").by_name["kind"].allowed),
        ("kind of potential explosion site", pes, loader.contract("stores").by_name["construction"].allowed),
    )
    for what, value, known in asked:
        if value is not None and value not in known:
            raise Refused("unknown_rule", what=what, value=value, known=", ".join(known))


def _why_missing(rules: str, hd: str, exposure: str) -> str:
    if hd == "1.2":
        return "division 1.2 is sited as 1.2.1, 1.2.2 or 1.2.3; name which"
    if hd == "not_applicable":
        return "what holds no explosive asks for none"
    if exposure == "open_air":
        return "the distance functions name none for people in the open"
    return f"the part of {rules} that says so is not at hand; take it from the standard itself"


def _omissions(
    serving: Sequence[dict[str, str]], mce_kg: float | None, pes: str | None, barricaded: bool | None
) -> list[str]:
    notes = [MATRIX_NOTE]
    if mce_kg is None and any(row["quantity"] == "MCE" for row in serving):
        notes.append("No maximum credible event was given, so only the quantity as a whole counts.")
    if pes is not None or barricaded is not None:
        notes.append("The kind of potential explosion site and its barricade change nothing in this edition.")
    return notes
