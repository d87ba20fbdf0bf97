"""Rows that are written together are there for whoever asks next, in their order, and none after a fault."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rasr.node.people.models import Entry
from rasr.node.places.models import Jurisdiction
from rasr.node.web import rows

pytestmark = pytest.mark.django_db
NAMES = ("jurisdiction_id", "name", "position", "closed")


def put(*keys: str) -> None:
    """A row for each key, each by a statement of its own."""
    for place, key in enumerate(keys):
        rows.insert(Jurisdiction, NAMES, [(key, key.lower(), place, False)])


def there() -> list[str]:
    """The keys of what is there."""
    return list(Jurisdiction.objects.order_by("position", "pk").values_list("pk", flat=True))


@rows.together()
def put_and_fail() -> None:
    """A row that waits when something is raised."""
    put("A")
    assert 1 / 0


def statements(keys: Sequence[str]) -> int:
    """How many statements it takes to write them together."""
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        rows.together(),
    ):
        put(*keys)
    return len(asked)


def test_they_are_sent_at_once_where_each_is_a_wait() -> None:
    keys = [f"J{number:02}" for number in range(rows.MOST_WAITING + 5)]
    assert statements(keys) == (len(keys) if connection.vendor == "sqlite" else 2)
    assert there() == keys


def test_any_other_statement_finds_them_there() -> None:
    with rows.together():
        put("A")
        assert there() == ["A"]
        rows.update(Jurisdiction, ("name",), ("jurisdiction_id",), [("first", "A")])
        rows.update(Jurisdiction, ("name",), ("jurisdiction_id",), [("second", "A")])
        assert rows.select(Jurisdiction, ("name",), {"jurisdiction_id": ["A"]}) == [("second",)]
        rows.delete(Jurisdiction, ("jurisdiction_id",), [("A",)])
        rows.insert(Jurisdiction, NAMES, [(key, key, 0, False) for key in "ABCDEFGH"])
        with rows.together():
            put("I")
            assert there() == list("ABCDEFGHI")
        put("J")
    assert there() == list("ABCDEFGHIJ")
    put("K")
    assert there() == list("ABCDEFGHIJK"), "afterwards each is sent when it is written"


def test_after_a_fault_nothing_is_sent() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("nothing waits")
    with pytest.raises(ZeroDivisionError):
        put_and_fail()
    put("B")
    assert there() == ["B"]


def test_questions_are_answered_by_their_names() -> None:
    put("A", "B", "C")
    found = rows.answers(
        {
            "one": rows.Question(Jurisdiction, ("name",), {"jurisdiction_id": ["A"]}),
            "none": rows.Question(Jurisdiction, ("name",), {"jurisdiction_id": []}),
            "last": rows.Question(Jurisdiction, ("name", "position"), {}, " ORDER BY position DESC LIMIT 1"),
            "entries": rows.Question(Entry, ("entry_id", "before"), {}),
        }
    )
    assert found == {"one": [("a",)], "none": [], "last": [("c", 2)], "entries": []}
