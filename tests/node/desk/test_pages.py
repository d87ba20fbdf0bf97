"""The pages of a site and of a store: every figure as the frames have it; out of scope is the same as not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import Places

from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.node.desk import charts
from rasr.node.desk.queries.site import site_picture
from rasr.node.desk.queries.store import Limit, parts, store_picture
from rasr.node.people.models import User
from rasr.node.places.models import Licence, Store
from rasr.node.plan.models import PlanRun

Browser = Callable[[User], Client]
MOST_QUERIES = 27


@pytest.fixture(autouse=True)
def _ready(planned: PlanRun) -> None:
    assert planned.pk


@pytest.fixture
def held(small_region: Region) -> pl.DataFrame:
    """The stock of the region with mass and NEQ."""
    return stock_with_masses(small_region)


@pytest.fixture
def full_store(held: pl.DataFrame, places: Places) -> str:
    """The store of the people's site with the most records."""
    mine = held.filter(site_id=places.site_id).group_by("store_id").len().sort("len", "store_id")
    return str(mine["store_id"][-1])


def pages_of(store_id: str, site_id: str) -> list[str]:
    """Every address that tells of a store and its site."""
    return [
        f"/stores/{store_id}/",
        f"/stores/{store_id}/danger/",
        f"/sites/{site_id}/",
        f"/sites/{site_id}/surroundings.json",
    ]


def test_the_page_of_a_store_leads_to_what_its_reader_may_do(
    storekeeper: User, auditor: User, client_of: Browser, full_store: str
) -> None:
    address = f"/stores/{full_store}/"
    card, move = reverse("records:card", args=("store", full_store)), reverse("records:move-in", args=(full_store,))
    count = f"{reverse('records:count-new')}?store={full_store}"
    page = client_of(storekeeper).get(address).content.decode()
    for link in (card, move, count):
        assert f'href="{link}"' in page
        assert client_of(storekeeper).get(link).status_code == 200
    assert f'value="{full_store}" selected' in client_of(storekeeper).get(count).content.decode()
    seen = client_of(auditor).get(address).content.decode()
    assert f'href="{card}"' in seen
    assert move not in seen
    assert "/counts/new/" not in seen


def test_owner_and_team_mate_see_it(
    storekeeper: User, officer: User, planner: User, client_of: Browser, full_store: str, places: Places
) -> None:
    for person in (storekeeper, officer, planner):
        client = client_of(person)
        assert [client.get(page).status_code for page in pages_of(full_store, places.site_id)] == [200] * 4


def test_stranger_gets_the_same_as_for_what_is_not_there(
    stranger: User, client_of: Browser, full_store: str, places: Places
) -> None:
    client = client_of(stranger)
    for seen, missing in zip(
        pages_of(full_store, places.site_id), pages_of("no-such-store", "no-such-site"), strict=True
    ):
        refused, absent = client.get(seen), client.get(missing)
        assert (refused.status_code, absent.status_code) == (404, 404)
        assert full_store not in refused.content.decode().replace(seen, "")
        assert len(refused.content) - len(absent.content) in (
            0,
            len(seen) - len(missing),
            2 * (len(seen) - len(missing)),
        )


def test_administrator_is_refused(administrator: User, client_of: Browser, full_store: str, places: Places) -> None:
    client = client_of(administrator)
    assert [client.get(page).status_code for page in pages_of(full_store, places.site_id)] == [403] * 4


def test_storekeeper_sees_no_plan_on_the_site_page(
    storekeeper: User, planner: User, client_of: Browser, places: Places
) -> None:
    assert client_of(storekeeper).get(f"/sites/{places.site_id}/").context["picture"].planned is None
    assert client_of(planner).get(f"/sites/{places.site_id}/").context["picture"].planned is not None


def test_divisions_add_up_to_the_stock(planner: User, held: pl.DataFrame, full_store: str) -> None:
    mine = held.filter(store_id=full_store)
    for row in store_picture(planner, full_store).divisions:
        rows = mine.filter(hazard_division=row.hazard_division, compatibility_group=row.compatibility_group)
        assert row.records == rows.height
        assert row.pieces == (rows["pieces"].sum() or 0)
        assert row.mass_kg == pytest.approx(rows["mass_kg"].sum())
        assert row.neq_kg == pytest.approx(rows["neq_kg"].sum())
        assert (row.records_without_mass, row.records_without_neq) == (
            rows["mass_kg"].null_count(),
            rows["neq_kg"].null_count(),
        )


def test_danger_is_that_of_the_assessment(planner: User, worked_out: Plan, full_store: str, client_of: Browser) -> None:
    assert worked_out.assessment is not None
    row = worked_out.assessment.stores.row(by_predicate=pl.col("store_id") == full_store, named=True)
    picture = client_of(planner).get(f"/stores/{full_store}/").context["picture"]
    for name in ("fatalities_per_year", "events_per_year_high", "neq_event_kg", "required_ibd_m", "licence_share"):
        assert getattr(picture.danger, name) == row[name]
    assert sum(part.per_year for part in parts(picture.danger)) == pytest.approx(row["fatalities_per_year"])
    assert {method["status"] for method in picture.methods} & {"assumed", "not_verified"}


def test_unknown_neq_is_told_and_never_zero(planner: User, client_of: Browser, held: pl.DataFrame) -> None:
    blind = held.filter(pl.col("neq_kg").is_null(), pl.col("quantity").is_not_null())
    store_id = blind["store_id"][0]
    answer = client_of(planner).get(f"/stores/{store_id}/")
    picture, page = answer.context["picture"], answer.content.decode()
    assert (
        sum(row.records_without_neq for row in picture.divisions)
        == held.filter(store_id=store_id)["neq_kg"].null_count()
    )
    assert '<span class="unknown">unknown</span>' in page
    assert "the true danger is at least as high" in page


def test_store_without_a_licence_is_told(planner: User, client_of: Browser, held: pl.DataFrame) -> None:
    neq = held.filter(pl.col("hazard_division").str.starts_with("1.1")).group_by("store_id").agg(pl.col("neq_kg").sum())
    store_id = neq.filter(pl.col("neq_kg") > 0)["store_id"][0]
    Licence.objects.filter(store=store_id).delete()
    answer = client_of(planner).get(f"/stores/{store_id}/")
    limits = answer.context["picture"].limits
    assert limits
    assert all(limit.limit_kg is None and limit.share is None and not limit.over for limit in limits)
    assert "no licence" in answer.content.decode()


def test_licence_that_has_expired_is_marked(planner: User, client_of: Browser, small_region: Region) -> None:
    licence = small_region.table("licences").row(0, named=True)
    day = timezone.localdate() - timedelta(days=1)
    rows = Licence.objects.filter(store=licence["store_id"], hazard_division=licence["hazard_division"])
    assert rows.update(valid_until=day) == 1
    answer = client_of(planner).get(f"/stores/{licence['store_id']}/")
    expired = [limit for limit in answer.context["picture"].limits if limit.expired]
    assert [limit.hazard_division for limit in expired] == [licence["hazard_division"]]
    assert 'badge-bad">expired' in answer.content.decode()
    assert any(store.pk == licence["store_id"] for store in _listed(client_of(planner), licence="expired"))


def _listed(client: Client, **query: str) -> list[Store]:
    return [row.record for row in client.get("/stores/", {"per_page": "100", **query}).context["table"].page]


def test_empty_store_has_its_page(planner: User, client_of: Browser, held: pl.DataFrame, small_region: Region) -> None:
    empty = small_region.table("stores").join(held, on="store_id", how="anti")["store_id"]
    store_id = empty[0] if len(empty) else _new_store()
    answer = client_of(planner).get(f"/stores/{store_id}/")
    picture, page = answer.context["picture"], answer.content.decode()
    assert answer.status_code == 200
    assert (picture.divisions, picture.stock, picture.mixing) == ([], [], [])
    assert "The store is empty." in page


def _new_store() -> str:
    other = Store.objects.order_by("position")[0]
    place = {"latitude_deg": other.latitude_deg, "longitude_deg": other.longitude_deg, "construction": "unknown"}
    return str(Store.objects.create(store_id="new/1", site_id=other.site_id, position=10**9, **place).pk)


def test_store_that_was_not_assessed_has_its_page(planner: User, client_of: Browser) -> None:
    store_id = _new_store()
    answer = client_of(planner).get(f"/stores/{store_id}/")
    assert answer.context["picture"].danger is None
    assert "The latest assessment does not know it yet." in answer.content.decode()


def test_site_sums_its_stock(planner: User, held: pl.DataFrame, places: Places) -> None:
    mine = held.filter(site_id=places.site_id)
    found = {(row["family"], row["hazard_division"]): row for row in site_picture(planner, places.site_id).stock}
    sums = mine.group_by("family", "hazard_division").agg(
        pl.len(), pl.col("mass_kg").sum(), pl.col("neq_kg").sum(), pl.col("neq_kg").null_count().alias("unknown")
    )
    assert len(found) == sums.height
    for row in sums.iter_rows(named=True):
        other = found[row["family"], row["hazard_division"]]
        assert (other["records"], other["records_without_neq"]) == (row["len"], row["unknown"])
        assert other["mass"] or pytest.approx(row["mass_kg"]) == 0.0
        assert other["neq"] or pytest.approx(row["neq_kg"]) == 0.0


def test_site_shows_what_the_plan_takes_away(planner: User, worked_out: Plan) -> None:
    assert worked_out.assessment is not None
    pools = worked_out.assessment.pools.select("pool_id", "origin_id")
    shipped = worked_out.shipments.join(pools, on="pool_id").group_by("origin_id").agg(pl.col("mass_kg").sum())
    site_id, mass_kg = shipped.sort("mass_kg").row(-1)
    planned = site_picture(planner, site_id).planned
    assert planned
    assert sum(row["mass_kg"] for row in planned) == pytest.approx(mass_kg)


def test_curve_is_drawn_through_its_own_ends(planner: User, worked_out: Plan, client_of: Browser) -> None:
    assert worked_out.assessment is not None
    curves = worked_out.assessment.danger_curves
    site_id = curves.group_by("origin_id").len().sort("len", "origin_id")["origin_id"][-1]
    points = curves.filter(origin_id=site_id).sort("neq_kg")
    drawn = client_of(planner).get(f"/sites/{site_id}/").context["curve"]
    (series,) = drawn["series"]
    assert series["values"][0] == points["fatalities_per_year"][0]
    assert series["values"][-1] == points["fatalities_per_year"][-1]
    assert all(
        low <= value <= high for low, value, high in zip(*(series[k] for k in ("low", "values", "high")), strict=True)
    )
    assert charts.curve(points.head(1)) is None


def test_licence_chart_has_a_gap_where_there_is_none() -> None:
    limits = [Limit("1.1", 500.0, 1000.0, None, 0.5, False), Limit("1.2", 200.0, None, None, None, False)]
    drawn = charts.licence(limits)
    assert drawn is not None
    assert [series["values"] for series in drawn["series"]] == [[0.5, 0.2], [1.0, None]]
    assert charts.licence([]) is None


def test_pages_ask_the_database_as_often_whatever_they_show(
    planner: User, client_of: Browser, held: pl.DataFrame, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = client_of(planner)
    most = held.group_by("store_id").len().sort("len", "store_id")["store_id"]
    sizes = held.group_by("site_id").len().sort("len", "site_id")["site_id"]
    few, many = ([f"/stores/{most[at]}/", f"/sites/{sizes[at]}/"] for at in (0, -1))
    for small, large in zip(few, many, strict=True):
        client.get(large)
        counted = []
        for page in (small, large):
            with django_assert_max_num_queries(MOST_QUERIES) as queries:
                client.get(page)
            counted.append(len(queries))
        assert counted[0] <= counted[1] + 2, (small, large)
        assert counted[1] <= counted[0] + 2, (small, large)
