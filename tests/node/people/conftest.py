"""What the tests of people share: who works together, a node with mail, and a clock that stands still."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.node.conftest import Places, somebody
from tests.node.people.four_eyes import Crew, crew

from rasr.node.people.models import User


@pytest.fixture
def people(joins: Callable[..., User], places: Places) -> Crew:
    """Who works together here, on the small region."""
    assert joins
    return crew(places)


@pytest.fixture
def keeper(db: None) -> User:
    """Somebody whose password is the name."""
    assert db is None
    return somebody("keeper", "administrator")


@pytest.fixture
def sends(settings: Any) -> None:
    """The node, named Depot, sends mail."""
    settings.NODE = replace(settings.NODE, smtp_host="mail.example.org", mail_from="node@example.org", name="Depot")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stops the clock, and moves it to so many seconds from then."""
    now_s = time.time()

    def move(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: now_s + seconds)

    move(0)
    return move
