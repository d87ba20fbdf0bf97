"""Whether compatibility groups may lie together in one store: yes, no, or unverified, which is never permission.

>>> may_mix("D", "D").answer, may_mix("B", "D").answer, may_mix("L", "L").answer, may_mix("D", "C").answer
('yes', 'no', 'no', 'unverified')
>>> may_mix("D", "N").condition
'N is then treated as D'

Source: ``reference/hazard/mixing.csv``. The document behind the pattern (AASTP-1 Table 6) is not at hand. Until it
is, pairs of different groups with B, F, G or K are answered no, whatever the pattern says, and every other pair that
the pattern allows is unverified: the technical officer decides, with the document. A group lies with itself, except L:
different types of L are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

Answer = Literal["yes", "unverified", "no"]


@dataclass(frozen=True)
class Mixing:
    """The answer for one pair of groups. condition: under which, or why not. status: as everywhere in the rule data."""

    groups: tuple[str, str]
    answer: Answer
    condition: str
    status: str
    source: str


def _rules() -> dict[frozenset[str], Mixing]:
    return {frozenset((row["group_1"], row["group_2"])): _rule(row) for row in loader.rows("hazard/mixing.csv")}


def _rule(row: dict[str, str]) -> Mixing:
    answer: Answer = row["answer"]  # type: ignore[assignment]  # a test holds the file to the three answers
    return Mixing((row["group_1"], row["group_2"]), answer, row["condition"], row["status"], row["source"])


def may_mix(group_1: str, group_2: str) -> Mixing:
    """Whether two compatibility groups may lie together in one store. Refused: unknown_rule for no group at all."""
    rules = _rules()
    rule = rules.get(frozenset((group_1, group_2)))
    if rule is None:
        known = ", ".join(sorted({group for pair in rules for group in pair}))
        raise Refused("unknown_rule", what="pair of compatibility groups", value=f"{group_1}, {group_2}", known=known)
    return rule


def forbidden_pairs(groups: Iterable[str]) -> list[Mixing]:
    """Pairs of different groups among these that may not lie together, in order; what is no group does not count."""
    return [rule for rule in _pairs_among(groups) if rule.answer == "no"]


def unverified_pairs(groups: Iterable[str]) -> list[Mixing]:
    """Pairs of different groups among these of which nobody has read that they may lie together, in order."""
    return [rule for rule in _pairs_among(groups) if rule.answer == "unverified"]


def _pairs_among(groups: Iterable[str]) -> list[Mixing]:
    rules = _rules()
    known = sorted({group for group in groups if frozenset((group,)) in rules})
    return [rules[frozenset(pair)] for pair in combinations(known, 2)]
