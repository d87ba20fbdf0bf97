"""What is due: limits that are broken and days that have passed or are near, within the scope of who looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from rasr.core.hazard.mixing import Answer
from rasr.node.desk.queries.lists import Actor, house_inside, over_licence, stores_listed
from rasr.node.places import queries as places
from rasr.node.records import mixing
from rasr.node.records import queries as records

LICENCE_AHEAD = timedelta(days=90)
DESTROY_AHEAD = timedelta(days=180)
PROPELLANTS = ("propellant", "liquid_propellant")
"""Families whose stabiliser is to be tested."""


@dataclass(frozen=True)
class Due:
    """So many places or records need something done. code: names the sentence. grave: over a limit or past a day.

    stores: whether stores are counted, else records of stock. query: filters of the list where they are seen.
    """

    code: str
    count: int
    grave: bool
    stores: bool
    query: dict[str, str]


def due_items(actor: Actor, today: date | None = None) -> list[Due]:
    """What is due, the grave first; what nothing has is left out. Three queries, and one more after each change."""
    found = [item for item in _all_items(actor, today or timezone.localdate()) if item.count]
    return sorted(found, key=lambda item: not item.grave)


def _all_items(actor: Actor, today: date) -> Iterator[Due]:
    found = _of_stores(actor, today)
    yield Due("licence_over", found["over"], True, True, {"licence": "over"})
    mixed = stores_mixed(actor)
    yield Due("mixing", len(mixed["no"]), True, True, {"mixing": "yes"})
    yield Due("mixing_unverified", len(mixed["unverified"]), False, True, {"mixing": "unverified"})
    yield Due("licence_expired", found["expired"], True, True, {"licence": "expired"})
    yield Due("licence_soon", found["soon"], False, True, {"licence": "soon"})
    yield Due("house_inside", found["house"], True, True, {"house": "yes"})
    stock = _of_stock(actor, today)
    yield Due("destroy_passed", stock["passed"], True, False, {"destroy_by": "passed"})
    yield Due("destroy_soon", stock["soon"], False, False, {"destroy_by": "soon"})
    yield Due("stabiliser_missing", stock["untested"], False, False, {"stabiliser": "missing"})


def _of_stores(actor: Actor, today: date) -> dict[str, int]:
    """Stores over their licence, with a house inside, with a licence that has run out or will soon."""
    expired = Q(licences__valid_until__lt=today)
    soon = Q(licences__valid_until__gte=today, licences__valid_until__lte=today + LICENCE_AHEAD)
    licences: dict[str, int] = places.stores(actor).aggregate(
        expired=Count("pk", filter=expired, distinct=True), soon=Count("pk", filter=soon, distinct=True)
    )
    assessed: dict[str, int] = stores_listed(actor).aggregate(
        over=Count("pk", filter=over_licence()), house=Count("pk", filter=house_inside())
    )
    return licences | assessed


def _of_stock(actor: Actor, today: date) -> dict[str, int]:
    """Records of stock to be destroyed by a day that has passed or is near, and propellant without a test."""
    found: dict[str, int] = held(actor).aggregate(
        passed=Count("pk", filter=Q(batch__destroy_by__lt=today)),
        soon=Count("pk", filter=Q(batch__destroy_by__gte=today, batch__destroy_by__lte=today + DESTROY_AHEAD)),
        untested=Count("pk", filter=Q(batch__article__family__in=PROPELLANTS, batch__stabiliser_tested_on=None)),
    )
    return found


def held(actor: Actor) -> QuerySet[Any]:
    """Records of stock that are not used up."""
    return records.stock(actor).exclude(quantity=0)


def stores_mixed(actor: Actor) -> dict[Answer, frozenset[str]]:
    """Answer to the stores in which something lies together of which that is the answer."""
    return {answer: frozenset(stores) for answer, stores in mixing.pairs_by_store(actor, "view_register").items()}
