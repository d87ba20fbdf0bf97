"""Figures on people hurt side by side: what each source says, and when it said so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from rasr.node.people.choices import Sex
from rasr.node.records.models import Casualties, CivilStatus, Harm

Key = tuple[str, str, str]
"""Harm, sex and status."""


@dataclass
class Statement:
    """What one source said on one day. numbers: people by what happened to them, sex and status."""

    source: str
    stated_on: date
    numbers: dict[Key, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """The same people by every statement. numbers: one for each statement, None where it says nothing of them."""

    harm: str
    sex: str
    status: str
    numbers: list[int | None]


@dataclass(frozen=True)
class Beside:
    """Statements and lines. totals: harm, and the sum of each statement; None where it says nothing of it."""

    statements: list[Statement]
    lines: list[Line]
    totals: list[tuple[str, list[int | None]]]


def beside(figures: Iterable[Casualties]) -> Beside:
    """Figures, the earliest first, side by side. Said twice of the same by the same source on a day, both stand."""
    statements: list[Statement] = []
    for one in figures:
        key = one.harm, one.sex, one.status
        said = [each for each in statements if (each.source, each.stated_on) == (one.source, one.stated_on)]
        if not said or key in said[-1].numbers:
            said = [Statement(one.source, one.stated_on)]
            statements += said
        said[-1].numbers[key] = one.number
    keys = dict.fromkeys(key for harm in Harm.values for each in statements for key in each.numbers if key[0] == harm)
    lines = [
        Line(
            str(Harm(harm).label),
            str(Sex(sex).label),
            str(CivilStatus(status).label),
            [each.numbers.get((harm, sex, status)) for each in statements],
        )
        for harm, sex, status in keys
    ]
    totals = [(str(harm.label), [_total(each, harm) for each in statements]) for harm in Harm]
    return Beside(statements, lines, [(name, sums) for name, sums in totals if any(one is not None for one in sums)])


def _total(statement: Statement, harm: str) -> int | None:
    found = [number for key, number in statement.numbers.items() if key[0] == harm]
    return sum(found) if found else None
