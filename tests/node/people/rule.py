"""What a rule of an address says; the rules themselves stand in ``rules``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Rule:
    """What opens an address, and what it answers to who may.

    opens: a right, several of which any opens, ``SIGNED_IN`` or ``PUBLIC``. about: what stands in it, a key of
    ``Node.things``. gets, posts: the answers to who may; empty: this is not how it is asked (405). sends: what a form
    of it sends when all is well. closed: the answer to who lacks the right. mark: ``seen``: the highest of what its
    reader sees; ``own``: of the thing it is about; ``sent``: of what was sent in, at least restricted; ``restricted``;
    ``confidential``; empty: it shows nothing that has one. lists: whether it can be had as a file. by_place: whether
    it can be narrowed by organisation and site. outside: the answers to who has not signed in, of what is not public.
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


def listed(opens: str | tuple[str, ...], about: str = "", mark: str = "seen", **more: Any) -> Rule:
    """A list of things."""
    return Rule(opens, about, mark=mark, lists=True, **more)


def acted(opens: str, about: str = "", posts: tuple[int, ...] = (302,), **sends: Any) -> Rule:
    """What only takes a form."""
    return Rule(opens, about, gets=(), posts=posts, sends=sends)
