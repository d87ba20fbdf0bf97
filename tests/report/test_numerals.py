"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.report.numerals import Numerals

EN, MK = Numerals("."), Numerals(",")
THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (0.0034, "0.0034"),
        (0.29469, "0.29"),
        (0.1, "0.10"),
        (3.7312, "3.7"),
        (123.4, "120"),
        (0.00034, f"3.4{THIN}×{THIN}10⁻⁴"),
        (0.00099999, f"1.0{THIN}×{THIN}10⁻³"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_danger_has_two_digits(value: float | None, written: str) -> None:
    assert EN.danger(value) == written


@pytest.mark.parametrize(
    ("kg", "written"),
    [(25_331_745.6, f"25{THIN}332"), (9_940.0, "9.9"), (1.0, "0.0010"), (0.0, "0"), (None, "–"), (9_999.0, "10")],
)
def test_tonnes_are_whole_from_ten_on(kg: float | None, written: str) -> None:
    assert EN.tonnes(kg) == written


def test_the_decimal_mark_is_the_language_s() -> None:
    assert MK.danger(0.29) == "0,29"
    assert MK.interval(0.00012, 0.5) == f"1,2{THIN}×{THIN}10⁻⁴ – 0,50"


def test_shares_are_told_in_per_cent() -> None:
    assert [EN.percent(share) for share in (0.0447, 0.5, 1.73, math.inf, None)] == ["4.5", "50", "173", "∞", "–"]


@given(st.floats(1e-12, 1e9))
def test_a_written_danger_is_within_five_per_cent(value: float) -> None:
    superscripts = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    written = EN.danger(value).replace(f"{THIN}×{THIN}10", "e").replace(THIN, "").translate(superscripts)
    assert float(written) == pytest.approx(value, rel=0.0501)
