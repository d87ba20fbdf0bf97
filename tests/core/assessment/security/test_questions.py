"""Question sets: real ones, versioned, without a fault; and what a change of set does to the answers of a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rasr.core.assessment.security.questions import (
    TABLES,
    QuestionSet,
    carry_over,
    faults,
    question_set,
    sets_for,
)
from rasr.core.assessment.security.works import catalogue
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

SETS = ("ammunition_depot", "weapons_store", "police_storage", "evidence_room", "unit_armoury", "hotspot")
HEADINGS = 13
Tables = dict[str, list[dict[str, str]]]


def shipped() -> Tables:
    return {name: [dict(row) for row in loader.rows(f"security/{name}.csv")] for name in TABLES}


def test_the_shipped_sets_have_no_fault() -> None:
    assert faults(shipped()) == []
    assert tuple(row["set_id"] for row in loader.rows("security/sets.csv")) == SETS


def test_a_depot_is_assessed_in_an_hour_and_the_others_sooner() -> None:
    counts = {name: len(question_set(name).questions) for name in SETS}
    assert 60 <= counts["ammunition_depot"] <= 90
    assert all(count <= counts["ammunition_depot"] for count in counts.values())
    assert {question.heading for question in question_set("ammunition_depot").questions} == {
        row["heading"] for row in loader.rows("security/headings.csv")
    }
    assert len(loader.rows("security/headings.csv")) == HEADINGS


def test_every_kind_of_site_has_a_set_but_shares_questions() -> None:
    for kind in loader.contract("sites").by_name["kind"].allowed:
        assert sets_for(kind), kind
    depot, room = (question_set(name).by_id.keys() for name in ("ammunition_depot", "evidence_room"))
    assert len(depot & room) > len(room) / 2


def test_a_clause_is_named_only_where_it_was_read_and_levels_run_from_1_to_3() -> None:
    for row in loader.rows("security/questions.csv"):
        assert row["clause"] == "" or row["status"] == "secondary", row["question_id"]
        assert row["status"] != "verified"
        assert (row["level_source"] == "own judgement") == (row["level_status"] == "assumed"), row["question_id"]
    levels = {question.level for question in question_set("ammunition_depot").questions}
    assert levels == {1, 2, 3}


def test_every_question_can_be_mended_by_some_work() -> None:
    mended = {question for kind in catalogue().values() for question, answer in kind.effects if answer == "met"}
    assert mended == {row["question_id"] for row in loader.rows("security/questions.csv")}


def test_answers_of_a_work_and_columns_agree_with_the_rule_data() -> None:
    assert tuple(catalogue()) == loader.contract("works").by_name["kind"].allowed
    assert loader.contract("answers").by_name["set_id"].allowed == SETS
    answers = loader.contract("answers").by_name["answer"].allowed
    assert set(answers) == {row["answer"] for row in loader.rows("security/scales.csv")}


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        (lambda rows: rows["questions"][3].update(text=" "), "empty_cell", "text"),
        (lambda rows: rows["questions"][3].update(level_source=""), "empty_cell", "level_source"),
        (lambda rows: rows["questions"][3].update(level="4"), "value_out_of_range", "level"),
        (lambda rows: rows["questions"][3].update(level="high"), "wrong_type", "level"),
        (lambda rows: rows["questions"][3].update(heading="moat"), "value_not_allowed", "heading"),
        (lambda rows: rows["questions"][3].update(sets="hotspot|castle"), "value_not_allowed", "sets"),
        (lambda rows: rows["questions"][3].update(evidence="rumour"), "value_not_allowed", "evidence"),
        (lambda rows: rows["questions"][3].update(scale="stars"), "value_not_allowed", "scale"),
        (lambda rows: rows["questions"][3].update(question_id="PER-01"), "duplicate_id", "question_id"),
        (
            lambda rows: rows["questions"][3].update(since_version="2", until_version="1"),
            "value_out_of_range",
            "until_version",
        ),
        (lambda rows: rows["scales"][3].update(fulfilment="1.5"), "value_out_of_range", "fulfilment"),
        (lambda rows: rows["sets"][3].update(version="0"), "value_out_of_range", "version"),
        (lambda rows: rows["sets"][3].update(site_kinds="castle"), "value_not_allowed", "site_kinds"),
    ],
)
def test_each_fault_is_named_with_its_row(change: Callable[[Tables], None], code: str, column: str) -> None:
    rows = shipped()
    change(rows)
    (found,) = faults(rows)
    assert (found.code, found.row, found.column) == (code, 4, column)
    assert loader.say_finding(found)


def test_every_fault_is_told_at_once_and_a_faulty_set_is_not_asked(tmp_path: Path) -> None:
    rows = shipped()
    rows["questions"][0]["level"] = "9"
    rows["questions"][1]["heading"] = "moat"
    rows["sets"][0]["version"] = "0"
    assert len(faults(rows)) == 3
    file = tmp_path / "security" / "questions.csv"
    file.parent.mkdir()
    text = (loader.SHIPPED / "security" / "questions.csv").read_text(encoding="utf-8")
    file.write_text(text.replace("siting_perimeter", "moat"), encoding="utf-8")
    loader.use_folder(tmp_path)
    try:
        with pytest.raises(Refused, match="faulty_question_set") as refused:
            question_set("hotspot")
        assert "moat" in loader.say(refused.value.code, refused.value.numbers)
    finally:
        loader.use_folder(None)


def test_another_set_or_version_is_refused() -> None:
    for ask in (lambda: question_set("castle"), lambda: question_set("hotspot", 2), lambda: question_set("hotspot", 0)):
        with pytest.raises(Refused, match="unknown_rule"):
            ask()


def test_a_changed_set_maps_by_id_and_says_what_carries_over() -> None:
    then = question_set("hotspot")
    kept, rescaled, dropped, *rest = then.questions
    now = QuestionSet(
        "hotspot",
        2,
        (replace(kept, text="Reworded."), replace(rescaled, scale="either"), replace(kept, question_id="N")),
    )
    change = carry_over(then, now)
    assert change.kept == (kept.question_id,)
    assert change.again == (rescaled.question_id,)
    assert change.new == ("N",)
    assert change.dropped == (dropped.question_id, *(question.question_id for question in rest))
