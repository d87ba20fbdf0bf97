"""Articles that may be the same are proposed; those that only look so are not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from rasr.core.records.likeness import Entry, alike


def pairs(*names: str | tuple[str, ...]) -> list[tuple[str, str]]:
    keys: Iterator[int] = count()
    entries = [Entry(str(next(keys)), (name,) if isinstance(name, str) else name) for name in names]
    return [(pair.one, pair.other) for pair in alike(entries)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hand grenade M75", "Hand-grenade M 75"),
        ("Hand grenade M75", "Grenade, hand, M75"),
        ("Hand grenade M75", "Hand granade M75"),
        ("Ručna bomba M75", "Ручна бомба М-75"),
        ("Cartridge 7.62x39 mm", "Cartridge 7,62 × 39 mm"),
    ],
)
def test_the_same_written_otherwise_is_proposed(one: str, other: str) -> None:
    assert pairs(one, other) == [("0", "1")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cartridge 7.62x39 mm", "Cartridge 7.62x51 mm"),
        ("Hand grenade M75", "Hand grenade M52"),
        ("Mine PMA-2", "Mine TMM-1"),
        ("Pistol", "Mortar"),
    ],
)
def test_what_only_looks_alike_is_not(one: str, other: str) -> None:
    assert pairs(one, other) == []


def test_any_of_its_names_will_do() -> None:
    assert pairs(("Puška M70", "Zastava M70"), ("Assault rifle M70", "Застава М70")) == [("0", "1")]


def test_a_stock_number_is_enough_and_an_article_is_not_like_itself() -> None:
    a, b = Entry("a", ("Rifle", "Rifle."), "1005-00-111-1111"), Entry("b", ("Carbine",), "1005-00-111-1111")
    found = alike([a, b])
    assert [(pair.one, pair.other, pair.by_number) for pair in found] == [("a", "b", True)]


def test_what_is_weighed_is_not_what_is_counted() -> None:
    assert not alike([Entry("a", ("Powder",), apart="gram"), Entry("b", ("Powder",), apart="piece")])


def test_only_pairs_with_what_is_new() -> None:
    entries = [Entry(key, ("Same name",)) for key in "abc"]
    assert {(pair.one, pair.other) for pair in alike(entries, among=frozenset("c"))} == {("a", "c"), ("b", "c")}


def test_five_thousand_articles_take_seconds() -> None:
    entries = [Entry(str(at), (f"Cartridge {at % 50} mm, kind {at}",)) for at in range(5000)]
    planted = Entry("new", ("cartridge 7 mm kind 4957",))
    assert [(pair.one, pair.other) for pair in alike([*entries, planted])] == [("4957", "new")]
