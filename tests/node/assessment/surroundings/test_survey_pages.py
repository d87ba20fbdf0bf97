"""Pages of surveys, safeguarding and files for maps: what they say, to whom, and what can be taken along."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pyogrio
import pytest
from django.test import Client
from django.urls import reverse
from tests.node.assessment.surroundings.survey_files import PLACES, csv, geojson, mapping, sent
from tests.node.conftest import somebody
from tests.node.records.small_register import region

from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.node.assessment.models import Run, SiteEnquiry, Survey, SurveyFile
from rasr.node.assessment.surroundings import sending, services
from rasr.node.assessment.surroundings.forms import ROWS
from rasr.node.jobs.models import Job
from rasr.node.jobs.registry import Work, handler_of
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Site
from rasr.node.records.models import Exposure
from rasr.node.records.services import load_region

DAY = date(2026, 11, 1)
ClientOf = Callable[[User], Client]


def to(name: str, *ids: Any) -> str:
    return reverse(f"assessment:{name}", args=ids)


def body(answer: Any) -> bytes:
    """What a file holds; read to its end, it is closed."""
    return b"".join(answer.streaming_content)


@pytest.fixture
def ana(db: None, no_files: None) -> User:
    """A planner of a node of three stores."""
    assert db is no_files is None
    planner = somebody("ana", "planner")
    load_region(actor=planner, region=region(), complete=True, source="first.xlsx")
    return planner


@pytest.fixture
def client(ana: User, client_of: ClientOf) -> Client:
    """Her browser."""
    return client_of(ana)


@pytest.fixture
def survey(ana: User) -> Survey:
    """Two exposed sites at S1."""
    given = {"actor": ana, "name": "a.geojson", "title": "Autumn", "surveyed_on": DAY}
    kept = sending.receive(file=sent(geojson()), **given)
    found = sending.bring_in(actor=ana, file_id=kept.pk, mapping=mapping())
    assert found.survey is not None
    return found.survey


def run_job(client: Client, address: str, given: dict[str, Any]) -> str:
    """Ask for a job by a form and do it; gives where it leads."""
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.text
    job = Job.objects.latest("asked_at")
    assert answer.url == reverse("jobs:job", args=[job.pk])
    return str(handler_of(job.kind)(Work(job.pk, job.actor, job.parameters))["url"])


def test_from_a_file_to_the_register(client: Client) -> None:
    given = {"title": "Spring", "surveyed_on": "2026-05-01", "file": sent(csv())}
    given["file"].name = "b.csv"
    answer = client.post(to("survey-new"), given)
    file = SurveyFile.objects.get()
    assert answer.url == to("survey-file", file.pk)
    said = client.get(answer.url).text
    assert all(f'<option value="{name}"' in said for name in ("id", "what", "day", "lat", "lon"))
    chosen = {"exposure_id": "id", "kind": "what", "persons_day": "day", "y": "lat", "x": "lon", "crs": "4326"}
    shown = client.get(run_job(client, answer.url, chosen)).text
    assert "Spring" in shown
    survey = Survey.objects.get()
    assert Exposure.objects.count() == 0
    asked = client.get(to("survey-enforce", survey.pk)).text
    assert "replaced by the 2 of this survey" in asked
    run_job(client, to("survey-enforce", survey.pk), {})
    assert sorted(Exposure.objects.values_list("exposure_id", flat=True)) == ["h1", "w1"]
    assert "Spring" in client.get(to("surveys")).text
    assert "In force" in client.get(to("survey", survey.pk)).text


def test_every_fault_is_shown(client: Client) -> None:
    wrong = [("h1", "castle", 41.0, 20.0), ("h1", "workshop", 91.0, 20.0)]
    given = {"title": "Spring", "surveyed_on": "2026-05-01", "file": sent(csv(wrong))}
    given["file"].name = "b.csv"
    address = client.post(to("survey-new"), given).url
    refused = client.post(address, {"y": "lat", "x": "lon", "crs": "4326"})
    assert refused.status_code == 400
    assert "of which kind all are" in refused.text
    chosen = {"exposure_id": "id", "kind": "what", "y": "lat", "x": "lon", "crs": "4326"}
    said = client.get(run_job(client, address, chosen)).text
    for words in ("castle", "earlier row", "91"):
        assert words in said
    file = SurveyFile.objects.get()
    taken = client.get(to("survey-faults", file.pk), {"export": "csv"})
    assert body(taken).count(b"\n") == 1 + 3
    assert client.post(to("survey-drop", file.pk)).status_code == 302
    assert client.get(address).status_code == 200
    assert list(sending.folder().glob("*")) == []


@pytest.mark.parametrize("content", [b"", b"<xml/>", b'{"type":"FeatureCollection","features":[]}'])
def test_a_file_that_is_none_says_so(client: Client, content: bytes) -> None:
    given = {"title": "x", "surveyed_on": "2026-05-01", "file": sent(content)}
    given["file"].name = "a.geojson"
    assert client.post(to("survey-new"), given).status_code == 400
    assert SurveyFile.objects.count() == 0


def test_a_file_that_is_too_large_says_so(client: Client, settings: Any) -> None:
    settings.NODE = settings.NODE.__class__(**{**vars(settings.NODE), "upload_limit_mb": 1})
    given = {"title": "x", "surveyed_on": "2026-05-01", "file": sent(b" " * (1024 * 1024 + 10))}
    given["file"].name = "a.geojson"
    answer = client.post(to("survey-new"), given)
    assert answer.status_code == 413
    assert "1 MB" in answer.text


def test_the_page_of_a_survey_and_its_map(client: Client, survey: Survey) -> None:
    said = client.get(to("survey", survey.pk)).text
    assert "Autumn" in said
    assert "a.geojson" in said
    assert "style=" not in said
    drawn = client.get(to("survey-map", survey.pk)).json()
    assert {site["name"] for site in drawn["sites"]} == {"S1", "S2", "S3"}
    assert {(point["lat"], point["lon"]) for point in drawn["points"]} == {place[2:] for place in PLACES}


def test_points_drawn_by_hand_become_a_survey(client: Client, survey: Survey) -> None:
    page = client.get(to("survey-draw"), {"from": survey.pk}).text
    assert f'<option value="{survey.pk}" selected' in page
    point = {"kind": "vulnerable_building", "latitude_deg": "41.3", "longitude_deg": "20.1", "persons_day": "40"}
    forms = {"points-TOTAL_FORMS": "8", "points-INITIAL_FORMS": "0"}
    given = {f"points-0-{name}": value for name, value in point.items()} | forms
    about = {"title": "Drawn", "surveyed_on": "2026-06-01", "base": str(survey.pk), "left_out": "w1\n"}
    assert client.post(to("survey-draw"), given | about).status_code == 302
    made = Survey.objects.get(title="Drawn")
    rows = services.queries.frame(made.actor, made)
    assert rows["exposure_id"].to_list() == ["h1", "drawn-20260601-1"]
    assert rows["persons_day"].to_list() == [3.0, 40.0]
    bad = client.post(to("survey-draw"), given | about | {"points-0-latitude_deg": "95"})
    assert bad.status_code == 400
    assert client.post(to("survey-draw"), given | about | {"left_out": "nobody"}).status_code == 400
    assert client.post(to("survey-draw"), given | about | {"base": str(uuid4())}).status_code == 404
    assert client.get(to("survey-draw"), {"from": uuid4()}).status_code == 404
    assert client.get(to("survey-draw"), {"from": "x"}).status_code == 404


def test_a_drawing_that_comes_without_its_points_is_asked_for_again(client: Client, survey: Survey) -> None:
    answer = client.post(to("survey-draw"), {"title": "Drawn", "surveyed_on": "2026-06-01", "base": str(survey.pk)})
    assert answer.status_code == 400
    assert "The points did not arrive. Enter them again." in answer.text
    assert "TOTAL_FORMS)" not in answer.text
    assert answer.text.count("data-point>") == ROWS
    assert not Survey.objects.filter(title="Drawn").exists()


def test_without_two_surveys_nothing_came_nearer_and_the_file_is_empty(client: Client) -> None:
    assert client.get(to("survey-compare")).status_code == 200
    assert json.loads(body(client.get(to("survey-compare"), {"export": "geojson"})))["features"] == []


def test_what_came_nearer_and_can_be_taken_along(client: Client, ana: User, survey: Survey) -> None:
    empty = services.draw(
        actor=ana,
        base=survey,
        drawn=pl.DataFrame(schema={"kind": pl.String}),
        left_out=["h1"],
        title="Before",
        surveyed_on=date(2025, 1, 1),
    )
    said = client.get(to("survey-compare")).text
    assert "From Before" in said
    assert reverse("desk:store", args=["S1"]) in said
    chosen = {"earlier": empty.pk, "later": survey.pk, "same_place_m": 0}
    taken = client.get(to("survey-compare"), {**chosen, "export": "geojson"})
    features = json.loads(body(taken))["features"]
    assert {(one["properties"]["exposure_id"], one["properties"]["store_id"]) for one in features} == {("h1", "S1")}
    back = client.get(to("survey-compare"), {"earlier": survey.pk, "later": empty.pk}).text
    assert reverse("desk:store", args=["S1"]) not in back
    assert client.get(to("survey-compare"), {"earlier": uuid4()}).status_code == 404


def test_may_it_be_built_here(client: Client) -> None:
    given = {"about": "File 12", "kind": "inhabited_building", "latitude_deg": "41.0005", "longitude_deg": "20"}
    answer = client.post(to("survey-ask"), given)
    found = SiteEnquiry.objects.get()
    assert answer.url == to("survey-answer", found.pk)
    said = client.get(answer.url).text
    for words in ("File 12", "S1", ">No<", "ana", "Not verified", found.rule_edition):
        assert words in said or words.lower() in said.lower(), words
    drawn = client.get(to("survey-answer-map", found.pk)).json()
    assert [site["name"] for site in drawn["sites"]] == ["S1"]
    assert drawn["rings"][0]["radius_m"] > 50
    assert drawn["points"][0]["kind"] == "inside"
    assert "File 12" in client.get(to("survey-answers")).text
    assert client.post(to("survey-ask"), given | {"latitude_deg": "95"}).status_code == 400
    assert client.post(to("survey-ask"), given | {"kind": "castle"}).status_code == 404
    assert client.get(to("survey-answer", uuid4())).status_code == 404


@pytest.mark.parametrize("who", ["storekeeper", "technical_officer"])
def test_surveys_are_not_for_who_sees_a_part(who: str, ana: User, survey: Survey, client_of: ClientOf) -> None:
    found = services.ask(actor=ana, about="x", kind="workshop", latitude_deg=41.0, longitude_deg=20.0)
    client = client_of(somebody("somebody", who, site_id="A"))
    asked = [to("surveys"), to("survey", survey.pk), to("survey-rows", survey.pk), to("survey-map", survey.pk)]
    asked += [to("survey-compare"), to("survey-answers"), to("survey-answer", found.pk), to("survey-around")]
    asked += [to("survey-ask"), to("survey-draw"), to("survey-new"), to("survey-take"), to("survey-exposures")]
    assert [client.get(address).status_code for address in asked] == [403] * len(asked)
    assert client.post(to("survey-enforce", survey.pk)).status_code == 403


def test_a_file_of_somebody_else_is_not_there(ana: User, client_of: ClientOf) -> None:
    given = {"actor": ana, "name": "a.geojson", "title": "Autumn", "surveyed_on": DAY}
    kept = sending.receive(file=sent(geojson()), **given)
    other = client_of(somebody("other", "planner"))
    for address in (to("survey-file", kept.pk), to("survey-faults", kept.pk)):
        assert other.get(address).status_code == 404
    assert other.post(to("survey-drop", kept.pk)).status_code == 404
    assert len(list(sending.folder().glob("*"))) == 1


def test_stores_are_taken_along_for_maps_marked_and_on_the_trail(client: Client, tmp_path: Path) -> None:
    Site.objects.filter(pk="A").update(mark=1)
    answer = client.get(to("survey-stores"), {"export": "gpkg"})
    assert answer["Content-Disposition"].endswith('-restricted.gpkg"')
    path = tmp_path / "x.gpkg"
    path.write_bytes(body(answer))
    info = pyogrio.read_info(path)
    assert (info["features"], info["crs"], info["layer_metadata"]) == (3, "EPSG:4326", {"class_mark": "restricted"})
    told = json.loads(body(client.get(to("survey-stores"), {"export": "geojson"})))
    assert told["class_mark"] == "restricted"
    places = {one["properties"]["store_id"]: one["geometry"]["coordinates"] for one in told["features"]}
    assert places["S1"] == [20.0, 41.0]
    assert body(client.get(to("survey-stores"), {"export": "xlsx"})).startswith(b"PK")
    assert Entry.objects.filter(act="export.make").count() == 3
    for name in ("surveys", "survey-answers"):
        assert body(client.get(to(name), {"export": "csv"}))


def test_a_keeper_takes_along_their_own_stores_only(ana: User, client_of: ClientOf) -> None:
    client = client_of(somebody("keeper", "storekeeper", site_id="A"))
    told = json.loads(body(client.get(to("survey-stores"), {"export": "geojson"})))
    assert {one["properties"]["store_id"] for one in told["features"]} == {"S1", "S2"}
    assert to("survey-exposures") not in client.get(to("survey-maps")).text
    assert ana.username == "ana"


def test_distances_are_rings(assessed: Run, planner: User, storekeeper: User, client_of: ClientOf) -> None:
    def taken(who: User) -> list[dict[str, Any]]:
        answer = client_of(who).get(to("survey-distances"), {"export": "geojson"})
        features: list[dict[str, Any]] = json.loads(body(answer))["features"]
        return features

    whole = taken(planner)
    ring = next(one for one in whole if one["properties"]["required_m"])
    corners = pl.DataFrame(ring["geometry"]["coordinates"][0], schema=["lon", "lat"], orient="row")
    middle = on_sphere_m([ring["properties"]["latitude_deg"]], [ring["properties"]["longitude_deg"]])
    away_m = ((on_sphere_m(corners["lat"], corners["lon"]) - middle) ** 2).sum(axis=1) ** 0.5
    assert away_m == pytest.approx(ring["properties"]["required_m"], rel=1e-6)
    assert corners.row(0) == corners.row(-1)
    own = taken(storekeeper)
    assert 0 < len(own) < len(whole)
    assert assessed.stores > len({one["properties"]["store_id"] for one in own})
    frame = client_of(planner).get(to("survey-distances"), {"export": "parquet"})
    assert pl.read_parquet(io.BytesIO(body(frame))).height == len(whole)
