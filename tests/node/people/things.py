"""What stands in the addresses that the walk opens, and who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.node.people.ruling import Person

from rasr.node.people.models import User


@dataclass(frozen=True)
class Thing:
    """What stands in an address. seen: who may see it. mark: its class mark, where it has one of its own."""

    kwargs: Mapping[str, Any]
    seen: Callable[[Person], bool] = lambda _person: True
    mark: int | None = None


def nobody(_person: Person) -> bool:
    """It is not there."""
    return False


def has_right(store: str, right: str, person: Person) -> bool:
    """A store where they have a right."""
    return store in person.stores(right)


def has_site(site: str, right: str, person: Person) -> bool:
    """A site that they have whole by a right."""
    return site in person.sites(right)


def has_store(store: str, person: Person) -> bool:
    """A store that they see."""
    return store in person.stores()


def owns(user: User, person: Person) -> bool:
    """What is nobody else's business."""
    return person.user == user
