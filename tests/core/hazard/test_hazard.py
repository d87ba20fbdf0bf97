"""Hazard divisions, classification codes, mixing and licences."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest

from rasr.core.basis.findings import Refused
from rasr.core.hazard.divisions import division_of, licensed_as, licensed_as_expr
from rasr.core.hazard.groups import is_legal, legal_groups, legal_pairs
from rasr.core.hazard.licence import against_licence, neq_by_licensed_division
from rasr.core.hazard.mixing import Mixing, shipped
from rasr.core.reference import loader

GROUPS = "ABCDEFGHJKLNS"
CODES = {"1.1": "ABCDEFGJL", "1.2": "BCDEFGHJKL", "1.3": "CFGHJKL", "1.4": "BCDEFGS", "1.5": "D", "1.6": "N"}
"""UN Model Regulations, chapter 2.1: the 35 codes, typed here a second time on purpose."""
SUBDIVISIONS = {"1.2.1": "1.2", "1.2.2": "1.2", "1.2.3": "1.2", "1.3.1": "1.3", "1.3.2": "1.3"}


def may_mix(first: str, second: str) -> Mixing:
    """The shipped answer."""
    return shipped().may_mix(first, second)


def test_exactly_the_35_codes_exist() -> None:
    legal = {(division, group) for division, group in product(CODES, GROUPS) if is_legal(division, group)}
    assert legal == {(division, group) for division, groups in CODES.items() for group in groups}
    assert len(legal) == 35


@pytest.mark.parametrize(("part", "division"), SUBDIVISIONS.items())
def test_a_subdivision_has_the_groups_of_its_division(part: str, division: str) -> None:
    assert division_of(part) == division
    assert legal_groups(part) == legal_groups(division)


def test_what_holds_no_explosive_has_neither_division_nor_group() -> None:
    assert legal_groups("not_applicable") == ("not_applicable",)
    assert not is_legal("1.1", "not_applicable")
    assert not is_legal("not_applicable", "D")
    assert not is_legal("1.7", "D")


def test_the_divisions_an_article_may_have_are_all_known() -> None:
    allowed = loader.contract("articles").by_name["hazard_division"].allowed
    assert {row["hazard_division"] for row in loader.rows("hazard/divisions.csv")} == set(allowed) - {"not_applicable"}
    pairs = legal_pairs(allowed)
    assert pairs.height == 35 + 3 * len(CODES["1.2"]) + 2 * len(CODES["1.3"]) + 1


def test_a_licence_counts_1_5_as_1_1_and_1_6_as_1_2() -> None:
    assert [licensed_as(division) for division in ("1.1", "1.2.3", "1.3.1", "1.4", "1.5", "1.6")] == [
        "1.1",
        "1.2",
        "1.3",
        "1.4",
        "1.1",
        "1.2",
    ]
    column = pl.DataFrame({"hazard_division": ["1.6", "not_applicable", None, "nonsense"]})
    assert column.select(licensed_as_expr()).to_series().to_list() == ["1.2", None, None, None]


def test_every_pair_of_groups_has_an_answer_that_does_not_depend_on_the_order() -> None:
    for first, second in product(GROUPS, GROUPS):
        assert may_mix(first, second) == may_mix(second, first)
        assert may_mix(first, second).status in ("secondary", "assumed", "not_verified")
        assert may_mix(first, second).source


def test_a_group_lies_with_itself_except_l() -> None:
    assert {group: may_mix(group, group).answer for group in GROUPS} == {
        group: "no" if group == "L" else "yes" for group in GROUPS
    }


def test_pairs_the_document_must_settle_are_answered_no() -> None:
    for first, second in product(GROUPS, "BFGK"):
        assert first == second or may_mix(first, second).answer == "no"


def test_no_answer_is_more_lenient_than_the_pattern() -> None:
    leniency = {"no": 0, "unverified": 1, "conditional": 1, "yes": 2}
    for row in loader.rows("hazard/mixing.csv"):
        assert leniency[row["answer"]] <= leniency[row["pattern"]]
        assert row["answer"] in ("yes", "no", "unverified")


def test_what_was_not_read_is_never_permission() -> None:
    for first, second in product(GROUPS, GROUPS):
        if may_mix(first, second).status == "not_verified":
            assert may_mix(first, second).answer != "yes"


def test_what_the_technical_officer_is_asked_about() -> None:
    allowed = {
        a + b: may_mix(a, b).answer for a, b in product(GROUPS, GROUPS) if a < b and may_mix(a, b).answer != "no"
    }
    asked = ("CD", "CE", "CN", "CS", "DE", "DN", "DS", "EN", "ES", "HS", "JS", "NS")
    assert allowed == dict.fromkeys(asked, "unverified")
    assert [may_mix(group, "N").condition for group in "CDE"] == ["N is then treated as D"] * 3
    assert may_mix("N", "S").condition == "S is then treated as N"


def kinds(groups: str) -> list[tuple[str, str]]:
    """One article of each group, another for a group that stands twice."""
    return [(group, f"{group}{groups[:place].count(group)}") for place, group in enumerate(groups)]


def test_pairs_of_a_store() -> None:
    matrix = shipped()
    lying = [*kinds("SDBD"), ("not_applicable", "rifle")]
    assert [cell.name for cell in matrix.answered("no", lying)] == ["B+D", "B+S"]
    assert [cell.name for cell in matrix.answered("unverified", lying)] == ["D+S"]
    assert matrix.answered("no", kinds("CDES")) == []
    assert matrix.answered("unverified", kinds("DDB")) == []
    assert matrix.answered("conditional", kinds("ABCDEFGHJKLNS")) == []
    assert [cell.name for cell in matrix.answered("no", kinds("LL"))] == ["L+L"]
    assert matrix.answered("no", [("L", "one"), ("L", "one")]) == []
    assert matrix.not_with_itself == {"L"}


def test_no_group_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        may_mix("D", "Z")
    assert refusal.value.code == "unknown_rule"


HELD = pl.DataFrame(
    {
        "store_id": ["S1", "S1", "S1", "S1", "S2", "S2"],
        "hazard_division": ["1.1", "1.5", "1.2.1", "not_applicable", "1.4", "1.3"],
        "neq_kg": [100.0, 50.0, None, 0.0, 0.0, 7.0],
    }
)
LIMITS = pl.DataFrame({"store_id": ["S1"], "hazard_division": ["1.1"], "neq_limit_kg": [120.0]})


def test_neq_is_added_by_the_division_of_the_licence() -> None:
    assert neq_by_licensed_division(HELD).rows() == [("S1", "1.1", 150.0), ("S2", "1.3", 7.0)]


def test_neq_against_the_licence() -> None:
    shares = against_licence(HELD, LIMITS).select("store_id", "licence_share").rows()
    assert shares == [("S1", 1.25), ("S2", None)]
