"""Visits and stock made for tests: few rows, told in words."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import polars as pl

from rasr.core.assessment.security.questions import question_set

ROOM = "evidence_room"
ANSWERS = ("met", "partly", "not_met", "not_applicable", "unknown", None)
STOCK = {
    "store_id": pl.String,
    "site_id": pl.String,
    "family": pl.String,
    "unit": pl.String,
    "pieces": pl.Int64,
    "mass_kg": pl.Float64,
    "attractiveness": pl.Float64,
}


def questions(set_id: str = ROOM) -> list[str]:
    """Ids of the questions of a set, in order."""
    return [question.question_id for question in question_set(set_id).questions]


def visit(
    given: Mapping[str, str | None],
    site_id: str = "S",
    *,
    store_id: str | None = None,
    set_id: str = ROOM,
    visit_id: str = "V1",
    version: int = 1,
) -> pl.DataFrame:
    """Answers of one visit to one place."""
    rows = [
        {"visit_id": visit_id, "site_id": site_id, "store_id": store_id, "set_id": set_id, "set_version": version}
        | {"question_id": question, "answer": answer}
        for question, answer in given.items()
    ]
    schema = dict.fromkeys(("visit_id", "site_id", "store_id", "set_id"), pl.String)
    return pl.DataFrame(rows, schema={**schema, "set_version": pl.Int64, "question_id": pl.String, "answer": pl.String})


def all_answered(answer: str | None, set_id: str = ROOM) -> dict[str, str | None]:
    """The same answer to every question of a set; where its scale has no such answer, not met."""
    asked = question_set(set_id).questions
    return {item.question_id: "not_met" if (answer, item.scale) == ("partly", "either") else answer for item in asked}


def stock(*rows: Sequence[object]) -> pl.DataFrame:
    """Stock: store, site, family, pieces; by the piece, mass and attractiveness as of the family."""
    whole = [(store, site, family, "piece", pieces, None, None) for store, site, family, pieces in rows]
    return pl.DataFrame(whole, schema=STOCK, orient="row")


def sites(*ids: str, border_km: float | None = 100.0) -> pl.DataFrame:
    """Sites at one distance from a border."""
    return pl.DataFrame(
        {"site_id": list(ids), "distance_to_border_km": [border_km] * len(ids)},
        schema={"site_id": pl.String, "distance_to_border_km": pl.Float64},
    )


def at_random(seed: int, set_id: str = ROOM, share: float = 1.0) -> dict[str, str | None]:
    """Answers drawn at random to a share of the questions."""
    draw = random.Random(seed)
    return {question: draw.choice(ANSWERS) for question in questions(set_id) if draw.random() < share}
