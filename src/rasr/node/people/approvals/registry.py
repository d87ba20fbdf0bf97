"""What can need a second person. Any room registers its own acts; here nothing is known of what they do.

    @approvable("give_grant", name=_("Give a role"), asks="manage_people", right="approve_grants")
    class GiveGrant:
        def describe(self, payload): ...

It is registered once, when the node starts (the room's ``AppConfig.ready`` imports it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import rfc8785
from django.utils.functional import Promise

from rasr.node.people.approvals.told import Told
from rasr.node.people.models import User
from rasr.node.people.place import Place

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One line of what will happen: what changes, from what, to what. Texts: see ``told``."""

    what: Told
    before: Told
    after: Told


class Act(Protocol):
    """How an act is shown and done. What it needs to know stands in the payload, which JSON can hold."""

    def title(self, payload: Payload) -> Told:
        """What is asked for, in one line."""
        ...

    def describe(self, payload: Payload) -> list[Change]:
        """Exactly what will happen. Raises Refused where it cannot, ObjectDoesNotExist where what it names is gone."""
        ...

    def scope(self, payload: Payload) -> Place:
        """Where it takes effect. Raises ObjectDoesNotExist."""
        ...

    def person(self, payload: Payload) -> int | None:
        """Key of the user whom it concerns, who may neither ask nor approve; None for nobody."""
        ...

    def do(self, actor: User | None, payload: Payload) -> None:
        """Do it, in the transaction of the decision. actor: who decided, else who asked; None: the machine's owner."""
        ...


class OfNobody:
    """An act that concerns nobody's account."""

    def person(self, _payload: Payload) -> int | None:
        """None."""
        return None


@dataclass(frozen=True)
class Kind:
    """A registered act. asks, right: what who asks and who decides must hold in a scope that covers the place.

    delay: gives the time between approval and effect; None: at once. person_may_refuse: whom it concerns may refuse it,
    as they may each emergency.
    private: keys of the payload that hold facts of a person: they stand on no trail and are forgotten with the person.
    """

    code: str
    name: str | Promise
    asks: str
    right: str
    delay: Callable[[], timedelta] | None
    person_may_refuse: bool
    private: tuple[str, ...]
    act: Act


KINDS: dict[str, Kind] = {}
ActClass = TypeVar("ActClass", bound=type)


def approvable(
    kind: str,
    *,
    name: str | Promise,
    asks: str = "manage_people",
    right: str = "approve_grants",
    delay: Callable[[], timedelta] | None = None,
    person_may_refuse: bool = False,
    private: tuple[str, ...] = (),
) -> Callable[[ActClass], ActClass]:
    """Register a class with the methods of ``Act`` under a code."""

    def keep(act: ActClass) -> ActClass:
        KINDS[kind] = Kind(kind, name, asks, right, delay, person_may_refuse, private, act())
        return act

    return keep


def shown_of(known: Kind, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown as about to happen: its title and lines, as they are kept. Raises what ``describe`` raises."""
    return {"title": known.act.title(payload), "lines": [asdict(line) for line in known.act.describe(payload)]}


def digest_of(kind: str, payload: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """SHA-256 of what was shown and of what will be done, whatever the language it was shown in."""
    return sha256(rfc8785.dumps({"kind": kind, "payload": dict(payload), "shown": dict(shown)})).hexdigest()
