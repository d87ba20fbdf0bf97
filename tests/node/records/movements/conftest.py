"""The small register, loaded once for a module, and the people who work with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.node.conftest import rolled_back_afterwards
from tests.node.records.movements.people import People, people


@pytest.fixture(scope="module")
def crew_of_module(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[People]:
    """Everybody, for all tests of the module; what a test changes is undone after it."""
    request.getfixturevalue("django_db_setup")
    with rolled_back_afterwards(django_db_blocker):
        with django_db_blocker.unblock():
            made = people()
        yield made


@pytest.fixture
def crew(crew_of_module: People, db: None) -> People:
    """Everybody."""
    assert db is None
    return crew_of_module
