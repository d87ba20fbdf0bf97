"""What stands in a QR label: a letter that says what it is, and its id, short enough to be typed by hand.

A label holds the whole address (``https://node/scan/I.../``), so that the camera of any phone opens it; a scanner at a
keyboard types the same. ``read`` takes both, or the code alone.

>>> code = code_of(ITEM, UUID(int=5)); code, read("https://node/scan/" + code.lower() + "/") == (ITEM, UUID(int=5))
('I00000000000000000000000005', True)
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

PLACE: Final = "P"
BATCH: Final = "B"
ITEM: Final = "I"
SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are misread."""
LONG: Final = 26
MISREAD: Final = str.maketrans("OIL", "011")
_CODE = re.compile(rf"(?:.*/scan/)?([PBI])([0-9A-Z]{{{LONG}}})/?$", re.IGNORECASE)
_PLACE = re.compile(r"(?:.*/scan/)?P([0-9]{1,12})/?$", re.IGNORECASE)


def code_of(kind: str, key: UUID | int) -> str:
    """The code of something. A place is known by its number, the others by a UUID."""
    if isinstance(key, int):
        return f"{kind}{key}"
    number, signs = key.int, ""
    for _ in range(LONG):
        number, rest = divmod(number, 32)
        signs = SIGNS[rest] + signs
    return kind + signs


def read(text: str) -> tuple[str, UUID | int] | None:
    """What a code is of; None where it is no code."""
    text = text.strip()
    if place := _PLACE.match(text):
        return PLACE, int(place[1])
    found = _CODE.match(text)
    if found is None:
        return None
    number = 0
    for sign in found[2].upper().translate(MISREAD):
        if sign not in SIGNS:
            return None
        number = number * 32 + SIGNS.index(sign)
    return (found[1].upper(), UUID(int=number)) if number < 2**128 else None
