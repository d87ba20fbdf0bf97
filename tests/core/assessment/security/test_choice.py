"""The works worth buying: both choices equal brute force on 200 random small sites, through the scores themselves."""

from __future__ import annotations

import random
from itertools import chain, combinations
from typing import Any

import polars as pl
import pytest
from tests.core.assessment.security.made_visits import all_answered, at_random, questions, sites, stock, visit

from rasr.core.assessment.security.choice import Offer, best, cheapest, danger_of_places, sets, worth
from rasr.core.assessment.security.danger import diversion
from rasr.core.assessment.security.questions import fulfilments, question_set
from rasr.core.assessment.security.score import mended, points, score
from rasr.core.assessment.security.works import catalogue, cost_faults, effects_of
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

SITES = 200
HELD = stock(("S1", "S", "manpads", 3), ("S2", "S", "small_arms", 50))


def works(*rows: tuple[str, str, float | None], store_id: str | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["work_id", "kind", "cost_eur"], orient="row")
    missing = [name for name in loader.contract("works").schema if name not in frame.columns]
    schema = loader.contract("works").schema
    filled = frame.with_columns(pl.lit(None, schema[name]).alias(name) for name in missing)
    return filled.with_columns(
        site_id=pl.lit("S"), store_id=pl.lit(store_id, pl.String), cost_eur=pl.col("cost_eur").cast(pl.Float64)
    )


def offer(answers: pl.DataFrame, offered: pl.DataFrame, own: pl.DataFrame | None = None) -> Offer:
    asked = points(answers)
    scores = score(asked).places
    stores = diversion(HELD, sites("S"), scores, pl.DataFrame(schema={"site_id": pl.String})).stores
    return Offer(asked, danger_of_places(stores, scores), offered, effects_of(offered, own))


def random_offer(seed: int) -> Offer:
    draw = random.Random(seed)
    asked = draw.sample(questions(), 12)
    answers = visit(dict.fromkeys(questions(), "not_applicable") | {name: at_random(seed)[name] for name in asked})
    if seed % 3 == 0:  # a store with an assessment of its own
        answers = pl.concat([answers, visit({asked[0]: "not_met", asked[1]: "met"}, store_id="S1")])
    count = draw.randint(1, 6)
    offered = works(*((f"W{number}", "locks", draw.choice([0, 100, 250, 400, 1000])) for number in range(count)))
    own = [
        (f"W{number}", question, draw.choice(["met", "met", "partly"]))
        for number in range(count)
        for question in draw.sample(asked, 4)
    ]
    if seed % 4 == 0:
        offered = offered.with_columns(
            store_id=pl.when(pl.col("work_id") == "W0").then(pl.lit("S1")).otherwise("store_id")
        )
    effects = pl.DataFrame(own, schema=["work_id", "question_id", "answer"], orient="row")
    return offer(answers, offered, effects)


def every_set(given: Offer) -> pl.DataFrame:
    """All sets of works tried at once, each as a site of its own: its cost, its index, what is still open."""
    ids = given.works["work_id"].to_list()
    subsets = list(chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1)))
    names = pl.DataFrame({"set": [str(number) for number in range(len(subsets))]})
    chosen = pl.DataFrame(
        [(str(number), work) for number, some in enumerate(subsets) for work in some],
        schema={"set": pl.String, "work_id": pl.String},
        orient="row",
    )
    tried = names.join(given.points.drop("site_id"), how="cross").rename({"set": "site_id"})
    effects = given.effects.drop("site_id").join(chosen, on="work_id").rename({"set": "site_id"})
    after = mended(tried, effects)
    scores = score(after).places
    held = names.join(HELD.drop("site_id"), how="cross").rename({"set": "site_id"})
    held = held.with_columns(store_id=pl.format("{}/{}", "site_id", "store_id"))
    own = pl.when(pl.col("store_id").is_not_null()).then(pl.format("{}/{}", "site_id", "store_id"))
    result = diversion(
        held, sites(*names["set"]), scores.with_columns(store_id=own), pl.DataFrame(schema={"site_id": pl.String})
    )
    cost = (
        chosen.join(given.works.select("work_id", "cost_eur"), on="work_id")
        .group_by("set")
        .agg(pl.col("cost_eur").sum())
    )
    left = (
        after.filter(pl.col("share_low") < 1.0)
        .group_by("site_id")
        .agg(open=pl.struct("store_id", "question_id", "level"))
    )
    found = result.sites.select("site_id", "index_high").join(cost, left_on="site_id", right_on="set", how="left")
    return found.join(left, on="site_id", how="left").with_columns(pl.col("cost_eur").fill_null(0.0))


def still_open(row: dict[str, Any], level: int) -> frozenset[tuple[str | None, str]]:
    left = row["open"] or []
    return frozenset((item["store_id"], item["question_id"]) for item in left if item["level"] <= level)


@pytest.mark.parametrize("block", range(10))
def test_both_choices_equal_brute_force_on_random_small_sites(block: int) -> None:
    bought = 0
    for seed in range(block * SITES // 10, (block + 1) * SITES // 10):
        given = random_offer(seed)
        sets = every_set(given).to_dicts()
        nothing = next(row for row in sets if row["site_id"] == "0")
        budget_eur = random.Random(seed).choice([0, 250, 600, 1500])
        most = max(nothing["index_high"] - row["index_high"] for row in sets if row["cost_eur"] <= budget_eur)
        choice = best(given, budget_eur)
        assert choice.cost_eur <= budget_eur
        assert choice.index_removed == pytest.approx(most, abs=1e-9), seed
        level = random.Random(seed).choice([1, 2, 3])
        least_open = min((still_open(row, level) for row in sets), key=len)
        least_eur = min(row["cost_eur"] for row in sets if still_open(row, level) == least_open)
        reached = cheapest(given, level)
        assert reached.cost_eur == pytest.approx(least_eur), seed
        assert set(reached.lacking) == {("S", *place) for place in least_open}
        bought += bool(choice.work_ids) + bool(reached.work_ids)
    assert bought > 10


def test_nothing_is_bought_that_adds_nothing() -> None:
    given = offer(
        visit(all_answered("met") | {"LIG-03": "not_met"}),
        works(("A", "lighting", 0), ("B", "lighting", 0), ("C", "fence", 0)),
    )
    assert len(best(given, 10.0).work_ids) == 1
    assert len(cheapest(given, 3).work_ids) == 1
    nothing = offer(visit(all_answered("met")), works(("A", "lighting", 5)))
    assert best(nothing, 100.0).work_ids == cheapest(nothing, 3).work_ids == ()


def test_what_no_work_mends_is_named_and_the_rest_is_mended_all_the_same() -> None:
    given = offer(visit(all_answered("met") | {"LIG-03": "not_met", "KEY-01": "not_met"}), works(("A", "lighting", 5)))
    found = cheapest(given, 2)
    assert (found.work_ids, found.lacking) == (("A",), (("S", None, "KEY-01"),))


def test_what_is_lacking_is_named_with_its_place() -> None:
    answers = pl.concat([visit(all_answered("met") | {"KEY-01": "not_met"}, store_id=store) for store in ("S1", "S2")])
    given = offer(answers, works(("A", "locks", 5), store_id="S1"))
    assert cheapest(given, 2).lacking == (("S", "S2", "KEY-01"),)


def test_a_work_at_a_store_without_answers_is_named_and_never_chosen() -> None:
    given = offer(visit(all_answered("not_met")), works(("A", "locks", 5), store_id="S1"))
    assert given.without_answers == ("A",)
    assert best(given, 100.0).work_ids == cheapest(given, 3).work_ids == ()
    assert offer(visit(all_answered("not_met"), store_id="S1"), given.works).without_answers == ()


def test_an_effect_counts_by_the_scale_of_its_question() -> None:
    one = works(("A", "locks", 5))
    own = pl.DataFrame(
        [("A", "KEY-01", "partly"), ("A", "KEY-02", "partly")],
        schema=["work_id", "question_id", "answer"],
        orient="row",
    )
    assert effects_of(one, own).select("question_id", "share").rows() == [("KEY-02", 0.5)]


def test_what_lowers_no_index_is_not_in_the_best_set() -> None:
    answers = pl.concat([visit(all_answered("not_met"), store_id=store) for store in ("S1", "S2")])
    given = offer(
        answers, pl.concat([works(("A", "locks", 0), store_id="S1"), works(("B", "locks", 0), store_id="S2")])
    )
    safe = given.danger.with_columns(danger=pl.when(pl.col("store_id") == "S1").then("danger").otherwise(0.0))
    assert best(Offer(given.points, safe, given.works, given.effects), 10.0).work_ids == ("A",)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("dear_eur", [0, 10_000_000])
def test_a_budget_is_kept_to_the_cent_and_used_to_the_cent(seed: int, dear_eur: int) -> None:
    draw = random.Random(seed)
    count = 8
    asked = [item.question_id for item in question_set("evidence_room").questions][:count]
    cents = [dear_eur * 100 + draw.randint(1, 1000) for _ in asked]
    offered = works(*((f"W{number}", "locks", cost / 100) for number, cost in enumerate(cents)))
    own = pl.DataFrame(
        [(f"W{number}", question, "met") for number, question in enumerate(asked)],
        schema=["work_id", "question_id", "answer"],
        orient="row",
    )
    given = offer(visit(all_answered("not_met")), offered, own)
    alone = dict(worth(given).select("work_id", "index_removed").iter_rows())
    sets = [some for size in range(count + 1) for some in combinations(range(count), size)]
    target = draw.choice([some for some in sets if len(some) == 4])
    for budget_cents in (sum(cents[number] for number in target) - short for short in (0, 1)):
        most = max(
            sum(alone[f"W{number}"] for number in some)
            for some in sets
            if sum(cents[number] for number in some) <= budget_cents
        )
        found = best(given, budget_cents / 100)
        assert round(found.cost_eur * 100) <= budget_cents
        assert found.index_removed == pytest.approx(most)


def test_a_work_at_a_store_mends_that_store_only() -> None:
    answers = pl.concat([visit(all_answered("not_met"), store_id=store) for store in ("S1", "S2")])
    one = best(offer(answers, works(("A", "locks", 5), store_id="S1")), 5.0)
    all_of_it = best(offer(answers, works(("A", "locks", 5))), 5.0)
    assert 0 < one.index_removed < all_of_it.index_removed


def test_worth_is_what_each_work_alone_removes_by_euro() -> None:
    given = offer(visit(all_answered("not_met")), works(("A", "locks", 100), ("B", "training", 100), ("C", "bars", 0)))
    found = worth(given)
    assert found["work_id"].to_list()[-1] == "C"
    assert found["index_removed_by_eur"].to_list()[-1] is None
    for row in found.filter(pl.col("cost_eur") > 0).to_dicts():
        only = given.works.filter(pl.col("work_id") == row["work_id"])
        alone = best(Offer(given.points, given.danger, only, given.effects), 100.0)
        assert row["index_removed"] == pytest.approx(alone.index_removed)
        assert row["index_removed_by_eur"] == pytest.approx(alone.index_removed / 100.0)


def test_a_year_of_a_work_is_its_cost_over_its_life_and_its_upkeep() -> None:
    both = works(("A", "locks", 100), ("B", "training", 100)).with_columns(
        life_years=pl.Series([20.0, None]), upkeep_eur_per_year=pl.Series([3.0, 3.0])
    )
    found = dict(worth(offer(visit(all_answered("not_met")), both)).select("work_id", "cost_eur_per_year").iter_rows())
    assert found == {"A": 8.0, "B": None}


def test_sets_for_a_plan_are_the_best_for_parts_of_the_money_each_once() -> None:
    given = offer(visit(all_answered("not_met")), works(("A", "locks", 100), ("B", "training", 50)))
    found = sets(given)
    assert found.select("site_id", "work_ids", "cost_eur").rows() == [("S", ["A", "B"], 150.0), ("S", ["B"], 50.0)]
    for share, removed in zip((1.0, 0.5), found["index_removed"], strict=True):
        assert removed == pytest.approx(best(given, 150.0 * share).index_removed)
    assert found["work_id"].n_unique() == 2
    assert not any(name in told for told in found["work_id"] for name in "SAB")
    assert sets(given).equals(found)


def test_a_site_with_no_works_or_works_that_mend_nothing_has_no_sets() -> None:
    assert sets(offer(visit(all_answered("met")), works(("A", "locks", 100)))).is_empty()
    given = offer(visit(all_answered("not_met")), works(("A", "locks", 100)))
    assert sets(Offer(given.points, given.danger, given.works.clear(), given.effects.clear())).is_empty()


def test_works_without_a_cost_or_below_zero_are_told_at_once_and_never_chosen() -> None:
    wrong = works(("A", "locks", None), ("B", "locks", -5.0), ("C", "locks", 5.0)).with_columns(
        cost_low_eur=pl.Series([None, None, 9.0], dtype=pl.Float64)
    )
    faults = cost_faults(wrong)
    assert [(fault.code, fault.row) for fault in faults] == [
        ("work_without_cost", 1),
        ("work_cost_negative", 2),
        ("work_cost_order", 3),
    ]
    assert all("A" in loader.say_finding(fault) for fault in faults[:1])
    with pytest.raises(Refused, match="works_at_fault"):
        offer(visit(all_answered("not_met")), wrong)


def test_a_budget_below_zero_and_a_level_that_is_none_are_refused() -> None:
    given = offer(visit(all_answered("not_met")), works(("A", "locks", 100)))
    for budget_eur in (-1.0, float("inf"), float("nan")):
        with pytest.raises(Refused, match="out_of_range"):
            best(given, budget_eur)
    with pytest.raises(Refused, match="out_of_range"):
        cheapest(given, 4)


def test_each_effect_of_the_catalogue_is_on_the_scale_of_its_question() -> None:
    scale = {row["question_id"]: row["scale"] for row in loader.rows("security/questions.csv")}
    for row in loader.rows("security/work_effects.csv"):
        assert fulfilments()[scale[row["question_id"]]][row["answer"]], row


def test_the_catalogue_holds_no_invented_figure() -> None:
    for kind in catalogue().values():
        figures = (kind.cost_low_eur, kind.cost_eur, kind.cost_high_eur, kind.life_years, kind.upkeep_eur_per_year)
        assert figures == (None,) * 5, kind.kind
        assert kind.effects
    for row in loader.rows("security/works_published.csv"):
        assert row["source"].startswith("http")
        assert row["year"] in ("2016", "about 2011–13")
        assert row["status"] == "secondary"
