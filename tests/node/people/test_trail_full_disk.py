"""A database that may not grow any more: what cannot be written down is not done, and what was there stays."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from tests.node.conftest import somebody

from rasr.node.people import trail
from rasr.node.people.models import Entry, User


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


# ``max_page_count`` is a setting of SQLite. PostgreSQL has nothing of the kind, short of a disk of its own: there a
# trigger refuses the write (test_trail_requests), as it does on SQLite too.
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the limit of pages is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_a_file_that_may_not_grow_refuses_the_write_and_the_answer() -> None:
    actor = somebody("eva", "planner")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        written = looks(actor)
        assert Entry.objects.filter(act="page.look").count() == written, "what was refused is not there"
        before = (actor.language, actor.theme)
        with pytest.raises(trail.NoTrailError):
            choose(actor)
        actor.refresh_from_db()
        assert (actor.language, actor.theme) == before
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
