"""Distance functions: the distance that a quantity asks for, and the greatest quantity that a distance allows.

A function is a row of branches (``reference/explosives/qd_functions.csv``), each between two quantities. Forms, where g
is ln Q: ``constant``, ``linear`` and ``power`` and ``log_quadratic`` D = scale (k0 + k1 t + k2 t²) with t = Q,
(Q - shift)^exponent or g; ``exp_log_quadratic`` D = scale exp(k0 + k1 g + k2 g²); ``gap``: nothing is published there.

More explosive never asks for less: where rounded factors let a printed function fall at a join (by up to 4 %; BD26
at 2,500 kg from 184.2 to 180 m), the greater distance stays until the next branch has passed it.

>>> bd30 = Function("BD30", "own", (Branch(1.0, True, 5e5, True, "power", 1.0, 0.0, 22.2, 0.0, 1 / 3, 0.0),))
>>> float(bd30.distance_m(1000.0)), round(float(bd30.greatest_quantity_kg(222.0)))
(222.0, 1000)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.basis.findings import Refused

FloatArray = NDArray[np.float64]
Outside = Literal["refuse", "nan"]
FORMS = ("constant", "linear", "power", "log_quadratic", "exp_log_quadratic", "gap")
ROUNDING_SLACK = 1e-9
"""Relative: so that 8 x 1000^(1/3) m is 80 m and not 81 m by a last binary digit."""


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
        """The branch's expression as printed, not rounded; nan in a gap."""
        if self.form == "gap":
            return np.full(np.shape(quantity_kg), np.nan)
        if self.form == "constant":
            return np.full(np.shape(quantity_kg), self.scale * self.k0)
        term = self._term(np.asarray(quantity_kg, float))
        polynomial = self.k0 + self.k1 * term + self.k2 * term**2
        return self.scale * (np.exp(polynomial) if self.form == "exp_log_quadratic" else polynomial)

    def _term(self, quantity_kg: FloatArray) -> FloatArray:
        if self.form == "power":
            return np.asarray((quantity_kg - self.shift_kg) ** self.exponent)
        if self.form in ("log_quadratic", "exp_log_quadratic"):
            return np.log(quantity_kg)
        assert self.form == "linear", self.form
        return quantity_kg

    def quantity_kg(self, distance_m: FloatArray) -> FloatArray:
        """The quantity at which this rising branch reaches a distance, within its limits."""
        polynomial = np.asarray(distance_m, float) / self.scale
        if self.form == "exp_log_quadratic":
            polynomial = np.log(np.maximum(polynomial, np.finfo(float).tiny))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            quantity = self._of_term(self._root(polynomial))
            low, high = self.distance_m(np.array([self.q_min_kg, self.q_max_kg]))
            quantity = np.where(distance_m >= high, self.q_max_kg, np.where(distance_m <= low, self.q_min_kg, quantity))
        return np.clip(quantity, self.q_min_kg, self.q_max_kg)

    def _root(self, polynomial: FloatArray) -> FloatArray:
        """The term of the rising side at which k0 + k1 t + k2 t² is the polynomial."""
        if self.form == "constant":
            return np.zeros_like(polynomial)
        if self.k2 == 0.0:
            return np.asarray((polynomial - self.k0) / self.k1)
        root = np.sqrt(np.maximum(self.k1**2 - 4.0 * self.k2 * (self.k0 - polynomial), 0.0))
        return np.asarray((root - self.k1) / (2.0 * self.k2))

    def _of_term(self, term: FloatArray) -> FloatArray:
        if self.form == "power":
            return np.asarray(np.maximum(term, 0.0) ** (1.0 / self.exponent) + self.shift_kg)
        return np.exp(term) if self.form in ("log_quadratic", "exp_log_quadratic") else term

    @property
    def greatest_kg(self) -> float:
        """The greatest quantity that the branch holds for."""
        return self.q_max_kg if self.q_max_included else float(np.nextafter(self.q_max_kg, 0.0))


@dataclass(frozen=True)
class Function:
    """A distance function of a rule set: its branches from small to large quantity, and where they stand."""

    name: str
    rules: str
    branches: tuple[Branch, ...]
    clause: str = ""
    source: str = ""
    status: str = "not_verified"

    @property
    def least_kg(self) -> float:
        """The least quantity that the function names."""
        return self.branches[0].q_min_kg

    @property
    def greatest_kg(self) -> float:
        """The greatest quantity that the function names."""
        return self.branches[-1].greatest_kg

    @cached_property
    def floors_m(self) -> tuple[float, ...]:
        """By branch: what the branches below it have asked for already."""
        floors, reached = [], 0.0
        for branch in self.branches:
            floors.append(reached)
            top = float(branch.distance_m(np.array([branch.q_max_kg]))[0])
            reached = max(reached, 0.0 if np.isnan(top) else top)
        return tuple(floors)

    def exact_distance_m(self, quantity_kg: ArrayLike, outside: Outside = "refuse") -> FloatArray:
        """Distance before rounding; otherwise as ``distance_m``."""
        quantity = np.asarray(quantity_kg, float)
        distance = np.full(quantity.shape, np.nan)
        for branch, floor_m in zip(self.branches, self.floors_m, strict=True):
            here = branch.holds(quantity)
            distance[here] = np.maximum(branch.distance_m(quantity[here]), floor_m)
        if outside == "refuse" and np.isnan(distance).any():
            raise self._beyond(float(quantity[np.isnan(distance)].flat[0]))
        return distance

    def distance_m(self, quantity_kg: ArrayLike, outside: Outside = "refuse") -> FloatArray:
        """Distance rounded up to whole metres, for an array of quantities (NEQ or MCE), kg.

        outside: ``refuse`` raises Refused('out_of_range') beyond the limits of the function, ``nan`` gives nan there.
        Refused('not_available') in a gap between two branches.
        """
        return np.ceil(self.exact_distance_m(quantity_kg, outside) * (1.0 - ROUNDING_SLACK))

    def exact_quantity_kg(self, distance_m: ArrayLike) -> FloatArray:
        """The greatest quantity of which no part asks for more than a distance, m; 0 where even the least asks more.

        At most the function's own greatest quantity. nan for a distance that is no number.
        """
        distance = np.asarray(distance_m, float)
        quantity, open_ = np.zeros(distance.shape), np.ones(distance.shape, bool)
        for branch in self.branches:
            if branch.form == "gap":
                continue
            least_m, most_m = branch.distance_m(np.array([branch.q_min_kg, branch.q_max_kg]))
            open_ = open_ & (distance >= least_m)
            quantity = np.where(open_, np.minimum(branch.quantity_kg(distance), branch.greatest_kg), quantity)
            open_ = open_ & (distance >= most_m)
        return np.where(np.isnan(distance), np.nan, quantity)

    def greatest_quantity_kg(self, distance_m: ArrayLike) -> FloatArray:
        """The greatest quantity whose distance in whole metres is not more than this one; as ``exact_quantity_kg``."""
        return self.exact_quantity_kg(np.floor(np.asarray(distance_m, float) * (1.0 + ROUNDING_SLACK)))

    def _beyond(self, quantity_kg: float) -> Refused:
        if self.least_kg < quantity_kg < self.greatest_kg:
            what = f"{self.name} at {quantity_kg:g} kg"
            return Refused("not_available", what=what, reason="the published branches leave a gap there")
        limits = {"minimum": self.least_kg, "maximum": self.branches[-1].q_max_kg}
        return Refused("out_of_range", quantity=f"The quantity of {self.name}", unit="kg", value=quantity_kg, **limits)
