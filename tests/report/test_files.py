"""The files of a report: tables, map, and that nothing exact is in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from tests.report.made_results import EXACT, made_alone, made_assessment, made_plan, made_region, made_stores

from rasr.core.records.files.export import safe_text_frame
from rasr.report import write
from rasr.report.charts import Caption
from rasr.report.folder import frames_of
from rasr.report.maps import Frame, Spot, draw


def written(out: Path, *, planned: bool, exact: bool = False) -> list[Path]:
    if planned:
        more = {"assessment": made_assessment(), "alone": made_alone()}
        return write(made_plan(), out, region=made_region(), exact=exact, **more)
    return write(made_assessment(), out, region=made_region(), exact=exact)


def every_cell(path: Path) -> str:
    return pl.read_parquet(path).write_csv() if path.suffix == ".parquet" else path.read_text(encoding="utf-8")


@pytest.mark.parametrize("planned", [False, True])
def test_every_frame_is_written_twice(tmp_path: Path, planned: bool) -> None:
    paths = written(tmp_path, planned=planned)
    names = frames_of(made_plan() if planned else made_assessment())
    assert paths[:2] == [tmp_path / "report.html", tmp_path / "map.geojson"]
    assert {path.name for path in paths[2:]} == {f"{name}.{form}" for name in names for form in ("parquet", "csv")}
    assert all(path.is_file() for path in paths)


@pytest.mark.parametrize("planned", [False, True])
def test_no_file_holds_an_exact_position(tmp_path: Path, planned: bool) -> None:
    exact = {f"{angle}"[:6] for frame in (made_stores(), made_region().table("stores")) for name in
             ("latitude_deg", "longitude_deg") for angle in frame[name]}  # fmt: skip
    exact |= {f"{angle}"[:6] for at in EXACT.values() for angle in at} | {"233.7"}
    for path in written(tmp_path, planned=planned):
        cells = every_cell(path)
        assert [figure for figure in exact if figure in cells] == [], path.name


def test_exact_positions_are_there_when_asked_for(tmp_path: Path) -> None:
    paths = {path.name: path for path in written(tmp_path, planned=False, exact=True)}
    assert pl.read_parquet(paths["sites.parquet"])["latitude_deg"][0] == EXACT["N"][0]
    assert str(EXACT["N"][0]) in paths["map.geojson"].read_text()


def test_the_same_results_give_the_same_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    for first, second in zip(written(one, planned=True), written(two, planned=True), strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_like_a_formula(start: str) -> None:
    frame = pl.DataFrame({"text": [f"{start}SUM(A1)", "plain", None, "a=b"], "number": [-1.0, 2.0, 3.0, 4.0]})
    safe = safe_text_frame(frame)
    assert safe["text"].to_list() == [f"'{start}SUM(A1)", "plain", None, "a=b"]
    assert safe["number"].to_list() == [-1.0, 2.0, 3.0, 4.0]


def test_the_note_of_a_method_is_no_formula_in_the_csv(tmp_path: Path) -> None:
    paths = {path.name: path for path in written(tmp_path, planned=False)}
    assert "'=SUM(A1)" in paths["methods.csv"].read_text(encoding="utf-8")
    assert pl.read_parquet(paths["methods.parquet"])["note"][1] == "=SUM(A1)"


@pytest.mark.parametrize("planned", [False, True])
def test_the_map_is_geojson(tmp_path: Path, planned: bool) -> None:
    document = json.loads(written(tmp_path, planned=planned)[1].read_text(encoding="utf-8"))
    assert (document["type"], document["positions"], document["grid_deg"]) == ("FeatureCollection", "snapped", 0.1)
    by_id = {feature["id"]: feature for feature in document["features"]}
    assert by_id["P"]["geometry"] == {"type": "Point", "coordinates": [21.2, 42.7]}
    properties = by_id["P"]["properties"]
    assert properties["jurisdiction"] == "Kosovo*"
    assert not [name for name in properties if name.endswith("_deg")]
    assert properties["fatalities_per_year_after" if planned else "fatalities_per_year"] == 0.0006


def test_a_region_far_away_has_a_map_without_outlines() -> None:
    far = draw(Caption("m", "t", "d"), [Spot("A", "A", -33.0, 151.0, 0.1)], [])
    near = draw(Caption("m", "t", "d"), [Spot("A", "A", 42.0, 21.0, 0.1)], [])
    assert ("land" in far, "land" in near) == (False, True)
    assert len(re.findall("<circle", far)) == 1


def test_the_map_keeps_shapes_at_its_middle_latitude() -> None:
    frame = Frame.around([(40.0, 18.0), (46.0, 24.0)])
    (west, south), (east, north) = frame.xy(42.5, 20.0), frame.xy(43.5, 21.0)
    assert (east - west) / (south - north) == pytest.approx(0.7314, abs=0.001)
    assert (0 <= west <= frame.width_px, 0 <= north <= frame.height_px) == (True, True)


@pytest.mark.parametrize("planned", [False, True])
def test_a_class_mark_stands_in_every_name_at_both_ends_and_on_every_sheet(tmp_path: Path, planned: bool) -> None:
    word = '</style>"; strogo poverljivo & šifrovano'
    result = made_plan() if planned else made_assessment()
    paths = write(result, tmp_path, region=made_region(), mark=word)
    assert all(path.stem.endswith("-style-strogo-poverljivo-šifrovano") for path in paths), paths
    page = paths[0].read_text(encoding="utf-8")
    told = re.findall(r'<aside class="class-mark[^>]*>([^<]*)</aside>', page)
    assert told == ["&lt;/style&gt;&#34;; strogo poverljivo &amp; šifrovano"] * 2
    assert page.index("<aside") < page.index("<header") < page.index("<footer") < page.rindex("<aside")
    assert page.count("</style>") == 1, "the word does not end the style sheet"
    sheets = re.findall(r'@(?:top|bottom)-center \{ content: "([^"]*)"', page)
    letters = [chr(int(number, 16)) for number in sheets[0].split("\\")[1:]]
    assert ("".join(letters), sheets[0]) == (word, sheets[1])


def test_without_a_class_mark_nothing_speaks_of_one(tmp_path: Path) -> None:
    page = written(tmp_path, planned=True)[0].read_text(encoding="utf-8")
    assert "class-mark" not in page
    assert "@top-center" not in page
