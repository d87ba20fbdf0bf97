"""Names and marks: what looks alike is found together, and what is marked is never changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.records.names import is_mixed, mark, name, spelled, spelled_words, stock_number

TEXTS = st.text(max_size=30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AB-123", "ab 123"),
        ("АВС123", "ABC123"),  # Cyrillic А, В, С
        ("ΑΒΕ 77", "ABE77"),  # Greek capitals
        ("ΜΖ 5", "MZ5"),  # Greek Μ, Ζ
        ("O17l", "0171"),
        ("I1l|", "111"),
        ("Ｎ１２３", "N123"),  # full width
        ("Š-145", "S145"),
        ("№ 12/85", "No12-85"),
        ("٣٤٥", "345"),  # digits of another script
        ("12\u200b34\u00a056", "123456"),  # signs that cannot be seen
    ],
)
def test_marks_that_look_alike_are_one(one: str, other: str) -> None:
    assert mark(one) == mark(other)


@pytest.mark.parametrize(("one", "other"), [("AB12", "AB13"), ("АБ12", "AV12"), ("12/85", "12/86"), ("ДЖ1", "DZ1")])
def test_marks_that_differ_stay_apart(one: str, other: str) -> None:
    assert mark(one) != mark(other)


def test_names_keep_their_script_and_lose_case_signs_and_accents() -> None:
    assert name("Ručna  BOMBA, M-75") == "rucnabombam75"
    assert name("Бомба") != name("Bomba")


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Ручна бомба М75", "Ručna bomba M75"),
        ("Граната Ф-1", "Granata F-1"),
        ("Нагазна мина ПМА-2", "Nagazna mina PMA-2"),
        ("Пушка М-70 АБ2", "Puška M70 AB2"),
        ("Ѓуле", "Gule"),
        ("Пушчани метак ЂЋЏ", "Puščani metak ĐĆDž"),
    ],
)
def test_a_name_is_found_in_either_script(cyrillic: str, latin: str) -> None:
    assert spelled(cyrillic) == spelled(latin)


def test_words_stay_apart_to_be_compared_one_by_one() -> None:
    assert spelled_words("Метак 7,62×39 mm (М67)") == "metak 7 62 39 mm m67"


def test_a_mark_in_two_scripts_is_noticed() -> None:
    assert is_mixed("АB12")
    assert is_mixed("ΑB12")
    assert not is_mixed("АБ12")
    assert not is_mixed("AB12")
    assert not is_mixed("12345")


@pytest.mark.parametrize("text", ["1305-00-926-9305", "1305009269305", " 1305 00 926 9305 ", "1305–00–926–9305"])
def test_a_stock_number_is_written_one_way(text: str) -> None:
    assert stock_number(text) == "1305-00-926-9305"


@pytest.mark.parametrize("text", ["", "1305-00-926-930", "1305-00-926-93055", "1305-00-926-93O5", "abc", "٣" * 13])
def test_what_is_no_stock_number_is_refused(text: str) -> None:
    assert stock_number(text) is None


@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    for normalise in (name, spelled, mark):
        once = normalise(text)
        assert normalise(once) == once


@given(st.text("abcdefghijklmnopqrstuvwxyzабвгдежзијклмнопрстуфхцчшαβγδεζηθικλμνξοπρστυφχψω0123456789", max_size=20))
def test_case_never_counts(text: str) -> None:
    assert mark(text) == mark(text.upper())
    assert name(text) == name(text.upper())
