"""What is read of a file of a survey, and what is refused unread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from tests.node.assessment.surroundings import survey_files
from tests.node.assessment.surroundings.survey_files import PLACES, csv, geojson, geopackage, mapping

from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.core.basis.findings import Refused
from rasr.node.assessment.surroundings import checking, files


def kept(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def refused(call: Callable[..., object], *given: object) -> str:
    with pytest.raises(Refused) as caught:
        call(*given)
    return caught.value.code


def test_the_same_places_from_geojson_and_csv(tmp_path: Path) -> None:
    one = files.read(kept(tmp_path / "a", geojson()), files.GEOJSON, "a", mapping())
    two = files.read(kept(tmp_path / "b", csv()), files.CSV, "b", mapping(x="lon", y="lat", crs=4326))
    frames = [checking.check(each.raw) for each in (one, two)]
    assert [each.findings for each in frames] == [[], []]
    assert frames[0].frame.equals(frames[1].frame)
    assert frames[0].frame.select("exposure_id", "kind", "latitude_deg", "longitude_deg").rows() == PLACES
    assert frames[0].told == {"without_persons": 2}


def test_metres_become_degrees(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    geopackage(path)
    seen = files.look(path, files.GEOPACKAGE, "a.gpkg")
    assert (seen.rows, seen.columns, seen.crs) == (2, ("id", "what", "day"), "EPSG:32634")
    read = files.read(path, files.GEOPACKAGE, "a.gpkg", mapping())
    latitude, longitude = (read.raw[name].to_numpy() for name in ("latitude_deg", "longitude_deg"))
    assert latitude == pytest.approx([41.0, 41.001], abs=1e-4)
    assert longitude == pytest.approx([21.0, 21.00119], abs=1e-4)
    points = on_sphere_m(latitude, longitude)
    apart_m = ((points[0] - points[1]) ** 2).sum() ** 0.5
    assert apart_m == pytest.approx((100.0**2 + 110.0**2) ** 0.5, rel=0.005)
    assert read.crs == "WGS 84 / UTM zone 34N"


def test_of_an_area_the_middle_counts_and_its_reach_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    geopackage(path, area_m=40.0)
    areas = files.read(path, files.GEOPACKAGE, "a.gpkg", mapping())
    path.unlink()
    geopackage(path)
    points = files.read(path, files.GEOPACKAGE, "a.gpkg", mapping())
    assert areas.raw["latitude_deg"].to_list() == pytest.approx(points.raw["latitude_deg"].to_list())
    assert areas.told["areas"] == 2
    assert areas.told["widest_m"] == pytest.approx(20 * 2**0.5, rel=0.01)
    assert points.told == {}


def test_a_file_without_a_coordinate_system_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    geopackage(path, crs=None)
    assert refused(files.read, path, files.GEOPACKAGE, "a", mapping()) == "survey_no_crs"
    assert refused(files.read, path, files.GEOPACKAGE, "a", mapping(crs=99_999)) == "survey_unknown_crs"
    said = files.read(path, files.GEOPACKAGE, "a", mapping(crs=32634))
    assert said.raw["latitude_deg"].to_list() == pytest.approx([41.0, 41.001], abs=1e-4)
    table = kept(tmp_path / "b.csv", csv())
    assert refused(files.read, table, files.CSV, "b", mapping(x="lon", y="lat")) == "survey_no_crs"


def test_metres_taken_for_degrees_are_told_once(tmp_path: Path) -> None:
    metres = [("a", "workshop", y, x) for x, y in survey_files.UTM34]
    path = kept(tmp_path / "a.csv", csv(metres))
    wrong = checking.check(files.read(path, files.CSV, "a", mapping(x="lon", y="lat", crs=4326)).raw)
    assert [one.code for one in wrong.findings][:2] == ["survey_not_degrees", "survey_not_degrees"]
    right = checking.check(files.read(path, files.CSV, "a", mapping(x="lon", y="lat", crs=32634)).raw)
    assert [one.code for one in right.findings] == ["duplicate_id"]


def test_every_fault_at_once_over_all_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "AT_ONCE", 2)
    rows = [
        "id;what;day;lat;lon",
        "a;workshop;1;41;20",
        "b;castle;1;41;20",
        "a;workshop;some;41;20",
        ";workshop;-1;95;20",
        "e;workshop;1;;here",
    ]
    path = kept(tmp_path / "a.csv", "\n".join(rows).encode())
    for crs in (4326, 3857):
        found = checking.check(files.read(path, files.CSV, "a", mapping(x="lon", y="lat", crs=crs)).raw).findings
        told = {(one.code, one.row, one.column) for one in found}
        wanted = {
            ("value_not_allowed", 2, "kind"),
            ("wrong_type", 3, "persons_day"),
            ("duplicate_id", 3, "exposure_id"),
            ("empty_cell", 4, "exposure_id"),
            ("value_out_of_range", 4, "persons_day"),
            ("empty_cell", 5, "latitude_deg"),
            ("wrong_type", 5, "longitude_deg"),
        }
        assert wanted <= told
        assert (("value_out_of_range", 4, "latitude_deg") in told) == (crs == 4326)


def test_two_on_one_point_are_no_fault_and_are_told(tmp_path: Path) -> None:
    twice = [("a", "workshop", 41.0, 20.0), ("b", "workshop", 41.0, 20.0), ("c", "workshop", 41.1, 20.0)]
    path = kept(tmp_path / "a.csv", csv(twice))
    found = checking.check(files.read(path, files.CSV, "a", mapping(x="lon", y="lat", crs=4326)).raw)
    assert (found.findings, found.told["same_point"]) == ([], 2)


def test_what_has_no_id_gets_one_and_all_may_be_of_one_kind(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.csv", csv())
    chosen = mapping(columns={}, kind="open_air", x="lon", y="lat", crs=4326)
    frame = files.read(path, files.CSV, "a", chosen).raw
    assert frame.select("exposure_id", "kind").rows() == [("p-1", "open_air"), ("p-2", "open_air")]


def test_what_is_something_else_is_refused_unread(tmp_path: Path) -> None:
    hostile = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/hosts</SrcDataSource></OGRVRTLayer>'
    for form in (files.GEOJSON, files.GEOPACKAGE):
        path = kept(tmp_path / f"v.{form}", hostile)
        assert refused(files.look, path, form, "v") == "survey_unreadable"
    assert refused(files.look, kept(tmp_path / "b", b'{"type": '), files.GEOJSON, "b") == "survey_unreadable"
    assert refused(files.look, kept(tmp_path / "c", b"\xff\xfea"), files.CSV, "c") == "survey_unreadable"
    assert refused(files.form_of, "survey.shp") == "survey_unreadable"
    assert refused(files.read, kept(tmp_path / "d", geojson([])), files.GEOJSON, "d", mapping()) == "survey_empty"


def test_a_geopackage_with_tables_kept_elsewhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    geopackage(path)
    with closing(sqlite3.connect(path)) as book:
        book.execute("CREATE VIRTUAL TABLE other USING fts5(body)")
        book.commit()
    assert refused(files.look, path, files.GEOPACKAGE, "a") == "survey_unreadable"


def test_more_rows_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 1)
    assert refused(files.look, kept(tmp_path / "a", geojson()), files.GEOJSON, "a") == "survey_too_many_rows"
    by = mapping(x="lon", y="lat", crs=4326)
    assert refused(files.read, kept(tmp_path / "b", csv()), files.CSV, "b", by) == "survey_too_many_rows"


def test_a_quarter_of_a_million_are_looked_through_in_parts() -> None:
    many = 300_000
    numbers = pl.int_range(many, eager=True)
    raw = pl.DataFrame(
        {
            "exposure_id": numbers.cast(pl.String),
            "kind": pl.Series(["workshop"]).new_from_index(0, many),
            "latitude_deg": 41.0 + numbers / many,
            "longitude_deg": 20.0 + numbers / many,
            "persons_day": pl.Series([1.0]).new_from_index(0, many),
            "persons_night": pl.Series([1.0]).new_from_index(0, many),
        }
    )
    checked = checking.check(raw)
    assert (checked.findings, checked.told, checked.frame.height) == ([], {}, many)
