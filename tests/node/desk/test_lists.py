"""Lists of sites and stores: sorted and narrowed by the database, as the frames of the assessment say."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client
from tests.node.conftest import Places

from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.node.assessment.models import Run
from rasr.node.desk.queries.lists import sites_listed, stores_listed
from rasr.node.people.models import User

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _assessed(assessed: Run) -> None:
    assert assessed.pk


def listed(client: Client, page: str, key: str, **query: str) -> list[str]:
    """The ids of all rows of a list, in order."""
    table = client.get(page, {"per_page": "100", **query}).context["table"]
    assert table.paginator.num_pages == 1
    return [getattr(row.record, key) for row in table.page]


def stores_of(made: Plan) -> pl.DataFrame:
    """The table of stores of the assessment."""
    assert made.assessment is not None
    return made.assessment.stores


def test_most_dangerous_come_first(planner: User, client_of: Browser, worked_out: Plan) -> None:
    client = client_of(planner)
    assert worked_out.assessment is not None
    order = ("fatalities_per_year", "store_id"), [True, False]
    assert (
        listed(client, "/stores/", "pk")
        == stores_of(worked_out).sort(order[0], descending=order[1])["store_id"].to_list()
    )
    sites = worked_out.assessment.sites.sort("fatalities_per_year", "site_id", descending=[True, False])
    assert listed(client, "/sites/", "pk") == sites["site_id"].to_list()


@pytest.mark.parametrize(
    ("sort", "column", "down"),
    [
        ("nearest", "nearest_inhabited_m", False),
        ("-nearest", "nearest_inhabited_m", True),
        ("required", "required_ibd_m", False),
        ("-licence", "licence_share", True),
        ("-blind", "neq_blind_share", True),
        ("mass", "mass_kg", False),
    ],
)
def test_unknown_comes_last_in_both_directions(
    planner: User, client_of: Browser, worked_out: Plan, sort: str, column: str, down: bool
) -> None:
    frame = stores_of(worked_out).sort(column, "store_id", descending=[down, False], nulls_last=True)
    assert listed(client_of(planner), "/stores/", "pk", sort=sort) == frame["store_id"].to_list()


def test_filters_narrow(planner: User, client_of: Browser, worked_out: Plan, small_region: Region) -> None:
    client, stores = client_of(planner), stores_of(worked_out)
    inside = pl.col("nearest_inhabited_m") < pl.col("required_ibd_m")
    jurisdiction = stores["jurisdiction_id"][0]
    licensed = small_region.table("licences")["store_id"].implode()
    wanted = {
        ("house", "yes"): inside,
        ("house", "no"): pl.col("required_ibd_m").is_not_null() & ~(inside.fill_null(value=False)),
        ("licence", "over"): pl.col("licence_share") > 1,
        ("licence", "none"): ~pl.col("store_id").is_in(licensed),
        ("jurisdiction", jurisdiction): pl.col("jurisdiction_id") == jurisdiction,
        ("construction", "unknown"): pl.col("construction") == "unknown",
        ("q", stores["site_id"][0].lower()): pl.col("site_id") == stores["site_id"][0],
    }
    for (name, value), rows in wanted.items():
        expected = stores.filter(rows)["store_id"].to_list()
        assert sorted(listed(client, "/stores/", "pk", **{name: value})) == sorted(expected), name
        assert 0 < len(expected) < stores.height, name
    yes = listed(client, "/stores/", "pk", mixing="yes")
    no = listed(client, "/stores/", "pk", mixing="no")
    assert len(yes) + len(no) == stores.height


def test_licence_that_has_run_out_or_soon_will(planner: User, client_of: Browser, small_region: Region) -> None:
    client = client_of(planner)
    expired, soon = (set(listed(client, "/stores/", "pk", licence=value)) for value in ("expired", "soon"))
    assert expired <= set(small_region.table("licences")["store_id"])
    assert soon <= set(small_region.table("licences")["store_id"])


def test_sites_count_their_stores_and_narrow(
    planner: User, client_of: Browser, worked_out: Plan, small_region: Region
) -> None:
    counted = dict(small_region.table("stores").group_by("site_id").len().iter_rows())
    found = dict(sites_listed(planner).values_list("pk", "stores_count"))
    assert found == {site_id: counted.get(site_id, 0) for site_id in small_region.table("sites")["site_id"]}
    client = client_of(planner)
    over = {row["site_id"] for row in stores_of(worked_out).filter(pl.col("licence_share") > 1).iter_rows(named=True)}
    assert set(listed(client, "/sites/", "pk", over="yes")) == over
    depots = small_region.table("sites").filter(kind="depot")["site_id"].to_list()
    assert set(listed(client, "/sites/", "pk", kind="depot")) == set(depots)


def test_three_people_see_their_own(
    storekeeper: User, officer: User, stranger: User, client_of: Browser, places: Places, small_region: Region
) -> None:
    sites = small_region.table("sites")
    stores = small_region.table("stores").join(sites.select("site_id", "organisation_id"), on="site_id")
    whose = {
        storekeeper: pl.col("site_id") == places.site_id,
        officer: pl.col("organisation_id") == places.organisation_id,
        stranger: pl.col("organisation_id") == places.other_organisation_id,
    }
    for person, mine in whose.items():
        client = client_of(person)
        assert set(listed(client, "/sites/", "pk")) == set(sites.filter(mine)["site_id"])
        assert set(listed(client, "/stores/", "pk")) == set(stores.filter(mine)["store_id"])
        shown = client.get("/map.json").json()["sites"]
        assert {site["id"] for site in shown} == set(sites.filter(mine)["site_id"])


def test_whoever_has_no_stock_in_scope_is_refused(administrator: User, client_of: Browser) -> None:
    client = client_of(administrator)
    assert [client.get(page).status_code for page in ("/sites/", "/stores/", "/map.json")] == [403, 403, 403]


def test_filter_offers_only_what_is_in_scope(stranger: User, client_of: Browser, places: Places) -> None:
    form = client_of(stranger).get("/stores/").context["form"]
    offered = [value for value, _ in form.fields["organisation"].choices if value]
    assert offered == [places.other_organisation_id]
    refused = client_of(stranger).get("/stores/", {"organisation": places.organisation_id})
    assert refused.status_code == 404


def test_export_holds_bare_numbers_and_what_stands_below(
    planner: User, client_of: Browser, worked_out: Plan, small_region: Region
) -> None:
    answer = client_of(planner).get("/stores/", {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == small_region.table("stores").height
    assert {"Store", "Organisation", "Construction"} <= set(rows[0])
    danger = {row["Store"]: float(row["Expected fatalities per year"]) for row in rows}
    expected = dict(stores_of(worked_out).select("store_id", "fatalities_per_year").iter_rows())
    assert danger == expected


def test_map_has_every_figure(planner: User, client_of: Browser, worked_out: Plan) -> None:
    assert worked_out.assessment is not None
    shown = {site["id"]: site for site in client_of(planner).get("/map.json").json()["sites"]}
    for row in worked_out.assessment.sites.iter_rows(named=True):
        site = shown[row["site_id"]]
        assert (site["danger"], site["low"], site["high"]) == tuple(
            row[f"fatalities_per_year{end}"] for end in ("", "_low", "_high")
        )
        assert (site["lat"], site["lon"]) == (row["latitude_deg"], row["longitude_deg"])
        assert site["url"] == f"/sites/{row['site_id']}/"


def test_lists_ask_the_database_little(
    planner: User, client_of: Browser, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = client_of(planner)
    for page in ("/sites/", "/stores/", "/map.json"):
        client.get(page)
        with django_assert_max_num_queries(15):
            client.get(page)
    assert stores_listed(planner).exists()
