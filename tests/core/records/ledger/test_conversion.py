"""What goes into a conversion comes out of it: by number, or by mass where an article changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.conversion import Content, balance, imbalance_kg

GRAM = 0.001
TWO_BOMBS, STEEL = Content("bomb", 2, 7.3), Content("steel", 14_600, GRAM)
BALANCED: list[tuple[str, list[Content], list[Content]]] = [
    ("nothing", [], []),
    ("the same article, of unknown mass", [Content("caps", 5, None)],
     [Content("caps", 2, None), Content("caps", 3, None)]),
    ("by number, whatever the mass says", [Content("caps", 5, 1.0)], [Content("caps", 5, 2.0)]),
    ("none of it is none of it", [Content("caps", 0, None)], []),
    ("by mass", [TWO_BOMBS], [STEEL]),
    ("half a gram off", [Content("shell", 1, 14.6005)], [STEEL]),
    ("two weighed, a gram off", [Content("shell", 1, 14.6)],
     [Content("steel", 10_000, GRAM), Content("tnt", 4_599, GRAM)]),
    ("sums that floating point cannot hold", [Content("a", 3, 0.1)], [Content("b", 1, 0.3)]),
    ("a large one", [Content("a", 3_000_000, 0.1)], [Content("b", 1_000_000, 0.3)]),
    ("0 of unknown mass beside", [TWO_BOMBS, Content("caps", 0, None)], [STEEL]),
]  # fmt: skip
UNBALANCED: list[tuple[str, list[Content], list[Content], str, dict[str, Any]]] = [
    ("less", [TWO_BOMBS], [Content("steel", 14_599, GRAM)], "conversion_unbalanced", {"mass_kg": 0.001}),
    ("more", [TWO_BOMBS], [Content("steel", 14_601, GRAM)], "conversion_unbalanced", {"mass_kg": -0.001}),
    ("nothing comes out", [TWO_BOMBS], [], "conversion_unbalanced", {"mass_kg": 14.6}),
    ("out of nothing", [], [STEEL], "conversion_unbalanced", {"mass_kg": -14.6}),
    ("fewer", [Content("bomb", 5, 7.3)], [Content("bomb", 4, 7.3)], "conversion_unbalanced", {"mass_kg": 7.3}),
    ("a tenth of a gram each, not weighed", [Content("a", 1, 1.0001)], [Content("b", 1, 1.0)], "conversion_unbalanced",
     {"mass_kg": 0.0001}),
    ("rounded as it is told", [Content("a", 1, 1.00006)], [Content("b", 1, 1.0)], "conversion_unbalanced",
     {"mass_kg": 0.0001}),
    ("unknown, and another article", [Content("caps", 5, None)], [STEEL], "conversion_mass_unknown",
     {"articles": "caps"}),
    ("both named, by name", [Content("z", 1, None), TWO_BOMBS], [Content("a", 1, None), Content("a", 2, None)],
     "conversion_mass_unknown", {"articles": "a, z"}),
    ("fewer of unknown mass", [Content("caps", 5, None)], [Content("caps", 4, None)], "conversion_mass_unknown",
     {"articles": "caps"}),
]  # fmt: skip


@pytest.mark.parametrize(("into", "out_of"), [row[1:] for row in BALANCED], ids=[row[0] for row in BALANCED])
def test_what_balances(into: list[Content], out_of: list[Content]) -> None:
    balance(into, out_of)
    balance(iter(into), iter(out_of))
    balance(out_of, into)


@pytest.mark.parametrize(
    ("into", "out_of", "code", "numbers"), [row[1:] for row in UNBALANCED], ids=[row[0] for row in UNBALANCED]
)
def test_what_does_not(into: list[Content], out_of: list[Content], code: str, numbers: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        balance(into, out_of)
    assert (caught.value.code, caught.value.numbers) == (code, numbers)


def test_the_imbalance_is_in_kg() -> None:
    assert imbalance_kg([TWO_BOMBS], [STEEL]) == 0.0
    assert imbalance_kg([TWO_BOMBS], []) == 14.6
    assert imbalance_kg(iter([]), iter([Content("steel", 500, GRAM)])) == -0.5
    assert imbalance_kg([Content("steel", 1, GRAM)], [Content("tnt", 2, GRAM)]) == 0.0
    assert imbalance_kg([Content("steel", 1, GRAM)], [Content("tnt", 3, GRAM)]) == pytest.approx(-0.002)
    assert imbalance_kg([Content("unknown", 5, None)], []) == 0.0


PARTS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**7)), min_size=1, max_size=6)
"""Parts of something: how many, and tenths of a gram of each."""


def contents(parts: list[tuple[int, int]], times: int = 1) -> list[Content]:
    """So many times these parts."""
    return [Content(f"part{at}", number * times, tenths / 10_000) for at, (number, tenths) in enumerate(parts)]


def kg_of(parts: list[tuple[int, int]]) -> float:
    """Mass of one of what is made of them."""
    return sum(number * tenths for number, tenths in parts) / 10_000


@given(parts=PARTS, times=st.integers(1, 1000))
def test_whatever_is_taken_apart_into_all_its_parts_balances(parts: list[tuple[int, int]], times: int) -> None:
    """Also joined again; one piece too few or too many of any part is refused, and told in kg."""
    whole = [Content("whole", times, kg_of(parts))]
    apart = contents(parts, times)
    balance(whole, apart)
    balance(apart, whole)
    total_kg = sum(one.quantity * (one.mass_kg_each or 0) for one in apart)
    for at, one in enumerate(apart):
        assert one.mass_kg_each is not None
        if one.mass_kg_each <= total_kg * 1e-8:
            continue  # lost among the digits of the whole
        for change, sign in ((-1, 1), (1, -1)):
            other = Content(one.article_id, one.quantity + change, one.mass_kg_each)
            wrong = [*apart[:at], other, *apart[at + 1 :]]
            with pytest.raises(Refused, match="conversion_unbalanced"):
                balance(whole, wrong)
            assert imbalance_kg(whole, wrong) == pytest.approx(sign * one.mass_kg_each, rel=1e-6, abs=total_kg * 1e-9)


@given(parts=PARTS, at=st.integers(0, 5))
def test_a_part_of_unknown_mass_balances_nothing(parts: list[tuple[int, int]], at: int) -> None:
    whole = [Content("whole", 1, kg_of(parts))]
    apart = contents(parts)
    blind = apart[at % len(apart)]
    apart[at % len(apart)] = Content(blind.article_id, blind.quantity, None)
    for into, out_of in ((whole, apart), (apart, whole)):
        with pytest.raises(Refused, match="conversion_mass_unknown") as caught:
            balance(into, out_of)
        assert caught.value.numbers == {"articles": blind.article_id}


@given(exact_kg=st.floats(0.01, 1e6), heaps=st.integers(1, 5))
def test_whole_grams_are_half_a_gram_off_at_most_for_each_heap(exact_kg: float, heaps: int) -> None:
    """What is weighed is rounded to grams, heap by heap; a gram more than that is missing."""
    each_g = round(exact_kg / heaps * 1000)
    shell, weighed = [Content("shell", 1, exact_kg)], [Content(f"heap{at}", each_g, GRAM) for at in range(heaps)]
    balance(shell, weighed)
    allowed_g = heaps // 2 + 1
    off = [*weighed[1:], Content("heap0", each_g + allowed_g + heaps, GRAM)]
    if exact_kg < 1e5:
        with pytest.raises(Refused, match="conversion_unbalanced"):
            balance(shell, off)
