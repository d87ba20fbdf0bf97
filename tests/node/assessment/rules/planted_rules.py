"""Rules for tests: invented figures of an invented rule set, typed, asked for and agreed to."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.node.conftest import somebody
from tests.node.records.lots.planted_lots import chief

from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import services, sheets, typed
from rasr.node.assessment.rules.shape import CELL, FUNCTION, MIXING, Entry
from rasr.node.assessment.rules.typed import TYPED, Line
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, User
from rasr.node.web.exports import XLSX_TYPE

ASKS, DECIDES = "asks", "decides"
DAY = "2020-01-01"
WHY = {"reason": "as it stands", "reason_language": "en"}
CELL_SENT: dict[str, Any] = {
    **{"rules": "made-up", "edition": "first", "pes": "any", "pes_face": "any", "exposure_kind": "workshop"},
    **{"exposure_face": "any", "barricaded": "any", "hazard_division": "1.1", "effect": "any", "quantity": "NEQ"},
    **{"function": "", "k_factor": "9", "q_min_kg": "1", "q_max_kg": "1000", "protection": ""},
    **{"clause": "Table 1", "source": "made up for tests", "valid_from": DAY, "note": ""},
}
"""A cell as its page sends it."""
BRANCH = {
    **{"q_min_kg": "1", "q_min_included": "yes", "q_max_kg": "100", "q_max_included": "yes", "form": "constant"},
    **{"scale": "", "k0": "40", "k1": "", "k2": "", "exponent": "", "shift_kg": ""},
}
FUNCTION_SENT: dict[str, Any] = {
    **{"rules": "made-up", "function": "F1", "clause": "Table 2", "source": "made up for tests", "valid_from": DAY},
    **{f"{name}_0": value for name, value in BRANCH.items()},
}
"""A function as its page sends it: 40 m up to 100 kg."""


MIXING_SENT: dict[str, Any] = {
    **{"rules": "made-up", "edition": "first", "group_1": "D", "group_2": "C", "answer": "yes", "condition": ""},
    **{"clause": "Table 3", "source": "made up for tests", "valid_from": DAY, "note": ""},
}
"""A decision on mixing as its page sends it."""


def sent(data: Mapping[str, Any]) -> dict[str, Any]:
    """With what every form of rules sends."""
    return {**data, **WHY, "sheet_id": str(uuid4())}


def line(kind: str, number: int = 1, **given: str) -> Line:
    """A row as it is typed."""
    branch = {**FUNCTION_SENT, **BRANCH, "scale": "1", "k1": "0", "k2": "0"}
    base = {CELL: CELL_SENT, FUNCTION: branch, MIXING: MIXING_SENT}[kind]
    values = {name: str(base.get(name, "")) for name in TYPED[kind]} | given
    return Line(kind, number, values)


def made(*lines: Line) -> list[Entry]:
    """Entries of rows that are right."""
    entries, found = typed.entries(lines)
    assert not found, found
    return entries


def second() -> User:
    """The second person of the whole node."""
    return User.objects.filter(username="rule-second").first() or somebody("rule-second", "approver")


def ask(entries: Sequence[Entry], **more: Any) -> Approval:
    """Ask for rules."""
    given = {"actor": chief(), "session": ASKS, "sheet_id": uuid4(), "reason": "as it stands"}
    return services.ask_to_enter(entries=entries, **{**given, **more})


def agree(asked: Approval, **more: Any) -> Approval:
    """The second person looks, and agrees to what was shown."""
    given = {"actor": second(), "session": DECIDES, "approve": True, "reason": "seen", "digest": asked.digest}
    return approvals.decide(approval_id=asked.pk, **{**given, **more})


def enter(*lines: Line) -> list[RuleEntry]:
    """Rules in force."""
    asked = agree(ask(made(*lines)))
    return list(RuleEntry.objects.filter(approval=asked))


def plant() -> RuleEntry:
    """A function in force that nothing needs; asked for again, the same one."""
    known = RuleEntry.objects.filter(key=FUNCTION_SENT["function"]).first()
    return known or enter(line(FUNCTION))[0]


ONCE = "0190f000-0000-7000-8000-00000000e00"
SENT: dict[str, dict[str, Any]] = {
    "new-cell": {**CELL_SENT, **WHY, "sheet_id": f"{ONCE}1"},
    "new-function": {**FUNCTION_SENT, "function": "F2", **WHY, "sheet_id": f"{ONCE}2"},
    "new-mixing": {**MIXING_SENT, **WHY, "sheet_id": f"{ONCE}3"},
    "withdraw": WHY,
}
"""Name of a form to what it sends when all is well; sent twice, it is asked for once."""


def filled(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The blank form with rows typed in."""
    book = openpyxl.load_workbook(io.BytesIO(sheets.blank()))
    for sheet, given in rows.items():
        heads = [cell.value for cell in book[sheet][1]]
        for number, row in enumerate(given, sheets.ADDRESSES + 1):
            for name, value in row.items():
                book[sheet].cell(number, heads.index(name) + 1, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def form() -> SimpleUploadedFile:
    """A filled form with one function."""
    row = {name: value for name, value in line(FUNCTION, function="F3").values.items() if value}
    return SimpleUploadedFile(sheets.FORM, filled({"functions": [row]}), XLSX_TYPE)
