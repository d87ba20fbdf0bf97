"""Codes of findings and refusals as sentences of the language in force.

>>> say(Finding("unknown_id", "error", "stock", 3, "store_id", "S-9", {"target": "stores"}))
"'S-9' is not in stores. Add it there, or correct the id."
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from rasr.core.basis.findings import Finding, Number, Refused
from rasr.core.reference import loader

WORDED = ("wanted", "hint")
"""Numbers of a finding that are words of ours, in English: see ``core.records.door``."""
WORDS = (
    gettext_noop("number"),
    gettext_noop("whole number"),
    gettext_noop("date"),
    gettext_noop("yes or no"),
    gettext_noop("text"),
    gettext_noop("Write digits only; the unit stands in the column's name. Leave the cell empty if it is unknown."),
    gettext_noop("Write digits only, without decimals. Leave the cell empty if it is unknown."),
    gettext_noop("Write it as 2027-05-31, or format the cell as a date."),
    gettext_noop("Write yes or no."),
    gettext_noop("Write a text."),
    gettext_noop("Use a point for the decimals and nothing between thousands."),
)


def say(fault: Finding | Refused) -> str:
    """What is wrong and what to do, with its numbers in place; an unknown code is a fault of the program."""
    if isinstance(fault, Refused):
        return say_code(fault.code, fault.numbers)
    named: dict[str, Number] = {"table": fault.table, "column": fault.column, "value": fault.value}
    return say_code(fault.code, {**named, **fault.numbers})


def say_code(code: str, numbers: Mapping[str, Number]) -> str:
    """The sentence of a code and its numbers, as they are kept for a job or a finding."""
    told = {
        name: gettext(text) if name in WORDED and isinstance(text, str) and text else text
        for name, text in numbers.items()
    }
    return gettext(loader.sentences()[code].text).format(**told)
