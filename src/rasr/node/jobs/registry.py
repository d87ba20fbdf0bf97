"""Handlers of jobs: what the long work of each kind is, and what it is told about the job it does.

An app names its handlers in its module ``tasks``, which is loaded when the node starts.

>>> from uuid import UUID
>>> seen: list[str] = []
>>> Work(UUID(int=1), None, {}, tell=lambda stage, share: seen.append(stage)).progress("stock", 0.5)
>>> seen
['stock']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


class CancelledError(Exception):
    """Whoever asked for the job, or an administrator, wants it no more: leave everything as it was."""


def untold(_stage: str, _share: float) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Work:
    """A job as its handler sees it. actor: the user who asked for it, in whose name everything is done.

    tell: where progress goes; by default nowhere.
    """

    job_id: UUID
    actor: Any
    parameters: Mapping[str, Any]
    tell: Callable[[str, float], None] = field(default=untold, repr=False)

    def progress(self, stage: str, share: float) -> None:
        """Say what is being done (a code of ``stages``) and the share of it that is done, 0 to 1.

        Call it often: it is cheap, and it is where the work ends if it was cancelled. Raises CancelledError.
        """
        self.tell(stage, share)


Handler = Callable[[Work], dict[str, Any]]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that does jobs of this kind. It returns JSON, with ``url``: where the result is to be seen."""

    def named(function: Handler) -> Handler:
        assert _handlers.get(kind, function).__qualname__ == function.__qualname__, f"{kind} has a handler already"
        _handlers[kind] = function
        return function

    return named


def handler_of(kind: str) -> Handler:
    """The function that does jobs of this kind. Raises KeyError: there is none."""
    return _handlers[kind]


def kinds() -> tuple[str, ...]:
    """Every kind of job there is."""
    return tuple(sorted(_handlers))
