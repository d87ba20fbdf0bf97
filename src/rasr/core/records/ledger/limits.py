"""What a store may hold: its licence for each hazard division, and compatibility groups that may lie together.

>>> bombs = Lying("bombs", "1.1", "D", 2.0, pieces=6)
>>> [rule.numbers["neq_kg"] for rule in broken([bombs], {"1.1": Limit(10.0, date(2030, 1, 1))}, date(2027, 1, 1))]
[12.0]

The same rules as ``core.records.checks.stores``, for one store at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import fsum

from rasr.core.basis.findings import Number
from rasr.core.hazard import mixing
from rasr.core.hazard.divisions import licensed_as
from rasr.core.hazard.mixing import Matrix

OVER, NONE, EXPIRED, MIXED = "over_licence", "no_licence", "licence_expired", "mixing_not_allowed"
SHOWN_DECIMALS = 3
RELATIVE = 1e-9
"""Share of a limit that sums of floating-point numbers may be above it."""


@dataclass(frozen=True, slots=True)
class Lying:
    """So much of an article in a store. neq_kg_each: of one piece or gram; None unknown, which counts nothing.

    pieces: those that are known; unknown: how many records of it say no quantity.
    """

    article_id: str
    hazard_division: str
    compatibility_group: str
    neq_kg_each: float | None
    pieces: int = 0
    unknown: int = 0

    @property
    def is_there(self) -> bool:
        """Whether there is any of it, as far as is known."""
        return self.pieces > 0 or self.unknown > 0

    @property
    def neq_kg(self) -> float:
        """Net explosive quantity of what is known of it."""
        return 0.0 if self.neq_kg_each is None else max(self.pieces, 0) * self.neq_kg_each


@dataclass(frozen=True, slots=True)
class Limit:
    """A licence of a store for one division."""

    neq_limit_kg: float
    valid_until: date


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a store breaks. subject: what it is of: a division (1.1 to 1.4), or a pair of groups as B+D.

    code: of ``findings.csv``; numbers: what its sentence names.
    """

    code: str
    subject: str
    numbers: dict[str, Number]

    def is_of(self, article: Lying) -> bool:
        """Whether an article has a part in it."""
        if self.code == MIXED:
            return article.compatibility_group in self.subject.split("+")
        return licensed_as(article.hazard_division) == self.subject and bool(article.neq_kg_each)


def broken(
    held: Iterable[Lying], limits: Mapping[str, Limit] | None, as_of: date, matrix: Matrix | None = None
) -> list[Broken]:
    """Every rule that a store breaks on a day. limits: division (1.1 to 1.4) to licence; None: nobody knows of any.

    matrix: what may lie together; None: as shipped.
    """
    there = [one for one in held if one.is_there]
    found = [] if limits is None else list(_licences(there, limits, as_of))
    return [*found, *_mixing(there, matrix or mixing.shipped())]


def kinds(held: Iterable[Lying]) -> set[tuple[str, str]]:
    """Compatibility group and article of what is there."""
    return {(one.compatibility_group, one.article_id) for one in held if one.is_there}


def _licences(there: list[Lying], limits: Mapping[str, Limit], as_of: date) -> Iterable[Broken]:
    """As ``core.hazard.licence``: each division alone, what is unknown counts nothing."""
    parts: dict[str, list[float]] = defaultdict(list)
    for one in there:
        division = licensed_as(one.hazard_division)
        if division is not None and one.neq_kg > 0:
            parts[division].append(one.neq_kg)
    for division in sorted(parts):
        neq_kg, limit = fsum(parts[division]), limits.get(division)
        told: dict[str, Number] = {"division": division, "neq_kg": round(neq_kg, SHOWN_DECIMALS)}
        if limit is None:
            yield Broken(NONE, division, told)
            continue
        if neq_kg > limit.neq_limit_kg * (1 + RELATIVE):
            yield Broken(OVER, division, {**told, "limit_kg": limit.neq_limit_kg})
        if limit.valid_until < as_of:
            yield Broken(EXPIRED, division, {"division": division, "value": limit.valid_until.isoformat()})


def _mixing(there: list[Lying], matrix: Matrix) -> Iterable[Broken]:
    pairs = matrix.answered("no", kinds(there))
    return (Broken(MIXED, pair.name, {"groups": pair.name, "note": pair.note}) for pair in pairs)
