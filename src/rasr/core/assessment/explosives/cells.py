"""Which cells of a rule set govern a store and an exposed site, and the distance or the quantity that follows.

With a construction of the store: the cells of the matrix. Where a face is not named, the cells of every face must be
known, and the greatest distance counts. Every effect that the division has (``reference/explosives/qd_effects.csv``)
must have its cell: a matrix that is known in part is not covered, never guessed. Of several levels of protection the
highest counts. Without a construction: the function that serves the exposed site, whatever the store is built like.

>>> from rasr.core.assessment.explosives.rule_sets import shipped
>>> near = Case("1.1", "earth_covered_magazine_7_bar", "earth_covered_magazine", "rear", "rear")
>>> [governing(shipped(), "aastp-1", near).names, governing(shipped(), "generic", Case("1.1", "workshop")).names]
[('BD03',), ('K8.0',)]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives.distance_functions import Function, Outside
from rasr.core.assessment.explosives.rule_checks import ANY, FACES, PROTECTIONS, STATUSES
from rasr.core.assessment.explosives.rule_sets import GENERIC, Cell, RuleBook
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Case:
    """A hazard division, an exposed site and, where they are known, the store's construction and both faces.

    barricaded: whether an effective barricade stands between; what is not known counts as no barricade.
    """

    hazard_division: str
    exposure_kind: str
    pes: str | None = None
    pes_face: str | None = None
    exposure_face: str | None = None
    barricaded: bool | None = None

    @property
    def has_pes(self) -> bool:
        """Whether the construction of the store is known."""
        return self.pes is not None and self.pes != UNKNOWN


@dataclass(frozen=True)
class Governing:
    """The cells that govern a case, all of them; the greatest of their distances counts.

    covered: whether the rule set answers at all. functions: of the cells that have one.
    """

    rules: str
    cells: tuple[Cell, ...]
    functions: tuple[Function, ...]

    @property
    def covered(self) -> bool:
        """Whether the rule set says anything; no distance at all is an answer too."""
        return bool(self.cells)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The functions, each once."""
        return tuple(dict.fromkeys(cell.function for cell in self.cells if cell.has_function))

    @cached_property
    def status(self) -> str:
        """The weakest status among the cells and their functions."""
        found = [cell.status for cell in self.cells] + [function.status for function in self.functions]
        return max(found, key=STATUSES.index, default=STATUSES[-1])

    @cached_property
    def quantities(self) -> frozenset[str]:
        """Which quantities are asked for: NEQ, MCE, both or none."""
        return frozenset(cell.quantity for cell in self.cells if cell.has_function)

    def served(self) -> Iterator[tuple[Cell, Function]]:
        """Each cell that has a function, with it."""
        return zip((cell for cell in self.cells if cell.has_function), self.functions, strict=True)

    def alone(self) -> Iterator[Governing]:
        """Each cell by itself."""
        functions = iter(self.functions)
        for cell in self.cells:
            yield Governing(self.rules, (cell,), (next(functions),) if cell.has_function else ())

    def required_m(self, neq_kg: ArrayLike, mce_kg: ArrayLike | None = None, outside: Outside = "nan") -> FloatArray:
        """Distance asked for, whole metres, over arrays that broadcast; 0 where none is.

        nan: beyond the limits of a function (or Refused, see ``Function.distance_m``), no quantity, or a cell asks for
        the maximum credible event and none is given. Below the least quantity of a function its least counts.
        """
        neq = np.asarray(neq_kg, float)
        required = np.where(neq > 0, 0.0, np.nan) if self.covered else np.full(neq.shape, np.nan)
        for cell, function in self.served():
            given = neq if cell.quantity == "NEQ" else np.asarray(np.nan if mce_kg is None else mce_kg, float)
            raised = np.where(given > 0, np.maximum(given, function.least_kg), np.nan)
            required = np.maximum(required, function.distance_m(raised, outside))
        return required

    def greatest_kg(self, distance_m: ArrayLike, mce_kg: ArrayLike | None = None) -> FloatArray:
        """The greatest NEQ that a distance allows; infinite where no function limits it, 0 where nothing may lie.

        nan: not covered, or a cell asks for the maximum credible event and none is given.
        """
        distance = np.asarray(distance_m, float)
        most = np.full(distance.shape, np.inf if self.covered else np.nan)
        for cell, function in self.served():
            if cell.quantity == "NEQ":
                most = np.minimum(most, function.greatest_quantity_kg(distance))
            else:
                event = np.asarray(np.nan if mce_kg is None else mce_kg, float)
                asked = function.distance_m(np.where(event > 0, np.maximum(event, function.least_kg), np.nan), "nan")
                most = np.where(np.isnan(asked), np.nan, np.where(asked <= distance, most, 0.0))
        return most


def governing(book: RuleBook, rules: str, case: Case) -> Governing:
    """The cells of one rule set for a case; not covered: none. Refused: unknown_rule for a set that is not there."""
    name = book.known(rules)
    found = _of_matrix(book, name, case) if case.has_pes else ()
    if not found and not (case.has_pes and has_matrix(book, name)):
        found = _of_kind(book, name, case)
    return _governing(book, name, found)


def known_or_generic(book: RuleBook, rules: str, case: Case) -> Governing:
    """The known cell; else the set's own function for the exposed site; else the generic k factor; else not covered."""
    name = book.known(rules)
    plain = replace(case, exposure_kind=generic_kind(case.exposure_kind) or case.exposure_kind)
    for found in (
        _of_matrix(book, name, case) if case.has_pes else (),
        _of_kind(book, name, case),
        _of_kind(book, name, plain),
        _of_kind(book, GENERIC, plain),
    ):
        if found:
            return _governing(book, found[0].rules, found)
    return _governing(book, name, ())


def has_matrix(book: RuleBook, rules: str) -> bool:
    """Whether a rule set has cells by the construction of the store."""
    return any(case[0] == rules and case[1] != ANY for case in book.by_case)


def generic_kind(exposure_kind: str) -> str | None:
    """The kind of exposed site under which the generic factors know it; None: they do not."""
    for row in loader.rows("explosives/qd_exposed_sites.csv"):
        if row["exposure_kind"] == exposure_kind:
            return row["generic_kind"] or None
    if exposure_kind in loader.contract("stores").by_name["construction"].allowed:
        return "magazine"
    return exposure_kind


def _governing(book: RuleBook, rules: str, cells: Sequence[Cell]) -> Governing:
    functions = tuple(book.function(cell.function) for cell in cells if cell.has_function)
    return Governing(rules, tuple(cells), functions)


def _of_kind(book: RuleBook, rules: str, case: Case) -> tuple[Cell, ...]:
    cells = book.by_case.get((rules, ANY, case.exposure_kind, case.hazard_division), ())
    return tuple(cell for cell in cells if _fits(cell.barricaded, "yes" if case.barricaded else "no"))


def _of_matrix(book: RuleBook, rules: str, case: Case) -> tuple[Cell, ...]:
    """The cells of every face asked about and of every effect of the division; none where one of them is missing."""
    effects, of_division = _effects(case.hazard_division)
    cells = book.by_case.get((rules, case.pes or "", case.exposure_kind, of_division), ())
    cells = tuple(cell for cell in cells if _fits(cell.barricaded, "yes" if case.barricaded else "no"))
    if not cells or not effects:
        return ()
    found: dict[Cell, None] = {}
    faces = product(_asked(case.pes_face), _asked(case.exposure_face), effects)
    for pes_face, exposure_face, effect in faces:
        here = [
            cell
            for cell in cells
            if _fits(cell.pes_face, pes_face)
            and _fits(cell.exposure_face, exposure_face)
            and _fits(cell.effect, effect)
        ]
        if not here:
            return ()
        found |= dict.fromkeys(_best_protected(here))
    return tuple(found)


def _asked(face: str | None) -> tuple[str, ...]:
    return FACES if face is None else (face,)


def _fits(written: str, asked: str) -> bool:
    return written in (ANY, asked)


def _best_protected(cells: Sequence[Cell]) -> list[Cell]:
    levels = [level for level in PROTECTIONS if any(cell.protection == level for cell in cells)]
    return [cell for cell in cells if not levels or cell.protection in ("", levels[0])]


def _effects(hazard_division: str) -> tuple[tuple[str, ...], str]:
    """The effects that a division has, and the division whose cells serve it."""
    for row in loader.rows("explosives/qd_effects.csv"):
        if row["hazard_division"] == hazard_division:
            return tuple(row["effects"].split("|")), row["cells_of"]
    return (), hazard_division
