"""A licence as pages and its paper tell it: texts in the language of the reader, neighbours in scope by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rasr.node.assessment.licences import queries, wording
from rasr.node.assessment.models import LicenceForm
from rasr.node.assessment.rules import told
from rasr.node.records.queries import Actor
from rasr.node.web.figures import write


@dataclass(frozen=True)
class Pair:
    """A neighbour. number: in the list, and on the drawing. east_m, north_m: from the store; None: not to be shown."""

    number: int
    name: str
    kind: str
    present: str
    required: str
    short: str
    function: str
    clause: str
    status: str
    is_short: bool
    is_store: bool
    east_m: float | None
    north_m: float | None


@dataclass(frozen=True)
class Limit:
    """What the distances allow of one division or sub-division, and the pair that binds."""

    division: str
    allowed: str
    binding: str
    distance: str
    function: str
    clause: str
    status: str
    missing: str
    behind_barricade: str


@dataclass(frozen=True)
class Ring:
    """How far a kind of exposed site is to be. required_m: None where no rule is known."""

    kind: str
    required: str
    function: str
    clause: str
    status: str
    required_m: float | None


def pairs(actor: Actor, rows: list[dict[str, Any]]) -> list[Pair]:
    """Neighbours, the nearest first; of stores out of scope neither name nor place."""
    names = Names.of(actor, rows)
    return [_pair(number, row, names) for number, row in enumerate(rows, 1)]


@dataclass(frozen=True)
class Names:
    """Whom somebody may hear named: these stores, and exposed sites or not."""

    stores: set[str]
    exposures: bool

    @classmethod
    def of(cls, actor: Actor, rows: list[dict[str, Any]]) -> Names:
        """Among these neighbours: exposed_id and is_store of each."""
        return cls(queries.stores_seen(actor, rows), queries.names_exposures(actor))

    def name(self, key: str, *, is_store: bool) -> str:
        """A neighbour's name as far as it may be told."""
        if is_store:
            return key if key in self.stores else _("another store")
        return key if self.exposures else "–"


def _pair(number: int, row: Mapping[str, Any], names: Names) -> Pair:
    short_m, shown = row["shortfall_m"], not row["is_store"] or row["exposed_id"] in names.stores
    return Pair(
        number=number,
        name=names.name(row["exposed_id"], is_store=row["is_store"]),
        kind=wording.kind(row["exposure_kind"]),
        present=meters(row["distance_m"]),
        required=meters(row["required_m"]),
        short=meters(short_m) if short_m else "–",
        function=row["function"] or "–",
        clause=told.clause(row["clause"] or "–"),
        status=wording.status(row["status"]),
        is_short=bool(short_m),
        is_store=row["is_store"],
        east_m=row["east_m"] if shown else None,
        north_m=row["north_m"] if shown else None,
    )


def limits(
    actor: Actor, rows: list[dict[str, Any]], behind_barricade: Mapping[str, float | None] | None = None
) -> list[Limit]:
    """What the distances allow, division by division."""
    asked = [{"exposed_id": row["binding_id"], "is_store": row["binding_is_store"]} for row in rows]
    names = Names.of(actor, asked)
    return [_limit(row, names, behind_barricade or {}) for row in rows]


def _limit(row: Mapping[str, Any], names: Names, behind: Mapping[str, float | None]) -> Limit:
    division, binding = row["hazard_division"], "–"
    if row["binding_id"] is not None:
        name = names.name(row["binding_id"], is_store=row["binding_is_store"])
        binding = wording.kind(row["binding_kind"]) if name == "–" else f"{name} ({wording.kind(row['binding_kind'])})"
    then = "–"
    if division in behind:
        then = _("not limited") if behind[division] is None else kilograms(behind[division])
    return Limit(
        division=division,
        allowed=kilograms(row["limit_kg"]),
        binding=binding,
        distance=meters(row["distance_m"]),
        function=row["function"] or "–",
        clause=told.clause(row["clause"] or "–"),
        status=wording.status(row["status"]),
        missing=wording.kinds(row["not_covered"] or ""),
        behind_barricade=then,
    )


def rings(rows: list[dict[str, Any]]) -> list[Ring]:
    """The distances to be kept by kind of exposed site."""
    return [
        Ring(
            kind=wording.kind(row["kind"]),
            required=meters(row["required_m"]),
            function=row["function"] or "–",
            clause=told.clause(row["clause"] or "–"),
            status=wording.status(row["status"]),
            required_m=row["required_m"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Stand:
    """A division of a licence: what is held, licensed and allowed, and what breaks. before: held before a movement.

    is_open: no distance limits it, or no rule is at hand.
    """

    division: str
    held: str
    before: str
    licensed: str
    until: Any
    allowed: str
    status: str
    missing: str
    faults: list[str]
    in_breach: bool
    is_new: bool
    is_mended: bool
    is_open: bool


def standing(rows: list[dict[str, Any]]) -> list[Stand]:
    """How a store stands against its licence and the distances."""
    return [_stand(row) for row in rows]


def _stand(row: Mapping[str, Any]) -> Stand:
    said = {
        "unlicensed": _("no licence"),
        "expired": _("the licence has ended"),
        "over_licence": _("more than the licence"),
        "over_distance": _("more than the distances allow"),
        "licence_over_distance": _("the licence is above the distances"),
    }
    return Stand(
        division=row["hazard_division"],
        held=kilograms(row["neq_kg"] or 0.0),
        before=kilograms(row.get("neq_before_kg") or 0.0),
        licensed=kilograms(row["licensed_kg"]),
        until=row["valid_until"],
        allowed=kilograms(row["allowed_kg"]),
        status=wording.status(row["status"]),
        missing=wording.kinds(row["not_covered"] or ""),
        faults=[text for name, text in said.items() if row.get(name)],
        in_breach=bool(row["in_breach"]),
        is_new=bool(row.get("is_new")),
        is_mended=bool(row.get("is_mended")),
        is_open=row["allowed_kg"] is None,
    )


def granted(found: LicenceForm) -> list[tuple[str, str, str, str, str]]:
    """Division, limit, the limit before, what the distances allowed with their status, and what was not covered."""
    rows = []
    for division, kg in sorted(found.limits.items()):
        allowed = found.basis["allowed"].get(division, {})
        before = found.basis["given_before"].get(division)
        rows.append(
            (
                division,
                kilograms(kg),
                kilograms(before[0]) if before else "–",
                f"{kilograms(allowed.get('allowed_kg'))} ({wording.status(allowed.get('status', 'not_covered'))})",
                wording.kinds(allowed.get("not_covered") or "") or "–",
            )
        )
    return rows


def kilograms(value: float | None) -> str:
    """Whole kilograms; below ten with a figure behind the point where it has one."""
    if value is None:
        return "–"
    return write("whole", value) if value >= 10.0 or value == round(value) else write("significant", value)


def meters(value: float | None) -> str:
    """Whole metres; a dash for none."""
    return "–" if value is None else write("meters", value)
