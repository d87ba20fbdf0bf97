"""A plan on a map: what is shipped as ways from site to line, danger as points, the numbers those of the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyogrio.raw
import pytest
from django.test import Client

from rasr.node.people.models import Entry, User
from rasr.node.places.models import Site
from rasr.node.plan.bridge import load_plan
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Line

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def taken(client: Client, run: PlanRun, name: str, form: str, which: str = "joint", **more: str) -> bytes:
    """The file of a table."""
    answer: Any = client.get(f"/plans/{run.pk}/tables/{which}/{name}/", {"export": form, **more})
    assert answer.status_code == 200
    return b"".join(answer)


def test_shipments_are_ways_from_site_to_line(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    told = json.loads(taken(client_of(planner), planned, "shipments", "geojson"))
    shipments = load_plan(planned).shipments
    features = told["features"]
    assert len(features) == shipments.height
    assert sum(each["properties"]["mass_kg"] for each in features) == pytest.approx(shipments["mass_kg"].sum())
    kinds = set()
    for each in features:
        facts, shape = each["properties"], each["geometry"]
        kinds.add(shape["type"])
        origin = Site.objects.get(pk=facts["origin_id"])
        line = Line.objects.select_related("site").get(pk=facts["line_id"])
        start = [origin.longitude_deg, origin.latitude_deg]
        end = [line.site.longitude_deg, line.site.latitude_deg]
        assert shape["coordinates"] == (start if shape["type"] == "Point" else [start, end])
        assert (shape["type"] == "Point") == (start == end)
    assert kinds == {"Point", "LineString"}
    assert Entry.objects.filter(act="export.make").count() == 1


def test_danger_is_points_and_words_narrow_it(planned: PlanRun, planner: User, client_of: SignIn) -> None:
    danger = load_plan(planned).danger
    site = danger["origin_id"][0]
    told = json.loads(taken(client_of(planner), planned, "danger", "geojson", q=site))
    rows = danger.filter(pl.col("origin_id") == site)
    assert [each["properties"]["fatalities_per_year"] for each in told["features"]] == pytest.approx(
        rows["fatalities_per_year"].to_list()
    )
    assert {each["geometry"]["type"] for each in told["features"]} == {"Point"}


@pytest.mark.parametrize("name", ["shipments", "danger", "left"])
def test_a_geopackage_holds_the_same(
    name: str, planned: PlanRun, planner: User, client_of: SignIn, tmp_path: Path
) -> None:
    client, path = client_of(planner), tmp_path / "plan.gpkg"
    path.write_bytes(taken(client, planned, name, "gpkg"))
    told = json.loads(taken(client, planned, name, "geojson"))
    about, _, shapes, _ = pyogrio.raw.read(path)
    assert len(shapes) == len(told["features"])
    assert about["crs"] == "EPSG:4326"
    kinds = {int.from_bytes(bytes(shape)[1:5], "little") for shape in shapes}
    named = {"Point": 1, "LineString": 2}
    assert kinds == {named[each["geometry"]["type"]] for each in told["features"]}


def test_tables_without_places_are_in_no_map(
    planned: PlanRun, planner: User, storekeeper: User, client_of: SignIn
) -> None:
    client = client_of(planner)
    address = f"/plans/{planned.pk}/tables/joint/"
    assert client.get(f"{address}spending/?export=geojson").status_code == 404
    assert "GeoPackage" not in client.get(f"{address}spending/").content.decode()
    assert "GeoPackage" in client.get(f"{address}shipments/").content.decode()
    assert client_of(storekeeper).get(f"{address}shipments/?export=geojson").status_code == 403
