"""What a licence stood on when it was signed, as it is kept with it: so its paper is the same years later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rasr.node.assessment.licences.around import Around
from rasr.node.assessment.licences.rules import editions
from rasr.node.places.models import Licence

MOST_PAIRS = 60
"""Neighbours that are kept and printed; how many more there were is said."""


def told_of(around: Around, limits: Mapping[str, float]) -> dict[str, Any]:
    """The facts of the store, limits by distance, pairs and rings for a licence: what JSON can hold.

    given_before: division to the limit and last day that were in force until then.
    """
    store, pairs = around.store, around.pairs(limits)
    return {
        "site": store.site.name,
        "site_id": store.site_id,
        "organisation": store.site.organisation.name,
        "construction": store.construction,
        "barricaded": store.barricaded,
        "given_before": given_before(store.pk),
        "allowed": {name: _plain(row) for name, row in around.allowed.items()},
        "limits": [_plain(row) for row in around.limits.iter_rows(named=True)],
        "pairs": [_plain(row) for row in pairs.head(MOST_PAIRS).iter_rows(named=True)],
        "pairs_left": max(pairs.height - MOST_PAIRS, 0),
        "rings": around.rings(limits),
        "rules": editions(around.book),
    }


def given_before(store_id: str) -> dict[str, list[Any]]:
    """Division to the limit and last day of what the register says now."""
    rows = Licence.objects.filter(store=store_id).order_by("hazard_division")
    found = rows.values_list("hazard_division", "neq_limit_kg", "valid_until")
    return {division: [limit_kg, until.isoformat()] for division, limit_kg, until in found}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
