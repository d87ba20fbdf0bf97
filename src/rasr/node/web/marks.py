"""Class marks: how far what is shown may go. The highest of what a page, a file or a report draws on is its own.

A view says what it shows (``shows``, ``shows_all_seen``); the page, its files and the trail take the mark from there.

>>> highest([Mark.PUBLIC, None, Mark.CONFIDENTIAL]).name, highest([])
('CONFIDENTIAL', None)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from rasr.report import folder

KEPT_IN, RESPONSE_HAS = "rasr.mark", "rasr_mark"
Response = TypeVar("Response", bound=HttpResponseBase)


class Mark(IntEnum):
    """A class mark, the lowest first. The nation may have other words for the three."""

    PUBLIC = 0
    RESTRICTED = 1
    CONFIDENTIAL = 2


LEAST_UNKNOWN = Mark.RESTRICTED
"""Of what nobody has marked yet: a workbook that was sent in."""
OURS: dict[str, str | Promise] = {
    "public": pgettext_lazy("class mark", "public"),
    "restricted": pgettext_lazy("class mark", "restricted"),
    "confidential": pgettext_lazy("class mark", "confidential"),
}
"""The words where the nation gave none; only these are translated."""


def _nothing(_actor: Any) -> int | None:
    return None


highest_seen: Callable[[Any], int | None] = _nothing
"""From somebody to the highest mark of all sites of which they see anything. ``places`` puts its own answer here."""


def highest(marks: Iterable[int | None]) -> Mark | None:
    """The highest of some marks; None where there is none."""
    known = [mark for mark in marks if mark is not None]
    return Mark(max(known)) if known else None


def given_word(mark: int) -> str:
    """The word of a mark as the settings have it: the nation's own, or a key of ``OURS``."""
    found: str = settings.NODE.mark_words[mark]
    return found


def word(mark: int) -> str:
    """The word of a mark: the nation's own as it is given, ours in the language of the page."""
    given = given_word(mark)
    return str(OURS.get(given, given))


def own_word(mark: int) -> bool:
    """Whether the word is the nation's own, so that nobody translates it."""
    return given_word(mark) not in OURS


def choices() -> list[tuple[int, str]]:
    """Every mark with its word, the lowest first."""
    return [(mark.value, word(mark)) for mark in Mark]


def file_tail(mark: int | None) -> str:
    """What a file name ends with: -restricted; empty without a mark."""
    return "" if mark is None else folder.file_tail(word(mark))


# What a request shows.


def shows(request: HttpRequest, mark: int | None) -> None:
    """Say that the answer shows something of this mark; the highest that is said counts."""
    request.META[KEPT_IN] = highest([shown(request), mark])


def shows_all_seen(request: HttpRequest) -> None:
    """Say that the answer draws on every place of which its reader sees anything."""
    shows(request, highest_seen(request.user))


def shows_confidential(request: HttpRequest) -> None:
    """Say that the answer is confidential, whatever the mark of the place it is about."""
    shows(request, Mark.CONFIDENTIAL)


def shown(request: HttpRequest) -> Mark | None:
    """The mark of what the answer shows; None where it shows nothing that has one."""
    found: Mark | None = request.META.get(KEPT_IN)
    return found


def marked(response: Response, mark: int | None) -> Response:
    """The response, carrying the mark for whoever keeps the trail: ``response.rasr_mark``; nothing without one."""
    if mark is not None:
        setattr(response, RESPONSE_HAS, Mark(mark))
    return response
