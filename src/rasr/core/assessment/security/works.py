"""Works that would mend a place: the catalogue, what each kind mends, and every fault of the works a user entered.

The catalogue has no costs: no unit cost is published in what was read (``security/works_published.csv`` keeps what
all works at two places have cost). A user's own works carry their own cost; one without is no choice, and is named.

>>> "LIG-01" in [question for question, _ in catalogue()["lighting"].effects]
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import polars as pl

from rasr.core.assessment.security.questions import fulfilments
from rasr.core.basis.findings import Finding, Number
from rasr.core.reference import loader

COSTS = ("cost_low_eur", "cost_eur", "cost_high_eur")


@dataclass(frozen=True)
class Kind:
    """A kind of work of the catalogue. effects: question and answer once it is done. Money and life: None unknown."""

    kind: str
    name: str
    cost_low_eur: float | None
    cost_eur: float | None
    cost_high_eur: float | None
    life_years: float | None
    upkeep_eur_per_year: float | None
    effects: tuple[tuple[str, str], ...]


def catalogue() -> dict[str, Kind]:
    """Every kind of work of the rule data in force."""
    effects: dict[str, list[tuple[str, str]]] = {}
    for row in loader.rows("security/work_effects.csv"):
        effects.setdefault(row["kind"], []).append((row["question_id"], row["answer"]))
    return {row["kind"]: _kind(row, tuple(effects.get(row["kind"], ()))) for row in loader.rows("security/works.csv")}


def _kind(row: Mapping[str, str], effects: tuple[tuple[str, str], ...]) -> Kind:
    def figure(column: str) -> float | None:
        return float(row[column]) if row[column] else None

    return Kind(
        row["kind"],
        row["name"],
        *(figure("cost_low_eur"), figure("cost_eur"), figure("cost_high_eur")),
        *(figure("life_years"), figure("upkeep_eur_per_year")),
        effects,
    )


def effects_of(works: pl.DataFrame, own: pl.DataFrame | None = None) -> pl.DataFrame:
    """What each work mends: work_id, site_id, store_id, question_id, share (0 to 1 once it is done).

    works, own: tables of the contracts ``works`` and ``work_effects``. A work with a row of its own has only those;
    another has the effects of its kind. An answer that is not on the scale of its question mends nothing.
    """
    kinds = [(kind.kind, *effect) for kind in catalogue().values() for effect in kind.effects]
    schema = dict.fromkeys(("kind", "question_id", "answer"), pl.String)
    usual = pl.DataFrame(kinds, schema=schema, orient="row")
    place = works.select("work_id", "site_id", "store_id", "kind")
    named = loader.contract("work_effects").empty() if own is None else own
    of_kind = place.join(named, on="work_id", how="anti", maintain_order="left")
    columns = ("work_id", "site_id", "store_id", "question_id", "answer")
    every = pl.concat(
        [
            place.join(named, on="work_id", maintain_order="left_right").select(columns),
            of_kind.join(usual, on="kind", maintain_order="left_right").select(columns),
        ]
    )
    fulfilled = fulfilments()
    scales = [(row["question_id"], row["scale"]) for row in loader.rows("security/questions.csv")]
    shares = [
        (question, answer, share)
        for question, scale in scales
        for answer, share in fulfilled[scale].items()
        if share is not None
    ]
    known = pl.DataFrame(shares, schema=["question_id", "answer", "share"], orient="row")
    return every.join(known, on=["question_id", "answer"], maintain_order="left").drop("answer")


def cost_faults(works: pl.DataFrame) -> list[Finding]:
    """Every work without a cost, with a negative one, or whose least, likely and most cost are out of order."""
    found: list[Finding] = []
    columns = ["work_id", *COSTS]
    for number, (work, low, cost, high) in enumerate(works.select(columns).iter_rows(), 1):
        if cost is None or not isfinite(cost):
            found.append(_fault("work_without_cost", number, "cost_eur", "", work=work))
        for column, value in zip(COSTS, (low, cost, high), strict=True):
            if value is not None and value < 0:
                found.append(_fault("work_cost_negative", number, column, f"{value:g}", work=work))
        known = [value for value in (low, cost, high) if value is not None]
        if known != sorted(known):
            found.append(_fault("work_cost_order", number, "cost_eur", "" if cost is None else f"{cost:g}", work=work))
    return found


def _fault(code: str, row: int, column: str, value: str, **numbers: Number) -> Finding:
    return Finding(code, "error", "works", row, column, value, numbers)
