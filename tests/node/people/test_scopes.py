"""Scopes down to one store: its keeper sees that store and no more; ministries see nothing of each other."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from tests.node.conftest import Places

from rasr.core.records.region import Region
from rasr.node.assessment import queries as assessment
from rasr.node.desk.queries.due import stores_mixed
from rasr.node.desk.queries.home import home
from rasr.node.people.choices import Role
from rasr.node.people.models import Grant, User
from rasr.node.people.purposes import PURPOSES
from rasr.node.people.rights import RIGHTS
from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places_queries
from rasr.node.places.models import Store
from rasr.node.records import exporting
from rasr.node.records import queries as records

pytestmark = pytest.mark.django_db


def holding(username: str, role: str, **where: str) -> User:
    """Somebody with one role in one place."""
    user = User.objects.create_user(username)
    Grant.objects.create(user=user, role=role, **where)
    return user


@pytest.fixture
def two_stores(loaded: Region, places: Places) -> list[str]:
    """Two stores of the people's site that hold stock."""
    here = loaded.table("stores").filter(site_id=places.site_id)
    held = here.join(loaded.table("stock"), on="store_id", how="semi").sort("store_id")
    return held["store_id"].head(2).to_list()


@pytest.fixture
def keeper(two_stores: list[str]) -> User:
    """Keeps one store; the team mate of who keeps the other."""
    return holding("keeper", Role.STOREKEEPER, store_id=two_stores[0])


def test_a_store_whose_place_is_known_is_in_scope_where_the_database_finds_it(two_stores: list[str]) -> None:
    own = Store.objects.select_related("site").get(pk=two_stores[0])
    where = {"whole": {}, "house": {"organisation_id": own.site.organisation_id}, "site": {"site_id": own.site_id}}
    for name, place in {**where, "store": {"store_id": own.pk}}.items():
        scope = scope_of(holding(name, Role.STOREKEEPER, **place))
        every = Store.objects.values_list("site__organisation_id", "site_id", "pk")
        inside = {store_id for *at, store_id in every if scope.has(*at, store_id)}
        assert inside == set(Store.objects.filter(scope.stores()).values_list("pk", flat=True))
        assert own.pk in inside
        assert (len(inside) == len(every)) is (name == "whole"), name


@pytest.mark.usefixtures("assessed")
def test_the_keeper_of_one_store_sees_that_store_only(
    loaded: Region, places: Places, keeper: User, two_stores: list[str]
) -> None:
    own = two_stores[0]
    assert not places_queries.sites(keeper).exists()
    assert [site.pk for site in places_queries.sites_named(keeper)] == [places.site_id]
    assert [store.pk for store in places_queries.stores(keeper)] == [own]
    stock = loaded.table("stock").filter(store_id=own)
    assert records.stock(keeper).count() == stock.height
    assert {row.store_id for row in assessment.store_dangers(keeper)} == {own}
    assert not assessment.site_dangers(keeper).exists()
    licences = loaded.table("licences").filter(store_id=own)
    counts = records.table_counts(keeper)
    shown = {name: counts[name] for name in ("sites", "stores", "licences", "stock", "lines", "organisations")}
    assert shown == {
        "sites": 0,
        "stores": 1,
        "licences": licences.height,
        "stock": stock.height,
        "lines": 0,
        "organisations": 1,
    }


@pytest.mark.usefixtures("assessed")
def test_the_pages_of_one_store_lead_to_nothing_out_of_scope(
    places: Places, keeper: User, two_stores: list[str], client_of: Callable[[User], Client]
) -> None:
    client, own = client_of(keeper), two_stores[0]
    site_page = reverse("desk:site", args=[places.site_id])
    assert client.get(reverse("desk:store", args=[own])).status_code == 200
    assert client.get(reverse("desk:store", args=[two_stores[1]])).status_code == 404
    assert client.get(site_page).status_code == 404
    for address in (reverse("desk:store", args=[own]), "/", "/stores/", "/stock/", "/sites/"):
        page = client.get(address).content.decode()
        assert f'href="{site_page}"' not in page, address
        assert two_stores[1] not in page, address


@pytest.mark.usefixtures("assessed")
def test_whoever_has_the_whole_site_is_led_to_it(
    places: Places, storekeeper: User, two_stores: list[str], client_of: Callable[[User], Client]
) -> None:
    link = f'href="{reverse("desk:site", args=[places.site_id])}"'
    client = client_of(storekeeper)
    assert link in client.get(reverse("desk:store", args=[two_stores[0]])).content.decode()
    assert link in client.get("/stores/").content.decode()


def test_what_is_kept_by_scope_is_not_mixed_up(two_stores: list[str], keeper: User) -> None:
    other = holding("other", Role.STOREKEEPER, store_id=two_stores[1])
    assert scope_of(keeper).key() != scope_of(other).key()
    for who, own in ((keeper, two_stores[0]), (other, two_stores[1])):
        assert set().union(*stores_mixed(who).values()) <= {own}


def test_ministries_never_see_each_others_stock(loaded: Region) -> None:
    organisations = loaded.table("organisations")
    for kind, other in (("defence", "interior"), ("interior", "defence")):
        for role in (Role.STOREKEEPER, Role.TECHNICAL_OFFICER, Role.PLANNER, Role.APPROVER, Role.AUDITOR):
            for organisation_id in organisations.filter(kind=kind)["organisation_id"].head(3):
                who = holding(f"{role}-{organisation_id}", role, organisation_id=organisation_id)
                seen = records.stock(who).values_list("store__site__organisation__kind", flat=True)
                assert other not in set(seen)
                assert set(records.table_frame(who, "organisations")["organisation_id"]) <= {organisation_id}


def test_a_loan_of_the_whole_register_is_for_the_whole_node(two_stores: list[str], places: Places) -> None:
    everywhere = holding("everywhere", Role.AUDITOR)
    assert exporting.may_take_all(everywhere)
    for name, where in (
        ("a", {"organisation_id": places.organisation_id}),
        ("b", {"site_id": places.site_id}),
        ("c", {"store_id": two_stores[0]}),
    ):
        assert not exporting.may_take_all(holding(name, Role.AUDITOR, **where))


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("role", [role for role in Role if not RIGHTS[role]])
def test_who_has_no_pages_yet_is_told_what_the_role_is_for(
    role: Role, places: Places, client_of: Callable[[User], Client]
) -> None:
    who = holding("somebody", role, organisation_id=places.organisation_id)
    page = client_of(who).get("/").content.decode()
    assert str(PURPOSES[role]) in page
    assert "Its pages come with reports and releases." in page
    assert "data-map" not in page
    assert "No store is in your care" not in page
    found = home(who)
    assert (found.stores, found.due, found.whole, found.sites) == (None, None, None, False)


def test_every_role_has_a_purpose() -> None:
    assert set(PURPOSES) == set(Role.values) == set(RIGHTS)


def test_results_of_the_node_are_for_who_sees_the_whole_register() -> None:
    assert all("view_register" in given for given in RIGHTS.values() if "view_runs" in given)


def test_nobody_sees_a_part_that_is_not_theirs(loaded: Region, keeper: User, stranger: User) -> None:
    mine = {store.pk for store in places_queries.stores(keeper)}
    theirs = {store.pk for store in places_queries.stores(stranger)}
    assert mine.isdisjoint(theirs)
    assert loaded.table("stores").filter(pl.col("store_id").is_in(list(mine | theirs))).height == len(mine | theirs)
