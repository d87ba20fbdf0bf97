"""Scores: level reached, weakest points; unknown widens and is never met; a better answer never lowers a score."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.assessment.security.made_visits import ANSWERS, ROOM, all_answered, questions, visit

from rasr.core.assessment.security.answers import merge
from rasr.core.assessment.security.questions import question_set
from rasr.core.assessment.security.score import mended, points, score, weakest

BETTER = {"not_met": "partly", "partly": "met", "unknown": "met"}
visits = st.fixed_dictionaries({name: st.sampled_from(ANSWERS) for name in questions()})


def whole(given_answers: dict[str, str | None], set_id: str = ROOM) -> dict[str, object]:
    return score(points(visit(given_answers, set_id=set_id))).places.row(0, named=True)


def test_all_met_none_met_nothing_known() -> None:
    met, none, unknown = (whole(all_answered(answer)) for answer in ("met", "not_met", None))
    assert (met["score_low"], met["score_high"], met["level_low"]) == (1.0, 1.0, 3)
    assert (none["score_low"], none["score_high"], none["level_high"]) == (0.0, 0.0, 0)
    assert (unknown["score_low"], unknown["score_high"], unknown["answered"]) == (0.0, 1.0, 0)
    assert (unknown["level_low"], unknown["level_high"]) == (0, 3)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_level_reached_is_the_one_below_the_first_that_is_not_met(level: int) -> None:
    first = next(item for item in question_set("ammunition_depot").questions if item.level == level)
    reached = whole(all_answered("met", "ammunition_depot") | {first.question_id: "partly"}, "ammunition_depot")
    assert reached["level_low"] == reached["level_high"] == level - 1


def test_no_higher_level_is_reached_than_was_asked() -> None:
    assert whole(all_answered("met", "hotspot"), "hotspot")["level_low"] == 2


def test_what_does_not_apply_is_left_out_and_where_nothing_applies_there_is_no_score() -> None:
    without = whole(all_answered("met") | {"KEY-01": "not_applicable"})
    assert (without["score_low"], without["questions"]) == (1.0, len(questions()) - 1)
    assert whole(all_answered("not_applicable"))["score_low"] is None


def test_a_conflict_and_an_answer_off_the_scale_are_unknown() -> None:
    met = all_answered("met")
    conflict = score(points(merge(visit(met), visit({"KEY-01": "not_met"})))).places.row(0, named=True)
    off = whole(met | {"KEY-01": "partly"})  # a store is locked or it is not
    for found in (conflict, off):
        assert found["score_low"] < found["score_high"] == 1.0
    assert (conflict["conflicts"], off["conflicts"]) == (1, 0)


def test_a_store_has_the_answers_of_its_site_where_it_has_none_of_its_own() -> None:
    both = pl.concat([visit(all_answered("met")), visit({"KEY-01": "not_met"}, store_id="A")])
    found = {row["store_id"]: row for row in score(points(both)).places.to_dicts()}
    assert found[None]["score_low"] == 1.0
    assert 0.9 < found["A"]["score_low"] == found["A"]["score_high"] < 1.0


@settings(max_examples=60, deadline=None)
@given(visits, st.sampled_from(questions()))
def test_a_better_answer_never_lowers_a_score(answers: dict[str, str | None], question: str) -> None:
    before = whole(answers)
    after = whole(answers | {question: BETTER.get(answers[question] or "unknown", answers[question])})
    for column in ("score_low", "level_low"):
        assert before[column] is None or after[column] >= before[column] - 1e-12


@settings(max_examples=40, deadline=None)
@given(visits, st.sampled_from(questions()))
def test_an_answer_that_is_taken_away_widens_the_interval(answers: dict[str, str | None], question: str) -> None:
    if answers[question] in ("not_applicable", None):
        return
    known, less = whole(answers), whole(answers | {question: None})
    assert less["score_low"] <= known["score_low"] + 1e-12
    assert less["score_high"] >= known["score_high"] - 1e-12


def test_the_headings_add_up_to_the_whole() -> None:
    asked = points(visit(all_answered("partly")))
    found = score(asked)
    weights = asked.group_by("heading").agg(pl.col("weight").sum())
    joined = found.headings.join(weights, on="heading")
    mean = (joined["score_low"] * joined["weight"]).sum() / joined["weight"].sum()
    assert mean == pytest.approx(found.places["score_low"][0])


def test_the_weakest_points_are_the_basic_ones_first() -> None:
    found = weakest(points(visit(all_answered("not_met") | {"KEY-01": "met"})), 5)
    assert found["level"].to_list() == [1] * 5
    assert found["gap"].is_sorted(descending=True)
    assert "KEY-01" not in found["question_id"]
    assert weakest(points(visit(all_answered("met")))).height == 0


def test_works_mend_and_never_harm() -> None:
    asked = points(visit({"KEY-01": "not_met", "KEY-02": "met", "KEY-04": "not_applicable"}))
    effects = pl.DataFrame(
        {"site_id": ["S"] * 4, "store_id": [None] * 4, "question_id": ["KEY-01", "KEY-02", "KEY-04", "KEY-03"]},
        schema_overrides={"store_id": pl.String},
    ).with_columns(share=pl.Series([1.0, 0.5, 1.0, 0.5]))
    after = {row["question_id"]: (row["share_low"], row["share_high"]) for row in mended(asked, effects).to_dicts()}
    assert after["KEY-01"] == (1.0, 1.0)
    assert after["KEY-02"] == (1.0, 1.0)
    assert after["KEY-03"] == (0.5, 1.0)  # unknown before: at least partly met
    assert after["KEY-04"] == (None, None)
