"""Places that may be seen; the others are not there."""

from __future__ import annotations

import polars as pl
import pytest
from tests.node.conftest import Places

from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.places import contract, queries
from rasr.node.places.models import Site, Store

pytestmark = pytest.mark.django_db


def test_three_people(
    loaded: Region, places: Places, storekeeper: User, officer: User, stranger: User, planner: User, administrator: User
) -> None:
    sites = loaded.table("sites")
    expected = {
        storekeeper: sites.filter(site_id=places.site_id),
        officer: sites.filter(organisation_id=places.organisation_id),
        stranger: sites.filter(organisation_id=places.other_organisation_id),
        planner: sites,
        administrator: sites.head(0),
    }
    for who, rows in expected.items():
        assert [one.site_id for one in queries.sites(who)] == rows["site_id"].to_list()
        stores = loaded.table("stores").filter(pl.col("site_id").is_in(rows["site_id"].to_list()))
        assert [one.store_id for one in queries.stores(who)] == stores["store_id"].to_list()


def test_out_of_scope_is_not_there(places: Places, storekeeper: User, stranger: User, planner: User) -> None:
    store_id = Store.objects.filter(site=places.site_id).values_list("pk", flat=True)[0]
    assert queries.site(storekeeper, places.site_id).organisation_id == places.organisation_id
    assert queries.store(storekeeper, store_id).site.organisation.jurisdiction.name
    with pytest.raises(Site.DoesNotExist):
        queries.site(stranger, places.site_id)
    with pytest.raises(Store.DoesNotExist):
        queries.store(stranger, store_id)
    Store.objects.filter(pk=store_id).update(closed=True)
    with pytest.raises(Store.DoesNotExist):
        queries.store(planner, store_id)


def test_without_a_rule_nothing_is_seen(planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_scope", [])
    assert not queries.sites(planner).exists()
    assert not queries.stores(planner).exists()


def test_frame_is_the_table(loaded: Region) -> None:
    assert contract.frame_of(Store.objects.all()).equals(loaded.table("stores"))
