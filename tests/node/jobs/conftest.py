"""Who asks for jobs in these tests, and jobs that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rasr.node.jobs import registry
from rasr.node.jobs.registry import Handler, Work, handler

if TYPE_CHECKING:
    from rasr.node.people.models import User

People = Callable[..., "User"]


@pytest.fixture
def person(request: pytest.FixtureRequest) -> People:
    """Makes a user with a role on the whole node, or none."""
    request.getfixturevalue("db")
    from rasr.node.people.models import User
    from rasr.node.people.services import add_user

    def made(name: str, role: str = "") -> User:
        if not role:
            return User.objects.create(username=name)
        return add_user(username=name, password=name, role=role, check_password=False)

    return made


@pytest.fixture(autouse=True)
def does() -> Iterator[Callable[[Handler], None]]:
    """Says what a job of the kind ``test`` does; until it does, nothing."""
    said: list[Handler] = [lambda work: {"url": "/stores/", "seen": work.parameters}]

    def test(work: Work) -> dict[str, Any]:
        return said[-1](work)

    handler("test")(test)
    yield said.append
    registry._handlers.pop("test")
