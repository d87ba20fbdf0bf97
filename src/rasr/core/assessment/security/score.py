"""From answers to a score: per heading and whole, the level reached, and the weakest points; always as an interval.

Score = sum of weight x share fulfilled over sum of weight, over the questions that apply; weight = that of the heading
x that of the level. A question that is unknown, not answered or in conflict counts as not met in the low value and as
met in the high one: never as met alone. The level reached is the highest up to which every question is met in full; 0:
not even the basic ones.

>>> answers = pl.DataFrame({"site_id": ["S"], "set_id": ["hotspot"], "set_version": [1], "question_id": ["PER-20"],
...                         "answer": ["met"]})
>>> score(points(answers)).places.select("score_low", "score_high", "answered", "questions").row(0)[1:]
(1.0, 1, 12)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from rasr.core.assessment.security.answers import PLACE, answers_frame, latest
from rasr.core.assessment.security.questions import LEVELS, asked, fulfilments
from rasr.core.assessment.security.weights import Weights, shipped

UNKNOWN, NOT_APPLICABLE, CONFLICT = "unknown", "not_applicable", "conflict"
NO_SUCH = "no_such_answer"


@dataclass(frozen=True)
class Scores:
    """places: site_id, store_id and columns of a score. headings: the same by heading.

    score_low, score_high: 0 to 1, null where no question applies. level_low, level_high: reached; level_asked: the
    highest that was asked. questions: that apply; answered: of those; conflicts: of those.
    """

    places: pl.DataFrame = field(repr=False)
    headings: pl.DataFrame = field(repr=False)


def points(answers: pl.DataFrame, weights: Weights | None = None) -> pl.DataFrame:
    """One row per place and question of its set, from the last visit to the place.

    Columns: site_id, store_id, question_id, heading, level, answer (unknown where there is none, conflict where there
    are several), share_low, share_high (null where not applicable) and weight. A store's own answer stands in front of
    its site's. An answer that is not on the question's scale counts as unknown; ``package.check`` names it.
    """
    used = weights or shipped()
    given = _single(latest(answers))
    places = given.select(*PLACE, "set_id", "set_version").unique(PLACE, keep="last", maintain_order=True)
    sets = [asked(*key) for key in places.select("set_id", "set_version").unique().drop_nulls().sort("set_id").rows()]
    if not sets:
        return _shaped(places.clear().join(asked("hotspot", 1).clear(), on=["set_id", "set_version"]), used)
    rows = places.join(pl.concat(sets), on=["set_id", "set_version"], maintain_order="left")
    rows = rows.join(
        given.select(*PLACE, "question_id", "answer"), on=[*PLACE, "question_id"], how="left", nulls_equal=True
    )
    return _shaped(_after_its_site(rows), used)


def _single(answers: pl.DataFrame) -> pl.DataFrame:
    """One row per place and question: several answers are a conflict."""
    frame = answers_frame(answers).filter(pl.col("answer").is_not_null() | pl.col("question_id").is_not_null())
    key = [*PLACE, "question_id"]
    if not frame.select(key).is_duplicated().any():
        return frame
    several = pl.col("answer").drop_nulls().n_unique().over(key) > 1
    answer = pl.when(several).then(pl.lit(CONFLICT)).otherwise(pl.col("answer").drop_nulls().first().over(key))
    return frame.with_columns(answer=answer).unique(key, keep="first", maintain_order=True)


def _after_its_site(rows: pl.DataFrame) -> pl.DataFrame:
    """Where a store has no answer of its own, that of its site."""
    with_answer = rows if "answer" in rows.columns else rows.with_columns(answer=pl.lit(None, pl.String))
    if with_answer["store_id"].null_count() == with_answer.height:
        return with_answer
    of_site = with_answer.filter(pl.col("store_id").is_null()).select("site_id", "question_id", site_answer="answer")
    joined = with_answer.join(of_site, on=["site_id", "question_id"], how="left", maintain_order="left")
    return joined.with_columns(answer=pl.coalesce("answer", "site_answer")).drop("site_answer")


def _shaped(rows: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    shares = [(scale, answer, share) for scale, answers in fulfilments().items() for answer, share in answers.items()]
    schema = {"scale": pl.String, "answer": pl.String, "share": pl.Float64}
    known = pl.DataFrame(shares, schema=schema, orient="row").with_columns(on_scale=True)
    answers = rows if "answer" in rows.columns else rows.with_columns(answer=pl.lit(None, pl.String))
    found = answers.join(known, on=["scale", "answer"], how="left", maintain_order="left").with_columns(
        answer=pl.when((pl.col("answer") == CONFLICT) | pl.col("on_scale")).then("answer").otherwise(pl.lit(UNKNOWN))
    )
    applies = pl.col("answer") != NOT_APPLICABLE
    heading = pl.col("heading").replace_strict(dict(weights.headings), return_dtype=pl.Float64)
    level = pl.col("level").replace_strict(dict(weights.levels), return_dtype=pl.Float64)
    return found.select(
        *PLACE,
        "question_id",
        "heading",
        "level",
        "answer",
        share_low=pl.when(applies).then(pl.col("share").fill_null(0.0)),
        share_high=pl.when(applies).then(pl.col("share").fill_null(1.0)),
        weight=heading * level,
    )


def score(asked_points: pl.DataFrame) -> Scores:
    """The score of every place of ``points``, whole and by heading."""
    applies = pl.col("share_low").is_not_null()
    known = ~pl.col("answer").is_in([UNKNOWN, CONFLICT])
    # worked out by row first: sums by group are quick, filters by group are not
    rows = asked_points.select(
        *PLACE,
        "heading",
        weight=pl.when(applies).then("weight").otherwise(0.0),
        gained_low=pl.col("share_low") * pl.col("weight"),
        gained_high=pl.col("share_high") * pl.col("weight"),
        failed_low=pl.when(pl.col("share_low") < 1.0).then("level"),
        failed_high=pl.when(pl.col("share_high") < 1.0).then("level"),
        asked=pl.when(applies).then("level"),
        questions=applies.cast(pl.Int64),
        answered=(applies & known).cast(pl.Int64),
        conflicts=(pl.col("answer") == CONFLICT).cast(pl.Int64),
    )
    return Scores(_scored(rows, PLACE), _scored(rows, (*PLACE, "heading")))


def _scored(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    sums = rows.group_by(by, maintain_order=True).agg(
        pl.col("weight", "gained_low", "gained_high", "questions", "answered", "conflicts").sum(),
        pl.col("failed_low", "failed_high").min(),
        pl.col("asked").max(),
    )

    def mean(gained: str) -> pl.Expr:
        return pl.when(pl.col("weight") > 0).then(pl.col(gained) / pl.col("weight"))

    def level(failed: str) -> pl.Expr:
        """The highest level below the first that is not met, and no higher than was asked."""
        reached = pl.min_horizontal(pl.col(failed).fill_null(LEVELS[-1] + 1) - 1, "asked")
        return pl.when(pl.col("asked").is_not_null()).then(reached)

    return sums.select(
        *by,
        score_low=mean("gained_low"),
        score_high=mean("gained_high"),
        level_low=level("failed_low"),
        level_high=level("failed_high"),
        level_asked="asked",
        questions="questions",
        answered="answered",
        conflicts="conflicts",
    )


def weakest(asked_points: pl.DataFrame, most: int = 10) -> pl.DataFrame:
    """The points of each place that are not met, the gravest first: level, then weight of what is missing.

    most: how many of each place. Columns of ``points`` and gap = weight x share that is missing in the low value.
    """
    gap = pl.col("weight") * (1.0 - pl.col("share_low"))
    lacking = asked_points.with_columns(gap=gap).filter(pl.col("share_low") < 1.0)
    order = lacking.sort("level", "gap", "question_id", descending=[False, True, False], maintain_order=True)
    return order.group_by(PLACE, maintain_order=True).head(most)


def mended(asked_points: pl.DataFrame, effects: pl.DataFrame) -> pl.DataFrame:
    """The points once works are done; nothing gets worse.

    effects: site_id, store_id (null: every place of the site), question_id, share (0 to 1 afterwards). What does not
    apply stays so; a point that is met in full is answered by that.
    """
    best = pl.col("share").max()
    at_site = effects.filter(pl.col("store_id").is_null()).group_by("site_id", "question_id").agg(best)
    at_store = effects.filter(pl.col("store_id").is_not_null()).group_by(*PLACE, "question_id").agg(best)
    joined = asked_points.join(at_site, on=["site_id", "question_id"], how="left", maintain_order="left").join(
        at_store, on=[*PLACE, "question_id"], how="left", maintain_order="left", suffix="_own"
    )
    after = pl.max_horizontal("share", "share_own").fill_null(0.0)
    applies = pl.col("share_low").is_not_null()
    return joined.with_columns(
        answer=pl.when(applies & (after >= 1.0)).then(pl.lit("met")).otherwise("answer"),
        share_low=pl.when(applies).then(pl.max_horizontal("share_low", after)),
        share_high=pl.when(applies).then(pl.max_horizontal("share_high", after)),
    ).drop("share", "share_own")
