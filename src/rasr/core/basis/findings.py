"""Three kinds of wrong, three shapes: a bug asserts, bad data lists findings, a forbidden act is refused.

>>> Finding("unknown_id", "error", "stock", row=3, column="store_id", value="S-9", numbers={"target": "stores"}).row
3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]
Number = str | int | float


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in a region's records.

    code: key of ``reference/findings.csv``, where its English sentence stands. table, column: as in the
    contracts, empty where the fault is wider. row: 1 is the first data row, None where no single row is
    at fault. value: the offending text as it was read. numbers: what the sentence names besides.
    """

    code: str
    severity: Severity
    table: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    numbers: Mapping[str, Number] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818  (it is a refusal, and reads as one)
    """A forbidden or impossible act, with a code of ``reference/findings.csv`` and what its sentence names."""

    def __init__(self, code: str, **numbers: Number) -> None:
        super().__init__(code)
        self.code = code
        self.numbers: dict[str, Number] = numbers

    def __str__(self) -> str:
        return f"{self.code} {self.numbers}" if self.numbers else self.code


def has_errors(findings: list[Finding]) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity == "error" for finding in findings)
