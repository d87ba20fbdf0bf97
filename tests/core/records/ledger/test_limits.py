"""What a store may hold: licences by division, and groups that may lie together; the same as the checks of a region."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.node.records.small_register import region

from rasr.core.hazard.groups import is_legal
from rasr.core.records.ledger.limits import Limit, Lying, broken

TODAY = date(2026, 11, 22)
LATER, BEFORE = date(2030, 1, 1), date(2026, 11, 21)
OPEN = {division: Limit(1e9, LATER) for division in ("1.1", "1.2", "1.3", "1.4")}


def of(article: str, division: str, group: str, neq_kg_each: float | None, pieces: int = 1, unknown: int = 0) -> Lying:
    """So much of an article."""
    return Lying(article, division, group, neq_kg_each, pieces, unknown)


BOMBS = of("bombs", "1.1", "D", 2.0, 6)
TABLE: list[tuple[str, list[Lying], dict[str, Limit] | None, list[tuple[str, str]]]] = [
    ("within the licence", [BOMBS], {"1.1": Limit(12.0, LATER)}, []),
    ("over the licence", [BOMBS], {"1.1": Limit(11.9, LATER)}, [("over_licence", "1.1")]),
    ("none for that division", [BOMBS], {"1.2": Limit(99.0, LATER)}, [("no_licence", "1.1")]),
    ("none at all in the register", [BOMBS], None, []),
    ("ended yesterday", [BOMBS], {"1.1": Limit(99.0, BEFORE)}, [("licence_expired", "1.1")]),
    ("ends today", [BOMBS], {"1.1": Limit(99.0, TODAY)}, []),
    ("over and ended", [BOMBS], {"1.1": Limit(1.0, BEFORE)}, [("over_licence", "1.1"), ("licence_expired", "1.1")]),
    ("a limit of 0", [BOMBS], {"1.1": Limit(0.0, LATER)}, [("over_licence", "1.1")]),
    ("0.1 three times is not over 0.3", [of("caps", "1.1", "B", 0.1, 3)], {"1.1": Limit(0.3, LATER)}, []),
    ("sub-divisions count together", [of("a", "1.2.1", "E", 1.0), of("b", "1.2.2", "E", 1.0)],
     {"1.2": Limit(1.9, LATER)}, [("over_licence", "1.2")]),
    ("1.5 counts as 1.1", [of("a", "1.5", "D", 1.0)], {"1.1": Limit(0.9, LATER)}, [("over_licence", "1.1")]),
    ("unknown NEQ counts nothing", [of("caps", "1.1", "B", None, 9)], {}, []),
    ("unknown quantity counts nothing", [of("caps", "1.1", "B", 1.0, 0, 1)], {}, []),
    ("nothing of it is nothing", [of("caps", "1.1", "B", 1.0, 0), BOMBS], OPEN, []),
    ("B with D", [of("caps", "1.1", "B", None), BOMBS], OPEN, [("mixing_not_allowed", "B+D")]),
    ("so many, nobody knows how many, with D", [of("caps", "1.1", "B", None, 0, 1), BOMBS], OPEN,
     [("mixing_not_allowed", "B+D")]),
    ("C with D", [of("powder", "1.3", "C", 0.001), BOMBS], OPEN, []),
    ("one L", [of("one", "1.1", "L", 1.0)], OPEN, []),
    ("two L", [of("one", "1.1", "L", 1.0), of("two", "1.1", "L", 1.0)], OPEN, [("mixing_not_allowed", "L+L")]),
    ("rifles", [of("rifles", "not_applicable", "not_applicable", None)], {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("held", "limits", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_store_breaks(held: list[Lying], limits: Any, expected: list[tuple[str, str]]) -> None:
    assert [(one.code, one.subject) for one in broken(held, limits, TODAY)] == expected


def test_who_has_a_part_in_it() -> None:
    over, mixed = broken([BOMBS, of("caps", "1.1", "B", None)], {"1.1": Limit(1.0, LATER)}, TODAY)
    assert (over.subject, mixed.subject) == ("1.1", "B+D")
    assert over.is_of(BOMBS)
    assert not over.is_of(of("caps", "1.1", "B", None)), "what is unknown adds nothing"
    assert not over.is_of(of("powder", "1.3", "C", 1.0))
    assert mixed.is_of(BOMBS)
    assert not mixed.is_of(of("powder", "1.3", "C", 1.0))


DIVISIONS = st.sampled_from(["1.1", "1.2.1", "1.3", "1.4", "1.5", "not_applicable"])
GROUPS = st.sampled_from(["B", "C", "D", "L", "S", "not_applicable"])
ARTICLES = st.lists(
    st.tuples(DIVISIONS, GROUPS, st.sampled_from([None, 0.1, 2.0]), st.sampled_from([None, 0, 1, 7])).filter(
        lambda one: is_legal(one[0], one[1])
    ),
    min_size=1,
    max_size=5,
)
LIMITS = st.dictionaries(
    st.sampled_from(["1.1", "1.2", "1.3", "1.4"]), st.tuples(st.sampled_from([0.05, 3.0, 99.0]), st.booleans())
)


@given(ARTICLES, LIMITS)
@settings(max_examples=40, deadline=None)
def test_the_same_as_the_checks_of_a_region(articles: list[Any], limits: dict[str, Any]) -> None:
    days = {True: LATER, False: BEFORE}
    rows = [
        {"article_id": f"a{number}", "name": "A", "family": "component", "unit": "piece", "hazard_division": division}
        | {"compatibility_group": group, "neq_kg_each": neq_kg}
        for number, (division, group, neq_kg, _) in enumerate(articles)
    ]
    stock = {
        f"R{number}": {"store_id": "S1", "article_id": f"a{number}", "quantity": quantity, "purpose": "training"}
        for number, (*_, quantity) in enumerate(articles)
    }
    licences = [
        {"store_id": "S1", "hazard_division": division, "neq_limit_kg": limit, "valid_until": days[valid]}
        for division, (limit, valid) in limits.items()
    ]
    checked = region(stock, articles=rows, licences=licences).check(as_of=TODAY)
    codes = {"over_licence", "no_licence", "licence_expired", "mixing_not_allowed"}
    theirs = sorted((one.code, one.numbers.get("division", "")) for one in checked if one.code in codes)
    held = [
        of(f"a{number}", division, group, neq_kg, quantity or 0, int(quantity is None))
        for number, (division, group, neq_kg, quantity) in enumerate(articles)
    ]
    ours = broken(held, {name: Limit(limit, days[valid]) for name, (limit, valid) in limits.items()}, TODAY)
    mixed = {(one.code, "") for one in ours if one.code == "mixing_not_allowed"}
    assert sorted([*((one.code, one.subject) for one in ours if one.code != "mixing_not_allowed"), *mixed]) == theirs
