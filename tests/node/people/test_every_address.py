"""Every address of the node, as page, part and file, for each kind of person: none tells of places out of scope."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from uuid import UUID

import polars as pl
import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.node.conftest import Places

from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.assessment import headings as of_assessment
from rasr.node.assessment.models import Run
from rasr.node.jobs.models import Job
from rasr.node.people.models import User
from rasr.node.plan import headings as of_plan
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Upload

Browser = Callable[[User], Client]
SECRET = "Dragonfly"
"""Stands in the upload and the job of somebody else."""
ACTS = (
    "people:sign-in people:sign-out people:choose jobs:cancel records:check records:load records:discard "
    "assessment:start plan:start"
).split()
"""Addresses that show nothing: they do something, and lead elsewhere."""
LISTS = ("/sites/", "/stores/", "/stock/")
TRICKS = ("?export=xlsx", "?sort=-site,-store&per_page=100", "?organisation={0}&site={1}&store={2}")


@pytest.fixture
def addresses(planner: User, loaded: Region, places: Places, assessed: Run, planned: PlanRun) -> dict[str, list[str]]:
    """Name to addresses: with ids of the people's site, of the other site, and of somebody else's work."""
    upload = Upload.objects.create(actor=planner, name=f"{SECRET}.xlsx", size_bytes=3, state="checked", annotated="x")
    facts = {"title": SECRET, "parameters": {"x": SECRET}, "result": {"url": f"/{SECRET}"}, "state": "failed"}
    refused = {"refused_code": "upload_closed", "refused_numbers": {"path": SECRET}}
    job = Job.objects.create(kind="check_upload", actor=planner, **facts, **refused)
    sites = [places.site_id, places.other_site_id]
    stores = loaded.table("stores").filter(pl.col("site_id").is_in(sites)).group_by("site_id").head(2)["store_id"]
    tables = list(loader.TABLES)
    wanted: dict[str, list[dict[str, str | UUID]]] = {
        **{name: [{"site_id": each} for each in sites] for name in ("desk:site", "desk:site-surroundings")},
        **{name: [{"store_id": each} for each in stores] for name in ("desk:store", "desk:store-surroundings")},
        "records:article": [{"article_id": each} for each in loaded.table("articles")["article_id"].head(5)],
        "records:table": [{"table_name": each} for each in tables],
        "records:upload": [{"upload_id": upload.pk}],
        "records:annotated": [{"upload_id": upload.pk}],
        "jobs:job": [{"job_id": job.pk}],
        "jobs:job-progress": [{"job_id": job.pk}],
        "assessment:run": [{"run_id": assessed.pk}],
        "assessment:table": [{"run_id": assessed.pk, "name": each} for each in of_assessment.TABLES],
        "plan:run": [{"run_id": planned.pk}],
        "plan:table": [
            {"run_id": planned.pk, "which": which, "name": each} for which in of_plan.WHICH for each in of_plan.TABLES
        ],
    }
    return {
        name: [reverse(name, kwargs=given) for given in wanted.get(name, [{}])] for name in names() if name not in ACTS
    }


def names(found: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """The name of every address."""
    for each in (found or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from names(each, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}"


def told_abroad(region: Region, site_ids: list[str]) -> set[str]:
    """Ids and names of sites, stores, organisations and records of stock that are not of these sites."""
    mine = pl.col("site_id").is_in(site_ids)
    sites, stores, organisations = (region.table(name) for name in ("sites", "stores", "organisations"))
    own = organisations.join(sites.filter(mine), on="organisation_id", how="semi")
    others = organisations.join(own, on="organisation_id", how="anti")
    abroad = stores.filter(~mine)
    found = {
        *sites.filter(~mine)["site_id"],
        *abroad["store_id"],
        *others["organisation_id"],
        *region.table("stock").join(abroad, on="store_id", how="semi")["stock_id"],
        *(set(sites.filter(~mine)["name"]) - set(sites.filter(mine)["name"])),
        *(set(others["name"]) - set(own["name"])),
    }
    return {text for text in found if len(text) > 3}


def text_of(answer: HttpResponseBase) -> str:
    """What was answered as text; a workbook is unpacked."""
    content = b"".join(answer) if answer.streaming else answer.content
    answer.close()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(map(book.read, book.namelist()))
    return content.decode()


def leaks(client: Client, addresses: dict[str, list[str]], foreign: set[str], ids: tuple[str, ...]) -> list[str]:
    """Where something foreign was told; what was asked for, that stands in the address itself, is not told."""
    found = []
    for address in (each for several in addresses.values() for each in several):
        is_table = "/tables/" in address or address.startswith("/register/")
        queries = ("", "?export=csv", *TRICKS) if address in LISTS else ("", "?export=csv") if is_table else ("",)
        for query in queries:
            asked = address + query.format(*ids)
            text = text_of(client.get(asked, headers={"HX-Request": "true"} if "sort" in query else {}))
            for given in (asked, asked.replace("&", "&amp;"), *(ids if "{" in query else ())):
                text = text.replace(given, "")
            if any(word in text for word in foreign):
                found.append(asked)
    return found


def test_nothing_is_told_of_places_out_of_scope(
    addresses: dict[str, list[str]],
    loaded: Region,
    places: Places,
    storekeeper: User,
    officer: User,
    administrator: User,
    client_of: Browser,
) -> None:
    of_organisation = loaded.table("sites").filter(organisation_id=places.organisation_id)["site_id"].to_list()
    nobody = User.objects.create_user("nobody")
    seen = {storekeeper: [places.site_id], officer: of_organisation}
    other = loaded.table("stores").filter(site_id=places.other_site_id)["store_id"][0]
    ids = (places.other_organisation_id, places.other_site_id, other)
    for person in (storekeeper, officer, administrator, nobody):
        foreign = {*told_abroad(loaded, seen.get(person, [])), SECRET}
        assert leaks(client_of(person), addresses, foreign, ids) == [], person.username


def test_who_may_see_everything_is_told(
    addresses: dict[str, list[str]], loaded: Region, places: Places, planner: User, client_of: Browser
) -> None:
    few = {name: addresses[name] for name in ("desk:stores", "desk:map-data", "assessment:run", "jobs:job", "plan:run")}
    foreign = {*told_abroad(loaded, [places.site_id]), SECRET}
    found = leaks(client_of(planner), few, foreign, ("", "", ""))
    assert {each for several in few.values() for each in several} <= set(found)


def test_without_signing_in_only_the_door_is_shown(addresses: dict[str, list[str]]) -> None:
    client = Client()
    for name, several in addresses.items():
        status = 302 if not name.startswith("host:") else (200, 404)
        for address in several:
            assert client.get(address).status_code in (status if isinstance(status, tuple) else (status,)), address


def test_an_address_with_a_character_0_leads_nowhere(planner: User, client_of: Browser) -> None:
    client = client_of(planner)
    for address in ("/sites/a%00/", "/stores/%00/", "/stores/%00/surroundings.json", "/catalogue/%00b/", "/%00"):
        assert client.get(address).status_code == 404
    for address in ("/stores/?q=%00", "/stock/?store=%00", "/catalogue/?q=%00"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/sites/", "/stores/", "/stock/", "/catalogue/", "/uploads/"])
def test_a_search_has_an_end(planner: User, client_of: Browser, address: str) -> None:
    answer = client_of(planner).get(address, {"q": "a " * 1900})
    assert answer.status_code == 200
    assert 'maxlength="100"' in answer.content.decode()
    assert str(answer.context["table"].data.data.query).count("LIKE") < 500
