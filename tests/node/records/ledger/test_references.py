"""What lines, holdings and positions point to is there, stays there and keeps its key: the database sees to it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from uuid6 import uuid7

from rasr.node.records.ledger.references import POINTING
from rasr.node.records.models import Holding, Item, MovementLine, Place
from rasr.node.records.services import load_region, recompute_holdings

pytestmark = pytest.mark.django_db
NOWHERE = 10**9


@pytest.fixture(autouse=True)
def loaded() -> None:
    load_region(actor=somebody("ana", "planner"), region=region(), complete=True, source="test")


def _looked_at(write: Callable[[], object]) -> None:
    """Write, and let the database look at it at once, not at the end of the transaction."""
    with transaction.atomic():
        write()
        connection.check_constraints()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("movement_id", uuid7()),
        ("batch_id", uuid7()),
        ("item_id", uuid7()),
        ("from_place_id", NOWHERE),
        ("to_place_id", NOWHERE),
    ],
)
def test_a_line_cannot_point_to_what_is_not_there(column: str, value: UUID | int) -> None:
    line = MovementLine.objects.order_by("pk").last()
    assert line is not None
    line.pk, line.position, line.quantity = line.pk + 1, 1000, 1
    MovementLine.objects.bulk_create([line])
    connection.check_constraints()
    line.pk, line.position = line.pk + 1, 1001
    setattr(line, column, value)
    with pytest.raises(IntegrityError):
        _looked_at(lambda: MovementLine.objects.bulk_create([line]))


@pytest.mark.parametrize(("column", "value"), [("batch_id", uuid7()), ("place_id", NOWHERE), ("store_id", "nowhere")])
def test_a_holding_cannot_be_led_to_what_is_not_there(column: str, value: UUID | int | str) -> None:
    held = Holding.everywhere.filter(pk=Holding.everywhere.order_by("pk")[:1].get().pk)
    with pytest.raises(IntegrityError):
        _looked_at(lambda: held.update(**{column: value}))


def test_a_holding_is_in_the_store_of_its_place() -> None:
    """PostgreSQL refuses another one; on SQLite, where a foreign key sees one column, it does not go unseen."""
    held = Holding.objects.filter(store="S1")
    assert recompute_holdings() == []
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError, match="points to"), transaction.atomic():
            held.update(store="S2")
    else:
        moved = held.update(store="S2")
        assert len(recompute_holdings()) == 2 * moved > 0


def test_no_table_of_the_writers_own_is_looked_into() -> None:
    """Both databases look for a name among temporary tables first, unless they are told not to."""
    line = MovementLine.objects.order_by("pk").last()
    assert line is not None
    line.pk, line.position, line.batch_id = line.pk + 1, 1000, uuid7()
    with connection.cursor() as cursor:
        kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
        cursor.execute(f"CREATE TEMPORARY TABLE records_batch (batch_id {kind} PRIMARY KEY)")
        cursor.execute("INSERT INTO records_batch VALUES (%s)", [line.batch_id.hex])
    try:
        with pytest.raises(IntegrityError):
            _looked_at(lambda: MovementLine.objects.bulk_create([line]))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE records_batch")


def test_what_history_points_to_is_not_deleted_and_keeps_its_key() -> None:
    Item.objects.create(article_id="rifles")
    for model in (Place, Item):
        table, key = model._meta.db_table, model._meta.pk.column
        other = "id + 1000000" if model is Place else f"'{uuid7()}'"
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {key} = {other}"):
            with (
                pytest.raises(DatabaseError, match="is immutable"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_each_database_looks_these_up_its_own_way() -> None:
    """SQLite by foreign keys, row by row; PostgreSQL by triggers, and not row by row besides."""
    for table, columns in POINTING.items():
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, table).values()
        keys = {name for one in constraints if one["foreign_key"] for name in one["columns"]}
        if connection.vendor == "sqlite":
            assert keys == set(columns)
            continue
        assert keys == set()
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
            assert {f"{table}_refers_insert", f"{table}_refers_update"} <= {name for (name,) in cursor.fetchall()}
