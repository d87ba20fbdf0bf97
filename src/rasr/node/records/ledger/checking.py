"""Whether what is kept of the ledger follows from its lines, and whether its lines can be: at every effective time.

Four things hold, or ``faults`` names each place where they do not: every holding is what the lines make of it; every
item is where its last line brought it, and a holding of an itemised batch has as many items as its quantity; no place
ever held less than nothing; every item left each time from where it was. Times are those at which things took effect;
lines of one time happen at once, those of an item in their order. The database works it out: 1,000,000 lines take
seconds. Whether somebody changed a line is for the log to tell (``rasr.core.log``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.ledger.balances import Held
from rasr.core.records.ledger.places import UNBOUNDED, Spot
from rasr.core.reference import loader
from rasr.node.records.ledger.write import recompute_holdings
from rasr.node.records.models import Batch, Holding, Item, ItemPosition, MovementLine, Place

Row = tuple[Any, ...]
NONE = "-"
TABLES = {
    "batch": Batch._meta.db_table,
    "holding": Holding._meta.db_table,
    "item": Item._meta.db_table,
    "at": ItemPosition._meta.db_table,
    "line": MovementLine._meta.db_table,
    "free": f"SELECT id FROM {Place._meta.db_table} WHERE kind IN {tuple(sorted(UNBOUNDED))!r}",
}
BELOW_ZERO = """
SELECT batch_id, place_id, since, short FROM (
    SELECT batch_id, place_id, MIN(effective_at) AS since, -MIN(balance) AS short
    FROM (
        SELECT batch_id, place_id, effective_at,
            SUM(change) OVER (PARTITION BY batch_id, place_id ORDER BY effective_at) AS balance
        FROM (
            SELECT batch_id, to_place_id AS place_id, effective_at, quantity AS change FROM {line}
            WHERE to_place_id NOT IN ({free})
            UNION ALL
            SELECT batch_id, from_place_id, effective_at, -quantity FROM {line} WHERE from_place_id NOT IN ({free})
        ) AS changes
    ) AS balances
    WHERE balance < 0 GROUP BY batch_id, place_id
) AS shortest
WHERE NOT EXISTS (
    SELECT 1 FROM {line} AS unknown WHERE unknown.batch_id = shortest.batch_id AND unknown.quantity IS NULL
        AND (unknown.from_place_id = shortest.place_id OR unknown.to_place_id = shortest.place_id)
)
ORDER BY batch_id, place_id
""".format(**TABLES)
"""Where a quantity was ever unknown nothing can be said. A sum over a window takes what has the same time together."""
BROKEN = """
SELECT item_id, line_id, effective_at, from_place_id, was_at, was_of <> batch_id FROM (
    SELECT item_id, line_id, effective_at, from_place_id, batch_id,
        LAG(to_place_id) OVER (PARTITION BY item_id ORDER BY effective_at, line_id) AS was_at,
        LAG(batch_id) OVER (PARTITION BY item_id ORDER BY effective_at, line_id) AS was_of
    FROM {line} WHERE item_id IS NOT NULL
) AS moved
WHERE was_at <> from_place_id
    OR ((was_at IS NULL OR was_of <> batch_id) AND from_place_id NOT IN ({free}))
ORDER BY line_id
""".format(**TABLES)
MISPLACED = """
SELECT item.item_id, kept.place_id, line.to_place_id
FROM {item} AS item
LEFT JOIN {at} AS kept ON kept.item_id = item.item_id
LEFT JOIN (SELECT item_id, MAX(line_id) AS line_id FROM {line} WHERE item_id IS NOT NULL GROUP BY item_id) AS newest
    ON newest.item_id = item.item_id
LEFT JOIN {line} AS line ON line.line_id = newest.line_id
WHERE kept.item_id IS NULL OR line.line_id IS NULL
    OR kept.place_id <> line.to_place_id OR kept.batch_id <> line.batch_id
ORDER BY item.item_id
""".format(**TABLES)
UNEQUAL = """
SELECT batch_id, place_id, CASE WHEN COUNT(quantity) = COUNT(*) THEN SUM(quantity) END, SUM(items) FROM (
    SELECT held.batch_id, held.place_id, held.quantity, 0 AS items
    FROM {holding} AS held JOIN {batch} AS batch ON batch.batch_id = held.batch_id WHERE batch.itemised
    UNION ALL
    SELECT batch_id, place_id, 0, COUNT(*) FROM {at} WHERE place_id NOT IN ({free}) GROUP BY batch_id, place_id
) AS both_ways
GROUP BY batch_id, place_id
HAVING COUNT(quantity) < COUNT(*) OR SUM(quantity) <> SUM(items)
ORDER BY batch_id, place_id
""".format(**TABLES)


def faults() -> Iterator[Finding]:
    """Everything that does not hold; nothing where all does.

    Reads several times: where others may write meanwhile the caller sees to ``one_view``.
    """
    named: dict[str, str | int]
    yield from _holdings()
    places = {pk: _told(Spot(*named)) for pk, *named in Place.objects.values_list("pk", "kind", "store_id", "ref")}
    for batch, place, at, short in _found(BELOW_ZERO):
        named = {"place": places[place], "day": _day(at), "short": int(short)}
        yield _fault("ledger_below_zero", "batch", _key(batch), **named)
    for item, line, at, here, was_at, is_of_another in _found(BROKEN):
        found = f"{places.get(was_at, NONE)}{', of another batch' if is_of_another else ''}"
        named = {"line": line, "day": _day(at), "place": places[here], "found": found}
        yield _fault("ledger_item_broken", "item", _key(item), **named)
    for item, kept, derived in _found(MISPLACED):
        named = {"kept": places.get(kept, NONE), "derived": places.get(derived, NONE)}
        yield _fault("ledger_item_misplaced", "item", _key(item), **named)
    for batch, place, quantity, items in _found(UNEQUAL):
        named = {"place": places[place], "kept": _number(quantity), "items": int(items)}
        yield _fault("ledger_items_unequal", "batch", _key(batch), **named)


def lines() -> int:
    """How many lines the ledger has."""
    return MovementLine.objects.count()


def _holdings() -> Iterator[Finding]:
    """Every holding that is not what the lines make of it; one finding where they make nothing that can be."""
    try:
        differences = recompute_holdings()
    except Refused as fault:
        yield _fault("ledger_impossible", "line", "", why=loader.say(fault.code, fault.numbers))
        return
    for one in differences:
        named = {"place": _told(one.place), "kept": _held(one.kept), "derived": _held(one.derived)}
        yield _fault("ledger_holding_differs", "batch", str(one.batch_id), **named)


def _found(query: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _fault(code: str, table: str, row_id: str, **named: str | int) -> Finding:
    return Finding(code, "error", TABLES[table], value=row_id, numbers=named)


def _told(spot: Spot) -> str:
    return " ".join(filter(None, (spot.store_id or spot.kind, spot.ref)))


def _held(held: Held | None) -> str:
    return NONE if held is None else f"{_number(held.quantity)} ({held.basis or '?'})"


def _number(quantity: Any) -> str:
    return "?" if quantity is None else str(int(quantity))


def _key(value: Any) -> str:
    """SQLite keeps the digits alone."""
    return str(UUID(str(value)))


def _day(moment: Any) -> str:
    """SQLite gives text; both are UTC."""
    return str(moment)[:10]
