"""Whether compatibility groups may lie together in one store: yes, under a condition, no, or unverified.

>>> matrix = shipped()
>>> [matrix.may_mix(*pair).answer for pair in ("DD", "BD", "LL", "DC")]
['yes', 'no', 'no', 'unverified']
>>> matrix.may_mix("D", "N").condition
'N is then treated as D'

What is unverified is never permission. Source: ``reference/hazard/mixing.csv``. The document behind the pattern
(AASTP-1 Table 6) is not at hand. Until it is, pairs of different groups with B, F, G or K are answered no, whatever the
pattern says, and every other pair that the pattern allows is unverified: the technical officer decides, with the
document (``decisions``). A group lies with itself, except L: different types of L are kept apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Literal, get_args

from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import digest_bytes
from rasr.core.reference import loader

Answer = Literal["yes", "conditional", "unverified", "no"]
BY_WORD: Mapping[str, Answer] = {answer: answer for answer in get_args(Answer)}
"""An answer by its word."""
Kinds = Iterable[tuple[str, str]]
"""What lies in a store: compatibility group and article. What is no group does not count."""


@dataclass(frozen=True)
class Mixing:
    """The answer for one pair of groups. condition: under which, or why not. status: as everywhere in the rule data.

    rules, edition, clause: of the document that an authority decided by; empty for what is shipped.
    """

    groups: tuple[str, str]
    answer: Answer
    condition: str
    status: str
    source: str
    rules: str = ""
    edition: str = ""
    clause: str = ""

    @property
    def name(self) -> str:
        """The pair, as B+D."""
        return "+".join(self.groups)

    @property
    def note(self) -> str:
        """What there is to say of it in a few words: the condition, else the place in the document, else how sure."""
        place = ", ".join(filter(None, (self.source, self.clause))) if self.rules else ""
        return self.condition or place or self.status.replace("_", " ")


@dataclass(frozen=True)
class Matrix:
    """The answer for every pair of groups, whatever their order."""

    cells: Mapping[frozenset[str], Mixing]

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Every group, in order."""
        return tuple(sorted({group for pair in self.cells for group in pair}))

    @cached_property
    def not_with_itself(self) -> frozenset[str]:
        """Groups of which it matters which articles lie together: their own cell is not a plain yes."""
        return frozenset(group for group in self.groups if self.may_mix(group, group).answer != "yes")

    @cached_property
    def digest(self) -> str:
        """The same answers, the same digest."""
        return digest_bytes(repr(cell).encode() for cell in self.listed())

    def listed(self) -> list[Mixing]:
        """Every pair once, in order."""
        return sorted(self.cells.values(), key=lambda cell: cell.groups)

    def may_mix(self, group_1: str, group_2: str) -> Mixing:
        """Whether two groups may lie together in one store. Refused: unknown_rule for no group at all."""
        cell = self.cells.get(frozenset((group_1, group_2)))
        if cell is None:
            value, known = f"{group_1}, {group_2}", ", ".join(self.groups)
            raise Refused("unknown_rule", what="pair of compatibility groups", value=value, known=known)
        return cell

    def answered(self, answer: Answer, kinds: Kinds) -> list[Mixing]:
        """Pairs among these with that answer: of different groups in order, then of different articles of one group."""
        return [cell for cell in self._among(kinds) if cell.answer == answer]

    def newly(self, answer: Answer, before: Kinds, after: Kinds) -> list[Mixing]:
        """Pairs with that answer among what lies there afterwards that were not there before."""
        known = self.answered(answer, before)
        return [cell for cell in self.answered(answer, after) if cell not in known]

    def _among(self, kinds: Kinds) -> list[Mixing]:
        articles = Counter(group for group, _article in set(kinds))
        present = [group for group in self.groups if group in articles]
        pairs = [*combinations(present, 2), *((group, group) for group in present if articles[group] > 1)]
        return [self.may_mix(*pair) for pair in pairs]


@lru_cache
def shipped() -> Matrix:
    """The matrix of the rule data."""
    cells = (_cell(row) for row in loader.rows("hazard/mixing.csv"))
    return Matrix({frozenset(cell.groups): cell for cell in cells})


def _cell(row: Mapping[str, str]) -> Mixing:
    return Mixing(
        (row["group_1"], row["group_2"]), BY_WORD[row["answer"]], row["condition"], row["status"], row["source"]
    )
