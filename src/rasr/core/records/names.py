"""How names and marks are compared: what looks alike counts as the same, whatever script or case it was written in.

Nothing is replaced by its normalised form: what is marked stays as it is marked, and is only found by it.

>>> mark("АВ-О17l") == mark("ab 0171")  # Cyrillic А, В, О on the left
True
>>> name("Ручная граната  Ф-1") == name("ручная граната ф1")
True
>>> spelled("Ručna bomba M-75") == spelled("Ручна бомба М75")
True
>>> stock_number("1305 00 9269305")
'1305-00-926-9305'
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, decimal, normalize

ALIKE: Final = str.maketrans(
    {
        **dict(zip("авсенкмортхуүіӏјѕһ", "abcehkmoptxyyiijsh", strict=True)),
        **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
        "ı": "i",
        "đ": "d",
        "ł": "l",
        "ø": "o",
    }
)
"""Small letters of Cyrillic, Greek and others to the Latin letter whose capital or small form looks like theirs."""
CONFUSED: Final = str.maketrans("oil", "011")
"""Letters that are read as digits where they are stamped into metal."""
IN_LATIN: Final = str.maketrans(
    {
        **dict(zip("абвгдезијклмнопрстуфхцћчшы", "abvgdezijklmnoprstufhcccsi", strict=True)),
        **{"ж": "z", "ђ": "d", "љ": "lj", "њ": "nj", "џ": "dz", "ѕ": "dz", "щ": "st", "ю": "ju", "я": "ja"},
        **{"ъ": "a", "ь": "", "э": "e", "đ": "d", "ı": "i"},
    }
)
"""Small Cyrillic letters in Latin ones, without accents, as the languages of the region write them."""
NSN_DIGITS: Final = 13
"""Digits of a NATO stock number: 4 of the supply class, 2 of the country's bureau, 7 of the item."""


def name(text: str) -> str:
    """How names of articles are compared: case, accents, spaces and signs do not count; scripts stay apart."""
    return "".join(sign for sign in _bare(text) if sign.isalnum())


def spelled(text: str) -> str:
    """How likely duplicates are found: like ``name``, and what is written in Cyrillic is spelled in Latin letters."""
    return name(text).translate(IN_LATIN)


def spelled_words(text: str) -> str:
    """The words of a name as ``spelled`` has them, apart by one space, in the order in which they stand.

    >>> spelled_words("Патрона 7,62 × 39 mm")
    'patrona 7 62 39 mm'
    """
    apart = "".join(sign if sign.isalnum() else " " for sign in _bare(text))
    return " ".join(apart.translate(IN_LATIN).split())


def mark(text: str) -> str:
    """How serial and lot numbers are compared: like names, and letters that look alike count as one.

    O and 0 are one, and so are I, l and 1.
    """
    alike = _bare(text).translate(ALIKE)
    return "".join(sign for sign in alike if sign.isalnum()).translate(CONFUSED)


def is_mixed(text: str) -> bool:
    """Whether a mark mixes Latin letters with Cyrillic or Greek ones, which is nearly always a mistake of the keyboard.

    >>> is_mixed("АB12"), is_mixed("AB12"), is_mixed("АБ12")
    (True, False, False)
    """
    letters = [sign for sign in normalize("NFKC", text).casefold() if sign.isalpha()]
    latin = any(sign.isascii() for sign in letters)
    other = any("Ͱ" <= sign <= "ӿ" for sign in letters)
    return latin and other


def stock_number(text: str) -> str | None:
    """A NATO stock number as it is written, 1305-00-926-9305; None where the text has not the form of one.

    It has no check digit: the form is all that can be told of it.
    """
    written = normalize("NFKC", text).strip()
    digits = re.sub(r"[\s.\u2010-\u2015-]", "", written)
    if len(digits) != NSN_DIGITS or not digits.isascii() or not digits.isdecimal():
        return None
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:9]}-{digits[9:]}"


def _bare(text: str) -> str:
    """Small letters without accents; digits of every script as 0 to 9."""
    apart = normalize("NFKD", normalize("NFKC", text).casefold())
    return "".join(_digit(sign) for sign in apart if category(sign) != "Mn")


def _digit(sign: str) -> str:
    return sign if sign.isascii() or category(sign) != "Nd" else str(decimal(sign))
