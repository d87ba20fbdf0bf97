"""The register as a region: the same digest, each of one moment; and reads that tell no more than may be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from polars.testing import assert_frame_equal
from tests.node.conftest import Places, somebody
from tests.node.records.small_register import region

from rasr.core.hazard.licence import against_licence
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.core.reference import loader
from rasr.node.people.models import User
from rasr.node.places.models import Store
from rasr.node.records import bridge, mixing, queries
from rasr.node.records.models import Article, Register
from rasr.node.records.services import load_region

pytestmark = pytest.mark.django_db


def test_register_is_the_region_that_was_loaded(loaded: Region) -> None:
    kept = bridge.load_region()
    assert kept.digest() == loaded.digest()
    assert kept.given == loaded.given
    for name in loader.TABLES:
        assert kept.table(name).equals(loaded.table(name)), name
        assert kept.table(name).schema == loaded.table(name).schema


def test_one_query_for_each_table(loaded: Region) -> None:
    with CaptureQueriesContext(connection) as asked:
        bridge.load_region()
    assert len(asked) == len(loader.TABLES) + 2, loaded


def test_read_again_where_it_changed_meanwhile(loaded: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    read, asked = bridge.read_tables, []

    def moves() -> Any:
        asked.append(1)
        if len(asked) == 1:
            Register.objects.update(version=100)
        return read()

    monkeypatch.setattr(bridge, "read_tables", moves)
    assert bridge.load_region().digest() == loaded.digest()
    assert len(asked) == 2


def test_masses_are_those_of_the_core_digit_for_digit(loaded: Region, auditor: User) -> None:
    columns = ("stock_id", "store_id", "mass_kg", "neq_kg")
    found = queries.stock(auditor).values_list("batch__stock_id", "store_id", "mass_kg", "neq_kg")
    expected = stock_with_masses(loaded).select(columns)
    assert list(found) == expected.rows()
    assert expected["mass_kg"].null_count()
    assert (expected["neq_kg"] == 0).any()


def test_scope_of_the_stock(
    loaded: Region, places: Places, storekeeper: User, officer: User, stranger: User, auditor: User, administrator: User
) -> None:
    view = stock_with_masses(loaded)
    expected = {
        storekeeper: view.filter(site_id=places.site_id),
        officer: view.filter(organisation_id=places.organisation_id),
        stranger: view.filter(organisation_id=places.other_organisation_id),
        auditor: view,
        administrator: view.head(0),
    }
    for who, rows in expected.items():
        assert [one.batch.stock_id for one in queries.stock(who)] == rows["stock_id"].to_list()
        assert queries.table_frame(who, "stock")["stock_id"].to_list() == rows["stock_id"].to_list()
    assert expected[storekeeper].height


def test_tables_in_scope(
    loaded: Region, places: Places, storekeeper: User, stranger: User, auditor: User, administrator: User
) -> None:
    for name in loader.TABLES:
        assert queries.table_frame(auditor, name).equals(loaded.table(name))
        assert queries.table_frame(administrator, name).is_empty()
    own = queries.table_frame(storekeeper, "stores")
    assert own.equals(loaded.table("stores").filter(site_id=places.site_id))
    assert own.join(queries.table_frame(stranger, "stores"), on="store_id").is_empty()
    for name in ("funds", "earmarks", "permits", "routes", "exposures", "requirements", "pools"):
        assert queries.table_frame(storekeeper, name).is_empty(), name
    assert queries.table_frame(storekeeper, "articles").equals(loaded.table("articles"))
    for who in (storekeeper, stranger, auditor, administrator):
        counts = queries.table_counts(who)
        assert list(counts) == list(loader.TABLES)
        assert counts == {name: queries.table_frame(who, name).height for name in loader.TABLES}


def test_catalogue(storekeeper: User, administrator: User, loaded: Region) -> None:
    assert queries.articles(storekeeper).count() == loaded.table("articles").height
    first = loaded.table("articles")["article_id"][0]
    assert queries.article(storekeeper, first).article_id == first
    for who, article_id in ((administrator, first), (storekeeper, "no such thing")):
        with pytest.raises(Article.DoesNotExist):
            queries.article(who, article_id)


STORE_READS: list[Callable[..., Any]] = [
    mixing.pairs_in,
    queries.licence_use,
    lambda actor, store_id: queries.movements_of(actor, store_id, 5),
]


@pytest.mark.parametrize("read", STORE_READS)
def test_store_out_of_scope_is_not_there(read: Any, places: Places, storekeeper: User, stranger: User) -> None:
    store_id = Store.objects.filter(site=places.site_id).values_list("pk", flat=True)[0]
    read(storekeeper, store_id)
    for who, where in ((stranger, store_id), (storekeeper, "no such store")):
        with pytest.raises(Store.DoesNotExist):
            read(who, where)
    assert not queries.store_holdings(stranger, store_id).exists()


def test_licences_are_those_of_the_core(loaded: Region, auditor: User) -> None:
    core = against_licence(stock_with_masses(loaded), loaded.table("licences"))
    for store_id in loaded.table("stores")["store_id"].to_list()[:30]:
        used = queries.licence_use(auditor, store_id)
        held = used.filter(pl.col("neq_kg") > 0)
        # sums of floats: their order is nobody's promise
        assert_frame_equal(held, core.filter(store_id=store_id).select(held.columns), rel_tol=1e-12)


def test_store_with_all_that_can_be_wrong() -> None:
    ana = somebody("ana", "planner")
    stock = {"R1": "S1 bombs 6", "R2": "S1 caps 1", "R3": "S1 powder ?", "R4": "S2 caps 0", "R5": "S2 bombs 1"}
    load_region(actor=ana, region=region(stock), complete=True, source="book.xlsx")
    load_region(actor=ana, region=region({**stock, "R1": "S2 bombs 6"}), complete=True, source="again.xlsx")
    load_region(actor=ana, region=region(stock), complete=True, source="and back.xlsx")
    used = queries.licence_use(ana, "S1").rows()
    assert [(division, round(kg, 6), limit, share and round(share, 6)) for division, kg, limit, _, share in used] == [
        ("1.1", 12.6, 10.0, 1.26),
        ("1.3", 0.0, 100.0, 0.0),
        ("1.4", 0.0, 5.0, 0.0),
    ]
    lying = mixing.pairs_in(ana, "S1")
    assert [pair.groups for pair in lying if pair.answer == "no"] == [("B", "C"), ("B", "D")]
    assert [pair.groups for pair in lying if pair.answer != "no"] == [("C", "D")]
    assert mixing.pairs_in(ana, "S2") == []  # of the caps there is none
    last, *_, first = queries.movements_of(ana, "S2", 10)
    assert (last.kind, last.stock_id, last.quantity, last.came, last.other) == ("transfer", "R1", 6, False, "S1")
    assert (last.by, last.reason) == ("ana", "and back.xlsx")
    assert (first.kind, first.came, first.other) == ("opening_balance", True, "acquired")
    town = somebody("vera", "storekeeper", site_id="B")
    load_region(actor=ana, region=region({**stock, "R1": "S3 bombs 6"}), complete=True, source="to town")
    assert [one.other for one in queries.movements_of(town, "S3", 5)] == [""]


def test_exposures_near(loaded: Region) -> None:
    one = loaded.table("exposures").row(0, named=True)
    near = queries.exposures_near(one["latitude_deg"], one["longitude_deg"], 3.0)
    assert near["exposure_id"][0] == one["exposure_id"]
    assert near["distance_m"].is_sorted()
    assert 0 < near.height < loaded.table("exposures").height
    assert near["distance_m"].max() <= 3000
    assert queries.exposures_near(90.0, 0.0, 5.0).is_empty()
    assert queries.exposures_near(0.0, 180.0, 5.0).is_empty()
