"""Answers of visits: two half-filled ones become one, question by question, and never silently.

Same answer: one. One empty: the other. Different: both stay, as a conflict that a person decides. So a merge is a
union of what was answered: the order does not matter, merging twice changes nothing, and no answer is lost.

>>> one = pl.DataFrame({"site_id": ["S"], "question_id": ["KEY-01"], "answer": ["met"]})
>>> conflicts(merge(one, one.with_columns(answer=pl.lit("not_met")))).rows()
[('S', None, 'KEY-01', ['met', 'not_met'])]
"""

from __future__ import annotations

import polars as pl

from rasr.core.assessment.security.questions import CarryOver
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

PLACE = ("site_id", "store_id")
QUESTION = (*PLACE, "question_id")
VISIT = ("visit_id", "set_id", "set_version")
JOINED = {"note": " ¶ ", "photographs": "|"}
"""Columns of which a merge keeps what both said, and what stands between the parts; no cell of a table loses it."""


def answers_frame(answers: pl.DataFrame) -> pl.DataFrame:
    """The columns of the contract ``answers`` that merging and scoring use; those not given are unknown."""
    contract = loader.contract("answers")
    missing = [
        pl.lit(None, column.polars_dtype).alias(column.name)
        for column in contract.columns
        if column.name not in answers.columns
    ]
    return answers.with_columns(missing).select(contract.schema.keys()).cast(pl.Schema(contract.schema))


def merge(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The answers of two visits to the same places as one frame of the contract ``answers``.

    A question on which they differ has a row for each answer. Of the same answer the later day and both notes stay. All
    answers of a place are of one visit then, the one whose id comes last, so that they are scored together.
    Raises Refused('other_question_set') where a place was asked different sets: carry the older answers over first.
    """
    both = pl.concat([answers_frame(one), answers_frame(other)])
    asked = both.group_by(PLACE).agg(pl.struct("set_id", "set_version").drop_nulls().n_unique())
    mixed = asked.filter(pl.col("set_id") > 1)["site_id"].sort()
    if mixed.len():
        raise Refused("other_question_set", site=mixed[0])
    said = both.with_columns(pl.col(VISIT).max().over(PLACE), some=pl.col("answer").is_not_null().any().over(QUESTION))
    said = said.filter(pl.col("answer").is_not_null() | ~pl.col("some"))
    left_over = [_together(both, column) for column in JOINED]
    kept = said.group_by(*QUESTION, "answer").agg(pl.col(*VISIT, "answered_on").max())
    for column, parts in zip(JOINED, left_over, strict=True):
        kept = kept.join(parts, on=QUESTION, how="left", nulls_equal=True).rename({f"all_{column}": column})
    return answers_frame(kept).sort(*QUESTION, "answer", nulls_last=False)


def _together(answers: pl.DataFrame, column: str) -> pl.DataFrame:
    """What was written about each question, by whomever: each part once, in the order of the alphabet."""
    between = JOINED[column]
    parts = answers.select(*QUESTION, pl.col(column).str.split(between)).explode(column)
    text = pl.col(column).drop_nulls().unique().sort().str.join(between)
    return parts.group_by(QUESTION).agg(
        pl.when(pl.col(column).count() > 0).then(text).otherwise(None).alias(f"all_{column}")
    )


def conflicts(answers: pl.DataFrame) -> pl.DataFrame:
    """Questions with more than one answer in the last visit to a place: site_id, store_id, question_id, answers."""
    said = latest(answers).filter(pl.col("answer").is_not_null())
    found = said.group_by(QUESTION).agg(pl.col("answer").unique().sort().alias("answers"))
    return found.filter(pl.col("answers").list.len() > 1).sort(QUESTION)


def settle(
    answers: pl.DataFrame, site_id: str, question_id: str, answer: str, store_id: str | None = None
) -> pl.DataFrame:
    """The answers with one conflict decided by a person; those of earlier visits stay as they are.

    Raises Refused('no_conflict') where there is none.
    """
    asked = pl.DataFrame([(site_id, store_id, question_id)], schema=dict.fromkeys(QUESTION, pl.String), orient="row")
    there = conflicts(answers).join(asked, on=QUESTION, how="semi", nulls_equal=True)
    if not there.height or answer not in there["answers"][0].to_list():
        raise Refused("no_conflict", question=question_id, answer=answer)
    of_it = latest(answers).join(asked, on=QUESTION, how="semi", nulls_equal=True)
    dropped = of_it.filter(pl.col("answer").ne_missing(pl.lit(answer)))
    return answers_frame(answers).join(dropped, on=[*QUESTION, "visit_id", "answer"], how="anti", nulls_equal=True)


def carried_over(answers: pl.DataFrame, change: CarryOver, set_id: str, set_version: int) -> pl.DataFrame:
    """The answers of a visit under another set: those that hold still; the others are to be asked again."""
    kept = answers_frame(answers).filter(pl.col("question_id").is_in(change.kept))
    return kept.with_columns(set_id=pl.lit(set_id), set_version=pl.lit(set_version, pl.Int64))


def latest(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers of the last visit to each place: by its last day, then by its id."""
    frame = answers_frame(answers)
    visits = frame.group_by(*PLACE, "visit_id").agg(pl.col("answered_on").max().alias("last"))
    if not visits.select(PLACE).is_duplicated().any():
        return frame  # one visit to each place
    last = visits.sort("last", "visit_id", nulls_last=False).group_by(PLACE, maintain_order=True).last()
    return frame.join(last.select(*PLACE, "visit_id"), on=[*PLACE, "visit_id"], how="semi", nulls_equal=True)
