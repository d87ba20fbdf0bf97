"""Stock, catalogue, article, and every table of the register: the right rows, for the right people."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import Places

from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.core.reference import loader
from rasr.node.people.models import Entry, User
from rasr.node.records import choices, exporting, queries
from rasr.node.records.models import Article, Holding
from rasr.node.records.views import unknown_facts
from rasr.node.web import codes, exports, marks

ClientOf = Callable[[User], Client]
STOCK, CATALOGUE, REGISTER = "/stock/", "/catalogue/", "/register/"
MOST_QUERIES = {STOCK: 9, CATALOGUE: 8, REGISTER: 26, "/register/exposures/": 26}


def rows(client: Client, address: str) -> pl.DataFrame:
    """All rows of a list as its export has them, every cell as text."""
    answer = client.get(address, {"export": "csv"} if "?" not in address else None)
    return pl.read_csv(io.BytesIO(b"".join(answer.streaming_content)), infer_schema=False)


def asked(**query: str) -> str:
    return STOCK + "?" + "&".join(f"{key}={value}" for key, value in {**query, "export": "csv"}.items())


@pytest.fixture
def view(loaded: Region) -> pl.DataFrame:
    """The stock with its masses, as the core has it."""
    return stock_with_masses(loaded)


def test_the_planner_sees_all_stock_the_keeper_their_site_the_stranger_none_of_it(
    loaded: Region,
    view: pl.DataFrame,
    planner: User,
    storekeeper: User,
    stranger: User,
    administrator: User,
    client_of: ClientOf,
    places: Places,
) -> None:
    seen = {user.username: set(rows(client_of(user), STOCK)["Record"]) for user in (planner, storekeeper, stranger)}
    own = set(view.filter(pl.col("site_id") == places.site_id)["stock_id"])
    assert seen["planner"] == set(loaded.table("stock")["stock_id"])
    assert seen["storekeeper"] == own
    assert seen["stranger"]
    assert not seen["stranger"] & own
    assert client_of(administrator).get(STOCK).status_code == 403


def test_the_places_offered_are_those_in_scope(storekeeper: User, client_of: ClientOf, places: Places) -> None:
    page = client_of(storekeeper).get(STOCK).content.decode()
    offered = re.search(r'<select name="site".*?</select>', page, re.DOTALL)
    assert offered
    assert re.findall(r'value="([^"]+)"', offered[0]) == [places.site_id]


@pytest.mark.parametrize("kind", ["mass", "neq"])
def test_what_is_unknown_is_found_and_said_and_exported_as_nothing(
    kind: str, view: pl.DataFrame, planner: User, client_of: ClientOf
) -> None:
    client = client_of(planner)
    found = rows(client, asked(**{kind: "unknown"}))
    assert set(found["Record"]) == set(view.filter(pl.col(f"{kind}_kg").is_null())["stock_id"])
    assert found["Mass, t" if kind == "mass" else "NEQ, kg"].null_count() == found.height
    assert ">unknown<" in client.get(STOCK, {kind: "unknown"}).content.decode()


def test_masses_of_the_export_are_those_of_the_core(view: pl.DataFrame, planner: User, client_of: ClientOf) -> None:
    found = rows(client_of(planner), STOCK).sort("Record")
    expected = view.sort("stock_id")
    assert found["NEQ, kg"].cast(pl.Float64).to_list() == expected["neq_kg"].to_list()
    tonnes = [None if mass_kg is None else mass_kg / 1000 for mass_kg in expected["mass_kg"]]
    assert found["Mass, t"].cast(pl.Float64).to_list() == pytest.approx(tonnes)


def test_filters_find_what_the_frame_holds(
    loaded: Region, view: pl.DataFrame, planner: User, client_of: ClientOf, places: Places
) -> None:
    client = client_of(planner)
    table = loaded.table("stock").join(view.select("stock_id", "site_id", "family"), on="stock_id")
    lot = table["lot"].drop_nulls()[0]
    expected = {
        asked(site=places.site_id): pl.col("site_id") == places.site_id,
        asked(store=table["store_id"][0]): pl.col("store_id") == table["store_id"][0],
        asked(family="mine"): pl.col("family") == "mine",
        asked(condition="D"): pl.col("condition") == "D",
        asked(condition="unknown"): pl.col("condition").is_null(),
        asked(purpose="training"): pl.col("purpose") == "training",
        asked(q=lot): pl.col("lot").fill_null("").str.contains(lot, literal=True),
        asked(destroy_by="given"): pl.col("destroy_by").is_not_null(),
    }
    for address, condition in expected.items():
        assert set(rows(client, address)["Record"]) == set(table.filter(condition)["stock_id"]), address


def test_deadlines_are_counted_from_today(loaded: Region, planner: User, client_of: ClientOf) -> None:
    today: date = timezone.localdate()
    days = loaded.table("stock").filter((pl.col("quantity") > 0) | pl.col("quantity").is_null())
    passed = days.filter(pl.col("destroy_by") < today)
    soon = days.filter(pl.col("destroy_by").is_between(today, today + timedelta(days=choices.SOON_DAYS)))
    client = client_of(planner)
    assert set(rows(client, asked(destroy_by="passed"))["Record"]) == set(passed["stock_id"])
    assert set(rows(client, asked(destroy_by="soon"))["Record"]) == set(soon["stock_id"])


def test_untested_propellant_is_found(loaded: Region, view: pl.DataFrame, planner: User, client_of: ClientOf) -> None:
    joined = loaded.table("stock").join(view.select("stock_id", "family"), on="stock_id")
    untested = joined.filter(
        pl.col("family").is_in(["propellant", "liquid_propellant"]) & pl.col("stabiliser_tested_on").is_null()
    ).filter((pl.col("quantity") != 0) | pl.col("quantity").is_null())
    assert set(rows(client_of(planner), asked(stabiliser="missing"))["Record"]) == set(untested["stock_id"])


@pytest.mark.parametrize("sort", ["neq", "-neq", "year", "-year", "quantity", "-quantity"])
def test_unknown_comes_last_whichever_way_it_is_sorted(sort: str, planner: User, client_of: ClientOf) -> None:
    heading = {"neq": "NEQ, kg", "year": "Year", "quantity": "Quantity"}[sort.lstrip("-")]
    found = rows(client_of(planner), asked(sort=sort))[heading].cast(pl.Float64)
    known = found.drop_nulls().to_list()
    assert found.tail(found.null_count()).null_count() == found.null_count() > 0
    assert known == sorted(known, reverse=sort.startswith("-"))


def test_no_record_is_on_two_pages(planner: User, client_of: ClientOf, view: pl.DataFrame) -> None:
    client, seen = client_of(planner), []
    for number in range(1, 4):
        page = client.get(STOCK, {"sort": "purpose", "per_page": "100", "page": str(number)}).content.decode()
        seen += re.findall(r'data-label="Record"><span class="cell">([^< ]+) <', page)
    assert sorted(seen) == sorted(view["stock_id"])


@pytest.mark.parametrize("form", exports.FORMS)
def test_nothing_that_is_exported_runs(form: str, planner: User, client_of: ClientOf) -> None:
    held = Holding.objects.select_related("batch").first()
    assert held
    evil = '=HYPERLINK("x","y")'
    Article.objects.filter(pk=held.batch.article_id).update(name=evil, calibre="+1;=2")
    client = client_of(planner)
    for address in (STOCK, CATALOGUE, f"{REGISTER}articles/"):
        content = b"".join(client.get(address, {"export": form}).streaming_content)
        if form == "csv":
            cells = [cell for row in pl.read_csv(io.BytesIO(content), infer_schema=False).rows() for cell in row]
        elif form == "parquet":
            cells = [cell for row in pl.read_parquet(io.BytesIO(content)).rows() for cell in row]
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
            cells = [cell.value for row in sheet.iter_rows() for cell in row]
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        texts = [cell for cell in cells if isinstance(cell, str)]
        assert f"'{evil}" in texts, address
        assert not [text for text in texts if text[0] in "=+@\t\r"]
        assert not [text for text in texts if text.startswith("-") and not re.fullmatch(r"-[\d.e-]+", text)]


def test_as_parquet_each_takes_along_what_is_theirs_marked_and_on_the_trail(
    view: pl.DataFrame, planner: User, storekeeper: User, stranger: User, client_of: ClientOf, places: Places
) -> None:
    mine = view.filter(pl.col("site_id") == places.site_id)
    for actor, wanted in ((planner, view), (storekeeper, mine), (stranger, view.head(0))):
        client = client_of(actor)
        for address in (STOCK, f"{REGISTER}stock/"):
            answer = client.get(address, {"export": "parquet"})
            taken = pl.read_parquet(io.BytesIO(b"".join(answer.streaming_content)))
            named = taken["Record"] if address == STOCK else taken["stock_id"]
            if actor != stranger:
                assert sorted(named) == sorted(wanted["stock_id"])
            else:
                assert not set(named) & set(mine["stock_id"])
            mark = marks.highest([marks.highest_seen(actor)])
            assert marks.file_tail(mark) in answer["Content-Disposition"]
            told = Entry.objects.filter(act="export.make", actor=actor.pseudonym).latest("at").after or {}
            assert (told["rows"], told["form"]) == (taken.height, "parquet")


@pytest.mark.parametrize("address", MOST_QUERIES)
def test_pages_ask_the_database_rarely(address: str, planner: User, client_of: ClientOf) -> None:
    client = client_of(planner)
    client.get(address)
    with CaptureQueriesContext(connection) as asked_of_database:
        assert client.get(address).status_code == 200
    assert len(asked_of_database) <= MOST_QUERIES[address]


# The catalogue.


def test_the_catalogue_is_for_who_may_see_the_register(
    loaded: Region, storekeeper: User, stranger: User, administrator: User, client_of: ClientOf
) -> None:
    every = set(loaded.table("articles")["article_id"])
    for user in (storekeeper, stranger):
        assert set(rows(client_of(user), CATALOGUE)["Article"]) == every
    assert client_of(administrator).get(CATALOGUE).status_code == 403


def test_an_article_shows_its_totals_in_scope(
    view: pl.DataFrame, planner: User, storekeeper: User, stranger: User, client_of: ClientOf, places: Places
) -> None:
    own = view.filter(pl.col("site_id") == places.site_id)
    article = own.filter(pl.col("neq_kg").is_not_null())["article_id"][0]
    address = reverse("records:article", args=[article])
    for user, held in ((planner, view), (storekeeper, own)):
        of_it = held.filter(pl.col("article_id") == article)
        answer = client_of(user).get(address)
        totals = answer.context["totals"]
        assert totals["records"] == of_it.height
        assert totals["neq_total"] == pytest.approx(of_it["neq_kg"].sum())
        assert totals["neq_unknown"] == of_it["neq_kg"].null_count()
    page = client_of(stranger).get(address).content.decode()
    assert not [store for store in own["store_id"].unique() if f">{store}" in page]
    assert client_of(planner).get(reverse("records:article", args=["none/such"])).status_code == 404


def test_what_is_not_known_of_an_article_is_told_with_what_follows() -> None:
    known = Article(unit="piece", hazard_division="1.1", compatibility_group="D", un_number="0137")
    told = [str(fact) for fact, _ in unknown_facts(known)]
    assert told == ["Net explosive quantity of one", "Mass of one"]
    known.mass_kg_each, known.neq_kg_each = 4.0, 1.0
    assert [str(fact) for fact, _ in unknown_facts(known)] == ["Gross mass of one"]
    rifle = Article(unit="piece", hazard_division="not_applicable", gross_mass_kg_each=4.0, mass_kg_each=3.0)
    assert unknown_facts(rifle) == []


# The register.


def test_every_table_has_a_name_a_meaning_and_a_page(planner: User, client_of: ClientOf, loaded: Region) -> None:
    assert set(choices.NAMES) == set(choices.MEANINGS) == set(loader.TABLES)
    client = client_of(planner)
    page = client.get(REGISTER).content.decode()
    for table in loader.TABLES:
        assert str(choices.MEANINGS[table]) in page
        assert client.get(f"{REGISTER}{table}/").status_code == 200
        if loaded.table(table).height:
            assert rows(client, f"{REGISTER}{table}/").columns == loaded.table(table).columns
    assert client.get(f"{REGISTER}secrets/").status_code == 404


def test_codes_of_the_contracts_have_names() -> None:
    for table in ("articles", "stock"):
        for column in loader.contract(table).columns:
            named = set(codes.NAMES.get(column.name, {}))
            numbered = {code for code in column.allowed if code[0].isdigit() or len(code) == 1} - named
            assert set(column.allowed) - named <= numbered, column.name


def test_a_table_shows_the_rows_of_ones_own_places(
    loaded: Region, storekeeper: User, stranger: User, client_of: ClientOf, places: Places
) -> None:
    own = set(loaded.table("stores").filter(pl.col("site_id") == places.site_id)["store_id"])
    assert set(rows(client_of(storekeeper), f"{REGISTER}stores/")["store_id"]) == own
    assert not own & set(rows(client_of(stranger), f"{REGISTER}stores/")["store_id"])


def test_the_whole_register_goes_out_as_it_came_in(
    loaded: Region, planner: User, auditor: User, client_of: ClientOf, tmp_path: Path
) -> None:
    for user in (planner, auditor):
        path = tmp_path / f"{user.username}.xlsx"
        answer = client_of(user).get(reverse("records:whole-register"))
        path.write_bytes(b"".join(answer.streaming_content))
        assert Region.read(path).digest() == loaded.digest() == queries.register().digest


def test_the_whole_register_is_not_for_everybody(
    officer: User, storekeeper: User, stranger: User, administrator: User, client_of: ClientOf
) -> None:
    for user in (officer, storekeeper, stranger, administrator):
        assert client_of(user).get(reverse("records:whole-register")).status_code == 403
        with pytest.raises(PermissionDenied):
            exporting.whole_register(actor=user)


def test_the_blank_workbook_is_for_everybody_who_is_signed_in(
    storekeeper: User, client_of: ClientOf, tmp_path: Path
) -> None:
    address = reverse("records:template")
    path = tmp_path / "blank.xlsx"
    path.write_bytes(client_of(storekeeper).get(address).content)
    assert Region.read(path).given == frozenset(loader.TABLES)
    assert Client().get(address).status_code == 302
