"""Pages of rules: what they say, to whom, and the ways in for a cell, a function and a filled form."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.node.assessment.rules import planted_rules as planted
from tests.node.assessment.rules.planted_rules import CELL_SENT, FUNCTION_SENT, WHY, agree, enter, line, sent

from rasr.core.assessment.explosives.rule_sets import shipped
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import services, sheets, told
from rasr.node.assessment.rules.shape import CELL, FUNCTION
from rasr.node.assessment.rules.typed import TYPED
from rasr.node.people.models import Approval, User
from rasr.node.web.exports import XLSX_TYPE

pytestmark = pytest.mark.usefixtures("loaded", "db")
ClientOf = Callable[[User], Client]
LISTS = ("rules", "rules-beside", "rules-functions", "rules-mixing", "rules-methods", "rules-entered")
WAYS_IN = ("rules-new-cell", "rules-new-function", "rules-new-mixing", "rules-form")


def at(name: str, *args: object) -> str:
    return reverse(f"assessment:{name}", args=args)


def send(client: Client, content: bytes, name: str = "rules.xlsx") -> Any:
    file = SimpleUploadedFile(name, content, XLSX_TYPE)
    return client.post(at("rules-form"), {**WHY, "sheet_id": str(uuid4()), "file": file})


def cell_row(**more: Any) -> dict[str, Any]:
    return {name: CELL_SENT[name] for name in TYPED[CELL]} | more


def function_row(**more: Any) -> dict[str, Any]:
    return dict(line(FUNCTION).values) | more


def test_what_a_shipped_clause_says_beside_its_place_in_the_document_is_translated() -> None:
    parted = {told.parted(cell.clause) for cell in shipped().cells}
    assert {remark for _place, remark in parted} == {"", *told.REMARKS}
    words = {word for place, _remark in parted for word in re.findall(r"[A-Za-z]+", place)}
    assert words == {
        "AASTP",
        "IATG",
        "Annex",
        "A",
        "Table",
        "Tables",
        "table",
        "row",
        "col",
        "tier",
        "to",
        "kPa",
        *"abcdk",
    }


def test_every_list_says_where_a_rule_stands_and_how_sure_it_is(planner: User, client_of: ClientOf) -> None:
    enter(line(CELL))
    client = client_of(planner)
    said = client.get(at("rules"), {"q": "made-up"}).text
    for text in ("made-up-K9", "Table 1", "made up for tests", "verified", planted.chief().username, "rule-second"):
        assert text in said
    shown = client.get(at("rules"), {"q": "BD30 inhabited_building"}).text
    assert "not verified" in shown
    assert at("rules-function", "BD30") in shown
    assert "made-up" in client.get(at("rules-beside")).text
    assert client.get(at("rules-beside"), {"export": "csv"}).getvalue().decode().count("\n") > 100
    assert at("rules-function", "K22.2") in client.get(at("rules-functions"), {"q": "K22"}).text
    assert at("rules-method", "airblast") in client.get(at("rules-methods")).text


def test_a_function_shows_formula_limits_source_status_and_curve(storekeeper: User, client_of: ClientOf) -> None:
    client = client_of(storekeeper)
    said = client.get(at("rules-function", "BD30")).text
    found = shipped().function("BD30")
    for text in ("22.2 × Q^(1/3)", "1 ≤ Q ≤ 500000", found.source, 'data-chart="danger"', services.edition()):
        assert text in said
    assert "style=" not in said
    for name in shipped().functions:
        assert client.get(at("rules-function", name)).status_code == 200
    assert client.get(at("rules-function", "BD99")).status_code == 404


def test_a_method_shows_what_it_stands_on(auditor: User, client_of: ClientOf) -> None:
    client = client_of(auditor)
    said = client.get(at("rules-method", "event_frequency")).text
    assert "1.5e-4" in said
    assert "not verified" in said
    assert client.get(at("rules-method", "nothing")).status_code == 404


def test_who_may_look(administrator: User, stranger: User, client_of: ClientOf) -> None:
    row = planted.plant()
    for name, *args in (*((one,) for one in LISTS), ("rules-entry", row.pk), ("rules-function", "BD30")):
        assert client_of(stranger).get(at(name, *args)).status_code == 200
        assert client_of(administrator).get(at(name, *args)).status_code == 403


def test_the_ways_in_are_for_officers_of_the_whole_node(
    officer: User, storekeeper: User, planner: User, client_of: ClientOf
) -> None:
    row = planted.plant()
    ways = [at(name) for name in WAYS_IN] + [at("rules-withdraw", row.pk)]
    for way in ways:
        assert client_of(planted.chief()).get(way).status_code == 200
        assert client_of(officer).post(way, {}).status_code == 403
        for other in (officer, storekeeper, planner):
            assert client_of(other).get(way).status_code == 403
    assert ways[0] in client_of(planted.chief()).get(at("rules")).text
    assert ways[0] not in client_of(officer).get(at("rules")).text


def test_a_cell_is_typed_agreed_to_and_withdrawn(client_of: ClientOf, officer: User) -> None:
    client = client_of(planted.chief())
    answer = client.post(at("rules-new-cell"), sent(CELL_SENT))
    asked = Approval.objects.get(kind=services.ENTER)
    assert answer.url == reverse("people:approval", args=[asked.pk])
    assert "Asked for, and not in force" in client.get(at("rules")).text
    assert "Asked for, and not in force" not in client_of(officer).get(at("rules")).text
    seen = client_of(planted.second()).get(answer.url).text
    for text in ("made-up", "Workshop", "9 × Q^(1/3)", "Table 1", planted.DAY):
        assert text in seen
    agree(asked)
    row = RuleEntry.objects.get(kind=CELL)
    said = client.get(at("rules-entry", row.pk)).text
    for text in ("in force", planted.chief().username, "rule-second", "Table 1", at("rules-withdraw", row.pk)):
        assert text in said
    answer = client.post(at("rules-withdraw", row.pk), WHY)
    going = Approval.objects.get(kind=services.WITHDRAW)
    assert answer.url == reverse("people:approval", args=[going.pk])
    agree(going)
    assert "withdrawn" in client.get(at("rules-entry", row.pk)).text
    assert client.get(at("rules-withdraw", row.pk)).status_code == 404


def test_a_function_is_typed_with_its_branches(client_of: ClientOf) -> None:
    further = {"q_min_kg_1": "100", "q_min_included_1": "no", "q_max_kg_1": "500", "q_max_included_1": "yes"}
    further |= {"form_1": "power", "k1_1": "10", "exponent_1": "1/3"}
    client = client_of(planted.chief())
    answer = client.post(at("rules-new-function"), sent(FUNCTION_SENT | further))
    assert answer.status_code == 302, answer.text
    agree(Approval.objects.get(kind=services.ENTER))
    found = services.book().function("F1")
    assert [float(found.distance_m(kg)) for kg in (1.0, 100.0, 125.0, 500.0)] == [40.0, 40.0, 50.0, 80.0]
    said = client.get(at("rules-function", "F1")).text
    assert "10 × Q^(1/3)" in said
    assert at("rules-entry", RuleEntry.objects.get().pk) in said


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(client_of: ClientOf) -> None:
    client = client_of(planted.chief())
    answer = client.post(at("rules-new-cell"), sent(CELL_SENT | {"k_factor": "many", "valid_from": "2020-02-30"}))
    assert answer.status_code == 400
    answer = client.post(at("rules-new-cell"), sent(CELL_SENT | {"k_factor": "many"}))
    assert answer.status_code == 400
    assert "is not a number" in answer.text
    wrong = FUNCTION_SENT | {"q_max_kg_0": "0.5"}
    answer = client.post(at("rules-new-function"), sent(wrong))
    assert answer.status_code == 400
    assert "holds no quantity" in answer.text
    assert client.post(at("rules-new-function"), sent(FUNCTION_SENT | {"form_0": ""})).status_code == 400
    assert not Approval.objects.filter(kind=services.ENTER).exists()


def test_the_blank_form_filled_in_and_sent_waits_for_a_second_person(client_of: ClientOf) -> None:
    client = client_of(planted.chief())
    blank = client.get(at("rules-blank"))
    assert blank.content[:2] == b"PK"
    rows = {
        "cells": [
            cell_row(),
            cell_row(hazard_division="1.2.1", k_factor=None, q_min_kg=None, q_max_kg=None, function="F1"),
        ],
        "functions": [function_row(k0=40.000000000001)],
    }
    answer = send(client, planted.filled(rows))
    assert answer.status_code == 302, answer.text
    asked = Approval.objects.get(kind=services.ENTER)
    assert len(asked.shown["lines"]) == 4  # both cells, their function, and that of the k factor
    agree(asked)
    book = services.book()
    assert [one.function for one in book.cells if one.rules == "made-up"] == ["made-up-K9", "F1"]
    assert book.function("F1").branches[0].k0 == 40.000000000001


def test_every_fault_of_a_filled_form_is_told_at_once(client_of: ClientOf) -> None:
    client = client_of(planted.chief())
    rows = {
        "cells": [
            cell_row(),
            cell_row(effect="noise", hazard_division="1.5"),
            cell_row(clause="", hazard_division="1.6"),
        ],
        "functions": [function_row(q_min_kg=0)],
    }
    answer = send(client, planted.filled(rows))
    assert answer.status_code == 400
    told = [(one.table, one.row, one.column) for one in answer.context["found"]]
    assert sorted(told) == [("cells", 2, "effect"), ("cells", 3, "clause"), ("functions", 1, "q_min_kg")]
    assert "3 faults. Nothing was kept." in answer.text
    assert not Approval.objects.filter(kind=services.ENTER).exists()


def test_formulas_and_strange_columns_are_told(client_of: ClientOf) -> None:
    book = openpyxl.load_workbook(io.BytesIO(planted.filled({"cells": [cell_row(clause="=1+1")]})))
    book["cells"].cell(1, 40, "colour")
    book["cells"].cell(3, 40, "red")
    target = io.BytesIO()
    book.save(target)
    answer = send(client_of(planted.chief()), target.getvalue())
    assert answer.status_code == 400
    assert {one.code for one in answer.context["found"]} == {"formula_in_cell", "unknown_column"}


@pytest.mark.parametrize("name", ["rules.xlsx", "rules.csv"])
def test_what_is_no_form_is_refused(client_of: ClientOf, name: str) -> None:
    client = client_of(planted.chief())
    answer = send(client, b"not a workbook", name)
    assert answer.status_code == 400
    assert "/tmp" not in answer.text
    other = io.BytesIO()
    openpyxl.Workbook().save(other)
    assert "Take the blank form" in send(client, other.getvalue()).text
    assert "no rule in it" in send(client, sheets.blank()).text


def test_a_form_that_is_too_large_is_not_read(client_of: ClientOf) -> None:
    answer = send(client_of(planted.chief()), b"x" * (sheets.MOST_MB * 2**20 + 1))
    assert answer.status_code == 413


def test_without_the_token_nothing_is_taken() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(planted.chief())
    assert send(client, sheets.blank()).status_code == 403


def test_lists_ask_the_database_as_often_with_more_rules(planner: User, client_of: ClientOf) -> None:
    client = client_of(planner)
    counted = []
    for number in range(3):
        enter(line(CELL, rules=f"set-{number}"), line(FUNCTION, rules=f"set-{number}", function=f"F{number}"))
        asked = {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as queries:
                client.get(at(name))
            asked[name] = len(queries)
        counted.append(asked)
    assert counted[1] == counted[2]
