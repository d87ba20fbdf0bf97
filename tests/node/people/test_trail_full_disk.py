"""A database that may not grow any more: what cannot be written down is not done, and what was there stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from tests.node.conftest import somebody

from rasr.node.people import trail
from rasr.node.people.models import Entry, User

SQLITE = ("PRAGMA max_page_count = {pages}", "PRAGMA max_page_count = 1073741823")
POSTGRESQL = (
    """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF pg_total_relation_size(TG_RELID) > {bytes} THEN
            RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON people_entry FOR EACH ROW EXECUTE FUNCTION no_room();
    """,
    "DROP TRIGGER no_room ON people_entry; DROP FUNCTION no_room()",
)
"""A limit, and its end. SQLite has one of its own. PostgreSQL has none but the disk: a trigger answers in its place,
with the code that it answers with when there is no room."""
GROWTH_BYTES = 1_000_000


@contextmanager
def no_more_room() -> Iterator[None]:
    """The trail can hardly grow any more."""
    on_sqlite = connection.vendor == "sqlite"
    full, free = SQLITE if on_sqlite else POSTGRESQL
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count" if on_sqlite else "SELECT pg_total_relation_size('people_entry')")
        size = cursor.fetchone()[0]
        cursor.execute(full.format(pages=size, bytes=size + GROWTH_BYTES))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(free)


def looks(actor: User) -> int:
    """Look until the disk is full; how often it was written down."""
    for number in range(10_000):
        try:
            trail.record(actor=actor, act="page.look", reason="x" * 1000)
        except trail.NoTrailError:
            return number
    raise AssertionError("the disk is never full")


@transaction.atomic
def choose(actor: User) -> None:
    """A write and its entry, which finds no room."""
    User.objects.filter(pk=actor.pk).update(theme="dark")
    trail.record(actor=actor, act="user.choose", reason="x" * 100_000)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_may_not_grow_refuses_the_write_and_the_answer() -> None:
    actor = somebody("eva", "planner")
    with no_more_room():
        written = looks(actor)
        assert Entry.objects.filter(act="page.look").count() == written, "what was refused is not there"
        before = (actor.language, actor.theme)
        with pytest.raises(trail.NoTrailError):
            choose(actor)
        actor.refresh_from_db()
        assert (actor.language, actor.theme) == before
    choose(actor)
