"""Codes of findings and refusals as sentences of the language in force.

>>> say(Finding("unknown_id", "error", "stock", 3, "store_id", "S-9", {"target": "stores"}))
"'S-9' is not in stores. Add it there, or correct the id."
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from rasr.core.basis.findings import Finding, Number, Refused
from rasr.core.reference import loader


def say(fault: Finding | Refused) -> str:
    """What is wrong and what to do, with its numbers in place; an unknown code is a fault of the program."""
    if isinstance(fault, Refused):
        return say_code(fault.code, fault.numbers)
    named: dict[str, Number] = {"table": fault.table, "column": fault.column, "value": fault.value}
    return say_code(fault.code, {**named, **fault.numbers})


def say_code(code: str, numbers: Mapping[str, Number]) -> str:
    """The sentence of a code and its numbers, as they are kept for a job or a finding."""
    return gettext(loader.sentences()[code].text).format(**numbers)
