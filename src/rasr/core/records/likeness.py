"""Articles that may be the same: proposed to people, never merged by the program.

Two are alike where they have the same NATO stock number, or where a name of the one is written nearly as a name of the
other and holds the same numbers: 7.62 x 39 is not 7.62 x 51, however alike the names are. Cyrillic and Latin count as
one.

>>> old, new = Entry("a", ("Bomba ručna M75",)), Entry("b", ("Ручна бомба М-75",))
>>> [(pair.one, pair.other, pair.score) for pair in alike([old, new])]
[('a', 'b', 100)]
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from rasr.core.records.names import spelled_words

LEAST: Final = 86
"""Score from 0 to 100 from which two names are proposed; assumed."""
CERTAIN: Final = 100
AT_ONCE: Final = 500
"""Names that are compared with all others at once: so many rows of the table of scores are held."""
NUMBERS: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Entry:
    """An article as it is compared. key: its id; names: all of them; apart: what must be the same, such as the unit."""

    key: str
    names: tuple[str, ...]
    stock_number: str = ""
    apart: str = ""


@dataclass(frozen=True, order=True)
class Pair:
    """Two articles that may be the same; one comes first in the list that was given. score: from 0 to 100.

    by_number: they have the same stock number.
    """

    score: int
    one: str
    other: str
    by_number: bool = False


def alike(entries: Iterable[Entry], *, least: int = LEAST, among: frozenset[str] | None = None) -> list[Pair]:
    """Pairs, the likeliest first. among: only pairs with one of these ids."""
    entries = list(entries)
    order = {entry.key: place for place, entry in enumerate(entries)}
    found: dict[tuple[str, str], Pair] = {}

    def keep(a: str, b: str, score: int, by_number: bool) -> None:
        one, other = sorted((a, b), key=order.__getitem__)
        if one == other or (among is not None and one not in among and other not in among):
            return
        known = found.get((one, other))
        if known is None or score > known.score:
            found[one, other] = Pair(score, one, other, by_number)

    for a, b in _same_number(entries):
        keep(a, b, CERTAIN, True)
    for a, b, score in _same_name(entries, least, among):
        keep(a, b, score, False)
    return sorted(found.values(), key=lambda pair: (-pair.score, order[pair.one], order[pair.other]))


def _same_number(entries: list[Entry]) -> Iterable[tuple[str, str]]:
    by_number: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.stock_number:
            by_number[entry.stock_number].append(entry.key)
    for keys in by_number.values():
        yield from combinations(keys, 2)


def _same_name(entries: list[Entry], least: int, among: frozenset[str] | None) -> Iterable[tuple[str, str, int]]:
    """Names are only compared with those that hold the same numbers, some at a time: most groups are small."""
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = defaultdict(list)
    for entry in entries:
        for words in {_sorted(spelled_words(name)) for name in entry.names}:
            if words:
                groups[entry.apart, tuple(sorted(NUMBERS.findall(words)))].append((entry.key, words))
    for group in groups.values():
        if len(group) < 2:
            continue
        texts = [text for _, text in group]
        asked = [place for place, (key, _) in enumerate(group) if among is None or key in among]
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            named = [texts[place] for place in some]
            scores = process.cdist(named, texts, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8)
            for row, b in np.argwhere(scores):
                if some[row] != b:
                    yield group[some[row]][0], group[b][0], int(scores[row, b])


def _sorted(words: str) -> str:
    """Words in one order, a letter and its number in one word or two: ``M 75 bomba`` is ``bomba m75``."""
    return " ".join(sorted(re.findall(r"[^\W\d]+|\d+", words)))
