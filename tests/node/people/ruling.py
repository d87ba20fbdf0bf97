"""The people that the rules of addresses are held against, and what a rule says; the rules stand in ``rules``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.node.people import planted
from tests.node.people.planted import OWN, SITES

from rasr.node.people.models import User
from rasr.node.people.rights import ALL, OF_THE_NODE, RIGHTS

WHERE = ("node", "organisation", "site", "store")
PLACE_OF = {
    "node": {},
    "organisation": {"organisation_id": planted.organisation_id(OWN)},
    "site": {"site_id": planted.site_id("A1")},
    "store": {"store_id": planted.store_id("A1a")},
}
MARKS = {"A1": 0, "A2": 1, "B1": 2, "C1": 0}
"""Class marks of the sites."""
PUBLIC, SIGNED_IN = "public", "signed in"


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody with at most one role in one place; without a user somebody who has not signed in."""

    role: str
    where: str
    user: User | None = None

    def __str__(self) -> str:
        return f"{self.role or ('no role' if self.user else 'not signed in')} of {self.where or 'nothing'}"

    def holds(self, right: str) -> bool:
        """Whether they have a right anywhere."""
        given = RIGHTS.get(self.role, frozenset())
        return right in given and (self.where == "node" or right not in OF_THE_NODE)

    def like(self) -> tuple[frozenset[str], str]:
        """The same for who may do the same in the same places."""
        return frozenset(right for right in ALL if self.holds(right)), self.where

    def sites(self, right: str = "view_register") -> list[str]:
        """The sites they have whole by a right."""
        of_organisation = [site for site, organisation in SITES.items() if organisation == OWN]
        found = {"node": list(SITES), "organisation": of_organisation, "site": ["A1"]}.get(self.where, [])
        return found if self.holds(right) else []

    def stores(self, right: str = "view_register") -> list[str]:
        """The stores they have by a right."""
        if self.where == "store":
            return ["A1a"] if self.holds(right) else []
        return [store for site in self.sites(right) for store in planted.store_keys(site)]

    def mark(self) -> int | None:
        """The highest class mark of what they see."""
        return max((MARKS[store[:2]] for store in self.stores()), default=None)

    def words(self) -> set[str]:
        """Whose words they may be told at all."""
        told = {
            "node": set(),
            "organisation": {f"organisation {OWN}"},
            "site": {"site A1"},
            "store": {"site A1", "store A1a"},
        }.get(self.where, set())  # of their own role they know where it holds
        for right in ("view_register", "manage_people", "approve_grants"):
            stores = self.stores(right)
            around = {store[:2] for store in stores}
            told |= planted.of("store", stores) | planted.of("site", around)
            told |= planted.of("organisation", (SITES[site] for site in around))
        if self.holds("view_register"):
            told |= {"jurisdictions", "catalogue", "rates"} | planted.of("line", self.sites())
        if self.holds("view_register") and self.where == "node":
            told |= {"exposures", "funds", "pools", "movement beside", "person beside", "entry beside"}
        if self.where == "node" and any(map(self.holds, ("manage_people", "approve_grants", "view_trail"))):
            told |= {"person beside", "invitation beside", "approval beside"}
        return told


@dataclass(frozen=True)
class Rule:
    """What opens an address, and what it answers to who may.

    opens: a right, several of which any opens, ``SIGNED_IN`` or ``PUBLIC``. about: what stands in it, a key of
    ``Node.things``. gets, posts: the answers to who may; empty: this is not how it is asked (405). sends: what a form
    of it sends when all is well. closed: the answer to who lacks the right. mark: ``seen``: the highest of what its
    reader sees; ``own``: of the thing it is about; ``sent``: of what was sent in, at least restricted; ``restricted``;
    ``confidential``; empty: it shows nothing that has one. lists: whether it can be had as a file. by_place: whether it
    can be narrowed by organisation and site. outside: the answers to who has not signed in, of what is not public.
    door: what is answered to who has not signed in, of what is public, where it differs.
    """

    opens: str | tuple[str, ...]
    about: str = ""
    gets: tuple[int, ...] = (200,)
    posts: tuple[int, ...] = ()
    sends: Mapping[str, Any] = field(default_factory=dict)
    closed: int = 403
    mark: str = ""
    lists: bool = False
    by_place: bool = False
    door: tuple[int, ...] = ()
    outside: tuple[int, ...] = (302,)
