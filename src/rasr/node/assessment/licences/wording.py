"""Words of licences and cards: statuses of rules, kinds of neighbours, fire divisions."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.assessment.explosives.distances import FIRM, NOT_COVERED
from rasr.core.assessment.explosives.licensing import NOTHING_NEAR
from rasr.core.hazard.divisions import LICENSED_DIVISIONS
from rasr.core.reference import loader
from rasr.node.web import codes

OURS: dict[str, str | Promise] = {
    NOTHING_NEAR: _("nothing near asks for a distance"),
    NOT_COVERED: _("not covered"),
}
"""Statuses that are of no row of the shipped tables."""
SHAPES = {"1": "octagon", "2": "cross", "3": "triangle", "4": "diamond"}
"""Fire division to the shape of its sign: black number on orange. Not read in its document: see ``SHAPES_STATUS``."""
SHAPES_STATUS = "not_verified"
SHAPES_SOURCE = "US Navy and US Army training texts on fire symbols; shapes from memory"
FIRE_DIVISIONS: dict[str, str | Promise] = {
    "1": _("Mass explosion"),
    "2": _("Explosion with fragments"),
    "3": _("Mass fire"),
    "4": _("Moderate fire"),
}


def status(code: str) -> str:
    """The name of a status of a rule."""
    return str(OURS[code] if code in OURS else codes.name("status", code))


def is_firm(code: str) -> bool:
    """Whether something may be permitted by a rule of this status without anybody reading the document first."""
    return code in (*FIRM, NOTHING_NEAR)


def kind(code: str) -> str:
    """What is exposed: a kind of exposed site, or a store by its construction."""
    constructions = loader.contract("stores").by_name["construction"].allowed
    return str(codes.name("construction" if code in constructions else "kind", code))


def kinds(joined: str) -> str:
    """Several of them, which the core joins by a bar."""
    return ", ".join(kind(code) for code in joined.split("|") if code)


def fire_division(hazard_division: str) -> str:
    """The fire division of a division of a licence: they have the same number."""
    return hazard_division.rpartition(".")[2]


def most_dangerous(divisions: Iterable[str]) -> str:
    """The fire division whose sign stands at the door, of these divisions of a licence; empty for none."""
    return min((fire_division(one) for one in divisions if one in LICENSED_DIVISIONS), default="")
