"""What is due is counted as the frames of the region say, for each person in their own scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.test import Client
from tests.node.conftest import Places

from rasr.core.hazard.mixing import Answer, shipped
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.node.assessment.models import Run
from rasr.node.desk import telling
from rasr.node.desk.queries.due import Due, due_items, stores_mixed
from rasr.node.desk.queries.lists import stores_listed
from rasr.node.people.models import User
from rasr.node.records.models import Movement

ANSWERS: tuple[Answer, ...] = ("no", "unverified")


def counts(items: list[Due]) -> dict[str, int]:
    """Code to count."""
    return {item.code: item.count for item in items}


def expected(region: Region, made: Plan, today: date, sites: pl.Series) -> dict[str, int]:
    """The counts from the frames alone, over the stores of some sites."""
    stores = region.table("stores").filter(pl.col("site_id").is_in(sites.implode()))["store_id"].implode()
    licences = region.table("licences").filter(pl.col("store_id").is_in(stores))
    soon = pl.col("valid_until").is_between(today, today + timedelta(days=90))
    stock = stock_with_masses(region).filter(pl.col("store_id").is_in(stores), pl.col("quantity").ne_missing(0))
    untested = region.table("stock").filter(pl.col("stabiliser_tested_on").is_null())["stock_id"].implode()
    assert made.assessment is not None
    danger = made.assessment.stores.filter(pl.col("store_id").is_in(stores))
    kinds = stock.group_by("store_id").agg(pl.struct("compatibility_group", "article_id").unique().alias("kinds"))
    mixed, unverified = (
        [
            store_id
            for store_id, found in kinds.iter_rows()
            if shipped().answered(answer, [(kind["compatibility_group"], kind["article_id"]) for kind in found])
        ]
        for answer in ANSWERS
    )
    found = {
        "licence_over": danger.filter(pl.col("licence_share") > 1).height,
        "mixing": len(mixed),
        "mixing_unverified": len(unverified),
        "licence_expired": licences.filter(pl.col("valid_until") < today)["store_id"].n_unique(),
        "licence_soon": licences.filter(soon)["store_id"].n_unique(),
        "house_inside": danger.filter(pl.col("nearest_inhabited_m") < pl.col("required_ibd_m")).height,
        "destroy_passed": stock.filter(pl.col("destroy_by") < today).height,
        "destroy_soon": stock.filter(pl.col("destroy_by").is_between(today, today + timedelta(days=180))).height,
        "stabiliser_missing": stock.filter(
            pl.col("family").is_in(["propellant", "liquid_propellant"]), pl.col("stock_id").is_in(untested)
        ).height,
    }
    return {code: count for code, count in found.items() if count}


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 1, 15), date(2031, 5, 1)])
def test_planner_gets_the_counts_of_the_whole_region(
    planner: User, assessed: Run, worked_out: Plan, small_region: Region, today: date
) -> None:
    assert assessed.stores == small_region.table("stores").height
    found = counts(due_items(planner, today))
    assert found == expected(small_region, worked_out, today, small_region.table("sites")["site_id"])
    assert found["licence_over"] > 0
    assert found["house_inside"] > 0


def test_each_gets_the_counts_of_their_own_scope(
    storekeeper: User,
    officer: User,
    stranger: User,
    administrator: User,
    assessed: Run,
    worked_out: Plan,
    small_region: Region,
    places: Places,
) -> None:
    today = date(2028, 6, 1)
    sites = small_region.table("sites")
    whose = {
        storekeeper: pl.col("site_id") == places.site_id,
        officer: pl.col("organisation_id") == places.organisation_id,
        stranger: pl.col("organisation_id") == places.other_organisation_id,
    }
    assert assessed.pk
    for person, mine in whose.items():
        seen = sites.filter(mine)["site_id"]
        assert counts(due_items(person, today)) == expected(small_region, worked_out, today, seen), person
    assert counts(due_items(storekeeper, today)) != counts(due_items(stranger, today))
    with pytest.raises(PermissionDenied):
        due_items(administrator, today)


def test_what_is_grave_comes_first(planner: User, assessed: Run) -> None:
    assert assessed.pk
    grave = [item.grave for item in due_items(planner, date(2027, 1, 15))]
    assert grave == sorted(grave, reverse=True)


def test_each_count_is_that_of_the_list_it_leads_to(
    planner: User, assessed: Run, client_of: Callable[[User], Client]
) -> None:
    assert assessed.pk
    client = client_of(planner)
    for item in due_items(planner):
        if item.stores:
            table = client.get("/stores/", item.query).context["table"]
            assert table.paginator.count == item.count, item.code


def test_every_code_has_its_sentence() -> None:
    for code in telling.CODES:
        one, many = telling.due(code, 1), telling.due(code, 1200)
        assert "1" in one
        assert "1\u202f200" in many
        assert one != many


def test_mixed_stores_are_those_in_scope_only(planner: User, storekeeper: User, assessed: Run, places: Places) -> None:
    assert assessed.pk
    mine: QuerySet[object] = stores_listed(storekeeper)
    ids = set(mine.values_list("pk", flat=True))
    own, every = stores_mixed(storekeeper), stores_mixed(planner)
    assert own == {answer: stores & ids for answer, stores in every.items()}
    assert every["unverified"]
    assert all(store_id.startswith(places.site_id) for store_id in ids)
    assert Movement.objects.exists()
