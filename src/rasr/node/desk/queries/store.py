"""One store: what it holds, what it may hold, what would happen, who is near, and what the figures leave out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.utils import timezone

from rasr.core.assessment.explosives.neighbours import RELATIONS
from rasr.core.hazard.mixing import Mixing
from rasr.core.records import quantities
from rasr.node.assessment import queries as assessment
from rasr.node.assessment.rules import services as rules
from rasr.node.desk.queries.lists import Actor
from rasr.node.people.rights import require
from rasr.node.places import queries as places
from rasr.node.records import mixing
from rasr.node.records import queries as records
from rasr.node.records.movements import queries as movements

LAST_MOVEMENTS = 10
STOCK_SHOWN = 50
BEHIND_THE_DANGER = (
    "event_frequency",
    "aggregation",
    "tnt_equivalence",
    "airblast",
    "people_in_the_open",
    "people_in_buildings",
    "persons_present",
    "quantity_distances",
    "interval",
)
"""Methods of the assessment that the figures of a store stand on."""


@dataclass
class Division:
    """What lies in a store of one hazard division and compatibility group. Sums are over what is known.

    mass_known, neq_known: how well, see ``core.records.quantities``.
    """

    hazard_division: str
    compatibility_group: str
    records: int = 0
    pieces: int = 0
    mass_kg: float = 0.0
    neq_kg: float = 0.0
    records_without_mass: int = 0
    records_without_neq: int = 0
    mass_known: str = quantities.UNKNOWN
    neq_known: str = quantities.UNKNOWN


@dataclass(frozen=True)
class Limit:
    """The NEQ of a store in one division beside its licence. share: None without a licence."""

    hazard_division: str
    neq_kg: float
    limit_kg: float | None
    valid_until: date | None
    share: float | None
    expired: bool

    @property
    def over(self) -> bool:
        """Whether more lies there than the licence allows."""
        return self.share is not None and self.share > 1.0


@dataclass(frozen=True)
class Part:
    """The part of the danger that falls on persons of one relation to the store."""

    relation: str
    per_event: float
    per_year: float


@dataclass(frozen=True)
class StorePicture:
    """What the page of a store shows. danger: the figures of the latest assessment, None where there is none of it.

    site_seen: whether the page of its site may be seen, by who has the whole site. keeps: whether its reader records
    movements in it. decides: whether they may enter what a document says of mixing.
    """

    store: Any
    site_seen: bool
    divisions: list[Division]
    limits: list[Limit]
    mixing: list[Mixing]
    standing: Any
    danger: Any
    parts: list[Part]
    methods: list[dict[str, Any]]
    stock: list[Any]
    stock_count: int
    movements: list[Any]
    keeps: bool
    decides: bool


def store_picture(actor: Actor, store_id: str) -> StorePicture:
    """The page of a store. Raises ObjectDoesNotExist for what is not there or not in scope, PermissionDenied."""
    require(actor, "view_register")
    store = places.store(actor, store_id)
    holdings = [held for held in records.store_holdings(actor, store_id) if held.quantity != 0]
    danger = assessment.store_danger(actor, store_id)
    return StorePicture(
        store=store,
        site_seen=places.sites(actor).filter(pk=store.site_id).exists(),
        divisions=divisions(holdings),
        limits=_limits(records.licence_use(actor, store_id), timezone.localdate()),
        mixing=mixing.pairs_in(actor, store_id),
        standing=assessment.standing(actor),
        danger=danger,
        parts=parts(danger) if danger else [],
        methods=_methods(assessment.methods(actor)),
        stock=holdings[:STOCK_SHOWN],
        stock_count=len(holdings),
        movements=list(records.movements_of(actor, store_id, LAST_MOVEMENTS)),
        keeps=movements.works_in(actor, store),
        decides=rules.may_enter(actor),
    )


def divisions(holdings: Iterable[Any]) -> list[Division]:
    """Holdings by hazard division and compatibility group; records of unknown mass or NEQ are counted as that."""
    found: dict[tuple[str, str], Division] = {}
    masses: dict[tuple[str, str], list[tuple[quantities.Figure, quantities.Figure]]] = {}
    for held in holdings:
        article = held.batch.article
        key = (article.hazard_division, article.compatibility_group)
        row = found.setdefault(key, Division(*key))
        row.records += 1
        masses.setdefault(key, []).append(records.masses_of(held))
        row.pieces += (held.quantity or 0) if article.unit == "piece" else 0
        row.mass_kg += held.mass_kg or 0.0
        row.neq_kg += held.neq_kg or 0.0
        row.records_without_mass += held.mass_kg is None
        row.records_without_neq += held.neq_kg is None
    for key, row in found.items():
        row.mass_known, row.neq_known = (quantities.together(some).known for some in zip(*masses[key], strict=True))
    return [found[key] for key in sorted(found)]


def parts(danger: Any) -> list[Part]:
    """Fatalities per event and per year (events x fatalities) by relation, in the order of the core."""
    each = [(relation, getattr(danger, f"fatalities_per_event_{relation}")) for relation in RELATIONS]
    return [Part(relation, value, danger.events_per_year * value) for relation, value in each]


def _limits(used: pl.DataFrame, today: date) -> list[Limit]:
    return [
        Limit(
            row["hazard_division"],
            row["neq_kg"] or 0.0,
            row["neq_limit_kg"],
            row["valid_until"],
            row["licence_share"],
            expired=row["valid_until"] is not None and row["valid_until"] < today,
        )
        for row in used.iter_rows(named=True)
    ]


def _methods(methods: pl.DataFrame | None) -> list[dict[str, Any]]:
    if methods is None:
        return []
    return methods.filter(pl.col("method").is_in(BEHIND_THE_DANGER)).to_dicts()
