"""Pieces, mass and net explosive quantity (NEQ): each from the others, in this one place, with how well it is known.

*measured* follows from what was counted or weighed and a known figure of one piece; *estimated* from anything less: a
quantity out of the books, a net mass in place of a gross one, a number worked out from a mass; *unknown* is no figure.

>>> each = Each("piece", neq_kg=2.1, net_kg=None, gross_kg=7.3)
>>> mass_kg(each, 10, "counted")
Figure(value=73.0, known='measured')
>>> pieces_from_mass(each, 75.0)
Figure(value=10, known='estimated')
>>> neq_kg(each, None, None)
Figure(value=None, known='unknown')

The same rules for whole tables: ``stockview`` (a test holds the two together).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from rasr.core.basis.units import KG_PER_GRAM
from rasr.core.hazard.divisions import NOT_APPLICABLE

Known = Literal["measured", "estimated", "unknown"]
MEASURED: Final = "measured"
ESTIMATED: Final = "estimated"
UNKNOWN: Final = "unknown"
GRAM: Final = "gram"
AS_MEASURED: Final = frozenset({"counted", "weighed"})
"""Values of ``quantity_basis`` by which a quantity is measured."""


class Figure(NamedTuple):
    """A quantity or a mass, and how well it is known. value: None where it is unknown."""

    value: float | None
    known: Known


NOTHING_KNOWN: Final = Figure(None, UNKNOWN)


@dataclass(frozen=True)
class Each:
    """What one piece, or one gram, of an article holds and weighs, kg; None unknown.

    unit: piece or gram. hazard_division: of what holds no explosive, not_applicable.
    """

    unit: str
    neq_kg: float | None
    net_kg: float | None
    gross_kg: float | None
    hazard_division: str = ""

    @property
    def is_weighed(self) -> bool:
        """Whether it is kept by the gram: bulk explosive and powder."""
        return self.unit == GRAM


def mass_kg(each: Each, quantity: int | None, basis: str | None) -> Figure:
    """Mass of so many: gross if known, else net; what is weighed weighs itself. basis: ``quantity_basis``."""
    if each.is_weighed:
        return _times(quantity, KG_PER_GRAM, basis)
    if each.gross_kg is not None:
        return _times(quantity, each.gross_kg, basis)
    # without the packing it is less than what stands on the scales
    return _times(quantity, each.net_kg, None)


def neq_kg(each: Each, quantity: int | None, basis: str | None) -> Figure:
    """NEQ of so many; 0 where the hazard division does not apply, also of an unknown quantity."""
    if each.hazard_division == NOT_APPLICABLE:
        return Figure(0.0, MEASURED)
    return _times(quantity, each.neq_kg, basis)


def pieces_from_mass(each: Each, mass_kg: float, *, packed: bool = True) -> Figure:
    """How many weigh so much: pieces, always estimated; grams, measured. packed: the mass is gross, else net.

    Raises ValueError for a mass below nothing.
    """
    if each.is_weighed:
        return Figure(_whole(mass_kg, KG_PER_GRAM), MEASURED)
    one_kg = (each.gross_kg if each.gross_kg is not None else each.net_kg) if packed else each.net_kg
    return _divided(mass_kg, one_kg)


def pieces_from_neq(each: Each, neq_kg: float) -> Figure:
    """How many hold so much explosive; unknown for what holds none. Raises ValueError for an NEQ below nothing."""
    return _divided(neq_kg, None if each.hazard_division == NOT_APPLICABLE else each.neq_kg)


def together(figures: Iterable[Figure]) -> Figure:
    """The sum of what is known; measured only where every part is, unknown where none is known.

    >>> together([Figure(2.0, MEASURED), Figure(3.0, ESTIMATED)])
    Figure(value=5.0, known='estimated')
    """
    figures = list(figures)
    known = [one.value for one in figures if one.value is not None]
    if not known:
        return NOTHING_KNOWN
    measured = all(one.known == MEASURED for one in figures)
    return Figure(sum(known), MEASURED if measured else ESTIMATED)


def _times(quantity: int | None, one_kg: float | None, basis: str | None) -> Figure:
    if quantity is None or one_kg is None:
        return NOTHING_KNOWN
    return Figure(quantity * one_kg, MEASURED if basis in AS_MEASURED else ESTIMATED)


def _divided(mass_kg: float, one_kg: float | None) -> Figure:
    if not one_kg:
        return NOTHING_KNOWN
    return Figure(_whole(mass_kg, one_kg), ESTIMATED)


def _whole(mass_kg: float, one_kg: float) -> int:
    if mass_kg < 0:
        raise ValueError(mass_kg)
    return round(mass_kg / one_kg)
