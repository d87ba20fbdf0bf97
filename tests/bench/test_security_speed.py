"""How fast 10,000 sites are scored, beside polars joining the same answers to a table: ``make bench``."""

from __future__ import annotations

import numpy as np
import polars as pl
from pytest_benchmark.fixture import BenchmarkFixture
from tests.bench.test_speed import beside, seconds

from rasr.core.assessment.security.danger import Diversion, diversion
from rasr.core.assessment.security.questions import asked
from rasr.core.assessment.security.score import points, score

SITES, RECORDS = 10_000, 5
DEPOT = "ammunition_depot"


def answers() -> pl.DataFrame:
    """Every question of a depot answered at every site, at random."""
    questions = asked(DEPOT, 1)["question_id"].to_list()
    draw = np.random.default_rng(1)
    ids = np.repeat([f"S{number}" for number in range(SITES)], len(questions))
    said = draw.choice(["met", "partly", "not_met", "not_applicable", "unknown"], len(ids))
    frame = pl.DataFrame({"site_id": ids, "question_id": questions * SITES, "answer": said})
    return frame.with_columns(visit_id=pl.lit("V"), set_id=pl.lit(DEPOT), set_version=pl.lit(1, pl.Int64))


def stock() -> pl.DataFrame:
    """A few records at every site."""
    draw = np.random.default_rng(2)
    number = np.arange(SITES * RECORDS) // RECORDS
    frame = pl.DataFrame({"store_id": number, "site_id": number}).select(
        store_id=pl.format("T{}", "store_id"), site_id=pl.format("S{}", "site_id")
    )
    return frame.with_columns(
        family=pl.Series(draw.choice(["manpads", "small_arms", "grenade", "small_calibre"], len(number))),
        unit=pl.lit("piece"),
        pieces=pl.Series(draw.integers(1, 1000, len(number))),
        mass_kg=pl.lit(None, pl.Float64),
        attractiveness=pl.lit(None, pl.Float64),
    )


def test_ten_thousand_sites_scored(benchmark: BenchmarkFixture) -> None:
    said, held = answers(), stock()
    sites = pl.DataFrame({"site_id": [f"S{number}" for number in range(SITES)]}).with_columns(
        distance_to_border_km=pl.lit(10.0)
    )

    def whole() -> Diversion:
        scores = score(points(said))
        return diversion(held, sites, scores.places, said.select("site_id").clear())

    found = benchmark.pedantic(whole, rounds=5, warmup_rounds=1)
    assert found.sites.height == SITES
    shares = asked(DEPOT, 1).select("question_id", "level")
    took_s = seconds(
        lambda: said.join(shares, on="question_id").group_by("site_id", "level").agg(pl.col("answer").eq("met").mean())
    )
    beside(benchmark, "polars joining and grouping the same answers", took_s)
