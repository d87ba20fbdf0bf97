"""Two half-filled visits become one, question by question, and never silently."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.core.assessment.security.made_visits import ANSWERS, at_random, questions, visit

from rasr.core.assessment.security.answers import (
    QUESTION,
    answers_frame,
    carried_over,
    conflicts,
    latest,
    merge,
    settle,
)
from rasr.core.assessment.security.package import Package
from rasr.core.assessment.security.questions import CarryOver
from rasr.core.assessment.security.score import points, score
from rasr.core.basis.findings import Refused

SAID = [*QUESTION, "answer"]
visits = st.dictionaries(st.sampled_from(questions()[:8]), st.sampled_from(ANSWERS), max_size=8)


def said(answers: pl.DataFrame) -> set[tuple[object, ...]]:
    return set(answers.drop_nulls("answer").select(SAID).iter_rows())


def test_same_one_empty_and_different() -> None:
    mine = visit({"KEY-01": "met", "KEY-02": "met", "KEY-03": None, "KEY-04": None, "INV-01": "met"})
    other = visit({"KEY-01": "met", "KEY-02": None, "KEY-03": "partly", "KEY-04": None, "INV-01": "not_met"})
    merged = merge(mine, other)
    assert merged.select("question_id", "answer").rows() == [
        ("INV-01", "met"),
        ("INV-01", "not_met"),
        ("KEY-01", "met"),
        ("KEY-02", "met"),
        ("KEY-03", "partly"),
        ("KEY-04", None),
    ]
    assert conflicts(merged).rows() == [("S", None, "INV-01", ["met", "not_met"])]


@settings(max_examples=60, deadline=None)
@given(visits, visits, visits)
@example({"KEY-01": "met"}, {"KEY-02": "met"}, {"KEY-01": None})
def test_a_merge_is_the_same_in_any_order_and_loses_nothing(
    first: dict[str, str | None], second: dict[str, str | None], third: dict[str, str | None]
) -> None:
    one, two, three = visit(first, visit_id="V1"), visit(second, visit_id="V2"), visit(third, visit_id="V3")
    merged = merge(one, two)
    assert merged.equals(merge(two, one))
    assert merge(merged, merged).equals(merged)
    assert merge(merged, one).equals(merged)
    assert merge(merged, three).equals(merge(one, merge(two, three)))
    assert said(merged) == said(answers_frame(one)) | said(answers_frame(two))
    differing = {name for name in first if name in second and None not in (first[name], second[name])}
    differing = {name for name in differing if first[name] != second[name]}
    assert set(conflicts(merged)["question_id"]) == differing


def test_both_notes_and_all_photographs_stay() -> None:
    columns = {"note": ["seen by day"], "photographs": ["p1|p2"]}
    mine = visit({"KEY-01": "met"}).with_columns(**{name: pl.Series(value) for name, value in columns.items()})
    other = mine.with_columns(note=pl.lit("seen by night"), photographs=pl.lit("p2|p3"))
    (row,) = merge(mine, other).select("note", "photographs").rows()
    assert row == ("seen by day ¶ seen by night", "p1|p2|p3")


def test_what_was_merged_is_merged_once_also_after_the_way_through_a_package() -> None:
    mine = visit({"KEY-01": "met"}).with_columns(note=pl.lit("seen by day"), answered_on=pl.lit("2026-01-01"))
    mine = Package.from_frames({"answers": mine}).table("answers")
    merged = merge(mine, mine.with_columns(note=pl.lit("seen by night")))
    back = Package.from_frames({"answers": merged}).table("answers")
    assert back.equals(merged)
    assert merge(back, mine).equals(merged)


def test_all_answers_of_merged_visits_are_scored_and_their_conflicts_too() -> None:
    day = pl.lit("2026-01-01").str.to_date()
    mine = visit({"KEY-01": "met", "KEY-02": "met"}, visit_id="V1").with_columns(answered_on=day)
    later = day.dt.offset_by("1d")
    other = visit({"KEY-02": "not_met", "INV-01": "met"}, visit_id="V2").with_columns(answered_on=later)
    merged = merge(mine, other)
    assert latest(merged).equals(merged)
    found = score(points(merged)).places.row(0, named=True)
    assert (found["answered"], found["conflicts"]) == (2, 1)


def test_what_an_earlier_visit_said_is_no_conflict_and_stays_when_one_is_decided() -> None:
    day = pl.lit("2026-01-01").str.to_date()
    earlier = visit({"KEY-01": "partly"}, visit_id="V1").with_columns(answered_on=day)
    later = [visit({"KEY-01": answer}, visit_id="V2") for answer in ("met", "not_met")]
    both = merge(*later).with_columns(answered_on=day.dt.offset_by("1d"))
    assert conflicts(pl.concat([answers_frame(earlier), both.filter(pl.col("answer") == "met")])).height == 0
    every = pl.concat([answers_frame(earlier), both])
    assert conflicts(every)["answers"].to_list() == [["met", "not_met"]]
    settled = settle(every, "S", "KEY-01", "met")
    assert settled.select("visit_id", "answer").rows() == [("V1", "partly"), ("V2", "met")]


def test_a_person_decides_a_conflict_and_nothing_else() -> None:
    merged = merge(visit({"KEY-01": "met", "KEY-02": "met"}), visit({"KEY-01": "partly"}))
    settled = settle(merged, "S", "KEY-01", "partly")
    assert settled.select("question_id", "answer").rows() == [("KEY-01", "partly"), ("KEY-02", "met")]
    for question, answer in (("KEY-01", "not_met"), ("KEY-02", "met")):
        with pytest.raises(Refused, match="no_conflict"):
            settle(merged, "S", question, answer)


def test_visits_under_different_sets_are_not_merged() -> None:
    with pytest.raises(Refused, match="other_question_set"):
        merge(visit({"KEY-01": "met"}), visit({"KEY-01": "met"}, version=2))


def test_only_what_holds_still_is_carried_over() -> None:
    change = CarryOver(kept=("KEY-01",), again=("KEY-02",), new=("X",), dropped=("KEY-03",))
    moved = carried_over(visit({"KEY-01": "met", "KEY-02": "met", "KEY-03": "met"}), change, "evidence_room", 2)
    assert moved.select("question_id", "set_version").rows() == [("KEY-01", 2)]


def test_the_last_visit_of_each_place_counts() -> None:
    old, new = visit(at_random(1), visit_id="V9"), visit({"KEY-01": "met"}, visit_id="V1")
    day = pl.lit("2026-01-01").str.to_date()
    both = pl.concat([old.with_columns(answered_on=day), new.with_columns(answered_on=day.dt.offset_by("1d"))])
    store = visit({"KEY-02": "met"}, store_id="A").with_columns(answered_on=day)
    assert latest(pl.concat([both, store])).select("store_id", "question_id").rows() == [
        (None, "KEY-01"),
        ("A", "KEY-02"),
    ]
