"""Fills a ledger by the database itself, so that one of 10^7 lines is there in minutes: what postings stand on.

Rows are as postings would have left them (movements of 100 lines, ten lines to a batch, a leaf for each row), in stores
and articles enough for a nation; only the hashes of leaves and movements are made up, and nothing is on the trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rasr.core.records.region import Region

STORES, ARTICLES = 1_000, 2_000
ROUNDS, TOGETHER = 10, 100
"""Lines of a batch: one receipt, then transfers; and lines of a movement."""
STEP_S = 100
"""Seconds from one movement to the next."""
BATCH, MOVEMENT = "0190000000007000", "0190000000007001"
"""How ids begin: those of real postings come after them."""


def where() -> Region:
    """The small register with stores F0, F1 and so on, articles a0, a1 and so on, nothing in them explosive."""
    # a region can be made only when the node has been set up
    from tests.node.records.ledger.machine import ARTICLES as PLAIN
    from tests.node.records.small_register import ROWS, region

    plain = {name: value for name, value in PLAIN[0].items() if name not in ("article_id", "name")}
    stores = [
        {"store_id": f"F{number}", "site_id": "AB"[number % 2], "construction": "unknown"}
        | {"latitude_deg": 41.0, "longitude_deg": 20.0}
        for number in range(STORES)
    ]
    articles = [{"article_id": f"a{number}", "name": f"Article {number}", **plain} for number in range(ARTICLES)]
    return region(
        {"R": "S1 rifles 1"},
        stores=[*ROWS["stores"], *stores],
        articles=[*PLAIN, *articles],
        licences=ROWS["licences"],
    )


def fill(actor: Any, lines: int) -> None:
    """Add as many batches with their movements, lines, holdings and leaves as make up about so many lines."""
    from django.db import connection

    from rasr.node.records.models import Register

    batches = lines // (ROUNDS * TOGETHER) * TOGETHER
    if not batches:
        return
    register = Register.objects.get()
    filler = _Filler.now(actor, batches, register.last_line)
    with connection.cursor() as cursor:
        if filler.postgresql:  # the rows are sound: what they point to is not looked up one by one
            cursor.execute("SET session_replication_role = replica")
        for statement in filler.statements():
            cursor.execute(statement)
        register.last_line += batches * ROUNDS
        register.save()
        if filler.postgresql:
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE")


@dataclass(frozen=True)
class _Filler:
    """Statements that make rows of their number n. batches, movements, line, leaf, position: how many there are."""

    postgresql: bool
    new: int
    batches: int
    movements: int
    line: int
    leaf: int
    position: int
    actor: int
    acquired: int
    first: int
    since: datetime

    @classmethod
    def now(cls, actor: Any, new: int, last_line: int) -> _Filler:
        """As many new batches, behind what is there; places of the stores are made where they are not there yet."""
        from django.db import connection
        from django.db.models import Max
        from django.utils import timezone

        from rasr.node.people.models import Leaf
        from rasr.node.places.models import Store
        from rasr.node.records.models import Batch, Holding, Movement, Place

        if not Place.objects.filter(store="F0").exists():
            Place.objects.bulk_create(Place(kind="store", store=Store(pk=f"F{number}")) for number in range(STORES))
        first = Place.objects.get(store="F0").pk
        assert Place.objects.get(store=f"F{STORES - 1}").pk == first + STORES - 1
        leaf = Leaf.objects.aggregate(last=Max("index"))["last"]
        position = Holding.everywhere.aggregate(last=Max("position"))["last"]
        return cls(
            postgresql=connection.vendor == "postgresql",
            new=new,
            batches=Batch.objects.filter(stock_id__startswith="F-").count(),
            movements=Movement.objects.filter(voucher__startswith="F/").count(),
            line=last_line + 1,
            leaf=0 if leaf is None else leaf + 1,
            position=0 if position is None else position + 1,
            actor=actor.pk,
            acquired=Place.objects.get_or_create(kind="acquired")[0].pk,
            first=first,
            since=timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=200),
        )

    def statements(self) -> Iterator[str]:
        """One for each table, and one for the leaves of each."""
        lines, movements = self.new * ROUNDS, self.new * ROUNDS // TOGETHER
        batch, movement = f"{self.batches} + n % {self.new}", f"{self.movements} + n / {TOGETHER}"
        # a hundred batches go together, with each round one store further
        store = f"((n % {self.new}) / {TOGETHER} + n / {self.new})"
        stands = f"(n / {TOGETHER} + {ROUNDS - 1}) % {STORES}"
        yield (
            "INSERT INTO records_batch (batch_id, stock_id, article_id, purpose, itemised) "
            f"{self.series(self.new)} SELECT {self.uuid(BATCH, batch)}, 'F-' || ({batch}), "
            f"'a' || (({batch}) % {ARTICLES}), 'operational', {'false' if self.postgresql else 0} FROM series"
        )
        at = self.at(f"{self.movements} + n")
        yield (
            "INSERT INTO records_movement (movement_id, kind, effective_at, recorded_at, actor_id, reason, "
            f"reason_language, digest, site_id, voucher) {self.series(movements)} "
            f"SELECT {self.uuid(MOVEMENT, f'{self.movements} + n')}, "
            f"CASE WHEN n < {self.new // TOGETHER} THEN 'receipt' ELSE 'transfer' END, {at}, {at}, {self.actor}, "
            f"'filled', '', 'filled', 'A', 'F/' || ({self.movements} + n) FROM series"
        )
        yield (
            "INSERT INTO records_movementline (line_id, movement_id, position, effective_at, batch_id, quantity, "
            f"quantity_basis, from_place_id, to_place_id) {self.series(lines)} SELECT {self.line} + n, "
            f"{self.uuid(MOVEMENT, movement)}, n % {TOGETHER}, {self.at(movement)}, {self.uuid(BATCH, batch)}, 10, "
            f"'counted', CASE WHEN n < {self.new} THEN {self.acquired} "
            f"ELSE {self.first} + ({store} - 1) % {STORES} END, {self.first} + {store} % {STORES} FROM series"
        )
        last = self.at(f"{self.movements + (ROUNDS - 1) * self.new // TOGETHER} + n / {TOGETHER}")
        yield (
            "INSERT INTO records_holding (position, batch_id, place_id, store_id, quantity, quantity_basis, latest_at) "
            f"{self.series(self.new)} SELECT {self.position} + n, {self.uuid(BATCH, batch)}, {self.first} + {stands}, "
            f"'F' || ({stands}), 10, 'counted', {last} FROM series"
        )
        yield self.leaves(self.new, "records_batch", self.uuid(BATCH, batch, text=True), 0)
        yield self.leaves(
            movements, "records_movement", self.uuid(MOVEMENT, f"{self.movements} + n", text=True), self.new
        )
        yield self.leaves(lines, "records_movementline", f"CAST({self.line} + n AS text)", self.new + movements)

    def leaves(self, count: int, table: str, row_id: str, behind: int) -> str:
        """Leaves of rows, with an index, so that no sequencer has to take them."""
        hashed = "sha256(int8send(n))" if self.postgresql else "randomblob(32)"
        return (
            f'INSERT INTO people_leaf ("table", row_id, schema, hash, seal, "index") {self.series(count)} '
            f"SELECT '{table}', {row_id}, 1, {hashed}, {hashed}, {self.leaf + behind} + n FROM series"
        )

    def series(self, count: int) -> str:
        """The numbers n from 0."""
        if self.postgresql:
            return f"WITH series(n) AS (SELECT generate_series(0::bigint, {count - 1}))"
        return f"WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {count - 1})"

    def uuid(self, begins: str, number: str, *, text: bool = False) -> str:
        """An id, as the database keeps it, or as text."""
        if self.postgresql:
            made = f"('{begins}' || lpad(to_hex({number}), 16, '0'))::uuid"
            return f"({made})::text" if text else made
        ends = f"printf('%016x', {number})"
        if text:
            begins = f"{begins[:8]}-{begins[8:12]}-{begins[12:]}-"
            return f"'{begins}' || substr({ends}, 1, 4) || '-' || substr({ends}, 5)"
        return f"'{begins}' || {ends}"

    def at(self, number: str) -> str:
        """The time of a movement."""
        if self.postgresql:
            return f"'{self.since.isoformat()}'::timestamptz + ({number}) * interval '{STEP_S} seconds'"
        since = f"{self.since:%Y-%m-%d %H:%M:%S}"
        return f"strftime('%Y-%m-%d %H:%M:%f', '{since}', '+' || (({number}) * {STEP_S}) || ' seconds')"
