"""How dates and numbers are written where the module of a language says nothing else.

Django asks the module ``formats`` of a language for each setting by its name; what stands here is found through
``from rasr.node.web.formats.shared import __getattr__ as __getattr__``.
"""

from __future__ import annotations

SHARED: dict[str, str | int] = {
    "DATE_FORMAT": "j F Y",
    "TIME_FORMAT": "H:i",
    "DATETIME_FORMAT": "j F Y H:i",
    "SHORT_DATE_FORMAT": "d.m.Y",
    "SHORT_DATETIME_FORMAT": "d.m.Y H:i",
    "FIRST_DAY_OF_WEEK": 1,
    "DECIMAL_SEPARATOR": ",",
    "THOUSAND_SEPARATOR": "\u202f",
    "NUMBER_GROUPING": 3,
}


def __getattr__(name: str) -> str | int:
    """A setting of formats. Raises AttributeError, by which Django goes on to its own."""
    try:
        return SHARED[name]
    except KeyError:
        raise AttributeError(name) from None
