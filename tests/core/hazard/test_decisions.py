"""What an authority decided of mixing: symmetric, strictest first, never looser than what another rule forbids."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.basis.findings import Finding
from rasr.core.hazard.decisions import ANSWERS, decided, faults
from rasr.core.hazard.mixing import Matrix, Mixing, shipped

GROUPS = shipped().groups
Row = dict[str, str]


def row(pair: str = "CD", answer: str = "yes", **more: str) -> Row:
    """A decision of an invented document."""
    condition = "in separate stacks" if answer == "conditional" else ""
    said = {"rules": "made-up", "edition": "first", "clause": "Table 4", "source": "made up for tests"}
    given = {"group_1": pair[0], "group_2": pair[1], "answer": answer, "condition": condition}
    return {**said, **given, "status": "verified", "note": "", **more}


def told(found: list[Finding]) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.column) for one in found]


DECISIONS = st.lists(
    st.builds(
        row,
        st.builds("".join, st.tuples(st.sampled_from(GROUPS), st.sampled_from(GROUPS))),
        st.sampled_from(ANSWERS),
        rules=st.sampled_from(["aastp-1", "national", "other"]),
    ),
    max_size=12,
)


@given(DECISIONS)
def test_a_pair_has_no_order(rows: list[Row]) -> None:
    turned = [{**one, "group_1": one["group_2"], "group_2": one["group_1"]} for one in rows]
    matrix, other = decided(shipped(), rows), decided(shipped(), turned)
    for first, second in product(GROUPS, GROUPS):
        assert matrix.may_mix(first, second) == matrix.may_mix(second, first) == other.may_mix(first, second)


@given(DECISIONS, st.randoms())
def test_the_strictest_holds_in_any_order_of_rules_and_yes_never_loosens_what_another_forbids(
    rows: list[Row], luck: Random
) -> None:
    mixed = rows[:]
    luck.shuffle(mixed)
    matrix, other = decided(shipped(), rows), decided(shipped(), mixed)
    for first, second in product(GROUPS, GROUPS):
        answers = [one["answer"] for one in rows if {one["group_1"], one["group_2"]} == {first, second}]
        answer = matrix.may_mix(first, second).answer
        assert answer == other.may_mix(first, second).answer
        if "no" in answers or ("L" in (first, second) and shipped().may_mix(first, second).answer == "no"):
            assert answer == "no"
        elif answers:
            assert answer == ("conditional" if "conditional" in answers else "yes")
        else:
            assert matrix.may_mix(first, second) == shipped().may_mix(first, second)


@given(st.sampled_from(GROUPS), st.sampled_from(GROUPS))
def test_what_the_matrix_forbids_by_a_verified_source_stays(first: str, second: str) -> None:
    pair = (min(first, second), max(first, second))
    firm = Mixing(pair, "no", "read in the standard", "verified", "the standard")
    matrix = Matrix({**shipped().cells, frozenset(pair): firm})
    assert decided(matrix, [row("".join(pair), "yes")]).may_mix(*pair) == firm


def test_a_decision_says_where_it_stands() -> None:
    matrix = decided(shipped(), [row("DC", "yes"), row("DE", "conditional"), row("SB", "yes"), row("NC", "no")])
    assert [matrix.may_mix(*pair).answer for pair in ("CD", "DE", "BS", "CN")] == ["yes", "conditional", "yes", "no"]
    cell = matrix.may_mix("D", "C")
    assert (cell.name, cell.rules, cell.edition, cell.status) == ("C+D", "made-up", "first", "verified")
    assert (cell.note, matrix.may_mix("E", "D").note) == ("made up for tests, Table 4", "in separate stacks")
    assert shipped().may_mix("C", "D").note == "not verified"


def test_of_two_rule_sets_both_are_named_where_they_say_the_same() -> None:
    rows = [row("CD", "no"), row("CD", "no", rules="other", source="another", clause="7"), row("CD", rules="third")]
    cell = decided(shipped(), rows).may_mix("C", "D")
    assert (cell.answer, cell.rules, cell.clause) == ("no", "made-up; other", "Table 4; 7")


def test_different_articles_of_a_group_that_is_kept_apart_from_itself() -> None:
    matrix = decided(shipped(), [row("KK", "no"), row("DD", "conditional")])
    assert matrix.not_with_itself == {"D", "K", "L"}
    assert [one.name for one in matrix.answered("no", [("K", "one"), ("K", "two")])] == ["K+K"]
    assert matrix.answered("no", [("K", "one"), ("K", "one")]) == []
    assert [one.name for one in matrix.answered("conditional", [("D", "one"), ("D", "two")])] == ["D+D"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("CD"), row("CE", "conditional"), row("LL", "no"), row("LA", "no")], []),
        ([row("CX")], [("value_not_allowed", 1, "group_2")]),
        ([row("c1")], [("value_not_allowed", 1, "group_1"), ("value_not_allowed", 1, "group_2")]),
        ([row(answer="perhaps")], [("value_not_allowed", 1, "answer")]),
        ([row(answer="unverified")], [("value_not_allowed", 1, "answer")]),
        ([row(clause=" ")], [("empty_cell", 1, "clause")]),
        ([row(source="", edition="", rules="")], [("empty_cell", 1, name) for name in ("rules", "edition", "source")]),
        ([row("CD", "conditional", condition=" ")], [("mixing_condition_wanted", 1, "condition")]),
        ([row("CD", condition="only fuzes")], [("mixing_condition_unwanted", 1, "condition")]),
        ([row("CD", "no", condition="only fuzes")], [("mixing_condition_unwanted", 1, "condition")]),
        ([row("DL")], [("mixing_always_apart", 1, "answer")]),
        ([row("LL", "conditional")], [("mixing_always_apart", 1, "answer")]),
        ([row("CD"), row("DC")], [("duplicate_row", 2, "")]),
        ([row("CD"), row("DC", "no")], [("mixing_contradiction", 2, "answer")]),
        ([row("CD"), row("DC", "no", rules="other")], []),
        (
            [row("CX"), row("CD", clause=""), row("LS"), row("CE"), row("EC", "no")],
            [
                *(("value_not_allowed", 1, "group_2"), ("empty_cell", 2, "clause")),
                *(("mixing_always_apart", 3, "answer"), ("mixing_contradiction", 5, "answer")),
            ],
        ),
    ],
)
def test_every_fault_is_told_at_once(rows: list[Row], expected: list[tuple[str, int, str]]) -> None:
    assert told(faults(rows)) == expected


def test_a_row_without_a_column_is_told() -> None:
    short = row()
    del short["clause"]
    assert told(faults([short, row("CX")])) == [
        ("rule_column_missing", 1, "clause"),
        ("value_not_allowed", 2, "group_2"),
    ]
